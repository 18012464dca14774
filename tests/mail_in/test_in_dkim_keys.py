"""Which keys sign a mail, and whether it verifies: whatever its sender wrote there."""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from dkim_signed import pair, signed

from mail_gateway.dkim_keys import MOST, Signature, Signed, signatures, verified, verify

MAIL = b"From: Anne <anne@exemple.example>\r\nMessage-ID: <1@exemple.example>\r\n\r\nVALIDER\r\n"
RECORD = pair()[1].encode()


def test_a_signed_mail_names_its_key_and_verifies_with_it() -> None:
    raw = signed(MAIL)
    [one] = signatures(raw)
    assert one == Signature(0, "exemple.example", "s2026")
    assert one.record == "s2026._domainkey.exemple.example."
    assert verified(raw, 0, RECORD)
    assert not verified(raw.replace(b"VALIDER", b"REFUSER"), 0, RECORD)
    for wrong in (b"", b"v=DKIM1; p=", b"v=DKIM1; p=AAAA", b"\xff\x00", b"v=DKIM1; k=ed25519; p=AAAA"):
        assert not verified(raw, 0, wrong)


def test_each_signature_is_tried_with_its_own_key() -> None:
    raw = signed(signed(MAIL, "s1"), "s2")
    assert [(one.nth, one.selector) for one in signatures(raw)] == [(0, "s2"), (1, "s1")]
    assert verified(raw, 1, RECORD)
    torn = raw.replace(b"s=s2", b"s=s3", 1)
    assert (verified(torn, 0, RECORD), verified(torn, 1, RECORD)) == (False, True)


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"v=1",
        b"v=1; d=exemple.example",
        b"v=1; s=a; d=",
        b"v=1; d=exemple.example; s=a b",
        b"v=1; d=..; s=a",
        b"v=1; d=exemple.example; d=autre.example; s=a",
        b"v=1; d=-exemple.example; s=a",
        b"v=1; d=ex\xc3\xa9mple.example; s=a",
        b"v=1; d=" + b".".join([b"a" * 60] * 5) + b"; s=a",
        b"; ; =",
    ],
)
def test_what_names_no_key_is_passed_over(header: bytes) -> None:
    raw = b"DKIM-Signature: " + header + b"\r\n" + MAIL
    assert signatures(raw) == ()
    assert not verified(raw, 0, b"v=DKIM1; p=AAAA")


def test_forty_signatures_ask_for_five_keys() -> None:
    headers = b"".join(b"DKIM-Signature: v=1; d=exemple.example; s=s%d\r\n" % nth for nth in range(40))
    assert [one.selector for one in signatures(headers + MAIL)] == ["s0", "s1", "s2", "s3", "s4"]
    assert len(signatures(headers + MAIL)) == MOST
    assert [one.result for one in verify(headers + MAIL, {})] == ["temperror"] * MOST


def test_a_mail_without_one_names_none() -> None:
    assert signatures(MAIL) == ()


# RFC 8463, appendix A: one mail, signed with Ed25519 and with RSA
TWO = """\
DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
""".replace("\n", "\r\n").encode()
BRISBANE = b"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
TEST = (
    b"v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bd"
    b"OKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzB"
    b"fO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB"
)
KEYS = {"brisbane._domainkey.football.example.com.": BRISBANE, "test._domainkey.football.example.com.": TEST}


def results(raw: bytes, keys: Mapping[str, bytes | None]) -> list[str]:
    return [one.result for one in verify(raw, keys)]


def test_the_example_of_rfc_8463_verifies_with_both_its_keys() -> None:
    assert results(TWO, KEYS) == ["pass", "pass"]
    assert results(TWO.replace(b"hungry", b"angry"), KEYS) == ["fail", "fail"]
    assert results(TWO.replace(b"b=/gCr", b"b=/hCr"), KEYS) == ["fail", "pass"]


def test_a_key_of_the_other_kind_is_no_key() -> None:
    crossed = dict(zip(KEYS, (TEST, BRISBANE), strict=True))
    assert results(TWO, crossed) == ["permerror", "permerror"]
    for record in (
        b"k=ed25519; p=AAAA",
        b"k=ed25519",
        b"k=ed25519; p=*",
        b"v=DKIM2; k=ed25519; p=AAAA",
        b"=",
    ):
        assert results(TWO, {**KEYS, "brisbane._domainkey.football.example.com.": record}) == [
            "permerror",
            "pass",
        ]


def test_no_record_is_told_from_no_answer() -> None:
    names = list(KEYS)
    assert results(TWO, {names[0]: None}) == ["permerror", "temperror"]


def one(raw: bytes, record: str = pair()[1]) -> Signed:
    [found] = verify(raw, {"s2026._domainkey.exemple.example.": record.encode()})
    return found


@pytest.mark.filterwarnings("ignore")
def test_sha_1_and_short_keys_are_refused() -> None:
    assert one(signed(MAIL, signature_algorithm=b"rsa-sha1")).result == "policy"
    key, record = pair(1024)
    assert one(signed(MAIL, key=key), record).result == "pass"
    short = RSAPublicNumbers(65537, 2**1022 + 1).public_key()
    der = base64.b64encode(short.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
    assert one(signed(MAIL), f"v=DKIM1; k=rsa; p={der}").result == "policy"


def test_what_is_added_after_a_signature_of_a_part_is_seen_as_such() -> None:
    raw = signed(MAIL, length=True)
    assert one(raw).part
    assert one(raw + b"REFUSER\r\n") == Signed("exemple.example", "s2026", "pass", part=True)
    assert not one(signed(MAIL)).part


def test_bodies_made_to_cost_are_verified_in_time() -> None:
    """CPU seconds, so that a busy machine does not count."""
    begun = time.process_time()
    for line, times in ((b" " * 990 + b"x\r\n", 9000), (b" \t" * 490 + b"\r\n", 9000), (b"\r\n", 290_000)):
        for canonical in ((b"relaxed", b"relaxed"), (b"simple", b"simple")):
            raw = signed(MAIL, canonicalize=canonical).replace(b"VALIDER\r\n", line * times + b"x\r\n")
            assert one(raw).result == "fail"
    assert time.process_time() - begun < 15
    assert one(signed(MAIL + b"a  \t b \r\n \t\r\n", canonicalize=(b"relaxed", b"relaxed"))).result == "pass"


def test_a_from_that_is_not_signed_is_not_vouched_for() -> None:
    """A second From slips in above a signature that covers one: the mail fails."""
    raw = signed(MAIL)
    head, _, rest = raw.partition(b"From: Anne")
    assert one(head + b"From: Eve <eve@exemple.example>\r\nFrom: Anne" + rest).result == "fail"
    assert one(raw.replace(b"h=", b"h=x:", 1)).result == "fail"
