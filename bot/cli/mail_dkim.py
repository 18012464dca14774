"""facteur mail dkim-key: the key that signs our mail (DKIM), and the record that its domain publishes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bot.cli.common import fail, settings

if TYPE_CHECKING:
    from mail_gateway.dkim_sign import Signer

STRING = 255  # characters of one string of a TXT record


def dkim_key(
    file: Path = typer.Argument(
        help="Where the private key is, or is to be: a new one is made, for you alone."
    ),
    ed25519: bool = typer.Option(
        False, "--ed25519", help="A new key of Ed25519: shorter, and not yet read by all providers."
    ),
) -> None:
    """The key that signs what leaves (DKIM): made where there is none, with the record to publish in the DNS."""
    from mail_gateway.dkim_sign import BadKey, Signer, new_key

    made = settings()
    if made.mail_domain == "localhost":
        fail("MAIL_DOMAIN is missing: the record stands below it.", 2)
    if not file.exists():
        _written(file, new_key("ed25519" if ed25519 else "rsa"))
    try:
        signer = Signer.of(file, made.dkim_selector, made.mail_domain)
    except BadKey as error:
        fail(f"{error}.")
    if ed25519 and "k=ed25519" not in signer.record:
        fail(f"{file} holds a key of RSA already: give another file for one of Ed25519.")
    print(_told(file, signer))


def _written(file: Path, key: bytes) -> None:
    try:
        with open(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
            out.write(key)
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}")
    print(f"Written: {file}")


def _told(file: Path, signer: Signer) -> str:
    return "\n".join(
        (
            "Publish this record:",
            f"  {signer.place} TXT {_quoted(signer.record)}",
            "then set, and start Facteur again:",
            f'  dkim_key = "{file.absolute()}"',
            f'  dkim_selector = "{signer.selector}"',
        )
    )


def _quoted(text: str) -> str:
    """As a zone file has it."""
    return " ".join(f'"{text[at : at + STRING]}"' for at in range(0, len(text), STRING))
