"""Is it a machine that writes? Such mail is read, recorded, never answered (RFC 3834, and what programs do). Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from email.message import Message

from mail_gateway import headers

PRECEDENCE = frozenset({"bulk", "list", "junk", "auto_reply"})
SUPPRESS = re.compile(r"(?:^|[\s,;])(?:all|oof|autoreply|dr|rn|nrn)(?=$|[\s,;])", re.I)
PRESENT = {
    "X-Autoreply": "auto_reply",
    "X-Autorespond": "auto_reply",
    "X-Autoresponder": "auto_reply",
    "X-Loop": "loop",
    "List-Id": "list",
    "List-Post": "list",
}
LOCAL_PARTS = re.compile(
    r"(?:mailer-daemon|postmaster|no[-_.]?reply|do[-_.]?not[-_.]?reply|ne[-_.]?pas[-_.]?repondre|bounces?)(?:[+-].*)?",
    re.I,
)
SUBJECTS = re.compile(
    r"(?:r[ée]ponse automatique|absence du bureau|absent(?:e)? du bureau|(?:message|notification|avis) d[’']absence"
    r"|out of (?:the )?office|auto(?:matic)?[ -]?repl(?:y|ies)|auto[ -]?response|abwesenheit\w*|automatische antwort"
    r"|undeliver(?:able|ed)\b|(?:mail )?delivery (?:status|failed|failure)\b|mail could not be delivered|non remis\b"
    r"|returned mail\b|échec de (?:la )?remise)",
    re.I,
)
REPORTS = frozenset({"multipart/report", "message/disposition-notification", "message/delivery-status"})


def robot(mail: Message, sender: str | None, mail_from: str | None, own_domains: Collection[str]) -> str:
    """One stable word for why this mail is a machine's; "" for a person's.

    `mail_from`: the envelope's, "" for the null sender, None where it is not known.
    """
    submitted = headers.first(mail, "Auto-Submitted")
    if submitted and re.split(r"[\s;(]", submitted.lower(), maxsplit=1)[0] != "no":
        return "auto_submitted"
    if mail_from == "" or re.fullmatch(r"<\s*>", headers.first(mail, "Return-Path")):
        return "null_sender"
    if _machine_part(mail):
        return "report"
    if headers.first(mail, "Precedence").strip().lower() in PRECEDENCE:
        return "precedence"
    if SUPPRESS.search(headers.first(mail, "X-Auto-Response-Suppress")):
        return "suppress"
    for name, reason in PRESENT.items():
        if headers.first(mail, name):
            return reason
    return _by_name(sender, own_domains) or _by_subject(mail)


def _machine_part(mail: Message) -> bool:
    """A bounce, a complaint, a receipt, or the answer of a calendar."""
    if mail.get_content_type() in REPORTS:
        return True
    return any(
        part.get_content_type() == "text/calendar" and str(part.get_param("method", "")).upper() == "REPLY"
        for part in (mail, *(mail.get_payload() if mail.is_multipart() else ()))
        if isinstance(part, Message)
    )


def _by_name(sender: str | None, own_domains: Collection[str]) -> str:
    local, _, domain = (sender or "").rpartition("@")
    if domain and domain in own_domains:
        return "own_address"
    return "robot_sender" if LOCAL_PARTS.fullmatch(local) else ""


def _by_subject(mail: Message) -> str:
    return "out_of_office" if SUBJECTS.match(headers.subject(headers.first(mail, "Subject"))) else ""
