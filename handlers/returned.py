"""A mail of ours came back, was refused, or was complained about. Never answered: who sent it reads no mail."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from handlers.core import phrases
from handlers.core.happening import Happening, facts, moment
from handlers.core.ports import Mailed
from handlers.core.registry import on
from handlers.core.turn import Language, Reply
from handlers.rules import bounces
from handlers.rules.paper import Account


@dataclass(frozen=True)
class Returned:
    """What became of one row of the outbox, from somebody who proved that it is about this row.

    `held`: it never left, since its address is suppressed. `waiting`, `late`: a code that the relay has not taken yet,
    or did not take in its time. `elsewhere`: the report names another address than ours, one that the mail was passed
    on to.
    """

    outgoing: int
    outcome: Literal["bounced", "delayed", "delivered", "complaint", "held", "waiting", "late"]
    status: str = ""
    elsewhere: bool = False


@on(Returned)
def returned(event: Returned, happening: Happening) -> None:
    shelf, now = happening.work.bounces, happening.now
    mail = shelf.mail(event.outgoing)
    if mail is None or now > mail.left_at + bounces.LATEST:
        return
    if event.outcome in ("waiting", "late"):
        _unsent(event, mail, happening)
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


def _unsent(event: Returned, mail: Mailed, happening: Happening) -> None:
    """Whoever waits for the code in a chat hears of it; once its time is over, the company too, once a day."""
    account, shelf, now = mail.account, happening.work.bounces, happening.now
    if account is None:
        return
    _tell_chat(event.outcome, mail, account, happening)
    standing = shelf.standing(account)
    if event.outcome == "late" and standing.to_tell(now):
        home: Language = "en" if mail.company.language == "en" else "fr"
        asked = moment(mail.left_at, mail.company, home)
        happening.mail(
            mail.company, mail.company.email, "company.code_late", home, adresse=account.address, **asked
        )
        shelf.keep(account, replace(standing, told_at=now))


def _tell_chat(key: str, mail: Mailed, account: Account, happening: Happening) -> None:
    """Only where the address is that of the chat: any other would learn that we know it."""
    company, chats = mail.company, happening.work.chats
    if not mail.chat or not chats.linked(account, "telegram", mail.chat):
        return
    chat = chats.load("telegram", mail.chat)
    language: Language = "en" if chat and chat.language == "en" else "fr"
    words, form = facts(company, language), company.form_of_address
    text = phrases.say("code", key, language, form, company.phrases, **words)
    reply = Reply(text, language=language, kind="notice")
    happening.put(company, "telegram", mail.chat, reply, conversation=mail.chat, account=account)


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
    return {bounces.FULL: "full", bounces.BEYOND_ASCII: "utf8"}.get(event.status, "refused")
