"""Every text, both languages: what a reader would complain of is caught here."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from handlers.core import phrases
from handlers.core.own_phrases import NEVER, TU, VOUS
from handlers.core.phrases import HOLE
from handlers.core.understand import understand
from handlers.rules.text import fold, words

PARTS = ("say", "tu", "subject", "tu_subject", "choices")
TALKING = [file for file in phrases.files() if "say" in phrases.load(file, "fr")]
ASKING = [file for file in phrases.files() if "ask" in phrases.load(file, "fr")]
OWN_WORDS = {"proof_file", "signature_page"}  # experts read it too
NOT_BY_CHAT = {
    "mail",
    "deposit",
    "company",
    "letter",
    "frame",
    "help",
    "proof_file",
    "signature_page",
    "signed",
}  # e-mails; help.telegram is the longest one
REALISTIC = {
    "société": "Atelier Exemple", "contact": "01 02 03 04 05 ou contact@atelier-exemple.example", "code": "482913",
    "téléphone": "01 02 03 04 05", "client": "Boulangerie Dupain", "adresse": "camille@dupain.example",
    "adresse_masquée": "c…@dupain.example", "numéro": "F-2026-0118", "nouveau": "D-2026-0045", "proche": "F-2026-0117",
    "le_document": "la facture F-2026-0118", "Le_document": "La facture F-2026-0118", "critère": "en retard",
    "du_document": "de la facture F-2026-0118", "total": "1 234,56 € TTC", "reste": "734,56 €", "reçu": "500,00 €",
    "date": "24 novembre 2026", "échéance": "2 décembre 2026", "heure": "14h05", "fuseau": "heure de Paris",
}  # fmt: skip


def texts(part: str = "") -> Iterator[tuple[str, str, str, str]]:
    """(where, language, form, text)"""
    for file in TALKING:
        for language in ("fr", "en"):
            book = phrases.load(file, language)
            for name in (part,) if part else ("say", "tu", "subject", "tu_subject"):
                for key, text in book.get(name, {}).items():
                    yield f"{file}.{key}", language, "tu" if name.startswith("tu") else "vous", text


@pytest.mark.parametrize("file", TALKING)
def test_the_two_languages_say_the_same(file: str) -> None:
    fr, en = phrases.load(file, "fr"), phrases.load(file, "en")
    for part in ("say", "subject", "choices"):
        assert list(fr.get(part, {})) == list(en.get(part, {})), part
        for key, text in fr.get(part, {}).items():
            if isinstance(text, str):
                assert set(HOLE.findall(text)) == set(HOLE.findall(en[part][key])), key
            else:
                assert len(text) == len(en[part][key]), key


@pytest.mark.parametrize("file", TALKING)
def test_tu_says_what_vous_says(file: str) -> None:
    book = phrases.load(file, "fr")
    for part, whole in (("tu", "say"), ("tu_subject", "subject")):
        for key, text in book.get(part, {}).items():
            assert set(HOLE.findall(text)) == set(HOLE.findall(book[whole][key])), key
            assert text != book[whole][key], key


def test_vous_and_tu_never_mix() -> None:
    for where, language, form, text in texts():
        if language == "fr" and where != "settings.form":
            plain = re.sub(r"rendez-vous|En français|« (?:vous|tu) »", "", text)
            assert not (TU if form == "vous" else VOUS).search(plain), where


def test_who_says_vous_has_a_tu() -> None:
    """But for the mails to the company, and for what staff read."""
    for where, language, _, text in texts("say"):
        file, key = where.split(".")
        apart = file in ("company", "staff", "deposit") or where in ("mail.staff_no_role", "settings.form")
        if language == "fr" and VOUS.search(text.replace("rendez-vous", "")) and not apart:
            assert key in phrases.load(file, "fr").get("tu", {}), where


def test_no_exclamation_no_curly_apostrophe_no_dash() -> None:
    for where, _, _, text in texts():
        assert not re.search(r"[!’—–]", text), where


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_word_that_frightens_or_promises(language: str) -> None:
    never = re.compile(rf"\b(?:{'|'.join(NEVER[language].split())})\b", re.IGNORECASE)
    for where, said, _, text in texts():
        if said == language and where.split(".")[0] not in OWN_WORDS:
            assert not never.search(text), where


def test_french_puts_a_space_before_its_signs_and_english_none() -> None:
    for where, language, _, text in texts():
        plain = re.sub(r"In English: EN|En français : FR", "", text)
        if language == "fr":
            assert not re.search(r"[^\s\u00a0\u202f][:;?](?=\s|$)", plain), where
        else:
            assert not re.search(r"\s[:;?]", plain), where


def test_texts_hold_ordinary_spaces() -> None:
    for where, _, _, text in texts():
        assert not re.search("[\u00a0\u202f]", text), where


def test_a_chat_message_is_short() -> None:
    for where, _, _, text in texts("say"):
        if where.split(".")[0] not in NOT_BY_CHAT and where != "pay.proposal_mail":
            filled = HOLE.sub(lambda hole: REALISTIC.get(hole[1], "12,40"), text)
            assert len(filled) < 300, (where, len(filled))


def test_every_text_can_be_said() -> None:
    for where, language, form, text in texts("say"):
        file, key = where.split(".")
        words = dict.fromkeys(HOLE.findall(text), "x")
        assert "{" not in phrases.say(file, key, language, form, **words)


def test_unknown_words_are_an_error() -> None:
    with pytest.raises(KeyError):
        phrases.say("desk", "nothing_like_it")


def test_the_choices_that_end_a_text_are_no_part_of_it() -> None:
    assert phrases.labels("desk", "unclear_twice", "fr") == ("Oui", "Menu")
    assert "[" not in phrases.say("desk", "unclear_twice", "fr", société="A")


# --- what people say to us


@pytest.mark.parametrize("file", ASKING)
def test_a_phrase_is_never_won_by_another_intent(file: str) -> None:
    from datetime import date

    for language in ("fr", "en"):
        for phrase in phrases.load(file, language)["ask"].get("words", ()):
            found = understand(phrase, "", language, date(2026, 11, 24))
            assert found, phrase
            assert found[0].intent == file, (phrase, found)


def test_no_phrase_means_two_things() -> None:
    seen: dict[str, str] = {}
    for file in ASKING:
        for language in ("fr", "en"):
            ask = phrases.load(file, language)["ask"]
            for phrase in (*ask.get("words", ()), *ask.get("phrases", ())):
                plain = words(phrase) or fold(phrase)
                assert seen.setdefault(plain, file) == file, phrase
