"""The relay, a real one: what it answers, and what becomes of the mail."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from aiosmtpd.smtp import AuthResult
from fake_relay import FakeRelay
from mail_samples import MARKS, NOW, OUT, SAMPLES, parts, read

from handlers.core.ports import Undeliverable
from mail_gateway.carrier import MailCarrier
from mail_gateway.outgoing import Envelope
from mail_gateway.sender import Relay
from mail_gateway.server import BadRelay, Server

Start = Callable[..., Awaitable[FakeRelay]]
MAIL = Envelope(
    "bounce+a@portail.example", "client-a@courriel.example", b"Subject: x\r\n\r\nBonjour.\r\n.\r\n..\r\n"
)


def to(relay: FakeRelay, **options: object) -> Relay:
    return Relay(f"smtp://127.0.0.1:{relay.port}?tls=none", timeout=2, **options)


async def refused(sender: Relay, mail: Envelope = MAIL) -> Undeliverable:
    with pytest.raises(Undeliverable) as raised:
        await sender.send(mail)
    await sender.close()
    return raised.value


async def test_mail_arrives_whole_and_the_relays_word_comes_back(start_relay: Start) -> None:
    relay = await start_relay()
    sender = to(relay)
    assert await sender.send(MAIL) == "2.0.0 Ok: queued as 4711"
    await sender.close()
    ((_, envelope),) = relay.taken
    assert envelope.content == MAIL.raw
    assert envelope.mail_from == MAIL.mail_from
    assert envelope.rcpt_tos == [MAIL.rcpt]
    assert f"SIZE={len(MAIL.raw)}" in envelope.mail_options


async def test_connection_is_used_again(start_relay: Start) -> None:
    relay = await start_relay()
    sender = to(relay)
    for _ in range(3):
        await sender.send(MAIL)
    await sender.close()
    assert len(relay.doors) == 1
    assert len(relay.taken) == 3


async def test_at_most_four_connections(start_relay: Start) -> None:
    relay = await start_relay()
    sender = to(relay)
    await asyncio.gather(*(sender.send(MAIL) for _ in range(20)))
    await sender.close()
    assert len(relay.taken) == 20
    assert 1 <= len(relay.doors) <= 4


async def test_idle_connection_is_not_trusted(start_relay: Start) -> None:
    relay = await start_relay()
    sender = to(relay, idle=0.0)
    await sender.send(MAIL)
    await sender.send(MAIL)
    await sender.close()
    assert len(relay.doors) == 2


async def test_relay_that_hung_up_in_between_gets_the_mail_on_a_new_connection(start_relay: Start) -> None:
    relay = await start_relay()
    sender = to(relay)
    await sender.send(MAIL)
    relay.drop_all()
    await sender.send(MAIL)
    await sender.close()
    assert len(relay.taken) == 2
    assert len(relay.doors) == 2


async def test_relay_that_says_421_to_an_idle_connection_gets_it_on_a_new_one(start_relay: Start) -> None:
    relay = await start_relay()
    sender = to(relay)
    await sender.send(MAIL)
    relay.doors[0]._handle_hooks["MAIL"] = say_421
    await sender.send(MAIL)
    await sender.close()
    assert len(relay.taken) == 2
    assert len(relay.doors) == 2


async def say_421(*_: object) -> str:
    return "421 4.4.2 Idle too long"


@pytest.mark.parametrize(
    ("command", "answer", "permanent", "pause"),
    [
        ("RCPT", "550 5.1.1 No such user", True, False),
        ("RCPT", "450 4.2.0 Greylisted", False, False),
        ("RCPT", "452 4.2.2 Mailbox full", False, False),
        ("RCPT", "530 5.7.0 Authentication required", False, True),
        ("DATA", "554 5.7.1 Refused", True, False),
        ("DATA", "552 5.3.4 Too big", True, False),
        ("DATA", "451 4.3.0 Later", False, False),
        ("DATA", "421 4.3.2 Closing", False, False),
        ("MAIL", "421 4.7.0 Too many", False, False),
        ("MAIL", "451 4.3.0 Later", False, False),
        ("MAIL", "552 5.3.4 Too big", True, False),
        ("MAIL", "553 5.7.1 Sender not owned by you", False, True),
    ],
)
async def test_what_the_relay_answers(
    start_relay: Start, command: str, answer: str, permanent: bool, pause: bool
) -> None:
    relay = await start_relay()
    relay.say[command] = answer
    error = await refused(to(relay))
    assert (error.permanent, error.pause) == (permanent, pause)
    assert str(error).startswith(answer[:3])


async def test_refused_mail_does_not_cost_the_connection(start_relay: Start) -> None:
    relay = await start_relay()
    sender = to(relay)
    relay.say["RCPT"] = "550 5.1.1 No such user"
    with pytest.raises(Undeliverable):
        await sender.send(MAIL)
    relay.say.clear()
    await sender.send(MAIL)
    await sender.close()
    assert len(relay.doors) == 1
    assert relay.taken[0][1].rcpt_tos == [MAIL.rcpt]


async def test_reason_holds_no_address(start_relay: Start) -> None:
    relay = await start_relay()
    relay.say["RCPT"] = "550 5.1.1 <client-a@courriel.example>: no such user client-a@courriel.example"
    error = await refused(to(relay))
    assert "@" not in str(error)
    assert "no such user" in str(error)


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
async def test_relay_that_does_not_answer_is_tried_later(start_relay: Start, command: str) -> None:
    relay = await start_relay()
    relay.hang.add(command)
    sender = Relay(f"smtp://127.0.0.1:{relay.port}?tls=none", timeout=0.2, data_timeout=0.2)
    error = await refused(sender)
    assert (error.permanent, error.pause) == (False, False)
    assert "in time" in str(error)


async def test_after_an_unknown_outcome_the_connection_is_not_used_again(start_relay: Start) -> None:
    relay = await start_relay()
    relay.hang.add("DATA")
    sender = Relay(f"smtp://127.0.0.1:{relay.port}?tls=none", timeout=2, data_timeout=0.2)
    with pytest.raises(Undeliverable):
        await sender.send(MAIL)
    relay.hang.clear()
    await sender.send(MAIL)
    await sender.close()
    assert len(relay.doors) == 2


async def test_cancelled_send_leaves_no_half_used_connection(start_relay: Start) -> None:
    relay = await start_relay()
    relay.hang.add("DATA")
    sender = to(relay)
    sending = asyncio.create_task(sender.send(MAIL))
    await relay.arrived.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    relay.hang.clear()
    await sender.send(MAIL)
    await sender.close()
    assert len(relay.doors) == 2


async def test_relay_that_hangs_up_amid_the_mail_is_tried_later(start_relay: Start) -> None:
    relay = await start_relay()
    relay.hang.add("DATA")
    sender = to(relay)
    sending = asyncio.create_task(refused(sender))
    await relay.arrived.wait()
    relay.drop_all()
    error = await sending
    assert (error.permanent, error.pause) == (False, False)


async def test_no_relay_there_is_tried_later(unused_tcp_port: int) -> None:
    error = await refused(Relay(f"smtp://127.0.0.1:{unused_tcp_port}?tls=none", timeout=2))
    assert (error.permanent, error.pause) == (False, False)
    assert "no connection" in str(error)


# --- TLS and log-in


async def test_starttls_with_a_certificate_we_trust(
    start_relay: Start, server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    relay = await start_relay(tls_context=server_tls, require_starttls=True)
    sender = Relay(f"smtp://localhost:{relay.port}", context=client_tls, timeout=5)
    await sender.send(MAIL)
    await sender.close()
    assert relay.taken[0][1].content == MAIL.raw


async def test_starttls_is_required_by_default(start_relay: Start) -> None:
    relay = await start_relay()
    error = await refused(Relay(f"smtp://127.0.0.1:{relay.port}", timeout=5))
    assert error.pause
    assert not relay.taken


async def test_certificate_nobody_vouches_for_pauses_the_channel(
    start_relay: Start, server_tls: ssl.SSLContext
) -> None:
    relay = await start_relay(tls_context=server_tls)
    error = await refused(Relay(f"smtp://localhost:{relay.port}", timeout=5))
    assert error.pause
    assert "TLS" in str(error)
    assert not relay.taken


async def test_certificate_of_another_name_pauses_the_channel(
    start_relay: Start, server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    relay = await start_relay(tls_context=server_tls)
    error = await refused(Relay(f"smtp://127.0.0.1:{relay.port}", context=client_tls, timeout=5))
    assert error.pause
    assert not relay.taken


async def test_tls_from_the_first_byte(
    start_relay: Start, server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    relay = await start_relay(ssl_context=server_tls)
    sender = Relay(f"smtp://localhost:{relay.port}?tls=tls", context=client_tls, timeout=5)
    await sender.send(MAIL)
    await sender.close()
    untrusted = await refused(Relay(f"smtp://localhost:{relay.port}?tls=tls", timeout=5))
    assert untrusted.pause
    assert len(relay.taken) == 1


def authenticator(
    server: object, session: object, envelope: object, mechanism: str, data: object
) -> AuthResult:
    good = (getattr(data, "login", b""), getattr(data, "password", b"")) == (b"us@er", b"p@ss:word")
    return AuthResult(success=good, handled=False)


async def test_log_in(start_relay: Start, server_tls: ssl.SSLContext, client_tls: ssl.SSLContext) -> None:
    relay = await start_relay(tls_context=server_tls, auth_required=True, authenticator=authenticator)
    sender = Relay(f"smtp://us%40er:p%40ss%3Aword@localhost:{relay.port}", context=client_tls, timeout=5)
    await sender.send(MAIL)
    await sender.close()
    wrong = await refused(
        Relay(f"smtp://us%40er:other@localhost:{relay.port}", context=client_tls, timeout=5)
    )
    assert (wrong.permanent, wrong.pause) == (False, True)
    assert "other" not in str(wrong)
    none = await refused(Relay(f"smtp://localhost:{relay.port}", context=client_tls, timeout=5))
    assert (none.permanent, none.pause) == (False, True)
    assert len(relay.taken) == 1


async def test_log_in_that_the_relay_does_not_offer(start_relay: Start) -> None:
    relay = await start_relay(auth_exclude_mechanism=["LOGIN", "PLAIN"])
    error = await refused(Relay(f"smtp://u:secret@127.0.0.1:{relay.port}?tls=none", timeout=5))
    assert error.pause
    assert "secret" not in str(error)


@pytest.mark.parametrize(
    "url",
    [
        "smtp://mail.example:25?tls=none",
        "smtp://192.0.2.1?tls=none",
        "smtp://u:secret@mail.example?tls=sometimes",
        "https://u:secret@mail.example",
        "smtp://u:secret@mail.example:port",
        "mail.example",
        "",
    ],
)
def test_relay_that_cannot_be_used_is_said_in_words(url: str) -> None:
    with pytest.raises(BadRelay, match="SMTP_RELAY") as bad:
        Server.at(url)
    assert "secret" not in str(bad.value)


def test_relay_url() -> None:
    assert Server.at("smtp://mail.example") == Server("mail.example", 587, "starttls")
    assert Server.at("smtp://mail.example?tls=tls") == Server("mail.example", 465, "tls")
    assert Server.at("smtp://127.0.0.1?tls=none") == Server("127.0.0.1", 25, "none")
    assert Server.at("smtp://[::1]:2525?tls=none") == Server("::1", 2525, "none")
    assert "secret" not in repr(Server.at("smtp://u:secret@mail.example"))


# --- addresses beyond ASCII

UTF8 = Envelope(
    "bounce+a@portail.example",
    "hélène@courriel.example",
    "To: hélène@courriel.example\r\n\r\nx\r\n".encode(),
    True,
)


async def test_smtputf8_where_the_relay_offers_it(start_relay: Start) -> None:
    relay = await start_relay(enable_SMTPUTF8=True)
    sender = to(relay)
    await sender.send(UTF8)
    await sender.close()
    ((_, envelope),) = relay.taken
    assert envelope.smtp_utf8
    assert envelope.rcpt_tos == ["hélène@courriel.example"]


async def test_smtputf8_is_not_asked_for_without_need(start_relay: Start) -> None:
    relay = await start_relay(enable_SMTPUTF8=True)
    sender = to(relay)
    await sender.send(MAIL)
    await sender.close()
    assert not relay.taken[0][1].smtp_utf8


async def test_without_smtputf8_it_is_refused_for_good_in_words(start_relay: Start) -> None:
    relay = await start_relay()
    error = await refused(to(relay), UTF8)
    assert error.permanent
    assert "SMTPUTF8" in str(error)


async def test_we_say_our_mail_domain_as_our_name(start_relay: Start) -> None:
    relay = await start_relay()
    sender = to(relay)
    await sender.send(MAIL)
    assert relay.doors[0].session is not None
    assert relay.doors[0].session.host_name == "portail.example"
    await sender.close()


# --- the channel


async def test_what_the_relay_finds_too_large_goes_again_with_links(start_relay: Start) -> None:
    relay = await start_relay(data_size_limit=150_000)
    sender = to(relay)
    out = replace(OUT, by_link=lambda _, document, __: f"https://portail.example/files/{document.sha256[:4]}")
    await MailCarrier(sender, out, read, lambda: NOW).deliver(SAMPLES["signed.fr"])
    await sender.close()
    ((_, envelope),) = relay.taken
    plain, _ = parts(envelope.content)
    assert "https://portail.example/files/aaaa" in plain
    assert "https://portail.example/files/bbbb" in plain
    assert b"application/pdf" not in envelope.content


async def test_too_large_without_links_is_final(start_relay: Start) -> None:
    relay = await start_relay(data_size_limit=150_000)
    sender = to(relay)
    with pytest.raises(Undeliverable) as refused:
        await MailCarrier(sender, OUT, read, lambda: NOW).deliver(SAMPLES["signed.fr"])
    await sender.close()
    assert refused.value.permanent


async def test_carrier_renders_and_hands_over(start_relay: Start) -> None:
    relay = await start_relay()
    sender = to(relay)
    carrier = MailCarrier(sender, OUT, read, lambda: NOW)
    assert await carrier.deliver(SAMPLES["signed.fr"]) == "2.0.0 Ok: queued as 4711"
    await sender.close()
    ((_, envelope),) = relay.taken
    assert envelope.mail_from == MARKS.verp(42)
    assert envelope.rcpt_tos == ["client-a@courriel.example"]
    assert b"Preuve_D-2026-0044.pdf" in envelope.content


@pytest.mark.parametrize("name", ["list.fr", "invoice.fr", "signed.fr"])
async def test_mail_whose_outcome_is_unknown_goes_again_byte_for_byte(start_relay: Start, name: str) -> None:
    """The relay took it and its answer was lost: who gets both can see that they are one."""
    relay = await start_relay()
    relay.hang.add("DATA")
    sender = Relay(f"smtp://127.0.0.1:{relay.port}?tls=none", timeout=2, data_timeout=0.2)
    times = iter([NOW + timedelta(seconds=2), NOW + timedelta(minutes=51)])
    carrier = MailCarrier(sender, OUT, read, lambda: next(times))
    with pytest.raises(Undeliverable) as unknown:
        await carrier.deliver(SAMPLES[name])
    assert not unknown.value.permanent
    relay.hang.clear()
    await carrier.deliver(replace(SAMPLES[name], attempt=2))
    await sender.close()
    (_, first), (_, second) = relay.taken
    assert first.content == second.content
    assert (first.mail_from, first.rcpt_tos) == (second.mail_from, second.rcpt_tos)


async def test_a_broken_connection_neither_loses_nor_doubles_a_mail(start_relay: Start) -> None:
    relay = await start_relay()
    relay.break_at = 7
    sender = to(relay)
    mails = [replace(MAIL, raw=b"Subject: %d\r\n\r\nx\r\n" % n) for n in range(40)]
    done = await asyncio.gather(*map(sender.send, mails), return_exceptions=True)
    again = [mail for mail, said in zip(mails, done, strict=True) if isinstance(said, Exception)]
    assert len(again) == 1
    for mail in again:
        await sender.send(mail)
    await sender.close()
    assert sorted(envelope.content for _, envelope in relay.taken) == sorted(mail.raw for mail in mails)
    assert len(relay.doors) <= 5


async def test_a_log_in_that_is_refused_is_asked_for_once_for_all_that_wait(
    start_relay: Start, server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    relay = await start_relay(tls_context=server_tls, auth_required=True, authenticator=authenticator)
    sender = Relay(f"smtp://us%40er:other@localhost:{relay.port}", context=client_tls, timeout=5)
    done = await asyncio.gather(*(sender.send(MAIL) for _ in range(16)), return_exceptions=True)
    assert [getattr(error, "pause", None) for error in done] == [True] * 16
    assert len(relay.doors) == 1
    with pytest.raises(Undeliverable):
        await sender.send(MAIL)
    assert len(relay.doors) == 2, "a later mail asks again"


async def test_a_relay_that_takes_few_connections_is_left_the_others(start_relay: Start) -> None:
    """421 to a connection too many is no fault of what waits for those that are open."""
    relay = await start_relay()
    relay.most = 1
    sender = to(relay)
    done = await asyncio.gather(*(sender.send(MAIL) for _ in range(12)), return_exceptions=True)
    late = [said for said in done if isinstance(said, Undeliverable)]
    assert all((said.permanent, said.pause) == (False, False) for said in late)
    assert len(relay.taken) == 12 - len(late) >= 1
    await sender.close()
