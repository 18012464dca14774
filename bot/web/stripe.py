"""/stripe/<slug>: where Stripe tells what became of a payment of a company.

The signature is over the raw body, with that company's own secret, and at most five minutes old or ahead
(docs.stripe.com/webhooks#verify-manually). 200 only once the event and its effect are committed together, else Stripe
sends it again; a thing that we do not know is taken too, and kept nowhere.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import re
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import structlog
from aiohttp import web

from handlers.core.ports import Clock
from handlers.rules.paying import PaymentNews

log = structlog.get_logger()

TOLERANCE = 300  # seconds, both ways
LARGEST = 512 * 1024  # bytes of a body
HEADER = re.compile(r"(?:^|,)t=(\d{1,12})(?:,|$)")
SIGNATURE = re.compile(r"(?:^|,)v1=([0-9a-f]{64})(?=,|$)")

Find = Callable[[str], tuple[int, str] | None]  # of a slug: the company and its secret
Read = Callable[[dict[str, Any]], tuple[Any, ...]]  # what an event tells
Note = Callable[[str, str, object], None]  # the desk's


class Stripe:
    """`find` and `note` are synchronous, and run in threads. `now` is the machine's own clock."""

    def __init__(self, find: Find, read: Read, note: Note, now: Clock) -> None:
        self._find, self._read, self._note, self._now = find, read, note, now

    async def handle(self, request: web.Request) -> web.Response:
        """404 for a company without a secret, 400 for what it did not sign, 413 for a body too large, 500 for our own
        failure."""
        slug = request.match_info["slug"]
        try:
            door = await asyncio.to_thread(self._find, slug)
            if door is None:
                return web.Response(status=404)
            company, secret = door
            event = _event(
                await _body(request), request.headers.get("Stripe-Signature", ""), secret, self._now
            )
            if event is None:
                log.warning("stripe.refused", company=slug)
                return web.Response(status=400)
            await asyncio.to_thread(self._take, company, event)
        except web.HTTPRequestEntityTooLarge:
            raise
        except Exception:
            log.exception("stripe.failed", company=slug)
            return web.Response(status=500)
        return web.Response(status=200)

    def _take(self, company: int, event: dict[str, Any]) -> None:
        try:
            found = self._read(event)
        except (LookupError, TypeError, ValueError, AttributeError):
            log.warning("stripe.not_understood", id=event["id"], type=event["type"])
            return
        for nth, seen in enumerate(found):
            part = f":{nth}" if nth else ""
            self._note("stripe", f"{company}:{event['id']}{part}", PaymentNews(company, seen))


async def _body(request: web.Request) -> bytes:
    if (request.content_length or 0) > LARGEST:
        raise web.HTTPRequestEntityTooLarge(LARGEST, request.content_length or 0)
    return await request.read()


def _event(body: bytes, header: str, secret: str, now: Clock) -> dict[str, Any] | None:
    """The event, where this secret signed it just now."""
    if not signed(body, header, secret, int(now().timestamp())):
        return None
    try:
        event = json.loads(body)
    except ValueError:
        return None
    named = isinstance(event, dict) and all(isinstance(event.get(name), str) for name in ("id", "type"))
    return event if named else None


def signed(body: bytes, header: str, secret: str, now: int) -> bool:
    """Did this secret sign this very body, within the tolerance of `now` (Unix time)?"""
    at = HEADER.search(header)
    if at is None or not secret.strip() or abs(now - int(at[1])) > TOLERANCE:
        return False
    expected = hmac.new(secret.encode(), b"%s." % at[1].encode() + body, sha256).hexdigest()
    return any(hmac.compare_digest(expected, given) for given in SIGNATURE.findall(header))
