"""The mails in a browser, as they stand in the page of a mailbox: contrast, landmarks and all else that axe-core knows;
nothing wider than the page, nothing small to press, nothing fetched. FACTEUR_SHOTS=folder keeps the pictures."""

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
SCREENS = [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark"), (320, "light")]
LOOKED_AT = {"color-contrast", "landmark-one-main", "region"}
JUDGED = SCREENS[1:3]  # colours do not change with the width


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    if not Path(CHROMIUM).exists():
        pytest.skip("needs Chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


def in_a_mailbox(name: str) -> str:
    html = parts(as_mail(SAMPLES[name], OUT, read, NOW).raw)[1]
    html = re.sub(r"(<body[^>]*>)(.*)(</body>)", r"\1<main>\2</main>\3", html, flags=re.DOTALL)
    return re.sub(r'"cid:[^"]+"', f'"data:image/png;base64,{base64.b64encode(PICTURE).decode()}"', html)


@pytest.mark.parametrize("name", SAMPLES)
def test_mail_in_a_browser(name: str, browser: object) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(in_a_mailbox(name))
    for width, scheme in SCREENS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        if (width, scheme) in JUDGED:
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
            assert {rule["id"] for rule in found.response["passes"]} >= LOOKED_AT
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        small = page.evaluate(
            "[...document.querySelectorAll('a[class*=link]:not(.inlink)')]"
            ".filter(a => a.getBoundingClientRect().height < 44).map(a => a.textContent)"
        )
        assert small == []
        if folder := os.environ.get("FACTEUR_SHOTS"):
            page.screenshot(path=Path(folder) / f"{name}-{width}-{scheme}.png", full_page=True)
    assert [url for url in asked if not url.startswith(("about:", "data:"))] == []
    page.close()


# How far an amount stands from what is written before it, in pixels.
APART = """[...document.querySelectorAll('td.sum')].map(sum => {
    const ink = cell => { const range = document.createRange(); range.selectNodeContents(cell); return range }
    const left = [...ink(sum.previousElementSibling).getClientRects()].map(one => one.right)
    return ink(sum).getBoundingClientRect().left - Math.max(...left)
})"""


@pytest.mark.parametrize("name", SAMPLES)
def test_a_mailbox_that_drops_the_style_element_shows_it_whole(name: str, browser: object) -> None:
    """Some do: then the style attributes are all there is, on a telephone too."""
    html = re.sub("<style>.*?</style>", "", in_a_mailbox(name), flags=re.DOTALL)
    page = browser.new_page(viewport={"width": 360, "height": 800})
    page.set_content(html)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert min(page.evaluate(APART), default=8) >= 8
    if folder := os.environ.get("FACTEUR_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}-360-plain.png", full_page=True)
    page.close()
