"""What a client wants told goes to the company: recorded on the client's file, and mailed with its files. The company
answers by replying (handlers/human.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handlers.core import phrases, wording
from handlers.core.turn import Document, Language

if TYPE_CHECKING:
    from handlers.core.talk import Turn
    from handlers.rules.paper import Paper

LANGUAGES: dict[str, Language] = {"fr": "fr", "en": "en"}


def home(turn: Turn) -> Language:
    """The company's own language."""
    return LANGUAGES.get(turn.company.language, "fr")


def files(turn: Turn) -> tuple[Document, ...]:
    return tuple(Document(one.name, one.sha256, one.size) for one in turn.said.files)


def record(turn: Turn, text: str) -> None:
    """On the client's file."""
    kind = "email" if turn.said.channel == "email" else "other"
    turn.work.interactions.record(turn.client, kind, text, turn.now, turn.said.channel)


def about(turn: Turn, key: str, paper: Paper, **more: Any) -> str:
    """A text about this quote and its signatory in the company's own language."""
    language = home(turn)
    total = wording.with_vat(paper.total_cents, language, paper.currency)
    file, name = key.split(".")
    told = {"numéro": paper.number, "total": total, "nom": signatory(turn)} | more
    return phrases.say(file, name, language, own=turn.company.phrases, **told)


def signatory(turn: Turn) -> str:
    """As the company recorded it, else the address."""
    named = turn.access.name if turn.access else None
    return named or (turn.account.address if turn.account else turn.to)


def pass_on(turn: Turn, text: str, said: str = "") -> None:
    """`said`: what was made of it, in the company's own language."""
    text = text.strip() or ", ".join(one.name for one in turn.said.files)
    record(turn, text)
    language = home(turn)
    place = phrases.say("mail", f"from_{turn.said.channel}", language)
    address = turn.account.address if turn.account else turn.to
    context = phrases.say("human", "context", language, ligne=turn.client.ref, adresse=address, canal=place)
    turn.mail(
        turn.company,
        turn.company.email,
        "company.message_noted" if said else "company.message",
        language,
        kind="company",
        account=turn.account,
        conversation=f"to:{turn.said.channel}:{turn.conversation}",
        documents=files(turn),
        client=turn.client.name,
        message=text,
        contexte=context,
        noté=said,
    )
