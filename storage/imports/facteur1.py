"""Reads a `facteur/1` file (design, section 5) into a batch. Nothing here touches the database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from storage.imports import shapes as s
from storage.imports.fields import instant
from storage.imports.report import FileError, RowError

SCHEMA = "facteur/1"
MOST_BYTES = 200 * 1024 * 1024
SECTIONS: dict[str, tuple[str, type[s.Row], str]] = {  # section: (kind of row, its shape, its own key)
    "clients": ("client", s.ClientRow, "ref"),
    "documents": ("document", s.DocumentRow, "number"),
    "payments": ("payment", s.PaymentRow, "ref"),
    "contracts": ("contract", s.ContractRow, "ref"),
    "events": ("event", s.EventRow, "uid"),
    "interactions": ("interaction", s.InteractionRow, "ref"),
}
KNOWN = {"schema", "as_of", "company", *SECTIONS}


def is_facteur1(data: Any) -> bool:
    return isinstance(data, dict) and data.get("schema") == SCHEMA


def read(path: Path) -> s.Batch:
    """Raises FileError when this is no facteur/1 file at all."""
    data = load(path)
    if not is_facteur1(data):
        raise FileError(f'not a facteur/1 file: "schema" must be "{SCHEMA}"')
    batch = s.Batch(path.name, path.parent)
    batch.as_of = _as_of(batch, data.get("as_of"))
    _company(batch, data.get("company"))
    for section, (kind, shape, key) in SECTIONS.items():
        getattr(batch, section).extend(_rows(batch, data.get(section), section, kind, shape, key))
    unknown = sorted(set(data) - KNOWN)
    if unknown:
        batch.report.add("file", path.name, "skipped", f"unknown keys ignored: {', '.join(unknown[:10])}")
    return batch


def load(path: Path) -> Any:
    """The JSON of a file. Raises FileError."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise FileError("larger than 200 MB")
        return json.loads(path.read_text("utf-8-sig"), parse_constant=_no_constant)
    except OSError as error:
        raise FileError(f"cannot be read: {error.strerror}") from error
    except RecursionError:
        raise FileError("not JSON: nested too deep") from None
    except ValueError as error:
        raise FileError(f"not JSON: {error}") from error


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def _as_of(batch: s.Batch, value: Any) -> Any:
    try:
        at = instant(value)
    except ValueError as error:
        batch.report.add("file", batch.name, "error", f"as_of: {error}")
        return None
    return at


def _company(batch: s.Batch, data: Any) -> None:
    if data is None:
        return
    slug = data.get("slug") if isinstance(data, dict) else None
    batch.slug = slug if isinstance(slug, str) else None
    try:
        batch.company = s.checked(s.CompanyRow, data)
    except RowError as error:
        batch.report.add("company", batch.slug or "company", "error", str(error))


def _rows(batch: s.Batch, data: Any, section: str, kind: str, shape: type[s.Row], key: str) -> list[s.Row]:
    if data is None:
        return []
    if not isinstance(data, list):
        batch.report.add("file", batch.name, "error", f"{section}: must be a list")
        return []
    good = []
    for place, item in enumerate(data, 1):
        try:
            good.append(s.checked(shape, item))
        except RowError as error:
            batch.report.add(kind, name_of(item, key, f"{section}[{place}]"), "error", str(error))
    return good


def name_of(item: Any, key: str, otherwise: str) -> str:
    """How the report names a row that could not be read: its own key, else its place."""
    name = item.get(key) if isinstance(item, dict) else None
    return name if isinstance(name, str) and 0 < len(name) <= 100 else otherwise
