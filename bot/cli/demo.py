"""facteur demo: the whole service on this computer, without any account."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from bot.cli.common import fail

FOLDER = Path("data/demo")


def demo(
    port: int = typer.Option(8080, help="Where the page is served, on this computer only."),
    tour: bool = typer.Option(False, "--tour", help="Play a full conversation, print it, and end."),
    lang: str = typer.Option("fr", help="The language of the tour: fr or en."),
) -> None:
    """The whole service on this computer, with a demonstration company, its clients' mailboxes and a chat.

    Nothing leaves the computer. Its data is kept in data/demo; `make clean` forgets it.
    """
    if lang not in ("fr", "en"):
        fail("--lang is fr or en.", 2)
    import uvloop

    from bot import logs

    logs.configure(plain=True, quiet=True)
    if tour:
        from bot.demo.tour import play

        raise typer.Exit(uvloop.run(play(lang)))
    from bot.demo.show import show

    try:
        uvloop.run(show(FOLDER, port, _say))
    except OSError as error:
        fail(f"Port {port} cannot be opened ({error.strerror}). Another one: facteur demo --port 8081")
    except KeyboardInterrupt:
        print()


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
