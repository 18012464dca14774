"""Two right codes at once, in a chat and by e-mail: one decision, the other is told of it."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select

from handlers.core.turn import Mark, Said
from storage import tables as t
from town import MARK_LIFE, Town

JEANNE, PAUL, QUOTE = "jeanne@roux.example", "paul@roux.example", "D-2026-0060"
READ = f"> telegram 60: /start {QUOTE}\n> telegram 60: {JEANNE}\n> telegram 60: 482913\n"
IN_CHAT = {
    "accepted": f"{READ}> telegram 60 presses: Signer\n> telegram 60: toutes\n> telegram 60 presses: Valider",
    "refused": f"{READ}> telegram 60 presses: Refuser\n> telegram 60 presses: Prix\n> telegram 60 presses: Refuser",
}
BY_MAIL = (
    f"+ 2 minutes\n> email {PAUL}: SIGNER {QUOTE}\n> email {PAUL} (reply): 482915\n"
    f"> email {PAUL} (reply): toutes\n> email {PAUL} (reply): VALIDER"
)
TOLD = ("signé le", "est déjà signé", "refus du devis", "est refusé depuis")


def at_once(jobs: list[Callable[[], None]]) -> None:
    start, raised = threading.Barrier(len(jobs)), list[BaseException]()

    def run(job: Callable[[], None]) -> None:
        start.wait()
        try:
            job()
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert raised == []


@pytest.mark.parametrize("outcome", IN_CHAT)
def test_two_right_codes_at_once_make_one_decision(url: str, outcome: str) -> None:
    town = Town(url)
    try:
        town.play(f"{IN_CHAT[outcome]}\n{BY_MAIL}")
        last = [got for got in town.got if got.channel == "email" and got.to == PAUL][-1]
        mark = Mark(last.outgoing, last.at + MARK_LIFE)
        chat = Said("telegram", "60", "900", "482914", town.now, conversation="60", message_id="1900")
        mail = Said(
            "email", PAUL, "<901@m>", "482916", town.now, company="atelier", mark=mark, inbox=town.raw(901)
        )
        before = len(town.got)
        at_once([lambda: town.desk.take(chat), lambda: town.desk.take(mail)])
        town.out()
        with town.engine.begin() as db:
            [made] = db.execute(select(t.decisions.c.decision)).scalars()
            assert (
                db.execute(select(t.documents.c.status).where(t.documents.c.number == QUOTE)).scalar() == made
            )
        assert made in (outcome, "accepted")
        answers = [got.reply.text for got in town.got[before:] if got.to in ("60", PAUL)]
        assert len(answers) == 2
        assert all(any(one in answer for one in TOLD) for answer in answers), answers
    finally:
        town.engine.dispose()
