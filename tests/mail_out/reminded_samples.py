"""Reminders, as they are composed for a client: by level, kind of client, language and form."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from announced_samples import COMPANY, CONSUMER, ENGLISH, INVOICE, QUOTE, REACH, TODAY

from handlers.core.announce import no_link
from handlers.core.remind import Appointment, Reminder, Renewal
from handlers.core.turn import Reply
from handlers.rules.card import Contract, Event
from handlers.rules.notices import Reach, Ways
from handlers.rules.paper import Paper

RATED = Ways(late_rate="12,15 %")
LATE = replace(INVOICE, issued_on=date(2026, 10, 2), due_on=date(2026, 11, 2), paid_cents=14200)
CONTRACT = Contract(9, "CT-9", "Entretien annuel", "active", None, date(2027, 1, 1), True)
VISIT = Event(3, "rdv-3", "Site visit", datetime(2026, 11, 25, 14, 0, tzinfo=UTC), None, "Dock 4, Marseille")


def _said(what: str, reach: Reach, paper: Paper) -> Reply:
    return Reminder(COMPANY, RATED, reach, paper, (), TODAY, no_link, what=what).email()


REMINDED = {
    "remind_before.fr": _said("before", REACH, replace(INVOICE, due_on=date(2026, 12, 1))),
    "remind_late_business.fr": _said("late_1", REACH, LATE),
    "remind_late_consumer.tu": _said("late_1", CONSUMER, LATE),
    "remind_very_late.en": _said("late_2", ENGLISH, LATE),
    "remind_quote_waiting.fr": _said("quote_unanswered", REACH, QUOTE),
    "remind_quote_ending.en": _said("quote_ending", ENGLISH, QUOTE),
    "remind_renewal.fr": Renewal(COMPANY, REACH, CONTRACT, date(2026, 12, 1)).email(),
    "remind_appointment.en": Appointment(
        COMPANY, ENGLISH, VISIT, datetime(2026, 11, 24, 9, tzinfo=UTC)
    ).email(),
}
REMINDED = {
    name: replace(reply, kind="broadcast").note(unsubscribe="Wzc0MiwzXQ.Zk3_9-a")
    for name, reply in REMINDED.items()
}
