"""The bot's own name, asked of the Bot API without importing aiogram (seconds): for the command line."""

from __future__ import annotations

import json
from urllib.error import URLError
from urllib.request import urlopen


class NoAnswer(Exception):
    """The Bot API did not answer, or refused the token; the message says which."""


def username(api: str, token: str) -> str:
    """getMe's username. Raises NoAnswer; the token is in no message."""
    if not api.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise NoAnswer("TELEGRAM_API must be https")
    try:
        with urlopen(f"{api.rstrip('/')}/bot{token}/getMe", timeout=10) as answer:  # noqa: S310 checked above
            return str(json.load(answer)["result"]["username"])
    except URLError as error:
        raise NoAnswer(str(error.reason)) from None
    except (KeyError, TypeError, ValueError):
        raise NoAnswer("its answer is not that of a Bot API") from None
