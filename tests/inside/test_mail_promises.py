"""What strangers try by e-mail, against the core: guesses, late codes, floods, old threads, look-alikes, absences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import select

from handlers.core.turn import Mark, Said
from mail_gateway.incoming import Envelope, Letter, Reading, read
from storage import tables as t
from town import MARK_LIFE, Got, Town

CAMILLE, JEANNE = "camille@dupain.example", "jeanne@leduc.example"
CODE = "482913"


def heard(town: Town, who: str, text: str, mark: Mark | None = None, **more: Any) -> list[Got]:
    """What arrives anywhere after a mail with this mark."""
    before, nth = len(town.got), next(town.ids)
    said = Said("email", who, f"<{nth}@x.example>", text, town.now, company="atelier", mark=mark)
    town.take(replace(said, inbox=town.raw(nth), **more))
    town.out()
    return town.got[before:]


def mark_of(got: Got) -> Mark:
    return Mark(got.outgoing, got.at + MARK_LIFE)


def tries(town: Town) -> list[Any]:
    with town.engine.begin() as db:
        return list(db.execute(select(t.tries.c.wrong)).scalars())


def said(found: list[Got]) -> str:
    return "\n".join(got.reply.text for got in found)


def opened(town: Town) -> Got:
    """The first answer of an open access by e-mail."""
    (code,) = heard(town, CAMILLE, "solde")
    (answer,) = heard(town, CAMILLE, CODE, mark_of(code))
    assert "914,56" in answer.reply.text
    return answer


def test_a_hundred_codes_without_the_mark_of_a_code_mail_are_no_tries(town: Town) -> None:
    (code,) = heard(town, CAMILLE, "solde")
    for nth in range(100):
        heard(town, CAMILLE, f"{100_000 + nth}")
    assert tries(town) == []
    (answer,) = heard(town, CAMILLE, CODE, mark_of(code))
    assert "914,56" in answer.reply.text, "nor do they use up the answers that are for the client"


def test_three_wrong_codes_by_mail_suspend_both_channels_for_five_days(town: Town) -> None:
    (code,) = heard(town, CAMILLE, "solde")
    for wrong in ("111111", "222222", "333333"):
        heard(town, CAMILLE, wrong, mark_of(code))
    assert "914,56" not in said(heard(town, CAMILLE, CODE, mark_of(code)))
    for hours, sent in ((0, 0), (119, 0), (2, 1)):
        town.now += timedelta(hours=hours)
        before = len(town.got)
        town.play(f"> telegram 42: /start atelier\n> telegram 42: {CAMILLE}")
        assert [got.reply.kind for got in town.got[before:]].count("code") == sent, hours
        assert "914,56" not in town.play(f"> telegram 42: {CODE}")


@pytest.mark.parametrize(("seconds", "opens"), [(299, True), (301, False)])
def test_a_code_opens_until_its_five_minutes_are_over(town: Town, seconds: int, opens: bool) -> None:
    (code,) = heard(town, CAMILLE, "solde")
    town.now += timedelta(seconds=seconds)
    (answer,) = heard(town, CAMILLE, CODE, mark_of(code))
    assert ("914,56" in answer.reply.text) is opens


def test_a_thousand_requests_in_an_hour_send_five_codes_at_most(town: Town) -> None:
    for _ in range(1000):
        heard(town, CAMILLE, "solde")
        town.now += timedelta(seconds=3.5)
    assert 1 <= sum(got.reply.kind == "code" for got in town.got) <= 5
    assert [got.to for got in town.got if got.to != CAMILLE] == ["contact@atelier-exemple.example"], (
        "told once"
    )


@pytest.mark.parametrize("later", ["DÉCONNEXION", "idle"])
def test_a_thread_that_was_closed_opens_nothing(town: Town, later: str) -> None:
    answer = opened(town)
    if later == "idle":
        town.passes("25 hours")
    else:
        heard(town, CAMILLE, later, mark_of(answer))
    town.now += timedelta(minutes=2)
    got = heard(town, CAMILLE, "solde", mark_of(answer))
    assert [(one.to, one.reply.kind) for one in got] == [(CAMILLE, "code")]


def test_a_thread_that_was_passed_on_answers_its_owner_alone(town: Town) -> None:
    answer = opened(town)
    for colleague in (JEANNE, "colleague@nowhere.example"):
        got = heard(town, colleague, "solde", mark_of(answer))
        assert not [one for one in got if "914,56" in one.reply.text or one.to == CAMILLE]


def test_two_threads_of_one_person_are_opened_each_by_its_code(town: Town) -> None:
    first = opened(town)
    town.now += timedelta(minutes=2)
    (code,) = heard(town, CAMILLE, "factures")
    assert code.reply.kind == "code"
    assert "914,56" in heard(town, CAMILLE, "solde", mark_of(first))[0].reply.text
    (second,) = heard(town, CAMILLE, "482914", mark_of(code))
    assert "F-2026" in str(second.reply)
    assert "914,56" in heard(town, CAMILLE, "solde", mark_of(second))[0].reply.text
    assert "914,56" in heard(town, CAMILLE, "solde", mark_of(first))[0].reply.text


@pytest.mark.parametrize(
    "who", ["camille+x@dupain.example", "camille@xn--dupin-6ve.example", "cаmille@dupain.example"]
)
def test_an_address_that_looks_like_one_is_another(town: Town, who: str) -> None:
    got = heard(town, who, "solde")
    assert {one.to for one in got} <= {who}
    with town.engine.begin() as db:
        assert db.execute(select(t.codes.c.account_id)).scalars().all() in ([], [None])


# --- an absence that quotes the code


def away(town: Town, code: Got, change: Callable[[EmailMessage, str], None]) -> Letter:
    """As the real reader reads it, which knows the lines that we sent."""
    mail = EmailMessage()
    mail["From"], mail["Subject"] = CAMILLE, f"Re: {code.reply.subject}"
    change(mail, code.reply.text.replace("{code}", CODE))
    raw = mail.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    ours = code.reply.text.replace("{code}", CODE).split("\n")
    return read(raw, Envelope(None, CAMILLE, ()), Reading(), ours)


def in_subject(mail: EmailMessage, text: str) -> None:
    del mail["Subject"]
    mail["Subject"] = f"Absent : {CODE}"
    mail.set_content("De retour lundi.")


def in_quote(mail: EmailMessage, text: str) -> None:
    quoted = "\n".join(f"> {line}" for line in text.split("\n"))
    mail.set_content(
        f"De retour lundi.\n\nLe mar. 24 nov. 2026 à 14:05, A <a@b.example> a écrit :\n\n{quoted}"
    )


def in_page(mail: EmailMessage, text: str) -> None:
    page = "".join(f"<p>{line}</p>" for line in text.split("\n"))
    mail.set_content(f"<p>De retour lundi.</p><blockquote type='cite'>{page}</blockquote>", "html")


def without_mark(mail: EmailMessage, text: str) -> None:
    mail.set_content(f"De retour lundi.\n\n{text}")


def as_a_machine(mail: EmailMessage, text: str) -> None:
    mail["Auto-Submitted"] = "auto-replied"
    mail.set_content(CODE)


@pytest.mark.parametrize("way", [in_subject, in_quote, in_page, without_mark, as_a_machine])
def test_an_absence_that_repeats_the_code_opens_nothing(
    town: Town, way: Callable[[EmailMessage, str], None]
) -> None:
    (code,) = heard(town, CAMILLE, "solde")
    letter = away(town, code, way)
    if letter.verdict == "accept":
        got = heard(town, CAMILLE, letter.text, mark_of(code), subject=letter.subject)
        assert not [one for one in got if "914,56" in one.reply.text]
    else:
        assert letter.verdict == "ignore"
    assert CODE not in letter.text or letter.verdict == "ignore"
    assert tries(town) == []
