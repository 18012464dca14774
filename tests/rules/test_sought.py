"""The words people look for, and what else a sentence says of what it asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules import facets, sought
from handlers.rules.text import fold


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("« Salle de bain »", "salle de bain"),
        ("factures avec “peinture”", "peinture"),
        ('the "kitchen" quote', "kitchen"),
        ("l'avant-dernière", ""),
        ("« »", ""),
    ],
)
def test_words_in_quotes(text: str, words: str) -> None:
    assert sought.quoted(fold(text)) == words


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("cherche : peinture", "peinture"),
        ("Je ne retrouve plus la facture de mars, merci", "plus la facture de mars"),
        ("looking for kitchen", "kitchen"),
        ("la facture", None),
    ],
)
def test_what_follows_the_verb(text: str, rest: str | None) -> None:
    assert sought.after_verb(fold(text)) == rest


def test_content_is_what_small_words_leave() -> None:
    assert sought.content("je voudrais voir le chantier de la rue haute") == "chantier rue haute"
    assert (
        sought.content("un mot et puis encore cinq autres choses inutiles dites pour rien vraiment")
        == "cinq choses inutiles"
    )
    assert sought.content("alpha bravo charlie delta echo") == ""
    assert sought.content("la peinture", frozenset({"peinture"})) == ""


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("toutes mes factures en PDF", True),
        ("envoyez-moi les devis", True),
        ("send me all invoices", True),
        ("je n'ai pas reçu les factures de mars", True),
        ("download my credit notes", True),
        ("mes factures", False),
        ("envoyez-moi la liste des factures", False),
        ("envoyez-moi le devis", False),
        ("vous m'avez envoyé des devis ?", False),
        ("how many invoices did I receive", False),
    ],
)
def test_several_files(text: str, files: bool) -> None:
    assert facets.files_in(fold(text)) is files


@pytest.mark.parametrize(
    ("text", "type"),
    [("notes d'appel", "note"), ("meeting notes", "meeting"), ("nos mails", "email"), ("par mail", None)],
)
def test_types(text: str, type: str | None) -> None:
    assert facets.type_in(fold(text)) == type


@given(st.text(max_size=300))
def test_nothing_people_write_raises(text: str) -> None:
    folded = fold(text)
    sought.content(sought.after_verb(folded) or sought.quoted(folded) or folded)
    facets.files_in(folded)
    facets.type_in(folded)
