"""Answers of every kind, with fixed ids and a fixed clock: what the golden mails are made of."""

from __future__ import annotations

import email
import email.policy
import re
from datetime import UTC, datetime
from typing import Any

import lxml.html
from announced_samples import ANNOUNCED
from reminded_samples import REMINDED
from signed_samples import CLIENTS, COMPANIES

from bot.paper.transfer import code
from handlers.core.ports import Due
from handlers.core.turn import Choice, Document, Link, Reply, Row
from handlers.rules.paper import Company
from handlers.rules.transfer import payload
from mail_gateway.addresses import Marks
from mail_gateway.outgoing import Out

NOW = datetime(2026, 11, 24, 12, 55, tzinfo=UTC)
DOMAIN = "portail.example"
MARKS = Marks(b"a key for the tests, 32 bytes ok", DOMAIN)
OUT = Out(MARKS, DOMAIN, "atelier_exemple_bot", site="https://portail.example")
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


CALENDAR = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Facteur//Facteur//FR\r\nMETHOD:PUBLISH\r\nBEGIN:VEVENT\r\n"
    b"UID:rdv-214\r\nDTSTAMP:20261124T125500Z\r\nDTSTART:20261127T080000Z\r\nSUMMARY:Pose\r\nEND:VEVENT\r\n"
    b"END:VCALENDAR\r\n"
)
PICTURE = code(
    {"payload": payload("Atelier Exemple SARL", "FR7630006000011234567890189", 64200, "F-2026-0118")},
    bytes.fromhex,
)
MADE = {"calendar": CALENDAR, "statement": b"%PDF-1.7 " + b"s" * 38_000, "transfer": PICTURE}


def read(document: Document) -> bytes:
    return MADE[document.recipe["kind"]] if document.recipe else FILES[document.sha256]


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
    kind="broadcast",
    notes={"unsubscribe": "Wzc0MiwzXQ.Zk3_9-a"},
)
INVOICE_EN = Reply(
    "Here is invoice F-2026-0123: €642.00 due by 24 December 2026.",
    documents=(Document("F-2026-0123.pdf", "aa" * 32),),
    links=(Link("Pay €642.00", "https://portail.example/pay/abcdef"),),
    words=("BALANCE", "PERSON"),
    language="en",
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
HEADING = {"heading": "Dupont SARL · Atelier Exemple"}
STORY_FR = (
    "Rappel de la comptabilité\u00a0: la facture F-2026-0098 (234,56\u00a0€) partira avec le virement du mois. Voir "
    "aussi l'acompte du portail, demandé pour le 15…"
)
STORY_EN = (
    "Accounts called back: invoice F-2026-0098 (€234.56) will be in this month's bank transfer. See also the "
    "deposit for the gate, asked for by the 15th…"
)
EXCHANGES_FR = Reply(
    "12 échanges, le plus récent d'abord\u00a0:\n{rows}",
    rows=(
        Row("Appel", "20/11/2026", "", "", more=STORY_FR),
        Row("Rendez-vous", "14/11/2026", "", "", more="Cotes prises sur place."),
        Row(
            "E-mail",
            "12/11/2026",
            "",
            "",
            more="Devis de la bibliothèque envoyé, avec le plan et les conditions.",
        ),
        Row("Note", "10/11/2026", "", "", more="Clé de l'entrée remise en main propre, à rendre."),
        Row("Autre", "02/11/2026", "", ""),
    ),
    choices=(Choice("n", "Voir la suite", "SUITE"),),
    words=("SUITE", "AGENDA", "HUMAIN"),
    notes=HEADING,
)
EXCHANGES_EN = Reply(
    "2 entries from November 2026, latest first:\n{rows}",
    rows=(
        Row("Call", "20 Nov 2026", "", "", more=STORY_EN),
        Row("Meeting", "14 Nov 2026", "", "", more="Measurements taken on site."),
    ),
    words=("HISTORY", "CALENDAR", "PERSON"),
    language="en",
    notes={"heading": "Harbour Ltd · Atelier Exemple"},
)
STATEMENT = Document("Releve_2026.pdf", recipe={"kind": "statement", "data": {}})
MOVES_FR = Reply(
    "Voici votre relevé de compte du 1er janvier 2026 au 24 novembre 2026. Solde au 24 novembre 2026\u00a0: "
    "734,56\u00a0€.\n{rows}",
    rows=(
        Row("Facture F-2026-0118", "02/11/2026", "642,00\u00a0€", "", choice="1.0", more="Portail"),
        Row("Paiement RG-2026-77", "20/11/2026", "-500,00\u00a0€", "", more="Virement, F-2026-0118"),
        Row("Avoir AV-2026-003", "01/07/2026", "-50,00\u00a0€", "", choice="1.1"),
        Row("Remboursement RG-2026-79", "03/06/2026", "12,50\u00a0€", ""),
    ),
    documents=(STATEMENT,),
    choices=(
        Choice("1.0", "F-2026-0118", "FACTURE F-2026-0118"),
        Choice("1.1", "AV-2026-003", "AVOIR AV-2026-003"),
        Choice("p", "Page précédente", "PAGE PRÉCÉDENTE"),
        Choice("n", "Voir la suite", "SUITE"),
    ),
    words=("SUITE", "FACTURES", "SOLDE", "HUMAIN"),
    notes=HEADING,
)
MOVES_EN = Reply(
    "Here is your statement of account from 1 January 2026 to 24 November 2026. Balance on 24 November 2026: "
    "€734.56.\n{rows}",
    rows=(
        Row("Invoice F-2026-0118", "2 Nov 2026", "€642.00", "", choice="1.0"),
        Row("Payment RG-2026-77", "20 Nov 2026", "-€500.00", "", more="Bank transfer, F-2026-0118"),
    ),
    documents=(Document("Statement_2026.pdf", recipe={"kind": "statement", "data": {}}),),
    choices=(Choice("1.0", "F-2026-0118", "INVOICE F-2026-0118"),),
    words=("INVOICES", "BALANCE", "PERSON"),
    language="en",
)
EVENT = {"kind": "calendar", "company": "Atelier Exemple", "events": []}
CALENDAR_FR = Reply(
    "Merci, c'est le bon code. Voici ce que vous aviez demandé.\n"
    "Prochain rendez-vous\u00a0: vendredi 27 novembre 2026 à 9h00, Pose de la bibliothèque, 14 rue des Écoles, Paris.\n"
    "Le fichier joint l'ajoute à votre agenda.",
    documents=(Document("Rendez-vous 27-11-2026.ics", media_type="text/calendar", recipe=EVENT),),
    words=("AGENDA", "HUMAIN"),
    notes=HEADING,
)
CALENDAR_EN = Reply(
    "2 appointments in November 2026:\n{rows}\nThe attached file adds them to your calendar.",
    rows=(
        Row("Video call: meeting table", "27 Nov 2026, 11:00", "", "", more="Online"),
        Row("Delivery of the wall panels", "30 Nov 2026, 10:00", "", "", more="5 Harbour Street, Dublin"),
    ),
    documents=(Document("Appointments.ics", media_type="text/calendar", recipe=EVENT),),
    words=("CALENDAR", "PERSON"),
    language="en",
)
CONTRACTS_FR = Reply(
    "2 contrats\u00a0:\n{rows}",
    rows=(
        Row(
            "Entretien annuel des portes et agencements (CT-9)",
            "",
            "",
            "en cours",
            "good",
            more="échéance 01/01/2027",
        ),
        Row("Dépannage sous 48 h (CT-12)", "", "", "suspendu", "wait"),
    ),
    words=("CONTRATS", "HUMAIN"),
    notes={"heading": "Atelier Exemple"},
)
CODE = {
    "kind": "transfer",
    "payload": "",
    "alt": "QR code pour un virement de 642,00\u00a0€, référence F-2026-0118\u00a0: à lire avec l'application de "
    "votre banque",
}
TRANSFER_FR = Reply(
    "Pour un virement de 642,00\u00a0€\u00a0:\nTitulaire\u00a0: Atelier Exemple SARL\n"
    "IBAN\u00a0: FR76 3000 6000 0112 3456 7890 189\n"
    "BIC\u00a0: AGRIFRPP\nRéférence\u00a0: F-2026-0118\n"
    "Si votre banque signale un autre titulaire, ne payez pas et appelez Atelier Exemple.",
    documents=(Document("Virement F-2026-0118.png", media_type="image/png", recipe=CODE),),
)
SAMPLES: dict[str, Due] = {
    "transfer.fr": due(TRANSFER_FR),
    "exchanges.fr": due(EXCHANGES_FR),
    "exchanges.en": due(EXCHANGES_EN, first=True),
    "moves.fr": due(MOVES_FR, first=True),
    "moves.en": due(MOVES_EN),
    "calendar.fr": due(CALENDAR_FR),
    "calendar.en": due(CALENDAR_EN),
    "contracts.fr": due(CONTRACTS_FR),
    "list.fr": due(LIST_FR),
    "code.fr": due(CODE_FR, first=True),
    "code.en": due(CODE_EN),
    "invoice.fr": due(INVOICE_FR, first=True, thread={}),
    "invoice.en": due(INVOICE_EN),
    "balance.tu": due(BALANCE_TU),
    "help.fr": due(HELP_FR, first=True),
    "renewal.fr": due(RENEWAL_FR, first=True, thread={}),
    "company.en": due(COMPANY_EN, first=True, thread={}, address="contact@atelier-exemple.example"),
} | {name: due(reply, first=True, thread={}) for name, reply in CLIENTS.items()}
SAMPLES |= {name: due(reply, first=True, thread={}) for name, reply in (ANNOUNCED | REMINDED).items()}
SAMPLES |= {
    name: due(reply, first=True, thread={}, address=COMPANY.email) for name, reply in COMPANIES.items()
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
