"""The town of the transcripts: Atelier Exemple, its clients, their documents, and a player of conversations.

A transcript is read by people. Its lines:

    # a remark
    > telegram 42: /start atelier          said in a chat; the link of the company, or of a document ("/start D-12"),
                                           or the one a company had before ("/start old atelier")
    > telegram 42 presses: Voir la suite   the last button so named; "presses again": the same press twice
    > email a@b.example: combien je dois   a new mail; " / " is a line break, " / / " an empty line
    > email a@b.example (link D-12): oui   to the address of a link: a company's, "old atelier", a document's
    > email a@b.example (reply): 482913    answers the last mail that went there ("reply to 1": the first one;
                                           "reply quoting": with that mail quoted below, through the real reader)
    > email a@b.example (at plomberie): solde    to another company than Atelier Exemple
    > email lea@... deposits F-12.pdf: voici   a PDF, to the deposit address: see town_deposits.py
    > telegram 42 edits: factures          the last message, changed
    > telegram 42 sends: the signed D-12   a PDF, in a chat; "email a@b.example sends the signed D-12: vérifier", a mail
    > telegram group: bonjour              in a group that the bot was put into
    + 5 minutes                            time passes, and what is due is closed
    ! the company's address changes        what happens outside the conversation: see EVENTS, town_notices.py
    < ...                                  what is answered
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, update
from town_deposits import EVENTS as DEPOSIT_EVENTS
from town_deposits import deposit
from town_notices import happens

from bot.understanding.store import load
from doors import edited, in_a_group, quoting
from handlers.core.classifier import Model
from handlers.core.desk import Desk
from handlers.core.happening import Manners
from handlers.core.ports import Due
from handlers.core.turn import File, Mark, Reply, Said
from handlers.rules import address, number
from handlers.rules.paying import PaymentNews
from storage import client_words
from storage import tables as t
from storage.books import settle
from storage.keys import Keys
from storage.queue import OutboxQueue
from storage.search import kept
from storage.work import opener
from town_cards import settle_cards
from town_copies import give_back, take
from town_guests import settle_guests
from town_pay import EVENTS as PAY_EVENTS
from town_pay import settle_pay, url
from town_quotes import EVENTS as QUOTE_EVENTS
from town_quotes import pdf, settle_quotes

START = datetime(2026, 11, 24, 13, 5, tzinfo=UTC)  # 14h05 in Paris, a Tuesday
MARK_LIFE = timedelta(days=90)
SHA = "{:064x}".format
SIGNATURE = re.compile(r"(FCT-[0-9]{8}-)[0-9A-Z]{12}")


@cache
def ear() -> Model:
    """The classifier, built once for the phrases as they are."""
    return load(Path(__file__).parents[1] / ".cache" / "understanding")


@dataclass
class Got:
    """One message that arrived somewhere."""

    outgoing: int
    channel: str
    to: str
    reply: Reply
    at: datetime


@dataclass
class Town:
    url: str = "sqlite://"
    now: datetime = START
    manners: Manners = field(default_factory=Manners)

    def __post_init__(self) -> None:
        self.engine = take(self.url, *self.holds())
        self.keys = Keys.of("the town")
        self.codes = iter(range(482913, 10**6))
        self.open = opener(self.engine, self.keys, clock=lambda: self.now)
        self.desk = Desk(self.open, lambda: self.now, self.manners, lambda: f"{next(self.codes):06}", ear())
        self.queue = OutboxQueue(self.engine, self.keys, lambda: self.now)
        self.ids = iter(range(1, 10**6))
        self.got: list[Got] = []
        self.last: Said | None = None
        self.links: dict[str, str] = {}
        self.told: PaymentNews | None = None  # what the provider said last

    def holds(self) -> tuple[Any, ...]:
        """What fills the database, and what that is given."""
        return (settle_town,)

    def close(self) -> None:
        give_back(self.engine)

    # --- playing

    def play(self, script: str) -> str:
        """The script with the answers written anew."""
        played: list[str] = []
        for line in script.splitlines():
            if line.startswith("> telegram group: "):
                played += [line, f"< telegram group: {in_a_group('42', line.partition(': ')[2], self.now)}"]
                played += ["    ~ the bot leaves the group"]
            elif line.startswith("> "):
                self.say(line[2:])
                played += [line, *(self.out() or ["  (silence)"])]
            elif line.startswith("+ "):
                played += [line, *self.passes(line[2:])]
            elif line.startswith("! "):
                known = EVENTS | QUOTE_EVENTS | PAY_EVENTS | DEPOSIT_EVENTS
                known[line[2:]](self) if line[2:] in known else happens(self, line[2:])
                played += [line, *self.out()]
            elif line.startswith("#") or not line.strip():
                played.append(line)
        return "\n".join(played) + "\n"

    def passes(self, time: str) -> list[str]:
        count, unit = time.split()
        self.now += timedelta(**{unit if unit.endswith("s") else unit + "s": int(count)})
        self.desk.tick()
        return self.out()

    def say(self, line: str) -> None:
        head, _, text = line.partition(": ")
        channel, who, *how = head.split(" ", 2)
        text = text.replace(" / / ", "\n\n").replace(" / ", "\n").strip()
        if how and how[0].startswith("deposits "):
            deposit(self, who, text, how[0].removeprefix("deposits "))
        elif channel == "email":
            self.mail(who, text, how[0] if how else "")
        elif how and how[0].startswith("presses"):
            self.press(who, text, again="again" in how[0])
        elif how == ["sends"]:
            self.take(replace(self.message(who, ""), files=(self.file(text),)))
        elif how == ["edits"]:
            self.take(edited(who, text, next(self.ids), self.now))
        else:
            self.chat(who, text)

    def take(self, said: Said) -> None:
        self.last = said
        self.desk.take(said)

    def file(self, named: str) -> File:
        """ "the signed D-12"."""
        what, _, number_ = named.rpartition(" ")
        return pdf(what, number_, self)

    def chat(self, who: str, text: str) -> None:
        self.take(self.message(who, text))

    def message(self, who: str, text: str) -> Said:
        id = next(self.ids)
        link = None
        if text.startswith("/start "):
            text, link = "", self.link(text.removeprefix("/start "))
        return Said(
            "telegram",
            who,
            str(id),
            text,
            self.now,
            conversation=who,
            link=link,
            message_id=f"{1000 + id}",
        )

    def press(self, who: str, label: str, again: bool = False) -> None:
        if again and self.last:
            self.take(self.last)
            return
        for got in reversed(self.got):
            for choice in got.reply.choices:
                if got.to == who and choice.label == label:
                    id = str(next(self.ids))
                    press = Said("telegram", who, id, "", self.now, conversation=who, pressed=choice.id)
                    self.take(replace(press, edits="7", message_id="7"))
                    return
        raise AssertionError(f"no button {label!r} was shown to {who}")

    def mail(self, who: str, text: str, how: str, level: Any = "unverified", slug: str = "atelier") -> None:
        """`how`: "", "(reply)" or "(reply to n)"; the n-th mail that went to this address. "(at plomberie)" names the
        company written to."""
        mails = [got for got in self.got if got.channel == "email" and got.to.lower() == who.lower()]
        mark = link = None
        if how.startswith("(link "):
            link = self.link(how[6:-1])
        if at := re.search(r"\bat (\w+)", how):
            slug = at[1]
        if "reply" in how:
            nth = re.search(r"to (\d+)", how)
            answered = mails[int(nth[1]) - 1] if nth else mails[-1]
            mark = Mark(answered.outgoing, answered.at + MARK_LIFE)
            if "quoting" in how:
                text = quoting(who, text, answered.reply.text)
        id = next(self.ids)
        said = Said(
            "email",
            who,
            f"<{id}@mail.example>",
            text,
            self.now,
            company=slug,
            mark=mark,
            level=level,
            link=link,
        )
        if sent := re.search(r"sends (the \w+(?: of)?|another) (\S+?)\)?$", how):
            said = replace(said, files=(pdf(sent[1], sent[2], self),))
        self.take(replace(said, inbox=self.raw(id), subject="Question", message_id=f"<{id}@mail.example>"))

    def raw(self, id: int) -> int:
        """The row of the stored mail, as the door writes it."""
        with self.engine.begin() as db:
            row = insert(t.inbox).values(
                channel="email", key=f"raw{id}", received_at=self.now, state="taken", raw=b"", lane=""
            )
            return int(db.execute(row.returning(t.inbox.c.id)).scalar_one())

    def link(self, name: str) -> str:
        """The token of a company's link, or of a document's; anything else is taken as a token."""
        if name.startswith("old "):
            return self.links[name.removeprefix("old ")]
        self.links[name] = self._link(name)
        return self.links[name]

    def _link(self, name: str) -> str:
        with self.engine.begin() as db:
            document = db.execute(select(t.documents.c.id).where(t.documents.c.number == name)).scalar()
        with self.open() as work:
            if document is not None:
                return work.companies.link(work.companies.by_id(1), document)
            company = work.companies.by_slug(name)
            return work.companies.link(company) if company else name

    def out(self) -> list[str]:
        """Deliver what the outbox holds, and write it down."""
        lines: list[str] = []
        while found := self.queue.claim(self.now, 20):
            for due in found:
                self.queue.sent(due.id, f"<{due.id}@town>", self.now)
                self.got.append(Got(due.id, due.channel, due.address, due.reply, self.now))
                lines += written(due)
        return lines

    def texts(self) -> list[str]:
        return [got.reply.text for got in self.got]


def written(due: Due) -> list[str]:
    """A message as a person reads it."""
    reply = due.reply
    subject = f" [{reply.subject}]" if reply.subject else ""
    rows = [
        " · ".join(filter(None, (row.number, row.date, row.amount, row.status, row.more)))
        for row in reply.rows
    ]
    leads = [f"[{link.label} -> {url(link, due.channel)}]" for link in reply.links]
    to = url(reply.links[0], due.channel) if reply.links else ""
    text = reply.text.replace("{lien}", to).split("\n")
    at = text.index("{rows}") if "{rows}" in text else len(text)
    lines = [*text[:at], *rows, *text[at + 1 :]]
    if heading := reply.notes.get("heading"):
        lines.insert(0, f"# {heading}")
    lines += [f"+ {one.name}" for one in reply.documents]
    if leads:
        lines.append(" ".join(leads))
    if reply.choices:
        lines.append(" ".join(f"[{one.label}]" for one in reply.choices))
    if reply.copies and due.channel != "email":
        lines.append(" ".join(f"[{copy.label}: {copy.text}]" for copy in reply.copies))
    if reply.words and due.channel == "email":
        lines.append(f"({', '.join(reply.words)})")
    if erased := reply.notes.get("erase"):
        lines.append(f"~ message {erased} erased")
    head = f"< {due.channel} {due.address}{subject}: "
    said = [head + lines[0], *(f"    {line}" for line in lines[1:])]
    return [SIGNATURE.sub(r"\1XXXXXXXXXXXX", line) for line in said]  # its end is random


LEA = "lea@atelier-exemple.example"
TEAM = (("Léa", LEA, "sales"), ("Tom", "tom@x.example", "other"))


# --- what happens outside the conversation


def _new_address(town: Town) -> None:
    with town.engine.begin() as db:
        db.execute(update(t.companies).where(t.companies.c.id == 1).values(email="bonjour@atelier.example"))
        db.execute(update(t.links).where(t.links.c.document_id.is_(None)).values(ended_at=town.now))


def _role(address_: str, role: str) -> Callable[[Town], None]:
    def happens(town: Town) -> None:
        with town.engine.begin() as db:
            if not db.execute(
                update(t.staff).where(t.staff.c.address == address_).values(role=role)
            ).rowcount:
                _member(db, address_, address_, role)

    return happens


def _gone(address_: str) -> Callable[[Town], None]:
    def happens(town: Town) -> None:
        of = select(t.accounts.c.id).where(t.accounts.c.address == address_)
        with town.engine.begin() as db:
            db.execute(update(t.contacts).where(t.contacts.c.account_id.in_(of)).values(ended_at=town.now))

    return happens


def _has(**values: Any) -> Callable[[Town], None]:
    """The first company's own settings."""

    def happens(town: Town) -> None:
        with town.engine.begin() as db:
            db.execute(update(t.companies).where(t.companies.c.id == 1).values(**values))

    return happens


def _rights(address_: str, client: int) -> Callable[[Town], None]:
    def happens(town: Town) -> None:
        of = select(t.accounts.c.id).where(t.accounts.c.address == address_)
        tie = t.contacts.c.account_id.in_(of), t.contacts.c.client_id == client
        with town.engine.begin() as db:
            db.execute(update(t.contacts).where(*tie).values(can_read=False, can_pay=True))

    return happens


EVENTS: dict[str, Callable[[Town], None]] = {
    "only signature is offered": _has(options=["signature"]),
    "only payment is offered": _has(options=["payment"]),
    "nothing is offered": _has(options=[]),
    "the portal and signature are offered": _has(options=["portal", "signature"]),
    "all is offered": _has(options=["portal", "signature", "payment"]),
    "the data are of this morning": _has(as_of=datetime(2026, 11, 24, 7, 0, tzinfo=UTC)),
    "the company's address changes": _new_address,
    "Léa has another job": _role(LEA, "other"),
    "Camille joins the team": _role("camille@dupain.example", "accountant"),
    "the accountant of both joins the team": _role("compta@groupe.example", "manager"),
    "Camille leaves the bakery": _gone("camille@dupain.example"),
    "the accountant of both may no longer read the garage's file": _rights("compta@groupe.example", 3),
}


# --- the records

DAY = date.fromisoformat
INVOICES = (  # client, number, issued, due, total, file
    (1, "F-2026-0031", "2026-03-12", "2026-04-11", 36000, True),
    (1, "F-2026-0044", "2026-05-04", "2026-06-03", 12000, True),
    (1, "F-2026-0057", "2026-06-15", "2026-07-15", 89990, True),
    (1, "F-2026-0072", "2026-08-20", "2026-09-19", 12000, True),
    (1, "F-2026-0098", "2026-10-03", "2026-11-02", 23456, True),
    (1, "F-2026-0118", "2026-11-02", "2026-12-02", 64200, True),
    (1, "F-2026-0121", "2026-11-20", "2026-12-20", 18000, False),
    (2, "F-2026-0101", "2026-10-10", "2026-12-10", 123456, True),
    (3, "F-2026-0102", "2026-10-11", "2026-12-11", 9900, True),
    (4, "F-2026-0007", "2026-10-11", "2026-12-11", 7700, True),
)
PAYMENTS = (  # client, ref, received, cents, state, invoice
    (1, "RG-1", "2026-04-02", 36000, "received", "F-2026-0031"),
    (1, "RG-2", "2026-06-01", 12000, "received", "F-2026-0044"),
    (1, "RG-3", "2026-07-10", 84990, "received", "F-2026-0057"),
    (1, "RG-4", "2026-09-15", 12000, "received", "F-2026-0072"),
    (1, "RG-5", "2026-11-20", 14200, "received", "F-2026-0118"),
    (2, "RG-6", "2026-11-23", 50000, "in_progress", "F-2026-0101"),
)
QUOTES = (  # client, number, status, issued, valid until, total
    (1, "D-2026-0044", "sent", "2026-11-10", "2026-12-15", 480000),
    (1, "D-2026-0031", "accepted", "2026-04-10", "2026-05-10", 120000),
    (1, "D-2026-0050", "draft", "2026-11-23", "2026-12-23", 99900),
)
PEOPLE = (  # client, name, kind, language, contacts
    (1, "C0042", "Boulangerie Dupain", "B2B_FR", "fr", ("camille@dupain.example", "compta@groupe.example")),
    (2, "C0043", "Harbour Ltd", "B2B_EU", "en", ("bob@harbour.example",)),
    (3, "C0044", "Garage Morel", "B2B_FR", "fr", ("compta@groupe.example",)),
    (4, "C0001", "Camille Petit", "B2C", "fr", ("camille@dupain.example",)),
)


def settle_town(db: Connection) -> None:
    """Two companies: the fourth client is at the second one, under an address known at both."""
    _companies(db)
    _people(db)
    for member in TEAM:
        _member(db, *member)
    made: dict[str, int] = {}
    for client, number_, issued, due, total, file in INVOICES:
        sha = SHA(len(made) + 1) if file else None
        dates = {"issued_on": DAY(issued), "due_on": DAY(due)}
        made[number_] = _document(db, client, "invoice", number_, "issued", total, sha, **dates)
    for client, number_, status, issued, until, total in QUOTES:
        dates = {"issued_on": DAY(issued), "valid_until": DAY(until)}
        made[number_] = _document(db, client, "quote", number_, status, total, SHA(100 + len(made)), **dates)
    credit = {"issued_on": DAY("2026-07-01"), "invoice_id": made["F-2026-0057"]}
    _document(db, 1, "credit_note", "AV-2026-003", "issued", 5000, SHA(200), **credit)
    for client, ref, on, cents, state, invoice in PAYMENTS:
        values = {"client_id": client, "document_id": made[invoice], "ref": ref, "received_on": DAY(on)}
        company = 2 if client == 4 else 1
        values |= {"amount_cents": cents, "state": state, "company_id": company, "created_at": START}
        values["search"] = kept(ref=ref, of=invoice)
        db.execute(insert(t.payments).values(values))
    settle_cards(db, START)
    settle(db, made.values())
    settle_guests(db)
    settle_quotes(db)
    settle_pay(db)
    client_words.keep(db, 1, [person[0] for person in PEOPLE if person[0] != 4])
    client_words.keep(db, 2, [4])


def _companies(db: Connection) -> None:
    for id, slug, name, email in (
        (1, "atelier", "Atelier Exemple", "contact@atelier-exemple.example"),
        (2, "plomberie", "Plomberie Durand", "durand@plomberie.example"),
    ):
        options = ["portal", "signature", "payment"]
        values = {"id": id, "slug": slug, "name": name, "email": email, "phone": "01 02 03 04 05"}
        db.execute(
            insert(t.companies).values(values | {"options": options, "created_at": START, "settings": {}})
        )


def _member(db: Connection, name: str, email: str, role: str) -> None:
    """Of the first company's team; the account is made with it, as the import does."""
    here = {"company_id": 1, "address": email, "address_norm": email}
    db.execute(insert(t.staff).values(here | {"name": name, "role": role}))
    known = select(t.accounts.c.id).where(t.accounts.c.company_id == 1, t.accounts.c.address == email)
    if db.execute(known).first() is None:
        db.execute(insert(t.accounts).values(here | {"created_at": START}))


def _people(db: Connection) -> None:
    accounts: dict[tuple[int, str], int] = {}
    for id, ref, name, kind, language, contacts in PEOPLE:
        company = 2 if id == 4 else 1
        client = {"id": id, "company_id": company, "ref": ref, "name": name, "name_norm": name.lower()}
        db.execute(insert(t.clients).values(client | {"kind": kind, "language": language, "settings": {}}))
        for contact in contacts:
            if (company, contact) not in accounts:
                norm = address.normal(contact)
                values = {
                    "company_id": company,
                    "address": contact,
                    "address_norm": norm,
                    "created_at": START,
                }
                made = db.execute(insert(t.accounts).values(values).returning(t.accounts.c.id)).scalar_one()
                accounts[company, contact] = int(made)
            tie = {"company_id": company, "client_id": id, "account_id": accounts[company, contact]}
            db.execute(insert(t.contacts).values(tie | {"name": name}))


def _document(
    db: Connection,
    client: int,
    kind: str,
    number_: str,
    status: str,
    total: int,
    sha: str | None,
    **more: Any,
) -> int:
    company = 2 if client == 4 else 1
    values = {"company_id": company, "client_id": client, "kind": kind, "number": number_, "status": status}
    values |= {"number_norm": number.normal(number_), "total_cents": total, "file_sha256": sha, "label": ""}
    values["search"] = kept(ref=number_)
    id = int(db.execute(insert(t.documents).values(values | more).returning(t.documents.c.id)).scalar_one())
    version = {
        "company_id": company,
        "document_id": id,
        "version": 1,
        "total_cents": total,
        "created_at": START,
    }
    dates = {name: value for name, value in more.items() if name != "invoice_id"}
    db.execute(insert(t.document_versions).values(version | dates | {"file_sha256": sha}))
    return id
