"""Our own check of who sent a mail: through the SMTP door, the name servers answering on this machine."""

from __future__ import annotations

import asyncio
import smtplib
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

import pytest
from dkim_signed import pair, signed
from zone import NameServer, Zone, quoted

from mail_gateway import trust
from mail_gateway.addresses import Marks
from mail_gateway.authentication import Authentication, Authenticator, ask
from mail_gateway.guard import Guard
from mail_gateway.incoming import Envelope, Reading
from mail_gateway.listener import Listener
from mail_gateway.resolver import QUESTIONS, Resolver, Unanswered

MAIL = b"From: Anne <anne@exemple.example>\r\nMessage-ID: <1@exemple.example>\r\nSubject: x\r\n\r\nSOLDE\r\n"
FORGED = MAIL.replace(b"SOLDE", b"VALIDER")
KEY = {"s2026._domainkey.exemple.example": {"TXT": [quoted(pair()[1])]}}
REJECT = {"_dmarc.exemple.example": {"TXT": ['"v=DMARC1; p=reject"']}}
HERE = {"exemple.example": {"TXT": ['"v=spf1 ip4:127.0.0.1 -all"']}}
ELSEWHERE = {"exemple.example": {"TXT": ['"v=spf1 ip4:192.0.2.7 -all"']}}
EVIL = {"evil.example": {"TXT": ['"v=spf1 ip4:127.0.0.1 -all"']}}
MARKS = Marks(b"the tests only" * 3, "portail.example")


@pytest.fixture(scope="module")
def reading() -> Iterator[Guard]:
    guard = Guard(Reading(), seconds=30)
    yield guard
    asyncio.run(guard.close())


@pytest.fixture
async def door(reading: Guard) -> AsyncIterator[Callable[..., Any]]:
    """await door(zone server, mail, mail_from) -> what is found of a mail that came in by SMTP."""
    taken: list[tuple[bytes, Mapping[str, Any]]] = []

    async def known(slug: str) -> bool:
        return slug == "atelier"

    async def accept(raw: bytes, envelope: Mapping[str, Any], key: str, lane: str) -> None:
        taken.append((raw, envelope))

    listener = Listener(MARKS, known, accept)
    await listener.start("127.0.0.1", 0)

    async def through(
        server: NameServer, mail: bytes, mail_from: str = "anne@exemple.example"
    ) -> Authentication:
        await asyncio.to_thread(send, listener.port, mail, mail_from)
        raw, card = taken.pop()
        made = Authenticator(reading, Resolver([server.at]))
        envelope = Envelope(card["peer"], card["mail_from"], helo=card["helo"])
        try:
            return await made.found(raw, envelope, "exemple.example")
        finally:
            made.close()

    yield through
    await listener.close()


def send(port: int, mail: bytes, mail_from: str) -> None:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="mx.exemple.example", timeout=30) as client:
        client.sendmail(mail_from, ["atelier@portail.example"], mail)


@pytest.mark.parametrize(
    ("zone", "mail", "mail_from", "level", "told"),
    [
        (REJECT | HERE, MAIL, "anne@exemple.example", "verified", "spf=pass smtp.mailfrom=exemple.example"),
        (REJECT | ELSEWHERE | KEY, signed(MAIL), "anne@exemple.example", "verified", "dkim=pass"),
        (HERE, MAIL, "anne@exemple.example", "verified", "dmarc=none"),
        ({}, MAIL, "anne@exemple.example", "unverified", "spf=none"),
        (REJECT | ELSEWHERE, MAIL, "anne@exemple.example", "failed", "dmarc=fail"),
        (REJECT | EVIL, FORGED, "eve@evil.example", "failed", "spf=pass smtp.mailfrom=evil.example"),
        (REJECT | KEY, signed(MAIL).replace(b"SOLDE", b"VALIDER"), "anne@exemple.example", "failed", "dkim=fail"),
        (REJECT | EVIL | KEY, signed(FORGED, domain="evil.example"), "e@evil.example", "failed", "dkim=permerror"),
    ],
)  # fmt: skip
async def test_from_the_door_to_the_level(
    door: Callable[..., Any], zone: dict[str, Any], mail: bytes, mail_from: str, level: str, told: str
) -> None:
    with NameServer(zone) as server:
        found = await door(server, mail, mail_from)
    assert (found.level, found.temporary) == (level, False)
    assert told in found.results


async def test_the_null_sender_is_known_by_the_name_of_its_machine(door: Callable[..., Any]) -> None:
    helo = {"mx.exemple.example": {"TXT": ['"v=spf1 ip4:127.0.0.1 -all"']}}
    with NameServer(REJECT | helo) as server:
        found = await door(server, MAIL, "")
    assert found.level == "verified"
    assert "spf=pass smtp.mailfrom=mx.exemple.example" in found.results


async def test_name_servers_that_fail_make_nothing_fail(door: Callable[..., Any]) -> None:
    zone = REJECT | ELSEWHERE | KEY
    for failing in (
        ["_dmarc.exemple.example"],
        ["exemple.example"],
        ["s2026._domainkey.exemple.example"],
        list(zone),
    ):
        with NameServer(zone, failing=failing) as server:
            found = await door(server, signed(FORGED).replace(b"VALIDER", b"REFUSER"))
        assert (found.level, found.temporary) == ("unverified", True), failing
        assert "temperror" in found.results


async def test_no_answer_ends_in_time_and_is_no_failure(reading: Guard) -> None:
    names = ["_dmarc.exemple.example", "exemple.example", "s2026._domainkey.exemple.example"]
    with NameServer({}, silent=names) as server:
        made = Authenticator(reading, Quick([server.at]))
        begun = time.monotonic()
        envelope = Envelope("127.0.0.1", "a@exemple.example")
        found = await made.found(signed(MAIL), envelope, "exemple.example")
        made.close()
    assert list(server.asked) == names[:1]  # its time is over: nothing else is asked
    assert (found.level, found.temporary) == ("unverified", True)
    assert time.monotonic() - begun < 20  # that of the machine, busy; the questions take 0.3 s


class Quick(Resolver):
    def mail(self, seconds: float = 0.3, questions: int = QUESTIONS) -> Any:
        return super().mail(seconds, questions)


async def test_many_wait_at_once_and_each_only_so_long(reading: Guard) -> None:
    """A port that nobody listens at is as silent as a name server may be."""
    made = Authenticator(reading, Quick([("127.0.0.1", 9)]))
    mails = [Envelope("127.0.0.1", f"a@d{nth}.example") for nth in range(16)]
    begun = time.monotonic()
    found = await asyncio.gather(*(made.found(MAIL, one, "exemple.example") for one in mails))
    made.close()
    assert {one.level for one in found} == {"unverified"}
    assert time.monotonic() - begun < 16 * 0.3 + 15


def found_of(zone: Zone, mail: bytes, mail_from: str = "eve@evil.example") -> Any:
    return ask(mail, Envelope("192.0.2.9", mail_from), "exemple.example", zone)


def test_what_counts_for_the_domain_of_from_is_asked_before_what_its_sender_chose() -> None:
    mail = signed(signed(MAIL), domain="evil.example", selector="slow")
    zone = Zone({})
    found_of(zone, mail)
    assert list(zone.asked) == [
        "_dmarc.exemple.example",
        "s2026._domainkey.exemple.example",
        "evil.example",
        "slow._domainkey.evil.example",
    ]


def test_an_international_envelope_is_looked_up_as_a_label() -> None:
    zone = Zone({})
    found_of(zone, MAIL, "anne@café.example")
    assert "xn--caf-dma.example" in zone.asked


def test_forty_signatures_and_a_record_full_of_names_are_a_bounded_number_of_questions() -> None:
    headers = b"".join(b"DKIM-Signature: v=1; d=exemple.example; s=s%d\r\n" % nth for nth in range(40))
    record = "v=spf1 " + " ".join(f"mx:m{nth}.evil.example" for nth in range(40)) + " -all"
    mx = {
        f"m{nth}.evil.example": {"MX": [(9, f"h{one}.m{nth}.evil.example") for one in range(10)]}
        for nth in range(40)
    }
    zone = Zone({"evil.example": {"TXT": [record]}} | mx)
    found = found_of(zone, headers + MAIL)
    assert found.spf.result == "permerror"
    assert sum(zone.asked.values()) < 25


# --- the resolver


def test_answers_are_kept_as_long_as_they_may_be() -> None:
    at = 1000.0
    with NameServer({"a.example": {"A": ["192.0.2.1"]}}, failing=["c.example"]) as server:
        resolver = Resolver([server.at], clock=lambda: at)
        for _ in range(3):
            assert resolver.mail()("A.example.", "A") == ("192.0.2.1",)
            assert resolver.mail()("b.example", "A") == ()
            with pytest.raises(Unanswered):
                resolver.mail()("c.example", "A")
        assert [server.asked[name] for name in ("a.example", "b.example")] == [1, 1]
        once = server.asked["c.example"]
        at += 20  # trouble is not kept for long
        with pytest.raises(Unanswered):
            resolver.mail()("c.example", "A")
        assert server.asked["c.example"] > once
        at += 281  # 300 s are over, for both
        resolver.mail()("a.example", "A"), resolver.mail()("b.example", "A")
        assert [server.asked[name] for name in ("a.example", "b.example")] == [2, 2]


def test_what_is_kept_does_not_grow() -> None:
    with NameServer({}) as server:
        resolver = Resolver([server.at])
        for nth in range(1100):
            resolver.mail()(f"n{nth}.example", "TXT")
        assert server.asked["n0.example"] == 1
        resolver.mail()("n0.example", "TXT")
        resolver.mail()("n1099.example", "TXT")
        assert (server.asked["n0.example"], server.asked["n1099.example"]) == (2, 1)


def test_one_mail_asks_a_bounded_number_of_questions() -> None:
    with NameServer({}) as server:
        lookup = Resolver([server.at]).mail(questions=3)
        assert [lookup(f"{nth}.example", "TXT") for nth in range(3)] == [(), (), ()]
        with pytest.raises(Unanswered):
            lookup("0.example", "TXT")


def test_each_kind_of_record_is_read() -> None:
    zone = {
        "a.example": {
            "TXT": ['"one " "record"', '"another"'],
            "MX": ["10 mx.a.example."],
            "AAAA": ["2001:db8::1"],
        },
        "7.2.0.192.in-addr.arpa": {"PTR": ["mx.a.example."]},
        "big.example": {"TXT": [quoted("v=spf1 " + "x" * 3000), quoted("y" * 5000), '"v=DMARC1"']},
    }
    with NameServer(zone) as server:
        lookup = Resolver([server.at]).mail()
        assert set(lookup("a.example", "TXT")) == {b"one record", b"another"}
        assert lookup("a.example", "MX") == ((10, "mx.a.example"),)
        assert lookup("a.example", "AAAA") == ("2001:db8::1",)
        assert lookup("7.2.0.192.in-addr.arpa", "PTR") == ("mx.a.example",)
        assert set(lookup("big.example", "TXT")) == {
            b"v=spf1 " + b"x" * 3000,
            b"v=DMARC1",
        }  # by TCP, the giant left out


@pytest.mark.parametrize("name", ["", "a..example", "x" * 64 + ".example", "y." * 200 + "example", "é" * 70])
def test_a_name_that_is_none_is_not_asked_for(name: str) -> None:
    with NameServer({}) as server:
        assert Resolver([server.at]).mail()(name, "TXT") == ()
        assert sum(server.asked.values()) <= (name == "")


def test_aliases_in_a_circle_end() -> None:
    circle = {"a.example": {"CNAME": ["b.example."]}, "b.example": {"CNAME": ["a.example."]}}
    with NameServer(circle) as server:
        assert Resolver([server.at]).mail()("a.example", "TXT") == ()


# --- whose check it is


@pytest.mark.parametrize(
    ("peer", "outside"),
    [
        ("8.8.8.8", True),
        ("::ffff:8.8.8.8", True),
        ("2606:4700::1", True),
        ("8.8.4.4", False),  # our relay
        ("127.0.0.1", False),
        ("::1", False),
        ("172.17.0.1", False),  # the way in of a container: everybody comes from there
        ("::ffff:10.0.0.1", False),
        ("", False),
        (None, False),
        ("nonsense", False),
    ],
)
def test_where_the_machine_of_the_sender_speaks_to_us(peer: str | None, outside: bool) -> None:
    assert trust.is_outside(peer, ("8.8.4.4",)) is outside
