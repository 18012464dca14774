"""What a quote is for somebody who decides today, which boxes stand before a signature, how long one can go back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from handlers.rules.paper import Client, Company
from handlers.rules.signing import Offer

Standing = Literal["open", "accepted", "refused", "replaced", "expired", "closed"]
Box = Literal["read", "accept", "power"]

WITHDRAWAL = timedelta(days=14)  # Code de la consommation, L221-18
SATURDAY = 5


def standing(offer: Offer, today: date) -> Standing:
    """May it be decided today: "open"; else why not. What was decided stays so, whatever came after."""
    paper = offer.paper
    if paper.status == "accepted" or paper.status == "refused":
        return paper.status
    if offer.replaced_by or paper.status == "replaced":
        return "replaced"
    state = paper.state(today)
    if state == "expired":
        return "expired"
    return "open" if state == "to_sign" else "closed"


def boxes(client_kind: str, annexes: int) -> tuple[tuple[Box, str], ...]:
    """The boxes and the ends of their keys: who signs for a business or a public body says that they may."""
    read = "box_read" if annexes == 0 else "box_read_one" if annexes == 1 else "box_read_many"
    power: tuple[tuple[Box, str], ...] = () if consumer(client_kind) else (("power", "box_power"),)
    return (("read", read), ("accept", "box_accept"), *power)


def consumer(client_kind: str) -> bool:
    """Whoever orders as a consumer is told so by the very button (design, section 6)."""
    return client_kind == "B2C"


def withdrawable(company: Company, client: Client) -> bool:
    """A consumer can go back on an order, unless the quotes of the company are among the exceptions (L221-28)."""
    return consumer(client.kind) and company.withdrawal


def withdrawal_ends(signed_on: date) -> date:
    """The last day: the fourteenth after the signature, or the Monday after it (L221-18, L221-19)."""
    last = signed_on + WITHDRAWAL
    return last + timedelta(days=max(0, 7 - last.weekday())) if last.weekday() >= SATURDAY else last
