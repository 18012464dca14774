"""One transaction's worth of answering: what Turn and the listeners of events have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

from handlers.core import phrases, wording
from handlers.core.ports import Work
from handlers.core.turn import Document, Language, Reply
from handlers.rules.paper import Account, Company


@dataclass(frozen=True)
class Manners:
    """The settings the inside depends on."""

    idle_telegram: timedelta = timedelta(minutes=30)
    idle_email: timedelta = timedelta(hours=24)
    lock_scope: Literal["account", "conversation"] = "account"
    telegram: bool = True  # is there a bot to go on with?

    def idle(self, channel: str) -> timedelta:
        return self.idle_email if channel == "email" else self.idle_telegram


@dataclass
class Happening:
    """The transaction, the moment, and a key that names what is answered: its outbox rows are written once."""

    work: Work
    now: datetime
    key: str
    manners: Manners = field(default_factory=Manners)
    written: int = 0

    def put(
        self,
        company: Company,
        channel: str,
        address: str,
        reply: Reply,
        *,
        conversation: str | None = None,
        account: Account | None = None,
        thread: Mapping[str, Any] | None = None,
        **secret: Any,
    ) -> int:
        """Write one message to the outbox; its place in this turn makes it unique."""
        self.written += 1
        return self.work.outbox.put(
            company,
            channel,
            address,
            reply,
            self.now,
            dedup=f"{self.key}:{self.written}",
            conversation=conversation,
            account=account,
            thread=thread,
            **secret,
        )

    def mail(
        self,
        company: Company,
        address: str,
        key: str,
        language: Language,
        form: str = "vous",
        *,
        kind: str = "notice",
        account: Account | None = None,
        conversation: str | None = None,
        documents: tuple[Document, ...] = (),
        **words: Any,
    ) -> int:
        """A mail that opens its own thread: the text and the subject are those of `key` ("mail.locked")."""
        file, name = key.split(".")
        filled = facts(company, language) | words
        text = phrases.say(file, name, language, form, company.phrases, **filled)
        subject = phrases.subject(file, name, language, form, **filled)
        reply = Reply(text, documents=documents, subject=subject, language=language, kind=kind)
        return self.put(
            company,
            "email",
            address,
            reply,
            account=account,
            conversation=conversation or f"own:{self.key}:{self.written + 1}",
        )


def facts(company: Company, language: str) -> dict[str, Any]:
    """The words every text may use: who the company is and how to reach it."""
    reach = [company.phone, company.email] if company.phone else [company.email]
    return {
        "société": company.name,
        "contact": (" ou " if language == "fr" else " or ").join(str(way) for way in reach),
        "téléphone": company.phone or company.email,
        "fuseau": wording.zone_name(company.timezone, language),
    }


def moment(at: datetime, company: Company, language: str) -> dict[str, Any]:
    """{date} and {heure} of an instant, in the company's time zone."""
    there = wording.local(at, company.timezone)
    return {
        "date": wording.day(there.date(), language),
        "heure": wording.hour(at, language, company.timezone),
    }


def today(at: datetime, company: Company) -> date:
    return wording.local(at, company.timezone).date()
