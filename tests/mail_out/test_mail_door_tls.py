"""TLS at the door: which, when it must be, and a certificate that is renewed while the service runs."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from pathlib import Path

import pytest
from door_client import BODY, BOX, SENDER, Open, Store, Wire

from mail_gateway.certificate import Certificate


def shown(port: int, context: ssl.SSLContext) -> str:
    """The certificate that the door shows, and the version that was agreed on."""
    with smtplib.SMTP("localhost", port, timeout=10) as client:
        client.starttls(context=context)
        assert isinstance(client.sock, ssl.SSLSocket)
        return f"{client.sock.version()} {ssl.DER_cert_to_PEM_cert(client.sock.getpeercert(True) or b'')}"


def anybody() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


async def test_a_renewed_certificate_is_shown_to_who_comes_next(
    opened: Open, tmp_path: Path, certificate: Path, other_certificate: Path
) -> None:
    file = tmp_path / "both.pem"
    file.write_bytes(certificate.read_bytes())
    listener = await opened(Certificate(file))
    before = await asyncio.to_thread(shown, listener.port, anybody())
    stays = await Wire.to(listener)
    file.write_bytes(other_certificate.read_bytes())
    after = await asyncio.to_thread(shown, listener.port, anybody())
    assert before.startswith("TLSv1.")
    assert before != after
    assert (await stays.say(b"NOOP")).startswith("250")


async def test_until_both_files_fit_the_old_certificate_serves(
    opened: Open, tmp_path: Path, certificate: Path, other_certificate: Path
) -> None:
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    for file in (chain, key):
        file.write_bytes(certificate.read_bytes())
    listener = await opened(Certificate(chain, key))
    before = await asyncio.to_thread(shown, listener.port, anybody())
    for amiss in (other_certificate.read_bytes(), b"half a fi"):
        chain.write_bytes(amiss)
        assert await asyncio.to_thread(shown, listener.port, anybody()) == before
    chain.unlink()
    assert await asyncio.to_thread(shown, listener.port, anybody()) == before
    for file in (chain, key):
        file.write_bytes(other_certificate.read_bytes())
    assert await asyncio.to_thread(shown, listener.port, anybody()) != before


async def test_old_versions_are_refused(opened: Open, certificate: Path) -> None:
    listener = await opened(Certificate(certificate))
    old = anybody()
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await asyncio.to_thread(shown, listener.port, old)


async def test_where_it_is_required_nothing_goes_without(
    opened: Open, store: Store, certificate: Path, client_tls: ssl.SSLContext
) -> None:
    listener = await opened(Certificate(certificate), tls_required=True)
    wire = await Wire.to(listener)
    assert (await wire.say(f"MAIL FROM:<{SENDER}>".encode())).startswith("530 ")

    def talk() -> None:
        with smtplib.SMTP("localhost", listener.port, timeout=10) as client:
            client.starttls(context=client_tls)
            client.sendmail(SENDER, [BOX], BODY)

    await asyncio.to_thread(talk)
    assert store.texts == [BODY]


def test_what_is_no_certificate_is_told_at_the_start(tmp_path: Path, certificate: Path) -> None:
    nonsense = tmp_path / "none.pem"
    nonsense.write_text("nonsense")
    for chain in (nonsense, tmp_path / "missing.pem"):
        with pytest.raises(OSError):
            Certificate(chain)
    with pytest.raises(OSError):
        Certificate(certificate, nonsense)
