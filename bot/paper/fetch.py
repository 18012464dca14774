"""Questions over HTTP, for the child process: each with a limit on the whole of the answer, in time and in size."""

from __future__ import annotations

import socket
import threading
import urllib.request
from collections.abc import Callable
from http.client import HTTPConnection
from ipaddress import IPv6Address, ip_address
from queue import Empty, SimpleQueue
from urllib.error import HTTPError
from urllib.parse import urlsplit


class NoAnswer(Exception):
    """None, not in time, or from an address that is not to be asked."""


def within(seconds: float, ask: Callable[[], bytes]) -> bytes:
    """A timeout of sockets starts again with each byte: this one does not. Raises NoAnswer."""
    answers: SimpleQueue[bytes | Exception] = SimpleQueue()

    def run() -> None:
        try:
            answers.put(ask())
        except Exception as error:  # whatever it was, there is no answer
            answers.put(error)

    threading.Thread(target=run, daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except Empty:
        raise NoAnswer("no answer in time") from None
    if isinstance(answer, Exception):
        raise NoAnswer("no answer") from answer
    return answer


def posted(url: str, body: bytes, kind: str, seconds: float, limit: int) -> bytes:
    """To an address of the settings. Raises OSError, or NoAnswer where it is not one of HTTP."""
    if not url.startswith(("http://", "https://")):
        raise NoAnswer("not an HTTP address")
    request = urllib.request.Request(url, body, {"Content-Type": kind})  # noqa: S310 -- its scheme was looked at
    try:
        with urllib.request.urlopen(request, timeout=seconds) as answer:  # noqa: S310 -- as above
            read: bytes = answer.read(limit)
            return read
    except HTTPError as error:
        error.close()
        raise


def foreign(
    url: str, seconds: float, limit: int, inside: bool, body: bytes | None = None, kind: str = ""
) -> bytes:
    """To an address that a certificate names: HTTP alone, without redirects or a proxy, and not in our own network
    unless `inside`. Raises NoAnswer, or what sockets raise."""
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname:
        raise NoAnswer("not an HTTP address")
    door = _Door(parts.hostname, parts.port or 80, inside, seconds)
    try:
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        door.request("POST" if body else "GET", path, body, {"Content-Type": kind} if kind else {})
        answer = door.getresponse()
        read = answer.read(limit + 1)
    finally:
        door.close()
    if answer.status != 200 or len(read) > limit:
        raise NoAnswer(f"status {answer.status}, {len(read)} bytes")
    return read


class _Door(HTTPConnection):
    """Connects to the very address that was looked at: a name may lead elsewhere when it is asked again."""

    def __init__(self, host: str, port: int, inside: bool, seconds: float) -> None:
        super().__init__(host, port, timeout=seconds)
        self._inside = inside

    def connect(self) -> None:
        address, *_ = addresses(self.host, self.port)
        if not self._inside and not is_public(address):
            raise NoAnswer("an address of an own network")
        self.sock = socket.create_connection((address, self.port), self.timeout)


def in_own_network(url: str) -> bool:
    """Does its name lead to an address that only a network of our own knows?"""
    parts = urlsplit(url)
    try:
        return not all(is_public(one) for one in addresses(parts.hostname or "", parts.port or 80))
    except (OSError, ValueError):
        return False


def addresses(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def is_public(address: str) -> bool:
    one = ip_address(address.partition("%")[0])
    return (isinstance(one, IPv6Address) and one.ipv4_mapped or one).is_global
