"""The settings of mail: the doors it comes in by, the relay it leaves by, the mailbox that is read, who is believed."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings

from bot.settings import shapes


class MailSettings(BaseSettings):
    mail_domain: str = "localhost"
    operator_email: shapes.Address = ""  # who runs this machine: mail to postmaster@ and abuse@ is passed on
    smtp_listen: shapes.Place = "127.0.0.1:8025"
    lmtp_listen: shapes.PlaceOrSocket = ""  # for a mail server in front
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
    dkim_selector: shapes.Selector = "facteur"
    imap_url: SecretStr = SecretStr("")
    # Where the mailbox's provider wants tokens: the application that is registered there (facteur mail login).
    imap_oauth: Literal["", "microsoft", "google"] = ""
    imap_client_id: str = ""
    imap_client_secret: SecretStr = SecretStr("")
    imap_authority: shapes.AuthorityUrl = (
        ""  # another place than the provider's own, such as a Microsoft tenant's
    )
    trusted_relays: shapes.Networks = ""  # IPs or CIDRs, comma-separated
    authserv_id: str = ""
    dns_servers: shapes.NameServers = ""  # IP or IP:port, comma-separated; without one, those of this machine
    mail_max_attachments_mb: int = Field(default=7, ge=1, le=50)

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

    @property
    def relays(self) -> tuple[str, ...]:
        return tuple(shapes.listed(self.trusted_relays))

    @property
    def name_servers(self) -> tuple[tuple[str, int], ...]:
        return tuple(map(shapes.name_server, shapes.listed(self.dns_servers)))
