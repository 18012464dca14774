"""Announcements and a message, as they are composed for a client: by kind, language, form and option."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from handlers.core.announce import Announcement, news
from handlers.core.turn import Reply
from handlers.rules.notices import Reach, Ways
from handlers.rules.paper import Account, Annex, Client, Company, Paper

TODAY = date(2026, 11, 24)
COMPANY = Company(
    1,
    "atelier-exemple",
    "Atelier Exemple",
    "contact@atelier-exemple.example",
    phone="01 02 03 04 05",
    options=frozenset({"portal", "signature", "payment"}),
)
DUPONT = Client(1, 1, "C0042", "Dupont SARL")
REACH = Reach(
    DUPONT,
    Account(7, 1, "client-a@courriel.example"),
    None,
    "fr",
    "vous",
    rights=frozenset({"read", "pay", "sign", "notify"}),
)
INVOICE = Paper(
    11, "invoice", "F-2026-0123", "issued", "Pose", TODAY, date(2026, 12, 24), None, 64200, file_sha256="aa" * 32
)  # fmt: skip
QUOTE = replace(INVOICE, id=12, kind="quote", number="D-2026-0050", status="sent", due_on=None,
                valid_until=date(2026, 12, 31))  # fmt: skip
PLAN = (Annex("Plan.pdf", "bb" * 32, 96_000),)
ENGLISH = replace(REACH, client=replace(DUPONT, kind="B2B_EU"), language="en")
CONSUMER = replace(REACH, client=replace(DUPONT, kind="B2C"), form="tu")
PLAIN, DIRECT, PLATFORM = Ways(), Ways(direct_links=True), Ways(approved_platform=True)
TEXTS = {
    "fr": "Fermeture de fin d'année\nL'atelier ferme du 24 décembre au 4 janvier.\nBonnes fêtes à tous.",
    "en": "Closed at the end of the year\nThe workshop is closed from 24 December to 4 January.",
}
OWN = {
    "fr": "Fermeture\nBonjour à tous,\nL'atelier ferme le 24 décembre.\nBien cordialement,\nLéa Roy",
    "en": "Closed\nHello everyone, the workshop is closed on 24 December.\nKind regards\nLéa",
}


def _said(reach: Reach, paper: Paper, ways: Ways = PLAIN, annexes: tuple[Annex, ...] = ()) -> Reply:
    page = f"https://portail.example/pay/{paper.number}"
    made = Announcement(COMPANY, ways, reach, paper, annexes, TODAY, lambda reach, paper: page).email()
    return replace(made, kind="broadcast").note(unsubscribe="Wzc0MiwzXQ.Zk3_9-a")


ANNOUNCED = {
    "announced_invoice.fr": _said(REACH, INVOICE, PLATFORM),
    "announced_invoice_direct.en": _said(ENGLISH, INVOICE, DIRECT, PLAN),
    "announced_invoice.tu": _said(CONSUMER, INVOICE),
    "announced_quote.fr": _said(REACH, QUOTE, annexes=PLAN),
    "announced_quote.en": _said(ENGLISH, QUOTE),
    "news.fr": replace(news(COMPANY, REACH, TEXTS, "email"), kind="broadcast"),
    "news.en": replace(news(COMPANY, ENGLISH, TEXTS, "email"), kind="broadcast"),
    "news_own_words.fr": replace(news(COMPANY, REACH, OWN, "email"), kind="broadcast"),
    "news_own_words.en": replace(news(COMPANY, ENGLISH, OWN, "email"), kind="broadcast"),
}
