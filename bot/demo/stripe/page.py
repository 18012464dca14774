"""The checkout page of the demo's Stripe. No card is asked for: what happens is chosen with a button."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from bot.demo.stripe.rules import Json
from handlers.core.wording import amount

WORDS = {
    "fr": {
        "title": "Payer à {company}",
        "demo": "Démonstration : aucun argent ne circule, rien n'est à saisir.",
        "back": "Renoncer et revenir",
        "total": "Total",
        "email": "Adresse e-mail",
        "card": "Carte d'essai",
        "choose": "Que se passe-t-il ?",
        "paid": "Payer {amount}",
        "processing": "Payer par prélèvement",
        "processing_more": "En cours pendant 6 jours ouvrés : avancez l'horloge pour la suite.",
        "failed": "La carte est refusée",
        "confirmed": "La banque confirme le prélèvement",
        "returned": "La banque refuse le prélèvement",
        "refused": "La carte a été refusée. Rien n'a été débité.",
        "over": "Cette page de paiement n'est plus ouverte.",
        "waits": "Le prélèvement attend la réponse de la banque.",
    },
    "en": {
        "title": "Pay {company}",
        "demo": "Demonstration: no money moves, there is nothing to fill in.",
        "back": "Give up and go back",
        "total": "Total",
        "email": "E-mail address",
        "card": "Test card",
        "choose": "What happens?",
        "paid": "Pay {amount}",
        "processing": "Pay by direct debit",
        "processing_more": "In progress for 6 working days: move the clock to see what comes of it.",
        "failed": "The card is refused",
        "confirmed": "The bank confirms the direct debit",
        "returned": "The bank refuses the direct debit",
        "refused": "The card was refused. Nothing was charged.",
        "over": "This checkout page is no longer open.",
        "waits": "The direct debit awaits the bank's answer.",
    },
}


def page(session: Json, lines: Sequence[tuple[str, int]], company: str = "", refused: bool = False) -> str:
    """What the page of a session shows now. `lines`: what is paid for, in cents."""
    language = "en" if session["locale"] == "en" else "fr"
    currency = session["currency"].upper()
    total = amount(session["amount_total"], language, currency)
    words = {
        name: text.format(company=company or "Stripe", amount=total) for name, text in WORDS[language].items()
    }
    trouble, main, others = _state(session, refused)
    return _template().render(
        language=language,
        words=words,
        company=company,
        total=total,
        lines=[(label, amount(cents, language, currency)) for label, cents in lines],
        email=session["customer_email"] or "",
        trouble=words[trouble] if trouble else "",
        main=main,
        others=others,
        style=Markup(_style()),  # noqa: S704 our own file
    )


def _state(session: Json, refused: bool) -> tuple[str, str, list[str]]:
    """What is said, the filled button, the others."""
    if session["status"] == "open":
        by_debit = ["processing"] if "sepa_debit" in session["payment_method_types"] else []
        return "refused" if refused else "", "paid", [*by_debit, "failed"]
    if session["status"] == "complete" and session["payment_status"] == "unpaid":
        return "waits", "confirmed", ["returned"]
    return "over", "", []


@cache
def policy() -> str:
    """The Content-Security-Policy of the page: its form leads back to the company, wherever that is."""
    style = base64.b64encode(sha256(_style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{style}'; form-action 'self' http: https:; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


@cache
def _style() -> str:
    return _read("checkout.css")


@cache
def _template() -> Template:
    return Environment(autoescape=True, undefined=StrictUndefined).from_string(_read("checkout.html"))


def _read(name: str) -> str:
    return (files("bot.demo.stripe") / name).read_text("utf-8")
