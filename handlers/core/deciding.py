"""One attempt to sign or to refuse a quote: its ticket, the words that move it on, its code (mission S31 to S33).

`state["deciding"]`: {"ticket", "paper", "verb", "reason", "comment"}, of the attempt that is open in this conversation;
storage holds the ticket, and what counts is read there. Nothing is decided without a right code of this very version,
typed in this very conversation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from handlers.core import context, phrases, quotes
from handlers.core.allowed import barred
from handlers.core.confirm import printed
from handlers.core.decide import decide
from handlers.core.request import CHANGES, READ_ONLY, Request
from handlers.core.route import act, run
from handlers.core.turn import Reply
from handlers.rules.decisive import first_line
from handlers.rules.offers import standing
from handlers.rules.signing import Offer, Ticket, Verb
from handlers.rules.text import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handlers.core.talk import Turn
    from handlers.rules.paper import Account
    from handlers.rules.signing import Consent

QUESTIONS = READ_ONLY | CHANGES | {"more", "human"}


@dataclass(frozen=True)
class Attempt:
    offer: Offer
    ticket: Ticket
    reason: str = ""
    comment: str = ""

    @property
    def verb(self) -> Verb:
        return self.ticket.verb

    @property
    def purpose(self) -> str:
        return f"{quotes.TEXTS[self.verb]}:{self.ticket.version_id}"

    @property
    def file(self) -> str:
        return quotes.TEXTS[self.verb]

    def slots(self, **move: Any) -> dict[str, Any]:
        """Of a choice that moves this attempt on."""
        return {"id": self.offer.paper.id, "attempt": {"ticket": self.ticket.id, **move}}


# --- the attempt


def begin(
    turn: Turn,
    offer: Offer,
    verb: Verb,
    consents: Sequence[Consent] = (),
    reason: str = "",
    comment: str = "",
) -> Attempt:
    """A new one; it ends every other one of this account on this quote."""
    ticket = turn.work.signing.open(
        turn.client,
        offer,
        account(turn),
        verb,
        turn.said.channel,
        turn.conversation,
        consents,
        turn.now,
        turn.language,
    )
    attempt = Attempt(offer, ticket, reason, comment)
    keep(turn, attempt)
    return attempt


def keep(turn: Turn, attempt: Attempt) -> None:
    turn.state["deciding"] = {
        "ticket": attempt.ticket.id,
        "paper": attempt.offer.paper.id,
        "verb": attempt.verb,
        "reason": attempt.reason,
        "comment": attempt.comment,
    }


def going_on(turn: Turn, verb: Verb, ticket_id: int | None = None) -> Attempt | Reply:
    """The attempt of this conversation as it stands today, or in words why it cannot go on."""
    if barred(turn, quotes.INTENTS[verb]):  # the right or the option may be gone since
        end(turn)
        return run(turn, Request(quotes.INTENTS[verb])) or turn.say("desk.old_button")
    kept = turn.state.get("deciding", {})
    if kept.get("verb") != verb or ticket_id not in (None, kept["ticket"]):
        return turn.say("desk.old_button") if "id" not in turn.slots else _looked_again(turn, verb)
    signing, here = turn.work.signing, (turn.said.channel, turn.conversation)
    ticket = signing.ticket(turn.client, account(turn), kept["ticket"], *here)
    offer = signing.offer(turn.client, kept["paper"])
    if ticket and offer and ticket.version_id == offer.version_id and standing(offer, turn.today) == "open":
        return Attempt(offer, ticket, kept["reason"], kept["comment"])
    return lost(turn, verb, kept["paper"])


def unfinished(turn: Turn, verb: Verb, offer: Offer) -> Attempt | None:
    """An attempt on this very quote, begun here, that can be taken up again."""
    if turn.state.get("deciding", {}).get("paper") != offer.paper.id:
        return None
    found = going_on(turn, verb) if turn.state["deciding"]["verb"] == verb else None
    return found if isinstance(found, Attempt) else None


def _looked_again(turn: Turn, verb: Verb) -> Reply:
    """A button of an attempt that is over: what has become of the quote, else that the button is old."""
    offer = turn.work.signing.offer(turn.client, int(turn.slots["id"]))
    decided = offer is not None and standing(offer, turn.today) != "open"
    return (quotes.closed(turn, offer) if offer and decided else None) or turn.say("desk.old_button")


def lost(turn: Turn, verb: Verb, paper_id: int) -> Reply:
    """Somebody decided, the quote changed, or the attempt goes on elsewhere: nothing was decided here."""
    end(turn)
    offer = turn.work.signing.offer(turn.client, paper_id)
    if offer is None:
        return turn.say("desk.old_button")
    if reply := quotes.closed(turn, offer):
        return reply
    if not quotes.was_shown(turn, offer):
        return quotes.present(turn, offer)
    return turn.say(f"{quotes.TEXTS[verb]}.elsewhere", numéro=offer.paper.number)


def end(turn: Turn) -> None:
    for used in ("deciding", "step", "offers"):
        turn.state.pop(used, None)


def account(turn: Turn) -> Account:
    assert turn.account is not None, "an access is open"
    return turn.account


# --- the words


def line(turn: Turn) -> str:
    """What is said on the first line; "" where it cannot be read for sure. In a chat it is the whole message."""
    if not turn.chat and (turn.said.unsafe or not turn.marked or turn.said.level == "failed"):
        return ""
    return "" if turn.chat and "\n" in turn.text.strip() else first_line(turn.text)


def doubtful(turn: Turn, decides: Callable[[str], bool]) -> bool:
    """Are decisive words there, but not where they count, or in a mail that says two things?"""
    if turn.said.unsafe:
        return True
    said = turn.text.split("\n")
    return any(decides(first_line(one)) for one in said)


def unsure(turn: Turn, word: str) -> Reply:
    return turn.say("trouble.unsure", mot=word).say_next(*ways_out(turn))


def ways_out(turn: Turn) -> tuple[str, ...]:
    """What can be typed in the middle, by e-mail."""
    return tuple(phrases.word(name, turn.language) for name in ("human", "cancel"))


def received(turn: Turn, attempt: Attempt, said: str = "") -> None:
    """By e-mail what decided is evidence: which mail it was, and its first line, where it holds no code."""
    if turn.chat:
        return
    told = {
        "inbox": turn.said.inbox,
        "message_id": turn.said.message_id,
        "level": turn.said.level,
        "first_line": said,
    }
    turn.work.signing.entry(turn.client, attempt.ticket, "mail.received", turn.now, told)


def aside(
    turn: Turn, attempt: Attempt, remind: Callable[[], Reply], but: frozenset[str] = frozenset()
) -> Reply | None:
    """Anything else in the middle: a question is answered and the attempt waits, else what is awaited is said again."""
    step = turn.state.pop("step", None)
    requests = context.complete(turn, turn.heard(turn.text))
    if not asks(turn, attempt, requests, but):
        turn.state["step"] = step
        return remind()
    ticket = turn.state.get("deciding", {}).get("ticket")
    reply = act(turn, requests)
    if step and turn.state.get("deciding", {}).get("coded") and requests[0].intent in READ_ONLY:
        turn.state.setdefault("step", step)  # six digits can be nothing else
        return reply
    asked = "step" in turn.state or any(one["as"] for one in turn.offers)
    if reply is None or asked or turn.state.get("deciding", {}).get("ticket") != ticket:
        return reply
    text = reply.text if not reply.rows or "{rows}" in reply.text else f"{reply.text}\n{{rows}}"
    resume = turn.words(f"{attempt.file}.resume", numéro=attempt.offer.paper.number)
    return replace(reply, text=f"{text}\n{resume}")


def otherwise(turn: Turn) -> Reply | None:
    """The step is over: the message is answered as any other."""
    return act(turn, context.complete(turn, turn.heard(turn.text)))


def asks(turn: Turn, attempt: Attempt, requests: list[Request], but: frozenset[str]) -> bool:
    """Is something else asked for? More of the same words about the same quote is nothing else, but for the very words
    that take the attempt up again."""
    if decide(requests)[0] not in ("act", "confirm"):
        return False
    first = requests[0]
    if first.intent == quotes.INTENTS[attempt.verb]:
        if printed(turn, first):
            return True
        named = words(str(first.slots.get("doc_number", "")))
        return bool(named) and not words(attempt.offer.paper.number).endswith(named)
    if first.intent == "human" and first.confidence == 1:
        return True
    return first.intent in QUESTIONS - but


def code_step(verb: Verb) -> str:
    return f"{quotes.INTENTS[verb]}.code"


def awaiting(turn: Turn) -> str:
    """The step that waits for a code of an act, where another message came between; "" where none does."""
    kept = turn.state.get("deciding", {})
    return code_step(kept["verb"]) if kept.get("coded") else ""
