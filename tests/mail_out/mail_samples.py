"""Answers of every kind, with fixed ids and a fixed clock: what the golden mails are made of."""

from __future__ import annotations

import email
import email.policy
import re
from datetime import UTC, datetime
from typing import Any

import lxml.html

from handlers.core.ports import Due
from handlers.core.turn import Choice, Document, Link, Reply, Row
from handlers.rules.paper import Company
from mail_gateway.addresses import Marks
from mail_gateway.outgoing import Out

NOW = datetime(2026, 11, 24, 12, 55, tzinfo=UTC)
DOMAIN = "portail.example"
MARKS = Marks(b"a key for the tests, 32 bytes ok", DOMAIN)
OUT = Out(MARKS, DOMAIN, "atelier_exemple_bot")
COMPANY = Company(
    1, "atelier-exemple", "Atelier Exemple", "contact@atelier-exemple.example", phone="01 02 03 04 05"
)
LINK = "vh3kq9s2lmx7"
FILES = {name * 32: b"%PDF-1.7 " + name.encode() * size for name, size in (("aa", 42_000), ("bb", 96_000))}
THREAD = {
    "subject": "mes factures svp",
    "in_reply_to": "<q1@courriel.example>",
    "references": "<r0@courriel.example>",
}


def read(document: Document) -> bytes:
    return FILES[document.sha256]


def due(reply: Reply, **changes: Any) -> Due:
    known: dict[str, Any] = {
        "id": 42,
        "company": COMPANY,
        "link": LINK,
        "channel": "email",
        "address": "client-a@courriel.example",
        "conversation": "t-1",
        "reply": reply,
        "kind": reply.kind,
        "thread": THREAD,
        "created_at": NOW,
        "attempt": 1,
        "first": False,
    }
    return Due(**{**known, **changes})


def row(number: str, date: str, amount: str, status: str, tone: Any, more: str) -> Row:
    return Row(number, date, amount, status, tone, f"doc:{number}", more)


LIST_FR = Reply(
    "5 factures, 876,56\u00a0€ à régler :\n{rows}\nPour en recevoir une, répondez avec son numéro.\n"
    "Données du 24 novembre 2026 à 8h00.",
    rows=(
        row("F-2026-0123", "24/11/2026", "642,00\u00a0€", "à régler", "wait", "échéance 24/12/2026"),
        row("F-2026-0098", "03/10/2026", "234,56\u00a0€", "en retard", "late", "échue le 02/11/2026"),
        row("F-2026-0081", "15/09/2026", "612,00\u00a0€", "réglée", "good", "le 01/10/2026"),
        row("F-2026-0064", "12/08/2026", "408,44\u00a0€", "paiement en cours", "calm", ""),
        row("F-2026-0047", "03/07/2026", "1\u202f080,00\u00a0€", "réglée", "good", "le 20/07/2026"),
    ),
    choices=(
        *(
            Choice(f"doc:F-2026-{n}", f"Recevoir F-2026-{n}", f"FACTURE F-2026-{n}")
            for n in ("0123", "0098", "0081", "0064", "0047")
        ),
        Choice("pay_all", "Payer 876,56\u00a0€", "PAYER TOUT", main=True),
        Choice("statement", "Relevé de compte", "RELEVÉ"),
    ),
    words=("PAYER TOUT", "RELEVÉ", "SOLDE", "HUMAIN"),
)
CODE_FR = Reply(
    "Votre code\u00a0: 482913\n"
    "Répondez à cet e-mail avec ces 6 chiffres. Ils sont valables 5 minutes, jusqu'à 14h00 (heure de Paris), "
    "une seule fois.\n"
    "Ne les donnez à personne\u00a0: nous ne les demandons jamais par téléphone.\n"
    "Vous n'avez rien demandé\u202f? Ne faites rien\u00a0: sans ce code, rien ne s'ouvre.",
    subject="Votre code Atelier Exemple",
    kind="code",
    words=("CODE", "HUMAIN"),
)
CODE_EN = Reply(
    "Your code: 482913\nReply to this e-mail with these 6 digits. They are valid for 5 minutes, until 14:00 "
    "(Paris time), and only once.\nGive them to no one: we never ask for them by phone.\n"
    "If you did not ask for this, do nothing: without this code, nothing opens.",
    subject="Your Atelier Exemple code",
    kind="code",
    language="en",
)
INVOICE_FR = Reply(
    "Voici la facture F-2026-0123 en pièce jointe\u00a0: 642,00\u00a0€ TTC, à régler au plus tard le "
    "24 décembre 2026.\nCe message contient une copie de la facture F-2026-0123.\n"
    "Une question\u202f? Répondez à cet e-mail avec vos mots.",
    documents=(Document("F-2026-0123.pdf", "aa" * 32),),
    choices=(
        Choice("pay", "Payer 642,00\u00a0€", "PAYER F-2026-0123", main=True),
        Choice("ask", "Poser une question", "QUESTION F-2026-0123"),
    ),
    words=("PAYER F-2026-0123", "SOLDE", "HUMAIN", "STOP"),
    subject="Facture F-2026-0123",
    kind="notice",
    notes={"unsubscribe": "https://portail.example/unsubscribe/abc"},
)
INVOICE_EN = Reply(
    "Here is invoice F-2026-0123: €642.00 due by 24 December 2026.",
    documents=(Document("F-2026-0123.pdf", "aa" * 32),),
    links=(Link("Pay €642.00", "https://portail.example/pay/abcdef"),),
    words=("BALANCE", "PERSON"),
    language="en",
)
SIGNED_FR = Reply(
    "Le devis D-2026-0044 (4\u202f800,00\u00a0€ TTC) a été signé par Client A le 24 novembre 2026 à 14h12 "
    "(heure de Paris).\nEn pièces jointes\u00a0: le devis signé et son fichier de preuve. Gardez-les\u00a0: seule "
    "cette copie du devis porte la signature.\n"
    "Signature électronique simple, identifiant 01M86TYR2R4T9XW3M8R5Z2QH7Y.\n"
    "Pour revoir la preuve, répondez PREUVE D-2026-0044.",
    documents=(
        Document("D-2026-0044-signé.pdf", "bb" * 32),
        Document("D-2026-0044-preuve.pdf", "aa" * 32),
    ),
    choices=(Choice("proof", "Revoir la preuve", "PREUVE D-2026-0044"),),
    words=("PREUVE D-2026-0044", "DEVIS", "HUMAIN"),
    subject="Devis D-2026-0044 signé",
    kind="notice",
)
BALANCE_TU = Reply(
    "Merci, c'est le bon code. Voici ce que tu avais demandé.\n"
    "Solde au 24 novembre 2026\u00a0: 734,56\u00a0€ à régler.\n"
    "Facturé 5\u202f000,00\u00a0€, reçu 4\u202f265,44\u00a0€.",
    words=("FACTURES", "PAYER", "HUMAIN"),
    notes={"tu": True},
)
HELP_FR = Reply(
    "Écrivez avec vos mots, ou répondez d'un seul\u00a0:\nSOLDE\u00a0: ce qui reste à régler\n"
    "FACTURES, DEVIS, CONTRATS\u00a0: les listes\nPAYER\u00a0: payer en ligne\nHUMAIN\u00a0: joindre quelqu'un",
)
COMPANY_EN = Reply(
    "Quote D-2026-0044 (€4,800.00 incl. VAT) was declined on 24 November 2026 at 14:12 (Paris time).\n"
    "Reason: too expensive.",
    subject="Client A has declined quote D-2026-0044",
    kind="company",
    language="en",
)
RENEWAL_FR = Reply(
    "Votre contrat Entretien annuel (CT-9) se renouvelle par tacite reconduction le 1er janvier 2027. "
    "Vous pouvez refuser ce renouvellement.\n"
    "[cadre] Date limite pour refuser\u00a0: 1er décembre 2026 [/cadre]\n"
    "Pour continuer, rien à faire.",
    subject="Votre contrat Entretien annuel\u00a0: date limite le 1er décembre 2026",
    kind="notice",
)
SAMPLES: dict[str, Due] = {
    "list.fr": due(LIST_FR),
    "code.fr": due(CODE_FR, first=True),
    "code.en": due(CODE_EN),
    "invoice.fr": due(INVOICE_FR, first=True, thread={}),
    "invoice.en": due(INVOICE_EN),
    "signed.fr": due(SIGNED_FR, first=True, thread={}),
    "balance.tu": due(BALANCE_TU),
    "help.fr": due(HELP_FR, first=True),
    "renewal.fr": due(RENEWAL_FR, first=True, thread={}),
    "company.en": due(COMPANY_EN, first=True, thread={}, address="contact@atelier-exemple.example"),
}


def parts(raw: bytes) -> tuple[str, str]:
    """The plain part and the HTML part, decoded by the standard library, not by our own code."""
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    found = {part.get_content_type(): part for part in mail.walk()}
    return (
        found["text/plain"].get_content().replace("\r\n", "\n"),
        found["text/html"].get_content().replace("\r\n", "\n"),
    )


def seen(html: str) -> str:
    """What a person sees of a page, on one line: no hidden preheader, no style, no tags."""
    page = lxml.html.fromstring(html)
    for hidden in page.xpath("//style|//title|//*[contains(@style, 'display: none')]"):
        hidden.drop_tree()
    return re.sub("[ \t\n]+", " ", " ".join(page.itertext())).strip(" ")
