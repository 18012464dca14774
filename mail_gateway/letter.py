"""A Reply laid out as a letter: what stands where, in words only. Pure; render.py makes text and HTML of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from handlers.core.phrases import say
from handlers.core.ports import Due
from handlers.core.turn import Reply, Row
from handlers.core.wording import size
from mail_gateway.headline import Headline, headline
from mail_gateway.own_words import closes, greeting
from mail_gateway.wording import mailto, paragraph, plain

TALL = 40  # what is told of a row beyond this length goes below it


@dataclass(frozen=True)
class Button:
    label: str
    href: str
    main: bool = False


@dataclass(frozen=True)
class Line:
    """A row of the table, each part in one line. `n` is the number that asks for it, "" where nothing does."""

    n: str
    href: str
    label: str
    row: Row
    tall: bool

    @property
    def story(self) -> str:
        """What is told below the row."""
        return self.row.more if self.tall else ""

    @property
    def aside(self) -> str:
        """What is told beside the rest."""
        return "" if self.tall else self.row.more

    @property
    def below(self) -> str:
        """What has a line of its own on a page: what is told, but for a short word beside the status."""
        return self.row.more if self.tall or not self.row.status else ""


@dataclass(frozen=True)
class Attached:
    name: str
    size: int


@dataclass(frozen=True)
class Picture:
    """Shown in the HTML, by its Content-ID; in words in the text."""

    cid: str
    alt: str


@dataclass(frozen=True)
class Frame:
    """What goes around every text (handlers/phrases/frame); "" where it is left out."""

    company: str
    contact: str
    hello: str
    words: str
    regards: str
    reach: str
    mail_link: str
    telegram_link: str
    above: str


@dataclass(frozen=True)
class Letter:
    language: str
    subject: str
    heading: str  # whose file, which company: a small line above the title
    head: Headline
    before: tuple[str, ...]  # the paragraphs before the rows
    lines: tuple[Line, ...]
    after: tuple[str, ...]
    options: tuple[str, ...]  # the choices, as numbered lines
    links: tuple[str, ...]  # the links, as lines, but for those that the text gives
    buttons: tuple[Button, ...]
    files: tuple[tuple[str, str], ...]  # name, size in words
    files_line: str
    pictures: tuple[Picture, ...]
    frame: Frame

    @property
    def numbered(self) -> bool:
        """Does any row have a number? The others leave its column empty."""
        return any(line.n for line in self.lines)

    @property
    def a_line(self) -> int:
        """How many buttons stand side by side."""
        return 2 if all(len(button.label) <= 22 for button in self.buttons) else 1

    @property
    def preheader(self) -> str:
        """What a mailbox shows beside the subject: the answer, never a code."""
        return next(iter(self.before), "") if self.head.code else self.head.answer


def compose(
    due: Due,
    subject: str,
    reply_to: str,
    mail_link: str,
    telegram_link: str,
    files: Sequence[Attached],
    pictures: Sequence[Picture] = (),
) -> Letter:
    """`reply_to`: where buttons write; `mail_link`, `telegram_link` ("" without a bot): the company's link."""
    reply, language = due.reply, due.reply.language
    form = "tu" if reply.notes.get("tu") else "vous"
    before, after = _parts(reply)
    frame = _frame(due, form, mail_link, telegram_link)
    if reply.notes.get("letter"):
        frame, before = _own_words(frame, before)
    head, before = headline(before, reply.kind, language, form, due.company.phrases)
    named = tuple((one.name, size(one.size, language)) for one in files)
    return Letter(
        language=language,
        subject=subject,
        heading=plain(str(reply.notes.get("heading") or "")),
        head=head,
        before=before,
        lines=_lines(reply, reply_to),
        after=after,
        options=_options(reply, language, form),
        links=tuple(
            say("letter", "link", language, libellé=plain(link.label), lien=link.to)
            for link in reply.links
            if link.to not in reply.text
        ),
        buttons=_buttons(reply, reply_to),
        files=named,
        files_line=_files_line(named, language),
        pictures=tuple(Picture(one.cid, plain(one.alt)) for one in pictures),
        frame=frame,
    )


def _frame(due: Due, form: str, mail_link: str, telegram_link: str) -> Frame:
    """The first mail of a thread greets; a code mail starts with its code, and offers no words."""
    language, own, is_code = due.reply.language, due.company.phrases, due.reply.kind == "code"
    greets = due.first and not is_code
    words = ", ".join(plain(word) for word in due.reply.words)
    return Frame(
        company=plain(due.company.name),
        contact=_contact(due, language) if greets or is_code else "",
        hello=say("frame", "hello", language, form, own) if greets else "",
        words=say("frame", "words", language, form, own, mots=words) if words and not is_code else "",
        regards=say("frame", "regards", language, form, own) if greets else "",
        reach=say("frame", "reach", language, form, own, lien="").rstrip(),
        mail_link=mail_link,
        telegram_link=telegram_link,
        above=say("frame", "above", language, form),
    )


def _own_words(frame: Frame, lines: tuple[str, ...]) -> tuple[Frame, tuple[str, ...]]:
    """Around a text that the company wrote: it says neither hello nor goodbye where the text does."""
    if closes(lines):
        frame = replace(frame, regards="")
    greets = greeting(lines)
    return (frame, lines) if greets is None else (replace(frame, hello=greets[0]), greets[1])


def _contact(due: Due, language: str) -> str:
    company = due.company
    if not company.phone:
        return plain(company.email)
    return say("letter", "contact", language, téléphone=plain(company.phone), adresse=plain(company.email))


def _parts(reply: Reply) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The paragraphs before the rows, and those after them."""
    said = [line for line in map(paragraph, reply.text.split("\n")) if line]
    at = said.index("{rows}") if "{rows}" in said else len(said)
    return tuple(said[:at]), tuple(line for line in said[at:] if line != "{rows}")


def _lines(reply: Reply, reply_to: str) -> tuple[Line, ...]:
    numbers = {choice.id: n for n, choice in enumerate(reply.choices, 1)}
    rows = [_one_line(row) for row in reply.rows]
    most = 2 * sum(len(row.more) > TALL for row in rows) >= max(
        1, len(rows)
    )  # where half have one, so do all
    made = []
    for row in rows:
        tall = most or len(row.more) > TALL
        n = numbers.get(row.choice)
        if n is None:
            made.append(Line("", "", "", row, tall))
            continue
        choice = reply.choices[n - 1]
        link = mailto(reply_to, choice.word or choice.label)
        made.append(Line(str(n), link, f"{n}. {choice.label}", row, tall))
    return tuple(made)


def _one_line(row: Row) -> Row:
    """What people wrote keeps to its line."""
    return replace(
        row,
        number=plain(row.number),
        date=plain(row.date),
        amount=plain(row.amount),
        status=plain(row.status),
        more=plain(row.more),
    )


def _options(reply: Reply, language: str, form: str) -> tuple[str, ...]:
    """Every choice that no row shows, with the number that answers it."""
    shown = {row.choice for row in reply.rows}
    made = []
    for n, choice in enumerate(reply.choices, 1):
        if choice.id in shown:
            continue
        label, word = plain(choice.label), plain(choice.word)
        if word and word.casefold() != label.casefold():
            made.append(say("letter", "choice", language, form, n=n, libellé=label, mot=word))
        else:
            made.append(f"{n}. {label}")
    return tuple(made)


def _buttons(reply: Reply, reply_to: str) -> tuple[Button, ...]:
    """At most one is filled: the main choice, else the first link."""
    shown = {row.choice for row in reply.rows}
    choices = [choice for choice in reply.choices if choice.id not in shown]
    main = next((choice.id for choice in choices if choice.main), None)
    links = [
        Button(plain(link.label), _web(link.to), main is None and n == 0)
        for n, link in enumerate(reply.links)
    ]
    asks = [
        Button(plain(one.label), mailto(reply_to, plain(one.word or one.label)), one.id == main)
        for one in choices
    ]
    return tuple(sorted([*links, *asks], key=lambda button: not button.main))


def _web(to: str) -> str:
    if not to.startswith(("https://", "http://", "mailto:")):
        raise ValueError("a link that is no web address")
    return to


def _files_line(files: Sequence[tuple[str, str]], language: str) -> str:
    if not files:
        return ""
    key = "attached_one" if len(files) == 1 else "attached_many"
    return say("letter", key, language, fichiers=", ".join(f"{name} ({size})" for name, size in files))
