"""facteur backup, facteur restore: all there is in one folder, and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from bot.cli.common import bar, clock_of, database, fail, opening, settings

if TYPE_CHECKING:
    from bot.settings import Settings
    from storage.backup import Place
    from storage.manifest import Manifest


def backup(path: Path = typer.Argument(help="A new folder.")) -> None:
    """Copy all there is into a new folder: every row, every document, the keys of the seal. The service may run.

    What was written is read back. The folder holds keys and personal data: keep it as a secret, apart from SECRET_KEY.
    Exit code 1: there is none, or it is not sound (a ledger that was altered, a document that is missing).
    """
    from importlib.metadata import version

    from storage.backup import write
    from storage.cursors import Cursors
    from storage.engine import connect
    from storage.manifest import CURSOR

    made = settings()
    clock = clock_of(made)
    with opening(), _words():
        place = _place(
            made, connect(made.database_url)
        )  # as it is: a new version may find the schema of the old one
        done = write(place, path, made.secret, version("facteur"), clock(), bar)
        Cursors(place.engine).put(CURSOR, str(path.resolve()), clock())
    print(f"Written and read back: {path}, {_size(done)}.")
    _judge(done)


def restore(
    path: Path = typer.Argument(help="The folder that facteur backup made."),
    check: bool = typer.Option(
        False, "--check", help="Read all of it and say whether it is whole; restore nothing."
    ),
) -> None:
    """Put a backup back, into an empty installation: SQLite or PostgreSQL, wherever the backup came from.

    Every byte is checked first; an older one is brought to this version. Exit code 1: nothing was restored, or what was
    backed up was not sound.
    """
    from storage.manifest import checked, fingerprint
    from storage.restore import restore as put_back

    made = settings()
    with opening(), _words():
        if check:
            done = checked(path, bar)
        else:
            place = _place(made, database(made))
            done = put_back(path, place, bar)
    print(f"{'Whole' if check else 'Restored'}: {path}, {_size(done)}, made {done.made_at[:16]}.")
    if done.secret != fingerprint(made.secret):
        print(
            "It was made with another SECRET_KEY: without that one, stored keys of Stripe cannot be read, and reply"
            " addresses and links no longer work."
        )
    _judge(done)


def _place(made: Settings, engine: Any) -> Place:
    from storage.backup import Place
    from storage.files import Store

    folders = {
        "keys": (made.keys_folder, "*.pem"),
        "anchors": (made.anchors_folder, "*.jsonl"),
        "phrases": (made.data_folder / "phrases", "*.toml"),
    }
    return Place(engine, Store(made.files_url), folders)


@contextmanager
def _words() -> Iterator[None]:
    from obstore.exceptions import BaseError
    from sqlalchemy.exc import DBAPIError

    from storage.manifest import Refused

    try:
        yield
    except Refused as error:
        fail(str(error))
    except BaseError as error:
        fail(f"The files cannot be read or written: {_line(error)}")
    except DBAPIError as error:
        fail(f"The database cannot be read or written: {_line(error.orig)}")
    except OSError as error:
        fail(f"{error.filename or 'The folder'} cannot be read or written: {error.strerror or error}")


def _line(error: object) -> str:
    return str(error).strip().partition("\n")[0]


def _size(done: Manifest) -> str:
    return f"rows: {sum(done.rows.values())}, documents: {done.files}"


def _judge(done: Manifest) -> None:
    """What was wrong when it was made."""
    for one in done.ledgers:
        if one["fault"]:
            print(
                f"The ledger of {one['company']} was altered at entry {one['fault']['seq']}: facteur ledger check"
            )
    for sha256 in done.missing:
        print(f"A document is missing or damaged: {sha256}")
    if not done.is_sound:
        fail("This backup holds all the rest. Keep the ones before it until the cause is found.")
