"""The whole service from outside: who gets in, and what goes to nobody else."""

from __future__ import annotations

from uuid import uuid4

import pytest

from bot.demo.letters import Letter
from service.outside import Outside
from service.process import DOMAIN
from service.records import BOB, CAMILLE, CONTACT

pytestmark = pytest.mark.asyncio(loop_scope="session")

ASKED = {
    "fr": (CAMILLE, "combien je dois", "Voici ce que vous aviez demandé", "Solde au", "pas le bon"),
    "en": (BOB, "how much do I owe", "Here is what you asked for", "Balance on", "not the right code"),
}


def first(letters: list[Letter]) -> str:
    return " ".join(letter.text for letter in letters)


# --- the code


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_what_was_asked_is_answered_after_the_code_on_telegram(outside: Outside, language: str) -> None:
    who, asks, kept, answer, wrong = ASKED[language]
    person = outside.person(language)
    await outside.say(person, f"/start {outside.links[0]}")
    await outside.say(person, asks)
    await outside.say(person, who)
    assert wrong in (await outside.say(person, "000000"))[0]
    [got] = await outside.say(person, code := outside.code(who))
    assert kept in got
    assert answer in got
    said = [one.body.get("text") for one in person.messages if one.mine]
    assert "000000" not in said, "a wrong code stays in the chat"
    assert code not in said, "the code stays in the chat"


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_what_was_asked_is_answered_after_the_code_by_mail(outside: Outside, language: str) -> None:
    who, asks, kept, answer, wrong = ASKED[language]
    [told] = await outside.mail(who, asks)
    assert wrong in first(await outside.mail(who, "000000", answers=told))
    code = outside.code(who)
    [got] = await outside.mail(who, code, answers=told)
    assert kept in got.text
    assert answer in got.text
    stranger = f"fresh-{uuid4().hex}@nowhere.example"
    before = len(outside.box(who))
    assert answer not in first(await outside.mail(stranger, asks, answers=got))
    assert len(outside.box(who)) == before


async def test_a_code_that_is_not_written_in_an_answer_opens_nothing(outside: Outside) -> None:
    [told] = await outside.mail(CAMILLE, "solde")
    code = outside.code(CAMILLE)
    quoted = f"d'accord\n\nLe mar. 24 nov. 2026 à 14:05, Atelier <atelier@{DOMAIN}> a écrit :\n\n> Votre code : {code}"
    ways = [
        await outside.mail(CAMILLE, "voir l'objet", answers=told, subject=code),
        await outside.mail(CAMILLE, code, answers=told, auto_submitted="auto-replied"),
        await outside.mail(CAMILLE, code, answers=told, dmarc="fail"),
        await outside.mail(CAMILLE, quoted, answers=told),
        await outside.mail(BOB, code, answers=told),
        await outside.mail(CAMILLE, code, f"plomberie+{token(told)}@{DOMAIN}", in_reply_to="<x@y>"),
        await outside.mail(CAMILLE, code, f"atelier+{token(told)[:-1]}@{DOMAIN}", in_reply_to="<x@y>"),
        await outside.mail(CAMILLE, code, f"atelier+b{token(told)[1:]}@{DOMAIN}", in_reply_to="<x@y>"),
    ]
    assert not [letter for letters in ways for letter in letters if "Solde au" in letter.text]
    assert not [letter for letters in ways for letter in letters if code in letter.subject]
    assert ways[1] == ways[2] == [], "a machine and a forged sender get no answer"
    assert "Solde au" in first(await outside.mail(CAMILLE, code, answers=told))


def token(letter: Letter) -> str:
    return letter.reply_to.partition("+")[2].partition("@")[0]


async def test_an_answer_goes_to_the_address_on_record_and_nowhere_else(outside: Outside) -> None:
    answer = await outside.open_mail(CAMILLE)
    third = {
        "cc": "third@party.example",
        "reply_to": "fourth@party.example",
        "resent_from": "fifth@party.example",
    }
    assert "Solde au" in first(await outside.mail(CAMILLE, "solde", answers=answer, **third))
    by_id = await outside.mail(
        CAMILLE, "solde", f"atelier@{DOMAIN}", answers=answer
    )  # the plus address was dropped
    assert "Solde au" in first(by_id)
    assert not [who for who in outside.everyone() if who.endswith("@party.example")]


async def test_a_suspended_access_stays_so_whatever_is_restarted(outside: Outside) -> None:
    reading = await outside.open_mail(CAMILLE)
    person = outside.person()
    await outside.say(person, f"/start {outside.links[0]}")
    await outside.say(person, CAMILLE)
    said = [
        (await outside.say(person, code))[0] for code in ("111111", "222222", "333333", outside.code(CAMILLE))
    ]
    assert "suspendu jusqu'au" in said[2]
    assert said[3] == said[2], "the right code no longer opens"
    assert "suspendu" in outside.box(CONTACT)[0].subject
    assert "Solde au" in first(await outside.mail(CAMILLE, "solde", answers=reading))
    assert outside.service.stop() == 0
    outside.pass_time(hours=119, minutes=59)
    await outside.serve()
    assert "aucun code n'est parti" in first(await outside.mail(CAMILLE, "solde"))
    outside.pass_time(minutes=2)
    assert "Solde au" in (await outside.open_mail(CAMILLE, "solde")).text


async def test_the_company_reopens_an_access(outside: Outside) -> None:
    person = outside.person("en")
    await outside.say(person, f"/start {outside.links[0]}")
    await outside.say(person, BOB)
    for code in ("111111", "222222", "333333"):
        await outside.say(person, code)
    assert BOB in await outside.run("client", "unlock", "C0043", "--company", "atelier")
    outside.pass_time(minutes=2)
    await outside.say(person, "CODE")
    assert "right code" in (await outside.say(person, outside.code(BOB)))[0]


async def test_known_unknown_and_suspended_read_the_same_words(outside: Outside) -> None:
    who = (CAMILLE, BOB, "nobody@nowhere.example")
    walk = [
        "@",
        "111111",
        "CODE",
        "+61",
        "CODE",
        "solde",
        "222222",
        "+301",
        "333333",
        "CODE",
        "444444",
        "555555",
        "@",
    ]
    suspended = outside.person()
    await outside.say(suspended, f"/start {outside.links[0]}")
    for said in (BOB, "111111", "222222", "333333"):
        await outside.say(suspended, said)
    outside.pass_time(hours=2)
    people = [outside.person() for _ in who]
    for person in people:
        await outside.say(person, f"/start {outside.links[0]}")
    for step in walk:
        if step.startswith("+"):
            outside.pass_time(seconds=int(step))
            continue
        heard = [
            await outside.say(one, by if step == "@" else step) for one, by in zip(people, who, strict=True)
        ]
        assert heard[0] == heard[1] == heard[2], step
    assert "suspendu jusqu'au" in heard[0][0]
    assert not outside.box(who[2])
    for ref in ("C0042", "C0043"):
        await outside.run("client", "unlock", ref, "--company", "atelier")
