"""facteur talk: a conversation in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial

import typer

from bot.cli.common import clock_of, database, settings
from bot.cli.which import named, opened


def talk(
    company: str = typer.Option(..., "--company", help="The company's slug."),
    address: str = typer.Option(..., "--as", help="The e-mail address of the client to play."),
) -> None:
    """Rehearse: talk as this client would. Codes are shown; nothing is sent and nothing is kept.

    It plays on a copy of the company's data, so what is said here changes nothing. End with Ctrl-D.
    """
    from bot.console.talk import Rehearsal
    from bot.understanding.ear import ear
    from handlers.core.desk import Desk
    from storage import rehearsal
    from storage.keys import Keys
    from storage.queue import OutboxQueue
    from storage.work import opener

    made = settings()
    engine, keys, now = database(made), Keys.of(made.secret), clock_of(made)
    with opened(made, engine)() as work:
        found = named(work, company)
    copy = rehearsal.copy(engine, found.id)
    open = opener(copy, keys, clock=now)
    with open() as work:
        link = work.companies.link(found)
    say = partial(print, flush=True)  # a script that reads the codes waits for each line
    Rehearsal(Desk(open, now, ear=ear(made)), OutboxQueue(copy, keys), now, link, say).play(address, _typed())


def _typed() -> Iterator[str]:
    prompt = "> " if sys.stdin.isatty() else ""
    while True:
        try:
            line = input(prompt)
        except (EOFError, KeyboardInterrupt):
            return
        if not prompt:
            print(f"> {line}", flush=True)
        yield line
