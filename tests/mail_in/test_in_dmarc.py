"""DMARC by the examples of RFC 7489, and what becomes of each combination."""

from __future__ import annotations

import pytest
from zone import Zone

from mail_gateway.dkim_keys import Signed
from mail_gateway.dmarc import Judgement, Policy, aligned, find, judged, organisation, unsure
from mail_gateway.resolver import Unanswered
from mail_gateway.spf_check import Spf


@pytest.mark.parametrize(
    ("domain", "found"),
    [
        ("a.mail.example.com", "example.com"),
        ("example.com", "example.com"),
        ("a.b.c.d.example.com", "example.com"),
        ("mail.example.co.uk", "example.co.uk"),
        ("co.uk", "co.uk"),
        ("com", "com"),
        ("portail.atelier.test", "atelier.test"),
        ("compta.atelier.gouv.fr", "atelier.gouv.fr"),
        ("a.user.github.io", "user.github.io"),
        ("a.xn--caf-dma.xn--p1ai", "xn--caf-dma.xn--p1ai"),
        ("localhost", "localhost"),
    ],
)
def test_where_an_organisation_ends(domain: str, found: str) -> None:
    assert organisation(domain) == found


@pytest.mark.parametrize(
    ("domain", "signer", "relaxed", "strict"),
    [  # RFC 7489, B.1.1 and B.1.2: SPF and DKIM
        ("example.com", "example.com", True, True),
        ("example.com", "child.example.com", True, False),
        ("child.example.com", "example.com", True, False),
        ("example.com", "sample.net", False, False),
        ("example.com", "notexample.com", False, False),
        ("a.co.uk", "b.co.uk", False, False),
        ("a.co.uk", "co.uk", False, False),
        ("a.github.io", "b.github.io", False, False),
        ("example.com", "", False, False),
    ],
)
def test_alignment(domain: str, signer: str, relaxed: bool, strict: bool) -> None:
    assert (aligned(domain, signer), aligned(domain, signer, strict=True)) == (relaxed, strict)


def policy(*records: str, domain: str = "example.com") -> Policy | None:
    return find(domain, Zone({"_dmarc.example.com": {"TXT": records}}))


@pytest.mark.parametrize(
    ("record", "wish"),
    [
        ("v=DMARC1; p=none; rua=mailto:dmarc-feedback@example.com", "none"),  # B.2.1
        ("v=DMARC1; p=quarantine; rua=mailto:dmarc@example.com; pct=25", "quarantine"),  # B.2.4
        ("v=DMARC1;p=reject", "reject"),
        ("v=DMARC1 ; p = REJECT ;", "reject"),
        ("v = DMARC1; p=reject; x-new=1; ;;", "reject"),
        ("v=DMARC1; rua=mailto:a@example.com; p=reject", "reject"),
        ("v=DMARC1; p=reject; p=none", "none"),
        ("v=DMARC1; p=reject; pct=0", "quarantine"),
        ("v=DMARC1; p=quarantine; pct=0", "none"),
        ("v=DMARC1; p=quarantine; pct=lots", "quarantine"),
        ("v=DMARC1; p=reject; adkim=x; aspf", "reject"),
        ("v=DMARC1; p=reject; sp=none", "reject"),
        ("v=DMARC1; p=all; rua=mailto:a@example.com", "none"),  # 6.6.3: as if p=none
        ("v=DMARC1; rua=mailto:a@example.com", "none"),
        ("v=DMARC1; p=reject; sp=all; rua=mailto:a@example.com", "none"),
    ],
)
def test_a_record_is_read(record: str, wish: str) -> None:
    found = policy(record)
    assert found is not None
    assert (found.wish, found.domain) == (wish, "example.com")


@pytest.mark.parametrize(
    "records",
    [
        (),
        ("v=spf1 -all",),
        ("v=DMARC1",),
        ("v=DMARC1; p=all",),
        ("v=DMARC1; p=reject; sp=all",),
        ("v=DMARC1; p=all; rua=nowhere",),
        ("v=DMARC10; p=reject",),
        ("v=dmarc1; p=reject",),
        ("p=reject; v=DMARC1",),
        (" v=DMARC1; p=reject",),
        ("v=DMARC1; p=reject", "v=DMARC1; p=reject"),
        ("v=DMARC1; p=reject", "v=DMARC1; p=none"),
    ],
)
def test_these_are_no_policy(records: tuple[str, ...]) -> None:
    assert policy(*records) is None


def test_alignment_as_the_record_wants_it() -> None:
    assert policy("v=DMARC1; p=none; adkim=s; aspf=S") == Policy("example.com", "none", True, True)
    assert policy("v=DMARC1; p=none; adkim=r") == Policy("example.com", "none")


def test_a_subdomain_falls_back_to_its_organisation() -> None:
    record = "v=DMARC1; p=quarantine; sp=reject"
    assert policy(record, domain="a.b.example.com") == Policy("example.com", "reject")
    assert policy("v=DMARC1; p=quarantine", domain="a.b.example.com") == Policy("example.com", "quarantine")
    own = Zone(
        {
            "_dmarc.a.example.com": {"TXT": ["v=DMARC1; p=none; sp=reject"]},
            "_dmarc.example.com": {"TXT": [record]},
        }
    )
    assert find("a.example.com", own) == Policy("a.example.com", "none")
    assert sum(own.asked.values()) == 1
    twice = Zone({"_dmarc.a.example.com": {"TXT": [record, record]}, "_dmarc.example.com": {"TXT": [record]}})
    assert find("a.example.com", twice) is None
    garbage = Zone({"_dmarc.a.example.com": {"TXT": ["hello"]}, "_dmarc.example.com": {"TXT": [record]}})
    assert find("a.example.com", garbage) == Policy("example.com", "reject")


def test_no_name_between_is_asked_for() -> None:
    zone = Zone({})
    assert find("a.b.c.d.e.f.example.com", zone) is None
    assert list(zone.asked) == ["_dmarc.a.b.c.d.e.f.example.com", "_dmarc.example.com"]


def test_a_silent_name_server_is_not_the_absence_of_a_policy() -> None:
    with pytest.raises(Unanswered):
        find("a.example.com", Zone({}, silent=["_dmarc.example.com"]))


REJECT, QUARANTINE, NONE = (Policy("good.example", wish) for wish in ("reject", "quarantine", "none"))
STRICT = Policy("good.example", "reject", strict_dkim=True, strict_spf=True)
OWN, OTHER, BELOW = "good.example", "evil.example", "mail.good.example"


def spf(result: str, domain: str = OWN) -> Spf:
    return Spf(result, domain)


def dkim(result: str, domain: str = OWN, part: bool = False) -> Signed:
    return Signed(domain, "s", result, part)


@pytest.mark.parametrize(
    ("policy", "by_spf", "signed", "level", "dmarc"),
    [
        # it passes
        (REJECT, spf("pass"), [], "verified", "pass"),
        (REJECT, spf("pass", BELOW), [], "verified", "pass"),
        (REJECT, spf("fail"), [dkim("pass")], "verified", "pass"),
        (REJECT, spf("pass", OTHER), [dkim("pass", BELOW)], "verified", "pass"),
        (REJECT, spf("temperror"), [dkim("pass")], "verified", "pass"),
        (REJECT, spf("none"), [dkim("fail"), dkim("pass")], "verified", "pass"),
        (REJECT, None, [dkim("pass")], "verified", "pass"),
        (STRICT, spf("pass"), [], "verified", "pass"),
        (NONE, spf("fail", OTHER), [dkim("pass")], "verified", "pass"),
        (None, spf("pass"), [], "verified", "none"),
        (None, spf("none"), [dkim("pass")], "verified", "none"),
        # somebody else passes
        (REJECT, spf("pass", OTHER), [], "failed", "fail"),
        (REJECT, spf("none"), [dkim("pass", OTHER)], "failed", "fail"),
        (QUARANTINE, spf("pass", OTHER), [dkim("pass", OTHER)], "failed", "fail"),
        (STRICT, spf("pass", BELOW), [dkim("pass", BELOW)], "failed", "fail"),
        (NONE, spf("pass", OTHER), [dkim("pass", OTHER)], "unverified", "fail"),
        (None, spf("pass", OTHER), [dkim("pass", OTHER)], "unverified", "none"),
        # nobody does
        (REJECT, spf("fail"), [], "failed", "fail"),
        (REJECT, spf("none"), [], "failed", "fail"),
        (REJECT, spf("softfail"), [dkim("policy")], "failed", "fail"),
        (REJECT, spf("permerror"), [dkim("permerror")], "failed", "fail"),
        (NONE, spf("fail"), [dkim("fail")], "unverified", "fail"),
        (None, spf("none"), [], "unverified", "none"),
        (None, spf("softfail"), [], "unverified", "none"),
        (None, spf("neutral"), [dkim("policy"), dkim("permerror")], "unverified", "none"),
        (None, spf("fail"), [], "failed", "none"),
        (None, spf("fail", OTHER), [], "failed", "none"),
        (None, spf("none"), [dkim("fail")], "failed", "none"),
        (None, spf("none"), [dkim("fail", OTHER)], "unverified", "none"),
        # the DNS did not tell, or the machine is not known
        (REJECT, spf("temperror"), [], "unverified", "temperror"),
        (REJECT, spf("fail"), [dkim("temperror")], "unverified", "temperror"),
        (REJECT, None, [], "unverified", "temperror"),
        (None, spf("fail"), [dkim("temperror")], "unverified", "none"),
        # that of another domain changes nothing: else its owner could spare himself a failure
        (REJECT, spf("temperror", OTHER), [dkim("temperror", OTHER)], "failed", "fail"),
    ],
)
def test_the_level_of_each_case(
    policy: Policy | None, by_spf: Spf | None, signed: list[Signed], level: str, dmarc: str
) -> None:
    assert judged(OWN, policy, by_spf, signed) == Judgement(level, dmarc)


def test_a_signature_of_a_part_is_told_from_one_of_the_whole() -> None:
    part, whole = dkim("pass", part=True), dkim("pass")
    assert judged(OWN, REJECT, spf("none"), [part]).part
    assert judged(OWN, None, spf("none"), [part, dkim("fail")]).part
    assert not judged(OWN, REJECT, spf("none"), [part, whole]).part
    assert not judged(OWN, REJECT, spf("pass"), [part]).part


def test_where_the_policy_is_not_told_only_what_counts_under_any_is_believed() -> None:
    assert unsure(OWN, spf("pass"), []) == Judgement("verified", "temperror")
    assert unsure(OWN, spf("fail"), [dkim("pass")]) == Judgement("verified", "temperror")
    assert unsure(OWN, spf("pass", BELOW), [dkim("pass", BELOW)]) == Judgement("unverified", "temperror")
    assert unsure(OWN, spf("fail"), [dkim("fail")]) == Judgement("unverified", "temperror")
