"""facteur understand --suggest: what clients picked when a message was unclear, for a person to add as phrases."""

from __future__ import annotations

from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.common import database, fail, print_json, settings

if TYPE_CHECKING:
    from bot.understanding.suggest import Suggestion

MASKS = (
    "Words such as xdoc, xamount, xname stand for what was hidden: write an amount or a name in their place."
)


def suggest(slug: str | None, *, as_json: bool, toml: bool) -> None:
    """Print them: of one company, or of all."""
    from bot.understanding.examples import WrongPhrases
    from bot.understanding.suggest import Picked, as_toml, suggestions
    from storage import admin, picks

    made = settings()
    engine = database(made)
    if slug is not None and slug not in admin.slugs(engine):
        fail(f"No company has the slug {slug!r}.")
    own = made.data_folder / "phrases"
    try:
        kept = (Picked(one.taken, one.language, one.text) for one in picks.listed(engine, slug))
        found = suggestions(kept, own)
    except WrongPhrases as error:
        fail(f"The phrases are not right: {error}")
    if as_json:
        print_json([asdict(one) for one in found])
    elif toml:
        print(as_toml(found, own) or "# Nothing new.")
    else:
        _show(found, own)


def _show(found: list[Suggestion], own: Path) -> None:
    if not found:
        print(
            "Nothing yet: a message that was unclear is kept, masked, once its client took one of the choices."
        )
        return
    for taken, group in _grouped(found):
        total = sum(one.times for one in group)
        print(f"{'something else' if taken == 'other' else taken} ({total})")
        for one in group:
            print(f"  {one.times:4}  {one.language}  {one.text}{_known(one)}")
    print(f"\n{MASKS}")
    print(f"To add a phrase, write it into {own}/<intent>.<fr|en>.toml (--toml prints them so),")
    print("then run facteur understand --check.")


def _grouped(found: list[Suggestion]) -> list[tuple[str, list[Suggestion]]]:
    """By what was taken, the one taken most often first; something else comes last."""
    groups = [
        (taken, list(group))
        for taken, group in groupby(sorted(found, key=lambda one: one.taken), lambda one: one.taken)
    ]
    return sorted(groups, key=lambda one: (one[0] == "other", -sum(each.times for each in one[1]), one[0]))


def _known(one: Suggestion) -> str:
    if not one.known_as:
        return ""
    return "  (known)" if one.known_as == one.taken else f"  (known as {one.known_as})"
