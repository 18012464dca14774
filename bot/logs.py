"""Logs: one event a line with its fields, on standard error. Never an address, a code or the text of a message."""

from __future__ import annotations

import logging
import sys

import structlog


def configure(*, plain: bool = False, quiet: bool = False) -> None:
    """JSON lines, or readable ones on a terminal; `quiet`: warnings only."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    last: structlog.typing.Processor
    last = structlog.dev.ConsoleRenderer() if plain else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if quiet else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
