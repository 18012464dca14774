"""facteur broadcast: new quotes and invoices, or a message, to the clients of a company; and what became of it."""

from __future__ import annotations

import sys
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bot.cli import broadcast_told as told
from bot.cli.common import bar, clock_of, database, fail, print_json, settings
from bot.cli.which import COMPANY, company_of, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from sqlalchemy import Engine

    from bot.survey import Survey
    from handlers.rules.paper import Company
    from storage.recipients import Asked

app = typer.Typer(invoke_without_command=True, add_completion=False)

DRY_RUN = typer.Option(False, "--dry-run", help="Say who would be told, and on which channel; write nothing.")
YES = typer.Option(False, "--yes", help="Do not ask before sending.")
JSON = typer.Option(False, "--json", help="Print JSON.")
QUIET_FOR = 15.0  # seconds without a message leaving, after which it is no longer watched


@app.callback()
def broadcast(
    ctx: typer.Context,
    company: str = COMPANY,
    kind: str = typer.Option("", help="invoice or quote; both without."),
    numbers: str = typer.Option("", help="These documents, with commas."),
    since: str = typer.Option("", metavar="DATE", help="Those issued since: 2026-11-01."),
    dry_run: bool = DRY_RUN,
    yes: bool = YES,
    as_json: bool = JSON,
) -> None:
    """Announce quotes and invoices that were not announced yet to the clients' contacts, by e-mail and on Telegram."""
    if ctx.invoked_subcommand:
        return
    from storage.recipients import KINDS, Asked

    if kind and kind not in KINDS:
        fail("--kind is invoice or quote.", 2)
    try:
        day = date.fromisoformat(since) if since else None
    except ValueError:
        fail(f"--since is a date as 2026-11-01, not {since!r}.", 2)
    asked = Asked((kind,) if kind else KINDS, _parts(numbers), day)
    _run(company, asked, {}, dry_run, yes, as_json)


@app.command()
def message(
    company: str = COMPANY,
    text_fr: Path | None = typer.Option(None, metavar="FILE", help="Its first line is the subject."),
    text_en: Path | None = typer.Option(None, metavar="FILE", help="The same, for who reads English."),
    clients: str = typer.Option("", metavar="REF,...", help="Only these clients, by their references."),
    again: bool = typer.Option(
        False, "--again", help="Send it once more, though it was sent within the hour."
    ),
    dry_run: bool = DRY_RUN,
    yes: bool = YES,
    as_json: bool = JSON,
) -> None:
    """A message of the company to all of its clients, or to some: plain text, in one language or two."""
    from storage.recipients import Asked

    files = {"fr": text_fr, "en": text_en}
    texts = {language: _text(file) for language, file in files.items() if file}
    if not texts:
        fail("Give its text: --text-fr FILE, --text-en FILE, or both.", 2)
    _run(company, Asked(clients=_parts(clients)), texts, dry_run, yes, as_json, again)


@app.command("list")
def list_(company: str = COMPANY, as_json: bool = JSON) -> None:
    """The broadcasts of a company, the newest first."""
    from storage.broadcast_report import listed

    engine, about = _about(company)
    rows = listed(engine, about)
    if as_json:
        print_json(rows)
        return
    for row in rows:
        print(f"{row['id']:>5}  {row['started_at'][:16]}  {row['kind']:<8}  {told.counts(row)}")
    if not rows:
        print("No broadcast yet.")


@app.command()
def show(id: int, company: str = COMPANY, as_json: bool = JSON) -> None:
    """One broadcast: who was told, on which channel, and what became of it."""
    from storage.broadcast_report import shown

    engine, about = _about(company)
    found = shown(engine, about, id)
    if found is None:
        fail(f"There is no broadcast {id}.")
    if as_json:
        print_json(found)
        return
    _print(told.after(found))


def _run(
    slug: str,
    asked: Asked,
    texts: dict[str, str],
    dry_run: bool,
    yes: bool,
    as_json: bool,
    again: bool = False,
) -> None:
    from bot.broadcast import Broadcaster, JustSent
    from bot.direct_links import pay_link

    made = settings()
    engine = database(made)
    open, clock = opened(made, engine), clock_of(made)
    company = company_of(engine, open, slug)
    broadcaster = Broadcaster(engine, open, clock, pay_link(made, clock))
    survey = broadcaster.look(company, asked, texts)
    if dry_run:
        print_json(told.plain(survey)) if as_json else _print(told.before(survey, company))
        return
    if survey.unknown:
        fail(f"Nothing here has {', '.join(survey.unknown)}: nothing was sent.")
    if not as_json:
        _print(told.before(survey, company))
    if not survey.recipients:
        raise typer.Exit
    _ask(survey, yes)
    try:
        one = broadcaster.begin(company, asked, texts, "command", again)
    except JustSent as error:
        fail(
            f"Nothing was sent: broadcast {error.id} said the same within the hour. To say it again: --again."
        )
    with bar("Writing") as progress:
        broadcaster.write(company, one, progress)
    _watch(engine, company, one.id, clock)
    _written(engine, company, one.id, as_json)


def _ask(survey: Survey, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        fail("Nothing was sent: say --yes where nobody can be asked.", 2)
    many = "message" if survey.recipients == 1 else "messages"
    if not typer.confirm(f"Send {survey.recipients} {many}?"):
        print("Nothing was sent.")
        raise typer.Exit


def _watch(engine: Engine, company: Company, id: int, now: Callable[[], datetime]) -> None:
    """While they leave, on a terminal: the service sends them, and goes on without this command."""
    from storage.broadcast_report import left

    if not sys.stderr.isatty():
        return
    with bar("Leaving") as progress:
        before, since = -1, time.monotonic()
        while time.monotonic() - since < QUIET_FOR:
            gone, waiting = left(engine, company, id, now())
            progress(gone, gone + waiting)
            if not waiting:
                break
            if gone != before:
                before, since = gone, time.monotonic()
            time.sleep(0.5)


def _written(engine: Engine, company: Company, id: int, as_json: bool) -> None:
    from storage.broadcast_report import shown

    found = shown(engine, company, id)
    assert found is not None
    if as_json:
        print_json(found)
        return
    print(f"Broadcast {id}: {told.counts(found)}.")
    print(f"The service sends what waits. Later: facteur broadcast show {id} --company {company.slug}")


def _parts(written: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in written.split(",") if part.strip()))


def _text(file: Path) -> str:
    try:
        text = file.read_text("utf-8-sig").strip()
    except FileNotFoundError:
        fail(f"There is no file {file}.", 2)
    except UnicodeDecodeError:
        fail(f"{file} cannot be read as text: save it as UTF-8.", 2)
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}.", 2)
    subject, _, body = text.partition("\n")
    if not subject or not body.strip():
        fail(f"{file}: the first line is the subject, the text follows.", 2)
    return text


def _about(slug: str) -> tuple[Engine, Company]:
    made = settings()
    engine = database(made)
    return engine, company_of(engine, opened(made, engine), slug)


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)
