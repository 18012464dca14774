"""The mails in a browser: accessible, nothing wider than the page, nothing fetched. FACTEUR_SHOTS=folder keeps them."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from mail_samples import NOW, OUT, PICTURE, SAMPLES, parts, read

from mail_gateway.outgoing import as_mail

pytestmark = pytest.mark.real
CHROMIUM = "/usr/bin/chromium"
# A mail lives inside the page of its reader: what asks for a page's landmarks does not concern it.
OPTIONS = {"rules": {"region": {"enabled": False}, "landmark-one-main": {"enabled": False}}}
SCREENS = [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark"), (320, "light")]


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    if not Path(CHROMIUM).exists():
        pytest.skip("needs Chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.mark.parametrize("name", SAMPLES)
def test_mail_in_a_browser(name: str, browser: object) -> None:
    from axe_playwright_python.sync_playwright import Axe

    html = parts(as_mail(SAMPLES[name], OUT, read, NOW).raw)[1]
    html = re.sub(r'"cid:[^"]+"', f'"data:image/png;base64,{base64.b64encode(PICTURE).decode()}"', html)
    for width, scheme in SCREENS:
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[attr-defined]
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.set_content(html)
        found = Axe().run(page, options=OPTIONS)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        small = page.evaluate(
            "[...document.querySelectorAll('a[class*=link]:not(.inlink)')]"
            ".filter(a => a.getBoundingClientRect().height < 44).map(a => a.textContent)"
        )
        assert small == []
        assert [url for url in asked if not url.startswith(("about:", "data:"))] == []
        if folder := os.environ.get("FACTEUR_SHOTS"):
            page.screenshot(path=Path(folder) / f"{name}-{width}-{scheme}.png", full_page=True)
        context.close()
