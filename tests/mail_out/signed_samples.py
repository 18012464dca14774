"""The mails of a signature: to the client and to the company, with the signed quote or with the proof file alone."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime

from handlers.core import signed_mails
from handlers.core.turn import Document, Reply
from handlers.rules.paper import Client, Company, Paper
from handlers.rules.signing import Decision

COMPANY = Company(
    1, "atelier-exemple", "Atelier Exemple", "contact@atelier-exemple.example", phone="01 02 03 04 05"
)
CLIENT = Client(1, 1, "C0042", "Client A")
PERSON = Client(2, 1, "C0043", "Camille Exemple", kind="B2C")
PAPER = Paper(
    1, "quote", "D-2026-0044", "accepted", "Verrière", date(2026, 11, 2), None, date(2026, 12, 15), 480000
)
DECISION = Decision(
    1, 1, 1, PAPER.number, "accepted", "FCT-20261124-7K3F9Q2MXW4T", datetime(2026, 11, 24, 13, 12, tzinfo=UTC)
)
SIGNED = Decision(**(vars(DECISION) | {"signed_sha256": "bb" * 32}))
HEAD = (50, hashlib.sha256(b"head").hexdigest())
QUOTE, PROOF = (
    Document("Devis_D-2026-0044_signe.pdf", "bb" * 32),
    Document("Preuve_D-2026-0044.pdf", "aa" * 32),
)
AS_SHOWN = Document("D-2026-0044.pdf", "bb" * 32)


def to_client(language: str, decision: Decision, file: Document, client: Client = CLIENT) -> Reply:
    return signed_mails.to_client(
        COMPANY, client, PAPER, decision, "Camille Exemple", language, HEAD, (file, PROOF)
    )


def to_company(language: str, decision: Decision, file: Document) -> Reply:
    theirs = Company(**(vars(COMPANY) | {"language": language}))
    return signed_mails.to_company(theirs, CLIENT, PAPER, decision, "Camille Exemple", HEAD, (file, PROOF))


CLIENTS: dict[str, Reply] = {
    f"{name}.{language}": to_client(language, decision, file)
    for language in ("fr", "en")
    for name, decision, file in (("signed", SIGNED, QUOTE), ("proof_only", DECISION, AS_SHOWN))
} | {"signed.consumer": to_client("fr", SIGNED, QUOTE, PERSON)}
COMPANIES: dict[str, Reply] = {
    f"{name}.{language}": to_company(language, decision, file)
    for language in ("fr", "en")
    for name, decision, file in (
        ("company_signed", SIGNED, QUOTE),
        ("company_proof_only", DECISION, AS_SHOWN),
    )
}
