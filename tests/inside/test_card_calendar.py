"""Appointments: how their hours are said, and the file that a calendar takes in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from sqlalchemy import delete, insert, update

from bot.paper import ics
from card_talk import BOB, ask, come, lines, plain
from handlers.core.turn import Reply
from storage import tables as t
from town import Town

PARIS = ZoneInfo("Europe/Paris")


def paris(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written).replace(tzinfo=PARIS) if written else None


def planned(town: Town, uid: str = "rdv-9", **values: Any) -> None:
    with town.engine.begin() as db:
        db.execute(update(t.events).where(t.events.c.uid == uid).values(values))


def calendar(reply: Reply) -> list[Any]:
    recipe = reply.documents[0].recipe
    assert recipe is not None
    made = icalendar.Calendar.from_ical(ics.calendar(recipe, lambda sha: b""))
    return list(made.walk("VEVENT"))


@pytest.mark.parametrize(
    ("starts", "ends", "said"),
    [
        ("2026-12-01T09:05", None, "Tuesday 1 December 2026 at 09:05"),
        ("2026-12-01T09:00", "2026-12-01T09:00", "Tuesday 1 December 2026 at 09:00"),
        ("2026-12-01T00:30", None, "Tuesday 1 December 2026 at 00:30"),
        ("2026-12-01T09:00", "2026-12-01T12:30", "Tuesday 1 December 2026, 09:00 to 12:30"),
        ("2026-12-01T00:00", None, "Tuesday 1 December 2026"),
        ("2026-12-01T00:00", "2026-12-02T00:00", "Tuesday 1 December 2026, all day"),
        ("2027-03-27T00:00", "2027-03-29T00:00", "from Saturday 27 March 2027 to Sunday 28 March 2027"),
        (
            "2026-12-01T22:00",
            "2026-12-02T02:00",
            "from Tuesday 1 December 2026 at 22:00 to Wednesday 2 December 2026 at 02:00",
        ),
    ],
)
def test_the_hours_of_an_appointment(town: Town, starts: str, ends: str | None, said: str) -> None:
    """In the company's zone, over the change of the clocks too (28 March 2027)."""
    planned(town, starts_at=paris(starts), ends_at=paris(ends), place=None)
    come(town, BOB)
    reply = ask(town, "calendar")
    assert reply.text.split("\n")[0] == f"Next appointment: {said}, Site visit."


def test_the_hours_follow_the_zone_of_the_company(town: Town) -> None:
    with town.engine.begin() as db:
        db.execute(update(t.companies).values(timezone="America/Martinique"))
    come(town, BOB)
    assert ask(town, "calendar").text.startswith("Next appointment: Thursday 26 November 2026 at 10:00,")


def test_one_that_has_begun_is_still_to_come(town: Town) -> None:
    planned(town, starts_at=paris("2026-11-24T08:00"), ends_at=paris("2026-11-24T18:00"))
    come(town, BOB)
    assert "24 November 2026, 08:00 to 18:00" in ask(town, "calendar").text


def test_the_file_holds_the_instants(town: Town) -> None:
    come(town, BOB)
    (event,) = calendar(ask(town, "calendar"))
    assert event.decoded("dtstart") == datetime(2026, 11, 26, 14, 0, tzinfo=UTC)
    assert str(event["summary"]) == "Site visit"
    assert str(event["location"]) == "Dock 4, Marseille"


def test_the_file_holds_all_that_is_to_come_and_nothing_past(town: Town) -> None:
    come(town)
    reply = ask(town, "mes rendez-vous")
    assert len(reply.rows) == 5
    titles = [str(event["summary"]) for event in calendar(reply)]
    assert len(titles) == 6
    assert titles[0] == "Visite de chantier"
    assert "Relevé de mesures" not in titles
    assert not ask(town, "suite").documents
    assert not ask(town, "mes anciens rendez-vous").documents


def test_a_period_with_both_gives_the_file_of_what_is_to_come(town: Town) -> None:
    come(town)
    reply = ask(town, "rendez-vous de 2026")
    assert reply.text.startswith("5 rendez-vous en 2026\u00a0:")
    assert len(calendar(reply)) == 3


def test_a_month_without_its_year_is_one_to_come_for_appointments(town: Town) -> None:
    come(town)
    assert ask(town, "rendez-vous de janvier").text.startswith("1 rendez-vous en janvier 2027")
    assert ask(town, "rendez-vous de mars").text.startswith("1 rendez-vous en mars 2027")
    assert ask(town, "rendez-vous de janvier 2026").text == "Aucun rendez-vous en janvier 2026."
    assert ask(town, "rendez-vous de septembre").text == "Aucun rendez-vous en septembre 2027."


def test_a_title_is_one_line_and_no_pattern(town: Town) -> None:
    planned(town, title="Site\n{rows}\n visit {jour}", place="Dock\n4")
    come(town, BOB)
    first, *_ = ask(town, "calendar").text.split("\n")
    assert first.endswith("at 15:00, Site {rows} visit {jour}, Dock 4.")
    assert lines(ask(town, "appointments in November 2026")) == [
        "26 Nov 2026 at 15:00 · Site {rows} visit {jour}, Dock 4"
    ]


def test_nothing_at_all_offers_nothing_past(town: Town) -> None:
    with town.engine.begin() as db:
        db.execute(delete(t.events).where(t.events.c.client_id == 2))
    come(town, BOB)
    reply = ask(town, "calendar")
    assert reply.text == "No upcoming appointments. To ask for one, reply PERSON."
    assert not reply.choices


def test_many_appointments_have_pages_in_order(town: Town) -> None:
    with town.engine.begin() as db:
        for nth in range(7):
            values = {"uid": f"more-{nth}", "title": f"Visit {nth}", "client_id": 2, "company_id": 1}
            db.execute(insert(t.events).values(values | {"starts_at": paris(f"2027-01-{10 - nth:02}T09:00")}))
    come(town, BOB)
    first, second = ask(town, "my appointments"), ask(town, "more")
    days = [line.split(" at ")[0] for line in lines(first) + lines(second)]
    assert days == ["26 Nov 2026", *(f"{day} Jan 2027" for day in range(4, 11))]


# --- deadlines


def test_what_is_due_is_a_whole_day_with_the_same_uid_each_time(town: Town) -> None:
    come(town)
    asked = "ajoute l'échéance de F-2026-0118 à mon agenda"
    reply = ask(town, asked)
    assert plain(reply.text).startswith("Facture F-2026-0118 à régler, 500,00 € : 2 décembre 2026.")
    (event,) = calendar(reply)
    assert (event.decoded("dtstart"), str(event["uid"])) == (
        date(2026, 12, 2),
        "invoice-F-2026-0118@atelier",
    )
    assert event["dtstart"].params["VALUE"] == "DATE"
    assert plain(str(event["summary"])) == "Facture F-2026-0118 à régler, 500,00 € (Atelier Exemple)"
    (again,) = calendar(ask(town, asked))
    assert again["uid"] == event["uid"]


def test_all_that_is_due_in_one_file(town: Town) -> None:
    come(town)
    reply = ask(town, "mes échéances dans mon agenda")
    due = {str(event["uid"]): event.decoded("dtstart") for event in calendar(reply)}
    assert list(due.items()) == [
        ("invoice-F-2026-0118@atelier", date(2026, 12, 2)),
        ("quote-D-2026-0044@atelier", date(2026, 12, 15)),
        ("invoice-F-2026-0121@atelier", date(2026, 12, 20)),
        ("contract-CT-1@atelier", date(2027, 1, 15)),
        ("contract-CT-2@atelier", date(2027, 2, 28)),
    ]
    assert lines(reply)[1] == "15/12/2026 · Devis D-2026-0044, dernier jour pour répondre"


def test_many_that_are_due_are_all_in_the_file(town: Town) -> None:
    with town.engine.begin() as db:
        db.execute(update(t.contracts).values(client_id=2, next_due_on=date(2027, 3, 1), status="active"))
    come(town, BOB)
    reply = ask(town, "put my due dates in my calendar")
    assert reply.text.startswith("8 due dates coming up, of which the first 5 are:")
    assert (len(reply.rows), len(calendar(reply))) == (5, 8)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("agenda F-2026-0057", "Voici la facture F-2026-0057"),  # it is paid
        ("agenda CT-6", "1 contrat"),  # it has ended
        ("agenda F-2026-0999", "6 rendez-vous à venir"),  # no such document
    ],
)
def test_what_has_no_day_to_come_is_shown_as_it_is(town: Town, said: str, answer: str) -> None:
    come(town)
    assert plain(ask(town, said).text).startswith(answer)


def test_nothing_is_due(town: Town) -> None:
    with town.engine.begin() as db:
        db.execute(update(t.contracts).values(status="ended"))
        db.execute(update(t.documents).values(due_on=None, valid_until=None))
    come(town)
    assert ask(town, "mes échéances dans mon agenda").text == "Aucune échéance à venir."
