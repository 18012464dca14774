"""“My contracts”: status, next due date, whether it renews by itself (mission S21, S22)."""

from handlers.core import rows, wording
from handlers.core.listing import A_PAGE
from handlers.core.registry import intent
from handlers.core.rows import Found
from handlers.core.talk import Turn
from handlers.core.turn import Reply, Row
from handlers.rules.card import Contract
from handlers.rules.number import normal

STATUSES = {"active": "active", "pending": "active", "suspended": "suspended", "ended": "ended"}


@intent("contracts", option="portal", right="read")
def contracts(turn: Turn) -> Reply:
    cards, status = turn.work.cards, STATUSES.get(turn.slots.get("status", ""), "")
    found = rows.find(
        turn,
        lambda looked, offset: cards.contracts(turn.client, looked, offset, A_PAGE),
        ahead=True,
        number=lambda written: normal(written).lower(),
        status=status,
    )
    lines = [_row(turn, contract) for contract in found.page.items]
    return rows.answer(turn, "contracts.", found, lines, _criterion(turn, found))


def _criterion(turn: Turn, found: Found[Contract]) -> str:
    """ "suspendus à échéance en mars 2027"."""
    status, many = found.looked.status, "_many" if found.page.count > 1 else ""
    during = rows.during(turn, found.looked)
    return rows.criterion(
        turn,
        found,
        turn.words(f"contracts.{status}{many}") if status else "",
        turn.words("contracts.period", date=during) if during else "",
    )


def _row(turn: Turn, contract: Contract) -> Row:
    label = rows.one_line(contract.label)
    return Row(
        number=f"{label} ({contract.ref})" if label else contract.ref,
        date="",
        amount="",
        status=turn.words(f"status.{contract.status}"),
        more=" · ".join(_next(turn, contract)),
    )


def _next(turn: Turn, contract: Contract) -> list[str]:
    """What comes: nothing for a contract that has ended."""
    said: list[str] = []
    if contract.status == "ended":
        return said
    if due := contract.next_due_on:
        key = "contracts.due" if due >= turn.today else "contracts.due_past"
        said.append(turn.words(key, date_courte=wording.short_day(due, turn.language)))
    if contract.tacit_renewal:
        said.append(turn.words("contracts.renews"))
    return said
