"""Which keys sign a mail, and whether it verifies: whatever its sender wrote there."""

from __future__ import annotations

import pytest
from dkim_signed import pair, signed

from mail_gateway.dkim_keys import MOST, Signature, signatures, verified

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


def test_forty_signatures_ask_for_three_keys() -> None:
    headers = b"".join(b"DKIM-Signature: v=1; d=exemple.example; s=s%d\r\n" % nth for nth in range(40))
    assert [one.selector for one in signatures(headers + MAIL)] == ["s0", "s1", "s2"]
    assert len(signatures(headers + MAIL)) == MOST


def test_a_mail_without_one_names_none() -> None:
    assert signatures(MAIL) == ()


def test_what_cannot_be_told_is_not_told() -> None:
    """Ed25519 takes a package that is not there."""
    raw = signed(MAIL).replace(b"a=rsa-sha256", b"a=ed25519-sha256")
    assert verified(raw, 0, b"v=DKIM1; k=ed25519; p=" + b"A" * 43 + b"=") is None
