"""A text of the company that greets or closes by itself: the frame does not say it again."""

from __future__ import annotations

import pytest

from mail_gateway.own_words import closes, greeting

SAID = "L'atelier ferme."


@pytest.mark.parametrize(
    ("first", "hello"),
    [
        ("Bonjour,", "Bonjour,"),
        ("Bonjour", "Bonjour"),
        ("Bonjour à tous !", "Bonjour à tous !"),
        ("Madame, Monsieur,", "Madame, Monsieur,"),
        ("Chers clients,", "Chers clients,"),
        ("Hello everyone,", "Hello everyone,"),
        ("Dear customers,", "Dear customers,"),
        ("Bonjour, nous fermons demain.", ""),  # left in its sentence, and not said before it
        ("Hello, we are closed.", ""),
        ("Bonjour, nous fermons", ""),
        ("Nous vous disons bonjour,", None),
        ("Hibernation", None),
        ("Cherche apprenti", None),
    ],
)
def test_a_greeting(first: str, hello: str | None) -> None:
    found = greeting((first, SAID))
    assert (found and found[0]) == hello
    if found:
        assert found[1] == ((SAID,) if hello else (first, SAID))


def test_a_greeting_that_is_all_stays() -> None:
    assert greeting(("Bonjour,",)) == ("", ("Bonjour,",))
    assert greeting(()) is None


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((SAID, "Cordialement"), True),
        ((SAID, "Bien cordialement,", "Léa Roy", "Atelier Exemple", "01 02 03 04 05", "STOP"), True),
        ((SAID, "Kind regards,", "Léa"), True),
        ((SAID, "Bien à vous"), True),
        ((SAID, "Nous vous recevons cordialement le 24."), False),
        (("Cordialement", *(SAID,) * 6), False),
        ((SAID,), False),
    ],
)
def test_a_closing(lines: tuple[str, ...], said: bool) -> None:
    assert closes(lines) is said
