"""A letter: robots, headers, and what is refused before any parsing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mail_gateway.incoming import Envelope, Letter, Reading, contents, read

Made = Callable[..., Letter]


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("Auto-Submitted: auto-replied", "auto_submitted"),
        ("Auto-Submitted: Auto-Generated; owner-email=x@y.example", "auto_submitted"),
        ("Precedence: Bulk", "precedence"),
        ("X-Auto-Response-Suppress: DR, OOF", "suppress"),
        ("X-Autoreply: yes", "auto_reply"),
        ("X-Loop: x", "loop"),
        ("List-Id: <x.y.example>", "list"),
        ("Return-Path: <>", "null_sender"),
        ("From: No-Reply <no-reply@durand.example>", "robot_sender"),
        ("From: bounces+7@durand.example", "robot_sender"),
        ("From: x@espace.us.example", "own_address"),
        ("Subject: Automatic reply: Votre code", "out_of_office"),
        ("Subject: Re: Absence du bureau", "out_of_office"),
        ("Subject: =?utf-8?q?R=C3=A9ponse_automatique?=", "out_of_office"),
        ("Content-Type: text/calendar; method=REPLY", "report"),
    ],
)
def test_a_machine_is_never_answered(letter: Made, header: str, reason: str) -> None:
    read_one = letter("SOLDE", header)
    assert (read_one.verdict, read_one.reason, read_one.automatic) == ("ignore", reason, True)


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: no",
        "Auto-Submitted: no (a person)",
        "Precedence: first-class",
        "X-Auto-Response-Suppress: none",
        "Return-Path: <claire@durand.example>",
        "Subject: Votre absence hier",
        "From: noreplica@durand.example",
    ],
)
def test_a_person_is(letter: Made, header: str) -> None:
    assert letter("SOLDE", header).verdict == "accept"


def test_the_null_sender_of_the_envelope_is_a_machine(letter: Made) -> None:
    assert letter("SOLDE", mail_from="").reason == "null_sender"
    assert letter("SOLDE", mail_from="claire@durand.example").verdict == "accept"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("Re: Votre solde", "Votre solde"),
        ("RE: TR : Fwd: Votre solde", "Votre solde"),
        ("Re:sujet", "sujet"),
        ("AW: WG: Rechnung", "Rechnung"),
        ("Rép : Réf: x", "x"),
        ("Re[2]: x", "x"),
        ("Renseignement : x", "Renseignement : x"),
        ("=?utf-8?q?R=C3=A9:_?= =?utf-8?q?d=C3=A9j=C3=A0?=", "Ré: déjà"),
        ("=?utf-8?b?!!!?= x", "x"),
        ("a\x1b[31m\u202eb", "a[31mb"),
        ("x" * 400, "x" * 300),
    ],
)
def test_subjects(letter: Made, value: str, told: str) -> None:
    assert letter("SOLDE", f"Subject: {value}").subject == told


def test_references_are_bounded_root_first(letter: Made) -> None:
    ids = [f"<{nth}@x.example>" for nth in range(300)]
    read_one = letter("SOLDE", "References: " + "\r\n ".join(ids))
    assert read_one.references == (ids[0], *ids[-9:])


def test_dates_are_shown_never_trusted(letter: Made) -> None:
    assert letter("x", "Date: hier").date is None
    told = letter("x", "Date: Tue, 24 Nov 2036 09:00:00 +0100").date
    assert told is not None
    assert told.isoformat() == "2036-11-24T08:00:00+00:00"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "no_from"),
        (b"\r\n\r\n", "no_from"),
        (b"From: a@b.example\nTo: x\r\n\r\n", "bare_lf"),
        (b"From: a@b.example\r\n\r\na\rb", "bare_cr"),
        (b"From: a@b.example\r\n\r\na\0b", "nul"),
        (b"From: a@b.example\r\n\r\n" + b"x" * (10 * 1024 * 1024), "too_large"),
    ],
)
def test_what_is_refused_before_parsing(raw: bytes, reason: str) -> None:
    letter = read(raw, Envelope(), Reading())
    assert (letter.verdict, letter.reason, letter.level) == ("reject", reason, "failed")


def test_no_body_is_nothing_new() -> None:
    letter = read(b"From: a@b.example\r\n", Envelope(), Reading())
    assert (letter.verdict, letter.text, letter.message_id) == ("accept", "", None)
    assert contents(b"From: a@b.example\r\n") == ()
