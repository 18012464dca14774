"""Settings: environment FACTEUR_*, else facteur.toml, else the defaults; secrets also from files (FACTEUR_X_FILE).

Read once, in bot/__main__.py, and passed down.
"""

from __future__ import annotations

import os
import re
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from handlers.rules.address import SHAPE

DEMO_KEY = "the demonstration and the tests only"
SECRETS = (
    "secret_key",
    "database_url",
    "smtp_relay",
    "imap_url",
    "imap_client_secret",
    "telegram_token",
    "understanding_key",
)  # a URL may hold a password
LISTEN = re.compile(r"(\[[0-9a-fA-F:]+\]|[^:\s]+):(\d{1,5})")
SELECTOR = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
DATABASES = ("sqlite://", "postgresql+psycopg://")
FILES = ("file:", "s3://", "memory:")
ENDPOINT = re.compile(r"(https?)://(\[[0-9a-fA-F:]+\]|[\w.-]+)(?::\d{1,5})?(?:/[\w./~-]*)?")
TOKEN = re.compile(r"\d+:\S+")  # core.telegram.org/bots/api#authorizing-your-bot


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="FACTEUR_",
        toml_file="facteur.toml",
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
    )

    env: Literal["production", "demo", "test"] = "production"
    database_url: str = "sqlite:///data/facteur.db"
    files_url: str = "file:data/files"
    secret_key: SecretStr = SecretStr("")
    seal_keys: Path | None = None  # the folder of the keys of the seal
    clock_file: Path | None = None

    mail_domain: str = "localhost"
    operator_email: str = ""  # who runs this machine: mail to postmaster@ and abuse@ is passed on there
    smtp_listen: str = "127.0.0.1:8025"
    lmtp_listen: str = ""  # for a mail server in front: host:port, or the path of a socket file
    # Open at a time; those of trusted_relays count in all, not for one IP.
    smtp_connections: int = Field(default=20, ge=1)
    smtp_connections_per_ip: int = Field(default=5, ge=1)
    smtp_backlog: int = Field(default=10_000, ge=1)  # stored mails not read yet, past which others come later
    smtp_tls_cert: Path | None = None  # PEM; with it STARTTLS is offered
    smtp_tls_key: Path | None = None  # without it, the key is in the same file
    smtp_tls_required: bool = False  # of who comes to the SMTP door
    smtp_relay: SecretStr = SecretStr("smtp://127.0.0.1:25?tls=none")
    smtp_relay_connections: int = Field(default=4, ge=1, le=100)  # to the relay, at a time
    # Where no relay signs our mail (DKIM): a private key, and under which name its public half is published.
    dkim_key: Path | None = None
    dkim_selector: str = "facteur"
    imap_url: SecretStr = SecretStr("")
    # Where the mailbox's provider wants tokens: the application that is registered there (facteur mail login).
    imap_oauth: Literal["", "microsoft", "google"] = ""
    imap_client_id: str = ""
    imap_client_secret: SecretStr = SecretStr("")
    imap_authority: str = ""  # another place than the provider's own, such as that of a Microsoft tenant
    trusted_relays: str = ""  # IPs or CIDRs, comma-separated
    authserv_id: str = ""
    dns_servers: str = ""  # IP or IP:port, comma-separated; without one, those of this machine
    mail_max_attachments_mb: int = Field(default=7, ge=1, le=50)

    telegram_token: SecretStr = SecretStr("")
    telegram_api: str = "https://api.telegram.org"
    telegram_mode: Literal["polling", "webhook"] = "polling"

    web_listen: str = "127.0.0.1:8080"
    public_url: str = ""
    stripe_api: str = "https://api.stripe.com"
    tsa_url: str = ""
    proof_years: int = Field(default=10, ge=1, le=99)  # from the signature; then what it holds is erased

    session_idle_telegram: int = Field(default=30, ge=1)  # minutes
    session_idle_email: int = Field(default=24 * 60, ge=1)  # minutes
    lock_scope: Literal["account", "conversation"] = "account"

    # The base of an OpenAI-compatible endpoint; without it nothing is asked outside.
    understanding_url: str = ""
    understanding_model: str = ""
    understanding_key: SecretStr = SecretStr("")
    understanding_daily: int = Field(default=200, ge=1)  # questions a day and process

    learning_days: int = Field(default=180, ge=1, le=3650)  # how long picks are kept: storage/picks.py

    @model_validator(mode="before")
    @classmethod
    def _secrets_from_files(cls, data: dict[str, object]) -> dict[str, object]:
        for name in SECRETS:
            path = os.environ.get(f"FACTEUR_{name.upper()}_FILE")
            if path and not data.get(name):
                data[name] = _secret(name, path)
        return data

    @field_validator("smtp_listen", "web_listen")
    @classmethod
    def _listen(cls, given: str) -> str:
        found = LISTEN.fullmatch(given)
        if not found or int(found[2]) > 65535:
            raise ValueError("it takes host:port, such as 127.0.0.1:8025")
        return given

    @field_validator("operator_email")
    @classmethod
    def _operator(cls, given: str) -> str:
        if given and not (SHAPE.fullmatch(given) and given.isascii()):
            raise ValueError("it takes one e-mail address, such as admin@example.org")
        return given

    @field_validator("lmtp_listen")
    @classmethod
    def _lmtp(cls, given: str) -> str:
        found = LISTEN.fullmatch(given)
        if given and "/" not in given and not (found and int(found[2]) <= 65535):
            raise ValueError("it takes host:port, or the path of a socket file, such as /run/facteur/lmtp")
        return given

    @field_validator("database_url")
    @classmethod
    def _database(cls, given: str) -> str:
        if not given.startswith(DATABASES):
            raise ValueError("it takes sqlite:///path or postgresql+psycopg://user:password@host/name")
        return given

    @field_validator("files_url")
    @classmethod
    def _files(cls, given: str) -> str:
        if not given.startswith(FILES):
            raise ValueError("it takes file:folder or s3://bucket/prefix")
        return given

    @field_validator("dkim_selector")
    @classmethod
    def _selector(cls, given: str) -> str:
        if not SELECTOR.fullmatch(given):
            raise ValueError("it takes small letters, digits and hyphens, such as facteur or s2026")
        return given

    @field_validator("trusted_relays")
    @classmethod
    def _relays(cls, given: str) -> str:
        for relay in filter(None, (part.strip() for part in given.split(","))):
            try:
                ip_network(relay, strict=False)
            except ValueError:
                raise ValueError(f"{relay!r} is neither an IP address nor a network (10.0.0.0/8)") from None
        return given

    @field_validator("dns_servers")
    @classmethod
    def _dns(cls, given: str) -> str:
        for server in filter(None, (part.strip() for part in given.split(","))):
            try:
                _name_server(server)
            except ValueError:
                raise ValueError(
                    f"{server!r} is no IP address, alone or with a port (192.0.2.53:5353)"
                ) from None
        return given

    @field_validator("tsa_url")
    @classmethod
    def _tsa(cls, given: str) -> str:
        if given and not given.startswith(("https://", "http://")):
            raise ValueError("it is where a time-stamping authority answers: http:// or https://")
        return given

    @field_validator("telegram_token")
    @classmethod
    def _token(cls, given: SecretStr) -> SecretStr:
        if given.get_secret_value() and not TOKEN.fullmatch(given.get_secret_value()):
            raise ValueError("it is no token of a bot: @BotFather gives one, such as 123456:ABC-DEF")
        return given

    @field_validator("understanding_url")
    @classmethod
    def _endpoint(cls, given: str) -> str:
        found = ENDPOINT.fullmatch(given)
        if given and not (found and (found[1] == "https" or _near(found[2].strip("[]")))):
            raise ValueError(
                "it takes https://host/path, without user and password; http:// only within your own network"
            )
        return given

    @field_validator("imap_authority")
    @classmethod
    def _authority(cls, given: str) -> str:
        found = ENDPOINT.fullmatch(given)
        if given and not (found and (found[1] == "https" or _near(found[2].strip("[]")))):
            raise ValueError("it takes https://host/path, such as https://login.microsoftonline.com/<tenant>")
        return given.rstrip("/")

    @model_validator(mode="after")
    def _tls(self) -> Self:
        if (self.smtp_tls_key or self.smtp_tls_required) and not self.smtp_tls_cert:
            raise ValueError("SMTP_TLS_KEY and SMTP_TLS_REQUIRED need SMTP_TLS_CERT, the certificate (PEM)")
        return self

    @model_validator(mode="after")
    def _application(self) -> Self:
        if self.imap_oauth and not self.imap_client_id:
            raise ValueError("IMAP_OAUTH needs IMAP_CLIENT_ID, of the application registered at the provider")
        return self

    @model_validator(mode="after")
    def _model_of_endpoint(self) -> Self:
        if self.understanding_url and not self.understanding_model:
            raise ValueError("UNDERSTANDING_URL needs UNDERSTANDING_MODEL, the name of a model there")
        return self

    @model_validator(mode="after")
    def _guard(self) -> Self:
        if self.clock_file and self.env == "production":
            raise ValueError("CLOCK_FILE replaces the clock: only with ENV=demo or ENV=test")
        if self.env == "production" and self.secret_key.get_secret_value() in ("", DEMO_KEY):
            raise ValueError(
                "SECRET_KEY is missing: make one with `openssl rand -hex 32` and keep it with your backups"
            )
        by_post = self.telegram_mode == "webhook" and self.telegram_token.get_secret_value()
        schemes = ("https://",) if self.env == "production" else ("https://", "http://")
        if by_post and not self.public_url.startswith(schemes):
            raise ValueError("TELEGRAM_MODE=webhook needs a PUBLIC_URL that begins with https://")
        if self.public_url and not self.public_url.startswith(schemes):
            raise ValueError("PUBLIC_URL is where clients reach us: it begins with https://")
        return self

    @property
    def secret(self) -> str:
        return self.secret_key.get_secret_value() or DEMO_KEY

    @property
    def relays(self) -> tuple[str, ...]:
        return tuple(part.strip() for part in self.trusted_relays.split(",") if part.strip())

    @property
    def name_servers(self) -> tuple[tuple[str, int], ...]:
        return tuple(_name_server(part.strip()) for part in self.dns_servers.split(",") if part.strip())

    @property
    def data_folder(self) -> Path:
        """Beside the database where that is a file, else beside the files, else ./data."""
        kind, _, place = self.database_url.partition(":///")
        if kind == "sqlite" and place:
            return Path(place.partition("?")[0]).parent
        if self.files_url.startswith("file:"):
            return Path(self.files_url.removeprefix("file:").removeprefix("//")).parent
        return Path("data")

    @property
    def anchors_folder(self) -> Path:
        """The heads of the ledgers, kept outside the database."""
        return self.data_folder / "anchors"

    @property
    def keys_folder(self) -> Path:
        return self.seal_keys or self.data_folder / "keys"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def _near(host: str) -> bool:
    """This machine, a private address, or a name without dots, which only an own network knows."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return "." not in host


def _secret(name: str, path: str) -> str:
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise ValueError(f"{name.upper()}_FILE cannot be read: {why} ({path})") from None


def _name_server(text: str) -> tuple[str, int]:
    parts = urlsplit(f"//{text}")
    return str(ip_address(parts.hostname or "")), parts.port or 53


class Keyless(Settings):
    """For commands that touch neither database nor secrets: they ask for no key."""

    @model_validator(mode="after")
    def _guard(self) -> Self:
        return self
