"""What is said by e-mail: which company, which thread, whose access. From is a look-up key, never an identity."""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from handlers.core import budget, chat, choices, doorstep, phrases, registry, route, verifying
from handlers.core.menu import words
from handlers.core.ports import Origin, Session, Target
from handlers.core.talk import Turn, known
from handlers.core.turn import Reply
from handlers.rules import address as addresses
from handlers.rules import lock, mention

SHORT = 2  # words
SAME = 2  # the same words more often than this within ten minutes get no answer


def take(turn: Turn) -> Reply | None:
    """The answer, to the address on record; None is silence, and the inbox row says why."""
    said, work = turn.said, turn.work
    target = work.companies.by_link(said.link) if said.link else None
    company = target.company if target else work.companies.by_slug(said.company) if said.company else None
    sender = _normal(said.address)
    if company and sender:
        turn.company = company
        turn.account = work.accounts.at(company, sender)
        turn.to = turn.account.address if turn.account else said.address
        if turn.account and said.level == "verified":
            work.bounces.lift(turn.account)  # who writes to us has a mailbox again
    origin = _origin(turn, sender) if company and sender else None
    turn.marked = origin is not None and turn.now < _until(turn, origin)
    until = _used_until(turn, origin) if company else None
    reason = _silence(turn, sender, until) if company else "no company"
    verdict: dict[str, Any] = {"answer": "none", "reason": reason} if reason else {"answer": "turn"}
    if said.inbox is not None and not work.inbox.done(said.inbox, verdict, turn.now):
        return None
    if reason or sender is None:
        if until and reason == "budget":
            _used_up(turn, origin, until)
        return None
    turn.scope = target.document_id if target else _announced(turn, origin)
    if origin and origin.kind == "company":
        return _from_company(turn, origin) if turn.marked else None
    turn.conversation = (origin.conversation if origin else None) or f"mail:{turn.key}"
    return _answer(turn, sender, origin, _no_link(turn, target))


def _announced(turn: Turn, origin: Origin | None) -> int | None:
    """Without the portal, who answers an announcement speaks of its document: as if by its link (mission S9)."""
    if origin is None or origin.kind != "broadcast" or "portal" in turn.company.options:
        return None
    return turn.work.notices.about(origin.outgoing)


def _no_link(turn: Turn, target: Target | None) -> str:
    """The text for a link that leads nowhere, or no longer."""
    if target is not None:
        return "desk.link_old" if target.ended else ""
    return "desk.link_broken" if turn.said.link else ""


def _normal(address: str) -> str | None:
    try:
        return addresses.normal(address)
    except addresses.BadAddress:
        return None


def _silence(turn: Turn, sender: str | None, until: datetime | None) -> str:
    """Why nothing is answered; "" when something is."""
    if sender is None:
        return "no address"
    if turn.said.level == "failed":
        return "failed"
    return "budget" if until else ""


def _used_until(turn: Turn, origin: Origin | None) -> datetime | None:
    """Anyone can write in a client's name: what they use up is the budget of the address, while who answers a mail of
    ours has the budget of its thread."""
    thread = origin.conversation if origin and turn.marked else None
    session = turn.work.sessions.find(turn.company, "email", thread) if thread else None
    opened = session is not None and turn.now < session.expires_at and _opens(turn, session)
    return budget.used_until(turn, thread, opened)


def _used_up(turn: Turn, origin: Origin | None, until: datetime) -> None:
    budget.tell(turn)
    if origin and turn.marked and origin.kind != "company":
        turn.conversation = origin.conversation or f"mail:{turn.key}"
        turn.load()
        _hint(turn)
        budget.tell_client(turn, until)


def _origin(turn: Turn, sender: str) -> Origin | None:
    """The mail of ours that this one answers, if it went to this very address for this company."""
    if turn.said.mark is None:
        return None
    origin = turn.work.outbox.origin(turn.said.mark.outgoing)
    if origin is None or origin.company_id != turn.company.id:
        return None
    if origin.kind == "company":
        return origin
    return origin if _normal(origin.address) == sender else None


def _until(turn: Turn, origin: Origin) -> datetime:
    """A Message-ID carries no expiry: it proves as long as the reply address of the same mail (facts R6)."""
    assert turn.said.mark is not None
    return min(turn.said.mark.expires_at, origin.left_at + lock.mark_life(origin.kind))


def _answer(turn: Turn, sender: str, origin: Origin | None, no_link: str) -> Reply | None:
    turn.load()
    if origin and origin.kind == "broadcast":
        turn.state.setdefault("offers", choices.standing(turn.work.outbox.offered(origin.outgoing)))
        if about := turn.work.notices.about(origin.outgoing):
            turn.state["about"] = about
    turn.talk.address = turn.said.address
    account = turn.account
    _hint(turn)
    if no_link and not turn.marked:
        return turn.say(no_link) if account else None
    _enter(turn, sender, origin)
    if _repeated(turn):
        return None
    if verifying.asked(turn) or verifying.asked_how(turn):
        return verifying.answer(turn)
    if turn.marked and not turn.text.strip() and _stops(turn):
        turn.text = turn.said.subject
    if origin and account and not turn.text.strip() and not chat.for_a_person(turn):
        return turn.say("trouble.empty_mail")
    # A code that was asked for by an old mark in an open thread is still a code.
    coded = turn.state.get("await") == "code" and len(mention.codes_in(turn.text)) == 1
    if turn.session and not coded:
        return route.answer(turn)
    told = doorstep.answer(turn)
    return told if account or (coded and _may_try(turn)) else None


def _stops(turn: Turn) -> bool:
    """What the link of List-Unsubscribe sends holds nothing but its subject (RFC 2369, section 3.2)."""
    return turn.said.subject.strip().upper() == phrases.word("stop", turn.language)


def _may_try(turn: Turn) -> bool:
    """An address nobody knows gets the neutral notice, then the three words on a wrong code: no more in a day, since
    what answers may be a machine (facts R33)."""
    return len(turn.work.inbox.answered(turn.to, turn.now - timedelta(days=1))) < lock.WRONG_ALLOWED


def _hint(turn: Turn) -> None:
    """Before the code, the language of the file: the mail goes to its own address only."""
    turn.hint = chat.heard(turn)
    if turn.talk.language is None and turn.account:
        files = turn.files(turn.account)
        turn.hint = known(files[0].client.language if files else None) or turn.hint


def _enter(turn: Turn, sender: str, origin: Origin | None) -> None:
    """An access opens to a live mark of this thread, issued since its code, from its owner (design, section 2)."""
    if turn.scope is not None:
        turn.state["scope"] = turn.scope
    turn.scope = turn.state.get("scope")
    session = turn.work.sessions.find(turn.company, "email", turn.conversation) if origin else None
    mark = turn.said.mark
    if session is None or mark is None or _normal(session.account.address) != sender:
        return
    if turn.now >= session.expires_at:
        turn.work.sessions.end(session, "idle", turn.now)
        turn.state["closed"] = True
        return
    if _opens(turn, session):
        chat.open_with(turn, session)


def _opens(turn: Turn, session: Session) -> bool:
    """With a live mark, issued since the code of this access."""
    mark = turn.said.mark
    return turn.marked and mark is not None and mark.outgoing >= (session.first_outgoing or 0)


def _repeated(turn: Turn) -> bool:
    """The third same text within ten minutes: two machines may be talking to each other. SUITE may come often."""
    if len(turn.text.split()) <= SHORT:
        return False
    last = turn.state.get("same", {})
    digest = f"{zlib.crc32(turn.text.encode('utf-8', 'surrogatepass')):08x}"
    recent = last.get("text") == digest and last.get("until", "") > turn.now.isoformat()
    count = int(last.get("n", 0)) + 1 if recent else 1
    until = last["until"] if recent else (turn.now + timedelta(minutes=10)).isoformat()
    turn.state["same"] = {"text": digest, "n": count, "until": until}
    return count > SAME


def _from_company(turn: Turn, origin: Origin) -> Reply | None:
    """The company answers a mail of ours: from its own address, or from one of its team who gets in."""
    sender = _normal(turn.said.address)
    if sender is None or turn.work.deposits.sender(turn.company, sender) is None:
        return None
    account = turn.work.accounts.by_id(turn.company, origin.account_id) if origin.account_id else None
    turn.account = account
    for listen in registry.FROM_COMPANY:
        listen(turn, origin.conversation or "")
    return None


def as_answer(turn: Turn, reply: Reply) -> Reply:
    """The words that can be typed next, where the handler named none."""
    asks = reply.choices and not reply.rows
    return reply if reply.words or asks or not turn.proven else replace(reply, words=words(turn))
