"""facteur mail: what Facteur makes of a raw mail (no database needed), and the mails that were set aside."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from bot.cli.common import fail, print_json
from bot.cli.mail_login import login

if TYPE_CHECKING:
    from mail_gateway.incoming import Envelope, Letter, Reading
    from storage.queue import Kept

app = typer.Typer(
    no_args_is_help=True, help="Mail that came in: read it, list what was set aside.", add_completion=False
)


@app.callback()
def root() -> None:
    """Mail that came in: read it, list what was set aside."""


app.command()(login)


@app.command()
def read(
    files: list[Path] = typer.Argument(help="Raw mails (.eml). LF line ends are read as CRLF."),
    as_json: bool = typer.Option(False, "--json", help="Print a JSON line a file."),
    peer: str = typer.Option("", help="The IP address that handed the mail over, judged by TRUSTED_RELAYS."),
    authserv_id: str = typer.Option("", help="The name our relay signs Authentication-Results with."),
) -> None:
    """Say what is new in a mail, who wrote it, and whether it would be answered."""
    from mail_gateway.incoming import Envelope

    letters = asyncio.run(_read_all(files, Envelope(peer or None), _reading(authserv_id)))
    for file, letter in letters:
        if as_json:
            print_json(_line(file, letter))
        else:
            print(_told(file, letter))
    if len(letters) < len(files):
        raise typer.Exit(1)


def _reading(authserv_id: str) -> Reading:
    from pydantic import ValidationError

    from bot.settings import Keyless
    from mail_gateway.incoming import Reading
    from mail_gateway.trust import networks

    try:
        here = Keyless()
        relays = tuple(relay.strip() for relay in here.trusted_relays.split(",") if relay.strip())
        networks(relays)
    except (ValidationError, ValueError) as error:
        fail(f"The settings are not right: {error}", 2)
    own = () if here.mail_domain == "localhost" else (here.mail_domain.lower(),)
    return Reading(relays, authserv_id or here.authserv_id, own)


async def _read_all(files: list[Path], envelope: Envelope, reading: Reading) -> list[tuple[Path, Letter]]:
    from mail_gateway.guard import Guard
    from mail_gateway.screen import with_crlf

    guard = Guard(reading)
    letters: list[tuple[Path, Letter]] = []
    try:
        for file in files:
            try:
                raw = file.read_bytes()
            except OSError as error:
                print(f"{file}: {error.strerror}", file=sys.stderr)
                continue
            letters.append((file, await guard.read(with_crlf(raw), envelope)))
    finally:
        await guard.close()
    return letters


def _line(file: Path, letter: Letter) -> dict[str, Any]:
    return {
        "file": str(file),
        "verdict": letter.verdict,
        "reason": letter.reason,
        "from": letter.sender,
        "level": letter.level,
        "text": letter.text,
        "attachments": [
            {"name": item.name, "size": item.size, "media_type": item.media_type}
            for item in letter.attachments
        ],
    }


def _told(file: Path, letter: Letter) -> str:
    told = [
        f"{file}: {letter.verdict}" + (f" ({letter.reason})" if letter.reason else ""),
        f"  from     {letter.sender or 'nobody'} ({letter.level})",
        f"  subject  {letter.subject}",
    ]
    told += [f"  attached {item.name} ({item.size} bytes, {item.media_type})" for item in letter.attachments]
    if letter.unsafe:
        told.append(
            "  unsafe   its parts differ, or answers stand between quotes: no command is taken from it"
        )
    told += [f"  | {line}" for line in letter.text.split("\n")] if letter.text else ["  | (nothing new)"]
    return "\n".join(told)


@app.command("list")
def list_(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """The mails that were set aside, newest first."""
    from bot.cli.common import database, settings
    from storage.queue import InboxQueue

    rows = [_kept(one) for one in InboxQueue(database(settings())).kept()]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        print(f"{row['id']:>6}  {row['received_at'][:16]}  {row['channel']:<8}  {row['reason']}")
    if not rows:
        print("Nothing is set aside.")


@app.command()
def show(number: int, as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
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
def replay(number: int) -> None:
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
    verdict = one.verdict or {}
    return {
        "id": one.id,
        "channel": one.channel,
        "state": one.state,
        "received_at": one.received_at.isoformat(),
        "reason": verdict.get("reason", ""),
        "sender": verdict.get("sender"),
        "rcpt": (one.envelope or {}).get("rcpt"),
    }
