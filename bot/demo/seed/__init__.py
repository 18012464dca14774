"""The data of the demonstration: a small joinery, its papers as real PDFs, its invoices as real Factur-X."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path


def seed(folder: Path, today: date) -> Path:
    """Write company.json (facteur/1) and its PDFs into `folder`; returns the path of the JSON.

    All dates are relative to `today`. Invoice 0123 is issued today, 0098 is late, quote 0044 waits to be signed; a
    number holds the year of its own issue date.
    """
    from bot.demo.seed.people import CLIENTS, COMPANY
    from bot.demo.seed.press import Press
    from bot.demo.seed.story import Story

    folder.mkdir(parents=True, exist_ok=True)
    story, press = Story(today), Press()
    sheets = story.sheets()
    for sheet in sheets:
        (folder / sheet.file).write_bytes(press.print(sheet))
        for name in sheet.annexes:
            (folder / sheet.number).mkdir(exist_ok=True)
            (folder / sheet.number / name).write_bytes(press.annex(sheet, name))
    data = {
        "schema": "facteur/1",
        "as_of": story.at(0, 8),
        "company": COMPANY,
        "clients": [client.as_row() for client in CLIENTS],
        "documents": [*(sheet.as_row() for sheet in sheets), *story.drafts()],
        "payments": story.payments(sheets),
        "contracts": story.contracts(),
        "events": story.events(),
        "interactions": story.interactions(),
    }
    path = folder / "company.json"
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1), "utf-8")
    return path
