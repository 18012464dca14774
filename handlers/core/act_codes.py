"""The code of an act: fresh, for this very version, asked for and typed in this very conversation (S31, S32, S33).

It shares the tries and the lock of the log-in (core/prove.py); its mails have a budget of their own, 10 an hour.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from handlers.core import code_mails, deciding, phrases, prove, quotes, registry, wording
from handlers.core.deciding import Attempt
from handlers.core.opening import erasing
from handlers.core.turn import Reply
from handlers.rules import address as addresses
from handlers.rules import lock
from handlers.rules.mention import codes_in
from handlers.rules.signing import Decision, Outcome, Verb

if TYPE_CHECKING:
    from handlers.core.talk import Turn
    from handlers.rules.paper import Account

POOL = "own"  # an act is asked for in an open access only
OUTCOMES: dict[Verb, Outcome] = {"accept": "accepted", "refuse": "refused"}
MINUTES = int(lock.CODE_LIFE.total_seconds() // 60)

Decided = Callable[["Turn", Attempt, Decision], Reply]


def ask(turn: Turn, attempt: Attempt) -> Reply | None:
    """A fresh code for this act, to the address on record; by e-mail the mail that holds it says all."""
    account = deciding.account(turn)
    key = turn.work.accounts.key(turn.company, addresses.normal(account.address))
    tries = turn.work.codes.tries(key, prove.scope(turn))
    if tries.locked_until and tries.locked(turn.now):
        return _with_nothing(turn, attempt, turn.say("code.locked", **turn.moment(tries.locked_until)))
    sent = turn.work.codes.mailed(key, attempt.purpose, POOL, turn.now - timedelta(hours=1))
    budget = lock.may_mail(sent, turn.now, lock.ACT_MAILS_AN_HOUR)
    live = turn.work.codes.live(key, attempt.purpose, turn.conversation)
    turn.expect(deciding.code_step(attempt.verb))
    turn.state["deciding"]["coded"] = True
    if budget == "no":
        again = wording.hour(min(sent) + timedelta(hours=1), turn.language, turn.company.timezone)
        return _with_nothing(turn, attempt, turn.say("sign.code_none", heure=again))
    if live and turn.now < live.created_at + lock.MAIL_GAP:
        return turn.say("code.too_soon")
    _issue(turn, attempt, account, key, budget == "last")
    if not turn.chat:
        return None
    masked = wording.masked(account.address)
    return turn.say(f"{attempt.file}.code", adresse_masquée=masked, numéro=attempt.offer.paper.number)


def _issue(turn: Turn, attempt: Attempt, account: Account, key: str, last: bool) -> None:
    code, said = turn.code(), turn.said
    id = turn.work.codes.issue(
        turn.company, key, account, attempt.purpose, said.channel, turn.conversation, POOL, code, turn.now
    )
    first = min(turn.work.codes.mailed(key, attempt.purpose, POOL, turn.now - timedelta(hours=1)))
    where = turn.words("mail.where_telegram" if turn.chat else "mail.where_email")
    words_ = quotes.names(turn, attempt.offer) | {"où": where}
    text = f"mail.{attempt.file}_code"
    code_mails.mail_code(turn, account, code, id, first if last else None, text, **words_)
    told = {"purpose": attempt.purpose, "digits": len(code), "minutes": MINUTES}
    _note(turn, attempt, "code.issued", told | {"to": wording.masked(account.address)})


def typed(turn: Turn) -> bool:
    """Is this the code that was asked for before the attempt was taken up again?"""
    said = turn.text if turn.chat else deciding.line(turn)
    return bool(deciding.awaiting(turn)) and len(codes_in(said)) == 1


def coded(turn: Turn, verb: Verb, decided: Decided) -> Reply | None:
    """The message after a code was asked for: the code, or a word to have another, or something else."""
    attempt = deciding.going_on(turn, verb)
    said = deciding.line(turn)
    codes = codes_in(turn.text if turn.chat else said)
    if isinstance(attempt, Reply):
        return erasing(turn, attempt) if codes else attempt
    if attempt.ticket.missing:  # a box was unticked since the code was asked for
        return registry.STEPS["accept_quote.boxes"](turn)
    if len(codes) == 1:
        return erasing(turn, _wrong(turn, attempt, codes[0]) or _decide(turn, attempt, decided))
    if said == "code":
        return ask(turn, attempt)
    if not turn.chat and codes_in(turn.text):
        return deciding.unsure(turn, turn.words("sign.code_word"))
    if codes:
        return erasing(turn, turn.say(_awaits(turn, attempt)))
    return deciding.aside(turn, attempt, lambda: _awaited(turn, attempt))


def _awaited(turn: Turn, attempt: Attempt) -> Reply:
    """The code may be lost or too old: how to have another one is said."""
    reply = turn.say(_awaits(turn, attempt))
    return reply.say_next(phrases.word("code", turn.language), *deciding.ways_out(turn))


def _awaits(turn: Turn, attempt: Attempt) -> str:
    key = turn.work.accounts.key(turn.company, addresses.normal(deciding.account(turn).address))
    live = turn.work.codes.live(key, attempt.purpose, turn.conversation)
    return "code.awaited" if live and turn.now < prove.ends(live) else "code.over"


def _wrong(turn: Turn, attempt: Attempt, typed: str) -> Reply | None:
    """Why this code decides nothing; None for the right one, which is used up."""
    account, codes = deciding.account(turn), turn.work.codes
    key = turn.work.accounts.key(turn.company, addresses.normal(account.address))
    tries = codes.tries(key, prove.scope(turn))
    if tries.locked_until and tries.locked(turn.now):
        return _with_nothing(turn, attempt, turn.say("code.locked", **turn.moment(tries.locked_until)))
    live = codes.live(key, attempt.purpose, turn.conversation)
    verdict = prove.judge(turn, key, account, attempt.purpose, typed, tries, live)
    if verdict == "right":
        deciding.received(turn, attempt)
        _note(turn, attempt, "code.verified", {"message_id": turn.said.message_id})
        return None
    if verdict == "over" or live is None:
        return _offer_code(turn, attempt, _with_nothing(turn, attempt, turn.say("code.expired")))
    after = lock.wrong(tries, turn.conversation, turn.now)
    codes.keep_tries(turn.company, key, account, after, turn.now, prove.scope(turn))
    _note(turn, attempt, "code.failed", {"left": lock.left(after)})
    if after.locked_until is None:
        return _with_nothing(turn, attempt, turn.say(f"code.wrong_{lock.left(after)}"))
    codes.end(live.id, turn.now)
    code_mails.tell_lock(turn, account, after.locked_until)
    turn.state.pop("step", None)
    return _with_nothing(turn, attempt, turn.say("code.locked", **turn.moment(after.locked_until)))


def _with_nothing(turn: Turn, attempt: Attempt, reply: Reply) -> Reply:
    """What did not happen is said too."""
    text = f"{reply.text}\n{turn.words(f'{attempt.file}.nothing')}"
    return replace(reply, text=text).say_next(phrases.word("code", turn.language), *deciding.ways_out(turn))


def _offer_code(turn: Turn, attempt: Attempt, reply: Reply) -> Reply:
    if not turn.chat:
        return reply
    label = phrases.label("code", turn.language)
    return reply.offer(turn.choice(label, quotes.INTENTS[attempt.verb], attempt.slots(code=True)))


def _note(turn: Turn, attempt: Attempt, kind: str, told: dict[str, Any]) -> None:
    turn.work.signing.entry(turn.client, attempt.ticket, kind, turn.now, told)


def _decide(turn: Turn, attempt: Attempt, decided: Decided) -> Reply:
    signing, outcome = turn.work.signing, OUTCOMES[attempt.verb]
    made = signing.decide(turn.client, attempt.ticket, outcome, turn.now, attempt.reason, attempt.comment)
    if made is None:
        return deciding.lost(turn, attempt.verb, attempt.offer.paper.id)
    deciding.end(turn)
    return decided(turn, attempt, made)
