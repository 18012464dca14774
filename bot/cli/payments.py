"""facteur payments check, same, other, done: what Stripe or the books told and a person has to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from bot.cli.client import COMPANY, JSON, in_a_line, plain
from bot.cli.common import clock_of, database, fail, print_json, settings
from bot.cli.which import slug_of

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

app = typer.Typer(
    no_args_is_help=True, help="Payments to look at: check, same, other, done.", add_completion=False
)

WHY = {
    "double": "perhaps the same as a payment that Stripe told: facteur payments same {id}, or other {id}",
    "unknown_session": "paid at Stripe, not asked for here: facteur payments done {id}",
    "unknown_payment": "a refund or a dispute of a payment that is not known here: facteur payments done {id}",
    "amount": "another amount than was expected: facteur payments done {id}",
    "currency": "another currency than was asked for: facteur payments done {id}",
    "dispute": "disputed at the bank of the client: to be answered at Stripe",
}


@app.command()
def check(company: str = COMPANY, json: bool = JSON) -> None:
    """What waits for you: likely doubles, payments and refunds that nothing here explains, disputes.

    Nothing of it is lost or counted twice. Exit code 0: nothing waits, 1: something does.
    """
    from storage import takings

    engine, id, _ = _open(company)
    rows = [plain(row) for row in takings.waiting(engine, id)]
    if json:
        print_json(rows)
    for row in [] if json else rows:
        amount = f"{row['amount_cents'] / 100:.2f} {row['currency']}" if row["currency"] else ""
        print(f"{row['id']}  {row['at'][:10]}  {amount}  {row['client'] or '-'}")
        print(f"    {WHY[row['why']].format(id=row['id'])}")
        print(f"    {in_a_line(row['told'])}")
    if not rows and not json:
        print("Nothing waits.")
    raise typer.Exit(1 if rows else 0)


@app.command()
def same(ref: str, company: str = COMPANY) -> None:
    """This payment of your books is the one that Stripe told: it counts once."""
    _decide(ref, company, True)


@app.command()
def other(ref: str, company: str = COMPANY) -> None:
    """This payment of your books is another one than Stripe's: both count."""
    _decide(ref, company, False)


@app.command()
def done(id: str, company: str = COMPANY) -> None:
    """You have dealt with it: it leaves the list. What is counted does not change."""
    from storage import takings

    engine, company_id, now = _open(company)
    if not takings.done(engine, company_id, id, now):
        fail(f"Nothing waits under {id!r}: facteur payments check.")
    print(f"Done: {id}")


def _decide(ref: str, company: str, same: bool) -> None:
    from storage import takings

    engine, company_id, now = _open(company)
    if not takings.decide(engine, company_id, ref, same, now):
        fail(f"No payment {ref!r} waits for a decision: facteur payments check.")
    print(f"{ref}: {'the same, counted once' if same else 'another one, counted'}.")


def _open(company: str) -> tuple[Engine, int, datetime]:
    from storage import admin

    made = settings()
    engine: Any = database(made)
    return engine, admin.slugs(engine)[slug_of(engine, company)], clock_of(made)()
