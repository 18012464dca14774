"""`Turn`: one thing said, with all a handler needs to answer it, and what the conversation remembers.

Kept in `talk.state` (JSON): "step" (who takes the next message), "offers" (the choices that can be answered), "await"
("code"), "pending" (the request kept for after the code, or the choice of a file), "walk" (tries of a conversation that
did not cause the lock), "list" (the page shown, and the offsets of those beside it), "paper" (the document shown last),
"last" (what was shown last, for "la deuxième" and "et pour 2025 ?": core/context.py), "asked" (the "did you mean" that
is open: its masked text and its choices, core/picks.py), "lost" (times not understood), "closed" (the access ended by
itself, not yet said), "several" (companies in this chat), "files" (which one was asked here), "heard" (the language of
the words), "scope" (the document of an e-mail link), "same" (the last words of a mail, against loops), "seq" (numbers
the choices), "erased" (that codes are erased was said), "who" (the account that opened it last), "shown" (the versions
of quotes that went out here: core/quotes.py), "deciding" (the attempt to sign or decline one: core/deciding.py).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

from handlers.core import phrases, wording
from handlers.core.decide import decide
from handlers.core.happening import Happening, facts, moment, today
from handlers.core.ports import Session, Talk
from handlers.core.request import Ear, Request, State
from handlers.core.turn import Choice, Language, Reply, Said
from handlers.core.understand import understand
from handlers.rules.mention import codes_in
from handlers.rules.paper import Access, Account, Client, Company, Paper

KNOWN: dict[str, Language] = {"fr": "fr", "en": "en"}


def known(language: str | None) -> Language | None:
    return KNOWN.get(language or "")


@dataclass
class Turn(Happening):
    said: Said = cast(Said, None)
    company: Company = cast(Company, None)
    talk: Talk = field(default_factory=Talk)
    conversation: str = ""
    to: str = ""  # where the answer goes: the chat, or the address on record
    account: Account | None = None
    session: Session | None = None
    access: Access | None = None  # the file chosen
    role: str | None = None  # of the team; looked up by core/team.py
    seen: list[int] = field(default_factory=list)  # the documents this answer opens, for the team's record
    marked: bool = False  # it answers a mail of ours, from the mailbox that received it
    hint: Language | None = None  # the language of the channel, or of the words
    scope: int | None = None  # the document a link opens, before the code
    request: Request = field(default_factory=lambda: Request(""))
    text: str = ""
    offers: list[dict[str, Any]] = field(default_factory=list)
    code: Callable[[], str] = field(default=lambda: "")  # makes one-time codes
    ear: Ear | None = None  # the trained classifier, once it is there
    advice: str | None = ""  # the intent that an adviser puts first; None: it can still be asked (advice.py)
    before: str = ""  # the talk as it was loaded
    opened: dict[int, tuple[Access, ...]] = field(default_factory=dict)  # files, by account
    dated: bool = False  # the answer sums up what the company recorded
    ones: dict[int, Paper | None] = field(default_factory=dict)  # the documents of links, by id

    # --- who, when

    @property
    def client(self) -> Client:
        assert self.access is not None, "an intent that reads a file is proven"
        return self.access.client

    @property
    def proven(self) -> bool:
        return self.access is not None

    @property
    def chat(self) -> bool:
        """Telegram and the console: one short message at a time, buttons."""
        return self.said.channel != "email"

    @property
    def only(self) -> int | None:
        """The one document this access opens; None: everything."""
        return self.session.document_id if self.session else None

    def one(self) -> Paper | None:
        """That document, looked up once a turn; None where the whole file is open, and before a file is chosen."""
        if self.only is None or self.access is None:
            return None
        if self.only not in self.ones:
            self.ones[self.only] = self.work.books.by_id(self.client, self.only)
        return self.ones[self.only]

    @property
    def team(self) -> bool:
        """One of the company's own people: reads any client's file, changes none (mission S4)."""
        return self.session is not None and self.session.team

    @property
    def today(self) -> date:
        return today(self.now, self.company)

    @property
    def language(self) -> Language:
        """That of the reader: what is recorded for a client does not change how the team reads."""
        of_client = self.access.client.language if self.access and not self.team else None
        for choice in (self.talk.language, of_client, self.hint, self.company.language):
            if found := known(choice):
                return found
        return "fr"

    @property
    def form(self) -> str:
        of_client = self.access.client.form_of_address if self.access and not self.team else None
        return of_client or self.company.form_of_address

    @property
    def state(self) -> dict[str, Any]:
        return self.talk.state

    @property
    def slots(self) -> dict[str, Any]:
        return self.request.slots

    def files(self, account: Account) -> tuple[Access, ...]:
        """The clients' files this account opens, looked up once a turn."""
        if account.id not in self.opened:
            self.opened[account.id] = self.work.accounts.files(account)
        return self.opened[account.id]

    def heard(self, text: str, state: State = "") -> list[Request]:
        """What these words ask for; nothing where there are none, or where it would be a mere guess."""
        found = understand(text, state, self.language, self.today, self.ear) if text.strip() else []
        return found if found and (found[0].intent == "out_of_scope" or decide(found)[0] != "menu") else []

    # --- saying

    def words(self, key: str, **words: object) -> str:
        """The finished text of "file.key"."""
        file, name = key.split(".")
        filled = facts(self.company, self.language) | words
        return phrases.say(file, name, self.language, self.form, self.company.phrases, **filled)

    def say(self, key: str, **words: object) -> Reply:
        return Reply(self.words(key, **words), language=self.language)

    def amount(self, cents: int, currency: str = "EUR") -> str:
        return wording.amount(cents, self.language, currency)

    def total(self, cents: int, currency: str = "EUR") -> str:
        return wording.with_vat(cents, self.language, currency)

    def day(self, on: date) -> str:
        return wording.day(on, self.language)

    def closed(self) -> str:
        """The line that says an access ended by itself (mission S15)."""
        idle = wording.duration(self.manners.idle(self.said.channel), self.language)
        return self.words("access.closed_short", durée=idle)

    def moment(self, at: Any) -> dict[str, Any]:
        return moment(at, self.company, self.language)

    def document(self, kind: str, number: str) -> dict[str, Any]:
        """{le_document}, {Le_document}, {du_document}."""
        language = self.language
        return {
            "le_document": phrases.the_document(kind, number, language),
            "Le_document": phrases.the_document(kind, number, language, "The"),
            "du_document": phrases.the_document(kind, number, language, "of"),
        }

    # --- remembering

    def load(self) -> None:
        self.talk = self.work.talks.load(self.company, self.said.channel, self.conversation)
        self.before = self._written()
        until = self.state.get("step", {}).get("until")
        if until and datetime.fromisoformat(until) <= self.now:
            self.state.pop("step")

    def save(self) -> None:
        """Keep the talk, if it changed, with the choices it can now answer: a yes or no is asked once."""
        kept = self.offers or [one for one in self.state.get("offers", []) if not one["as"]]
        if kept:
            self.state["offers"] = kept
        else:
            self.state.pop("offers", None)
        if self._written() != self.before:
            self.work.talks.save(self.company, self.said.channel, self.conversation, self.talk, self.now)

    def _written(self) -> str:
        return json.dumps([self.talk.address, self.talk.language, self.talk.state], sort_keys=True)

    # --- asking

    def choice(
        self,
        label: str,
        intent: str,
        slots: dict[str, Any] | None = None,
        *,
        word: str = "",
        answer: str = "",
        main: bool = False,
        id: str = "",
    ) -> Choice:
        """A choice that leads to `intent`; `answer` "yes" or "no" lets it be said in any words, once."""
        if not id:
            if not self.offers:
                self.state["seq"] = int(self.state.get("seq", 0)) + 1
            id = f"c{self.company.id}.{self.state['seq']:x}.{len(self.offers)}"
        self.offers.append(
            {"id": id, "label": label, "word": word, "do": [intent, slots or {}], "as": answer}
        )
        return Choice(id, label, word, main)

    def yes_no(
        self,
        reply: Reply,
        yes: tuple[str, dict[str, Any]],
        no: tuple[str, dict[str, Any]] = ("no", {}),
        labels: Sequence[str] = (),
        number: str = "",
    ) -> Reply:
        """Ask; in an e-mail with a number the word is "OUI F-12"."""
        first, second = labels or (phrases.label("yes", self.language), phrases.label("no", self.language))
        word = f"{phrases.word('yes', self.language)} {number}" if number and not self.chat else ""
        return reply.offer(
            self.choice(first, *yes, answer="yes", word=word, main=True),
            self.choice(second, *no, answer="no"),
        )

    def then(self, step: str, reply: Reply, **data: Any) -> Reply:
        """Answer, and send the next message to this step."""
        self.expect(step, **data)
        return reply

    def expect(self, step: str, until: datetime | None = None, **data: Any) -> None:
        """The next message goes to this step, whatever it says; not once `until` is reached."""
        self.state["step"] = {"name": step, "data": data}
        if until:
            self.state["step"]["until"] = until.isoformat()

    @property
    def data(self) -> dict[str, Any]:
        """What `expect` kept for this step."""
        data: dict[str, Any] = self.state.get("step", {}).get("data", {})
        return data

    def thread(self) -> dict[str, Any] | None:
        """The mail that is answered, for the headers of the answer."""
        if self.said.channel != "email":
            return None
        # A code is not to be read in a list of subjects: one that was typed there is not repeated.
        coded = self.state.get("await") == "code" and codes_in(self.said.subject)
        return {
            "subject": "" if coded else self.said.subject,
            "in_reply_to": self.said.message_id,
            "references": list(self.said.references),
        }
