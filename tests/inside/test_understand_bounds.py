"""Whatever is written: nothing raises, nothing takes long, and no text but a plain one opens an act of money."""

from __future__ import annotations

import re
import time
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding.examples import collect
from bot.understanding.store import load
from handlers.core.decide import decide
from handlers.core.heard import whole
from handlers.core.request import MONEY, Ear, Request
from handlers.core.strip import bare
from handlers.core.understand import understand

TODAY = date(2026, 11, 24)
STATES = st.sampled_from(["", "code", "yes_no", "choice"])
ANY_TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=400)
LONGEST = 0.2  # seconds of CPU
HOSTILE = Path(__file__).parents[1] / "data" / "mail" / "hostile"


@cache
def ear() -> Ear:
    return load(Path(__file__).parents[2] / ".cache" / "understanding")


@cache
def consents() -> list[str]:
    """Phrases of consent and payment; one that asks how, where, or for a link stays a request within a question."""
    asks = re.compile(
        r"\?|\b(?:comment|o[uù]|how|where|liens?|link|can|could|may|would|will|puis|peu\w+|pou\w+|possible)\b",
        re.IGNORECASE,
    )
    texts = (one.text for one in collect() if one.intent in MONEY and len(one.text.split()) > 1)
    return [text for text in texts if not asks.search(text)]


@given(ANY_TEXT, STATES)
@settings(max_examples=300)
def test_nothing_raises(text: str, state: Any) -> None:
    """ "PAY" or "CARD" may be drawn, as words of the source: the first is one of ours, the second asks back."""
    found = understand(text, state, "fr", TODAY, ear())
    assert not (opens_money(found) and decide(found)[0] == "act") or bare(text) in whole()


def opens_money(found: list[Request]) -> bool:
    return decide(found)[0] in ("act", "confirm") and found[0].intent in MONEY


@pytest.mark.parametrize("path", sorted(HOSTILE.glob("*.eml")), ids=lambda path: path.stem)
def test_no_hostile_mail_raises_takes_long_or_opens_an_act_of_money(path: Path) -> None:
    """Its raw bytes as text: headers, encodings and parts together, which no reader of mails would let through."""
    understand("solde", "", "fr", TODAY, ear())
    began = time.process_time()
    found = understand(path.read_bytes().decode("latin-1"), "", "fr", TODAY, ear())
    assert time.process_time() - began < LONGEST
    assert not opens_money(found)


@pytest.mark.parametrize("hearing", [True, False], ids=["ear", "rules"])
@pytest.mark.parametrize(
    "text",
    [
        *("a" * 50_000, "1" * 10_000, "1 " * 5_000, "\u0661" * 5_000, "a@" * 20_000, "\u200b" * 9_000),
        *("\u202eأهلا" * 5_000, "👍🏽" * 5_000, "\x00" * 9_000, "\n" * 60_000, "> oui\n" * 10_000),
        *("je signe si " * 5_400, "et puis mais " * 5_000, "ok vu " * 10_000, "devis 12 " * 7_000),
        *("merci,\n" * 9_000, "le 12/05/2026 " * 4_600, "F-2026-0118 " * 5_400, "é" * 30_000),
    ],
    ids=lambda text: ascii(text[:8]),
)
def test_nothing_takes_long(text: str, hearing: bool) -> None:
    listening = ear() if hearing else None
    understand("solde", "", "fr", TODAY, listening)
    began = time.process_time()
    understand(text, "", "fr", TODAY, listening)
    assert time.process_time() - began < LONGEST


DOUBTS = [
    *("si le prix baisse", "à condition de commencer lundi", "sauf la ligne 4", "if the price comes down"),
    *("provided you start Monday", "except line 4", "mais pas maintenant", "but not now"),
]
DENIALS = ["je ne veux pas", "je n'ai jamais dit", "pas question", "I do not want to", "I never said", "not"]
QUESTIONS = ["est-ce que", "pourquoi", "dois-je", "why", "should I", "did I"]


@st.composite
def doubtful(draw: Any) -> str:
    """A phrase of consent with a negation, a condition or a question before, after or in the middle of it."""
    consent = draw(st.sampled_from(consents())).rstrip(" .!?")
    doubt = draw(st.sampled_from([*DOUBTS, *DENIALS, *QUESTIONS]))
    said = consent.split()
    place = draw(st.sampled_from([0, len(said) // 2, len(said)]))
    mark = " ?" if doubt in QUESTIONS else ""
    return " ".join([*said[:place], doubt, *said[place:]]) + mark


@given(doubtful())
@settings(max_examples=600)
def test_a_doubt_anywhere_opens_no_act_of_money(text: str) -> None:
    for one in understand(text, "", "fr", TODAY, ear()):
        asks = one.slots.get("topic") == "transfer"  # for bank details: no act
        assert one.intent not in MONEY or asks or decide([one])[0] == "choose", (text, one)


PAIRS = [
    ("combien je vous dois", "quand passez-vous", {"balance", "calendar"}),
    ("envoyez-moi la facture F-2026-0118", "donnez-moi mes contrats", {"get_document", "contracts"}),
    ("how much do I owe you", "when is your next visit", {"balance", "calendar"}),
    ("send me invoice F-2026-0118", "show me my contracts", {"get_document", "contracts"}),
]


@pytest.mark.parametrize("join", [". ", "\n", " et ", " and "])
@pytest.mark.parametrize(("first", "second", "wanted"), PAIRS)
def test_two_requests_are_both_found(first: str, second: str, wanted: set[str], join: str) -> None:
    found = {one.intent for one in understand(first + join + second, "", "fr", TODAY, ear())}
    assert found == wanted
