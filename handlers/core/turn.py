"""The words every channel and every handler share: what was said, and what we answer.

Data only. A `Said` is what a channel understood of one message; a `Reply` is what we answer, stored as JSON in the
outbox and rendered by the channel. Neither knows how the other end looks.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

Channel = Literal["email", "telegram", "console"]
Level = Literal["verified", "unverified", "failed"]
Language = Literal["fr", "en"]


@dataclass(frozen=True)
class Mark:
    """The proof, carried by an e-mail, that it answers one of ours: a reply address or Message-ID with a right MAC.

    `outgoing` is the outbox row it names. Its age is judged by the desk, by the clock port.
    """

    outgoing: int
    expires_at: datetime


@dataclass(frozen=True)
class File:
    """What came attached: its bytes are already stored under `sha256`.

    Of somebody unknown nothing is stored: such a file can be checked (core/verifying.py) and goes nowhere.
    """

    name: str
    sha256: str
    size: int
    signature: str = ""  # the signature id that stands in its bytes, changed or not


@dataclass(frozen=True)
class Said:
    """One message from one person, whatever carried it.

    `address` is where the answer goes: an e-mail address (a look-up key, never an identity) or a chat id.
    `conversation` is the chat for Telegram; for e-mail None, and the desk finds the thread by `mark`.
    `inbox` is the row of the stored raw mail; None where the turn itself makes the inbox row (Telegram).
    """

    channel: Channel
    address: str
    id: str  # the channel's own id: the same id twice is the same message
    text: str  # only what is new in it
    at: datetime  # when we received it, UTC
    conversation: str | None = None
    company: str | None = None  # the slug, where the channel knows it (the envelope recipient)
    link: str | None = None  # the token of a company's or a document's link
    mark: Mark | None = None
    pressed: str | None = None  # the id of the choice whose button was pressed
    files: tuple[File, ...] = ()
    level: Level = "unverified"
    subject: str = ""
    language: Language | None = None  # what the channel says of its user, a mere hint
    inbox: int | None = None
    message_id: str | None = None  # for threading: Message-ID, or the id of the chat message
    references: tuple[str, ...] = ()
    edits: str | None = None  # the id of our message that holds the pressed button
    unread: Literal["", "media", "too_large", "too_many"] = ""  # what came beside the text and is not read
    unsafe: bool = (
        False  # the text and the HTML of the mail differ, or answers stand between quotes: read, never act
    )


@dataclass(frozen=True)
class Document:
    """A file: stored bytes, or a recipe from which the channel's way out makes the same bytes each time.

    Recipes (JSON, made by handlers/core/recipes.py, cooked by bot/paper/): {"kind": "statement" | "calendar" |
    "zip" | "transfer", ...}. A picture is shown, not merely attached: its recipe holds "alt".
    """

    name: str  # "F-2026-0118.pdf"
    sha256: str = ""  # where the files keep the bytes; "" for a recipe
    size: int = 0
    media_type: str = "application/pdf"
    recipe: dict[str, Any] | None = None

    @property
    def picture(self) -> str:
        """What a picture shows, in words; "" for what is not shown but attached."""
        return str((self.recipe or {}).get("alt", ""))


@dataclass(frozen=True)
class Choice:
    """Answered by its button, its number, its label or its word; `id` is opaque and at most 40 ASCII characters."""

    id: str
    label: str
    word: str = (
        ""  # what an e-mail reply says for it, where the label alone would not do: "PAYER F-2026-0118"
    )
    main: bool = False  # the one filled button


@dataclass(frozen=True)
class Link:
    label: str
    to: str  # a URL, or "pay:<id of a payment request>", which becomes one at delivery


@dataclass(frozen=True)
class Copy:
    """Something to be pasted elsewhere: a button that copies on a chat, nothing by e-mail (the text holds it)."""

    label: str
    text: str  # at most 256 characters


Tone = Literal["", "good", "wait", "late", "calm"]


@dataclass(frozen=True)
class Row:
    """One line of a list: a line of text on Telegram, a row of a table in an e-mail."""

    number: str  # "F-2026-0118"
    date: str  # already written: "24/11/2026"
    amount: str  # already written: "642,00 €"
    status: str  # already written: "en retard"
    tone: Tone = ""
    choice: str = ""  # the id of the choice that asks for it
    more: str = ""  # "échéance 24/12/2026"


PARTS: dict[str, type[Any]] = {
    "rows": Row,
    "documents": Document,
    "choices": Choice,
    "links": Link,
    "copies": Copy,
}


@dataclass(frozen=True)
class Reply:
    """The answer, as data.

    `text` holds paragraphs, one a line; the line "{rows}" stands where the rows go. The first line is the answer.
    `subject` is set only for a mail that opens its own thread. `words` are what can be typed next, in capitals.
    """

    text: str
    rows: tuple[Row, ...] = ()
    documents: tuple[Document, ...] = ()
    choices: tuple[Choice, ...] = ()
    links: tuple[Link, ...] = ()
    copies: tuple[Copy, ...] = ()
    words: tuple[str, ...] = ()
    subject: str = ""
    language: Language = "fr"
    kind: str = "answer"  # "answer", "menu" (edits in place), "code", "notice", "company", "broadcast"
    # Hints for a channel: erase, edit, silent, protect, columns, heading (whose file, which company), unsubscribe (of
    # a broadcast: the token of its page /unsubscribe/<token>, at most 200 characters that a path takes as they stand),
    # document (a mail whose foot links to this document of the company, not to the company: mission S9).
    notes: dict[str, Any] = field(default_factory=dict)

    def attach(self, *documents: Document) -> Reply:
        return replace(self, documents=self.documents + documents)

    def offer(self, *choices: Choice) -> Reply:
        return replace(self, choices=self.choices + choices)

    def link(self, *links: Link) -> Reply:
        return replace(self, links=self.links + links)

    def copy(self, *copies: Copy) -> Reply:
        return replace(self, copies=self.copies + copies)

    def say_next(self, *words: str) -> Reply:
        return replace(self, words=words)

    def note(self, **notes: Any) -> Reply:
        return replace(self, notes={**self.notes, **notes})

    def after(self, first: Reply) -> Reply:
        """One message that says `first`, then this."""
        return replace(
            self,
            text=f"{first.text}\n{self.text}",
            documents=first.documents + self.documents,
            notes={**first.notes, **self.notes},
        )

    def as_json(self) -> dict[str, Any]:
        made = dict(vars(self))
        for name in PARTS:
            made[name] = [dict(vars(item)) for item in made[name]]
        return made

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Reply:
        made = dict(data)
        for name, kind in PARTS.items():
            made[name] = tuple(kind(**item) for item in data.get(name, ()))
        made["words"] = tuple(data.get("words", ()))
        return cls(**made)
