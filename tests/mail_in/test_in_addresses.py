"""Reply addresses, Message-IDs and bounce addresses: what comes back is ours or it is nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.core.turn import Mark
from mail_gateway.addresses import Marks, Recipient, valid_slug

MARKS = Marks(b"k" * 32, "portail.example")
AT = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
REPLY = MARKS.reply_address("atelier", 42, AT)
TOKEN = REPLY.partition("@")[0].partition("+")[2]


def local(address: str) -> str:
    return address.rpartition("@")[0]


def test_a_reply_address_comes_back_as_its_mark_whatever_its_case() -> None:
    assert len(TOKEN) == 40
    assert TOKEN.lower() == TOKEN
    for typed in (local(REPLY), local(REPLY).upper(), local(REPLY).title()):
        assert MARKS.read_local(typed) == Recipient("atelier", mark=Mark(42, AT))


def test_the_longest_slug_leaves_a_local_part_that_rfc_5321_allows() -> None:
    assert len(local(MARKS.reply_address("a" * 20, 2**48 - 1, AT))) <= 64


def test_a_deposit_address_is_no_link_and_is_known_whole() -> None:
    found = MARKS.read_local("Atelier+DEPOT-abcdef")
    assert found == Recipient("atelier", deposit="atelier+depot-abcdef")
    assert found.box == "atelier+depot-abcdef"
    assert MARKS.read_local("atelier").box == MARKS.read_local("atelier+a-link").box == "atelier"


def test_a_token_holds_for_its_company_alone() -> None:
    assert MARKS.read_local(f"voisin+{TOKEN}") == Recipient("voisin", bad=True)


def test_each_changed_character_of_a_token_spoils_it() -> None:
    for at in range(len(TOKEN)):
        other = "a" if TOKEN[at] != "a" else "b"
        assert MARKS.read_local(f"atelier+{TOKEN[:at]}{other}{TOKEN[at + 1 :]}") == Recipient(
            "atelier", bad=True
        )


def test_another_key_reads_nothing() -> None:
    other = Marks(b"x" * 32, "portail.example")
    assert other.read_local(local(REPLY)) == Recipient("atelier", bad=True)
    assert other.read_message_id(MARKS.message_id(42)) is None
    assert other.read_local(local(MARKS.verp(42))) == Recipient(bad=True)


@pytest.mark.parametrize("text", ["{}", " {} ", "upper"])
def test_a_message_id_comes_back_as_its_row(text: str) -> None:
    mine = MARKS.message_id(118)
    assert MARKS.read_message_id(mine.upper() if text == "upper" else text.format(mine)) == 118


@pytest.mark.parametrize(
    "text",
    ["<m.118@portail.example>", "<m.118.aaaaaaaaaaaaaaaaaaaaaaaa@portail.example>", "", "<x@y>", "m.1.2"],
)
def test_a_guessed_message_id_is_nothing(text: str) -> None:
    assert MARKS.read_message_id(text) is None


def test_the_mac_of_one_purpose_serves_no_other() -> None:
    mac = MARKS.message_id(42)[len("<m.42.") :].partition("@")[0]
    assert MARKS.read_message_id(f"<m.43.{mac}@portail.example>") is None
    bounce = local(MARKS.verp(42)).partition("+")[2]
    assert MARKS.read_local(f"atelier+{bounce}").bad
    assert MARKS.read_local(f"bounce+{TOKEN}") == Recipient(bad=True)


def test_a_bounce_names_its_row() -> None:
    assert MARKS.read_local(local(MARKS.verp(7))) == Recipient(bounce=7)
    assert MARKS.read_local("bounce") == Recipient(bad=True)


def test_a_link_token_is_read_and_never_taken_for_a_mark() -> None:
    assert MARKS.read_local("Atelier+Kf83hQz_-p") == Recipient("atelier", link="kf83hqz_-p")
    assert MARKS.read_local("atelier+" + "a" * 40) == Recipient("atelier", bad=True)
    assert MARKS.read_local("atelier+" + "a" * 41) == Recipient("atelier", bad=True)
    assert MARKS.read_local("atelier+ab") == Recipient("atelier", bad=True)


def test_other_mailboxes() -> None:
    assert MARKS.read_local("postmaster") == Recipient(operator=True)
    assert MARKS.read_local("Abuse") == Recipient(operator=True)
    assert MARKS.read_local("a b") == Recipient(bad=True)
    assert MARKS.read_address("<atelier@PORTAIL.example>") == Recipient("atelier")
    assert MARKS.read_address("atelier@autre.example") is None


def test_slugs() -> None:
    assert valid_slug("atelier-exemple")
    for wrong in ("a", "A-b", "bounce", "postmaster", "abuse", "mailer-daemon", "é-t", "a" * 21, "a_b", ""):
        assert not valid_slug(wrong)


@given(st.text(max_size=80))
def test_no_local_part_breaks_the_reader(text: str) -> None:
    recipient = MARKS.read_local(text)
    assert recipient.mark is None
    assert recipient.bounce is None
