"""The acts offered under a document: sign, decline, pay (mission S26, S27), where all allows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.core import phrases
from handlers.core.allowed import barred
from handlers.core.turn import Choice
from handlers.rules import scope

if TYPE_CHECKING:
    from handlers.core.talk import Turn
    from handlers.rules.paper import Paper

WORDS = {"accept_quote": "sign", "refuse_quote": "decline", "pay": "pay"}


def offered(turn: Turn, paper: Paper) -> tuple[Choice, ...]:
    """A choice for each; by e-mail its word names the document: "SIGNER D-12"."""
    if paper.kind == "quote" and paper.status == "accepted":
        return _proof(turn, paper)
    acts = [name for name in scope.acts(paper, turn.today) if not barred(turn, name)]
    return tuple(
        turn.choice(
            _label(turn, name, paper),
            name,
            {"id": paper.id},
            word=f"{phrases.word(WORDS[name], turn.language)} {paper.number}",
            main=nth == 0,
        )
        for nth, name in enumerate(acts)
    )


def _proof(turn: Turn, paper: Paper) -> tuple[Choice, ...]:
    """Of one that was signed here: its proof, by its own link too (mission S39)."""
    if barred(turn, "proof") or turn.work.signing.decision(turn.client, paper.id) is None:
        return ()
    word = f"{phrases.word('proof', turn.language)} {paper.number}"
    return (turn.choice(phrases.label("proof", turn.language), "proof", {"id": paper.id}, word=word),)


def _label(turn: Turn, name: str, paper: Paper) -> str:
    if name != "pay":
        return phrases.label(WORDS[name], turn.language)
    left = turn.amount(paper.left_cents - paper.in_progress_cents, paper.currency)
    return phrases.label("pay_amount", turn.language, montant=left)
