"""Several stored files as one ZIP: the same bytes for the same files."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from handlers.core.ports import Undeliverable

LIMIT = 200_000_000  # bytes of all files
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first date that a ZIP can hold
RESERVED = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]')


def bundle(recipe: Mapping[str, Any], stored: Callable[[str], bytes]) -> bytes:
    """Uncompressed, since a PDF is compressed already. Raises KeyError for a missing file, Undeliverable over LIMIT."""
    out, total, names = BytesIO(), 0, set[str]()
    with ZipFile(out, "w", ZIP_STORED) as made:
        for name, sha256 in recipe["files"]:
            content = stored(sha256)
            total += len(content)
            if total > LIMIT:
                raise Undeliverable(f"the files are over {LIMIT // 1_000_000} MB together", permanent=True)
            made.writestr(_entry(_free(RESERVED.sub("_", name), names)), content)
    return out.getvalue()


def _free(name: str, taken: set[str]) -> str:
    """The name, else "name (2).pdf"; it is taken from now on."""
    stem, dot, end = name.rpartition(".")
    free, nth = name, 1
    while free.casefold() in taken:
        nth += 1
        free = f"{stem} ({nth}){dot}{end}" if stem else f"{name} ({nth})"
    taken.add(free.casefold())
    return free


def _entry(name: str) -> ZipInfo:
    made = ZipInfo(name, LONG_AGO)
    made.create_system, made.external_attr = 3, 0o644 << 16  # the same on every system
    return made
