"""The reason of a refusal and the message for a person, in the words that were written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules.comment import comment_in


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Je refuse le devis D-7 parce que c'est trop cher.", "c'est trop cher."),
        (
            "Nous ne donnons pas suite au devis 45 car les délais sont trop longs",
            "les délais sont trop longs",
        ),
        ("Bonjour,\nnon au devis : Trop cher\nCordialement\nAnne", "Trop cher"),
        ("je refuse le devis, c'est trop cher", "c'est trop cher"),
        ("I decline quote 45 because we found someone else.", "we found someone else."),
        ("We will not go ahead with the quote, too expensive", "too expensive"),
        ("Je refuse le devis D-7", None),
        ("No to the quote, thanks", None),
    ],
)
def test_reasons(text: str, reason: str | None) -> None:
    assert comment_in(text, "refuse_quote") == reason


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Dites-leur que le Portail est en panne", "le Portail est en panne"),
        ("Bonjour, message pour Paul : rappelez-moi Jeudi, merci", "rappelez-moi Jeudi"),
        ("Tell them that the gate is broken. Kind regards, Tom", "the gate is broken."),
        (
            "Bonjour Madame, la facture de mars comporte une erreur sur la TVA. Cordialement",
            "la facture de mars comporte une erreur sur la TVA.",
        ),
        ("je veux parler à quelqu'un", None),
        ("May I speak to someone?", None),
    ],
)
def test_messages(text: str, message: str | None) -> None:
    assert comment_in(text, "human") == message


def test_only_what_is_passed_on_has_a_comment() -> None:
    assert comment_in("mes factures : toutes, parce que je les ai perdues", "list_invoices") is None


@given(st.text(max_size=3000), st.sampled_from(["human", "refuse_quote"]))
def test_a_comment_stands_in_the_text(text: str, intent: str) -> None:
    found = comment_in(text, intent)
    assert found is None or (found and found in text)
