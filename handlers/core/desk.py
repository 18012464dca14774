"""The desk: where a message becomes an answer, and an event an announcement, each inside one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

from handlers.core import came_back, chat, files, phrases, post, registry, route, wording
from handlers.core.advice import Adviser, Unsure
from handlers.core.happening import Happening, Manners
from handlers.core.ports import Clock, Open, Session
from handlers.core.request import Ear
from handlers.core.talk import Turn, known
from handlers.core.turn import Reply, Said
from handlers.rules.paper import Company


def six_digits() -> str:
    return f"{secrets.randbelow(10**6):06}"


class Desk:
    """`open` gives one transaction, `clock` the time, `code` makes one-time codes, `ear` hears what rules do not, and
    `adviser`, if any, is asked about what stays unclear."""

    def __init__(
        self,
        open: Open,
        clock: Clock,
        manners: Manners | None = None,
        code: Callable[[], str] = six_digits,
        ear: Ear | None = None,
        adviser: Adviser | None = None,
    ) -> None:
        registry.discover()
        self.open, self.clock, self.code = open, clock, code
        self.manners = manners or Manners()
        self.ear, self.adviser = ear, adviser

    def take(self, said: Said) -> None:
        """Answer once: the same message twice changes nothing.

        Raises what the database or a handler raises; nothing is kept then, and the message can be taken again.
        """
        if self.adviser is None:
            self._take(said)
            return
        try:
            self._take(said, advice=None)
        except Unsure as unsure:  # nothing was kept, and no transaction is open
            self._take(said, self.adviser(unsure.clause, unsure.intents))

    def _take(self, said: Said, advice: str | None = "") -> None:
        """`advice` as in Turn. With None it may raise Unsure."""
        with self.open() as work:
            key = f"{said.channel}:{said.inbox if said.inbox is not None else said.id}"
            turn = Turn(work, self.clock(), key, self.manners, said=said, text=said.text, code=self.code)
            turn.ear, turn.advice = self.ear, advice
            reply = post.take(turn) if said.channel == "email" else chat.take(turn)
            if reply is not None:
                _send(turn, route.dated(turn, reply))
                if turn.chat and "back" in turn.state and (asked := came_back.welcome_back(turn)) is not None:
                    _send(turn, asked)
            if turn.before:
                turn.save()

    def note(self, source: str, id: str, event: object) -> None:
        """Something happened outside (a payment, a new quote): those who listen answer, once per id."""
        with self.open() as work:
            now = self.clock()
            if work.inbox.accept(source, id, now):
                happening = Happening(work, now, f"{source}:{id}", self.manners)
                for listener in registry.LISTENERS.get(type(event), ()):
                    listener(event, happening)

    def came_back(self, channel: str, conversation: str) -> None:
        """This chat had blocked us, and lets us in again."""
        with self.open() as work:
            came_back.came_back(work, channel, conversation, self.clock())

    def tick(self, now: datetime | None = None) -> int:
        """Close what was left open too long: a silent message on a chat, nothing by e-mail. Returns how many."""
        now = now or self.clock()
        with self.open() as work:
            ended = work.sessions.expired(now)
            for company, session in ended:
                work.sessions.end(session, "idle", now)
                _closed(Happening(work, now, f"idle:{session.id}", self.manners), company, session)
            return len(ended)


def _send(turn: Turn, reply: Reply) -> None:
    """One answer, to where this conversation is answered."""
    if turn.form == "tu" and reply.language == "fr":
        reply = reply.note(tu=True)
    if turn.said.edits and reply.kind == "menu":
        reply = reply.note(edit=turn.said.edits)
    if heading := files.heading(turn):
        reply = reply.note(heading=heading)
    thread = turn.thread()
    if thread is not None:
        reply = post.as_answer(turn, reply)
    turn.put(
        turn.company,
        turn.said.channel,
        turn.to,
        reply,
        conversation=turn.conversation,
        account=turn.account,
        thread=thread,
    )


def _closed(happening: Happening, company: Company, session: Session) -> None:
    """Said at once on Telegram, in silence; by e-mail kept for the next answer of that thread."""
    work, channel, conversation = happening.work, session.channel, session.conversation
    talk = work.talks.load(company, channel, conversation)
    if channel == "email":
        talk.state["closed"] = True
        work.talks.save(company, channel, conversation, talk, happening.now)
    elif channel == "telegram":
        language = known(talk.language) or known(talk.state.get("heard")) or known(company.language) or "fr"
        idle = wording.duration(happening.manners.idle(channel), language)
        form, own = company.form_of_address, company.phrases
        text = phrases.say("access", "closed", language, form, own, durée=idle)
        reply = Reply(text, language=language, kind="notice").note(silent=True)
        if len(work.chats.companies(channel, conversation)) > 1:
            reply = reply.note(heading=company.name)
        happening.put(
            company, channel, conversation, reply, conversation=conversation, account=session.account
        )
