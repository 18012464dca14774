"""“How much do I owe?”: balance = invoiced - credited - received; what is in progress is named (mission S28)."""

from handlers.core import menu
from handlers.core.registry import intent
from handlers.core.talk import Turn
from handlers.core.turn import Choice, Reply
from handlers.rules.paper import Balance


@intent("balance", option="portal", right="read")
def balance(turn: Turn) -> Reply:
    found = turn.work.books.balance(turn.client, turn.today)
    lines = [_sum(turn, found), *_waiting(turn, found)]
    reply = Reply("\n".join(lines), language=turn.language).note(protect=True)
    return reply.offer(*_more(turn, found)).say_next(*menu.words(turn))


def _sum(turn: Turn, found: Balance) -> str:
    def money(cents: int) -> str:
        return turn.amount(cents, found.currency)

    due = found.balance_cents
    key = "due" if due > 0 else "zero" if due == 0 else "credit"
    credits = "_credits" if found.credited_cents else ""
    words = {
        "date": turn.day(turn.today),
        "solde": money(due),
        "faveur": money(abs(due)),
        "facturé": money(found.invoiced_cents),
        "avoirs": money(found.credited_cents),
        "reçu": money(found.received_cents),
    }
    text = turn.words(f"balance.{key}{credits}", **words)
    if due > 0 and found.in_progress_cents:
        rest = max(0, due - found.in_progress_cents)
        head = turn.words(
            "balance.in_progress", en_cours=money(found.in_progress_cents), reste=money(rest), **words
        )
        text = f"{head}\n{text.partition(chr(10))[2]}"
    return text


def _waiting(turn: Turn, found: Balance) -> list[str]:
    lines = []
    if found.waiting:
        key = "balance.waiting_one" if found.waiting == 1 else "balance.waiting_many"
        lines.append(turn.words(key, n=found.waiting))
    if found.late and (oldest := found.oldest_late) and oldest.due_on:
        lines.append(
            turn.words(
                "balance.late_one" if found.late == 1 else "balance.late_many",
                n=found.late,
                numéro=oldest.number,
                reste=turn.amount(oldest.left_cents, oldest.currency),
                échéance=turn.day(oldest.due_on),
            )
        )
    return lines


def _more(turn: Turn, found: Balance) -> list[Choice]:
    """What is behind the figures: the statement, the invoices that wait."""
    choices = [turn.choice(turn.words("balance.statement"), "statement", word=turn.words("word.statement"))]
    if found.waiting:
        choices.append(turn.choice(turn.words("balance.awaiting"), "list_invoices", {"status": "unpaid"}))
    return choices
