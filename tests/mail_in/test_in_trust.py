"""Authentication-Results: who is believed, and for whom."""

from __future__ import annotations

import pytest

from mail_gateway.trust import is_trusted, level, networks

OURS = "mx.us.example"
PASS = f"{OURS}; dmarc=pass header.from=good.example"
FAIL = f"{OURS}; dmarc=fail header.from=good.example"


@pytest.mark.parametrize(
    ("results", "told"),
    [
        ([PASS], "verified"),
        (["MX.US.EXAMPLE 1; dmarc=pass header.from=GOOD.example"], "verified"),
        ([f"{OURS}; dkim=pass header.d=good.example"], "verified"),
        ([f"{OURS}; dkim=pass header.d=sub.good.example"], "unverified"),
        ([f"{OURS}; dkim=pass header.d=example"], "unverified"),
        ([f"{OURS}; dkim=pass header.d=evil.example"], "unverified"),
        ([f"{OURS}; dkim=pass header.d=evilgood.example"], "unverified"),
        ([f"{OURS}; dmarc=pass header.from=evil.example"], "unverified"),
        ([f"{OURS}; dmarc=pass"], "unverified"),
        ([FAIL], "failed"),
        ([FAIL, PASS], "failed"),
        ([PASS, FAIL], "verified"),  # the topmost is our relay's, what is below came with the mail
        ([f"{OURS}; dmarc=fail header.from=good.example; dmarc=pass header.from=good.example"], "failed"),
        ([f"{OURS}; dmarc=pass header.from=evil.example; dmarc=pass header.from=good.example"], "unverified"),
        ([f"{OURS}; dmarc=none header.from=good.example; spf=pass smtp.mailfrom=evil.example"], "unverified"),
        ([f"{OURS}; spf=fail smtp.mailfrom=good.example"], "failed"),
        ([f"{OURS}; spf=softfail smtp.mailfrom=good.example"], "unverified"),
        ([f"{OURS}; dkim=fail header.d=x.example; dkim=pass header.d=good.example"], "verified"),
        ([f"{OURS}; dkim=fail header.d=good.example; dkim=pass"], "failed"),
        ([f"{OURS}; none"], "unverified"),
        (["mx.evil.example; dmarc=pass header.from=good.example"], "unverified"),
        (["mx.evil.example; dmarc=pass header.from=good.example", PASS], "verified"),
        ([f"{OURS}.evil.example; dmarc=pass header.from=good.example"], "unverified"),
        # the four ways around a careless parser
        ([f'{OURS}; spf=pass smtp.mailfrom="a)b"@evil.example; dmarc=none'], "unverified"),
        ([f"{OURS}; (note (x) dmarc=pass header.from=good.example) spf=none"], "unverified"),
        (
            [f"{OURS}; spf=pass (dmarc=pass header.from=good.example) smtp.mailfrom=evil.example"],
            "unverified",
        ),
        ([f'{OURS}; spf=pass smtp.mailfrom="x; dmarc=pass header.from=good.example"'], "unverified"),
        # what cannot be read is not believed
        (["spf=pass smtp.mailfrom=good.example; dmarc=pass header.from=good.example"], "unverified"),
        ([f"{OURS}; dmarc=pass (" + "(" * 3000], "unverified"),
        ([f"{OURS}"], "unverified"),
        ([f"{OURS}; dmarc"], "unverified"),
        ([""], "unverified"),
        ([], "unverified"),
        ([f"{OURS}; dmarc=pass header.from=good.example" + " " * 5000], "unverified"),
    ],
)
def test_from_our_relay(results: list[str], told: str) -> None:
    assert level(results, "good.example", OURS, trusted=True) == told


@pytest.mark.parametrize(
    ("results", "told"), [([PASS], "unverified"), ([FAIL], "failed"), ([PASS, FAIL], "unverified")]
)
def test_from_a_stranger_only_a_failure_is_believed(results: list[str], told: str) -> None:
    assert level(results, "good.example", OURS, trusted=False) == told


@pytest.mark.parametrize(("results", "told"), [([PASS], "unverified"), ([FAIL], "failed")])
def test_without_a_name_for_our_relay_no_pass_is_believed(results: list[str], told: str) -> None:
    assert level(results, "good.example", "", trusted=True) == told


def test_an_international_domain_compares_as_a_label() -> None:
    results = [f"{OURS}; dmarc=pass header.from=XN--caf-dma.example"]
    assert level(results, "xn--caf-dma.example", OURS, trusted=True) == "verified"


def test_trusted_peers() -> None:
    relays = ("192.0.2.0/24", "2001:db8::1")
    assert is_trusted("192.0.2.7", relays)
    assert is_trusted("::ffff:192.0.2.7", relays)
    assert is_trusted("2001:db8::1", relays)
    for peer in ("198.51.100.1", "2001:db8::2", "", None, "nonsense"):
        assert not is_trusted(peer, relays)
    assert not is_trusted("192.0.2.7", ())
    with pytest.raises(ValueError, match="nonsense"):
        networks(("nonsense",))
