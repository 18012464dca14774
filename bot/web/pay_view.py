"""What the pages of a payment say, in the reader's language. Pure: the same state always gives the same view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from handlers.core.phrases import label, say
from handlers.core.wording import amount, day, with_vat
from handlers.rules.paper import Client, Company, Paper
from handlers.rules.paying import PayRequest, limits, spread, takes

Tone = Literal["", "good", "wait", "late"]
WAITS = (
    2,
    2,
    3,
    3,
    5,
    5,
    10,
    10,
    15,
    30,
    30,
    60,
    60,
    120,
    120,
    120,
)  # seconds between two looks: ten minutes


@dataclass(frozen=True)
class Standing:
    """Some documents of a client as they are now, or why who got the link may not pay them there (any more)."""

    company: Company
    client: Client | None  # None where there is nothing to show of one
    papers: tuple[Paper, ...]
    barred: Literal["", "option", "right"] = ""


@dataclass(frozen=True)
class Fact:
    """A line of the table. `total`: what is to pay."""

    label: str
    value: str
    total: bool = False


@dataclass(frozen=True)
class Way:
    """A link of the page."""

    label: str
    to: str


@dataclass(frozen=True)
class View:
    language: str
    company: str
    title: str
    said: str = ""  # what has happened, or why there is nothing to pay
    tone: Tone = ""
    amount: str = ""
    facts: tuple[Fact, ...] = ()
    notes: tuple[str, ...] = ()
    button: str = ""  # of the form that asks for the payment page
    on: Way | None = None  # where to go instead
    back: Way | None = None  # to the conversation
    refresh: tuple[int, str] | None = None  # after so many seconds, to this address


@dataclass(frozen=True)
class Words:
    """How a page speaks to this client of this company."""

    company: Company
    client: Client | None
    language: str

    @property
    def form(self) -> str:
        of_client = self.client.form_of_address if self.client else None
        return of_client or self.company.form_of_address

    def say(self, name: str, **words: object) -> str:
        """A phrase of these pages; "pay.failed" is one of another file."""
        file, _, key = name.rpartition(".")
        return say(file or "pay_page", key, self.language, self.form, self.company.phrases, **words)

    def contacting(self, name: str, **words: object) -> str:
        """A text that names the company and how to reach people there."""
        return self.say(name, société=self.company.name, contact=self.company.contact, **words)

    def amount(self, cents: int, currency: str) -> str:
        return amount(cents, self.language, currency)

    def counted(self, key: str, numbers: Sequence[str], **words: object) -> str:
        """The text of one invoice, which is named, or of several, which are counted."""
        prefix = f"{key}_" if key else ""
        if len(numbers) == 1:
            return self.say(f"{prefix}one", numéro=numbers[0], **words)
        return self.say(f"{prefix}many", n=len(numbers), **words)


def to_pay(standing: Standing, words: Words, today: date, back: Way, trouble: str = "") -> View:
    """What is to pay today, or why nothing is. `trouble`: the key of what went wrong with the form."""
    if standing.barred:
        name = standing.company.name
        return View(words.language, name, name, _barred(standing, words), "wait", back=back)
    numbers = [paper.number for paper in standing.papers]
    blank = View(words.language, standing.company.name, words.counted("", numbers), back=back)
    lines, currency = spread(standing.papers, today), standing.papers[0].currency
    if not lines:
        said, tone = _nothing(standing.papers, words, today)
        return replace(blank, said=said, tone=tone)
    cents = sum(line.amount_cents for line in lines)
    if why := _off(words, blank.title, cents, currency):
        return replace(blank, said=why, tone="wait")
    due = words.amount(cents, currency)
    return replace(
        blank,
        said=words.say(trouble) if trouble else "",
        tone="late" if trouble else "",
        amount=due,
        facts=_facts(standing.papers, {line.document_id: line.amount_cents for line in lines}, words, today),
        notes=(words.say("day", date=day(today, words.language)), words.say("provider")),
        button=label("pay_amount", words.language, montant=due),
    )


def _off(words: Words, named: str, cents: int, currency: str) -> str:
    """Why this amount cannot be paid online; "" where it can."""
    if takes(cents, currency):
        return ""
    between = limits(currency)
    said = {"objet": named, "reste": words.amount(cents, currency)}
    if between:
        said |= {"minimum": words.amount(between[0], currency), "maximum": words.amount(between[1], currency)}
    why = words.say("pay.off_limits" if between else "pay.off_currency", **said)
    return f"{why} {words.contacting('pay.otherwise')}"


def _barred(standing: Standing, words: Words) -> str:
    if standing.barred == "option":
        return words.contacting("off")
    return words.contacting("desk.no_right", action=words.say("action.pay"))


def _nothing(papers: Sequence[Paper], words: Words, today: date) -> tuple[str, Tone]:
    """Why nothing is to pay: it is under way, cancelled, or paid."""
    running, currency = sum(paper.in_progress_cents for paper in papers), papers[0].currency
    if running:
        return words.say("running", montant=words.amount(running, currency)), "wait"
    if len(papers) > 1:
        return words.say("pay.nothing_all", date=day(today, words.language)), "good"
    if papers[0].status == "cancelled":
        return words.say("cancelled", numéro=papers[0].number), ""
    return words.say("pay.nothing_invoice", numéro=papers[0].number), "good"


def _facts(papers: Sequence[Paper], due: Mapping[int, int], words: Words, today: date) -> tuple[Fact, ...]:
    """Of one invoice how its amount comes about, where it is not the total; of several what each adds."""
    currency = papers[0].currency
    if len(papers) > 1:
        return tuple(
            Fact(paper.number, words.amount(due[paper.id], currency))
            if paper.id in due
            else Fact(paper.number, words.say(f"status.{paper.state(today)}"))
            for paper in papers
        )
    [paper] = papers
    taken = (
        ("received", paper.paid_cents),
        ("credited", paper.credited_cents),
        ("in_progress", paper.in_progress_cents),
    )
    less = [Fact(words.say(key), words.amount(-cents, currency)) for key, cents in taken if cents]
    if not less:
        return ()
    total = Fact(words.say("total"), with_vat(paper.total_cents, words.language, currency))
    return (total, *less, Fact(words.say("left"), words.amount(due[paper.id], currency), True))


def paid(request: PayRequest, words: Words, back: Way, pay: Way, looks: int) -> View:
    """Where a request stands, after the payment page. `looks`: how often this page has looked already."""
    numbers, sum_ = (
        [line.number for line in request.lines],
        words.amount(request.amount_cents, request.currency),
    )
    blank = View(words.language, words.company.name, words.counted("", numbers), back=back)
    if request.state == "paid":
        return replace(blank, said=words.counted("paid", numbers, montant=sum_), tone="good")
    if request.state == "failed":
        return replace(blank, said=words.counted("failed", numbers, montant=sum_), tone="late", on=pay)
    if request.state == "expired":
        return replace(blank, said=words.say("expired"), tone="late", on=pay)
    key = "pay.processing_debit" if request.state == "in_progress" else "pay.processing"
    view = replace(blank, said=words.say(key, montant=sum_), tone="wait")
    if looks < len(WAITS):
        return replace(view, refresh=(WAITS[looks], f"?n={looks + 1}"))
    return replace(view, on=Way(words.say("again"), "?"))
