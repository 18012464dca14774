"""The SMTP door, by clients that are not ours: smtplib, and bytes on a socket."""

from __future__ import annotations

import asyncio
import logging
import smtplib
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from door_client import BODY, BOX, SENDER, Open, Store, Wire, left, send
from mail_samples import MARKS


async def test_mail_is_stored_then_answered(opened: Open, store: Store) -> None:
    listener = await opened()
    assert await asyncio.to_thread(send, listener.port) == {}
    ((raw, envelope, key, lane),) = store.kept
    assert raw == BODY
    assert envelope["peer"] == "127.0.0.1"
    assert envelope["mail_from"] == SENDER
    assert envelope["rcpt"] == BOX
    assert envelope["helo"]
    assert len(key) == 64
    assert lane == "client-a@courriel.example"


async def test_250_waits_for_the_commit(opened: Open, store: Store) -> None:
    store.gate = asyncio.Event()
    wire = await Wire.to(await opened())
    await wire.at_data()
    await wire.raw(BODY + b".\r\n")
    await store.reached.wait()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(wire.reader.read(1), 0.1)
    store.gate.set()
    assert await wire.answer() == "250 2.0.0 OK"
    await wire.close()


@pytest.mark.parametrize(
    ("recipient", "answer"),
    [
        (BOX, "250 2.1.5"),
        ("ATELIER-exemple@Portail.EXAMPLE", "250 2.1.5"),
        ("atelier-exemple+vh3kq9s2lmx7@portail.example", "250 2.1.5"),
        (MARKS.reply_address("atelier-exemple", 42, datetime(2026, 12, 1, tzinfo=UTC)), "250 2.1.5"),
        (MARKS.verp(42), "250 2.1.5"),
        ("postmaster@portail.example", "250 2.1.5"),
        ("Abuse@portail.example", "250 2.1.5"),
        ("postmaster", "250 2.1.5"),
        ("nobody@portail.example", "550 5.1.1"),
        ("bounce@portail.example", "550 5.1.1"),
        ("bounce+" + "a" * 40 + "@portail.example", "550 5.1.1"),
        ("mailer-daemon@portail.example", "550 5.1.1"),
        ("atelier-exemple%evil.example@portail.example", "550 5.1.1"),
        ('"atelier-exemple@evil.example"@portail.example', "550 5.1.1"),
        ("someone@evil.example", "550 5.7.1"),
        ("atelier-exemple@sub.portail.example", "550 5.7.1"),
        ("atelier-exemple@[127.0.0.1]", "550 5.7.1"),
        ("nobody", "550 5.1.1"),
        ("broken@portail.example", "451 4.3.0"),
    ],
)
async def test_who_is_not_ours_is_refused_at_once(opened: Open, recipient: str, answer: str) -> None:
    wire = await Wire.to(await opened())
    await wire.say(b"MAIL FROM:<a@b.example>")
    said = await wire.say(f"RCPT TO:<{recipient}>".encode())
    assert said.startswith(answer)
    assert "xyz" not in said
    await wire.close()


async def test_one_row_for_each_of_our_recipients(opened: Open, store: Store) -> None:
    listener = await opened()
    await asyncio.to_thread(
        send, listener.port, BODY, [BOX, "autre@portail.example", BOX, "postmaster@portail.example"]
    )
    assert [envelope["rcpt"] for _, envelope, _, _ in store.kept] == [
        BOX, "autre@portail.example", "postmaster@portail.example",
    ]  # fmt: skip
    assert len({key for _, _, key, _ in store.kept}) == 3


async def test_null_sender_is_taken(opened: Open, store: Store) -> None:
    listener = await opened()
    await asyncio.to_thread(send, listener.port, BODY, [MARKS.verp(42)], "")
    assert store.kept[0][1]["mail_from"] == ""


async def test_same_mail_again_is_one(opened: Open, store: Store) -> None:
    listener = await opened()
    for trace in (b"Received: from a\r\n", b"Received: from b\r\n"):
        await asyncio.to_thread(send, listener.port, trace + BODY)
    assert len(store.kept) == 1


@pytest.mark.parametrize(
    ("raw", "sender"),
    [
        (BODY.replace(b"Bonjour", b"Bonsoir"), SENDER),
        (BODY.replace(b"mes factures", b"mes devis"), SENDER),
        (BODY.replace(b"Client-A", b"Client-B"), SENDER),
        (b"Date: Tue, 24 Nov 2026 08:00:00 +0100\r\n" + BODY, SENDER),
        (b"Message-ID: <a@b.example>\r\n" + BODY, SENDER),
        (BODY, "other@courriel.example"),
    ],
)
async def test_another_mail_is_another(opened: Open, store: Store, raw: bytes, sender: str) -> None:
    listener = await opened()
    await asyncio.to_thread(send, listener.port)
    await asyncio.to_thread(send, listener.port, raw, None, sender)
    assert len(store.kept) == 2


async def test_known_message_id_does_not_pre_empt(opened: Open, store: Store) -> None:
    listener = await opened()
    head = b"Message-ID: <guessed@courriel.example>\r\n"
    await asyncio.to_thread(
        send, listener.port, head + BODY.replace(b"Bonjour", b"x"), None, "e@evil.example"
    )
    await asyncio.to_thread(send, listener.port, head + BODY)
    assert len(store.kept) == 2


# --- what is refused before it is parsed


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: a\rAuthentication-Results: mx.us; dmarc=pass\r\n\r\nx\r\n",
        b"Subject: a\nX: y\r\n\r\nx\r\n",
        b"Subject: a\r\n\r\nnul \0 here\r\n",
        b"Subject: a\r\n\r\nbare \r cr\r\n",
        b"Subject: a\r\n\r\nbare \n lf\r\n",
        b"Subject: a\r\n\r\n\r\r\n",
    ],
)
async def test_bare_cr_lf_and_nul_are_refused(opened: Open, store: Store, raw: bytes) -> None:
    wire = await Wire.to(await opened())
    await wire.at_data()
    await wire.raw(raw + b".\r\n")
    assert (await wire.answer()).startswith("550 5.6.0")
    await wire.close()
    assert not store.kept


@pytest.mark.parametrize(
    ("head", "answer"),
    [
        (b"".join(b"X-%d: %s\r\n" % (n, b"y" * 900) for n in range(80)), "552 5.3.4"),
        (b"X: y\r\n" * 501, "550 5.6.0"),
        (b"From: " + b"a@b.c,\r\n " * 600 + b"a@b.c\r\n", "550 5.6.0"),
        (b"To: " + b'"\r\n ' * 2500 + b"\r\n", "550 5.6.0"),
        (b"reply-TO: " + b"(\r\n " * 2500 + b"\r\n", "550 5.6.0"),
    ],
)
async def test_header_block_has_limits(opened: Open, store: Store, head: bytes, answer: str) -> None:
    wire = await Wire.to(await opened())
    await wire.at_data()
    await wire.raw(head + b"\r\nx\r\n.\r\n")
    assert (await wire.answer()).startswith(answer)
    await wire.close()
    assert not store.kept


@pytest.mark.parametrize(
    ("raw", "lane"),
    [
        (b"\r\n", "client-a@courriel.example"),
        (b"no header at all\r\n", "client-a@courriel.example"),
        (b"Subject: no body\r\n", "client-a@courriel.example"),
        (b"From: =?utf-8?q?x?= <X@Y.example>\r\n\r\n", "x@y.example"),
        (b"From: \xff\xfe <x@y.example>\r\n\r\n", "x@y.example"),
        (b"From: " + b"(" * 900 + b"\r\n\r\n", "client-a@courriel.example"),
        (b"From: hell\xc3\xa9@y.example\r\n\r\n", None),
        (b"", "client-a@courriel.example"),
    ],
)
async def test_odd_mail_is_stored_for_the_worker_to_judge(
    opened: Open, store: Store, raw: bytes, lane: str | None
) -> None:
    wire = await Wire.to(await opened())
    await wire.at_data()
    await wire.raw(raw + b".\r\n")
    assert await wire.answer() == "250 2.0.0 OK"
    await wire.close()
    assert store.texts == [raw]
    assert store.kept[0][3].isascii()
    if lane is not None:
        assert store.kept[0][3] == lane


async def test_dots_are_unstuffed(opened: Open, store: Store) -> None:
    wire = await Wire.to(await opened())
    await wire.at_data()
    await wire.raw(b"Subject: x\r\n\r\n..\r\n...two\r\nend\r\n.\r\n")
    assert await wire.answer() == "250 2.0.0 OK"
    await wire.close()
    assert store.texts == [b"Subject: x\r\n\r\n.\r\n..two\r\nend\r\n"]


# --- smuggling: one message, no second envelope (CVE-2023-51764, CVE-2024-27305)

SECOND = (
    b"MAIL FROM:<admin@portail.example>\r\nRCPT TO:<atelier-exemple@portail.example>\r\n"
    b"DATA\r\nFrom: x\r\n\r\nfake\r\n"
)


@pytest.mark.parametrize(
    "end", [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r.\r\n", b"\r\n.\r", b"\r\n.\r\r\n", b"\n.\r"]
)
async def test_only_crlf_dot_crlf_ends_a_message(opened: Open, store: Store, end: bytes) -> None:
    wire = await Wire.to(await opened())
    await wire.at_data()
    await wire.raw(b"Subject: x\r\n\r\nfirst" + end + SECOND + b".\r\n")
    assert (await wire.answer()).startswith("550 5.6.0")
    assert (await wire.say(b"NOOP")).startswith("250")
    await wire.close()
    assert not store.kept


# --- TLS


async def test_starttls_is_offered_where_there_is_a_certificate(
    opened: Open, store: Store, server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    listener = await opened(lambda: server_tls)

    def talk() -> list[bool]:
        with smtplib.SMTP("localhost", listener.port, timeout=10) as client:
            client.ehlo()
            offered = [client.has_extn("auth"), client.has_extn("starttls")]
            client.starttls(context=client_tls)
            client.ehlo()
            client.sendmail(SENDER, [BOX], BODY)
            return [*offered, client.has_extn("auth"), client.has_extn("starttls")]

    assert await asyncio.to_thread(talk) == [False, True, False, False]
    assert store.texts == [BODY]
    assert store.kept[0][1]["peer"] == "127.0.0.1"
    assert len(listener.guests.doors) <= 1


async def test_commands_sent_ahead_of_tls_are_forgotten(
    opened: Open, store: Store, server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    wire = await Wire.to(await opened(lambda: server_tls))
    await wire.raw(
        b"STARTTLS\r\nMAIL FROM:<e@evil.example>\r\nRCPT TO:<atelier-exemple@portail.example>\r\nDATA\r\n"
    )
    assert (await wire.answer()).startswith("220")
    try:
        await wire.writer.start_tls(client_tls, server_hostname="localhost", ssl_handshake_timeout=3)
        assert (await wire.say(b"EHLO again.example")).startswith("250")
        assert (await wire.say(b"DATA")).startswith("503")
    except (OSError, ssl.SSLError):
        pass  # the bytes sent ahead broke the handshake: nothing was taken either
    await wire.close()
    assert not store.kept


async def test_log_in_is_never_offered(opened: Open) -> None:
    wire = await Wire.to(await opened(), hello=False)
    assert (await wire.answer()).startswith("220 portail.example ESMTP")
    said = await wire.say(b"EHLO client.example")
    assert "AUTH" not in said
    assert "250-SIZE 10000000" in said
    assert "SMTPUTF8" in said
    assert "STARTTLS" not in said
    assert (await wire.say(b"AUTH PLAIN AGEAYg=="))[0] == "5"
    await wire.close()


async def test_smtputf8(opened: Open, store: Store) -> None:
    listener = await opened()
    raw = "From: hélène@courriel.example\r\nSubject: été\r\n\r\nBonjour\r\n".encode()
    await asyncio.to_thread(
        send, listener.port, raw, None, "hélène@courriel.example", mail_options=["SMTPUTF8", "BODY=8BITMIME"]
    )
    assert store.texts == [raw]
    assert store.kept[0][1]["mail_from"] == "hélène@courriel.example"


# --- limits


async def test_size_that_is_said_is_refused_at_once(opened: Open) -> None:
    wire = await Wire.to(await opened())
    assert (await wire.say(b"MAIL FROM:<a@b.example> SIZE=10000001")).startswith("552")
    await wire.close()


async def test_size_that_was_a_lie_is_refused_at_the_end(opened: Open, store: Store) -> None:
    wire = await Wire.to(await opened(size=100_000))
    assert (await wire.say(b"MAIL FROM:<a@b.example> SIZE=10")).startswith("250")
    await wire.say(f"RCPT TO:<{BOX}>".encode())
    await wire.say(b"DATA")
    await wire.raw(BODY + (b"x" * 76 + b"\r\n") * 4000 + b".\r\n")
    assert (await wire.answer()).startswith("552")
    assert (await wire.say(b"NOOP")).startswith("250")
    await wire.close()
    assert not store.kept


async def test_line_that_never_ends_is_cut(opened: Open, store: Store) -> None:
    listener = await opened(size=10_000)
    wire = await Wire.to(listener)
    await wire.at_data()

    async def flood() -> None:
        while True:
            await wire.raw(b"x" * 65536)
            await asyncio.sleep(0)

    with pytest.raises(ConnectionError):
        await asyncio.wait_for(flood(), 5)
    assert await wire.ended()
    await wire.close()
    assert not store.kept


async def test_ten_recipients(opened: Open) -> None:
    wire = await Wire.to(await opened(errors=1000))
    await wire.say(b"MAIL FROM:<a@b.example>")
    answers = [await wire.say(f"RCPT TO:<{BOX}>".encode()) for _ in range(12)]
    assert [said[:3] for said in answers] == ["250"] * 10 + ["452"] * 2
    await wire.close()


@pytest.mark.parametrize(
    "command",
    [
        b"RCPT TO:<nobody@portail.example>",
        b"NONSENSE",
        b"",
        b"\xff\xfe",
        b"RCPT TO:<x@evil.example>",
        b"VRFY",
        b"x" * 600,
    ],
)
async def test_too_many_errors_end_the_connection(opened: Open, command: bytes) -> None:
    listener = await opened()
    wire = await Wire.to(listener)
    await wire.say(b"MAIL FROM:<a@b.example>")
    said = []
    for _ in range(200):
        try:
            said.append(await wire.say(command))
        except ConnectionError:
            break
        if said[-1] == "":
            break
    assert len(said) <= 23
    await wire.close()
    assert not listener.guests.doors


async def test_connections_are_counted_for_each_address_and_in_all(opened: Open, store: Store) -> None:
    listener = await opened(per_ip=3, connections=3)
    wires = [await Wire.to(listener) for _ in range(3)]
    for _ in range(5):
        over = await Wire.to(listener, hello=False)
        assert (await over.answer()).startswith("421 4.7.0")
        assert await over.ended()
        await over.close()
    await wires.pop().close()
    await left(listener, 2)
    wires.append(await Wire.to(listener))
    await wires[-1].at_data()
    await wires[-1].raw(BODY + b".\r\n")
    assert await wires[-1].answer() == "250 2.0.0 OK"
    for wire in wires:
        await wire.close()
    await left(listener, 0)
    assert not +listener.guests.peers


async def test_silent_client_is_shown_out(opened: Open) -> None:
    wire = await Wire.to(await opened(timeout=0.2))
    assert await wire.ended()
    await wire.close()


async def test_client_that_dribbles_is_shown_out(opened: Open, store: Store) -> None:
    wire = await Wire.to(await opened(timeout=0.3))
    await wire.at_data()

    async def dribble() -> None:
        while True:
            await wire.raw(b"x")
            await asyncio.sleep(0.02)

    with pytest.raises(ConnectionError):
        await asyncio.wait_for(dribble(), 5)
    await wire.close()
    assert not store.kept


async def test_slow_but_honest_sender_is_waited_for(opened: Open, store: Store) -> None:
    wire = await Wire.to(await opened(timeout=2.0))
    await wire.at_data()
    await wire.raw(BODY)
    for _ in range(8):  # in all longer than the time-out, each well within it
        await wire.raw((b"x" * 70 + b"\r\n") * 1000)
        await asyncio.sleep(0.3)
    await wire.raw(b".\r\n")
    assert await wire.answer() == "250 2.0.0 OK"
    await wire.close()
    assert len(store.kept) == 1


# --- our failures


@pytest.mark.parametrize(
    "error", [OSError("disk full at /var/lib/secret"), RuntimeError("database is locked"), KeyError("x")]
)
async def test_our_failure_is_451_without_a_word_about_it(
    opened: Open, store: Store, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    store.fails = error
    caplog.set_level(logging.DEBUG)
    wire = await Wire.to(await opened())
    await wire.at_data()
    await wire.raw(BODY + b".\r\n")
    assert await wire.answer() == "451 4.3.0 Temporary failure, try again later"
    store.fails = None
    await wire.at_data()
    await wire.raw(BODY + b".\r\n")
    assert await wire.answer() == "250 2.0.0 OK"
    await wire.close()
    assert "courriel.example" not in caplog.text
    assert "Bonjour" not in caplog.text


async def test_failure_for_one_of_two_recipients_is_a_failure(opened: Open, store: Store) -> None:
    listener = await opened()
    taken = store.accept

    async def second_fails(raw: bytes, envelope: Mapping[str, Any], key: str, lane: str) -> None:
        if envelope["rcpt"] == "autre@portail.example":
            raise OSError
        await taken(raw, envelope, key, lane)

    listener.accept = second_fails
    with pytest.raises(smtplib.SMTPDataError) as refused:
        await asyncio.to_thread(send, listener.port, BODY, [BOX, "autre@portail.example"])
    assert refused.value.smtp_code == 451
    listener.accept = taken
    await asyncio.to_thread(send, listener.port, BODY, [BOX, "autre@portail.example"])
    assert [envelope["rcpt"] for _, envelope, _, _ in store.kept] == [BOX, "autre@portail.example"]


async def test_client_that_hangs_up_amid_the_mail_leaves_nothing(opened: Open, store: Store) -> None:
    listener = await opened()
    wire = await Wire.to(listener)
    await wire.at_data()
    await wire.raw(BODY)
    await wire.close()
    await left(listener, 0)
    assert not store.kept


async def test_client_that_hangs_up_during_the_commit_harms_nobody(opened: Open, store: Store) -> None:
    store.gate = asyncio.Event()
    listener = await opened()
    wire = await Wire.to(listener)
    await wire.at_data()
    await wire.raw(BODY + b".\r\n")
    await store.reached.wait()
    await wire.close()
    await left(listener, 0)
    store.gate.set()
    await asyncio.to_thread(send, listener.port)
    await asyncio.to_thread(send, listener.port)
    assert store.texts == [BODY]


# --- closing


async def test_closing_finishes_what_is_being_stored(opened: Open, store: Store) -> None:
    store.gate = asyncio.Event()
    listener = await opened()
    busy, idle = await Wire.to(listener), await Wire.to(listener)
    await busy.at_data()
    await busy.raw(BODY + b".\r\n")
    await store.reached.wait()
    closing = asyncio.create_task(listener.close(grace=5))
    assert (await idle.answer()).startswith("421 4.3.2")
    assert await idle.ended()
    store.gate.set()
    assert await busy.answer() == "250 2.0.0 OK"
    assert (await busy.answer()).startswith("421 4.3.2")
    await closing
    assert store.texts == [BODY]
    with pytest.raises(OSError):
        await Wire.to(listener)
    await busy.close()
    await idle.close()


async def test_closing_does_not_wait_for_ever(opened: Open, store: Store) -> None:
    store.gate = asyncio.Event()
    listener = await opened()
    wire = await Wire.to(listener)
    await wire.at_data()
    await wire.raw(BODY + b".\r\n")
    await store.reached.wait()
    await asyncio.wait_for(listener.close(grace=0.1), 3)
    assert await wire.ended()
    await wire.close()
    assert not store.kept


async def test_many_at_once(opened: Open, store: Store) -> None:
    listener = await opened(connections=50, per_ip=50)
    mails = [BODY.replace(b"Bonjour", b"Bonjour %d" % n) for n in range(40)]
    await asyncio.gather(*(asyncio.to_thread(send, listener.port, raw) for raw in mails))
    assert sorted(store.texts) == sorted(mails)
