"""What is judged on the raw bytes, before any parser sees them: cheap, and enough to be done at the SMTP door.

CPython splits a header at a bare CR where the relay before us does not, and its parsers take seconds over a few
kilobytes made for that; so such mails are turned away or set aside here. Sizes in bytes.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Literal

MESSAGE = 10 * 1024 * 1024
HEADER_BLOCK = 64 * 1024
HEADERS = 500
ADDRESS_HEADER = 4 * 1024
BOUNDARY_LINES = 200
LINES = 300_000  # ten megabytes of attachments take half of that
NESTED_MESSAGES = 20

BARE_CR = re.compile(rb"\r(?!\n)")
BARE_LF = re.compile(rb"(?<!\r)\n")
FOLDED = re.compile(rb"\r\n[ \t]+")
ADDRESSES = re.compile(rb"(?im)^(?:from|sender|reply-to|to|cc|bcc|resent-[a-z]+|return-path):[^\r]*")
MESSAGE_PART = re.compile(rb"(?im)^content-type:[ \t\r\n]*message/")
IDENTIFYING = re.compile(rb"(?im)^(?:from|date|subject|message-id):[^\r]*")


@dataclass(frozen=True)
class Refusal:
    """`reject`: the sender's program is at fault and gets 550; `quarantine`: set aside for people to look at."""

    verdict: Literal["reject", "quarantine"]
    reason: str


def refusal(raw: bytes) -> Refusal | None:
    """None when the bytes may be parsed."""
    if len(raw) > MESSAGE:
        return Refusal("reject", "too_large")
    if b"\0" in raw:
        return Refusal("reject", "nul")
    if BARE_CR.search(raw):
        return Refusal("reject", "bare_cr")
    if BARE_LF.search(raw):
        return Refusal("reject", "bare_lf")
    return _too_much(raw)


def _too_much(raw: bytes) -> Refusal | None:
    block = header_block(raw)
    if len(block) > HEADER_BLOCK:
        return Refusal("reject", "headers_too_large")
    unfolded = FOLDED.sub(b" ", block)
    if unfolded.count(b"\r\n") > HEADERS:
        return Refusal("reject", "too_many_headers")
    if any(len(line) > ADDRESS_HEADER for line in ADDRESSES.findall(unfolded)):
        return Refusal("reject", "address_header_too_large")
    if raw.count(b"\n") > LINES:
        return Refusal("quarantine", "too_many_lines")
    if raw.count(b"\n--") > BOUNDARY_LINES:
        return Refusal("quarantine", "too_many_parts")
    if len(MESSAGE_PART.findall(raw)) > NESTED_MESSAGES:
        return Refusal("quarantine", "too_deep")
    return None


def header_block(raw: bytes) -> bytes:
    end = raw.find(b"\r\n\r\n")
    return raw if end < 0 else raw[: end + 2]


def with_crlf(raw: bytes) -> bytes:
    """A mail kept in a file with LF ends, as it was on the wire."""
    return BARE_LF.sub(b"\r\n", raw)


def message_key(mailbox: str, raw: bytes) -> str:
    """The same mail twice has the same key: mailbox, From, Date, Subject, Message-ID and body, as SHA-256 in hex.

    A Message-ID alone is not enough: a stranger could send one first and have the real mail dropped.
    """
    block = header_block(raw)
    told = sorted(IDENTIFYING.findall(FOLDED.sub(b" ", block)))
    digest = hashlib.sha256(mailbox.lower().encode() + b"\0" + b"\r\n".join(told) + b"\0")
    digest.update(memoryview(raw)[len(block) :])
    return digest.hexdigest()
