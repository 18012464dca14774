"""SPF by the test suite of RFC 7208, its zones answered as a resolver would; and records made to cost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from zone import Zone

from mail_gateway.resolver import Answer, Kind, Unanswered
from mail_gateway.spf_check import Query, Spf, check

SUITE = Path(__file__).parent.parent / "data" / "mail" / "openspf-rfc7208" / "rfc7208-tests.json"
SCENARIOS: list[dict[str, Any]] = json.loads(SUITE.read_text("utf-8"))
CASES = [(of, name) for of in SCENARIOS for name in of["tests"]]


class Suite:
    """The zone of one scenario: aliases followed, records of type SPF given as TXT where there is no TXT."""

    def __init__(self, zonedata: dict[str, list[Any]]) -> None:
        self.zone = {name.lower(): records for name, records in zonedata.items()}

    def __call__(self, name: str, kind: Kind) -> Answer:
        for _ in range(10):
            records = self.zone.get(name.rstrip(".").lower(), [])
            found = list(self.values(records, kind))
            alias = next(self.values(records, "CNAME"), None)
            if found or alias is None:
                return tuple(found)
            name = str(alias)
        return ()

    def values(self, records: list[Any], kind: str) -> Any:
        told = [one for one in records if isinstance(one, dict)]
        typed = [(name, value) for one in told for name, value in one.items()]
        if "TXT" not in dict(typed):
            typed = [("TXT", value) if name == "SPF" else (name, value) for name, value in typed]
        typed = [(name, value) for name, value in typed if value != "NONE"]
        if "TIMEOUT" in records and kind != "CNAME" and kind not in dict(typed):
            raise Unanswered(kind)
        for name, value in typed:
            if name == kind:
                yield _value(value, kind)


def _value(value: Any, kind: str) -> Any:
    if kind == "TXT":
        return "".join([value] if isinstance(value, str) else value).encode()
    return tuple(value) if kind == "MX" else value


@pytest.mark.parametrize(("of", "name"), CASES, ids=[name for _, name in CASES])
def test_the_suite_of_rfc_7208(of: dict[str, Any], name: str) -> None:
    case = of["tests"][name]
    query = Query(case["host"], case["mailfrom"], case["helo"], Suite(of["zonedata"]))
    query.set_default_explanation("DEFAULT")
    result, _, explanation = query.check()
    assert result in ([case["result"]] if isinstance(case["result"], str) else case["result"])
    if "explanation" in case:
        assert explanation == case["explanation"]


def spf(zone: Zone, mail_from: str = "anne@a.example", peer: str = "192.0.2.7") -> str:
    return check(peer, mail_from, "mx.a.example", zone).result


def txt(**records: str) -> Zone:
    return Zone({f"{name}.example": {"TXT": [record]} for name, record in records.items()})


def test_the_null_sender_is_judged_by_the_name_of_its_machine() -> None:
    zone = Zone({"mx.a.example": {"TXT": ["v=spf1 ip4:192.0.2.7 -all"]}})
    assert check("192.0.2.7", "", "mx.a.example", zone) == Spf("pass", "mx.a.example")


def test_a_name_server_that_is_silent_is_no_failure() -> None:
    assert spf(Zone({}, silent=["a.example"])) == "temperror"
    zone = Zone({"a.example": {"TXT": ["v=spf1 include:b.example -all"]}}, silent=["b.example"])
    assert spf(zone) == "temperror"


@pytest.mark.parametrize(
    "zone",
    [
        txt(a="v=spf1 include:a.example -all"),
        txt(a="v=spf1 include:b.example -all", b="v=spf1 redirect=a.example"),
        txt(a="v=spf1 " + " ".join(f"a:h{nth}.example" for nth in range(500)) + " -all"),
        txt(a="v=spf1 " + " ".join(["mx"] * 500) + " -all"),
        txt(a="v=spf1 " + "%{d}" * 1000 + " -all"),
        txt(a="v=spf1 ptr ip4:not -all"),
        Zone({"a.example": {"TXT": ["v=spf1 -all", "v=spf1 +all"]}}),
        Zone({"a.example": {"TXT": [b"v=spf1 \xff\xfe -all"]}}),
    ],
)
def test_records_made_to_cost_end_soon(zone: Zone) -> None:
    assert spf(zone) == "permerror"
    assert sum(zone.asked.values()) <= 25


def test_a_name_that_grows_longer_than_names_may_be_is_not_asked_for() -> None:
    zone = txt(a="v=spf1 exists:" + "%{i}." * 800 + "example -all")
    assert spf(zone) == "fail"
    assert list(zone.asked) == ["a.example"]


@pytest.mark.parametrize(
    ("mail_from", "helo", "peer"),
    [
        ("a@[192.0.2.7]", "x", "192.0.2.7"),
        ("a@" + "b" * 70 + ".example", "x", "192.0.2.7"),
        ("a@b..example", "x", "192.0.2.7"),
        ("@", "", "192.0.2.7"),
        ("", "", "192.0.2.7"),
        ("a@\udcff.example", "\udcff", "::1"),
        ("a@a.example", "x", "not an address"),
    ],
)
def test_names_that_are_none_find_nothing(mail_from: str, helo: str, peer: str) -> None:
    assert check(peer, mail_from, helo, Zone({})).result in ("none", "permerror")
