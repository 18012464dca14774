"""“Par e-mail”: the answer goes on in a mail thread, where an access is open (mission N17, docs/adr/0008)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from handlers.core import phrases, wording
from handlers.core.budget import PER_10_MINUTES
from handlers.core.menu import with_menu, words
from handlers.core.registry import intent
from handlers.core.route import READS, not_offered
from handlers.core.talk import Turn
from handlers.core.turn import Reply
from handlers.rules import address


@intent("by_mail", scoped=True, right="read")
def by_mail(turn: Turn) -> Reply:
    if turn.slots.get("topic") == "telegram" and turn.said.channel == "email":
        return turn.say("by_mail.telegram") if turn.manners.telegram else not_offered(turn)
    if turn.said.channel != "telegram":
        return turn.say("by_mail.here")
    assert turn.account is not None
    assert turn.session is not None
    if until := _locked(turn):
        return turn.say("code.locked", **turn.moment(until))
    to = turn.account.address
    if len(turn.work.inbox.answered(to, turn.now - timedelta(minutes=10))) >= PER_10_MINUTES:
        return turn.say("by_mail.enough", adresse_masquée=wording.masked(to))
    here = (turn.account, turn.said.channel, turn.conversation, turn.session.opened_at)
    answer = turn.work.outbox.last_answer(*here)
    if answer is None:
        return with_menu(turn, turn.say("by_mail.none"))
    _move(turn, answer)
    # A notice: the answer that was sent stays the last one.
    return replace(turn.say("by_mail.sent", adresse_masquée=wording.masked(to)), kind="notice")


def _locked(turn: Turn) -> datetime | None:
    """An account that is suspended opens nothing new, even from an access that is open."""
    assert turn.account is not None
    key = turn.work.accounts.key(turn.company, address.normal(turn.account.address))
    scope = turn.conversation if turn.manners.lock_scope == "conversation" else ""
    tries = turn.work.codes.tries(key, scope)
    return tries.locked_until if tries.locked(turn.now) else None


def _move(turn: Turn, answer: Reply) -> None:
    """A thread of its own, with the same file, the same limits and the page that was shown; no step, no question."""
    assert turn.account is not None
    work, account, thread = turn.work, turn.account, f"moved:{turn.key}"
    shown = {choice.id for choice in answer.choices}
    kept = [one for one in turn.state.get("offers", []) if one["id"] in shown and _reads(one)]
    mail = _as_mail(turn, answer, {one["id"] for one in kept})
    outgoing = turn.put(turn.company, "email", account.address, mail, conversation=thread, account=account)
    work.sessions.open(
        account, "email", thread, outgoing, turn.only, turn.client.id,
        turn.now, turn.now + turn.manners.idle("email"), turn.team,
    )  # fmt: skip
    talk = work.talks.load(turn.company, "email", thread)
    talk.address, talk.language = account.address, turn.talk.language
    same: dict[str, Any] = {name: turn.state[name] for name in ("list", "last", "seq") if name in turn.state}
    talk.state = {"offers": kept, **same}
    work.talks.save(turn.company, "email", thread, talk, turn.now)
    work.audit.write(
        turn.company,
        "access.opened",
        f"team:{account.address}" if turn.team else "client",
        turn.now,
        f"account:{account.id}",
        turn.role,
        {"channel": "email", "from": turn.said.channel},
    )


def _reads(offer: dict[str, Any]) -> bool:
    """A choice that only shows something: no yes or no, no act."""
    return not offer["as"] and offer["do"][0] in READS


def _as_mail(turn: Turn, answer: Reply, choices: set[str]) -> Reply:
    """The same text, rows and files, without what belongs to the chat."""
    of_the_chat = {turn.words(f"code.{key}") for key in ("right_pending", "right_short", "erased")}
    lines = [line for line in answer.text.split("\n") if line not in of_the_chat]
    notes: dict[str, Any] = {name: answer.notes[name] for name in ("heading", "tu") if name in answer.notes}
    return replace(
        answer,
        text="\n".join([*lines, turn.words("by_mail.asked")]),
        choices=tuple(one for one in answer.choices if one.id in choices),
        links=(),
        copies=(),
        words=words(turn),
        subject=phrases.subject("by_mail", "asked", turn.language, turn.form),
        notes=notes,
    )
