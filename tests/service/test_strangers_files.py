"""Anybody has a PDF checked, by e-mail and in a chat: intact, altered, as presented or unknown, and nothing more."""

from __future__ import annotations

import pytest

from service.outside import Outside
from service.records import CAMILLE
from service.signed import NUMBER, QUOTE, files, sign, titled

STRANGER, OUTSIDER = "notaire@etude.example", "clerc@etude.example"
OTHER = b"%PDF-1.7\nanother\n%%EOF\n"
PRIVATE = ("Dupain", "Camille", "Atelier", "4\u202f800", NUMBER, "24 novembre", "dupain.example")
FOUND = ("Intact. ", "Altéré. ", "C'est le devis tel qu'il a été présenté, sans signature. ", "Inconnu. ")


@pytest.fixture
async def signed(signing: Outside) -> bytes:
    await sign(signing)
    [letter] = titled(signing, CAMILLE, f"Devis {NUMBER} signé")
    return files(letter)[f"Devis_{NUMBER}_signe.pdf"]


def four(signed: bytes) -> tuple[bytes, ...]:
    flipped = bytearray(signed)
    flipped[len(QUOTE) // 2] ^= 1
    return signed, bytes(flipped), QUOTE, OTHER


def stored(outside: Outside) -> set[str]:
    return {path.name for path in (outside.folder / "files").rglob("*") if path.is_file()}


async def test_a_stranger_asks_by_mail(signing: Outside, signed: bytes) -> None:
    kept = stored(signing)
    for nth, (pdf, found) in enumerate(zip(four(signed), FOUND, strict=True)):
        sender = f"{nth}@etude.example"
        [answer] = await signing.mail(sender, "Bonjour,\n\nvérifier\n", attached={"recu.pdf": pdf})
        said = answer.text.partition("\n-- ")[0]
        assert found in said
        assert not [word for word in PRIVATE if word in said]
        assert not answer.attachments
    [answer] = await signing.mail(STRANGER, "Please verify this file", attached={"received.pdf": signed})
    assert "Intact. This file has not changed since signature FCT-" in answer.text
    assert stored(signing) == kept
    # Neither without authentication nor without the word.
    assert await signing.mail(OUTSIDER, "vérifier", dmarc="fail", attached={"recu.pdf": signed}) == []
    for text in ("", "Voici le devis signé, comme convenu."):
        answers = await signing.mail(OUTSIDER, text, attached={"recu.pdf": signed})
        assert not [answer for answer in answers if any(found in answer.text for found in FOUND)]


async def test_a_stranger_asks_in_a_chat(signing: Outside, signed: bytes) -> None:
    await signing.upload(signing.person(), OTHER, "voici ma commande")
    assert not signing.api.made("getFile"), "other words ask for no check"
    kept, person = stored(signing), signing.person()
    for pdf, found, caption in zip(four(signed), FOUND, ("", "vérifier", "", "Vérifier ce PDF"), strict=True):
        [said] = await signing.upload(person, pdf, caption)
        assert said.startswith(found)
        assert not [word for word in PRIVATE if word in said]
    assert stored(signing) == kept


async def test_three_mails_a_day_and_five_files_an_hour_in_a_chat(signing: Outside) -> None:
    by_mail = [await signing.mail(STRANGER, "vérifier", attached={"a.pdf": OTHER}) for _ in range(4)]
    assert [len(answers) for answers in by_mail] == [1, 1, 1, 0]
    person = signing.person()
    said = [(await signing.upload(person, OTHER))[0].partition(".")[0] for _ in range(6)]
    assert said == ["Inconnu"] * 5 + ["Trop de fichiers à vérifier en ce moment"]
    signing.pass_time(hours=1)
    assert (await signing.upload(person, OTHER))[0].startswith("Inconnu. ")
    assert len(signing.api.made("getFile")) == 6
