"""How a setting is written: the types of the fields, each with what it takes in the words of who mistyped it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr

from handlers.rules.address import SHAPE

LISTEN = re.compile(r"(\[[0-9a-fA-F:]+\]|[^:\s]+):(\d{1,5})")
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
DATABASES = ("sqlite://", "postgresql+psycopg://")
FILES = ("file:", "s3://", "memory:")
ENDPOINT = re.compile(r"(https?)://(\[[0-9a-fA-F:]+\]|[\w.-]+)(?::\d{1,5})?(?:/[\w./~-]*)?")
TOKEN = re.compile(r"\d+:\S+")  # core.telegram.org/bots/api#authorizing-your-bot


def listed(given: str) -> Iterator[str]:
    """What stands between commas."""
    return filter(None, (part.strip() for part in given.split(",")))


def name_server(given: str) -> tuple[str, int]:
    """Its IP address and its port. Raises ValueError."""
    parts = urlsplit(f"//{given}")
    return str(ip_address(parts.hostname or "")), parts.port or 53


def _is_place(given: str) -> bool:
    found = LISTEN.fullmatch(given)
    return found is not None and int(found[2]) <= 65535


def _is_endpoint(given: str) -> bool:
    found = ENDPOINT.fullmatch(given)
    return found is not None and (found[1] == "https" or _near(found[2].strip("[]")))


def _near(host: str) -> bool:
    """This machine, a private address, or a name without dots, which only an own network knows."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return "." not in host


def _place(given: str) -> str:
    if not _is_place(given):
        raise ValueError("it takes host:port, such as 127.0.0.1:8025")
    return given


def _place_or_socket(given: str) -> str:
    if given and "/" not in given and not _is_place(given):
        raise ValueError("it takes host:port, or the path of a socket file, such as /run/facteur/lmtp")
    return given


def _address(given: str) -> str:
    if given and not (SHAPE.fullmatch(given) and given.isascii()):
        raise ValueError("it takes one e-mail address, such as admin@example.org")
    return given


def _database(given: str) -> str:
    if not given.startswith(DATABASES):
        raise ValueError("it takes sqlite:///path or postgresql+psycopg://user:password@host/name")
    return given


def _files(given: str) -> str:
    if not given.startswith(FILES):
        raise ValueError("it takes file:folder or s3://bucket/prefix")
    return given


def _selector(given: str) -> str:
    if not LABEL.fullmatch(given):
        raise ValueError("it takes small letters, digits and hyphens, such as facteur or s2026")
    return given


def _networks(given: str) -> str:
    for one in listed(given):
        try:
            ip_network(one, strict=False)
        except ValueError:
            raise ValueError(f"{one!r} is neither an IP address nor a network (10.0.0.0/8)") from None
    return given


def _name_servers(given: str) -> str:
    for one in listed(given):
        try:
            name_server(one)
        except ValueError:
            raise ValueError(f"{one!r} is no IP address, alone or with a port (192.0.2.53:5353)") from None
    return given


def _authority(given: str) -> str:
    if given and not _is_endpoint(given):
        raise ValueError("it takes https://host/path, such as https://login.microsoftonline.com/<tenant>")
    return given.rstrip("/")


def _model_endpoint(given: str) -> str:
    if given and not _is_endpoint(given):
        raise ValueError(
            "it takes https://host/path, without user and password; http:// only within your own network"
        )
    return given


def _timestamping(given: str) -> str:
    if given and not given.startswith(("https://", "http://")):
        raise ValueError("it is where a time-stamping authority answers: http:// or https://")
    return given


def _token(given: SecretStr) -> SecretStr:
    if given.get_secret_value() and not TOKEN.fullmatch(given.get_secret_value()):
        raise ValueError("it is no token of a bot: @BotFather gives one, such as 123456:ABC-DEF")
    return given


Place = Annotated[str, AfterValidator(_place)]
PlaceOrSocket = Annotated[str, AfterValidator(_place_or_socket)]
Address = Annotated[str, AfterValidator(_address)]
DatabaseUrl = Annotated[str, AfterValidator(_database)]
FilesUrl = Annotated[str, AfterValidator(_files)]
Selector = Annotated[str, AfterValidator(_selector)]
Networks = Annotated[str, AfterValidator(_networks)]
NameServers = Annotated[str, AfterValidator(_name_servers)]
AuthorityUrl = Annotated[str, AfterValidator(_authority)]
ModelUrl = Annotated[str, AfterValidator(_model_endpoint)]
TimestampingUrl = Annotated[str, AfterValidator(_timestamping)]
BotToken = Annotated[SecretStr, AfterValidator(_token)]
