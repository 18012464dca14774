"""What cross-validation says of a build: how often right, by language, and which intents are taken for which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from bot.understanding.examples import Example

SHOWN = 30  # confusions kept
SAMPLES = 3  # phrases of each


def figures(
    examples: Sequence[Example], classes: Sequence[str], chances: Sequence[Sequence[float]]
) -> dict[str, Any]:
    """`chances`: a row a phrase, by a model that had not seen it. Plain data, for the header of the model."""
    ranked = [
        sorted(range(len(classes)), key=lambda place: -row[place])[:3] for row in chances
    ]  # the three best
    named = [[classes[place] for place in best] for best in ranked]
    by_language = {
        language: _shares(
            [
                (example, best)
                for example, best in zip(examples, named, strict=True)
                if language in ("all", example.language)
            ]
        )
        for language in ("all", "fr", "en")
    }
    sure = [
        (row[best[0]], names[0] == example.intent)
        for example, row, best, names in zip(examples, chances, ranked, named, strict=True)
    ]
    return {
        "phrases": dict(sorted(Counter(example.intent for example in examples).items())),
        "cross_validation": by_language,
        "calibration": _calibration(sure),
        "confusions": _confusions(examples, named),
    }


def _shares(held: Sequence[tuple[Example, list[str]]]) -> dict[str, float]:
    count = len(held) or 1
    return {
        "phrases": len(held),
        "right": round(sum(example.intent == best[0] for example, best in held) / count, 4),
        "in_three": round(sum(example.intent in best for example, best in held) / count, 4),
    }


def _calibration(sure: Sequence[tuple[float, bool]]) -> list[dict[str, float]]:
    """For each tenth of confidence: how many phrases, how sure on average, how often right."""
    found = []
    for low in range(10):
        held = [(chance, right) for chance, right in sure if min(int(chance * 10), 9) == low]
        if held:
            told = sum(chance for chance, _ in held) / len(held)
            found.append(
                {
                    "phrases": len(held),
                    "confidence": round(told, 3),
                    "right": round(sum(right for _, right in held) / len(held), 3),
                }
            )
    return found


def _confusions(examples: Sequence[Example], named: Sequence[list[str]]) -> list[dict[str, Any]]:
    pairs: dict[tuple[str, str], list[str]] = {}
    for example, best in zip(examples, named, strict=True):
        if best[0] != example.intent:
            pairs.setdefault((example.intent, best[0]), []).append(example.text)
    most = sorted(pairs.items(), key=lambda item: (-len(item[1]), item[0]))[:SHOWN]
    return [
        {"intent": intent, "taken_for": other, "times": len(texts), "such_as": texts[:SAMPLES]}
        for (intent, other), texts in most
    ]
