"""What clients say of a debt holds its reminders back; STOP and REPRENDRE: what is kept, for whom, and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from storage import tables as t
from town import Town

CAMILLE = "camille@dupain.example"
COMPANY = "contact@atelier-exemple.example"


@pytest.fixture
def open_town(town: Town) -> Town:
    town.play(f"> email {CAMILLE}: solde\n> email {CAMILLE} (reply): 482913")
    return town


def says(town: Town, text: str, who: str = CAMILLE) -> str:
    return town.play(f"> email {who} (reply): {text}")


def pauses(town: Town) -> dict[str, tuple[str, date | None]]:
    """Those in force, by number of the invoice."""
    p = t.pauses.c
    asked = (
        select(t.documents.c.number, p.kind, p.until)
        .join(t.documents, t.documents.c.id == p.document_id)
        .where(p.ended_at.is_(None))
    )
    with town.engine.begin() as db:
        return {row.number: (row.kind, row.until) for row in db.execute(asked)}


def stopped(town: Town) -> set[tuple[Any, ...]]:
    o = t.optouts.c
    with town.engine.begin() as db:
        return {tuple(row) for row in db.execute(select(o.kind, o.channel, o.how))}


def test_a_promise_is_of_what_is_late_until_its_day(open_town: Town) -> None:
    says(open_town, "je paie vendredi")
    assert pauses(open_town) == {"F-2026-0098": ("promise", date(2026, 11, 27))}
    says(open_town, "je paie la facture F-2026-0098 lundi")
    assert pauses(open_town) == {"F-2026-0098": ("promise", date(2026, 11, 30))}


def test_where_nothing_is_late_it_is_asked_which(town: Town) -> None:
    town.now -= timedelta(days=30)  # F-2026-0098 is not due yet
    town.play(f"> email {CAMILLE}: solde\n> email {CAMILLE} (reply): 482913")
    assert "De quelle facture s'agit-il" in says(town, "je paie vendredi")
    assert pauses(town) == {}
    assert "paiement prévu le" in says(town, "Toutes")
    assert len(pauses(town)) > 1
    assert {kind for kind, _ in pauses(town).values()} == {"promise"}


def test_a_payment_that_left_and_a_disagreement_wait_for_a_person(open_town: Town) -> None:
    says(open_town, "déjà payé")
    assert pauses(open_town) == {"F-2026-0098": ("paid", None)}
    says(open_town, "je conteste la facture F-2026-0118")
    assert pauses(open_town)["F-2026-0118"] == ("disagree", None)
    says(open_town, "Nous regardons.", COMPANY)
    assert pauses(open_town) == {}


def test_an_answer_of_the_company_ends_no_promise(open_town: Town) -> None:
    says(open_town, "je paie vendredi")
    says(open_town, "Merci.", COMPANY)
    assert list(pauses(open_town)) == ["F-2026-0098"]


@pytest.mark.parametrize(
    "text",
    [
        "je paie la facture F-2026-0098 le 5 mai",
        "je paie la facture F-2026-0072 vendredi",
        "je paie vendredi ?",
    ],
    ids=["too far", "paid already", "a question"],
)
def test_what_holds_nothing_back(open_town: Town, text: str) -> None:
    says(open_town, text)
    assert pauses(open_town) == {}


def test_stop_is_of_this_mailbox_and_its_channel(open_town: Town) -> None:
    says(open_town, "STOP")
    assert stopped(open_town) == {(kind, "email", "word") for kind in ("announce", "remind", "news")}
    says(open_town, "REPRENDRE")
    assert stopped(open_town) == set()
    says(open_town, "plus de rappels svp")
    assert stopped(open_town) == {("remind", "email", "word")}


def test_a_mail_of_nothing_but_the_subject_stop_stops(town: Town) -> None:
    """As the link of List-Unsubscribe writes it; a new mail, that answers none of ours, does not."""
    town.play(f"> email {CAMILLE}: solde\n> email {CAMILLE} (reply): ")
    assert town.last is not None
    for subject, then in (("Re: Votre code", 0), ("STOP", 3)):
        town.take(
            replace(
                town.last, id=subject, inbox=town.raw(len(subject) + 900), subject=subject, message_id=subject
            )
        )
        assert len(stopped(town)) == then


def test_a_stop_that_answers_no_mail_of_ours_asks_for_a_code(town: Town) -> None:
    assert "Votre code" in town.play(f"> email {CAMILLE}: STOP")
    assert stopped(town) == set()


def test_what_answers_an_announcement_is_about_its_invoice(town: Town) -> None:
    """Another one is late; the mail that is answered says which is meant."""
    town.play("! the company announces F-2026-0118")
    says(town, "déjà payé")
    says(town, "482913")
    assert pauses(town) == {"F-2026-0118": ("paid", None)}


@pytest.mark.parametrize(
    "text",
    [
        "je paie la facture F-2026-0098 vendredi",
        "F-2026-0098 déjà payée",
        "I dispute invoice F-2026-0098",
    ],
)
@pytest.mark.parametrize("document", ["F-2026-0118", "D-2026-0044"])
def test_an_access_to_one_document_tells_and_pauses_no_other(town: Town, document: str, text: str) -> None:
    town.play(f"> email {CAMILLE} (link {document}): bonjour\n> email {CAMILLE} (reply): 482913")
    before = len(town.got)
    said = says(town, text)
    assert pauses(town) == {}
    assert "234,56" not in said
    assert "734,56" not in said
    to = [got.to for got in town.got[before:]]
    assert to == [COMPANY, CAMILLE], "a person reads it"
