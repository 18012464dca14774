"""A reminder, as it goes to one contact by e-mail and on Telegram: of an invoice, a quote, a contract, an appointment.

Like an announcement, it is finished text; a company may say each its own way (core/own_phrases.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from handlers.core import papers, phrases, recipes, wording
from handlers.core.announce import PLACE, Announcement, manners
from handlers.core.happening import facts
from handlers.core.menu import standing
from handlers.core.talk import known
from handlers.core.turn import Choice, Document, Language, Link, Reply
from handlers.rules.card import Contract, Event
from handlers.rules.notices import Plan, Reach
from handlers.rules.paper import Company

NUMBER = re.compile(r"_[0-9]$")
LISTS = {"invoice": ("balance", "balance"), "quote": ("quotes", "list_quotes")}  # label, intent
SUBJECTS = {"quote_waiting": "remind", "quote_ending": "announce"}


@dataclass(frozen=True)
class Reminder(Announcement):
    """`what`: its level (rules/reminders.py)."""

    what: str = ""

    @property
    def text(self) -> str:
        """The key of what is said: "late_1" is "late", "late_2" and later ones are "very_late"."""
        stem = NUMBER.sub("", self.what)
        if stem == "late":
            return "late" if self.what == "late_1" else "very_late"
        return "quote_waiting" if stem == "quote_unanswered" else stem

    def fits(self, plan: Plan) -> Plan:
        """A business is told what a delay costs, or is not reminded of it."""
        plan = super().fits(plan)
        missing = self._is_late and self.reach.client.kind == "B2B_FR" and not self.ways.late_rate
        return replace(plan, reason="no_rate") if missing and not plan.reason else plan

    def email(self) -> Reply:
        if self.paper.kind == "quote":
            reply = self._quote()
        else:
            reply = self._invoice()
        if self.paper.file_sha256:
            reply = reply.attach(papers.named(self.paper, self.language))
        return manners(reply if self.portal else reply.note(document=self.paper.id), self.reach)

    def telegram(self) -> Reply:
        if self.reach.discreet:
            return self._private()
        lines = [self._main(), self._legal()]
        choices = self._choices() if self.portal else ()
        reply = Reply("\n".join(filter(None, lines)), language=self.language)
        return manners(reply.offer(*choices), self.reach)

    # --- what they are made of

    @property
    def _is_late(self) -> bool:
        return self.what.startswith("late")

    def _invoice(self) -> Reply:
        url = self._page_to_pay()
        said = self._say("mail", self.text, lien=PLACE, rappel_légal=self._legal())
        reply = Reply(self._linked(said, url), subject=self._subject("mail"), language=self.language)
        reply = reply.offer(*self._choices(paid_by_link=bool(url))).say_next(*self._words())
        return reply.link(Link(self._pay_label(), url)) if url else reply

    def _quote(self) -> Reply:
        more = ["quote_answer"] if self._acts() else []
        lines = [self._main(), *(self._say("remind", key) for key in (*more, "quote_question"))]
        subject = self._subject(SUBJECTS[self.text])
        reply = Reply("\n".join(lines), subject=subject, language=self.language)
        return reply.offer(*self._choices()).say_next(*self._words())

    def _private(self) -> Reply:
        label, intent = LISTS[self.paper.kind]
        key = "private" if self.paper.kind == "invoice" else "private_quote"
        shown = Choice(standing(self.company.id, intent), phrases.label(label, self.language), main=True)
        return manners(Reply(self._say("remind", key), language=self.language).offer(shown), self.reach)

    def _main(self) -> str:
        short = "_short" if self.text == "quote_waiting" and not self.paper.valid_until else ""
        return self._say("announce" if self.text == "quote_ending" else "remind", self.text + short)

    def _legal(self) -> str:
        if not self._is_late or self.reach.client.kind != "B2B_FR":
            return ""
        return super()._say("remind", "legal_b2b", taux=_rate(self.ways.late_rate or "", self.language))

    def _say(self, file: str, key: str, **more: str) -> str:
        left = wording.amount(self.paper.left_cents, self.language, self.paper.currency)
        return super()._say(file, key, reste=left, **more)

    def _subject(self, file: str) -> str:
        last = self.paper.due_on if self.paper.kind == "invoice" else self.paper.valid_until
        day = wording.day(last, self.language) if last else ""
        words = {"numéro": self.paper.number, "échéance": day, "date": day}
        return phrases.subject(file, self.text, self.language, self.reach.form, **words)

    def _choices(self, paid_by_link: bool = False) -> tuple[Choice, ...]:
        """The acts, then a person where one may be needed."""
        made = super()._choices(paid_by_link)
        ends = {"late": "person", "very_late": "person", "quote_ending": "extension"}
        if self.text in ends:
            return (*made[:-1], Choice(made[-1].id, phrases.label(ends[self.text], self.language)))
        return made[:-1] if self.paper.kind == "invoice" else made

    def _words(self) -> tuple[str, ...]:
        """Of what is late: that it left already, in the place of the balance."""
        listed = super()._words()
        if not self._is_late:
            return listed
        paid = f"{phrases.word('paid', self.language)} {self.paper.number}"
        return (*map(self._word, self._acts()), paid, *listed[-2:])


def _rate(written: str, language: Language) -> str:
    """ "12,15 %", "12.15%": as the company wrote it, in the marks of the language."""
    if language == "fr":
        return wording.typeset(written, language)
    return written.replace(",", ".").replace(" %", "%")


# --- what is no document


@dataclass(frozen=True)
class Renewal:
    """A contract that renews by itself: a mail of its own, whose box holds the last day to refuse (mission N23)."""

    company: Company
    reach: Reach
    contract: Contract
    last_day: date | None  # None: the company has not told the notice of its contracts

    def fits(self, plan: Plan) -> Plan:
        """The law wants them told, by e-mail: what they stopped is not this."""
        if self.last_day is None:
            return replace(plan, reason="no_notice")
        return replace(plan, reason="") if plan.reason == "stopped" else plan

    def email(self) -> Reply:
        language = _language(self.reach)
        renews_on = self.contract.next_due_on
        words = {
            "libellé": self.contract.label or self.contract.ref,
            "numéro": self.contract.ref,
            "date": wording.day(renews_on, language) if renews_on else "",
            "fin": wording.day(self.last_day, language) if self.last_day else "",
        }
        reply = Reply(
            _say(self.company, self.reach, "mail", "renewal", **words),
            subject=phrases.subject("mail", "renewal", language, self.reach.form, **words),
            language=language,
        )
        return manners(reply.say_next(phrases.word("human", language)), self.reach)


@dataclass(frozen=True)
class Appointment:
    """With the event, for any calendar, as `calendar` gives it in the conversation."""

    company: Company
    reach: Reach
    event: Event
    now: datetime

    def fits(self, plan: Plan) -> Plan:
        return plan

    def email(self) -> Reply:
        language, there = _language(self.reach), self._there
        subject = phrases.subject(
            "remind", "appointment", language, self.reach.form, jour=wording.day(there, language)
        )
        reply = Reply(self._text(), subject=subject, language=language).attach(self._file())
        words = (phrases.word(name, language) for name in ("calendar", "human", "stop"))
        return manners(reply.say_next(*words), self.reach)

    def telegram(self) -> Reply:
        language = _language(self.reach)
        if self.reach.discreet:
            reply, label, intent = Reply(self._say("private_appointment")), "calendar", "calendar"
        else:
            reply, label, intent = Reply(self._text()).attach(self._file()), "person", "human"
        choice = Choice(standing(self.company.id, intent), phrases.label(label, language))
        return manners(replace(reply, language=language).offer(choice), self.reach)

    def _file(self) -> Document:
        return recipes.calendar(self.company, _language(self.reach), self.now, [self.event])

    @property
    def _there(self) -> date:
        return wording.local(self.event.starts_at, self.company.timezone).date()

    def _text(self) -> str:
        key = "appointment" if self.event.place else "appointment_short"
        return self._say(key, date=self._when(), titre=self.event.title, lieu=self.event.place or "")

    def _when(self) -> str:
        """ "vendredi 27 novembre 2026 à 9h00"; midnight is an hour that nobody recorded."""
        language, zone = _language(self.reach), self.company.timezone
        day = wording.named_day(self._there, language)
        if wording.local(self.event.starts_at, zone).time() == time():
            return day
        hour = wording.hour(self.event.starts_at, language, zone)
        return phrases.say("calendar", "at", language, jour=day, heure=hour)

    def _say(self, key: str, **words: str) -> str:
        return _say(self.company, self.reach, "remind", key, **words)


def _language(reach: Reach) -> Language:
    return known(reach.language) or "fr"


def _say(company: Company, reach: Reach, file: str, key: str, **words: str) -> str:
    language = _language(reach)
    filled = facts(company, language) | words
    return phrases.say(file, key, language, reach.form, company.phrases, **filled)


# --- what the company is told, once


def to_company(company: Company, key: str) -> Reply:
    """Why some reminders do not leave, and which setting they want: `key` "no_rate", "no_notice"."""
    language: Language = "en" if company.language == "en" else "fr"
    words = facts(company, language) | {"code": company.slug}
    text = phrases.say("company", f"remind_{key}", language, own=company.phrases, **words)
    subject = phrases.subject("company", f"remind_{key}", language, **words)
    return Reply(text, subject=subject, language=language, kind="company")
