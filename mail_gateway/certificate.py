"""The certificate of the door: read again when its files change, as who renews it writes them."""

from __future__ import annotations

import ssl
from pathlib import Path

import structlog

log = structlog.get_logger()


class Certificate:
    """PEM files: the chain, and the key (the same file where that holds both). TLS 1.2 or newer.

    Raises OSError where they cannot be read, or are no pair; ssl.SSLError is one.
    """

    def __init__(self, chain: Path, key: Path | None = None) -> None:
        self.chain, self.key = chain, key
        self._seen = self._state()
        self._context = self._read()

    def __call__(self) -> ssl.SSLContext:
        """For a connection that begins now. Two files are not renewed at once: until they fit, the old ones serve."""
        try:
            state = self._state()
            if state != self._seen:
                self._context, self._seen = self._read(), state
                log.info("certificate.renewed")
        except OSError as error:
            log.warning("certificate.not_read", error=str(error))
        return self._context

    def _read(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.chain, self.key, password=_no_password)
        return context

    def _state(self) -> list[tuple[int, int, int]]:
        files = (path.stat() for path in (self.chain, self.key) if path)
        return [(one.st_mtime_ns, one.st_ino, one.st_size) for one in files]


def _no_password() -> str:
    """A key with a password is told as one that cannot be read; OpenSSL would ask at the terminal."""
    return ""
