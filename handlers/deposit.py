"""The company by e-mail: a PDF sent to its deposit address is read back, and recorded and announced after a yes.

Whatever is in doubt waits for a person, is shown to no client, and the sender is told why. Only the mail that asks
carries the token that a yes needs (core/post.py): it went to the address on record.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from handlers.core import announce, phrases
from handlers.core.deposited import Deposit, Pdf, Seen
from handlers.core.deposited_words import Words
from handlers.core.happening import Happening, today
from handlers.core.registry import from_company, on
from handlers.core.turn import Reply
from handlers.rules.address import normal
from handlers.rules.decisive import first_line, says
from handlers.rules.paper import Company

if TYPE_CHECKING:
    from handlers.core.talk import Turn

YES, NO = frozenset(("oui", "yes")), frozenset(("non", "no"))


@dataclass(frozen=True)
class Deposited:
    """A mail to the deposit address of a company, from somebody who may: `sender` is their address on record."""

    company_id: int
    sender: str
    inbox: int
    pdfs: tuple[Pdf, ...]
    left_out: int = 0  # attachments beyond the most that are read


@on(Deposited)
def deposited(event: Deposited, happening: Happening) -> None:
    company = happening.work.companies.by_id(event.company_id)
    words = _words(happening, company)
    for pdf in event.pdfs:
        _read_back(happening, company, words, event, pdf)
    if not event.pdfs:
        _mail(happening, company, event.sender, words, "nothing")
    if event.left_out:
        _mail(happening, company, event.sender, words, "left_out", n=event.left_out)


def _read_back(happening: Happening, company: Company, words: Words, event: Deposited, pdf: Pdf) -> None:
    shelf, now = happening.work.deposits, happening.now
    before = shelf.by_file(company, pdf.sha256)
    if before is not None and before.state == "announced":
        _mail(happening, company, event.sender, words, "again", **words.since(before))
        return
    seen = shelf.look(company, pdf, now)
    why = _doubt(happening, company, seen)
    kept = shelf.keep(company, pdf, seen, why, event.sender, event.inbox, now)
    if why or seen.paper is None or seen.client is None:
        said = words.aside(pdf, seen, why, before)
        _mail(happening, company, event.sender, words, "aside", kept.about, **said)
        return
    reaches = happening.work.notices.reaches(seen.client, now)
    said = words.asked(seen, seen.paper, reaches, before)
    _mail(happening, company, event.sender, words, "ask", kept.about, fichier=pdf.name, **said)


def _doubt(happening: Happening, company: Company, seen: Seen) -> str:
    """Why a person must look at it; "" where nothing is in doubt."""
    if seen.why or seen.paper is None or seen.paper.kind == "credit_note":
        return seen.why
    return announce.why_not(seen.paper, today(happening.now, company))


@dataclass(frozen=True)
class Unanswered:
    """What was asked got no answer in its time."""

    company_id: int
    deposit: int


@on(Unanswered)
def unanswered(event: Unanswered, happening: Happening) -> None:
    company = happening.work.companies.by_id(event.company_id)
    deposit = happening.work.deposits.by_id(company, event.deposit)
    if deposit is None or not deposit.over(happening.now):
        return
    happening.work.deposits.put_aside(company, deposit, "lapsed", happening.now)
    words = _words(happening, company)
    said = words.aside(deposit.pdf, Seen(), "lapsed", None)
    to = (
        happening.work.deposits.sender(company, normal(deposit.sender)) or company.email
    )  # who sent it may have left
    _mail(happening, company, to, words, "aside", deposit.about, **said)


# --- the answer


@from_company
def answered(turn: Turn, about: str) -> None:
    if not about.startswith("deposit:"):
        return
    deposit = turn.work.deposits.by_id(turn.company, int(about.split(":")[1]))
    if deposit is None:
        return
    line = "" if turn.said.unsafe else first_line(turn.text)
    words = _words(turn, turn.company)
    if deposit.state != "asked":
        if says(line, YES | NO):
            _reply(turn, deposit, words.say(f"already_{deposit.state}", **words.since(deposit)))
    elif about != deposit.about:
        _reply(turn, deposit, words.say("read_anew", fichier=deposit.pdf.name))
    elif says(line, YES):
        _record(turn, deposit, words)
    elif says(line, NO):
        turn.work.deposits.refuse(turn.company, deposit, turn.now)
        _audit(turn, "deposit.refused", deposit)
        _reply(turn, deposit, words.say("refused", fichier=deposit.pdf.name))
    elif not deposit.puzzled:  # once: what answers may be a machine
        turn.work.deposits.puzzled(deposit)
        question = words.question(deposit.facts)
        _reply(turn, deposit, words.say("puzzled", fichier=deposit.pdf.name, question=question))


def _record(turn: Turn, deposit: Deposit, words: Words) -> None:
    """Judged anew: what was read is as it was, what it is compared with may have changed."""
    shelf = turn.work.deposits
    seen = shelf.look(turn.company, deposit.pdf, turn.now)
    why = _doubt(turn, turn.company, seen) or ("" if seen.facts == deposit.facts else "changed")
    if not why:
        seen = shelf.record(turn.company, deposit, turn.now)
        why = seen.why
    if why or seen.paper is None or seen.client is None:
        shelf.put_aside(turn.company, deposit, why, turn.now)
        _reply(turn, deposit, words.say("aside", **words.aside(deposit.pdf, seen, why, None)))
        return
    _audit(turn, "deposit.recorded", deposit)
    told = words.told(seen.paper, turn.work.notices.reaches(seen.client, turn.now))
    _reply(turn, deposit, words.say("done", prévenus=told, **words.document(seen.facts)))


def _words(happening: Happening, company: Company) -> Words:
    return Words(company, happening.work.notices.ways(company), happening.now)


def _audit(turn: Turn, kind: str, deposit: Deposit) -> None:
    facts = deposit.facts
    payload = {"file_sha256": deposit.pdf.sha256, "client": facts["client"]}
    turn.work.audit.write(turn.company, kind, _sender(turn), turn.now, facts["number"], payload=payload)


def _sender(turn: Turn) -> str:
    """On record: core/post.py let nobody else in."""
    found = turn.work.deposits.sender(turn.company, normal(turn.said.address))
    assert found is not None
    return found


def _reply(turn: Turn, deposit: Deposit, text: str) -> None:
    reply = Reply(text, language="en" if turn.company.language == "en" else "fr", kind="company")
    turn.put(turn.company, "email", _sender(turn), reply, conversation=deposit.about, thread=turn.thread())


def _mail(
    happening: Happening, company: Company, to: str, words: Words, key: str, about: str = "", **said: Any
) -> None:
    subject = phrases.subject("deposit", key, words.language, **said)
    reply = Reply(words.say(key, **said), subject=subject, language=words.language, kind="company")
    conversation = about or f"own:{happening.key}:{happening.written + 1}"
    happening.put(company, "email", to, reply, conversation=conversation)
