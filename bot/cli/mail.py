"""facteur mail: what Facteur makes of a raw mail (no database needed), and the mails that were set aside."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from bot.cli.common import fail, print_json
from bot.cli.mail_dkim import dkim_key
from bot.cli.mail_login import login
from bot.cli.mail_suppressed import app as suppressed

if TYPE_CHECKING:
    from mail_gateway.authentication import Authenticator
    from mail_gateway.incoming import Envelope, Letter, Reading
    from mail_gateway.resolver import Resolver
    from storage.queue import Kept

app = typer.Typer(
    no_args_is_help=True, help="Mail that came in: read it, list what was set aside.", add_completion=False
)
NUMBER = typer.Argument(min=1, max=2**63 - 1)


@app.callback()
def root() -> None:
    """Mail that came in: read it, list what was set aside."""


app.command()(login)
app.command()(dkim_key)
app.add_typer(suppressed, name="suppressed")


@app.command()
def read(
    files: list[Path] = typer.Argument(help="Raw mails (.eml). LF line ends are read as CRLF."),
    as_json: bool = typer.Option(False, "--json", help="Print a JSON line a file."),
    peer: str = typer.Option(
        "", help="The IP address that handed the mail over; one outside is looked up (SPF)."
    ),
    mail_from: str = typer.Option("", help="The sender of its envelope, for SPF."),
    helo: str = typer.Option("", help="The name that the machine at that address gave itself, for SPF."),
    authserv_id: str = typer.Option("", help="The name our relay signs Authentication-Results with."),
) -> None:
    """Say what is new in a mail, who wrote it, and whether it would be answered."""
    from mail_gateway.incoming import Envelope

    envelope = Envelope(peer or None, mail_from if peer else None, helo=helo)
    letters = asyncio.run(_read_all(files, envelope, *_reading(authserv_id)))
    for file, letter, found in letters:
        if as_json:
            print_json(_line(file, letter, found))
        else:
            print(_told(file, letter, found))
    if len(letters) < len(files):
        raise typer.Exit(1)


def _reading(authserv_id: str) -> tuple[Reading, Resolver]:
    from pydantic import ValidationError

    from bot.settings import Keyless
    from mail_gateway.incoming import Reading
    from mail_gateway.resolver import Resolver
    from mail_gateway.trust import networks

    try:
        here = Keyless()
        networks(here.relays)
    except (ValidationError, ValueError) as error:
        fail(f"The settings are not right: {error}", 2)
    own = () if here.mail_domain == "localhost" else (here.mail_domain.lower(),)
    return Reading(here.relays, authserv_id or here.authserv_id, own), Resolver(here.name_servers)


async def _read_all(
    files: list[Path], envelope: Envelope, reading: Reading, resolver: Resolver
) -> list[tuple[Path, Letter, str]]:
    """With what was found of the sender where that was looked up, else ""."""
    from mail_gateway.authentication import Authenticator
    from mail_gateway.guard import Guard
    from mail_gateway.screen import with_crlf

    guard = Guard(reading)
    authenticator = Authenticator(guard, resolver)
    letters: list[tuple[Path, Letter, str]] = []
    try:
        for file in files:
            try:
                raw = file.read_bytes()
            except OSError as error:
                print(f"{file}: {error.strerror}", file=sys.stderr)
                continue
            raw = with_crlf(raw)
            letter = await guard.read(raw, envelope)
            letters.append((file, *await _believed(raw, letter, envelope, authenticator)))
    finally:
        authenticator.close()
        await guard.close()
    return letters


async def _believed(
    raw: bytes, letter: Letter, envelope: Envelope, authenticator: Authenticator
) -> tuple[Letter, str]:
    found = await authenticator.check(raw, letter, envelope)
    return (found.of(letter), found.results) if found else (letter, "")


def _line(file: Path, letter: Letter, found: str) -> dict[str, Any]:
    return {
        "file": str(file),
        "verdict": letter.verdict,
        "reason": letter.reason,
        "from": letter.sender,
        "level": letter.level,
        "authentication": found,
        "text": letter.text,
        "attachments": [
            {"name": item.name, "size": item.size, "media_type": item.media_type}
            for item in letter.attachments
        ],
    }


def _told(file: Path, letter: Letter, found: str) -> str:
    told = [
        f"{file}: {letter.verdict}" + (f" ({letter.reason})" if letter.reason else ""),
        f"  from     {letter.sender or 'nobody'} ({letter.level})",
        f"  subject  {letter.subject}",
    ]
    if found:
        told.append(f"  checked  {found}")
    told += [f"  attached {item.name} ({item.size} bytes, {item.media_type})" for item in letter.attachments]
    if letter.unsafe:
        told.append(
            "  unsafe   its parts differ, answers stand between quotes, or its signature does not cover its end: "
            "no command is taken from it"
        )
    told += [f"  | {line}" for line in letter.text.split("\n")] if letter.text else ["  | (nothing new)"]
    return "\n".join(told)


@app.command("list")
def list_(
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
    everything: bool = typer.Option(
        False, "--all", help="Those that nobody has to look at too: of machines, and deposits."
    ),
) -> None:
    """The mails that were set aside, newest first."""
    from bot.cli.common import database, settings
    from storage.queue import InboxQueue

    queue = InboxQueue(database(settings()))
    states = ("quarantine", "ignored") if everything else ("quarantine",)
    rows = [_kept(one) for one in queue.kept(states)]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        print(f"{row['id']:>6}  {row['received_at'][:16]}  {row['channel']:<8}  {row['reason']}")
    deposits, machines = (0, 0) if everything else queue.ignored()
    if not rows:
        print("Nothing is set aside.")
    if deposits:
        print(f"Besides, {deposits} to the deposit address, taken: facteur deposits list")
    if machines:
        print(f"Besides, {machines} of machines and the like, which nobody has to look at: --all")


@app.command()
def show(number: int = NUMBER, as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """One mail that was set aside: why, and its raw form."""
    from bot.cli.common import database, settings
    from storage.queue import InboxQueue

    kept = InboxQueue(database(settings())).show(number)
    if kept is None:
        fail(f"No message has the number {number}.")
    raw = (kept.raw or b"").decode("utf-8", "replace")
    if as_json:
        print_json({**_kept(kept), "raw": raw})
        return
    for name, value in _kept(kept).items():
        print(f"{name}: {value}")
    print(f"\n{raw}")


@app.command()
def replay(number: int = NUMBER) -> None:
    """Take a mail that was set aside once more, for instance after a fault of ours was mended."""
    from bot.cli.common import clock_of, database, settings
    from storage.queue import InboxQueue

    made = settings()
    queue = InboxQueue(database(made))
    if not queue.replay(number, clock_of(made)()):
        kept = queue.show(number)
        if kept and kept.channel != "email":
            fail(
                f"Message {number} came by {kept.channel}: only mails are taken again. Ask its author to repeat it."
            )
        fail(f"No mail that was set aside has the number {number}.")
    print(f"Mail {number} will be taken again by the running service.")


def _kept(one: Kept) -> dict[str, Any]:
    verdict, card = one.verdict or {}, one.envelope or {}
    return {
        "id": one.id,
        "channel": one.channel,
        "state": one.state,
        "received_at": one.received_at.isoformat(),
        "reason": verdict.get("reason", ""),
        "sender": verdict.get("sender"),
        "level": verdict.get("level"),
        "rcpt": card.get("rcpt"),
        "peer": card.get("peer"),
        "mail_from": card.get("mail_from"),
        "authentication": card.get("authentication", {}).get("results"),
    }
