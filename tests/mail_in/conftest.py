"""Inbound mail: the data sets, and a mail made of headers and a body."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mail_gateway.incoming import Envelope, Letter, Reading, read

RELAY = "192.0.2.10"
READING = Reading(("192.0.2.0/24",), "mx.us.example", ("espace.us.example",))


@pytest.fixture(scope="session")
def mail_data() -> Path:
    return Path(__file__).parent.parent / "data" / "mail"


@pytest.fixture
def letter() -> Callable[..., Letter]:
    """letter("body", "Header: value", ..., peer=...): From is Claire unless a header says otherwise."""

    def made(
        body: str | bytes = "SOLDE", *headers: str, peer: str | None = RELAY, mail_from: str | None = None
    ) -> Letter:
        lines = list(headers)
        if not any(line.lower().startswith("from:") for line in lines):
            lines.insert(0, "From: Claire <claire@durand.example>")
        if not any(line.lower().startswith("content-type:") for line in lines):
            lines.append("Content-Type: text/plain; charset=utf-8")
        data = body if isinstance(body, bytes) else body.replace("\n", "\r\n").encode()
        raw = "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + data + b"\r\n"
        return read(raw, Envelope(peer, mail_from), READING)

    return made
