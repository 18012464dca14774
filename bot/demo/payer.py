"""Somebody who pays: follows a link in a browser, presses the buttons of the pages, and reads what they say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import aiohttp
from lxml.html import HtmlElement, document_fromstring

SHOWN = ("h1", "p", "label", "div", "button")  # what stands on a line of its own
FORM = {"Sec-Fetch-Site": "same-origin"}


@dataclass(frozen=True)
class Page:
    url: str
    lines: tuple[str, ...]
    buttons: dict[str, dict[str, str]]  # by label, what each posts
    refreshes: bool

    @property
    def place(self) -> str:
        """The address without what differs at each run."""
        return re.sub(r"[^/]+$", "…", urlsplit(self.url).path)


def read(url: str, text: str) -> Page:
    root = document_fromstring(text)
    buttons = {_text(one): _posted(one) for one in root.iter("button")}
    lines = [_line(one) for main in root.iter("main") for one in main.iter(*SHOWN)]
    return Page(url, tuple(lines), buttons, bool(root.xpath("//meta[@http-equiv='refresh']")))


def _line(element: HtmlElement) -> str:
    parts = [_text(one) for one in element] if element.tag == "div" else [_text(element)]
    parts += [field.get("value", "") for field in element.iter("input")]
    text = " ".join(parts)
    return f"[{text}]" if element.tag == "button" or element.find("a") is not None else text


def _text(element: HtmlElement) -> str:
    return re.sub(r"[ \n]+", " ", element.text_content()).strip(" ")


def _posted(button: HtmlElement) -> dict[str, str]:
    return {button.get("name"): button.get("value")} if button.get("name") else {}


class Browser:
    """`async with` it."""

    async def __aenter__(self) -> Browser:
        self._client = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()

    async def open(self, url: str) -> Page:
        async with self._client.get(url) as answer:
            return read(str(answer.url), await answer.text())

    async def press(self, page: Page, label: str) -> Page:
        """The page that the button leads to."""
        posting = self._client.post(page.url, data=page.buttons[label], headers=FORM, allow_redirects=False)
        async with posting as answer:
            if answer.status != 303:
                return read(page.url, await answer.text())
        return await self.open(urljoin(page.url, answer.headers["Location"]))
