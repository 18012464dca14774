"""Writes the company itself: made or changed. A changed e-mail address ends its links (mission S6)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, RowMapping, insert, select, update

from handlers.rules.address import BadAddress, normal
from handlers.rules.transfer import bic_is_right, iban_is_right
from storage import bank
from storage import tables as t
from storage.admin import end_links
from storage.imports.job import differences
from storage.imports.report import FileError, Report, RowError
from storage.imports.shapes import Batch, CompanyRow

FIELDS = (
    "name",
    "email",
    "phone",
    "language",
    "timezone",
    "siren",
    "iban",
    "bic",
    "account_holder",
    "options",
)
NEVER_NULL = ("name", "email", "language", "timezone", "options", "form_of_address")
AHEAD = timedelta(days=1)  # an export may be stamped with the end of its day


def find(db: Connection, slug: str) -> RowMapping | None:
    """The company, locked: two imports of one company follow each other. Rows that point at it go on being written."""
    return (
        db.execute(select(t.companies).where(t.companies.c.slug == slug).with_for_update(key_share=True))
        .mappings()
        .first()
    )


def write(db: Connection, batch: Batch, slug: str | None, now: datetime, report: Report) -> RowMapping:
    """The company that this batch is about. `slug` is the one the operator named. Raises FileError."""
    named = (batch.company.slug if batch.company else None) or batch.slug
    if slug and named and slug != named:
        raise FileError(f"is about company {named!r}, not {slug!r}")
    slug = slug or named
    if not slug:
        raise FileError("names no company: add a company section, or --company SLUG")
    was = find(db, slug)
    if batch.company is not None:
        try:
            with db.begin_nested():
                _one(db, batch.company, slug, was, now, report)
        except RowError as error:
            report.add("company", slug, "error", str(error))
    company = find(db, slug)
    if company is None:
        raise FileError(f"company {slug!r} does not exist, and this file does not say enough to make it")
    _freshness(db, batch, company, now, report)
    return company


def _one(
    db: Connection, row: CompanyRow, slug: str, was: RowMapping | None, now: datetime, report: Report
) -> None:
    wanted, warnings = _wanted(row)
    said = "; ".join([*warnings, *filter(None, [row.warning()])])
    if was is None:
        if not row.name or not row.email:
            raise RowError("a new company has a name and an email")
        values = {"options": ["portal"], "created_at": now, **wanted}
        values |= bank.follows(None, values.get("iban"), now)
        db.execute(insert(t.companies).values(slug=slug, **values))
        report.add("company", slug, "created", said)
        return
    changed: dict[str, Any] = differences(was, wanted)
    if "iban" in changed:
        changed |= bank.follows(was, changed["iban"], now)
        bank.record(db, was["id"], changed["iban"], "import", now)
    if "email" in changed and normal(changed["email"]) != _norm_or_none(was["email"]):
        end_links(db, was["id"], now)
        said = "; ".join(filter(None, ["new e-mail address: the former link has ended", said]))
    if changed:
        db.execute(update(t.companies).where(t.companies.c.id == was["id"]).values(**changed))
    report.add("company", slug, "updated" if changed else "unchanged", said, was["id"])


def _norm_or_none(address: str) -> str | None:
    try:
        return normal(address)
    except BadAddress:
        return None


def _wanted(row: CompanyRow) -> tuple[dict[str, Any], list[str]]:
    """The values to record, and what the operator should know about them."""
    wanted = row.given(*FIELDS, "form_of_address")
    wanted = {name: value for name, value in wanted.items() if value is not None or name not in NEVER_NULL}
    warnings = []
    if "email" in wanted and _norm_or_none(wanted["email"]) is None:
        raise RowError("email: not a plain e-mail address")
    if "options" in wanted:
        wanted["options"] = [name for name in ("portal", "signature", "payment") if name in wanted["options"]]
    if wanted.get("iban") and not iban_is_right(wanted["iban"]):
        del wanted["iban"]
        warnings.append("iban: its check digits or its length are wrong, so it was left out")
    if wanted.get("bic") and not bic_is_right(wanted["bic"]):
        del wanted["bic"]
        warnings.append("bic: not one of 8 or 11 signs, so it was left out")
    return wanted, warnings


def _freshness(db: Connection, batch: Batch, company: RowMapping, now: datetime, report: Report) -> None:
    """Keeps the newest `as_of`: what clients are told of how fresh the data are (N31)."""
    if batch.as_of is None:
        return
    at = batch.as_of if batch.as_of.tzinfo else batch.as_of.replace(tzinfo=ZoneInfo(company["timezone"]))
    if at > now + AHEAD:
        report.add("file", batch.name, "skipped", "as_of lies in the future, so it was left out")
    elif company["as_of"] is not None and at < company["as_of"]:
        report.add("file", batch.name, "skipped", "as_of: newer data were imported before this file")
    else:
        db.execute(update(t.companies).where(t.companies.c.id == company["id"]).values(as_of=at))
