"""What published records mean, and which to add: tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.doctor import published
from bot.doctor.finding import Finding
from bot.doctor.published import Senders
from mail_gateway.dmarc import Policy

HOME, MX, RELAY = "portail.example", "mx.portail.example", "relay.provider.example"
HERE = ("198.51.100.7", "2001:db8:7::7")
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
KEY = "v=DKIM1; k=ed25519; p=" + "A" * 43 + "="


def told(found: Any) -> list[tuple[str, str]]:
    """State, and what is said with what to do; each fault has something to do."""
    lines: list[Finding] = list(found)
    assert all(one.said.endswith(".") or ": " in one.said for one in lines)
    assert all(one.do for one in lines if one.state != "good")
    return [(one.state, f"{one.said} -> {one.do}") for one in lines]


def like(found: Any, *expected: tuple[str, str]) -> None:
    lines = told(found)
    assert [state for state, _ in lines] == [state for state, _ in expected], lines
    for (_, words), (_, part) in zip(lines, expected, strict=True):
        assert part in words


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        ({}, [("wrong", "Add the record: portail.example. MX 10 mx.portail.example.")]),
        ({"": []}, [("wrong", "takes no mail")]),
        ({MX: []}, [("wrong", "Add the record: mx.portail.example. A")]),
        ({MX: [HERE[0]]}, [("good", "this machine")]),
        ({MX: ["203.0.113.1", HERE[1]]}, [("good", "this machine")]),
        ({MX: ["203.0.113.1"]}, [("note", "mx.portail.example (203.0.113.1), which is no address of this")]),
        ({MX: [HERE[0]], "old.portail.example": []}, [("wrong", "old.portail.example, an MX"), ("good", "this")]),
    ],
)  # fmt: skip
def test_mail_comes_to_this_machine(
    hosts: Mapping[str, Sequence[str]], expected: list[tuple[str, str]]
) -> None:
    like(published.mx(HOME, hosts, HERE), *expected)


@pytest.mark.parametrize(
    ("host", "mailbox", "expected"),
    [
        ("mx1.provider.example", "imap.provider.example", [("good", "where the mailbox is")]),
        ("aspmx.l.google.com", "imap.gmail.com", [("good", "where the mailbox is")]),
        ("x.mail.protection.outlook.com", "outlook.office365.com", [("good", "where the mailbox is")]),
        ("filter.example.net", "imap.provider.example", [("note", "Does mail that is sent there come into")]),
        (None, "imap.provider.example", [("wrong", "no MX record")]),
    ],
)
def test_mail_comes_into_a_mailbox(host: str | None, mailbox: str, expected: list[tuple[str, str]]) -> None:
    like(published.mx_of_mailbox(HOME, {host: [HERE[0]]} if host else {}, mailbox), *expected)


OWN = Senders("", {HERE[0]: "pass"}, "fail")
OTHER = Senders(RELAY, {"203.0.113.5": "fail"}, "fail")
LISTS = "v=spf1 include:spf.provider.example -all"


@pytest.mark.parametrize(
    ("records", "senders", "expected"),
    [
        ([], OWN, [("wrong", 'portail.example. TXT "v=spf1 ip4:198.51.100.7 -all"')]),
        ([], Senders("", {HERE[1]: "none"}, "none"), [("wrong", '"v=spf1 ip6:2001:db8:7::7 -all"')]),
        ([], Senders("", {}, "none"), [("wrong", '"v=spf1 mx -all"')]),
        ([], OTHER, [("wrong", f'"v=spf1 a:{RELAY} -all", or in place of a: the include: that {RELAY}')]),
        (["v=spf1 mx -all", "v=spf1 -all"], OWN, [("wrong", "counts as none")]),
        (["v=spf1 mx -all"], OWN, [("good", "what sends from here: 198.51.100.7")]),
        (["v=spf1 mx -all"], Senders("", OWN.results, "softfail"), [("good", "SPF names")]),
        (["v=spf1 mx ?all"], Senders("", OWN.results, "neutral"), [("good", ""), ("note", "-all at its end")]),
        (["v=spf1 +all"], Senders("", OWN.results, "pass"), [("good", ""), ("wrong", "lets anybody send")]),
        (["v=spf1 -all"], Senders("", {HERE[0]: "fail"}, "fail"), [("wrong", "Put ip4:198.51.100.7 into it")]),
        (["v=spf1 mx -all"], Senders("", {}, "fail"), [("note", "public address is not known")]),
        (["v=spf1 mx -all"], Senders("", {HERE[0]: "permerror"}, "fail"), [("wrong", "cannot be used")]),
        (["v=spf1 mx -all"], OTHER, [("wrong", f"names neither {RELAY} nor")]),
        ([LISTS], OTHER, [("note", f"sends for {RELAY} cannot be told")]),
        ([LISTS], Senders(RELAY, {"203.0.113.5": "pass"}, "fail"), [("good", RELAY)]),
    ],
)  # fmt: skip
def test_who_may_send(records: list[str], senders: Senders, expected: list[tuple[str, str]]) -> None:
    like(published.spf(HOME, records, senders), *expected)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([], ("wrong", f'Add the record: s1._domainkey.{HOME}. TXT "{KEY}"')),
        ([KEY, KEY], ("wrong", "2 keys stand")),
        ([KEY.replace("A", "B")], ("wrong", "not the one that signs")),
        ([KEY.replace("p=", "p=\t ")], ("good", "the one that signs")),
        ([f"t=s:y; {KEY}"], ("note", "marked as a test")),
        (["v=DKIM1; p="], ("wrong", "not the one that signs")),
    ],
)
def test_the_key_that_signs(found: list[str], expected: tuple[str, str]) -> None:
    like([published.dkim(f"s1._domainkey.{HOME}", found, KEY)], expected)


def test_a_long_key_is_written_in_pieces() -> None:
    found = published.dkim(f"s1._domainkey.{HOME}", [], "v=DKIM1; p=" + "A" * 400)
    pieces = found.do.split('"')[1::2]
    assert "".join(pieces) == "v=DKIM1; p=" + "A" * 400
    assert max(map(len, pieces)) <= 255


def test_without_a_key_of_ours_the_relay_signs() -> None:
    like([published.dkim_elsewhere(HOME, RELAY)], ("note", f"{RELAY} must sign (DKIM) for {HOME}"))
    like([published.dkim_elsewhere(HOME, "")], ("note", "the mail server of this machine must sign"))


ASKS = "v=DMARC1; p=reject"


@pytest.mark.parametrize(
    ("records", "policy", "expected"),
    [
        ([], None, [("wrong", f'_dmarc.{HOME}. TXT "v=DMARC1; p=quarantine"')]),
        ([ASKS, ASKS], None, [("wrong", "counts as none")]),
        (["v=DMARC1; p=rejct"], None, [("wrong", "counts as none: v=DMARC1; p=rejct")]),
        (["v=DMARC1; p=none"], Policy(HOME, "none"), [("note", "asks for nothing")]),
        ([ASKS], Policy(HOME, "reject"), [("good", "asks to reject")]),
        ([ASKS], Policy("example", "quarantine"), [("good", "DMARC of example asks to quarantine")]),
        ([ASKS], Policy(HOME, "reject", strict_dkim=True), [("good", ""), ("note", "very domain (adkim=s)")]),
    ],
)
def test_what_others_are_asked_to_do(
    records: list[str], policy: Policy | None, expected: list[tuple[str, str]]
) -> None:
    like(published.dmarc(HOME, records, policy, signs=False, shared=False), *expected)


def test_a_domain_of_people_begins_with_asking_for_nothing() -> None:
    like(published.dmarc(HOME, [], None, signs=False, shared=True), ("wrong", '"v=DMARC1; p=none"'))


def test_our_own_signature_is_of_the_very_domain() -> None:
    strict = Policy(HOME, "reject", strict_dkim=True)
    like(published.dmarc(HOME, [ASKS], strict, signs=True, shared=False), ("good", ""))


@pytest.mark.parametrize(
    ("address", "named", "expected"),
    [
        (HERE[0], {}, ("wrong", "the record: 7.100.51.198.in-addr.arpa. PTR mx.portail.example.")),
        (HERE[0], {MX: HERE}, ("good", "leads back")),
        (HERE[0], {MX: ["203.0.113.1"]}, ("wrong", f"Add the record: {MX}. A {HERE[0]}")),
        (HERE[1], {MX: []}, ("wrong", f"Add the record: {MX}. AAAA {HERE[1]}")),
    ],
)
def test_the_name_of_an_address(
    address: str, named: Mapping[str, Sequence[str]], expected: tuple[str, str]
) -> None:
    like(published.ptr({address: named}, MX), expected)


@pytest.mark.parametrize(
    ("names", "days", "expected"),
    [
        ([MX], 60, [("good", "60 more days")]),
        (["*.portail.example"], 60, [("good", "")]),
        ([MX], 20, [("note", "20 more days")]),
        ([MX], 0, [("wrong", "ended on 2026-11-24")]),
        ([MX], -1, [("wrong", "ended on 2026-11-23")]),
        (["portail.example"], 60, [("good", ""), ("note", "It is for portail.example, not for mx.portail")]),
        (["*.example"], 60, [("good", ""), ("note", f"not for {MX}")]),
        ([], 60, [("good", ""), ("note", "for no name")]),
    ],
)
def test_the_certificate_of_the_door(names: list[str], days: int, expected: list[tuple[str, str]]) -> None:
    like(published.certificate(names, NOW + timedelta(days=days), NOW, [MX]), *expected)
