"""What is compared of an address and of a document number, and what is shown."""

from __future__ import annotations

import pytest

from handlers.rules import address, number


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        (" Camille@Dupain.Example ", "camille@dupain.example"),
        ("camille+compta@dupain.example", "camille+compta@dupain.example"),
        ("jose\u0301@exemple.fr", "josé@exemple.fr"),
        ("a@Bücher.example", "a@xn--bcher-kva.example"),
    ],
)
def test_addresses_are_compared_in_one_form(typed: str, normal: str) -> None:
    assert address.normal(typed) == normal


@pytest.mark.parametrize(
    "typed", ["", "a", "a@", "@b.fr", "a@b", "a@@b.fr", "a b@c.fr", "a@b..fr", "a@.fr", "x" * 70 + "@b.fr"]
)
def test_what_is_no_address(typed: str) -> None:
    with pytest.raises(address.BadAddress):
        address.normal(typed)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("mon adresse est camille@dupain.example.", "camille@dupain.example"),
        ("A@b.fr, ou a@b.fr", "a@b.fr"),
        ("a@b.fr ou c@d.fr", None),
        ("rien", None),
    ],
)
def test_the_only_address_of_a_text(text: str, found: str | None) -> None:
    assert address.found_in(text) == found


def test_masked() -> None:
    assert address.masked("camille@exemple.fr") == "c…@exemple.fr"


@pytest.mark.parametrize("written", ["F-2026-0118", "f2026 0118", "F/2026/0118", "Ｆ２０２６０１１８"])
def test_numbers_are_compared_without_signs(written: str) -> None:
    assert number.normal(written) == "F20260118"
