"""A message that we could not deal with after three tries: the client is told, and the company."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from handlers.core import phrases
from handlers.core.happening import Happening, facts, moment
from handlers.core.registry import on
from handlers.core.turn import Language, Reply
from handlers.rules import address
from handlers.rules.paper import Company


@dataclass(frozen=True)
class GaveUp:
    """`sender`: a chat id, or the address it was written from; `inbox`: the row that keeps it."""

    channel: str
    sender: str
    slug: str | None  # the company it was written to, where the channel knows
    at: datetime
    inbox: int


@on(GaveUp)
def tell(event: GaveUp, happening: Happening) -> None:
    """To the client only where there is one: on Telegram the chat, by e-mail the address on record."""
    work = happening.work
    chat = work.chats.load(event.channel, event.sender) if event.channel == "telegram" else None
    company = work.companies.by_slug(event.slug) if event.slug else chat.company if chat else None
    if company is None:
        return
    language: Language = "en" if (chat.language if chat else company.language) == "en" else "fr"
    home: Language = "en" if company.language == "en" else "fr"
    words = facts(company, language) | moment(event.at, company, language)
    if event.channel == "telegram":
        form, own = company.form_of_address, company.phrases
        text = phrases.say("trouble", "gave_up", language, form, own, **words)
        reply = Reply(text, language=language, kind="notice")
        happening.put(company, "telegram", event.sender, reply, conversation=event.sender)
    elif account := _account(happening, company, event.sender):
        happening.mail(
            company,
            account,
            "trouble.gave_up",
            language,
            company.form_of_address,
            **moment(event.at, company, language),
        )
    told = moment(event.at, company, home)
    happening.mail(
        company, company.email, "company.put_aside", home, kind="notice", numéro=str(event.inbox), **told
    )


def _account(happening: Happening, company: Company, sender: str) -> str | None:
    try:
        found = happening.work.accounts.at(company, address.normal(sender))
    except address.BadAddress:
        return None
    return found.address if found else None
