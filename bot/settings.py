"""Settings: environment FACTEUR_*, else facteur.toml, else the defaults; secrets also from files (FACTEUR_X_FILE).

Read once, in bot/__main__.py, and passed down.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

DEMO_KEY = "the demonstration and the tests only"


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
    clock_file: Path | None = None

    mail_domain: str = "localhost"
    smtp_listen: str = "127.0.0.1:8025"
    # Open at a time; a mail server in front of the service may want more.
    smtp_connections: int = Field(default=20, ge=1)
    smtp_connections_per_ip: int = Field(default=5, ge=1)
    smtp_relay: SecretStr = SecretStr("smtp://127.0.0.1:25?tls=none")
    imap_url: SecretStr = SecretStr("")
    trusted_relays: str = ""  # IPs or CIDRs, comma-separated
    authserv_id: str = ""
    mail_max_attachments_mb: int = Field(default=7, ge=1, le=50)

    telegram_token: SecretStr = SecretStr("")
    telegram_api: str = "https://api.telegram.org"
    telegram_mode: Literal["polling", "webhook"] = "polling"

    web_listen: str = "127.0.0.1:8080"
    public_url: str = ""
    stripe_api: str = "https://api.stripe.com"
    tsa_url: str = ""

    session_idle_telegram: int = Field(default=30, ge=1)  # minutes
    session_idle_email: int = Field(default=24 * 60, ge=1)  # minutes
    lock_scope: Literal["account", "conversation"] = "account"

    @model_validator(mode="before")
    @classmethod
    def _secrets_from_files(cls, data: dict[str, object]) -> dict[str, object]:
        for name in ("secret_key", "smtp_relay", "imap_url", "telegram_token"):
            path = os.environ.get(f"FACTEUR_{name.upper()}_FILE")
            if path and not data.get(name):
                data[name] = Path(path).read_text("utf-8").strip()
        return data

    @model_validator(mode="after")
    def _guard(self) -> Self:
        if self.clock_file and self.env == "production":
            raise ValueError("CLOCK_FILE replaces the clock: only with ENV=demo or ENV=test")
        if self.env == "production" and self.secret_key.get_secret_value() in ("", DEMO_KEY):
            raise ValueError(
                "SECRET_KEY is missing: make one with `openssl rand -hex 32` and keep it with your backups"
            )
        return self

    @property
    def secret(self) -> str:
        return self.secret_key.get_secret_value() or DEMO_KEY

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


class Keyless(Settings):
    """For commands that touch neither database nor secrets: they ask for no key."""

    @model_validator(mode="after")
    def _guard(self) -> Self:
        return self
