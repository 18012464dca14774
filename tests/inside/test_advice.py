"""The second opinion inside a turn: it moves choices, and nothing else, whatever it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import func, insert, select, update

from handlers.core.desk import Desk
from handlers.core.request import CHANGES
from handlers.core.turn import Reply
from storage import tables as t
from town import Town

CAMILLE, LEA = "camille@dupain.example", "lea@atelier-exemple.example"
WORDS = "zut alors ce machin de Sandrine"  # no rule knows any of it
UNSURE = {
    "balance": 0.3,
    "list_invoices": 0.2,
    "statement": 0.15,
    "contracts": 0.12,
    "accept_quote": 0.1,
    "calendar": 0.08,
}
STRAY = {"out_of_scope": 0.7, "calendar": 0.1, "accept_quote": 0.08, "contracts": 0.07, "logout": 0.05}
GUESS = {"calendar": 0.06, "contracts": 0.05, "human": 0.05, "refuse_quote": 0.04}
CHANGE = {"accept_quote": 0.5, "balance": 0.2, "refuse_quote": 0.15, "statement": 0.1, "calendar": 0.05}
PERSON = {"balance": 0.3, "list_invoices": 0.25, "human": 0.2, "calendar": 0.15, "statement": 0.1}
NAMES = {
    "balance": "Voir le solde",
    "list_invoices": "Voir les factures",
    "statement": "Recevoir le relevé de compte",
    "contracts": "Voir les contrats",
    "calendar": "Voir les rendez-vous",
    "human": "Joindre quelqu'un",
    "accept_quote": "Signer un devis",
}
ALSO = "Autre chose"
OPEN = {
    "telegram": f"> telegram 42: /start atelier\n> telegram 42: {CAMILLE}\n> telegram 42: 482913",
    "email": f"> email {CAMILLE}: solde\n> email {CAMILLE} (reply): 482913",
}
SAY = {"telegram": "> telegram 42: ", "email": f"> email {CAMILLE} (reply): "}
CHANNELS = pytest.mark.parametrize("channel", ["telegram", "email"])


class Adviser:
    """Says always the same, and keeps what it was asked."""

    def __init__(self, says: str) -> None:
        self.says, self.asked = says, list[tuple[str, list[str]]]()

    def __call__(self, clause: str, intents: Sequence[str]) -> str:
        self.asked.append((clause, list(intents)))
        return self.says


def hears(town: Town, scores: dict[str, float]) -> None:
    """From now on whatever is said sounds like this; what is left is noise."""
    rest = (1 - sum(scores.values())) / 27
    noise = {f"noise{nth}": rest for nth in range(27) if rest > 0}
    town.desk.ear = lambda clause: sorted((scores | noise).items(), key=lambda item: -item[1])


def answer(
    town: Town, channel: str, scores: dict[str, float], adviser: Adviser | None, text: str = WORDS
) -> Reply:
    """The one answer to these words, in a conversation that was just opened by who may do everything."""
    with town.engine.begin() as db:
        db.execute(update(t.contacts).values(can_pay=True, can_sign=True))
    town.play(OPEN[channel])
    hears(town, scores)
    town.desk.adviser = adviser
    before = len(town.got)
    town.play(SAY[channel] + text)
    (got,) = town.got[before:]
    return got.reply


def labels(reply: Reply) -> list[str]:
    return [choice.label for choice in reply.choices]


def count(town: Town, table: str) -> int:
    with town.engine.begin() as db:
        return int(db.execute(select(func.count()).select_from(t.meta.tables[table])).scalar_one())


@pytest.fixture
def other(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """The same town, where nobody is asked."""
    return Town(f"sqlite:///{tmp_path_factory.mktemp('other')}/town.db")


# --- what it can do


@CHANNELS
def test_the_choices_change_places_and_the_answer_is_the_same(town: Town, other: Town, channel: str) -> None:
    adviser = Adviser("statement")
    without = answer(other, channel, UNSURE, None)
    with_it = answer(town, channel, UNSURE, adviser)
    assert labels(without) == [NAMES["balance"], NAMES["list_invoices"], NAMES["statement"], ALSO]
    assert labels(with_it) == [NAMES["statement"], NAMES["balance"], NAMES["list_invoices"], ALSO]
    assert replace(with_it, choices=()) == replace(without, choices=())
    assert [choice.id for choice in with_it.choices] == [choice.id for choice in without.choices]
    for table in t.meta.tables:
        assert count(town, table) == count(other, table), table


@CHANNELS
def test_what_was_heard_here_but_not_shown_comes_first(town: Town, channel: str) -> None:
    reply = answer(town, channel, UNSURE, Adviser("contracts"))
    assert labels(reply) == [NAMES["contracts"], NAMES["balance"], NAMES["list_invoices"], ALSO]


@CHANNELS
@pytest.mark.parametrize("scores", [STRAY, GUESS], ids=["stray", "guess"])
def test_the_menu_becomes_at_most_three_choices(town: Town, channel: str, scores: dict[str, float]) -> None:
    reply = answer(town, channel, scores, Adviser("contracts"))
    assert labels(reply)[:2] == [NAMES["contracts"], NAMES["calendar"]]
    assert len(reply.choices) <= 4
    assert NAMES["accept_quote"] not in labels(reply)
    assert labels(reply)[-1] == ALSO


def test_a_choice_it_moved_leads_where_it_says(town: Town) -> None:
    answer(town, "telegram", UNSURE, Adviser("contracts"))
    assert "CT-" in town.play(f"> telegram 42 presses: {NAMES['contracts']}")


@pytest.mark.parametrize("scores", [CHANGE, PERSON], ids=["after a change", "as the last choice"])
def test_a_person_stays_among_the_choices(town: Town, scores: dict[str, float]) -> None:
    reply = answer(town, "telegram", scores, Adviser("calendar"))
    assert labels(reply)[0] == NAMES["calendar"]
    assert NAMES["human"] in labels(reply)
    assert len(reply.choices) == 4


# --- what it cannot do


@CHANNELS
@pytest.mark.parametrize("scores", [UNSURE, STRAY, GUESS], ids=["unsure", "stray", "guess"])
@pytest.mark.parametrize(
    "says",
    [
        "",
        *sorted(CHANGES),
        "login",
        "code",
        "logout",
        "language",
        "yes",
        "out_of_scope",
        "drop table",
        "more",
    ],
)
def test_whatever_else_it_says_changes_nothing(
    town: Town, other: Town, channel: str, scores: dict[str, float], says: str
) -> None:
    adviser = Adviser(says)
    assert answer(town, channel, scores, adviser) == answer(other, channel, scores, None)
    assert len(adviser.asked) == 1
    assert not CHANGES & set(adviser.asked[0][1])


def test_nothing_is_done_however_sure_it_is(town: Town) -> None:
    """What only reads is put first, not answered."""
    reply = answer(town, "telegram", UNSURE, Adviser("balance"))
    assert labels(reply)[0] == NAMES["balance"]
    assert "€" not in reply.text


# --- when it is asked, and how


@CHANNELS
def test_it_sees_the_masked_words_and_the_intents(town: Town, channel: str) -> None:
    adviser = Adviser("")
    asks = f"{WORDS} pour 1 250 € de la boulangerie dupain, F-2026-0118"
    letter = f"Bonjour Léa, / {asks} / Cordialement, / Camille Dupain"
    answer(town, channel, UNSURE, adviser, letter)
    ((clause, intents),) = adviser.asked
    assert clause == "xname zut alors ce machin de xname pour xamount de la boulangerie xname xdoc"
    assert intents == ["balance", "list_invoices", "statement", "contracts", "calendar"]


def test_of_a_long_letter_it_sees_one_clause(town: Town) -> None:
    adviser = Adviser("")
    town.play(OPEN["telegram"])
    clear = "ce machin me tracasse"
    hears(town, UNSURE)
    heard = town.desk.ear
    assert heard is not None
    town.desk.ear = lambda clause: (
        heard(clause) if clear in clause else [("thanks", 0.4), ("balance", 0.3), ("calendar", 0.3)]
    )
    town.desk.adviser = adviser
    town.play(f"> telegram 42: {'Il a plu tout le jour' + ', la nuit aussi' * 15}. {clear}. Le chat dort")
    assert [clause for clause, _ in adviser.asked] == [clear]


@CHANNELS
def test_no_transaction_is_open_while_it_thinks(town: Town, channel: str) -> None:
    """SQLite has one writer: the look-up would fail if the turn still held it. Nothing of the turn is there yet."""
    seen = []

    def adviser(clause: str, intents: Sequence[str]) -> str:
        with town.engine.begin() as db:
            row = insert(t.inbox).values(
                channel="x", key="x", received_at=town.now, state="done", raw=b"", lane=""
            )
            db.execute(row)
        seen.append(count(town, "outbox"))
        return "statement"

    town.play(OPEN[channel])
    before = count(town, "outbox")
    hears(town, UNSURE)
    town.desk.adviser = adviser
    town.play(SAY[channel] + WORDS)
    assert seen == [before]
    assert count(town, "outbox") == before + 1


def test_the_same_message_again_is_neither_asked_about_nor_answered(town: Town) -> None:
    adviser = Adviser("statement")
    answer(town, "telegram", UNSURE, adviser)
    assert town.last is not None
    town.desk.take(town.last)
    assert town.out() == []
    assert len(adviser.asked) == 1


def test_what_was_asked_before_the_code_is_weighed_once_it_came(town: Town) -> None:
    """The code that opened is used up once, though its message was taken twice."""
    adviser = Adviser("statement")
    hears(town, UNSURE)
    town.desk.adviser = adviser
    town.play(f"> email {CAMILLE}: {WORDS}")
    assert adviser.asked == []
    town.play(f"> email {CAMILLE} (reply): 482913")
    assert labels(town.got[-1].reply)[0] == NAMES["statement"]
    assert len(adviser.asked) == 1
    assert count(town, "codes") == count(town, "sessions") == 1


@pytest.mark.parametrize(
    "text", ["solde", "MENU", "merci", "oui", "payer", "factures impayées", "/start", "🙂"]
)
def test_what_is_clear_is_not_asked(town: Town, text: str) -> None:
    adviser = Adviser("statement")
    town.play(OPEN["telegram"])
    town.desk.adviser = adviser
    town.play(f"> telegram 42: {text}")
    assert adviser.asked == []


def test_a_press_and_the_words_of_a_step_are_not_asked(town: Town) -> None:
    adviser = Adviser("statement")
    town.play(OPEN["telegram"])
    hears(town, UNSURE)
    town.desk.adviser = adviser
    town.play("> telegram 42 presses: Parler à quelqu'un")
    assert "step" in _state(town)
    town.play(f"> telegram 42: {WORDS}")
    assert adviser.asked == []


def test_the_team_is_never_asked_about(town: Town) -> None:
    adviser = Adviser("statement")
    town.play(
        f"> telegram 7: /start atelier\n> telegram 7: {LEA}\n> telegram 7: 482913\n> telegram 7: dupain"
    )
    hears(town, UNSURE)
    town.desk.adviser = adviser
    town.play(f"> telegram 7: {WORDS}")
    assert adviser.asked == []


def test_by_default_nobody_is_asked(town: Town) -> None:
    assert Desk(town.open, lambda: town.now).adviser is None


def _state(town: Town) -> dict[str, object]:
    with town.open() as work:
        company = work.companies.by_slug("atelier")
        assert company is not None
        return work.talks.load(company, "telegram", "42").state
