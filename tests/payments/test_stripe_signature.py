"""The signature of a webhook: ours is Stripe's, and what our door takes Stripe's own library takes too."""

from __future__ import annotations

import time

import pytest
import stripe as theirs
from hypothesis import given
from hypothesis import strategies as some

from bot.demo.stripe import signed as sign
from bot.web.stripe import TOLERANCE, signed

SECRET = "whsec_of_the_tests"
bodies = some.text().map(
    lambda text: b'{"id": "evt_1", "type": "x", "text": "%s"}' % text.encode("utf-8", "replace")
)


@given(bodies, some.integers(-280, 280))
def test_what_we_sign_is_taken_by_both(body: bytes, age: int) -> None:
    now = int(time.time())
    header = sign(body, SECRET, now - age)
    assert signed(body, header, SECRET, now)
    assert theirs.WebhookSignature.verify_header(body, header, SECRET, TOLERANCE)


def test_theirs_is_taken_by_us() -> None:
    body, now = b'{"id": "evt_1"}', int(time.time())
    header = theirs.WebhookSignature.generate_signature_header(body.decode(), SECRET, now)
    assert header == sign(body, SECRET, now)
    assert signed(body, f"{header},v0=abc", SECRET, now)
    assert signed(body, f"t={now},v1={'0' * 64},{header.partition(',')[2]}", SECRET, now)


@given(some.text(alphabet="tv01=,abcdef", max_size=40))
def test_no_header_of_another_is_taken(header: str) -> None:
    assert not signed(b"{}", header, SECRET, int(time.time()))


@pytest.mark.parametrize("secret", ["", " ", "\t"])
def test_an_empty_secret_signs_nothing(secret: str) -> None:
    now = int(time.time())
    assert not signed(b"{}", sign(b"{}", secret, now), secret, now)


@pytest.mark.parametrize(("age", "taken"), [(300, True), (301, False), (-300, True), (-301, False)])
def test_five_minutes_both_ways(age: int, taken: bool) -> None:
    assert signed(b"{}", sign(b"{}", SECRET, 1_800_000_000 - age), SECRET, 1_800_000_000) is taken
