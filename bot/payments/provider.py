"""Stripe, asked: checkout sessions are made, looked at and ended, each with the company's own key.

A key may be followed by the connected account that it acts for: "sk_live_... acct_...". stripe is imported at the first
call: a process whose companies have no key never loads it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar, cast

import aiohttp

from bot.payments import news
from handlers.rules.paying import CheckoutSeen, DisputeSeen, RefundSeen

if TYPE_CHECKING:
    from stripe import AIOHTTPClient, StripeClient, StripeObject
    from stripe.params.checkout import SessionCreateParams

T = TypeVar("T")
Call = Callable[["StripeClient"], Awaitable["StripeObject"]]

VERSION = "2026-05-27.dahlia"  # of the API: the one whose description the tests hold us to
TIMEOUT, IN_ALL = 10.0, 25.0  # seconds of one try, and of a call with its retries
RETRIES = 2
MOST_LINES, DESCRIBED = 100, 500  # lines of one session, characters of a payment's description
EXPANDED = ["payment_intent.latest_charge"]
SKEW = timedelta(minutes=2)  # Stripe's clock may be behind ours, and it takes no session longer than a day


class ProviderDown(Exception):
    """It did not answer, or refused; says why in a word, never with a key."""


class Unknown(ProviderDown):
    """It has no such object, for this key."""


class Refused(ProviderDown):
    """It does not take what it is asked: asking again changes nothing."""


@dataclass(frozen=True)
class Opened:
    session_id: str
    url: str
    expires_at: datetime


@dataclass(frozen=True)
class Ask:
    """A session to be made. `lines` are labels and cents; with the same `idempotency_key`, the same ask makes the same
    session. `expires_at` is 35 minutes to 24 hours away."""

    reference: str  # of our request
    lines: Sequence[tuple[str, int]]
    currency: str
    email: str
    language: str
    expires_at: datetime
    success_url: str
    cancel_url: str
    methods: Sequence[str] = ("card",)
    idempotency_key: str = field(default="", repr=False)


class Provider:
    """`api_base` is the root of Stripe's API. One pool of connections, of one event loop: `await close()` in the end.

    Every call raises ProviderDown, and nothing else, when Stripe does not do what it is asked.
    """

    def __init__(self, api_base: str, timeout: float = TIMEOUT) -> None:
        self.api_base, self._timeout = api_base.rstrip("/"), aiohttp.ClientTimeout(timeout)
        self._http: AIOHTTPClient | None = None

    async def close(self) -> None:
        if self._http:
            await self._http.close_async()  # type: ignore[no-untyped-call]  # stripe does not type it
            self._http = None

    async def open(self, key: str, ask: Ask) -> Opened:
        def call(to: StripeClient) -> Awaitable[StripeObject]:
            return to.v1.checkout.sessions.create_async(
                _params(ask), {"idempotency_key": ask.idempotency_key}
            )

        return await self._ask(
            key, call, lambda made: Opened(made["id"], made["url"], news.instant(made["expires_at"]))
        )

    async def look(self, key: str, session_id: str) -> CheckoutSeen:
        """As the session is now. Raises Unknown."""

        def call(to: StripeClient) -> Awaitable[StripeObject]:
            return to.v1.checkout.sessions.retrieve_async(session_id, {"expand": EXPANDED})

        return await self._ask(key, call, news.looked_at)

    async def expire(self, key: str, session_id: str) -> bool:
        """End an open session; False where it is no longer open. Raises Unknown."""

        def call(to: StripeClient) -> Awaitable[StripeObject]:
            return to.v1.checkout.sessions.expire_async(session_id)

        try:
            return await self._ask(key, call, lambda _: True)
        except Refused:
            return False

    async def news(self, key: str, payment_id: str) -> tuple[RefundSeen | DisputeSeen, ...]:
        """The refunds and disputes of a payment, the oldest first."""

        def refunds(to: StripeClient) -> Awaitable[StripeObject]:
            return to.v1.refunds.list_async({"payment_intent": payment_id, "limit": 100})

        def disputes(to: StripeClient) -> Awaitable[StripeObject]:
            return to.v1.disputes.list_async({"payment_intent": payment_id, "limit": 100})

        return (
            *await self._ask(key, refunds, lambda found: news.refunds(found["data"][::-1])),
            *await self._ask(key, disputes, lambda found: news.disputes(found["data"][::-1])),
        )

    async def _ask(self, key: str, call: Call, read: Callable[[dict[str, Any]], T]) -> T:
        await asyncio.to_thread(import_module, "stripe")
        import stripe

        stripe.enable_telemetry = False  # it would keep an id in the home folder, and send it with each call
        try:
            async with asyncio.timeout(IN_ALL):
                return read((await call(self._client(key))).to_dict())
        except stripe.InvalidRequestError as error:
            kind = Unknown if error.http_status == 404 else Refused
            raise kind(error.code or error.param or "refused") from None
        except (
            stripe.StripeError,
            aiohttp.ClientError,
            OSError,
            LookupError,
            TypeError,
            ValueError,
        ) as error:
            raise ProviderDown(type(error).__name__) from None

    def _client(self, key: str) -> StripeClient:
        from stripe import AIOHTTPClient, StripeClient

        if self._http is None:
            self._http = AIOHTTPClient(self._timeout)
        secret, _, account = key.strip().partition(" ")
        return StripeClient(
            secret,
            stripe_version=VERSION,
            stripe_account=account.strip() or None,
            base_addresses={"api": self.api_base},
            max_network_retries=RETRIES,
            http_client=self._http,
        )


def _params(ask: Ask) -> SessionCreateParams:
    """Cast: the package types the parameters of a later version."""
    mark = {news.MARK: ask.reference}
    made: dict[str, Any] = {
        "mode": "payment",
        "client_reference_id": ask.reference,
        "customer_email": ask.email,
        "locale": "en" if ask.language == "en" else "fr",
        "expires_at": int((ask.expires_at - SKEW).timestamp()),
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": ask.currency.lower(),
                    "unit_amount": cents,
                    "product_data": {"name": label},
                },
            }
            for label, cents in _at_most(ask.lines)
        ],
        "metadata": mark,
        "payment_intent_data": {
            "metadata": mark,
            "description": ", ".join(label for label, _ in ask.lines)[:DESCRIBED],
        },
        "payment_method_types": list(ask.methods),
        "success_url": ask.success_url,
        "cancel_url": ask.cancel_url,
    }
    return cast("SessionCreateParams", made)


def _at_most(lines: Sequence[tuple[str, int]]) -> Sequence[tuple[str, int]]:
    """What one session does not take is one last line."""
    if len(lines) <= MOST_LINES:
        return lines
    rest = lines[MOST_LINES - 1 :]
    label = f"{rest[0][0]} … {rest[-1][0]}"
    return (*lines[: MOST_LINES - 1], (label, sum(cents for _, cents in rest)))
