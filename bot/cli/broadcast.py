"""facteur broadcast: new quotes and invoices, or a message, to the clients of a company; and what became of it."""

from __future__ import annotations

import sys
import time
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from bot.cli.common import bar, clock_of, database, fail, print_json, settings

if TYPE_CHECKING:
    from bot.broadcast import Broadcaster
    from bot.settings import Settings
    from bot.survey import Survey
    from handlers.rules.paper import Company
    from storage.recipients import Asked

app = typer.Typer(invoke_without_command=True, add_completion=False)

COMPANY = typer.Option("", "--company", metavar="SLUG", help="The company, where there are several.")
DRY_RUN = typer.Option(False, "--dry-run", help="Say who would be told, and on which channel; write nothing.")
YES = typer.Option(False, "--yes", help="Do not ask before sending.")
JSON = typer.Option(False, "--json", help="Print JSON.")
WHY = {
    "stopped": "stopped such messages there",
    "suppressed": "at an address that bounced or complained",
    "blocked": "in a chat that blocked the bot",
    "discretion": "in a chat that is to show no document",
}
CLOSED = {
    "no_file": "without a PDF",
    "paid": "with nothing left to pay",
    "closed": "not open to payment or signature",
}
NAMED = 10  # clients or numbers that are listed
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
    _run(company, Asked(clients=_parts(clients)), texts, dry_run, yes, as_json)


@app.command("list")
def list_(company: str = COMPANY, as_json: bool = JSON) -> None:
    """The broadcasts of a company, the newest first."""
    from storage.broadcast_report import listed

    made = settings()
    engine = database(made)
    rows = listed(engine, _company(made, engine, company))
    if as_json:
        print_json(rows)
        return
    for row in rows:
        print(f"{row['id']:>5}  {row['started_at'][:16]}  {row['kind']:<8}  {_counts(row)}")
    if not rows:
        print("No broadcast yet.")


@app.command()
def show(id: int, company: str = COMPANY, as_json: bool = JSON) -> None:
    """One broadcast: who was told, on which channel, and what became of it."""
    from storage.broadcast_report import shown

    made = settings()
    engine = database(made)
    found = shown(engine, _company(made, engine, company), id)
    if found is None:
        fail(f"There is no broadcast {id}.")
    if as_json:
        print_json(found)
        return
    _print_report(found)


def _run(slug: str, asked: Asked, texts: dict[str, str], dry_run: bool, yes: bool, as_json: bool) -> None:
    made = settings()
    engine = database(made)
    company, broadcaster = _company(made, engine, slug), _broadcaster(made, engine)
    survey = broadcaster.look(company, asked, texts)
    if dry_run:
        print_json(_survey(survey)) if as_json else _print_survey(survey, company)
        return
    if survey.unknown:
        fail(f"Nothing here has {', '.join(survey.unknown)}: nothing was sent.")
    if not as_json:
        _print_survey(survey, company)
    if not survey.recipients:
        raise typer.Exit
    _ask(survey, yes)
    one = broadcaster.begin(company, asked, texts, "command")
    with bar("Writing") as progress:
        broadcaster.write(company, one, progress)
    _watch(engine, company, one.id, clock_of(made))
    _told(engine, company, one.id, as_json)


def _ask(survey: Survey, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        fail("Nothing was sent: say --yes where nobody can be asked.", 2)
    many = "message" if survey.recipients == 1 else "messages"
    if not typer.confirm(f"Send {survey.recipients} {many}?"):
        print("Nothing was sent.")
        raise typer.Exit


def _watch(engine: Any, company: Company, id: int, now: Any) -> None:
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


def _told(engine: Any, company: Company, id: int, as_json: bool) -> None:
    from storage.broadcast_report import shown

    found = shown(engine, company, id)
    assert found is not None
    if as_json:
        print_json(found)
        return
    print(f"Broadcast {id}: {_counts(found)}.")
    print(f"The service sends what waits. Later: facteur broadcast show {id} --company {company.slug}")


def _print_report(found: dict[str, Any]) -> None:
    over = f"over {found['finished_at'][:16]}" if found["finished_at"] else "not over yet"
    print(f"Broadcast {found['id']} ({found['kind']}), {found['started_at'][:16]}, {over}")
    print(_counts(found))
    for row in found["rows"]:
        state = " ".join(filter(None, (row["state"], row["reason"] and f"({row['reason']})", row["became"])))
        number = f"  {row['document']}" if row["document"] else ""
        print(f"  {row['at'][:16]}  {row['channel']:<8}  {row['client']}  {row['email']}{number}  {state}")


def _counts(row: dict[str, Any]) -> str:
    names = ("sent", "planned", "bounced", "blocked", "skipped")
    told = [f"{row[name]} {'waiting' if name == 'planned' else name}" for name in names if row[name]]
    return ", ".join([f"{row['recipients']} to tell", *told])


# --- before


def _survey(survey: Survey) -> dict[str, Any]:
    first, last = survey.leaves or (None, None)
    return {
        "recipients": survey.recipients,
        "channels": {name: survey.counts.get(name, 0) for name in ("email", "telegram")},
        "skipped": {name: survey.counts[name] for name in WHY if survey.counts.get(name)},
        "already_told": survey.already,
        "documents": {kind: len(ids) for kind, ids in survey.documents.items()},
        "not_announced": survey.closed,
        "missing": [{"ref": client.ref, "name": client.name} for client in survey.missing],
        "unknown": survey.unknown,
        "leaves": first.isoformat() if first else None,
        "leaves_until": last.isoformat() if last else None,
    }


def _print_survey(survey: Survey, company: Company) -> None:
    kinds = [
        f"{len(ids)} {kind}{'' if len(ids) == 1 else 's'}" for kind, ids in sorted(survey.documents.items())
    ]
    print(f"{company.name}: " + (", ".join(kinds) or f"{survey.recipients} to tell"))
    for channel in ("email", "telegram"):
        print(f"  {channel:<10} {survey.counts.get(channel, 0)}")
    for name, words in WHY.items():
        if count := survey.counts.get(name):
            print(f"  not told   {count} {words}")
    if survey.already:
        print(f"  told       {survey.already} before, not again")
    for why, numbers in survey.closed.items():
        print(f"  left out   {len(numbers)} {CLOSED[why]}: {_some(numbers)}")
    if survey.missing:
        names = _some([f"{client.ref} {client.name}" for client in survey.missing])
        print(f"  no contact {len(survey.missing)} with nobody to notify: {names}")
    if survey.unknown:
        print(f"  unknown    {_some(survey.unknown)}")
    if survey.leaves:
        print(f"  leaves     {_when(survey.leaves, company)}")


def _some(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _when(leaves: tuple[datetime, datetime], company: Company) -> str:
    from handlers.core.wording import local

    first, last = (local(at, company.timezone) for at in leaves)
    until = "" if first == last else f", the last {last:%Y-%m-%d %H:%M}"
    return f"from {first:%Y-%m-%d %H:%M}{until} ({company.timezone})"


# --- what it takes


def _parts(written: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in written.split(",") if part.strip()))


def _text(file: Path) -> str:
    try:
        text = file.read_text("utf-8-sig").strip()
    except (OSError, UnicodeDecodeError):
        fail(f"{file} cannot be read as text.", 2)
    subject, _, body = text.partition("\n")
    if not subject or not body.strip():
        fail(f"{file}: the first line is the subject, the text follows.", 2)
    return text


def _company(made: Settings, engine: Any, slug: str) -> Company:
    from bot.cli.client import slug_of
    from storage.keys import Keys
    from storage.work import opener

    slug = slug_of(engine, slug)
    with opener(engine, Keys.of(made.secret))() as work:
        company = work.companies.by_slug(slug)
    if company is None:
        fail(f"No company has the slug {slug!r}.")
    return company


def _broadcaster(made: Settings, engine: Any) -> Broadcaster:
    from bot.broadcast import Broadcaster
    from bot.direct_links import pay_link
    from storage.keys import Keys
    from storage.work import opener

    clock = clock_of(made)
    return Broadcaster(
        engine, opener(engine, Keys.of(made.secret), clock=clock), clock, pay_link(made, clock)
    )
