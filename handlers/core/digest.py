"""What happened, as the company reads it: in the morning by e-mail, in the conversation of its team, in a terminal."""

from __future__ import annotations

from handlers.core import phrases, wording
from handlers.core.happening import facts, moment
from handlers.core.talk import known
from handlers.core.turn import Language, Reply
from handlers.rules.happened import Happened, Item
from handlers.rules.paper import Company

LISTED = 10  # of each sort
SORTS = (  # what asks for something to be done comes first
    *("undelivered", "locked", "broken", "disagreed", "said_paid", "signed", "refused", "paid", "promised"),
    *("expired", "seen"),
)


def lines(company: Company, what: Happened, language: Language) -> list[str]:
    """A line a thing, under the line that says what it is."""
    since = moment(what.since, company, language)
    if what.nothing:
        return [_say(language, "nothing", **since)]
    told = [_say(language, "since", **since)]
    for sort in SORTS:
        items: tuple[Item, ...] = getattr(what, sort)
        if items:
            told += [_say(language, sort), *(f"- {_item(one, language)}" for one in items[:LISTED])]
        if len(items) > LISTED:
            told.append(f"- {_say(language, 'more', n=len(items) - LISTED)}")
    return [*told, _say(language, "announced", n=what.announced)] if what.announced else told


def mail(company: Company, what: Happened) -> Reply:
    language = known(company.language) or "fr"
    words = facts(company, language) | moment(what.until, company, language)
    subject = phrases.subject("digest", "digest", language, **words)
    text = "\n".join([*lines(company, what, language), _say(language, "end")])
    return Reply(text, subject=subject, language=language, kind="company")


def _item(one: Item, language: Language) -> str:
    parts = [one.client, one.what]
    if one.cents is not None:
        parts.append(wording.amount(one.cents, language, one.currency))
    if one.until:
        parts.append(_say(language, "until", jour=wording.day(one.until, language)))
    if one.why:
        parts.append(_say(language, f"why_{one.why}"))
    return ", ".join(filter(None, parts))


def _say(language: Language, key: str, **words: object) -> str:
    return phrases.say("digest", key, language, "vous", {}, **words)
