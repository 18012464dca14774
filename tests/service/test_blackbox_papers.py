"""The whole service from outside: documents, files, and texts that are odd."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from service.outside import Outside, shown
from service.records import CAMILLE, CONTACT, PDF

pytestmark = pytest.mark.asyncio(loop_scope="session")
FORMER, LATER = "DE89370400440532013000", "FR7630006000011234567890189"


async def test_a_pdf_arrives_byte_for_byte_on_both_channels(outside: Outside) -> None:
    answer = await outside.open_mail(CAMILLE, "F-2026-0001")
    assert [one.data for one in answer.attachments] == [PDF]
    person = outside.person()
    await outside.open_chat(person, asks="F-2026-0001")
    held = person.last.body["document"]["file_id"]
    assert outside.api.state.files[held].data == PDF


async def test_a_file_too_large_for_a_mail_is_said(outside: Outside) -> None:
    """Without PUBLIC_URL there is no link to give: the answer comes all the same."""
    answer = await outside.open_mail(CAMILLE, "F-2026-0002")
    assert answer.attachments == ()
    assert "pèse 8\u00a0Mo, trop pour un e-mail" in answer.text
    assert CONTACT in answer.text


async def test_neither_drafts_nor_the_papers_of_others(outside: Outside) -> None:
    person = outside.person()
    await outside.open_chat(person)
    asks = ("F-2026-0900", "facture 900", "facture de 7777,00 €", "P-2026-0007", "D-2026-0099", "F-2026-0666")
    for ask in (*asks, "facture de 666,66 €", "facture du 20 novembre 2026"):
        [said] = await outside.say(person, ask)
        assert "Nous ne trouvons" in said, ask
    assert "7\u202f777,00" not in " ".join(shown(one.body) for one in person.answers)


# --- what is odd


async def test_files_of_strangers_are_not_kept(outside: Outside) -> None:
    def kept() -> int:
        return sum(1 for one in Path(outside.folder / "files").rglob("*") if one.is_file())

    before, stranger = kept(), outside.person()
    stranger.upload("a.pdf", PDF + b"1")
    await outside.settled()
    await outside.say(stranger, f"/start {outside.links[0]}")
    stranger.upload("a.pdf", PDF + b"2")
    await outside.settled()
    assert len(stranger.answers) == 3
    assert kept() == before
    client = outside.person()
    await outside.open_chat(client)
    client.upload("a.jpg", PDF + b"3")  # what is no PDF, and says nothing
    await outside.settled()
    assert "Écrivez votre demande en quelques mots" in shown(client.last.body)
    assert kept() == before + 1


ODD = {
    "nul": "a\0b solde ",
    "emoji": "😀" * 60,
    "arabic": "مرحبا كيف حالك",
    "long": "x" * 10_000,
    "html": "<b>solde</b> &amp; {{x}} {rows}",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
async def test_any_text_is_answered(outside: Outside, text: str) -> None:
    answer = await outside.open_mail(CAMILLE)
    assert len(await outside.mail(CAMILLE, text, answers=answer)) == 1
    person = outside.person()
    await outside.open_chat(person)
    assert len(await outside.say(person, text)) == 1


async def test_a_file_for_a_person_reaches_the_company(outside: Outside) -> None:
    person = outside.person()
    await outside.open_chat(person)
    await outside.say(person, "HUMAIN")
    person.upload("bon.pdf", PDF, caption="voici le bon de commande")
    await outside.settled()
    letter = outside.box(CONTACT)[0]
    assert "voici le bon de commande" in letter.text
    assert [one.data for one in letter.attachments] == [PDF]


async def test_another_iban_is_told_to_those_who_pay_and_not_what_it_is(outside: Outside) -> None:
    before = outside.everyone()
    await outside.run("company", "set", "plomberie", "--account-holder", "Plomberie SARL", "--iban", FORMER)
    await outside.settled()
    assert outside.everyone() == before
    await outside.run("company", "set", "plomberie", "--iban", LATER)
    async with asyncio.timeout(20):
        while outside.everyone() == before:
            await asyncio.sleep(0.1)
    await outside.settled()
    (told,) = [letter for letter in outside.box(CAMILLE) if letter.subject.startswith("Nouvel IBAN")]
    assert "L'IBAN a changé le" in told.text
    assert LATER not in told.text.replace(" ", "")
