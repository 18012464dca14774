"""Contracts, appointments, exchanges: their order, their filters, and nobody else's."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from storage_seed import HOUR, NOW, House, add

from handlers.rules.card import Contact, Details, Looked
from handlers.rules.paper import Client
from storage import search
from storage import tables as t

PARIS, CAIRO = (
    "Europe/Paris",
    "Africa/Cairo",
)  # in Cairo summer time begins at midnight: that hour does not exist
DAY = timedelta(days=1)


def contract(house: House, client: Client, ref: str, label: str, **values: Any) -> None:
    row = {"company_id": client.company_id, "client_id": client.id, "ref": ref, "label": label}
    with house.engine.begin() as db:
        add(db, t.contracts, **{"status": "active", **row, **values}, search=search.kept(label, ref=ref))


def event(house: House, client: Client, title: str, starts_at: datetime, **values: Any) -> None:
    row = {"company_id": client.company_id, "client_id": client.id, "uid": f"{client.id}-{title}-{starts_at}"}
    found = search.kept(title, values.get("place"))
    with house.engine.begin() as db:
        add(db, t.events, **row, title=title, starts_at=starts_at, search=found, **values)


def talk(house: House, client: Client, text: str, at: datetime, type: str = "note", **values: Any) -> None:
    row = {"company_id": client.company_id, "client_id": client.id, "text": text, "at": at, "type": type}
    with house.engine.begin() as db:
        add(db, t.interactions, **row, **values, search=search.kept(text))


def contracts(house: House, client: Client, **looked: Any) -> list[str]:
    with house.open() as work:
        page = work.cards.contracts(client, Looked(**looked), limit=50)
    assert page.count == len(page.items)
    return [one.ref for one in page.items]


def events(house: House, client: Client, zone: str = PARIS, now: datetime = NOW, **looked: Any) -> list[str]:
    with house.open() as work:
        page = work.cards.events(client, Looked(**looked), now, zone, limit=50)
    assert page.count == len(page.items)
    return [one.title for one in page.items]


def exchanges(house: House, client: Client, zone: str = PARIS, **looked: Any) -> list[str]:
    with house.open() as work:
        page = work.cards.interactions(client, Looked(**looked), zone, limit=50)
    assert page.count == len(page.items)
    return [one.text for one in page.items]


def test_the_details_are_those_recorded(house: House) -> None:
    with house.engine.begin() as db:
        values = {"siren": "987654324", "address": "12 rue du Bois", "phone": "06"}
        db.execute(t.clients.update().where(t.clients.c.id == house.anne.id).values(**values))
        ended = {"company_id": 1, "client_id": house.anne.id, "account_id": house.account.id + 2}
        add(db, t.contacts, **ended, ended_at=NOW)
    with house.open() as work:
        assert work.cards.details(house.anne) == Details(
            ref="C-Anne",
            name="Anne",
            kind="B2B_FR",
            siren="987654324",
            address="12 rue du Bois",
            phone="06",
            contacts=(Contact("anne@exemple.example", None, ("read", "pay", "notify")),),
        )
        with pytest.raises(LookupError):
            work.cards.details(Client(house.anne.id, house.other.id, "C-Anne", "Anne"))


@pytest.fixture
def under_contract(house: House) -> House:
    contract(house, house.anne, "CT-1", "Entretien annuel", next_due_on=date(2027, 3, 1))
    contract(house, house.anne, "CT-2", "Location d'une nacelle", next_due_on=date(2027, 1, 1))
    contract(house, house.anne, "CT-3", "Astreinte")
    contract(house, house.anne, "CT-4", "Gardiennage", status="ended", next_due_on=date(2026, 1, 1))
    contract(house, house.anne, "CT-5", "Ménage", status="suspended", next_due_on=date(2026, 12, 1))
    contract(house, house.bob, "CT-6", "Entretien annuel")
    contract(house, house.carl, "CT-1", "Entretien annuel")
    return house


@pytest.mark.parametrize(
    ("looked", "refs"),
    [
        ({}, ["CT-2", "CT-1", "CT-3", "CT-5", "CT-4"]),  # active ones first, by next due date, the rest after
        ({"status": "active"}, ["CT-2", "CT-1", "CT-3"]),
        ({"status": "ended"}, ["CT-4"]),
        ({"start": date(2027, 1, 1)}, ["CT-2", "CT-1"]),
        ({"end": date(2027, 1, 1)}, ["CT-2", "CT-5", "CT-4"]),
        ({"words": "menage"}, ["CT-5"]),
        ({"words": "ct 4"}, ["CT-4"]),
        ({"words": "ct4"}, ["CT-4"]),
        ({"words": "entretien 2026"}, []),
    ],
)
def test_contracts(under_contract: House, looked: dict[str, Any], refs: list[str]) -> None:
    assert contracts(under_contract, under_contract.anne, **looked) == refs


def test_a_contract_by_a_mistyped_word(under_contract: House) -> None:
    with under_contract.open() as work:
        page = work.cards.contracts(under_contract.anne, Looked(words="nacele"))
        assert ([one.ref for one in page.items], page.words) == (["CT-2"], "nacelle")
        again = work.cards.contracts(under_contract.anne, Looked(words="gardienage", status="active"))
        assert (again.count, again.words) == (0, "")


@pytest.fixture
def planned(house: House) -> House:
    event(house, house.anne, "Visite", NOW + DAY, ends_at=NOW + DAY + HOUR, place="Lyon")
    event(house, house.anne, "Chantier", NOW - DAY, ends_at=NOW + HOUR)  # begun, not over
    event(house, house.anne, "Livraison", NOW - 2 * DAY)
    event(house, house.anne, "Remise", NOW)
    event(house, house.bob, "De Bob", NOW + DAY)
    event(house, house.carl, "De Carl", NOW + DAY)
    return house


@pytest.mark.parametrize(
    ("looked", "titles"),
    [
        ({}, ["Visite", "Remise", "Chantier", "Livraison"]),
        ({"when": "upcoming"}, ["Chantier", "Remise", "Visite"]),
        ({"when": "past"}, ["Livraison"]),
        ({"words": "lyon"}, ["Visite"]),
        ({"start": NOW.date(), "end": NOW.date()}, ["Remise", "Chantier"]),  # what goes on that day
        ({"end": NOW.date() - 2 * DAY}, ["Livraison"]),
        ({"when": "upcoming", "words": "vsite"}, ["Visite"]),
    ],
)
def test_appointments(planned: House, looked: dict[str, Any], titles: list[str]) -> None:
    assert events(planned, planned.anne, **looked) == titles


@pytest.mark.parametrize(
    ("zone", "day", "first", "after"),
    [  # the first instant of the day there, and the first one after it
        (PARIS, date(2026, 3, 29), datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)),
        (PARIS, date(2026, 10, 25), datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC)),
        (CAIRO, date(2026, 4, 24), datetime(2026, 4, 23, 22, tzinfo=UTC), datetime(2026, 4, 24, 21, tzinfo=UTC)),
        ("Pacific/Auckland", date(2026, 1, 1), datetime(2025, 12, 31, 11, tzinfo=UTC),
         datetime(2026, 1, 1, 11, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_a_day_is_one_of_the_company_even_when_the_clocks_change(
    house: House, zone: str, day: date, first: datetime, after: datetime
) -> None:
    moment = timedelta(microseconds=1)
    for title, at in (
        ("before", first - moment),
        ("first", first),
        ("last", after - moment),
        ("after", after),
    ):
        event(house, house.anne, title, at)
        talk(house, house.anne, title, at)
    assert events(house, house.anne, zone, start=day, end=day) == ["last", "first"]
    assert exchanges(house, house.anne, zone, start=day, end=day) == ["last", "first"]


def test_exchanges_by_type_and_word(house: House) -> None:
    talk(house, house.anne, "Appel au sujet du portail", NOW - DAY, "call")
    talk(house, house.anne, "Réunion de chantier", NOW - 2 * DAY, "meeting")
    talk(house, house.anne, "Note", NOW - 3 * DAY)
    talk(house, house.bob, "Appel de Bob", NOW, "call")
    talk(house, house.carl, "Appel de Carl", NOW, "call")
    with house.open() as work:
        work.interactions.record(house.anne, "email", "Demande d'échéancier : « 3 fois »", NOW, "email")
        first = work.cards.interactions(house.anne, Looked(), PARIS).items[0]
        assert (first.type, first.channel, first.by_portal, first.at) == ("email", "email", True, NOW)
        assert not work.cards.interactions(house.anne, Looked(type="call"), PARIS).items[0].by_portal
    assert exchanges(house, house.anne, type="call") == ["Appel au sujet du portail"]
    assert exchanges(house, house.anne, words="reunion") == ["Réunion de chantier"]
    assert exchanges(house, house.anne, words="echeancier 3") == ["Demande d'échéancier : « 3 fois »"]
    assert exchanges(house, house.anne, words="bob") == []
    assert exchanges(house, house.anne, words="portial", type="call") == ["Appel au sujet du portail"]


def test_pages_are_stable_where_instants_and_dates_are_equal(house: House) -> None:
    for nth in range(12):
        contract(house, house.anne, f"CT-{nth}", "Entretien", next_due_on=date(2027, 1, 1))
        event(house, house.anne, f"Visite {nth}", NOW + HOUR)
        talk(house, house.anne, f"Note {nth}", NOW)
    with house.open() as work:
        cards, anne = work.cards, house.anne
        for page in (
            lambda offset, limit: cards.contracts(anne, Looked(), offset, limit),
            lambda offset, limit: cards.events(anne, Looked(when="upcoming"), NOW, PARIS, offset, limit),
            lambda offset, limit: cards.events(anne, Looked(), NOW, PARIS, offset, limit),
            lambda offset, limit: cards.interactions(anne, Looked(), PARIS, offset, limit),
        ):
            whole = page(0, 50)
            cut = [one for offset in range(0, 15, 5) for one in page(offset, 5).items]
            assert tuple(cut) == whole.items
            assert (len(cut), page(15, 5).count, page(15, 5).items) == (12, 12, ())


def test_every_look_up_names_the_company_too(planned: House) -> None:
    """A client's number with another company's is nobody."""
    house = planned
    contract(house, house.anne, "CT-1", "Entretien")
    talk(house, house.anne, "Note", NOW)
    house.paper(house.anne, "F-1")
    nobody = Client(house.anne.id, house.other.id, "C-Anne", "Anne")
    assert contracts(house, nobody) == events(house, nobody) == exchanges(house, nobody) == []
    assert all(listed(house, house.anne) for listed in (contracts, events, exchanges))
