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

from bot.settings import shapes
from bot.settings.mail import MailSettings

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


class Settings(MailSettings):
    model_config = SettingsConfigDict(
        env_prefix="FACTEUR_",
        toml_file="facteur.toml",
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
    )

    env: Literal["production", "demo", "test"] = "production"
    database_url: shapes.DatabaseUrl = "sqlite:///data/facteur.db"
    files_url: shapes.FilesUrl = "file:data/files"
    secret_key: SecretStr = SecretStr("")
    seal_keys: Path | None = None  # the folder of the keys of the seal
    clock_file: Path | None = None

    telegram_token: shapes.BotToken = SecretStr("")
    telegram_api: str = "https://api.telegram.org"
    telegram_mode: Literal["polling", "webhook"] = "polling"

    web_listen: shapes.Place = "127.0.0.1:8080"
    public_url: str = ""
    stripe_api: str = "https://api.stripe.com"
    tsa_url: shapes.TimestampingUrl = ""
    proof_years: int = Field(default=10, ge=1, le=99)  # from the signature; then what it holds is erased

    session_idle_telegram: int = Field(default=30, ge=1)  # minutes
    session_idle_email: int = Field(default=24 * 60, ge=1)  # minutes
    lock_scope: Literal["account", "conversation"] = "account"

    # The base of an OpenAI-compatible endpoint; without it nothing is asked outside.
    understanding_url: shapes.ModelUrl = ""
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


def _secret(name: str, path: str) -> str:
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise ValueError(f"{name.upper()}_FILE cannot be read: {why} ({path})") from None


class Keyless(Settings):
    """For commands that touch neither database nor secrets: they ask for no key."""

    @model_validator(mode="after")
    def _guard(self) -> Self:
        return self
