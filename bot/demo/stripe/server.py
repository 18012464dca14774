"""A Stripe on this machine, over HTTP: for the demo and the tests, where there is no internet.

Each API key is an account of its own. It refuses what Stripe refuses, honours idempotency keys, and sends signed events
to the endpoints that it is told of, again until they are taken.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from aiohttp import web

from bot import clock as clocks
from bot.demo.stripe import checkout
from bot.demo.stripe.account import Account
from bot.demo.stripe.rules import Json, Refused, nested
from bot.demo.stripe.sender import Hook, Sender

SESSIONS = "/v1/checkout/sessions"


class Checker(Protocol):
    """Holds what passes against Stripe's own description; the tests have one."""

    def request(self, method: str, path: str, params: Json) -> None:
        """Raises Refused for what Stripe would refuse."""
        ...

    def answer(self, method: str, path: str, body: Json) -> None: ...
    def event(self, event: Json) -> None: ...


@dataclass(frozen=True)
class Call:
    """One call as it came, and what was answered."""

    key: str  # of the account
    method: str
    path: str
    params: Json
    headers: dict[str, str]
    status: int


@dataclass
class Fault:
    status: int  # 0: it is done, and the answer lost
    times: int


class Stripe:
    """`await start()`, then `url` is what FACTEUR_STRIPE_API takes; `await stop()` in the end. One event loop."""

    def __init__(
        self,
        clock: Callable[[], datetime] = clocks.now,
        port: int = 0,
        checker: Checker | None = None,
        pause: float = 0.05,
    ) -> None:
        self.clock, self.checker = clock, checker
        self.accounts: dict[str, Account] = {}
        self.sender = Sender(pause)
        self.calls: list[Call] = []
        self.company = ""  # the name on the checkout page
        self._hooks: dict[str, list[Hook]] = {}
        self._faults: list[Fault] = []
        self._port = port
        self._runner: web.AppRunner | None = None

    # --- running

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post(SESSIONS, self._serve)
        app.router.add_get(SESSIONS, self._serve)
        app.router.add_get(SESSIONS + "/{session}", self._serve)
        app.router.add_post(SESSIONS + "/{session}/expire", self._serve)
        app.router.add_get("/v1/refunds", self._serve)
        app.router.add_get("/v1/disputes", self._serve)
        app.router.add_get("/v1/events/{id}", self._serve)
        app.add_routes(checkout.routes(self))
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        self.sender.start()

    async def stop(self) -> None:
        await self.sender.stop()
        if self._runner:
            await self._runner.cleanup()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    # --- what the company sets, and what people do

    def account(self, key: str) -> Account:
        """Of an API key, made on first use."""
        if key not in self.accounts:
            number = len(self.accounts) + 1
            self.accounts[key] = Account(number, self.clock, lambda event: self._tell(key, event))
        return self.accounts[key]

    def hook(self, key: str, url: str, secret: str) -> Hook:
        """Send this account's events there from now on."""
        made = Hook(url, secret)
        self._hooks.setdefault(key, []).append(made)
        return made

    def complete(self, session: str, how: str = "paid") -> None:
        """What the person on the checkout page does: paid, processing (a direct debit), failed (a refused card)."""
        self.owner(session).complete(session, how)

    def owner(self, session: str) -> Account:
        """The account that a session is of. Raises Refused."""
        for account in self.accounts.values():
            if session in account.sessions:
                return account
        raise Refused(404, "No such session", code="resource_missing")

    def tick(self) -> None:
        """Sessions past their time are over, by the clock."""
        for account in self.accounts.values():
            account.tick()

    async def sent(self) -> None:
        await self.sender.sent()

    def fail(self, status: int, times: int = 1) -> None:
        """Answer the next calls with this error; 0: they are done, and the line breaks before the answer."""
        self._faults.append(Fault(status, times))

    def _tell(self, key: str, event: Json) -> None:
        if self.checker:
            self.checker.event(event)
        for hook in self._hooks.get(key, ()):
            self.sender.put(hook, deepcopy(event))

    # --- the API

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        resource = request.match_info.route.resource
        path = resource.canonical if resource else request.path
        pairs = await request.post() if request.method == "POST" else request.query
        params = nested((name, str(value)) for name, value in pairs.items())
        key = request.headers.get("Authorization", "").removeprefix("Bearer ")
        key = request.headers.get("Stripe-Account", key)
        fault = self._fault()
        try:
            if fault and fault.status:
                raise Refused(fault.status, "An unknown error occurred", kind="api_error")
            status, body, replayed = 200, *self._answer(request, key, path, params)
        except Refused as refused:
            status, body, replayed = refused.status, refused.as_json(), False
        self.calls.append(Call(key, request.method, path, params, dict(request.headers), status))
        if fault and not fault.status and request.transport:
            request.transport.close()
        headers = {"Request-Id": f"req_{len(self.calls)}"} | (
            {"Idempotent-Replayed": "true"} if replayed else {}
        )
        return web.json_response(body, status=status, headers=headers)

    def _answer(self, request: web.Request, key: str, path: str, params: Json) -> tuple[Json, bool]:
        """The body, and whether it was answered before."""
        if not key.startswith(("sk_", "rk_", "acct_")):
            raise Refused(401, f"Invalid API Key provided: {key[:3]}***")
        if self.checker:
            self.checker.request(request.method, path, params)
        account, once = self.account(key), request.headers.get("Idempotency-Key", "")
        asked = {"path": request.path, "params": params}
        if request.method == "POST" and once in account.answers:
            before, body = account.answers[once]
            if before != asked:
                words = "An idempotency key can only be used again with the same parameters."
                raise Refused(400, words, kind="idempotency_error")
            return body, True
        body = self._do(request, account, path, params)
        if self.checker:
            self.checker.answer(request.method, path, body)
        if request.method == "POST" and once:
            account.answers[once] = (asked, deepcopy(body))
        return body, False

    def _do(self, request: web.Request, account: Account, path: str, params: Json) -> Json:
        names = request.match_info
        match request.method, path:
            case "POST", "/v1/checkout/sessions":
                return account.create(params, self.url)
            case "POST", _:
                return account.expire(names["session"])
            case _, "/v1/checkout/sessions/{session}":
                return account.expanded(account.session(names["session"]), params.get("expand", []))
            case _, "/v1/events/{id}":
                return next(one for one in account.events if one["id"] == names["id"])
            case _, "/v1/checkout/sessions":
                account.tick()
                return _page(path, account.of(account.sessions, **_wanted(params)), params)
            case _, "/v1/refunds":
                return _page(path, account.of(account.refunds, **_wanted(params)), params)
        return _page(path, account.of(account.disputes, **_wanted(params)), params)

    def _fault(self) -> Fault | None:
        fault = next(iter(self._faults), None)
        if fault:
            fault.times -= 1
            if fault.times < 1:
                self._faults.remove(fault)
        return fault


def _wanted(params: Json) -> dict[str, Any]:
    return {name: params[name] for name in ("payment_intent", "status") if name in params}


def _page(path: str, found: list[Json], params: Json) -> Json:
    most = int(params.get("limit", 10))
    return {"object": "list", "url": path, "has_more": len(found) > most, "data": found[:most]}
