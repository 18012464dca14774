"""Whom a mail is for that came without envelope, from a mailbox: what servers noted in it, else what is written on it.

Its sender may write what he likes there, and gains by it what the SMTP door gives him too: the choice of the company.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from itertools import islice

from mail_gateway import headers
from mail_gateway.addresses import Marks, Recipient
from mail_gateway.charset import one_line
from mail_gateway.quote_marks import ADDRESS
from mail_gateway.screen import header_block

BY_SERVERS = ("X-Original-To", "Delivered-To", "Envelope-To", "X-Envelope-To")
BY_SENDER = ("To", "Cc")
TOPMOST = 3  # headers of a name: the last server writes above the others
MOST = 10


def noted(raw: bytes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The addresses that servers noted, and those that the sender wrote."""
    mail = headers.parsed(header_block(raw))

    def found(names: Iterable[str]) -> tuple[str, ...]:
        values = (value for name in names for value in headers.values(mail, name)[:TOPMOST])
        each = (one for value in values for one in ADDRESS.findall(one_line(headers.raw_text(value), 2000)))
        return tuple(islice(dict.fromkeys(each), MOST))

    return found(BY_SERVERS), found(BY_SENDER)


async def recipients(
    raw: bytes, marks: Marks, known: Callable[[str], Awaitable[bool]], own: str = ""
) -> list[str]:
    """Our addresses that this mail is for, one a company; a bounce is for its own address alone.

    `known`: is there a company with this slug? `own`: the mailbox's address, for mail that names none of ours (Bcc).
    """
    by_servers, by_sender = noted(raw)
    ours = _ours((*by_servers, *by_sender), marks)
    bounced = [address for address, found in ours.items() if found.bounce is not None]
    if bounced:
        return bounced[:1]
    for written in (by_servers, by_sender, (own,)):
        slugs = {one.slug: None for one in _ours(written, marks).values() if one.slug}
        here = [slug for slug in slugs if await known(slug)]
        if here:
            return [_best(slug, ours) or own for slug in here]
    return []


def unknown(raw: bytes, marks: Marks) -> str | None:
    """An address at our domain, of no company that we know."""
    by_servers, by_sender = noted(raw)
    ours = _ours((*by_sender, *by_servers), marks)
    return next((address for address, found in ours.items() if found.slug), None)


def _ours(addresses: Iterable[str], marks: Marks) -> dict[str, Recipient]:
    read = ((address, marks.read_address(address)) for address in addresses)
    return {address: found for address, found in read if found is not None}


def _best(slug: str, ours: dict[str, Recipient]) -> str | None:
    """Of several addresses of one company: with a token of a mail of ours, else of a link or a deposit."""
    its = [address for address, found in ours.items() if found.slug == slug]
    return max(its, key=lambda address: _rank(ours[address]), default=None)


def _rank(found: Recipient) -> int:
    return 2 if found.mark else 1 if found.link or found.deposit else 0
