"""Trains the classifier, in a process that ends with it: `python -m bot.understanding.train TARGET [OWN PHRASES]`.

The only module that imports scikit-learn and numpy. What it writes is plain data (handlers/core/classifier.py); the
same phrases give the same bytes.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from bot.understanding.examples import Example, WrongPhrases, collect
from bot.understanding.figures import figures
from handlers.core.classifier import ZERO, Header, Model, rarity, vector
from handlers.core.features import BUCKETS, features

FOLDS = 4
SHARPNESS = [round(0.25 * step, 2) for step in range(4, 49)]  # tried: 1 / temperature
Array = Any  # of numpy; its own types add nothing here


def train(examples: Sequence[Example]) -> Model:
    intents = np.array([example.intent for example in examples])
    classes, labels = np.unique(intents, return_inverse=True)
    idf = _idf(examples)
    data = _matrix(examples, idf)
    guessed = _cross_validated(data, labels, len(classes))
    sharpness = min(SHARPNESS, key=lambda tried: _surprise(guessed * tried, labels))
    chances = _softmax(guessed * sharpness)
    weights, scales, intercepts = _quantised(_svm().fit(data, labels))
    header = Header(
        classes=tuple(map(str, classes)),
        scales=scales,
        intercepts=intercepts,
        sharpness=sharpness,
        report=figures(examples, [str(name) for name in classes], chances.tolist()),
    )
    return Model(header, idf, weights)


def _svm() -> Any:
    return LinearSVC(C=1.0, random_state=0)  # one against the rest; measured in docs/understanding.md


def _idf(examples: Sequence[Example]) -> bytes:
    holding: Counter[int] = Counter()
    for example in examples:
        holding.update(set().union(*features(example.text)))
    return bytes(rarity(len(examples), holding[bucket]) for bucket in range(BUCKETS))


def _matrix(examples: Sequence[Example], idf: bytes) -> Any:
    rows = [vector(example.text, idf) for example in examples]
    ends = np.cumsum([0, *map(len, rows)])
    columns = np.fromiter((bucket for row in rows for bucket in row), dtype=np.int32, count=ends[-1])
    values = np.fromiter((value for row in rows for value in row.values()), dtype=float, count=ends[-1])
    return csr_matrix((values, columns, ends), shape=(len(rows), BUCKETS))


def _cross_validated(data: Any, labels: Array, count: int) -> Array:
    """The scores of each phrase by a model that did not see it."""
    scores = np.zeros((len(labels), count))
    for seen, unseen in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(data, labels):
        scores[unseen] = _svm().fit(data[seen], labels[seen]).decision_function(data[unseen])
    return scores


def _softmax(scores: Array) -> Array:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def _surprise(scores: Array, labels: Array) -> float:
    """Mean negative log-likelihood."""
    return float(-np.log(_softmax(scores)[np.arange(len(labels)), labels] + 1e-12).mean())


def _quantised(fitted: Any) -> tuple[bytes, tuple[float, ...], tuple[float, ...]]:
    scales = np.abs(fitted.coef_).max(axis=1) / (ZERO - 1)
    steps = np.rint(fitted.coef_ / scales[:, None]).astype(np.int16) + ZERO
    by_bucket = steps.T.astype(np.uint8)
    return (
        by_bucket.tobytes(),
        tuple(float(scale) for scale in scales),
        tuple(float(value) for value in fitted.intercept_),
    )


def main(target: Path, own: Path | None) -> None:
    """Write the model beside its place, then move it there: whoever reads sees all of it or nothing."""
    stored = train(collect(own)).to_bytes()
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        unfinished.write_bytes(stored)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
    except (WrongPhrases, OSError) as error:
        sys.exit(str(error))
