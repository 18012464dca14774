"""The door as a mail server in front finds it: LMTP, one answer for each recipient; and what is its due."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from door_client import BODY, BOX, SENDER, Open, Store, Wire, left

OTHER = "autre@portail.example"


def handed(place: str | int, boxes: list[str], raw: bytes = BODY) -> list[tuple[int, bytes]]:
    """What is answered to a message for these: one answer for each that was taken at RCPT."""
    host, port = (place, 0) if isinstance(place, str) else ("127.0.0.1", place)
    with smtplib.LMTP(host, port) as client:
        client.ehlo_or_helo_if_needed()
        client.mail(SENDER)
        taken = [box for box in boxes if client.rcpt(box)[0] == 250]
        client.putcmd("data")
        assert client.getreply()[0] == 354
        client.send(raw + b".\r\n")
        answers = [client.getreply() for _ in taken]
        assert client.noop()[0] == 250  # no answer is left over
        return answers


async def test_each_recipient_has_an_answer_of_its_own(opened: Open, store: Store) -> None:
    listener = await opened(lmtp=True)
    taken = store.accept

    async def one_fails(raw: bytes, envelope: Mapping[str, Any], key: str, lane: str) -> None:
        if envelope["rcpt"] == OTHER:
            raise OSError("disk full")
        await taken(raw, envelope, key, lane)

    listener.accept = one_fails
    boxes = [BOX, OTHER, "nobody@portail.example", "postmaster@portail.example", BOX]
    answers = await asyncio.to_thread(handed, listener.port, boxes)
    assert [code for code, _ in answers] == [250, 451, 250, 250]
    assert b"disk" not in answers[1][1]
    assert [envelope["rcpt"] for _, envelope, _, _ in store.kept] == [BOX, "postmaster@portail.example"]


async def test_a_mail_that_nobody_can_have_is_refused_for_each(opened: Open, store: Store) -> None:
    listener = await opened(lmtp=True, size=100_000)
    for raw, code in (
        (b"Subject: a\rX: b\r\n\r\nx\r\n", 550),
        (BODY + b"x" * 2000 + b"\r\n", 500),
        (BODY + (b"x" * 76 + b"\r\n") * 4000, 552),
    ):
        answers = await asyncio.to_thread(handed, listener.port, [BOX, OTHER], raw)
        assert [answer for answer, _ in answers] == [code, code]
    assert not store.kept


async def test_it_speaks_lmtp_and_the_other_door_does_not(opened: Open) -> None:
    for listener, well, wrong in (
        (await opened(lmtp=True), b"LHLO mx.example", b"EHLO mx.example"),
        (await opened(), b"EHLO mx.example", b"LHLO mx.example"),
    ):
        wire = await Wire.to(listener, hello=False)
        assert (await wire.answer()).startswith("220 ")
        assert (await wire.say(wrong))[0] == "5"
        said = await wire.say(well)
        assert said.startswith("250")
        assert "AUTH" not in said


async def test_a_socket_file_is_for_its_group_and_is_this_machine(
    opened: Open, store: Store, tmp_path: Path
) -> None:
    path = tmp_path / "lmtp"
    for _ in range(2):  # the first leaves it behind, as a process that was killed does
        await opened(lmtp=True, at=path)
    assert path.stat().st_mode & 0o777 == 0o660
    assert await asyncio.to_thread(handed, str(path), [BOX]) == [(250, b"2.0.0 OK")]
    assert store.kept[0][1]["peer"] == "127.0.0.1"


async def test_a_relay_has_all_connections_and_others_their_few(opened: Open) -> None:
    relay = await opened(per_ip=1, connections=3, relays=("127.0.0.0/8",))
    others = await opened(per_ip=1, connections=3)
    for listener, most in ((relay, 3), (others, 1)):
        for _ in range(most):
            await Wire.to(listener)
        over = await Wire.to(listener, hello=False)
        assert (await over.answer()).startswith("421 4.7.0")
        await left(listener, most)


async def test_while_too_much_waits_everybody_is_asked_to_come_later(opened: Open, store: Store) -> None:
    waits = True

    async def busy() -> bool:
        return waits

    wire = await Wire.to(await opened(busy=busy))
    await wire.say(f"MAIL FROM:<{SENDER}>".encode())
    assert (await wire.say(f"RCPT TO:<{BOX}>".encode())).startswith("451 4.3.2")
    assert (await wire.say(b"RCPT TO:<nobody@portail.example>")).startswith("550 5.1.1")
    waits = False
    await wire.say(b"RSET")
    await wire.at_data()
    await wire.raw(BODY + b".\r\n")
    assert await wire.answer() == "250 2.0.0 OK"
    assert store.texts == [BODY]
