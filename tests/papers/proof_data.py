"""The data of one signature, as storage/proofs.py gives them."""

from __future__ import annotations

import hashlib
from typing import Any


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def event(seq: int, at: str, kind: str, payload: dict[str, Any] | None) -> dict[str, Any]:
    prev, own = sha(f"entry {seq - 1}"), sha(f"entry {seq}")
    return {"seq": seq, "at": at, "kind": kind, "prev_hash": prev, "hash": own, "payload": payload}


def consent(seq: int, second: int, name: str, text: str) -> dict[str, Any]:
    return event(seq, f"2026-11-24T09:03:{second:02}Z", "consent.given", {"name": name, "text": text})


ACCEPT = "J'accepte ce devis. Je le signe par signature électronique simple, avec un code reçu par e-mail."
FRENCH: dict[str, Any] = {
    "format": "facteur-proof/1",
    "application": {"name": "Facteur", "version": "0.1.0"},
    "signature_id": "FCT-20261124-7K3F9Q2MXW4T",
    "decision": "accepted",
    "at": "2026-11-24T09:05:07Z",
    "timezone": "Europe/Paris",
    "language": "fr",
    "document": {
        "kind": "quote", "number": "D-2026-0044", "version": 1, "label": "Rénovation de la cuisine",
        "issued_on": "2026-11-02", "valid_until": "2026-12-15", "total_cents": 1245600, "currency": "EUR",
        "file_name": "D-2026-0044.pdf", "pages": 2, "size": 81234, "presented_sha256": sha("presented"),
        "signed_sha256": sha("signed"), "annexes": [{"name": "plan.pdf", "sha256": sha("plan")}],
    },
    "company": {"name": "Atelier Exemple", "siren": "732829320", "email": "contact@atelier-exemple.example"},
    "client": {
        "ref": "C0042", "name": "Boulangerie Dupain", "kind": "B2B_FR", "signatory": "Camille Dupain",
        "email": "camille@dupain.example", "capacity": True,
    },
    "channel": "telegram",
    "conversation": {"chat": "42"},
    "events": [
        event(41, "2026-11-24T09:02:10Z", "document.shown", {"version": 1, "sha256": sha("presented")}),
        event(42, "2026-11-24T09:02:30Z", "ticket.opened", {"ticket": 7, "version": 1}),
        consent(43, 1, "read", "J'ai lu le devis D-2026-0044 (12 456,00 € TTC) et son annexe."),
        consent(44, 5, "accept", ACCEPT),
        consent(45, 9, "power", "J'ai le pouvoir d'engager Boulangerie Dupain."),
        event(46, "2026-11-24T09:03:20Z", "code.issued", {"to": "c…@dupain.example", "digits": 6}),
        event(47, "2026-11-24T09:04:40Z", "code.failed", {"left": 2}),
        event(48, "2026-11-24T09:05:07Z", "code.verified", {"ticket": 7}),
        event(49, "2026-11-24T09:05:07Z", "quote.accepted", {"signature_id": "FCT-20261124-7K3F9Q2MXW4T"}),
        event(50, "2026-11-24T09:05:08Z", "signature.sealed", {"level": "B-B"}),
    ],
    "seal": {"level": "B-B", "why_not": None, "certificate_sha256": sha("certificate"), "time": "server", "tsa": None},
    "chain": {"seq": 50, "hash": sha("entry 50")},
    "keep_until": "2036-11-24",
}  # fmt: skip

ENGLISH: dict[str, Any] = FRENCH | {
    "language": "en",
    "timezone": "Europe/London",
    "channel": "email",
    "client": FRENCH["client"] | {"name": "Harbour Ltd", "kind": "B2B_EU", "signatory": None},
    "document": FRENCH["document"] | {"signed_sha256": None, "annexes": [], "label": ""},
    "seal": {"level": None, "why_not": "form", "certificate_sha256": None, "time": "server", "tsa": None},
    "events": [
        *FRENCH["events"][:2],
        consent(43, 1, "read", "I have read quote D-2026-0044 (€12,456.00 incl. VAT)."),
        event(44, "2026-11-24T09:04:00Z", "mail.received", {"authentication": "dkim=pass; spf=pass"}),
        *FRENCH["events"][7:9],
        event(50, "2026-11-24T09:05:08Z", "signature.proof_only", {"why": "form"}),
    ],
}  # fmt: skip


MAIL = event(47, "2026-11-24T09:04:40Z", "mail.received", {"authentication": "dkim=pass; spf=pass"})
MADE = ("mail.received", "signature.sealed", "signature.proof_only")


def variant(language: str, channel: str, sealed: bool) -> dict[str, Any]:
    """The same signature in the other language, by the other channel, with or without a signed file."""
    said, made = FRENCH if language == "fr" else ENGLISH, FRENCH if sealed else ENGLISH
    shown = [one for one in said["events"] if one["kind"] not in MADE]
    if channel == "email":
        shown = [MAIL if one["kind"] == "code.failed" else one for one in shown]
        shown += [] if MAIL in shown else [MAIL]
    events = [*sorted(shown, key=lambda one: one["seq"]), made["events"][-1]]
    document = said["document"] | {"signed_sha256": made["document"]["signed_sha256"]}
    return said | {"channel": channel, "document": document, "events": events, "seal": made["seal"]}
