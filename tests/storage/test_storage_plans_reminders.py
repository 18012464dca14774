"""What is due to be said again is found by index, a page of clients at a time, at any size."""

from __future__ import annotations

from storage_seed import DAY, NOW, TODAY, House
from test_storage_plans import plan, scans, watched
from test_storage_plans_notices import told_before

from bot.reminder_items import Page
from handlers.rules.notices import Ways
from storage import reminders as store
from storage import tables as t
from storage.engine import reading


def test_nothing_is_read_from_end_to_end(grown: House) -> None:
    told_before(grown)
    with watched(grown.engine) as asked, reading(grown.engine) as db:
        ids = next(store.pages(db, grown.atelier))[:20]
        found = Page(db, grown.atelier, Ways(renewal_notice=30), ids, NOW).items()
        store.over(db, grown.atelier, ids, TODAY + 400 * DAY)
        store.known(db, {1, 2}, {one.key for one in found} or {"remind:1:due:2026-12-02"})
    whole = {statement: scans(grown.engine, statement, parameters) for statement, parameters in asked}
    whole = {statement: found for statement, found in whole.items() if t.meta.tables.keys() & set(found)}
    assert len(asked) >= 8
    assert not whole, "\n\n".join(f"{found}: {statement}" for statement, found in whole.items())
    invoices = next(one for one in asked if "due_on BETWEEN" in one[0])
    assert "ix_documents_balance" in plan(grown.engine, *invoices)
