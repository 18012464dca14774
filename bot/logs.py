"""Logs: one event a line with its fields, on standard error. Never an address, a code or the text of a message.

What an exception says may hold any of these (a database quotes the row that it refused): of an exception, the log has
its type and the lines of the program that it went through.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from traceback import walk_tb
from types import TracebackType

import structlog

ROOT = Path(__file__).parents[1]
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
Told = tuple[type[BaseException], BaseException, TracebackType | None]


def configure(*, plain: bool = False, quiet: bool = False) -> None:
    """JSON lines, or readable ones on a terminal; `quiet`: warnings only."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Discreet("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    last: structlog.typing.Processor
    last = structlog.processors.JSONRenderer()
    if plain:
        last = structlog.dev.ConsoleRenderer(repr_native_str=True)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(lambda told: where(told[1])),
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if quiet else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


class Discreet(logging.Formatter):
    """For what libraries log: one line, whatever those at the other end said."""

    def format(self, record: logging.LogRecord) -> str:
        return CONTROL.sub(lambda found: repr(found[0])[1:-1], super().format(record))

    def formatException(self, ei: Told | tuple[None, None, None]) -> str:
        return where(ei[1]) if ei[1] else ""


def where(error: BaseException) -> str:
    """The types of an exception and of its causes, each with the lines it went through, the last one first."""
    return "; from ".join(_one(one) for one in _chain(error))


def _one(error: BaseException) -> str:
    lines = [f"{_short(frame.f_code.co_filename)}:{line}" for frame, line in walk_tb(error.__traceback__)]
    inside = "".join(f" [{where(one)}]" for one in getattr(error, "exceptions", ()))
    return f"{type(error).__module__}.{type(error).__qualname__} at {' < '.join(reversed(lines))}{inside}"


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


def _short(file: str) -> str:
    path = Path(file)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name
