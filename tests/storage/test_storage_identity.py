import threading
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import event, select, update
from storage_seed import DAY, HOUR, MINUTE, NOW, House, add

from handlers.core.ports import Work
from handlers.rules.lock import Tries, wrong
from handlers.rules.paper import Client
from storage import tables as t
from storage.admin import end_links

# --- companies and links


def test_a_company_by_id_slug_and_oldest(house: House) -> None:
    with house.open() as work:
        found = work.companies.by_slug("atelier")
        assert found == work.companies.by_id(house.atelier.id) == work.companies.first()
        assert found
        assert (found.name, found.options) == ("Atelier", frozenset({"portal"}))
        assert work.companies.by_slug("nobody") is None
        with pytest.raises(LookupError):
            work.companies.by_id(10**6)


def test_a_link_is_made_once_and_selects_its_company(house: House) -> None:
    with house.open() as work:
        token = work.companies.link(house.atelier)
        assert token == work.companies.link(house.atelier)
        assert token != work.companies.link(house.other)
        target = work.companies.by_link(token.upper())
        assert target
        assert (target.company.id, target.document_id, target.ended) == (
            house.atelier.id,
            None,
            False,
        )
        assert work.companies.by_link("nothing") is None
        assert len(token) == 32
        assert token.isalnum()


def test_an_ended_link_still_leads_somewhere_and_the_next_is_new(house: House) -> None:
    with house.open() as work:
        old = work.companies.link(house.atelier)
    with house.engine.begin() as db:
        end_links(db, house.atelier.id, NOW)
    with house.open() as work:
        new = work.companies.link(house.atelier)
        assert new != old
        assert (target := work.companies.by_link(old))
        assert target.ended
        assert (target := work.companies.by_link(new))
        assert not target.ended


def test_a_document_has_its_own_link_at_its_own_company_only(house: House) -> None:
    id = house.paper(house.anne, "F-1")
    with house.open() as work:
        token = work.companies.link(house.atelier, id)
        assert (target := work.companies.by_link(token))
        assert target.document_id == id
        assert token != work.companies.link(house.atelier)
        with pytest.raises(LookupError):
            work.companies.link(house.other, id)


# --- accounts


def test_an_address_is_an_account_of_its_company_alone(house: House) -> None:
    with house.open() as work:
        assert work.accounts.at(house.atelier, "anne@exemple.example") == house.account
        assert work.accounts.at(house.other, "anne@exemple.example") == house.account_there
        assert work.accounts.at(house.other, "bob@exemple.example") is None
        assert work.accounts.by_id(house.other, house.account.id) is None
        assert [access.client.name for access in work.accounts.files(house.account)] == ["Anne"]
        assert work.accounts.files(house.account)[0].can_pay


def test_a_contact_that_ended_opens_nothing(house: House) -> None:
    with house.engine.begin() as db:
        db.execute(update(t.contacts).where(t.contacts.c.client_id == house.anne.id).values(ended_at=NOW))
    with house.open() as work:
        assert work.accounts.at(house.atelier, "anne@exemple.example") is None
        assert work.accounts.files(house.account) == ()


def test_several_files_of_one_mailbox_come_by_name(house: House) -> None:
    with house.engine.begin() as db:
        row = {"company_id": house.atelier.id, "account_id": house.account.id}
        add(db, t.contacts, **row, client_id=house.bob.id, can_read=False)
    with house.open() as work:
        assert [(a.client.name, a.can_read) for a in work.accounts.files(house.account)] == [
            ("Anne", True),
            ("Bob", False),
        ]


def test_the_language_is_remembered_for_the_clients_file(house: House) -> None:
    with house.open() as work:
        work.accounts.remember_language(work.accounts.files(house.account)[0], "en")
    with house.open() as work:
        assert work.accounts.files(house.account)[0].client.language == "en"
        assert work.accounts.files(house.account_there)[0].client.language is None


def test_a_role_is_that_of_listed_staff(house: House) -> None:
    with house.engine.begin() as db:
        row = {
            "company_id": house.atelier.id,
            "name": "Sam",
            "address": "sam@x.example",
            "role": "accountant",
        }
        add(db, t.staff, **row, address_norm="sam@x.example")
        add(db, t.staff, **row | {"address": "old@x.example"}, address_norm="old@x.example", ended_at=NOW)
    with house.open() as work:
        assert work.accounts.role(house.atelier, "sam@x.example") == "accountant"
        assert work.accounts.role(house.other, "sam@x.example") is None
        assert work.accounts.role(house.atelier, "old@x.example") is None


# --- codes


def issue(
    work: Work, house: House, code: str = "482913", here: str = "chat", known: bool = True
) -> tuple[int, str]:
    key = work.accounts.key(house.atelier, "anne@exemple.example" if known else "nobody@exemple.example")
    account = house.account if known else None
    id = work.codes.issue(house.atelier, key, account, "login", "email", here, "own", code, NOW)
    return id, key


def test_a_code_is_right_for_its_key_and_purpose_until_it_ends(house: House) -> None:
    with house.open() as work:
        id, key = issue(work, house)
        assert work.codes.right(id, key, "login", "482913")
        assert not work.codes.right(id, key, "login", "482914")
        assert not work.codes.right(id, key, "login", "é82913")
        assert not work.codes.right(id, key, "sign:1", "482913")
        assert not work.codes.right(
            id, work.accounts.key(house.other, "anne@exemple.example"), "login", "482913"
        )
        work.codes.end(id, NOW)
        assert not work.codes.right(id, key, "login", "482913")
        assert work.codes.live(key, "login", "chat") is None
    with house.engine.connect() as db:
        assert db.execute(select(t.codes.c.digest)).scalars().all() == [None]


def test_the_code_of_an_unknown_address_is_never_right(house: House) -> None:
    with house.open() as work:
        id, key = issue(work, house, known=False)
        assert work.codes.live(key, "login", "chat")
        assert not work.codes.right(id, key, "login", "482913")


def test_a_new_code_ends_the_former_of_this_conversation_alone(house: House) -> None:
    with house.open() as work:
        first, key = issue(work, house, "111111")
        elsewhere, _ = issue(work, house, "222222", here="mail")
        second, _ = issue(work, house, "333333")
        assert not work.codes.right(first, key, "login", "111111")
        assert work.codes.right(elsewhere, key, "login", "222222")
        live = work.codes.live(key, "login", "chat")
        assert live
        assert (live.id, live.expires_at, live.created_at) == (second, None, NOW)


def test_log_in_codes_and_codes_for_acts_are_counted_apart(house: House) -> None:
    with house.open() as work:
        _, key = issue(work, house)
        for purpose in ("sign:1", "pay:2"):
            work.codes.issue(
                house.atelier, key, house.account, purpose, "email", "c", "own", "1", NOW + MINUTE
            )
        work.codes.issue(house.atelier, key, house.account, "login", "email", "c", "stranger", "1", NOW)
        assert work.codes.mailed(key, "login", "own", NOW - HOUR) == [NOW]
        assert work.codes.mailed(key, "sign:9", "own", NOW - HOUR) == [NOW + MINUTE] * 2
        assert work.codes.mailed(key, "login", "stranger", NOW - HOUR) == [NOW]
        assert work.codes.mailed(key, "login", "own", NOW) == []


def test_tries_are_kept_for_known_and_unknown_alike(house: House) -> None:
    until = NOW + 5 * DAY
    with house.open() as work:
        for address, account in (("anne@exemple.example", house.account), ("nobody@exemple.example", None)):
            key = work.accounts.key(house.atelier, address)
            assert work.codes.tries(key) == Tries()
            work.codes.keep_tries(house.atelier, key, account, Tries(1), NOW)
            work.codes.keep_tries(house.atelier, key, account, Tries(3, until, "chat"), NOW)
            assert work.codes.tries(key) == Tries(3, until, "chat")
            assert work.codes.tries(key, "chat") == Tries()


def statements(house: House, known: bool) -> list[str]:
    """What a wrong code and a new one ask of the database."""
    seen: list[str] = []

    def note(*args: object) -> None:
        seen.append(str(args[2]))

    event.listen(house.engine, "before_cursor_execute", note)
    with house.open() as work:
        address = "anne@exemple.example" if known else "nobody@exemple.example"
        account = work.accounts.at(house.atelier, address)
        assert (account is not None) == known
        id, key = issue(work, house, known=known)
        work.codes.right(id, key, "login", "000000")
        work.codes.keep_tries(house.atelier, key, account, wrong(work.codes.tries(key), "chat", NOW), NOW)
    event.remove(house.engine, "before_cursor_execute", note)
    return seen


def test_known_and_unknown_addresses_cost_the_same_statements(house: House) -> None:
    assert statements(house, known=True) == statements(house, known=False)


def test_two_wrong_tries_at_once_count_twice(house: House) -> None:
    """The first holds the tries while the second asks for them, also where there is no row to lock yet."""
    key = "k" * 64
    first_read, second_read = threading.Event(), threading.Event()

    def second() -> None:
        first_read.wait(5)
        with house.open() as work:
            tries = work.codes.tries(key)
            second_read.set()
            work.codes.keep_tries(house.atelier, key, None, wrong(tries, "chat", NOW), NOW)

    thread = threading.Thread(target=second)
    thread.start()
    with house.open() as work:
        tries = work.codes.tries(key)
        first_read.set()
        assert not second_read.wait(0.3), "both read the same count"
        work.codes.keep_tries(house.atelier, key, None, wrong(tries, "chat", NOW), NOW)
    thread.join()
    with house.open() as work:
        assert work.codes.tries(key).wrong == 2


# --- sessions


def opened(work: Work, house: House, here: str = "chat", until: datetime = NOW + HOUR) -> object:
    return work.sessions.open(house.account, "telegram", here, 7, None, house.anne.id, NOW, until)


def test_a_session_is_found_touched_and_ended_in_its_conversation(house: House) -> None:
    with house.open() as work:
        session = work.sessions.open(house.account, "telegram", "chat", 7, None, None, NOW, NOW + HOUR)
        assert work.sessions.find(house.atelier, "telegram", "chat") == session
        for elsewhere in ((house.other, "telegram", "chat"), (house.atelier, "email", "chat")):
            assert work.sessions.find(*elsewhere) is None
        chosen = work.sessions.choose(session, house.anne)
        work.sessions.touch(chosen, NOW + MINUTE, NOW + 2 * HOUR)
        found = work.sessions.find(house.atelier, "telegram", "chat")
        assert found == replace(chosen, seen_at=NOW + MINUTE, expires_at=NOW + 2 * HOUR)
        work.sessions.end(chosen, "client", NOW)
        assert work.sessions.find(house.atelier, "telegram", "chat") is None


def test_a_client_of_another_company_is_not_chosen(house: House) -> None:
    with house.open() as work:
        session = work.sessions.open(house.account, "telegram", "chat", None, None, None, NOW, NOW + HOUR)
        with pytest.raises(LookupError):
            work.sessions.choose(session, house.carl)


def test_a_new_session_ends_the_former_and_all_end_together(house: House) -> None:
    with house.open() as work:
        opened(work, house)
        opened(work, house)
        opened(work, house, "mail")
        work.sessions.open(house.account_there, "telegram", "chat", None, None, None, NOW, NOW + HOUR)
        assert work.sessions.end_all(house.account, "all", NOW) == 2
        assert work.sessions.find(house.other, "telegram", "chat")


def test_expired_sessions_are_claimed_once(house: House) -> None:
    with house.open() as work:
        opened(work, house, "late", NOW - MINUTE)
        opened(work, house, "earlier", NOW - HOUR)
        opened(work, house, "live")
    with house.open() as work:
        found = work.sessions.expired(NOW)
        assert [(company.slug, session.conversation) for company, session in found] == [
            ("atelier", "earlier"),
            ("atelier", "late"),
        ]
        if house.engine.dialect.name == "postgresql":
            with house.open() as another:
                assert another.sessions.expired(NOW) == []


# --- talks and chats


def test_a_talk_is_kept_per_company_and_conversation(house: House) -> None:
    with house.open() as work:
        talk = work.talks.load(house.atelier, "email", "thread")
        assert (talk.id, talk.state) == (None, {})
        talk.address, talk.language, talk.state["step"] = "a@b.example", "fr", "é"
        work.talks.save(house.atelier, "email", "thread", talk, NOW)
        talk.state["step"] = "next"
        work.talks.save(house.atelier, "email", "thread", talk, NOW)
    with house.open() as work:
        assert work.talks.load(house.atelier, "email", "thread") == talk
        assert work.talks.load(house.other, "email", "thread").id is None
        assert work.talks.load(house.atelier, "telegram", "thread").id is None


def test_a_chat_knows_its_company_and_whether_it_blocks_us(house: House) -> None:
    with house.open() as work:
        assert work.chats.load("telegram", "42") is None
        work.chats.save("telegram", "42", house.atelier, None, "fr", NOW)
        work.chats.block("telegram", "42", NOW)
        chat = work.chats.load("telegram", "42")
        assert chat
        assert chat.company
        assert (chat.company.slug, chat.language, chat.blocked_at is None) == ("atelier", "fr", False)
        work.chats.save("telegram", "42", None, None, "en", NOW)
        work.chats.block("telegram", "42", None)
        chat = work.chats.load("telegram", "42")
        assert chat
        assert (chat.company, chat.language, chat.blocked_at) == (None, "en", None)
        work.chats.block("telegram", "43", NOW)
        assert (chat := work.chats.load("telegram", "43"))
        assert chat.blocked_at


def test_a_chat_is_linked_once_and_again_after_it_was_ended(house: House) -> None:
    with house.open() as work:
        assert work.chats.link(house.account, "telegram", "42", NOW)
        assert not work.chats.link(house.account, "telegram", "42", NOW)
        assert work.chats.link(house.account_there, "telegram", "42", NOW)
        assert [company.slug for company in work.chats.companies("telegram", "42")] == ["atelier", "other"]
        assert not work.chats.linked(house.account, "telegram", "43")
    with house.engine.begin() as db:
        db.execute(
            update(t.chat_links).where(t.chat_links.c.account_id == house.account.id).values(ended_at=NOW)
        )
    with house.open() as work:
        assert not work.chats.linked(house.account, "telegram", "42")
        assert [company.slug for company in work.chats.companies("telegram", "42")] == ["other"]
        assert work.chats.link(house.account, "telegram", "42", NOW)


def test_a_chat_that_moves_takes_everything_along(house: House) -> None:
    with house.open() as work:
        work.chats.save("telegram", "old", house.atelier, None, "fr", NOW)
        work.chats.link(house.account, "telegram", "old", NOW)
        opened(work, house, "old")
        talk = work.talks.load(house.atelier, "telegram", "old")
        work.talks.save(house.atelier, "telegram", "old", talk, NOW)
        work.chats.save("telegram", "new", None, None, "en", NOW)  # it spoke before it was said to have moved
        work.chats.move("telegram", "old", "new")
        assert work.sessions.find(house.atelier, "telegram", "new")
        assert work.talks.load(house.atelier, "telegram", "new").id == talk.id
        assert work.chats.linked(house.account, "telegram", "new")
        assert (chat := work.chats.load("telegram", "new"))
        assert chat.language == "en"


def test_a_client_is_only_known_by_its_company(house: House) -> None:
    stranger = Client(house.anne.id, house.other.id, "C", "Anne")
    house.paper(house.anne, "F-1")
    with house.open() as work:
        assert work.books.by_id(stranger, 1) is None
