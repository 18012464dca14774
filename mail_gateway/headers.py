"""Single headers, read with care: each reader takes the raw value and has a fallback. Pure."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.policy import Compat32
from email.utils import parsedate_to_datetime

from mail_gateway.charset import decoded, one_line

LONGEST_SUBJECT = 300
READ_AT_MOST = 2000  # characters of an unstructured header: encoded words cost time
MESSAGE_ID = re.compile(r"<[^<>\s\x00-\x1f\x7f]{1,250}>")
REFERENCES = 10
PREFIXES = re.compile(r"^(?:\s*(?:re|rép|rep|réf|tr|fwd?|wg|aw)\s*(?:\[\d{1,3}\])?\s*:)+\s*", re.I)


class Lenient(Compat32):
    """compat32 (ten times cheaper than policy.default, and it raises on fewer mails), raw UTF-8 in headers kept."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        return raw_text(value)


def parsed(raw: bytes) -> Message:
    return message_from_bytes(raw, policy=Lenient())


def values(mail: Message, name: str) -> list[str]:
    """All values of a header, unfolded; bytes that are not ASCII stay as surrogates."""
    wanted = name.lower()
    found = (value for key, value in mail.raw_items() if key.lower() == wanted)
    return [str(value).replace("\r\n", "").replace("\n", "").strip() for value in found]


def first(mail: Message, name: str) -> str:
    return next(iter(values(mail, name)), "")


def raw_text(value: str) -> str:
    """A raw value as characters: UTF-8 (RFC 6532) or else Windows-1252."""
    if value.isascii():
        return value
    try:
        return decoded(value.encode("utf-8", "surrogateescape"), "utf-8")
    except UnicodeError:
        return value.encode("ascii", "replace").decode()


def unstructured(value: str, longest: int = LONGEST_SUBJECT) -> str:
    """Encoded words (RFC 2047) decoded once; what they decode to is never decoded again."""
    text = raw_text(value[:READ_AT_MOST])
    try:
        return one_line("".join(_piece(data, label) for data, label in decode_header(text)), longest)
    except (HeaderParseError, binascii.Error, ValueError):
        return one_line(text, longest)


def _piece(data: bytes | str, label: str | None) -> str:
    if isinstance(data, str):
        return data
    return decoded(data, label) if label else data.decode("raw_unicode_escape")


def subject(value: str) -> str:
    """Without Re:, TR:, AW: and the like, in French, English and German."""
    return PREFIXES.sub("", unstructured(value), count=1)


def message_ids(texts: Iterable[str]) -> tuple[str, ...]:
    """The ids alone (comments and phrases of old programs dropped); of many the first, then the last ones."""
    found = [match for text in texts for match in MESSAGE_ID.findall(raw_text(text))]
    kept = found if len(found) <= REFERENCES else [found[0], *found[1 - REFERENCES :]]
    return tuple(dict.fromkeys(kept))


def date(value: str) -> datetime | None:
    """The Date header in UTC; None where there is none to be read. Never trusted for more than showing."""
    try:
        at = parsedate_to_datetime(raw_text(value[:100]))
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
