"""“My invoices”, “unpaid invoices of March”, “my credit notes”: five a page, or all as PDF (mission S23, S24)."""

from handlers.core import several
from handlers.core.listing import listed
from handlers.core.registry import intent
from handlers.core.talk import Turn
from handlers.core.turn import Reply
from handlers.rules.paper import Kind


@intent("list_invoices", option="portal", right="read")
def list_invoices(turn: Turn) -> Reply | None:
    credit = turn.slots.get("doc_kind") == "credit_note"
    kind: Kind = "credit_note" if credit else "invoice"
    answer = several.asked if turn.slots.get("files") else listed
    return answer(turn, f"{kind}s", (kind,))
