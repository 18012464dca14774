"""A stored mail is believed as far as our own check goes, once; what it found is kept beside what the door saw."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from dkim_signed import pair, signed
from sqlalchemy import insert, select
from zone import NameServer, quoted

from bot.app import Service
from bot.mail import MailRoom
from bot.settings import Settings
from bot.worker import PutAside
from handlers.core.turn import Said
from mail_gateway.authentication import Authentication
from mail_gateway.incoming import Letter
from storage import tables as t
from storage.queue import InboxQueue, Raw

OUTSIDE = "8.8.8.8"
ZONE = {
    "_dmarc.exemple.example": {"TXT": ['"v=DMARC1; p=reject"']},
    "s2026._domainkey.exemple.example": {"TXT": [quoted(pair()[1])]},
    "exemple.example": {"TXT": [f'"v=spf1 ip4:{OUTSIDE} -all"']},
}
MAIL = b"From: anne@exemple.example\r\nSubject: x\r\n\r\nSOLDE\r\n"
SIGNED = signed(MAIL)
PASS = b"Authentication-Results: mx.us.example; dmarc=pass header.from=exemple.example\r\n"
FAIL = b"Authentication-Results: mx.elsewhere.example; dmarc=fail header.from=exemple.example\r\n"
Read = Callable[..., Awaitable[Said]]


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Callable[[NameServer], MailRoom]]:
    made: list[tuple[Service, MailRoom]] = []

    def of(server: NameServer, **settings: Any) -> MailRoom:
        places = {"database_url": f"sqlite:///{tmp_path / 'f.db'}", "files_url": f"file:{tmp_path / 'files'}"}
        own = {"env": "test", "secret_key": "the tests only", "mail_domain": "portail.example"}
        service = Service(Settings(**own, **places, dns_servers=f"127.0.0.1:{server.at[1]}", **settings))
        made.append((service, MailRoom(service)))
        return made[-1][1]

    yield of
    for service, room in made:
        await room.close()
        service.close()


def stored(room: MailRoom, raw: bytes, peer: str = OUTSIDE, **card: Any) -> Raw:
    """As the door stores it, then claimed."""
    now = room.carrier.clock()
    envelope = {
        "peer": peer,
        "helo": "mx",
        "mail_from": "anne@exemple.example",
        "rcpt": "atelier@portail.example",
    }
    row = {"channel": "email", "key": raw.hex()[:90], "received_at": now, "ready_at": now, "state": "due"}
    with room.engine.begin() as db:
        db.execute(insert(t.inbox).values(**row, lane="", envelope=envelope | card, raw=raw))
    (claimed,) = InboxQueue(room.engine).claim(now, 1)
    return claimed


def kept(room: MailRoom, raw: Raw) -> dict[str, Any]:
    with room.engine.connect() as db:
        found: dict[str, Any] = db.execute(
            select(t.inbox.c.envelope).where(t.inbox.c.id == raw.id)
        ).scalar_one()
    return found


@pytest.mark.parametrize(
    ("raw", "card", "level"),
    [
        (SIGNED, {"mail_from": "bounce@evil.example"}, "verified"),
        (MAIL, {}, "verified"),
        (MAIL, {"mail_from": "eve@evil.example"}, "failed"),
        (MAIL, {"peer": "8.8.4.4"}, "failed"),
        (PASS + MAIL, {"peer": "8.8.4.4"}, "failed"),  # our relay's name, typed by the sender
        (FAIL + SIGNED, {}, "verified"),  # what another server thought of it says less than what we verified
    ],
)
async def test_a_mail_from_outside(room: Any, raw: bytes, card: dict[str, Any], level: str) -> None:
    with NameServer(ZONE) as server:
        post = room(server, authserv_id="mx.us.example", trusted_relays="192.0.2.0/24")
        claimed = stored(post, raw, **card)
        said = await post.read(claimed)
    assert said.level == level
    told = kept(post, claimed)
    assert (told["authentication"]["level"], told["helo"]) == (level, "mx")
    assert "header.from=exemple.example (p=reject at exemple.example)" in told["authentication"]["results"]


@pytest.mark.parametrize("peer", ["127.0.0.1", "10.1.2.3", "8.8.4.4", ""])
async def test_what_a_relay_or_a_neighbour_hands_over_is_not_looked_up(room: Any, peer: str) -> None:
    with NameServer(ZONE) as server:
        post = room(server, authserv_id="mx.us.example", trusted_relays="8.8.4.4")
        said = await post.read(stored(post, PASS + MAIL, peer))
        assert said.level == ("verified" if peer == "8.8.4.4" else "unverified")
        assert not server.asked


async def test_what_was_found_stays_when_keys_change(room: Any) -> None:
    with NameServer(ZONE) as server:
        post = room(server)
        claimed = stored(post, SIGNED)
        await post.read(claimed)
        again = Raw(**vars(claimed) | {"envelope": kept(post, claimed)})
        server.records.clear()
        asked = sum(server.asked.values())
        assert (await post.read(again)).level == "verified"
        assert sum(server.asked.values()) == asked


async def test_a_mail_that_no_name_server_told_of_is_looked_up_again_when_it_is_replayed(room: Any) -> None:
    with NameServer(ZONE, failing=list(ZONE)) as server:
        post = room(server)
        claimed = stored(post, MAIL)
        assert (await post.read(claimed)).level == "unverified"
        assert kept(post, claimed)["authentication"]["temporary"]
        server.failing.clear()
        post.authenticator.resolver.clock = lambda: 1e9  # no trouble is kept that long
        again = Raw(**vars(claimed) | {"envelope": kept(post, claimed)})
        assert (await post.read(again)).level == "verified"
        assert not kept(post, claimed)["authentication"]["temporary"]


async def test_nothing_decisive_is_read_in_a_text_that_is_signed_in_part(room: Any) -> None:
    part = signed(MAIL, length=True) + b"VALIDER\r\n"
    with NameServer(ZONE) as server:
        post = room(server)
        said = await post.read(stored(post, part, mail_from="bounce@evil.example"))
    assert (said.level, said.unsafe) == ("verified", True)
    assert "VALIDER" in said.text


async def test_what_is_put_aside_is_not_looked_up(room: Any) -> None:
    with NameServer(ZONE) as server:
        post = room(server)
        with pytest.raises(PutAside):
            await post.read(stored(post, b"Auto-Submitted: auto-replied\r\n" + MAIL))
        assert not server.asked


async def test_the_sender_is_shown_with_what_was_found(room: Any, tmp_path: Path) -> None:
    with NameServer(ZONE) as server:
        post = room(server)
        claimed = stored(post, MAIL, peer="8.8.4.4")
        await post.read(claimed)
    shown = await asyncio.to_thread(_show, claimed.id, post.engine.url.render_as_string())
    assert "peer: 8.8.4.4" in shown
    assert f"authentication: {kept(post, claimed)['authentication']['results']}" in shown


def _show(number: int, database: str) -> str:
    import os

    from typer.testing import CliRunner

    from bot.cli.mail import app

    settings = {
        "FACTEUR_DATABASE_URL": database,
        "FACTEUR_SECRET_KEY": "the tests only",
        "FACTEUR_ENV": "test",
    }
    done = CliRunner().invoke(app, ["show", str(number)], env=os.environ | settings)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize(
    ("letter", "found", "level", "reason", "unsafe"),
    [
        (Letter("accept"), Authentication("verified", ""), "verified", "", False),
        (Letter("accept"), Authentication("failed", ""), "failed", "authentication", False),
        (Letter("accept"), Authentication("unverified", ""), "unverified", "", False),
        (Letter("accept"), Authentication("verified", "", part=True), "verified", "part_signed", True),
        (
            Letter("accept", "parts_differ", unsafe=True),
            Authentication("verified", ""),
            "verified",
            "parts_differ",
            True,
        ),
        (
            Letter("accept", "authentication", level="failed"),
            Authentication("verified", ""),
            "verified",
            "",
            False,
        ),
        (
            Letter("accept", "authentication", level="failed"),
            Authentication("unverified", ""),
            "failed",
            "authentication",
            False,
        ),
    ],
)
def test_what_a_letter_is_worth(
    letter: Letter, found: Authentication, level: str, reason: str, unsafe: bool
) -> None:
    made = found.of(letter)
    assert (made.level, made.reason, made.unsafe) == (level, reason, unsafe)
