"""What the company of the demonstration sees, on its own database."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, select

from bot.demo.company import Company
from bot.demo.seed import seed
from bot.demo.seed.people import PEOPLE
from bot.demo.stage import people
from handlers.core import phrases
from storage import admin, audit, migrate
from storage import tables as t
from storage.engine import connect
from storage.files import Store
from storage.imports.folder import import_paths

NOW = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("company")
    made = connect(f"sqlite:///{folder}/facteur.db")
    migrate.upgrade(made)
    import_paths(made, Store(f"file:{folder}/files"), [seed(folder / "papers", NOW.date())], now=NOW)
    return made


def test_a_client_has_figures_and_a_member_of_the_team_has_none(engine: Engine) -> None:
    view = Company(engine, lambda: NOW)
    assert {one.id: bool(view.figures(one)) for one in people()} == {one.id: bool(one.file) for one in PEOPLE}
    first, reader = (next(one for one in people() if one.id == id) for id in ("C0042", "lecture"))
    assert view.figures(first) == view.figures(reader), "one file, two people"
    assert view.figures(first)[0].label == ("Dû par Client A", "Due by Client A")


def test_what_the_audit_log_holds_is_said_in_words(engine: Engine) -> None:
    with engine.begin() as db:
        for kind, subject in (("team.opened", "client:C0042"), ("access.opened", "account:1"), ("odd", None)):
            audit.append(db, 1, kind, "team:compta@atelier-exemple.example", NOW, subject)
    admin.staff_add(engine, "atelier-exemple", "Léa Roy", "lea@atelier-exemple.example", "sales", NOW)
    told = [(one.who, one.text[0]) for one in Company(engine, lambda: NOW).happenings()]
    assert ("Client A", "dossier ouvert par l'équipe") in told
    assert ("Léa Roy", "entre dans l'équipe") in told
    assert ("", "données importées") in told
    assert any(who and text == "a ouvert son accès avec un code" for who, text in told)


def test_a_signature_is_told_by_its_steps_that_matter(engine: Engine) -> None:
    with engine.begin() as db:
        quote = db.execute(select(t.documents.c.id).where(t.documents.c.number == "D-2026-0044")).scalar()
        for kind in ("document.shown", "ticket.opened", "consent.given", "code.verified", "quote.accepted"):
            audit.append(db, 1, kind, "client", NOW, f"quote:{quote}")
        audit.append(db, 1, "signature.sealed", "facteur", NOW, "signature:FCT-20261124-7Q2M4KX9ABCD")
    told = [one for one in Company(engine, lambda: NOW).happenings() if one.kind == "signature"]
    assert [(one.who, one.text[1]) for one in told] == [
        ("", "signed quote sealed"),
        ("Client A", "signed a quote"),
        ("Client A", "received a quote to read"),
    ]


def test_a_payment_is_no_message_to_answer(engine: Engine) -> None:
    with engine.begin() as db:
        client = db.execute(select(t.clients.c).where(t.clients.c.ref == "C0042")).one()
        words = {"montant": "2,00 €", "liste": "F-1"}
        said = {key: phrases.say("pay", f"noted_{key}", "fr", **words) for key in ("in_progress", "paid")}
        for text in (*said.values(), "Pouvez-vous passer ?"):
            row = {
                "company_id": client.company_id,
                "client_id": client.id,
                "type": "other",
                "at": NOW,
                "text": text,
            }
            db.execute(t.interactions.insert().values(row | {"channel": "email", "source": "portal"}))
    told = [one for one in Company(engine, lambda: NOW).happenings() if one.kind in ("message", "payment")]
    assert sorted((one.kind, one.text[0], bool(one.state)) for one in told) == [
        ("message", "« Pouvez-vous passer ? »", True),
        ("payment", said["in_progress"], False),
    ]
