"""/unsubscribe/<token>, where List-Unsubscribe leads. A GET shows and changes nothing; a POST stops what it names, with
one click of the mail program (RFC 8058, section 3.2) or of the page's button."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

from aiohttp import web

from bot.web.page import page
from bot.web.pay_page import shown
from bot.web.pay_view import View, Words
from handlers.core.wording import masked
from handlers.rules.paper import Client, Company


@dataclass(frozen=True)
class Notices:
    """What one person gets of a kind by e-mail: "announce", "remind" or "news"."""

    company: Company
    client: Client | None
    address: str
    language: str
    kind: str
    stopped: bool


class OptOuts(Protocol):
    """bot.optouts.OptOuts. Each looks into the database: they run in threads. None for a token that is not ours."""

    def named(self, token: str) -> Notices | None: ...
    def stop(self, token: str) -> Notices | None: ...


def routes(optouts: OptOuts, scheme: str) -> list[web.RouteDef]:
    async def show(request: web.Request) -> web.Response:
        return _page(await asyncio.to_thread(optouts.named, request.match_info["token"]), scheme)

    async def stop(request: web.Request) -> web.Response:
        return _page(await asyncio.to_thread(optouts.stop, request.match_info["token"]), scheme)

    return [web.get("/unsubscribe/{token}", show), web.post("/unsubscribe/{token}", stop)]


def _page(of: Notices | None, scheme: str) -> web.Response:
    if of is None:
        return page(HTTPStatus.NOT_FOUND, "desk", "link_broken")
    return shown(view(of), scheme)


def view(of: Notices) -> View:
    """The address is masked: the link may have been passed on."""
    words = Words(of.company, of.client, of.language)
    adresse = masked(of.address)
    title = words.say("notice_page.title")
    if of.stopped:
        said, notes = (
            words.say(f"notice_page.done_{of.kind}", adresse=adresse),
            (words.say("notice_page.still"),),
        )
        return View(of.language, of.company.name, title, said, "good", notes=notes)
    said = words.say(f"notice_page.asks_{of.kind}", adresse=adresse)
    return View(of.language, of.company.name, title, said, button=words.say("notice_page.stop"))
