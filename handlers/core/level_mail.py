"""What a simple electronic signature is, told to a company that turns the option on (mission S41)."""

from __future__ import annotations

from handlers.core import phrases
from handlers.core.turn import Language, Reply
from handlers.rules.paper import Company


def level(company: Company) -> Reply:
    language: Language = "en" if company.language == "en" else "fr"
    text = phrases.say("company", "level", language, own=company.phrases)
    subject = phrases.subject("company", "level", language)
    return Reply(text, subject=subject, language=language, kind="company")
