"""facteur mail login: access to a mailbox whose provider wants tokens."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import typer

from bot.cli.common import clock_of, database, fail, settings

if TYPE_CHECKING:
    from mail_gateway.oauth import Waiting


def login(
    port: int = typer.Option(
        0, help="Where the browser comes back (Google); for a browser on another machine."
    ),
) -> None:
    """Let Facteur read the mailbox of IMAP_URL, where IMAP_OAUTH names its provider. A person logs in there, once."""
    from bot.mailbox import Access, mailbox_of, oauth
    from mail_gateway.imap_url import BadMailbox
    from mail_gateway.oauth import NoAccess, NoAnswer
    from storage.keys import Keys

    made = settings()
    try:
        mailbox, asked = mailbox_of(made), oauth(made, clock_of(made))
    except BadMailbox as error:
        fail(f"The settings are not right:\n  {error}", 2)
    if asked is None:
        fail("IMAP_OAUTH is empty: this mailbox opens with the password of IMAP_URL.", 2)
    access = Access(database(made), Keys.of(made.secret), mailbox, asked)

    async def run() -> None:
        await access.keep(await asked.log_in(_tell, port))

    try:
        asyncio.run(run())
    except (NoAccess, NoAnswer) as error:
        fail(f"No access to the mailbox: {error}.")
    print("The mailbox can be read from now on.")


def _tell(waiting: Waiting) -> None:
    print(f"Open this page, and log in as the user of the mailbox:\n  {waiting.url}")
    if waiting.code:
        print(f"Type this code there: {waiting.code}")
    sys.stdout.flush()
