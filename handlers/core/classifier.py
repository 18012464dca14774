"""The trained classifier: a linear model over hashed features, kept as plain data and scored without any library.

`Model(text)` gives every intent with its probability, best first. What is stored, after one line of JSON: a byte a
bucket (its rarity, IDF_STEP each), then a byte a bucket and class (the weight, by the scale of its class, 128 being 0).
Whoever trains (bot/understanding/train.py) uses the same `vector`, so both see the same numbers.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from operator import mul
from typing import Any

from handlers.core.features import BUCKETS, features

IDF_STEP = 1 / 20  # ln((1 + N) / (1 + n)) + 1 stays under 12.75 up to 100,000 phrases
ZERO = 128  # the byte of weight 0


@dataclass(frozen=True)
class Header:
    classes: tuple[str, ...]
    scales: tuple[float, ...]  # of the bytes of each class
    intercepts: tuple[float, ...]
    sharpness: float  # scores are multiplied by it before they become probabilities: 1 / temperature
    report: Mapping[str, Any] = field(default_factory=dict)  # what cross-validation found at the build


class Model:
    """An `Ear`: sums to 1, best first, equal ones by name."""

    def __init__(self, header: Header, idf: bytes, weights: bytes) -> None:
        if len(idf) != BUCKETS or len(weights) != BUCKETS * len(header.classes):
            raise ValueError("the sizes of the parts do not fit together")
        self.header, self._idf, self._weights = header, idf, weights

    def __call__(self, clause: str) -> list[tuple[str, float]]:
        weighed = list(zip(self.header.classes, _softmax(self._scores(clause)), strict=True))
        return sorted(weighed, key=lambda item: (-item[1], item[0]))

    def _scores(self, clause: str) -> list[float]:
        count = len(self.header.classes)
        found = vector(clause, self._idf)
        values, weights = list(found.values()), self._weights
        rows = [weights[bucket * count : (bucket + 1) * count] for bucket in found]
        offset = ZERO * sum(values)
        columns = zip(*rows, strict=True) if rows else ((),) * count
        sums = (sum(map(mul, values, column)) - offset for column in columns)
        linear = zip(sums, self.header.scales, self.header.intercepts, strict=True)
        return [self.header.sharpness * (total * scale + intercept) for total, scale, intercept in linear]

    def to_bytes(self) -> bytes:
        body = self._idf + self._weights
        head = {**asdict(self.header), "sha256": sha256(body).hexdigest()}
        return json.dumps(head, sort_keys=True).encode() + b"\n" + body

    @classmethod
    def from_bytes(cls, stored: bytes) -> Model:
        """Raises ValueError for anything that `to_bytes` did not write whole."""
        end = stored.find(b"\n")
        body = stored[end + 1 :]
        try:
            head = json.loads(stored[: max(end, 0)])
            if head.pop("sha256") != sha256(body).hexdigest():
                raise ValueError("its checksum is wrong")
            lists: dict[str, Any] = {
                name: tuple(head.pop(name)) for name in ("classes", "scales", "intercepts")
            }
            return cls(Header(**lists, **head), body[:BUCKETS], body[BUCKETS:])
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("it is no stored model") from error


def vector(text: str, idf: Sequence[int]) -> dict[int, float]:
    """bucket -> value: TF-IDF, the words and the pieces of words each scaled to length 1, then added."""
    total: dict[int, float] = {}
    for counted in features(text):
        part = {bucket: (1 + math.log(times)) * idf[bucket] for bucket, times in counted.items()}
        length = math.sqrt(sum(value * value for value in part.values())) or 1.0
        for bucket, value in part.items():
            total[bucket] = total.get(bucket, 0.0) + value / length
    return total


def rarity(phrases: int, holding: int) -> int:
    """The byte of a bucket that `holding` of all `phrases` have."""
    return min(255, round((math.log((1 + phrases) / (1 + holding)) + 1) / IDF_STEP))


def _softmax(scores: Sequence[float]) -> list[float]:
    top = max(scores)
    raised = [math.exp(score - top) for score in scores]
    total = sum(raised)
    return [value / total for value in raised]
