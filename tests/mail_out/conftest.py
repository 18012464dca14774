"""A door and a relay in the loop of the test, and a certificate for them."""

from __future__ import annotations

import asyncio
import datetime
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import uvloop
from aiosmtpd.smtp import SMTP
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from door_client import Open, Store, Wire, known
from fake_relay import FakeRelay
from mail_samples import MARKS

from mail_gateway.listener import Limits, Listener

LIMITS = {field.name for field in fields(Limits)}


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


def self_made(path: Path) -> Path:
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
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-made certificate for localhost, with its key, in one PEM file."""
    return self_made(tmp_path_factory.mktemp("tls") / "relay.pem")


@pytest.fixture(scope="session")
def other_certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return self_made(tmp_path_factory.mktemp("tls") / "renewed.pem")


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


@pytest.fixture
async def hung_up() -> AsyncIterator[None]:
    yield
    while Wire.all:
        await Wire.all.pop().close()


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
async def opened(store: Store, hung_up: None) -> AsyncIterator[Open]:
    listeners: list[Listener] = []

    async def start(
        tls: Callable[[], ssl.SSLContext] | None = None, at: Path | None = None, **given: Any
    ) -> Listener:
        limits = {name: given.pop(name) for name in LIMITS & given.keys()}
        listener = Listener(MARKS, known, store.accept, Limits(**limits), tls, **given)
        await (listener.start_at(at) if at else listener.start("127.0.0.1", 0))
        listeners.append(listener)
        return listener

    yield start
    for listener in listeners:
        await listener.close(grace=1)
