"""The mailbox that is read, if one is: the log-in as the service does it, and what the server can do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

from bot.clock import now
from bot.doctor.finding import Finding, good, note, wrong
from bot.doctor.patient import SECONDS, Patient
from mail_gateway.imap_connection import Patience
from mail_gateway.imap_trouble import Missing, Refused, Trouble
from mail_gateway.imap_url import BadMailbox, Mailbox


def mailbox(it: Patient) -> Iterator[Finding]:
    """Nothing is fetched, moved or marked; a token that ends is renewed."""
    from bot.mailbox import mailbox_of

    if not it.settings.imap_url.get_secret_value():
        return
    try:
        place = mailbox_of(it.settings)
    except BadMailbox as error:
        yield wrong(f"{error}.", "See IMAP_URL.")
        return
    at = f"{place.host}:{place.port}"
    try:
        found = asyncio.run(_looked(it, place))
    except Trouble as error:
        yield wrong(f"{at}: {error}.", _remedy(error))
        return
    yield good(f"{at} lets us in; mails that wait in {place.folder}: {found.waiting}.")
    if not found.can_move:
        do = "Each is taken once all the same; remove them there yourself, or ask its host for MOVE or UIDPLUS."
        yield note("Mails stay where they are: it can move none.", do)
    if not found.can_idle:
        yield note("It cannot tell at once that mail came (IDLE): it is asked every 75 seconds.")


@dataclass(frozen=True)
class Found:
    waiting: int
    can_idle: bool
    can_move: bool


async def _looked(it: Patient, place: Mailbox) -> Found:
    from bot.mailbox import log_in
    from mail_gateway.imap import opened
    from storage.keys import Keys

    engine = it.database()[1]
    if engine is None:
        raise Trouble("not looked at, first the database")
    opens = log_in(it.settings, engine, Keys.of(it.settings.secret), now, place)
    box = await opened(place, opens, Patience(SECONDS, SECONDS))
    try:
        return Found(await box.count(), box.can_idle, box.can_move)
    finally:
        box.close()


def _remedy(error: Trouble) -> str:
    if isinstance(error, Refused):
        return "A right password in IMAP_URL (%-encoded), or facteur mail login where IMAP_OAUTH is set."
    if isinstance(error, Missing):
        return "Make that folder, or name another one in IMAP_URL."
    return "See IMAP_URL, the network and the firewall."
