"""facteur doctor: what is missing or wrong, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from bot.cli.common import WrongSettings, bar, clock_of, loaded, print_json

if TYPE_CHECKING:
    from bot.doctor.examine import Line

MARKS = {"good": "ok", "note": "note", "wrong": "WRONG"}


def doctor(
    mail: bool = typer.Option(False, "--mail", help="E-mail alone, with what the DNS says of MAIL_DOMAIN."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Say what is missing or wrong, and what to do about it. Nothing is changed, no mail is sent.

    Exit code 0: all is well, notes apart; 1: something is wrong.
    """
    lines = _lines(mail)
    if as_json:
        print_json([{"about": line.about, **vars(line.finding)} for line in lines])
    else:
        _print(lines)
    raise typer.Exit(1 if any(line.finding.state == "wrong" for line in lines) else 0)


def _lines(mail: bool) -> list[Line]:
    from bot.doctor.examine import CHECKS, MAIL, Line, examine
    from bot.doctor.finding import wrong
    from bot.doctor.patient import Patient

    try:
        made = loaded()
    except WrongSettings as error:
        do = (
            "Set it in facteur.toml or the environment (FACTEUR_...); the rest is looked at once it is right."
        )
        return [Line("settings", wrong(said, do)) for said in error.said]
    with bar("Looking") as progress:
        return examine(Patient(made, clock_of(made)()), progress, MAIL if mail else CHECKS)


def _print(lines: list[Line]) -> None:
    for line in lines:
        print(f"{MARKS[line.finding.state]:<5}  {line.about:<9}  {line.finding.said}")
        if line.finding.do:
            print(f"{'':<18}-> {line.finding.do}")
    count = sum(line.finding.state == "wrong" for line in lines)
    print("\nAll is well." if not count else f"\nTo put right: {count}.")
