"""facteur reminders: what the next days would remind clients of; and an end to what paused them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from bot.cli.common import clock_of, database, fail, print_json, settings
from bot.cli.which import COMPANY, company_of, opened

if TYPE_CHECKING:
    from bot.reminders import Foreseen

app = typer.Typer(invoke_without_command=True, add_completion=False)

FARTHEST = 366
WHY = {
    "stopped": "stopped reminders there",
    "suppressed": "the address bounced or complained",
    "blocked": "the chat blocked the bot",
    "discretion": "the chat is to show no document",
    "no_rate": "no rate of penalties: facteur company set --late-rate",
    "no_notice": "no notice of contracts: facteur company set --renewal-notice",
}


@app.callback()
def reminders(
    ctx: typer.Context,
    company: str = COMPANY,
    dry_run: bool = typer.Option(
        False, "--dry-run", help="Say what the next days would send; write nothing."
    ),
    days: int = typer.Option(30, min=1, max=FARTHEST, help="How many, today included; with --dry-run."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON; with --dry-run."),
) -> None:
    """Write the reminders that are due now, as `facteur serve` does each hour; or say what is coming."""
    if ctx.invoked_subcommand:
        return
    from bot.direct_links import pay_link
    from bot.reminders import Reminders

    made = settings()
    engine = database(made)
    open, clock = opened(made, engine), clock_of(made)
    about = company_of(engine, open, company)
    job = Reminders(engine, open, pay_link(made, clock))
    if not dry_run:
        print(f"Written: {job.run(about, clock())}. facteur serve sends what is written.")
        return
    foreseen = list(job.forecast(about, clock(), days))
    if as_json:
        print_json([_row(one) for one in foreseen])
        return
    for one in foreseen:
        print(_line(one))
    if not foreseen:
        print("Nothing to remind anybody of.")


@app.command()
def resume(number: str = typer.Argument(help="Of an invoice."), company: str = COMPANY) -> None:
    """End what paused the reminders of an invoice: a promise, a payment said to have left, a disagreement."""
    from handlers.rules.number import normal

    made = settings()
    engine = database(made)
    open, now = opened(made, engine), clock_of(made)()
    about = company_of(engine, open, company)
    with open() as work:
        found = [one for one in work.team.papers(about, normal(number)) if one[1].kind == "invoice"]
        if not found:
            fail(f"No invoice has the number {number!r}.")
        ended = [work.notices.unpause(client, paper.id, now) for client, paper in found]
    print("Its reminders go on." if any(ended) else "Nothing paused its reminders.")


def _row(one: Foreseen) -> dict[str, Any]:
    return {
        "on": one.on.isoformat(),
        "client": one.client.ref,
        "what": one.item.what,
        "reference": one.item.reference,
        "channel": one.plan.channel,
        "email": one.plan.reach.account.address,
        "reason": one.plan.reason,
    }


def _line(one: Foreseen) -> str:
    row = _row(one)
    left = f"  not sent: {WHY.get(row['reason'], row['reason'])}" if row["reason"] else ""
    told = f"{row['on']}  {row['what']:<17} {row['reference']}"
    return f"{told}  {row['client']}  {row['channel']}  {row['email']}{left}"
