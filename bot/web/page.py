"""A page of one sentence, in French and in English: whoever opens a link may be anybody."""

from __future__ import annotations

from html import escape
from http import HTTPStatus

from aiohttp import web

from handlers.core.phrases import say

QUIET = {  # kept nowhere, told to nobody
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
HEADERS = QUIET | {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
}
STYLE = """
:root{color-scheme:light dark;--paper:#f3f1ec;--sheet:#fff;--ink:#1a2133;--second:#4a5266;--line:#e2ded4}
@media (prefers-color-scheme:dark){:root{--paper:#10131b;--sheet:#191e2a;--ink:#edebe6;--second:#bec3cf;--line:#313a4b}}
body{margin:0;padding:12vh 16px;background:var(--paper);color:var(--ink);
font:19px/1.5 -apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans",Arial,sans-serif}
main{max-width:34rem;margin:auto;overflow:hidden;background:var(--sheet);
border:1px solid var(--line);border-radius:14px}
main::before{content:"";display:block;height:5px;
background:repeating-linear-gradient(115deg,#22509e 0 16px,transparent 16px 22px,
#d9492f 22px 38px,transparent 38px 44px)}
p{margin:24px 32px}p+p{color:var(--second);font-size:16px}
"""
PAGE = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex"><title>{title}</title><style>{style}</style></head>
<body><main><p>{french}</p><p lang="en">{english}</p></main></body></html>
"""


def page(status: HTTPStatus, file: str, key: str) -> web.Response:
    """The phrase `file.key`, which names nobody."""
    french, english = (escape(say(file, key, language)) for language in ("fr", "en"))
    title = french.partition(".")[0]
    text = PAGE.format(title=title, style=STYLE, french=french, english=english)
    return web.Response(text=text, status=status, content_type="text/html", headers=HEADERS)
