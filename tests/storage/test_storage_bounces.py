"""What became of a mail is kept with it, and what that means for its address, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from storage_seed import NOW, House, add

from handlers.core import phrases
from handlers.core.desk import Desk
from handlers.core.turn import Document, Reply
from handlers.returned import Returned
from storage import bounces
from storage import tables as t
from storage.audit import entries
from storage.queue import OutboxQueue

DAY = timedelta(days=1)
LOST_CODE = "Anne\N{NO-BREAK SPACE}: un code n'a pas été remis"


class Town:
    """A desk whose clock is moved."""

    def __init__(self, house: House) -> None:
        self.house, self.now = house, NOW
        self.desk = Desk(house.open, lambda: self.now)
        self.queue = OutboxQueue(house.engine, house.keys, lambda: self.now)
        self.count = 0

    def write(
        self,
        kind: str = "answer",
        account: bool = True,
        documents: tuple[Document, ...] = (),
    ) -> int:
        self.count += 1
        house = self.house
        with house.open() as work:
            return work.outbox.put(
                house.atelier,
                "email",
                "anne@exemple.example",
                Reply("Voici", documents=documents, kind=kind),
                self.now,
                dedup=f"n{self.count}",
                account=house.account if account else None,
            )

    def leaves(self) -> list[tuple[int, bool]]:
        """What is claimed, and whether it is held back; all of it is marked as sent."""
        found: list[tuple[int, bool]] = []
        while due := self.queue.claim(self.now, 10):
            for one in due:
                self.queue.sent(one.id, None, self.now)
            found += [(one.id, one.suppressed) for one in due]
        return found

    def hears(self, outgoing: int, outcome: Any, status: str = "", elsewhere: bool = False) -> None:
        self.desk.note("bounce", f"{outgoing}:{outcome}", Returned(outgoing, outcome, status, elsewhere))

    def outcome(self, outgoing: int) -> str | None:
        with self.house.engine.connect() as db:
            found: str | None = db.execute(
                select(t.outbox.c.outcome).where(t.outbox.c.id == outgoing)
            ).scalar_one()
            return found

    def told(self) -> list[str]:
        """The subjects of the mails to the company."""
        with self.house.engine.connect() as db:
            rows = db.execute(select(t.outbox.c.reply).where(t.outbox.c.address == self.house.atelier.email))
            return [str(reply["subject"]) for reply in rows.scalars()]

    def reasons(self, now: datetime | None = None) -> list[tuple[str, str]]:
        found = bounces.suppressed(self.house.engine, now or self.now)
        return [(one.address, one.reason) for one in found]


@pytest.fixture
def town(house: House) -> Town:
    return Town(house)


def test_an_address_that_is_none_is_left_alone_at_its_company_only(town: Town) -> None:
    sent = town.write()
    town.leaves()
    town.hears(sent, "bounced", "5.1.1")
    assert town.outcome(sent) == "bounced"
    assert town.reasons() == [("anne@exemple.example", "hard")]
    with town.house.open() as work:
        assert work.bounces.standing(town.house.account_there).since is None


def test_a_held_mail_is_tried_once_a_day_and_an_announcement_never(town: Town) -> None:
    sent = town.write()
    town.leaves()
    town.hears(sent, "bounced", "5.1.1")
    first = town.write()
    assert town.leaves() == [(first, True)]
    town.now += DAY
    asked, again, news = town.write(), town.write(), town.write("broadcast")
    assert town.leaves() == [(asked, False), (again, True), (news, True)]


def test_one_that_was_let_through_is_not_held_at_its_second_try(town: Town) -> None:
    sent = town.write()
    town.leaves()
    town.hears(sent, "bounced", "5.1.1")
    town.now += DAY
    asked = town.write()
    (due,) = town.queue.claim(town.now, 10)
    town.queue.retry(due.id, "450 later", town.now, town.now)
    assert town.leaves() == [(asked, False)]


def test_a_complaint_stops_announcements(town: Town) -> None:
    sent = town.write()
    town.leaves()
    town.hears(sent, "complaint")
    answer, news = town.write(), town.write("broadcast")
    assert town.leaves() == [(answer, False), (news, True)]


def ask_for_code(town: Town, chat: str, language: str = "fr") -> int:
    """The mail of a code that is asked for in a chat."""
    house = town.house
    with house.open() as work:
        key = work.accounts.key(house.atelier, "anne@exemple.example")
        work.chats.save("telegram", chat, house.atelier, None, language, town.now)
        id = work.codes.issue(
            house.atelier, key, house.account, "login", "telegram", chat, "own", "482913", town.now
        )
        return work.outbox.put(
            house.atelier,
            "email",
            "anne@exemple.example",
            Reply("{code}", kind="code"),
            town.now,
            dedup=f"code:{id}",
            account=house.account,
            code_id=id,
        )


def chats(town: Town) -> list[tuple[str, str]]:
    with town.house.engine.connect() as db:
        asked = select(t.outbox.c.address, t.outbox.c.reply).where(t.outbox.c.channel == "telegram")
        return [(row.address, str(row.reply["text"])) for row in db.execute(asked.order_by(t.outbox.c.id))]


@pytest.mark.parametrize(
    ("language", "waits", "over"),
    [("fr", "n'est pas encore parti", "n'a pas pu partir"), ("en", "has not left yet", "could not leave")],
)
def test_who_waits_for_a_code_in_a_chat_hears_that_it_does_not_leave(
    town: Town, language: str, waits: str, over: str
) -> None:
    with town.house.open() as work:
        work.chats.link(town.house.account, "telegram", "77", town.now)
    sent = ask_for_code(town, "77", language)
    for outcome in ("waiting", "waiting", "late"):
        town.hears(sent, outcome)
    (first, one), (second, two) = chats(town)
    assert first == second == "77"
    assert waits in one
    assert over in two
    assert town.told() == ["anne@exemple.example\N{NO-BREAK SPACE}: un code n'est pas parti"]
    assert (town.outcome(sent), town.reasons()) == (None, [])


def test_a_chat_that_is_not_theirs_learns_nothing_of_a_code(town: Town) -> None:
    sent = ask_for_code(town, "66")
    town.hears(sent, "waiting")
    town.hears(sent, "late")
    assert chats(town) == []
    assert len(town.told()) == 1


def test_codes_that_do_not_leave_are_told_to_the_company_once_a_day(town: Town) -> None:
    for _ in range(3):
        town.hears(town.write("code"), "late")
    assert len(town.told()) == 1
    town.now += DAY
    town.hears(town.write("code"), "late")
    assert len(town.told()) == 2


def test_an_address_that_a_relay_cannot_write_to_keeps_its_standing(town: Town) -> None:
    """RFC 6531: it is no fault of the mailbox."""
    for _ in range(3):
        town.hears(town.write("code"), "bounced", "5.6.7")
    assert town.reasons() == []
    assert town.told() == [LOST_CODE]
    with town.house.engine.connect() as db:
        mail = db.execute(
            select(t.outbox.c.reply).where(t.outbox.c.address == town.house.atelier.email)
        ).scalar_one()
    assert "ne prend pas les adresses à lettres accentuées" in mail["text"]


def test_a_mail_to_the_company_or_to_a_stranger_suppresses_nobody(town: Town) -> None:
    sent = town.write(account=False)
    town.leaves()
    town.hears(sent, "bounced", "5.1.1")
    assert (town.outcome(sent), town.reasons()) == ("bounced", [])


def test_the_same_bounce_twice_counts_once(town: Town) -> None:
    sent = town.write()
    town.leaves()
    for _ in range(5):
        town.hears(sent, "bounced", "5.7.1")
    assert town.reasons() == []
    other = town.write()
    town.leaves()
    town.hears(other, "bounced", "5.7.1")
    assert town.reasons() == [("anne@exemple.example", "soft")]
    assert town.reasons(NOW + 30 * DAY) == []


def test_a_bounce_of_what_left_long_ago_does_nothing(town: Town) -> None:
    sent = town.write()
    town.leaves()
    town.now += 15 * DAY
    town.hears(sent, "bounced", "5.1.1")
    assert (town.outcome(sent), town.reasons()) == (None, [])


def test_a_bounce_of_no_mail_does_nothing(town: Town) -> None:
    town.hears(999, "bounced", "5.1.1")
    assert town.reasons() == []


def test_a_mail_passed_on_and_refused_there_suppresses_nobody(town: Town) -> None:
    sent = town.write()
    town.leaves()
    town.hears(sent, "bounced", "5.1.1", elsewhere=True)
    assert (town.outcome(sent), town.reasons()) == ("bounced", [])


def test_delays_are_no_failures_and_what_bounced_stays_so(town: Town) -> None:
    sent = town.write()
    town.leaves()
    town.hears(sent, "delayed", "4.4.1")
    assert (town.outcome(sent), town.reasons()) == ("delayed", [])
    town.hears(sent, "bounced", "4.4.7")
    town.hears(sent, "delivered")
    assert (town.outcome(sent), town.reasons()) == ("bounced", [])


def test_the_team_sees_what_became_of_a_document(town: Town) -> None:
    house, sha = town.house, "a" * 64
    mine = house.paper(house.anne, "F-1", file_sha256=sha)
    with house.engine.begin() as db:
        row = {"company_id": 1, "document_id": mine, "version": 1, "total_cents": 1, "created_at": NOW}
        add(db, t.document_versions, **row, file_sha256=sha)
    sent = town.write(documents=(Document("F-1.pdf", sha),))

    def state() -> str:
        with house.open() as work:
            (went,) = work.team.deliveries(house.anne, mine)
            return went.state

    seen = [state()]
    town.leaves()
    seen.append(state())
    for outcome in ("delayed", "delivered", "bounced", "complaint"):
        town.hears(sent, outcome)
        seen.append(state())
    assert seen == ["due", "sent", "delayed", "delivered", "bounced", "complaint"]
    for one in set(seen):
        assert phrases.say("staff", f"delivery_{one}", "fr", canal="x", date_courte="x", heure="x")


def test_the_company_hears_of_a_code_once_a_day(town: Town) -> None:
    for _ in range(2):
        town.hears(town.write("code"), "bounced", "5.7.1")
    assert town.told() == [LOST_CODE]
    town.now += DAY
    town.hears(town.write("code"), "held")
    town.hears(town.write("answer"), "held")
    assert town.told() == [LOST_CODE] * 2


def test_lifting(town: Town) -> None:
    sent = town.write()
    town.leaves()
    town.hears(sent, "bounced", "5.1.1")
    with town.house.engine.begin() as db:
        slug, address = db.execute(
            select(t.companies.c.slug, t.accounts.c.address_norm)
            .join(t.accounts, t.accounts.c.company_id == t.companies.c.id)
            .where(t.accounts.c.id == town.house.account.id)
        ).one()
    assert not bounces.lift(town.house.engine, "other", address, NOW)
    with town.house.engine.connect() as db:
        assert list(bounces.reasons(db, [town.house.account.id], NOW).values()) == ["hard"]
    assert bounces.lift(town.house.engine, slug, address, NOW)
    assert not bounces.lift(town.house.engine, slug, address, NOW)
    with town.house.engine.connect() as db:
        assert not bounces.reasons(db, [town.house.account.id], NOW)
        (entry,) = (
            one for one in entries(db, town.house.atelier.id) if one.kind == "mail.suppression_lifted"
        )
        assert (entry.actor, entry.subject) == ("operator", f"account:{town.house.account.id}")
    answer = town.write()
    assert town.leaves() == [(answer, False)]


def test_a_message_of_another_channel_is_no_mail(town: Town) -> None:
    sent = town.write()
    with town.house.engine.begin() as db:
        db.execute(update(t.outbox).where(t.outbox.c.id == sent).values(channel="console"))
    town.hears(sent, "bounced", "5.1.1")
    assert town.reasons() == []
