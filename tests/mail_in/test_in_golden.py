"""Raw mails and what they say to the desk, kept side by side."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mail_gateway.addresses import NEVER, Marks
from mail_gateway.incoming import Envelope, Letter, Reading, contents, read, said_from
from mail_gateway.screen import with_crlf

GOLDEN = Path(__file__).parent.parent / "data" / "mail" / "golden"
MARKS = Marks(b"k" * 32, "portail.example")
READING = Reading(("192.0.2.0/24",), "mx.portail.example", ("portail.example",))
AT = datetime(2026, 11, 24, 8, 15, tzinfo=UTC)


def golden(name: str) -> tuple[bytes, dict[str, Any]]:
    raw = with_crlf((GOLDEN / f"{name}.eml").read_bytes())
    return raw, json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))


def taken(name: str) -> tuple[Letter, dict[str, Any], dict[str, Any]]:
    raw, want = golden(name)
    return (
        read(raw, Envelope(want["peer"], "claire@durand.example", (want["rcpt"],)), READING),
        want,
        want["said"],
    )


@pytest.mark.parametrize("name", sorted(path.stem for path in GOLDEN.glob("*.eml")))
def test_a_golden_mail_says_what_it_said(name: str) -> None:
    letter, want, told = taken(name)
    recipient = MARKS.read_address(want["rcpt"])
    assert recipient is not None
    said = said_from(letter, recipient, MARKS, at=AT, inbox=7)
    assert letter.verdict == "accept"
    assert (said.at, said.inbox) == (AT, 7)
    got = asdict(said)
    got["mark"] = said.mark and {
        "outgoing": said.mark.outgoing,
        "expires_at": said.mark.expires_at.isoformat(),
    }
    got["references"] = list(said.references)
    empty = {key: value for key, value in got.items() if key not in told and key not in ("id", "at", "inbox")}
    assert {key: got[key] for key in told} == told
    assert not any(empty.values())
    assert [
        {"name": item.name, "size": item.size, "media_type": item.media_type} for item in letter.attachments
    ] == want["attachments"]


def test_the_bytes_of_an_attachment_are_had_apart() -> None:
    raw, _ = golden("with_pdf")
    assert contents(raw) == (b"%PDF-1.4\n%end\n",)


def test_the_same_mail_has_the_same_id_per_mailbox_and_another_has_not() -> None:
    recipient = MARKS.read_local("atelier-exemple")
    other = MARKS.read_local("voisin")
    letter = taken("verified")[0]
    said = [said_from(letter, to, MARKS, at=AT).id for to in (recipient, recipient, other)]
    assert said[0] == said[1] != said[2]
    raw, want = golden("verified")
    changed = read(raw.replace(b"SOLDE", b"DEVIS"), Envelope(want["peer"]), READING)
    assert said_from(changed, recipient, MARKS, at=AT).id != said[0]


def test_relays_that_add_headers_change_no_id() -> None:
    raw, _ = golden("verified")
    again = read(b"Received: from x by y; Tue, 24 Nov 2026 09:15:00 +0100\r\n" + raw, Envelope(), READING)
    assert again.key == taken("verified")[0].key


def test_the_token_of_the_reply_address_wins_over_in_reply_to() -> None:
    letter = taken("plus_dropped")[0]
    by_id = said_from(letter, MARKS.read_local("atelier-exemple"), MARKS, at=AT).mark
    assert by_id is not None
    assert (by_id.outgoing, by_id.expires_at) == (42, NEVER)
    local = MARKS.reply_address("atelier-exemple", 77, AT).partition("@")[0]
    by_token = said_from(letter, MARKS.read_local(local), MARKS, at=AT).mark
    assert by_token is not None
    assert (by_token.outgoing, by_token.expires_at) == (77, AT)


def test_nobody_speaks_in_a_letter_without_sender() -> None:
    letter = read(b"To: x@y.example\r\n\r\nSOLDE\r\n", Envelope(), READING)
    with pytest.raises(ValueError, match="without sender"):
        said_from(letter, MARKS.read_local("atelier-exemple"), MARKS, at=AT)
