"""facteur understand: what is made of a message, and how well the phrases are told apart. Only --suggest needs
the database."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from bot.cli.common import fail, print_json

if TYPE_CHECKING:
    from datetime import date

    from bot.settings import Settings
    from handlers.core.classifier import Model


def understand(
    as_json: bool = typer.Option(False, "--json", help="JSON even on a terminal: one line a message."),
    check: bool = typer.Option(
        False, "--check", help="Check the phrases, and say which intents are confused."
    ),
    evaluate: Path | None = typer.Option(
        None, "--evaluate", help="A labelled set (JSON lines): figures only."
    ),
    suggest: bool = typer.Option(
        False, "--suggest", help="List, masked, what clients picked when a message was unclear."
    ),
    company: str | None = typer.Option(None, "--company", help="With --suggest: of this company alone."),
    toml: bool = typer.Option(False, "--toml", help="With --suggest: what is new, as phrase files."),
) -> None:
    """Read a message a line: plain text, or JSON with text, channel, lang, subject, awaiting.

    For each, what it asks for and what would be done: act, confirm, choose, menu, silent.
    """
    if (company or toml) and not suggest:
        fail("--company and --toml go with --suggest.", 2)
    if suggest:
        from bot.cli.suggest import suggest as list_suggestions

        list_suggestions(company, as_json=as_json, toml=toml)
    elif check:
        _check(as_json)
    elif evaluate:
        _evaluate(evaluate, as_json)
    else:
        _answer(as_json or not sys.stdout.isatty())


def _answer(as_json: bool) -> None:
    from bot.understanding.messages import Message, answer

    model, today = _model(), _today()
    for raw in sys.stdin.buffer:
        found = answer(Message.read(raw.decode("utf-8", "replace")), today, model)
        print(json.dumps(found, ensure_ascii=False) if as_json else _told(found), flush=True)


def _told(found: dict[str, Any]) -> str:
    asked = ", ".join(
        " ".join([request["intent"], *(f"{name}={value}" for name, value in request["slots"].items())])
        + f" ({request['confidence']:.0%})"
        for request in found["requests"]
    )
    choices = f": {', '.join(found['choices'])}" if found["choices"] else ""
    return f"{asked or 'nothing'} -> {found['decision']}{choices}"


def _model() -> Model:
    """The classifier. The first time it is built; on a terminal, that is said."""
    from bot.understanding.examples import WrongPhrases
    from bot.understanding.store import NotBuilt, load

    def building() -> None:
        if sys.stderr.isatty():
            print("Learning the phrases (once, about ten seconds)...", file=sys.stderr)

    folder = _data()
    try:
        return load(folder / "understanding", folder / "phrases", building)
    except (NotBuilt, WrongPhrases) as error:
        fail(f"The classifier could not be built: {error}")


def _data() -> Path:
    return _settings().data_folder


def _settings() -> Settings:
    from tomllib import TOMLDecodeError

    from pydantic import ValidationError

    from bot.settings import Keyless

    try:
        return Keyless()
    except (ValidationError, TOMLDecodeError, ValueError) as error:
        fail(f"The settings are not right: {error}", 2)


def _today() -> date:
    from bot.clock import clock

    return clock(_settings().clock_file)().astimezone().date()


# --- the phrases


def _check(as_json: bool) -> None:
    from bot.understanding.examples import WrongPhrases, faults

    try:
        wrong = faults(_data() / "phrases")
    except WrongPhrases as error:
        wrong = [str(error)]
    if wrong:
        fail("The phrases are not right:\n  " + "\n  ".join(wrong))
    report = dict(_model().header.report)
    if as_json:
        print_json(report)
        return
    print("By cross-validation (each phrase by a classifier that did not see it):")
    for language, share in report["cross_validation"].items():
        print(
            f"  {language:4} {share['phrases']:6} phrases  right {share['right']:.1%}  "
            f"among the first three {share['in_three']:.1%}"
        )
    print("Phrases taken for another intent, most often first:")
    for pair in report["confusions"]:
        print(f"  {pair['times']:4}  {pair['intent']} taken for {pair['taken_for']}: {pair['such_as'][0]}")


# --- a labelled set


def _evaluate(path: Path, as_json: bool) -> None:
    from bot.understanding import evaluate as sums
    from bot.understanding.messages import Message, answer

    try:
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        fail(f"{path} cannot be read: {error}", 2)
    if not all(isinstance(row, dict) and {"text", "intent"} <= row.keys() for row in rows):
        fail(f"{path}: each line takes a text and an intent", 2)
    model, today = _model(), _today()
    answer(Message("solde"), today, model)  # what is read once is not counted to the first message
    found = sums.outcomes(rows, lambda row: answer(Message.read(json.dumps(row)), today, model))
    tables, slots, confused = sums.tables(found), sums.slots(found), sums.confused(found)
    if as_json:
        print_json({"figures": tables, "slots": slots, "confused": confused})
        return
    for name, figures in tables.items():
        print(f"{name}:  " + "  ".join(f"{label} {value}" for label, value in figures.items()))
    print("slots:  " + "  ".join(f"{name} {share}" for name, share in slots.items()))
    for wanted, other, times in confused:
        print(f"  {times:3}  {wanted} taken for {other}")
