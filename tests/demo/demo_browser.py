"""Chromium, and what every view of the page must pass: axe-core, no overflow, nothing fetched from elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, async_playwright, expect

CHROMIUM = "/usr/bin/chromium"
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE = 20_000  # milliseconds: the whole service answers, on a busy machine
PHONE = {"width": 390, "height": 844}

# The open mail, in its shadow root, against its column: what sticks out would be cut off.
LETTER_WIDER = """(() => {
    const host = document.querySelector("#letter"), edge = host.getBoundingClientRect().right;
    const ends = [...host.shadowRoot.querySelectorAll("td")].map(cell => cell.getBoundingClientRect().right);
    return Math.round(Math.max(edge, ...ends) - edge);
})()"""

expect.set_options(timeout=PATIENCE)


@asynccontextmanager
async def browsing(url: str, failing: bool = False, **options: Any) -> AsyncIterator[Page]:
    """The page, open. In the end nothing was fetched from elsewhere, and the console is silent.

    `failing`: something is meant to be refused, and the browser says so there.
    """
    wrong: list[str] = []
    settings = {
        "viewport": {"width": 1440, "height": 960},
        "locale": "fr-FR",
        "reduced_motion": "reduce",
    } | options
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        context = await browser.new_context(**settings)
        context.set_default_timeout(PATIENCE)
        page = await context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: said.type in ("error", "warning") and wrong.append(said.text))
        page.on("request", lambda sent: _home(sent.url) == _home(url) or wrong.append(sent.url))
        await page.goto(url)
        await page.locator("#client option").first.wait_for(state="attached")
        yield page
        await browser.close()
    if failing:
        wrong = [line for line in wrong if "Failed to load" not in line and "Security Policy" not in line]
    assert not wrong, wrong


def _home(url: str) -> str:
    return urlsplit(url).netloc


async def sound(page: Page) -> None:
    """axe-core finds nothing, and nothing is wider than the window."""
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    wider = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wider <= 0, f"{wider} px too wide"


async def passes(page: Page) -> None:
    """The page of the demonstration, its open mail too."""
    await sound(page)
    letter = await page.evaluate(LETTER_WIDER)
    assert letter <= 0, f"the mail is {letter} px too wide"


async def passes_in_all(page: Page) -> None:
    """In both colour schemes and both languages."""
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        for language in ("English", "Français"):
            await page.get_by_role("button", name=language).click()
            await passes(page)
