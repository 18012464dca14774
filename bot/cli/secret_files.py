"""The secrets of a company: read from files, kept encrypted, never printed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.common import fail

if TYPE_CHECKING:
    from bot.settings import Settings

NAMES = {"stripe_key", "stripe_webhook_secret"}
ONE = re.compile(r"[!-~]+( acct_\w+)?")  # a connected account may follow: bot/payments/provider.py
KEY = 'Stripe\'s secret key, in a file (behind it a connected account); kept encrypted, never shown. "" forgets it.'
WEBHOOK = 'The signing secret of Stripe\'s webhook, in a file; without one it has no door. "" forgets it.'


def sealed(made: Settings, file: str) -> bytes | None:
    """The secret in a file, as it is kept. A name of no file: it is forgotten."""
    from storage.keys import Keys

    if not file:
        return None
    try:
        secret = Path(file).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{file} cannot be read: {getattr(error, 'strerror', None) or 'it is no plain text'}.")
    if not ONE.fullmatch(secret):
        fail(f"{file} holds no key: one line, and nothing else.", 2)
    if secret.startswith("pk_"):
        fail(f"{file} holds the publishable key. Facteur needs the secret one: sk_... or rk_...", 2)
    return Keys.of(made.secret).box.encrypt(secret.encode())
