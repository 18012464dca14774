"""Who may talk to the page, and what a browser may do with what it gets.

The page listens on loopback, but any site open in the same browser can send requests there, and a name that it owns
can be made to point to 127.0.0.1. So: only our own names in Host (DNS rebinding), and orders only with a header that
another origin cannot send without a CORS permission that is never given.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib.resources import files
from urllib.parse import quote, urlsplit

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
ORDER = "X-Facteur-Demo"
# A mail's own style attributes are kept (style-src-attr); no script and no style element but our files.
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
DOCUMENT_CSP = "sandbox; default-src 'none'"
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


@web.middleware
async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    if _name(request.host) not in NAMES:
        raise web.HTTPForbidden(text="This page answers on 127.0.0.1 only.")
    if request.method not in ("GET", "HEAD") and not _ours(request):
        raise web.HTTPForbidden(text="Orders come from the page itself.")
    try:
        response = await handler(request)
    except web.HTTPException as error:
        error.headers.update(HEADERS)
        raise
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _name(host: str) -> str:
    """The name of a Host header, without its port."""
    return host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host


def _ours(request: web.Request) -> bool:
    origin = request.headers.get("Origin")
    same = origin is None or urlsplit(origin).netloc == request.host
    return same and ORDER in request.headers and request.content_type == "application/json"


def document(name: str, media_type: str, data: bytes) -> web.Response:
    """A file that came by mail or chat: a PDF or a picture opens in its tab, anything else is saved, nothing runs."""
    opens = media_type in ("application/pdf", "image/png")
    headers = {
        "Content-Disposition": f"{'inline' if opens else 'attachment'}; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": DOCUMENT_CSP,
        "X-Content-Type-Options": "nosniff",
    }
    kind = media_type if opens else "application/octet-stream"
    return web.Response(body=data, content_type=kind, headers=headers)


def static() -> list[web.RouteDef]:
    """The page's own files, read once; no other path leads to a file."""
    return [
        web.get(
            "/" if file.name == "index.html" else f"/page/{file.name}", _file(file.name, file.read_bytes())
        )
        for file in (files("bot.demo") / "page").iterdir()
        if file.name.rpartition(".")[2] in TYPES
    ]


def _file(name: str, data: bytes) -> Handler:
    kind = TYPES[name.rpartition(".")[2]]

    async def give(_: web.Request) -> web.StreamResponse:
        return web.Response(body=data, content_type=kind, charset="utf-8")

    return give
