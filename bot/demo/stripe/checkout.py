"""Where the page of a checkout session is shown, and its buttons are pressed."""

from __future__ import annotations

from typing import Protocol

from aiohttp import web

from bot.demo.stripe.account import Account
from bot.demo.stripe.page import page, policy
from bot.demo.stripe.rules import Refused


class Owners(Protocol):
    """The server."""

    company: str

    def owner(self, session: str) -> Account: ...


def routes(stripe: Owners) -> list[web.RouteDef]:
    """The page at /c/pay/<session>. Its form posts `how`: paid, processing, failed, abandoned; then confirmed or
    returned, the bank's answer to a direct debit."""

    async def show(request: web.Request) -> web.Response:
        return _page(stripe, request.match_info["session"])

    async def press(request: web.Request) -> web.Response:
        id, how = request.match_info["session"], str((await request.post()).get("how", ""))
        try:
            return _done(stripe, id, how)
        except Refused as refused:
            return web.Response(text=refused.message, status=refused.status)

    return [web.get("/c/pay/{session}", show), web.post("/c/pay/{session}", press)]


def _done(stripe: Owners, id: str, how: str) -> web.Response:
    account = stripe.owner(id)
    session = account.session(id)
    if how == "abandoned":
        raise web.HTTPSeeOther(session["cancel_url"] or session["success_url"])
    if how in ("confirmed", "returned"):
        account.settle(id, how == "confirmed")
        return _page(stripe, id)
    account.complete(id, how)
    if how == "failed":
        return _page(stripe, id, refused=True)
    raise web.HTTPSeeOther(session["success_url"].replace("{CHECKOUT_SESSION_ID}", id))


def _page(stripe: Owners, id: str, refused: bool = False) -> web.Response:
    try:
        account = stripe.owner(id)
        text = page(account.session(id), account.lines(id), stripe.company, refused)
    except Refused as missing:
        return web.Response(text=missing.message, status=missing.status)
    headers = {"Content-Security-Policy": policy(), "Cache-Control": "no-store"}
    return web.Response(text=text, content_type="text/html", headers=headers)
