"""One client talks to the town on Telegram: what is asked, and the whole reply."""

from __future__ import annotations

from handlers.core.turn import Reply
from town import Town

CAMILLE = "camille@dupain.example"  # of the bakery, in French
BOB = "bob@harbour.example"  # of Harbour Ltd, in English


def come(town: Town, who: str = CAMILLE, code: str = "482913") -> None:
    """An open access in chat 42; `code` is the next one of the town."""
    town.play(f"> telegram 42: /start atelier\n> telegram 42: {who}\n> telegram 42: {code}")


def ask(town: Town, text: str) -> Reply:
    town.say(f"telegram 42: {text}")
    town.out()
    return [got for got in town.got if got.to == "42"][-1].reply


def lines(reply: Reply) -> list[str]:
    return [
        " · ".join(filter(None, (row.number, row.date, row.amount, row.status, row.more)))
        for row in reply.rows
    ]


def plain(text: str) -> str:
    """With ordinary spaces, as one types them."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")
