"""Mails that broke other parsers: here they are read, or set aside with a reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from mail_gateway.incoming import Envelope, Reading, contents, read
from mail_gateway.screen import refusal, with_crlf

DATA = Path(__file__).parent.parent / "data" / "mail"
SETS = {"cpython-test_email": 48, "flufl-bounce": 117, "mikel-mail": 104, "stalwart-mail-parser": 75}
READING = Reading((), "mx.us.example", ("espace.us.example",))


def mails(name: str) -> list[Path]:
    return [path for path in sorted((DATA / name).rglob("*.*")) if path.suffix in (".txt", ".eml")]


@pytest.mark.parametrize("name", SETS)
def test_none_of_a_collection_is_unreadable(name: str) -> None:
    assert len(mails(name)) == SETS[name]
    for path in mails(name):
        raw = with_crlf(path.read_bytes())
        letter = read(raw, Envelope(), READING)
        assert letter.reason != "unreadable", path.name
        for text in (
            letter.text,
            letter.full_text,
            letter.subject,
            *(item.name for item in letter.attachments),
        ):
            assert "\0" not in text
            text.encode("utf-8")
        if refusal(raw) is None and letter.reason not in ("utf7", "too_many_parts", "too_deep"):
            sizes = tuple(len(data) for data in contents(raw))
            assert sizes == tuple(item.size for item in letter.attachments), path.name


def test_bounces_are_never_taken_for_people() -> None:
    """The collection is of bounces; those few that look like a person's mail in every header are counted."""
    accepted = [
        path.name
        for path in mails("flufl-bounce")
        if read(with_crlf(path.read_bytes()), Envelope(), READING).verdict == "accept"
    ]
    assert len(accepted) <= 3, accepted
