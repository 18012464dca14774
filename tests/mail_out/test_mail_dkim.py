"""Our own signature: what arrives at the relay holds for the checker of incoming mail, and covers what it should."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from email.parser import BytesHeaderParser
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from fake_relay import FakeRelay
from mail_samples import DOMAIN, INVOICE_FR, LIST_FR, NOW, OUT, SAMPLES, due, read
from pydantic import SecretStr
from zone import Zone

from bot.app import Service
from bot.mail import MailRoom
from bot.settings import Settings
from handlers.core.ports import Due
from mail_gateway.carrier import MailCarrier
from mail_gateway.dkim_keys import signatures, verify
from mail_gateway.dkim_sign import OVERSIGNED, BadKey, Kind, Signer, new_key
from mail_gateway.outgoing import as_mail
from mail_gateway.sender import Relay

Start = Callable[..., Awaitable[FakeRelay]]


@pytest.fixture(scope="module", params=["rsa", "ed25519"])
def signer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return made(request.param, tmp_path_factory.mktemp("dkim") / "key.pem")


def made(kind: Kind, file: Path) -> Signer:
    file.write_bytes(new_key(kind))
    return Signer.of(file, "s2026", DOMAIN)


def results(raw: bytes, signer: Signer) -> list[str]:
    """By the checker of incoming mail, with the record as the DNS would give it."""
    zone = Zone({signer.place.rstrip("."): {"TXT": [signer.record]}})
    records = {one.record: next(iter(zone(one.record, "TXT")), None) for one in signatures(raw)}
    return [one.result for one in verify(raw, records)]


def signed(one: Due, signer: Signer) -> bytes:
    return signer.signed(as_mail(one, OUT, read, NOW).raw, NOW)


async def test_what_arrives_at_the_relay_verifies(start_relay: Start, signer: Signer) -> None:
    relay = await start_relay()
    sender = Relay(f"smtp://127.0.0.1:{relay.port}?tls=none", timeout=2)
    carrier = MailCarrier(sender, OUT, read, lambda: NOW, signer)
    for name in ("list.fr", "signed.fr", "invoice.fr", "calendar.en", "transfer.fr"):
        await carrier.deliver(SAMPLES[name])
    await sender.close()
    assert [results(envelope.content, signer) for _, envelope in relay.taken] == [["pass"]] * 5


async def test_the_service_signs_by_its_settings(start_relay: Start, tmp_path: Path) -> None:
    relay = await start_relay()
    signer = made("ed25519", tmp_path / "dkim.pem")
    service = Service(
        Settings(
            env="test",
            secret_key=SecretStr("the tests only"),
            database_url=f"sqlite:///{tmp_path / 'f.db'}",
            files_url=f"file:{tmp_path / 'files'}",
            mail_domain=DOMAIN,
            smtp_relay=SecretStr(f"smtp://127.0.0.1:{relay.port}?tls=none"),
            public_url="https://portail.example",
            dkim_key=tmp_path / "dkim.pem",
            dkim_selector="s2026",
        )
    )
    room = MailRoom(service)
    await room.carrier.deliver(due(replace(INVOICE_FR, documents=())))
    await room.close()
    service.close()
    ((_, envelope),) = relay.taken
    assert results(envelope.content, signer) == ["pass"]
    assert b"<https://portail.example/unsubscribe/" in envelope.content


async def test_without_a_key_nothing_is_signed(start_relay: Start) -> None:
    relay = await start_relay()
    sender = Relay(f"smtp://127.0.0.1:{relay.port}?tls=none", timeout=2)
    await MailCarrier(sender, OUT, read, lambda: NOW).deliver(SAMPLES["list.fr"])
    await sender.close()
    assert not signatures(relay.taken[0][1].content)


def test_lines_stay_short_and_the_same_mail_is_signed_alike(signer: Signer) -> None:
    raw = signed(SAMPLES["invoice.fr"], signer)
    head = raw[: raw.index(b"\r\nFrom:")]
    assert max(map(len, head.split(b"\r\n"))) <= 78
    assert head.count(b"\r\n") == head.count(b"\n") == head.count(b"\r")
    assert raw == signed(SAMPLES["invoice.fr"], signer)


def test_both_unsubscribe_headers_are_signed_where_there_are_any(signer: Signer) -> None:
    for reply, there in ((INVOICE_FR, 1), (LIST_FR, 0)):
        names = named(signed(due(reply), signer))
        assert [names.count(one) for one in ("list-unsubscribe", "list-unsubscribe-post")] == [there] * 2


def named(raw: bytes) -> list[str]:
    """The names that the signature covers."""
    tags = dict(
        tag.strip().split("=", 1) for tag in BytesHeaderParser().parsebytes(raw)["DKIM-Signature"].split(";")
    )
    return ["".join(name.split()) for name in tags["h"].split(":")]


@pytest.mark.parametrize("name", OVERSIGNED)
def test_nobody_adds_a_second_header(signer: Signer, name: str) -> None:
    raw = signed(SAMPLES["list.fr"], signer)
    assert results(b"Received: by mx.example\r\n" + raw, signer) == ["pass"]
    assert results(f"{name}: e@evil.example\r\n".encode() + raw, signer) == ["fail"]


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b"Atelier", b"Atelie"),
        (b"\r\n\r\n--=_alt", b"\r\n\r\nx\r\n--=_alt"),
        (b"\r\nReply-To", b"\r\nX-Reply-To"),
    ],
)
def test_what_is_changed_on_the_way_is_seen(signer: Signer, was: bytes, becomes: bytes) -> None:
    raw = signed(SAMPLES["list.fr"], signer)
    assert was in raw
    assert results(raw.replace(was, becomes, 1), signer) == ["fail"]


def test_a_relay_may_fold_anew_and_add_empty_lines_at_the_end(signer: Signer) -> None:
    raw = signed(
        due(LIST_FR, thread={**SAMPLES["list.fr"].thread, "subject": "mes  factures\tsvp " * 8}), signer
    )
    assert results(raw.replace(b"\r\nFrom: ", b"\r\nFROM:\r\n  ") + b"\r\n\r\n", signer) == ["pass"]


def test_an_address_beyond_ascii_is_signed_as_it_stands(signer: Signer) -> None:
    raw = signed(due(LIST_FR, address="élodie@exemple.example"), signer)
    assert "To: élodie@exemple.example\r\n".encode() in raw
    assert results(raw, signer) == ["pass"]


def test_the_key_stays_out_of_what_is_printed(signer: Signer) -> None:
    assert "Key" not in repr(signer)
    assert signer.place == "s2026._domainkey.portail.example."


KEYS = {
    "missing": (None, "No such file"),
    "no key": (b"-----BEGIN NONSENSE-----\n", "no private key"),
    "with a password": (
        rsa.generate_private_key(65537, 2048).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"hush")
        ),
        "without a password",
    ),
    "short": (
        rsa.generate_private_key(65537, 1024).private_bytes(
            Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
        ),
        "1024 bits are too few",
    ),
    "another kind": (
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ),
        "RSA or Ed25519",
    ),
}


@pytest.mark.parametrize("case", KEYS)
def test_a_key_that_cannot_sign_is_said_in_words(case: str, tmp_path: Path) -> None:
    held, words = KEYS[case]
    if held is not None:
        (tmp_path / "key.pem").write_bytes(held)
    with pytest.raises(BadKey, match=words):
        Signer.of(tmp_path / "key.pem", "s2026", DOMAIN)
