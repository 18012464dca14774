"""A mail of ours came back, was refused, or was complained about. Never answered: who sent it reads no mail."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from handlers.core import phrases
from handlers.core.happening import Happening, moment
from handlers.core.ports import Mailed
from handlers.core.registry import on
from handlers.core.turn import Language
from handlers.rules import bounces


@dataclass(frozen=True)
class Returned:
    """What became of one row of the outbox, from somebody who proved that it is about this row.

    `held`: it never left, since its address is suppressed. `elsewhere`: the report names another address than ours,
    one that the mail was passed on to.
    """

    outgoing: int
    outcome: Literal["bounced", "delayed", "delivered", "complaint", "held"]
    status: str = ""
    elsewhere: bool = False


@on(Returned)
def returned(event: Returned, happening: Happening) -> None:
    shelf, now = happening.work.bounces, happening.now
    mail = shelf.mail(event.outgoing)
    if mail is None or now > mail.left_at + bounces.LATEST:
        return
    if event.outcome != "held":
        shelf.mark(event.outgoing, event.outcome)
    if mail.account is None or event.outcome in ("delayed", "delivered"):
        return
    was = standing = shelf.standing(mail.account)
    if event.outcome == "complaint":
        standing = bounces.complained(was, now)
    elif event.outcome == "bounced" and not event.elsewhere:
        standing = bounces.bounced(was, event.status, now)
    if mail.kind == "code" and event.outcome != "complaint" and was.to_tell(now):
        _tell(event, mail, happening)
        standing = replace(standing, told_at=now)
    if standing != was:
        shelf.keep(mail.account, standing)


def _tell(event: Returned, mail: Mailed, happening: Happening) -> None:
    """Else the client waits for a code, and nobody knows."""
    assert mail.account is not None
    company, address = mail.company, mail.account.address
    home: Language = "en" if company.language == "en" else "fr"
    names = ", ".join(access.client.name for access in happening.work.accounts.files(mail.account))
    why = phrases.say("company", f"bounce_{_reason(event)}", home)
    happening.mail(
        company,
        company.email,
        "company.code_bounced" if names else "company.code_bounced_team",
        home,
        client=names,
        adresse=address,
        motif=why,
        **moment(mail.left_at, company, home),
    )


def _reason(event: Returned) -> str:
    if event.outcome == "held":
        return "held"
    if event.status in bounces.NO_MAILBOX:
        return "no_mailbox"
    return "full" if event.status == bounces.FULL else "refused"
