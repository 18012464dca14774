"""What the company reads about its ledger: each day where it stands, and at once when it is no longer as written."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from handlers.core import phrases
from handlers.core.happening import facts, moment
from handlers.core.turn import Language, Reply
from handlers.rules.paper import Company


def anchor(company: Company, seq: int, hash: str, at: datetime) -> Reply:
    return _mail(company, "anchor", at, n=seq, empreinte=hash)


def broken(company: Company, seq: int, at: datetime) -> Reply:
    return _mail(company, "ledger_broken", at, n=seq)


def _mail(company: Company, key: str, at: datetime, **words: Any) -> Reply:
    language: Language = "en" if company.language == "en" else "fr"
    filled = facts(company, language) | moment(at, company, language) | words
    text = phrases.say("company", key, language, own=company.phrases, **filled)
    subject = phrases.subject("company", key, language, **filled)
    return Reply(text, subject=subject, language=language, kind="company")
