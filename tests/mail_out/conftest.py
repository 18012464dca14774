"""A relay in the loop of the test, and a certificate for it."""

from __future__ import annotations

import asyncio
import datetime
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import uvloop
from aiosmtpd.smtp import SMTP
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from fake_relay import FakeRelay


@pytest.fixture
async def start_relay() -> AsyncIterator[Callable[..., Awaitable[FakeRelay]]]:
    servers: list[asyncio.Server] = []
    relays: list[FakeRelay] = []

    async def start(ssl_context: ssl.SSLContext | None = None, **options: Any) -> FakeRelay:
        relay, loop = FakeRelay(), asyncio.get_running_loop()

        def door() -> SMTP:
            made = SMTP(relay, hostname="relay.example", loop=loop, **options)
            relay.doors.append(made)
            return made

        server = await loop.create_server(door, "127.0.0.1", 0, ssl=ssl_context)
        relay.port = server.sockets[0].getsockname()[1]
        servers.append(server)
        relays.append(relay)
        return relay

    yield start
    for relay in relays:
        relay.drop_all()
    for server in servers:
        server.close()
    await asyncio.sleep(0.01)  # the transports close


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-made certificate for localhost, with its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost")]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "relay.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def client_tls(certificate: Path) -> ssl.SSLContext:
    """Trusts that certificate, and no other."""
    return ssl.create_default_context(cafile=str(certificate))


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The service runs on uvloop, whose transports are not those of asyncio."""
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
