"""A view of a payment as an HTML page. It needs no script, fetches nothing, and may be shown in no frame."""

from __future__ import annotations

import base64
import re
from functools import cache
from hashlib import sha256
from http import HTTPStatus
from importlib.resources import files

from aiohttp import web
from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup, escape

from bot.web.page import QUIET
from bot.web.pay_view import View


@cache
def _style() -> str:
    return (files("bot.web") / "pay.css").read_text("utf-8")


# Numbers of documents, "e-mail" and telephone numbers, at whose hyphens and spaces no line may end.
WHOLE = re.compile(r"\w{1,12}(?:-\w{1,12}){1,4}|\+?\d{1,4}(?: \d{2,4}){3,5}")


@cache
def _template() -> Template:
    source = (files("bot.web") / "pay.html").read_text("utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    environment.filters["whole"] = whole
    return environment.from_string(source)


def whole(text: str) -> Markup:
    parts, at = [], 0
    for found in WHOLE.finditer(text):
        parts += [escape(text[at : found.start()]), Markup('<span class="whole">{}</span>').format(found[0])]
        at = found.end()
    return Markup("").join([*parts, escape(text[at:])])


@cache
def _headers(scheme: str) -> dict[str, str]:
    """`form-action` binds where the form is redirected to as well: any payment page, over our own scheme or https."""
    style = base64.b64encode(sha256(_style().encode()).digest()).decode()
    targets = "'self' https:" if scheme == "https" else "'self' https: http:"
    policy = (
        f"default-src 'none'; style-src 'sha256-{style}'; form-action {targets}; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    return QUIET | {"Content-Security-Policy": policy, "Cross-Origin-Opener-Policy": "same-origin"}


def shown(view: View, scheme: str, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    """`scheme`: under which the page is reached."""
    text = _template().render(view=view, style=Markup(_style()))  # noqa: S704 our own file
    return web.Response(text=text, status=status, content_type="text/html", headers=_headers(scheme))
