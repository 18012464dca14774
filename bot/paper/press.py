"""Prints one statement of account or proof file, in a process of its own: `python press.py < recipe.json > made.pdf`.

A process that has printed keeps some 60 MB; this one ends. It imports nothing of the service.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

TEMPLATES = {name: Path(__file__).with_name(f"{name}.typ") for name in ("statement", "proof")}
MEMORY = 1024 * 1024 * 1024
SECONDS = 60  # of the processor
READABLE: dict[str, Any] = {"sort_keys": True, "ensure_ascii": False, "indent": 1}
KEPT = "\u00a0\u202f\u200c\u200d"  # no-break spaces; joiners, that some scripts are written with


def printed(recipe: dict[str, Any]) -> bytes:
    """A tagged PDF/A-3a, the same bytes for the same data. Raises typst.TypstError for data without its date.

    A sign that the fonts in the wheel lack (Chinese, an emoji) is looked for in those of the system, and the PDF
    then claims no standard.
    """
    template, data = TEMPLATES[recipe["kind"]], clean(recipe["data"])
    attached = json.dumps(recipe.get("attached"), **READABLE)
    return compiled(template, drawn(data), ["a-3a", "ua-1"], attached=attached)


def compiled(template: Path, data: Any, standards: Any, tags: bool = True, **more: str) -> bytes:
    """The PDF of a template. See `printed` for signs that the fonts lack."""
    import typst

    how: Any = {"sys_inputs": {"data": json.dumps(data), **more}, "pdf_tags": tags}
    try:
        made: Any = compiler(template).compile(pdf_standards=standards, **how)
    except typst.TypstError as error:
        if "could not be displayed" not in error.message:
            raise
        made = compiler(template, ignore_system_fonts=False).compile(**how)
    assert isinstance(made, bytes)
    return made


@cache
def compiler(template: Path, ignore_system_fonts: bool = True) -> Any:
    """It has read the fonts: the next page costs a tenth."""
    import typst

    return typst.Compiler(template, ignore_system_fonts=ignore_system_fonts)


def drawn(data: dict[str, Any]) -> dict[str, Any]:
    """With its QR code, where it has one, as a picture."""
    return data | {"qr": picture(data["qr"]), "qr_says": data["qr"]} if "qr" in data else data


@lru_cache(4)  # the papers of a signature bear the same
def picture(said: str) -> str:
    """A QR code, as SVG."""
    import segno

    made: str = segno.make(said, error="m", micro=False).svg_inline(border=0)
    return made


def clean(value: Any) -> Any:
    """Without control signs, line ends and half signs, which no page can show."""
    if isinstance(value, str):
        return (
            value
            if value.isprintable()
            else "".join(sign if sign.isprintable() or sign in KEPT else " " for sign in value)
        )
    if isinstance(value, list):
        return [clean(item) for item in value]
    return {name: clean(item) for name, item in value.items()} if isinstance(value, dict) else value


def main() -> None:
    os.environ["RAYON_NUM_THREADS"] = "1"  # each thread reserves memory: with many cores, more than the limit
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.buffer.write(printed(json.load(sys.stdin)))


if __name__ == "__main__":
    main()
