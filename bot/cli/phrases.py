"""facteur company phrases: a company's own texts in the place of ours (docs/guides/own-phrases.md)."""

from __future__ import annotations

import json as json_
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import typer

from bot.cli.common import database, fail, print_json, settings


def phrases(
    slug: str,
    set_: Path | None = typer.Option(None, "--set", help="Take the texts of this TOML file, and no others."),
    clear: bool = typer.Option(False, "--clear", help="Go back to the texts of Facteur."),
    json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """The texts that a company says its own way: list them, take a file, or clear them."""
    from bot.clock import clock
    from storage import admin

    if set_ and clear:
        fail("Either --set or --clear.", 2)
    made = settings()
    engine = database(made)
    try:
        kept = dict(admin.company(engine, slug)["settings"])
        if set_ or clear:
            texts = _checked(set_) if set_ else {}
            others = {name: value for name, value in kept.items() if name != "phrases"}
            kept = {**others, "phrases": texts} if texts else others
            admin.set_company(engine, slug, {"settings": kept}, clock(made.clock_file)())
    except admin.NotThere as error:
        fail(str(error))
    _show(kept.get("phrases", {}), json)


def _checked(path: Path) -> dict[str, str]:
    """Its texts; where one cannot be taken, none is, and each reason is said."""
    from handlers.core.own_phrases import check

    found = check(_read(path))
    for warning in found.warnings:
        print(f"Careful: {warning}", file=sys.stderr)
    if found.faults:
        _refused(path, found.faults)
    return found.texts


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        fail(f"{path} cannot be read: {error.strerror or error}")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        fail(f"{path} is no TOML: {error}")


def _refused(path: Path, faults: list[str]) -> NoReturn:
    fail("\n".join([f"{path} is not taken, nothing has changed:", *(f"  {fault}" for fault in faults)]))


def _show(texts: Mapping[str, str], json: bool) -> None:
    """As a file that --set takes."""
    if json:
        print_json(texts)
        return
    from handlers.core.own_phrases import check

    written = {"fr": {**_of(texts, "fr"), "tu": _of(texts, "fr:tu")}, "en": _of(texts, "en")}
    for fault in check(written).faults:
        print(f"Left aside, it no longer fits: {fault}", file=sys.stderr)
    if not texts:
        print("No text of its own: Facteur's are used.")
    for section, name in (("fr", "fr"), ("fr:tu", "fr.tu"), ("en", "en")):
        if own := _of(texts, section):
            print(f"[{name}]")
            for key, text in sorted(own.items()):
                print(f'"{key}" = {json_.dumps(text, ensure_ascii=False)}')


def _of(texts: Mapping[str, str], section: str) -> dict[str, str]:
    parts = {key: key.rpartition(":") for key in texts}
    return {parts[key][2]: text for key, text in texts.items() if parts[key][0] == section}
