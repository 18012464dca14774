"""facteur: one command a file. Each imports what it needs when it runs, so that `--version` stays quick."""

from __future__ import annotations

import importlib
from importlib.metadata import version
from typing import Any

import typer
from typer.core import TyperGroup

# name -> module of bot.cli, and the function or sub-application in it
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "demo"),
    "serve": ("serve", "serve"),
    "migrate": ("serve", "migrate"),
    "doctor": ("doctor", "doctor"),
    "backup": ("backup", "backup"),
    "restore": ("backup", "restore"),
    "import": ("imports", "import_"),
    "read": ("imports", "read"),
    "mail": ("mail", "app"),
    "company": ("company", "app"),
    "client": ("client", "app"),
    "staff": ("staff", "app"),
    "broadcast": ("broadcast", "app"),
    "reminders": ("reminders", "app"),
    "report": ("report", "report"),
    "deposits": ("deposits", "app"),
    "export": ("export", "app"),
    "payments": ("payments", "app"),
    "ledger": ("export", "ledger"),
    "proof": ("proof", "app"),
    "keys": ("keys", "app"),
    "talk": ("talk", "talk"),
    "understand": ("understand", "understand"),
}


class Lazy(TyperGroup):
    """Loads the module of the command that was asked for, and no other."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name]
        found = getattr(importlib.import_module(f"bot.cli.{module}"), attribute)
        if not isinstance(found, typer.Typer):
            made = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
            made.command(name=cmd_name)(found)
            found = made
        command = typer.main.get_command(found)
        command.name = cmd_name
        return command


app = typer.Typer(cls=Lazy, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"facteur {version('facteur')}")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """A client portal that lives in the conversation: e-mail and Telegram, in French and English."""
