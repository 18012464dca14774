"""facteur serve, facteur migrate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from bot.cli.common import database, fail, opening, settings

if TYPE_CHECKING:
    from bot.settings import Settings

PARTS = ("smtp", "imap", "telegram", "web", "worker", "scheduler")


def serve(
    only: str = typer.Option("", help=f"Some parts only, with commas: {', '.join(PARTS)}."),
) -> None:
    """Run the service. It stops cleanly on SIGTERM."""
    wanted = frozenset(filter(None, (name.strip() for name in only.split(","))))
    if unknown := wanted - set(PARTS):
        fail(f"No such part: {', '.join(sorted(unknown))}. Parts are {', '.join(PARTS)}.", 2)
    made = settings()
    _judge(made)
    _run(made, wanted or frozenset(PARTS))


def _judge(made: Settings) -> None:
    """The URLs that name servers."""
    from mail_gateway.imap_url import BadMailbox
    from mail_gateway.server import BadRelay, Server

    try:
        Server.at(made.smtp_relay.get_secret_value())
        if made.dkim_key:
            _judge_key(made)
        if made.smtp_tls_cert:
            _judge_certificate(made)
        if made.imap_url.get_secret_value():
            from bot.mailbox import mailbox_of

            mailbox_of(made)
    except (BadRelay, BadMailbox) as error:
        fail(f"The settings are not right:\n  {error}", 2)


def _judge_key(made: Settings) -> None:
    from bot.mail import signer
    from mail_gateway.dkim_sign import BadKey

    try:
        signer(made)
    except BadKey as error:
        fail(f"The settings are not right:\n  DKIM_KEY: {error}", 2)


def _judge_certificate(made: Settings) -> None:
    from bot.door import certificate

    try:
        certificate(made)
    except OSError as error:
        fail(
            f"The settings are not right:\n  SMTP_TLS_CERT: {error.strerror or error} ({made.smtp_tls_cert})",
            2,
        )


def _run(made: Settings, wanted: frozenset[str]) -> None:
    import structlog

    from bot.app import run
    from bot.parts import CannotStart, needed

    if not needed(made, wanted):
        fail(f"Nothing to run: the settings give {', '.join(sorted(wanted))} nothing to do.", 2)
    said: list[str] = []
    with opening():
        try:
            try:
                run(made, wanted)
            except* CannotStart as group:
                said = [str(error) for error in group.exceptions]
        except ExceptionGroup as failed:  # the log keeps what it says to itself, a traceback would not
            structlog.get_logger().error("service.failed", exc_info=failed)
            raise typer.Exit(1) from None
    if said:
        fail("\n".join(said))


def migrate() -> None:
    """Bring the database's schema to the newest version."""
    database(settings())
    print("The database is up to date.")
