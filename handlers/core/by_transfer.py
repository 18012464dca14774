"""Paying by bank transfer: where to, how much, under which reference; only inside an open access (mission N6, N8)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from handlers.core import phrases, recipes, to_pay, which_invoices
from handlers.core.happening import facts
from handlers.core.to_pay import Meant
from handlers.core.turn import Copy, Reply
from handlers.rules.transfer import compact, grouped

if TYPE_CHECKING:
    from handlers.core.talk import Turn
    from handlers.rules.paying import Bank

NEW = timedelta(days=7)  # a changed IBAN is said to be new so long
LONGEST = 140  # characters of a reference (EPC069-12)


def details(turn: Turn) -> Reply:
    """Of the invoices that are named, else of all that is due; nothing due: the bank details alone."""
    bank = turn.work.payments.bank(turn.company)
    if bank is None:
        return turn.say("transfer.none")
    meant = which_invoices.asked(turn) if which_invoices.named(turn) else to_pay.everything(turn)
    if isinstance(meant, Reply):
        return meant
    reference = _reference(turn, meant)
    words = {
        "reste": turn.amount(meant.cents, meant.currency) if meant else "",
        "titulaire": bank.holder,
        "iban": grouped(bank.iban),
        "bic": bank.bic,
        "référence": reference,
    }
    lines = [
        _without_gaps(turn, "transfer.details", words),
        _guard(turn, bank),
        *(meant.said if meant else ()),
    ]
    reply = Reply("\n".join(filter(None, lines)), language=turn.language)
    if meant and meant.currency == "EUR" and (code := recipes.transfer(turn, bank, meant.cents, reference)):
        reply = reply.attach(code)
    return reply.copy(*_copies(turn, bank, reference))


def _reference(turn: Turn, meant: Meant | None) -> str:
    """The numbers, else that of the client: by one of them the company finds what was paid."""
    numbers = " ".join(one.number for one in meant.papers) if meant else ""
    return numbers if 0 < len(numbers) <= LONGEST else turn.client.ref


def _without_gaps(turn: Turn, key: str, words: dict[str, Any]) -> str:
    """A fact that is missing takes its line with it."""
    file, name = key.split(".")
    text = phrases.template(file, name, turn.language, turn.form, own=turn.company.phrases)
    empty = {hole for hole, value in words.items() if not value}
    kept = [line for line in text.split("\n") if not empty & set(phrases.HOLE.findall(line))]
    return phrases.fill("\n".join(kept), facts(turn.company, turn.language) | words)


def _guard(turn: Turn, bank: Bank) -> str:
    """Since when it is the same one; for seven days after it changed, that it did."""
    if bank.since is None:
        return ""
    recent = bank.replaced_at is not None and turn.now - bank.replaced_at < NEW
    return turn.words(
        "transfer.changed" if recent else "transfer.guard", date=turn.moment(bank.since)["date"]
    )


def _copies(turn: Turn, bank: Bank, reference: str) -> list[Copy]:
    """What is copied holds no spaces that are only there to be read."""
    plain = {"iban": compact(bank.iban), "bic": bank.bic, "reference": reference}
    return [Copy(phrases.label(name, turn.language), text) for name, text in plain.items() if text]
