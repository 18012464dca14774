"""imaps://, as every mailbox outside this machine is read: the certificate counts."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from imap_peers import QUICK, mail
from imap_script import Scripted
from structlog.testing import capture_logs

NOW = datetime.now(UTC)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """For localhost, signed by itself; the key is beside it."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")]),
    )
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, NOW - timedelta(1), NOW + timedelta(1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    (tmp_path / "cert.pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").write_bytes(private)
    return tmp_path / "cert.pem"


@pytest.fixture
async def server(certificate: Path) -> AsyncIterator[Scripted]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    made = Scripted(mail(1), idles=["well"])
    await made.start(context)
    yield made
    await made.stop()


def url(server: Scripted, host: str = "localhost") -> str:
    return server.url.replace("imap:", "imaps:").replace("127.0.0.1", host)


async def test_mail_comes_over_tls(
    server: Scripted, certificate: Path, read: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with read(url(server), QUICK) as reading:
        await reading.stored(1)
        await asyncio.wait_for(reading.watcher.ready.wait(), 10)
        server.put(mail(2))
        await reading.stored(2)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
async def test_a_certificate_that_nobody_vouches_for_is_refused(
    server: Scripted, certificate: Path, read: Any, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    """Unknown, or of another name: neither password nor mail goes there."""
    if host == "127.0.0.1":
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with capture_logs() as log:
        async with read(url(server, host), QUICK) as reading:
            await reading.until(lambda: log)
    assert log[0]["why"].startswith("the certificate of the server is not valid: ")
    assert not server.commands
