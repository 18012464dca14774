"""The way in: a code asked for, typed, right or wrong; the access suspended after three (mission S10 to S13, design 2).

Known, unknown and suspended addresses walk through the same words, by the same statements: a row of codes without an
account, a shadow counter of tries. Once suspended, a conversation other than the one that caused it walks anew, counted
in its own talk.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from handlers.core import code_mails, files, opening, phrases
from handlers.core.ports import LiveCode
from handlers.core.request import Request
from handlers.core.talk import Turn
from handlers.core.turn import Reply
from handlers.rules import address as addresses
from handlers.rules import lock
from handlers.rules.lock import Tries
from handlers.rules.paper import Account

PURPOSE = "login"

Verdict = Literal["right", "over", "wrong"]


def ask(turn: Turn, pending: Sequence[Request] = ()) -> Reply | None:
    """Send a code to the address of this conversation, and keep the request for after it."""
    address = addresses.normal(turn.talk.address or "")
    files.keep(turn, pending)
    work, key = turn.work, turn.work.accounts.key(turn.company, address)
    account = work.accounts.at(turn.company, address)
    pool = "own" if _own(turn, account) else "stranger"
    sent = work.codes.mailed(key, PURPOSE, pool, turn.now - timedelta(hours=1))
    budget = lock.may_mail(sent, turn.now)
    tries = work.codes.tries(key, scope(turn))
    told = _told(turn, key, tries)
    again = "code.sent_again" if turn.state.get("await") == "code" else "code.sent"
    mailed = budget in ("yes", "last")
    if mailed:
        live = None if tries.locked(turn.now) or told else account
        _issue(turn, key, live, pool, min(sent) if budget == "last" else None)
        if live is None:
            code_mails.mail_else(
                turn, account, tries.locked_until if tries.locked(turn.now) else None, address
            )
    if told:
        turn.state.pop("await", None)
        return None if mailed and account and not turn.chat else _locked(turn, told)
    if budget == "too_soon":
        return _offer_code(turn, turn.say("code.too_soon")) if turn.chat or account else None
    turn.state["await"] = "code"
    if not turn.chat:
        return None
    return (
        turn.say(again)
        .note(protect=True)
        .offer(turn.choice(phrases.label("address", turn.language), "address"))
    )


def _issue(turn: Turn, key: str, account: Account | None, pool: str, first_of_hour: datetime | None) -> None:
    code, said = turn.code(), turn.said
    id = turn.work.codes.issue(
        turn.company, key, account, PURPOSE, said.channel, turn.conversation, pool, code, turn.now
    )
    if account:
        code_mails.mail_code(turn, account, code, id, first_of_hour)


def check(turn: Turn, typed: str) -> Reply | None:
    """Six digits, while a code is awaited."""
    work, address = turn.work, addresses.normal(turn.talk.address or "")
    key = work.accounts.key(turn.company, address)
    account = work.accounts.at(turn.company, address)
    tries = work.codes.tries(key, scope(turn))
    live = work.codes.live(key, PURPOSE, turn.conversation)
    if told := _told(turn, key, tries):
        turn.state.pop("await", None)
        return _locked(turn, told)
    verdict = judge(turn, key, account, PURPOSE, typed, tries, live)
    if live is None or verdict == "over":
        return _offer_code(turn, turn.say("code.expired"))
    if account and verdict == "right":
        return opening.opened(turn, account, live)
    return _wrong(turn, key, account, tries, live)


def judge(
    turn: Turn,
    key: str,
    account: Account | None,
    purpose: str,
    typed: str,
    tries: Tries,
    live: LiveCode | None,
) -> Verdict:
    """A right code is used up and clears the tries, one past its time is ended; a wrong one is yet to be counted."""
    codes = turn.work.codes
    if live is None:
        return "over"
    right = codes.right(live.id, key, purpose, typed) and not tries.locked(turn.now)
    if right and account and turn.now < ends(live):
        codes.end(live.id, turn.now)
        if tries != Tries():
            codes.keep_tries(turn.company, key, account, Tries(), turn.now, scope(turn))
        return "right"
    if turn.now >= min(ends(live), live.created_at + lock.CODE_LIFE):
        # A wrong one past the five minutes of the asking ends it: known and unknown expire at the same instant.
        codes.end(live.id, turn.now)
        return "over"
    return "wrong"


def ends(live: LiveCode) -> datetime:
    return live.expires_at or live.created_at + lock.CODE_LIFE


def over(turn: Turn) -> bool:
    """Is the code this conversation waits for past its time, or gone?"""
    key = turn.work.accounts.key(turn.company, addresses.normal(turn.talk.address or ""))
    live = turn.work.codes.live(key, PURPOSE, turn.conversation)
    return live is None or turn.now >= live.created_at + lock.CODE_LIFE


def _own(turn: Turn, account: Account | None) -> bool:
    """A budget of its own for a linked chat and for verified mail: a stranger cannot use it up."""
    if not turn.chat:
        return turn.said.level == "verified"
    return account is not None and turn.work.chats.linked(account, turn.said.channel, turn.said.address)


def scope(turn: Turn) -> str:
    """The tries are counted for the account, or for this conversation alone (the setting `lock_scope`)."""
    return turn.conversation if turn.manners.lock_scope == "conversation" else ""


# --- wrong


def _wrong(turn: Turn, key: str, account: Account | None, tries: Tries, live: LiveCode) -> Reply | None:
    if tries.locked(turn.now):  # by another conversation: this one walks anew, and no row changes
        count = int(_walk(turn, key).get("wrong", 0)) + 1
        after = lock.wrong(Tries(count - 1), turn.conversation, turn.now)
        until = after.locked_until
        turn.state["walk"] = {
            "key": key[:16],
            "wrong": count % lock.WRONG_ALLOWED,
            "until": until.isoformat() if until else None,
        }
        kept = tries
    else:
        kept = after = lock.wrong(tries, turn.conversation, turn.now)
        turn.state.pop("walk", None)
    turn.work.codes.keep_tries(turn.company, key, account, kept, turn.now, scope(turn))
    if after.locked_until is None:
        return turn.say(f"code.wrong_{lock.left(after)}")
    turn.work.codes.end(live.id, turn.now)
    turn.state.pop("await", None)
    if account and kept is after:
        code_mails.tell_lock(turn, account, after.locked_until)
        if not turn.chat:
            return None  # that mail says it all
    return _locked(turn, after.locked_until)


def _told(turn: Turn, key: str, tries: Tries) -> datetime | None:
    """Until when, for the conversation that caused a lock, or walked to the end of its own while it lasts."""
    if not tries.locked(turn.now):
        return None
    if tries.locked_in == turn.conversation:
        return tries.locked_until
    until = _walk(turn, key).get("until")
    return datetime.fromisoformat(until) if until else None


def _walk(turn: Turn, key: str) -> dict[str, Any]:
    """Where this conversation stands with this address; another address begins anew."""
    walk: dict[str, Any] = turn.state.get("walk", {})
    return walk if walk.get("key") == key[:16] else {}


def _locked(turn: Turn, until: datetime) -> Reply:
    return turn.say("code.locked", **turn.moment(until))


def _offer_code(turn: Turn, reply: Reply) -> Reply:
    if not turn.chat:
        return reply.say_next(phrases.word("code", turn.language))
    return reply.offer(turn.choice(phrases.label("code", turn.language), "login"))
