"""ARC by the validation suite of Valimail: dkimpy agrees with all of it; and chains made to cost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mail_gateway.arc import MOST, Chain, chain, signatures

SUITE = Path(__file__).parent.parent / "data" / "mail" / "valimail-arc" / "validation.json"
SCENARIOS: list[dict[str, Any]] = json.loads(SUITE.read_text("utf-8"))
CASES = [(of, name) for of in SCENARIOS for name in of["tests"]]


@pytest.mark.parametrize(("of", "name"), CASES, ids=[name for _, name in CASES])
def test_the_suite_of_valimail(of: dict[str, Any], name: str) -> None:
    case = of["tests"][name]
    raw = case["message"].replace("\r\n", "\n").replace("\n", "\r\n").encode()
    keys = {f"{at}.": record.encode() for at, record in of["txt-records"].items()}
    wanted = {one.record: keys.get(one.record) for one in signatures(raw)}
    # Where a hand has sealed that the chain is broken, the suite wants nothing to be sealed any more: it failed.
    assert chain(raw, wanted).result == ((case["cv"] or "fail").lower())


def sealed() -> tuple[bytes, dict[str, bytes | None]]:
    of = next(one for one in SCENARIOS if "cv_pass_i1_1" in one["tests"])
    raw = of["tests"]["cv_pass_i1_1"]["message"].replace("\n", "\r\n").encode()
    return raw, {f"{at}.": record.encode() for at, record in of["txt-records"].items()}


def test_it_names_who_sealed() -> None:
    raw, keys = sealed()
    assert chain(raw, keys) == Chain("pass", ("example.org",))
    assert chain(b"From: a@b.example\r\n\r\nx", {}) == Chain("none")


def test_what_was_not_answered_is_no_failure() -> None:
    raw, keys = sealed()
    assert chain(raw, {}) == Chain("temperror", ("example.org",))
    assert chain(raw, dict.fromkeys(keys)) == Chain("fail", ("example.org",))


def test_a_long_chain_costs_nothing() -> None:
    hands = b"".join(
        b"ARC-Seal: i=%d; d=h%d.example; s=s; a=rsa-sha256; cv=pass; b=x\r\n" % (nth, nth)
        for nth in range(40)
    )
    assert signatures(hands + b"From: a@b.example\r\n\r\nx") == ()
    found = chain(hands + b"From: a@b.example\r\n\r\nx", {})
    assert (found.result, len(found.sealers)) == ("temperror", MOST)
