"""What the company writes to its clients of its own accord, in the town: "! the company announces F-12, D-7",
"! the company writes to C0070", "! the company writes to all", "! the company reminds C0070"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from bot.broadcast import Broadcaster
from bot.reminders import Reminders
from handlers.rules.notices import Reach
from handlers.rules.paper import Company, Paper
from storage import tables as t
from storage.recipients import Asked

if TYPE_CHECKING:
    from town import Town

NEWS = {
    "fr": "Fermeture de fin d'année\nL'atelier ferme du 24 décembre au 4 janvier.\nBonnes fêtes à tous.",
    "en": "Closed at the end of the year\nThe workshop is closed from 24 December to 4 January.\nSeason's greetings.",
}
SETTINGS = {
    "the company wants discretion": {"discretion": True},
    "the company turns direct links on": {"direct_links": True},
    "the company has an approved platform": {"approved_platform": True},
    "the company tells its rate of penalties": {"late_rate": "12,15 %"},
    "the company is quiet from 14:00 to 16:00": {"quiet": "14:00-16:00"},
}


def happens(town: Town, event: str) -> None:
    """Raises KeyError for what is none of these."""
    for verb, asks in VERBS.items():
        if event.startswith(verb):
            asks(town, event.removeprefix(verb))
            return
    with town.engine.begin() as db:
        db.execute(update(t.companies).where(t.companies.c.id == 1).values(settings=SETTINGS[event]))


def _announces(town: Town, numbers: str) -> None:
    _send(town, Asked(numbers=tuple(numbers.split(", "))), {})


def _writes(town: Town, whom: str) -> None:
    _send(town, Asked(clients=() if whom == "all" else tuple(whom.split(", "))), NEWS)


def _send(town: Town, asked: Asked, text: dict[str, str]) -> None:
    caster = Broadcaster(town.engine, town.open, lambda: town.now, _page)
    company = _company(town)
    caster.write(company, caster.begin(company, asked, text, "command"))


class _Few(Reminders):
    """Of some clients alone."""

    ids: list[int]

    def _pages(self, company: Company) -> list[list[int]]:
        return [self.ids]


def _reminds(town: Town, ref: str) -> None:
    job = _Few(town.engine, town.open, _page)
    with town.engine.connect() as db:
        job.ids = list(db.execute(select(t.clients.c.id).where(t.clients.c.ref == ref)).scalars())
    job.run(_company(town), town.now)


VERBS = {
    "the company announces ": _announces,
    "the company writes to ": _writes,
    "the company reminds ": _reminds,
}


def _company(town: Town) -> Company:
    with town.open() as work:
        return work.companies.by_id(1)


def _page(reach: Reach, paper: Paper) -> str:
    return f"https://portail.example/pay/{paper.number}"
