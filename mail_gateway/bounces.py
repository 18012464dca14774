"""What a bounce says: which address, whether for good, in whose words. Pure: bytes in, data out; run it in the guard.

Anybody can write one. It is believed only as far as it proves that it is about a mail of ours (`proofs`): that is for
whoever holds the key (mail_gateway/addresses.py), never for what is read here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from typing import Literal

from mail_gateway import headers
from mail_gateway.quote_marks import ADDRESS
from mail_gateway.screen import refusal

Outcome = Literal["bounced", "delayed", "delivered", "complaint", "unknown"]
# RFC 3464, 2.3.3: what the last server did. "relayed" is the last we hear of it, and no proof that it came.
ACTIONS: dict[str, Outcome] = {"failed": "bounced", "delayed": "delayed", "delivered": "delivered"}
STATUS = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")
DEEPEST = 5  # parts within parts


@dataclass(frozen=True)
class Report:
    """`recipients`: the addresses it names, the original one first; `status`: as in RFC 3463, "" where it says none.

    `proofs`: what may be a mark of ours in what it encloses: a Message-ID, a MAIL FROM.
    """

    outcome: Outcome
    recipients: tuple[str, ...] = ()
    status: str = ""
    proofs: tuple[str, ...] = ()


UNKNOWN = Report("unknown")


def read(raw: bytes) -> Report:
    """Never raises over a mail: what cannot be read says nothing."""
    if refusal(raw):
        return UNKNOWN
    try:
        mail = headers.parsed(raw)
        return _complaint(mail) or _notification(mail) or _in_words(mail)
    except Exception:
        return UNKNOWN  # parsers raise what they like on bytes made for that


def _parts(mail: Message, depth: int = 0) -> Iterator[Message]:
    yield mail
    inside = mail.get_payload() if mail.is_multipart() and depth < DEEPEST else ()
    for part in inside:
        if isinstance(part, Message):
            yield from _parts(part, depth + 1)


def _first(mail: Message, kind: str) -> Message | None:
    return next((part for part in _parts(mail) if part.get_content_type() == kind), None)


def _notification(mail: Message) -> Report | None:
    """RFC 3464. Of several recipients the first one: each of our mails has one."""
    part = _first(mail, "message/delivery-status")
    groups = [one for one in part.get_payload() if isinstance(one, Message)] if part else []
    told = next((one for one in groups if headers.first(one, "Action")), None)
    if told is None:
        return None
    action = re.split(r"[\s(;]", headers.first(told, "Action").strip().lower(), maxsplit=1)[0]
    status = STATUS.search(headers.first(told, "Status"))
    outcome = ACTIONS.get(action, "unknown")
    if outcome == "bounced" and status and status[0].startswith("2."):
        outcome = "unknown"  # it contradicts itself
    named = (_address(headers.first(told, name)) for name in ("Original-Recipient", "Final-Recipient"))
    return Report(outcome, tuple(filter(None, named)), status[0] if status else "", _proofs(mail))


def _address(typed: str) -> str:
    """Of "rfc822; a@b.example"."""
    found = ADDRESS.search(typed.rpartition(";")[2])
    return found[0].casefold() if found else ""


def _complaint(mail: Message) -> Report | None:
    """The Abuse Reporting Format, RFC 5965: a person pressed "this is spam"."""
    part = _first(mail, "message/feedback-report")
    if part is None:
        return None
    payload = part.get_payload()
    # Its fields are a header block, which the parser takes for a message of its own.
    told = payload[0] if isinstance(payload, list) and payload else headers.parsed(str(payload).encode())
    assert isinstance(told, Message)
    kind = headers.first(told, "Feedback-Type").strip().lower()
    whom = _address(headers.first(told, "Original-Rcpt-To"))
    proofs = (headers.first(told, "Original-Mail-From").strip("<> "), *_proofs(mail))
    outcome: Outcome = "unknown" if kind == "not-spam" else "complaint"
    return Report(outcome, (whom,) if whom else (), "", tuple(filter(None, proofs)))


def _proofs(mail: Message) -> tuple[str, ...]:
    """Of the mail that a report encloses, or of its headers alone (text/rfc822-headers)."""
    kinds = ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers")
    part = next((one for one in _parts(mail) if one.get_content_type() in kinds), None)
    if part is None:
        return ()
    payload = part.get_payload()
    inner = payload[0] if isinstance(payload, list) and payload else headers.parsed(str(payload).encode())
    assert isinstance(inner, Message)
    return headers.message_ids([headers.first(inner, "Message-ID")])


def _in_words(mail: Message) -> Report:
    """The forms that are older than the standard, or beside it."""
    from flufl.bounce import all_failures  # heavy, and seldom wanted

    temporary, permanent = all_failures(mail)
    if permanent:
        return Report("bounced", _named(permanent), "", _proofs(mail))
    return Report("delayed", _named(temporary), "", _proofs(mail)) if temporary else UNKNOWN


def _named(found: frozenset[bytes]) -> tuple[str, ...]:
    return tuple(sorted(address.decode("ascii", "replace").casefold() for address in found))[:1]
