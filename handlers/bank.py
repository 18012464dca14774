"""The company has another IBAN: everybody who may pay is told, on both channels, and never what it is (mission N8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.core import phrases
from handlers.core.happening import Happening, facts, moment
from handlers.core.registry import on
from handlers.core.turn import Language, Reply
from handlers.rules.paper import Account, Company


@dataclass(frozen=True)
class IbanChanged:
    """To be told to these; another event holds the next ones."""

    company: Company
    accounts: tuple[Account, ...]
    at: datetime


@on(IbanChanged)
def tell(event: IbanChanged, happening: Happening) -> None:
    for account in event.accounts:
        _tell(event, account, happening)


def _tell(event: IbanChanged, account: Account, happening: Happening) -> None:
    company, work = event.company, happening.work
    files = work.accounts.files(account)
    client = files[0].client if files else None
    wanted = (client.language if client else None) or company.language
    language: Language = "en" if wanted == "en" else "fr"
    form = (client.form_of_address if client else None) or company.form_of_address
    words: dict[str, Any] = moment(event.at, company, language)
    happening.mail(company, account.address, "transfer.changed", language, form, account=account, **words)
    filled = facts(company, language) | words
    text = phrases.say("transfer", "changed", language, form, company.phrases, **filled)
    reply = Reply(text, language=language, kind="notice").note(heading=company.name)
    for chat in work.chats.of(account, "telegram"):
        happening.put(company, "telegram", chat, reply, conversation=chat, account=account)
