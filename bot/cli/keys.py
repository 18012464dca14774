"""facteur keys show, rotate, export: the keys that seal what is signed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from bot.cli.common import clock_of, database, fail, print_json, settings

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

app = typer.Typer(
    no_args_is_help=True, help="The keys that seal signed quotes: show, rotate, export.", add_completion=False
)


@app.command()
def show(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """The certificates, with their fingerprints and when they end; former ones too."""
    from bot.paper import keys

    folder = settings().keys_folder
    try:
        found = [_told(name, one) for name, one in keys.certificates(folder).items()]
    except keys.NoKeys as error:
        _no_keys(folder, error)
    if as_json:
        print_json(found)
        return
    for one in found:
        print(f"{one['name']:<7} until {one['ends_on']}  {one['sha256']}")


@app.command()
def rotate() -> None:
    """A new certificate for the seal. What was sealed before stays valid: former certificates are kept.

    The log of each company says which one was made, and which one retired.
    """
    from bot.paper import keys
    from storage.seal_events import note

    made = settings()
    clock = clock_of(made)
    recorded = note(database(made), clock)
    said = {"key.made": "Made:   ", "key.retired": "Retired:"}

    def noted(happened: keys.Happened, fingerprint: str) -> None:
        recorded(happened, fingerprint)
        print(said[happened], fingerprint)

    try:
        keys.rotate(made.keys_folder, clock(), noted)
    except keys.NoKeys as error:
        _no_keys(made.keys_folder, error)


@app.command()
def export(
    file: Path = typer.Argument(help="A new file."),
    public: bool = typer.Option(
        False, "--public", help="The root certificates alone, as PEM: they are no secret."
    ),
) -> None:
    """All keys and certificates as one .tar, to keep away from this machine; back in the folder, they work again.

    It holds the private keys: whoever has it can seal in this installation's name.
    """
    from bot.paper import keys

    folder = settings().keys_folder
    try:
        held = keys.roots_pem(folder) if public else keys.archive(folder)
    except keys.NoKeys as error:
        _no_keys(folder, error)
    try:
        with open(
            os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644 if public else 0o600), "wb"
        ) as out:
            out.write(held)
    except FileExistsError:
        fail(f"{file} exists already: nothing is overwritten.")
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}")
    print(f"Written: {file}")


def _told(name: str, certificate: Certificate) -> dict[str, Any]:
    from bot.paper.certificates import fingerprint, is_root

    return {
        "name": name if name in ("root", "leaf") else "former",
        "is_root": is_root(certificate),
        "sha256": fingerprint(certificate),
        "starts_on": f"{certificate.not_valid_before_utc:%Y-%m-%d}",
        "ends_on": f"{certificate.not_valid_after_utc:%Y-%m-%d}",
    }


def _no_keys(folder: Path, error: Exception) -> NoReturn:
    if not folder.exists():
        fail(f"There are no keys yet in {folder}: they are made with the first signature.")
    fail(f"The keys cannot be used: {error}.")
