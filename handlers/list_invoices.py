"""“My invoices”, “unpaid invoices of March”, “my credit notes”: five a page, newest first (mission S23, S24)."""

from handlers.core.listing import listed
from handlers.core.registry import intent
from handlers.core.talk import Turn
from handlers.core.turn import Reply


@intent("list_invoices", option="portal", right="read")
def list_invoices(turn: Turn) -> Reply:
    if turn.slots.get("doc_kind") == "credit_note":
        return listed(turn, "credit_notes", ("credit_note",))
    return listed(turn, "invoices", ("invoice",))
