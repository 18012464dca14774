"""The checkout page of the demo's Stripe. No card is asked for: what happens is chosen with a button."""

from __future__ import annotations

from html import escape

from bot.demo.stripe.rules import Json

PAGE = """<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head><body><main>
<h1>{title}</h1><p>{text}</p><form method="post">{buttons}</form></main></body></html>"""
WORDS = {
    "fr": {
        "paid": "Payer",
        "processing": "Payer par prélèvement",
        "failed": "Carte refusée",
        "abandoned": "Renoncer",
        "confirmed": "La banque confirme",
        "returned": "La banque refuse",
        "refused": "La carte a été refusée. ",
        "over": "Cette page de paiement n'est plus ouverte.",
        "waits": "Le prélèvement attend la réponse de la banque.",
    },
    "en": {
        "paid": "Pay",
        "processing": "Pay by direct debit",
        "failed": "Card refused",
        "abandoned": "Give up",
        "confirmed": "The bank confirms",
        "returned": "The bank refuses",
        "refused": "The card was refused. ",
        "over": "This checkout page is no longer open.",
        "waits": "The direct debit awaits the bank's answer.",
    },
}


def page(session: Json, company: str = "", refused: bool = False) -> str:
    """What the page of a session shows now."""
    language = "en" if session["locale"] == "en" else "fr"
    words = WORDS[language]
    amount = f"{session['amount_total'] / 100:.2f} {session['currency'].upper()}"
    if session["status"] == "open":
        acts = ["paid", "failed", "abandoned"]
        if "sepa_debit" in session["payment_method_types"]:
            acts.insert(1, "processing")
        text = (words["refused"] if refused else "") + amount
    elif session["status"] == "complete" and session["payment_status"] == "unpaid":
        acts, text = ["confirmed", "returned"], words["waits"]
    else:
        acts, text = [], words["over"]
    buttons = "".join(f'<button name="how" value="{act}">{escape(words[act])}</button>' for act in acts)
    title = escape(company or "Stripe (demo)")
    return PAGE.format(language=language, title=title, text=escape(text), buttons=buttons)
