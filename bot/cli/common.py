"""What commands share: settings read once, errors in words, the open database."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import typer

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Engine

    from bot.settings import Settings


def fail(message: str, code: int = 1) -> NoReturn:
    """Say it on standard error; 1 is "failed", 2 is "wrong use"."""
    print(message, file=sys.stderr)
    raise typer.Exit(code)


class WrongSettings(Exception):
    """A sentence each, without the value of a secret."""

    def __init__(self, *said: str) -> None:
        super().__init__("\n  ".join(said))
        self.said = said


def settings() -> Settings:
    """Read once. A wrong one ends the command."""
    try:
        return loaded()
    except WrongSettings as error:
        fail(f"The settings are not right:\n  {error}", 2)


def loaded() -> Settings:
    """Raises WrongSettings."""
    from tomllib import TOMLDecodeError

    from pydantic import ValidationError

    from bot.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        raise WrongSettings(*map(_wrong, error.errors())) from None
    except (TOMLDecodeError, UnicodeDecodeError) as error:
        raise WrongSettings(f"facteur.toml cannot be read: {error}") from None


def _wrong(item: Any) -> str:
    where = ".".join(map(str, item["loc"])).upper()
    said = str(item["msg"]).removeprefix("Value error, ")
    if item["type"] == "extra_forbidden":
        said = "there is no such setting"
    return f"{where}: {said}" if where else said


@contextmanager
def opening() -> Iterator[None]:
    """A database or a folder that cannot be opened is a sentence, not a traceback."""
    from sqlalchemy.exc import ArgumentError, DBAPIError

    try:
        yield
    except DBAPIError as error:
        fail(f"The database cannot be opened: {str(error.orig).strip().partition(chr(10))[0]}")
    except ArgumentError as error:
        fail(f"The settings are not right:\n  DATABASE_URL: {error}", 2)
    except OSError as error:
        fail(f"The data cannot be opened: {error.strerror or error} ({error.filename or 'no file'})")


def database(made: Settings) -> Engine:
    """The engine, with the schema at head: a new installation needs no further step."""
    from storage import migrate
    from storage.engine import connect

    with opening():
        engine = connect(made.database_url)
        migrate.upgrade(engine)
    return engine


def clock_of(made: Settings) -> Callable[[], datetime]:
    from bot.clock import clock

    return clock(made.clock_file)


def print_json(data: Any) -> None:
    print(json.dumps(data, ensure_ascii=False))


@contextmanager
def bar(title: str, shown: bool = True) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error, on a terminal only."""
    if not shown or not sys.stderr.isatty():
        yield lambda done, known: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, known: progress.update(task, completed=done, total=known)
