"""What the right code opens: the access, the file, and the answer that was waited for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from handlers.core import registry, team, wording
from handlers.core.files import forget
from handlers.core.happening import moment
from handlers.core.request import Request
from handlers.core.route import resume
from handlers.core.turn import Reply

if TYPE_CHECKING:
    from datetime import datetime

    from handlers.core.ports import LiveCode
    from handlers.core.talk import Turn
    from handlers.rules.paper import Access, Account


def opened(turn: Turn, account: Account, live: LiveCode) -> Reply | None:
    """The code was right: open, link the chat, then answer what was asked before."""
    for used in ("await", "walk", "closed"):
        turn.state.pop(used, None)
    files, former = _files(turn, account), turn.account
    turn.account = account
    role = team.role(turn) if turn.scope is None or not files else ""
    owner = turn.work.team.owner(turn.company, turn.scope) if role and turn.scope is not None else None
    if not files and not (role and (owner or turn.scope is None)):
        turn.account = former
        return turn.say("desk.link_broken")
    chosen = files[0] if len(files) == 1 and not role else None
    turn.session = turn.work.sessions.open(
        account,
        turn.said.channel,
        turn.conversation,
        None if turn.chat else live.outgoing,
        turn.scope,
        chosen.client.id if chosen else None,
        turn.now,
        turn.now + turn.manners.idle(turn.said.channel),
        team=not files,
    )
    turn.access = chosen
    _belongs(turn, account)
    if owner:
        team.open_file(turn, owner)
    _audited(turn, account)
    _link(turn, account)
    if team.asks_what_happened(turn):
        return registry.STEPS["report"](turn)
    return resume(turn) if turn.access else _which(turn)


def _files(turn: Turn, account: Account) -> tuple[Access, ...]:
    """Those of the account; in the thread of one document, only the file that holds it."""
    files = turn.files(account)
    if turn.scope is None:
        return files
    return tuple(one for one in files if turn.work.books.by_id(one.client, turn.scope))


def _audited(turn: Turn, account: Account) -> None:
    turn.work.audit.write(
        turn.company,
        "access.opened",
        f"team:{account.address}" if turn.team else "client",
        turn.now,
        f"account:{account.id}",
        turn.role if turn.team else None,
        payload={"channel": turn.said.channel},
    )


def _belongs(turn: Turn, account: Account) -> None:
    """What somebody else began in this conversation is nothing of this account's. The same one finds the list and the
    wait for a person again; other steps ended with the access."""
    if turn.state.get("who") not in (None, account.id):
        forget(turn)
    elif turn.state.get("step", {}).get("name") != "human.waiting":
        turn.state.pop("step", None)
    turn.state["who"] = account.id


def _which(turn: Turn) -> Reply | None:
    """Several files, or the team: what was asked before may name one, else it waits until one is chosen."""
    turn.text = turn.state.get("pending", {}).get("text", "")
    turn.request = Request("", {"first": True})
    return registry.STEPS["no_file"](turn)


def moment_in(turn: Turn, at: datetime, language: str) -> dict[str, Any]:
    """Date, hour and zone for a reader in another language than the client's."""
    zone = wording.zone_name(turn.company.timezone, language)
    return {**moment(at, turn.company, language), "fuseau": zone}


def _link(turn: Turn, account: Account) -> None:
    """A chat reached by a code is linked with the account; the first time, a mail says so."""
    if turn.said.channel != "telegram":
        return
    first = turn.work.chats.link(account, turn.said.channel, turn.said.address, turn.now)
    if first:
        turn.mail(
            turn.company,
            account.address,
            "mail.telegram_linked",
            turn.language,
            turn.form,
            account=account,
            **turn.moment(turn.now),
        )
    if len(turn.work.chats.companies(turn.said.channel, turn.said.address)) > 1:
        turn.state["several"] = True


def erasing(turn: Turn, reply: Reply | None) -> Reply | None:
    """A message that held a code, right or wrong, goes from the chat; said once."""
    if reply is None or turn.said.channel != "telegram" or not turn.said.message_id:
        return reply
    if not turn.state.get("erased"):
        turn.state["erased"] = True
        said = turn.words("code.erased")
        reply = replace(reply, text=f"{reply.text}\n{said}")
    return reply.note(erase=turn.said.message_id)
