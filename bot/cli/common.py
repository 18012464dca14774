"""What commands share: settings read once, errors in words, the open database."""

from __future__ import annotations

import json
import sys
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


def settings() -> Settings:
    from pydantic import ValidationError

    from bot.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, item['loc'])) or 'settings'}: {item['msg']}" for item in error.errors()]
        fail("The settings are not right:\n  " + "\n  ".join(lines), 2)


def database(made: Settings) -> Engine:
    """The engine, with the schema at head: a new installation needs no further step."""
    from storage import migrate
    from storage.engine import connect

    engine = connect(made.database_url)
    migrate.upgrade(engine)
    return engine


def clock_of(made: Settings) -> Callable[[], datetime]:
    from bot.clock import clock

    return clock(made.clock_file)


def print_json(data: Any) -> None:
    print(json.dumps(data, ensure_ascii=False))
