"""Anybody may send a PDF to learn whether it is intact, altered or unknown: no access, no name, no amount (N14).

By its SHA-256 alone; one that was changed is known by the signature id in its bytes.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from handlers.core import phrases
from handlers.core.code_mails import STRANGERS_AN_HOUR
from handlers.core.strip import bare
from handlers.core.turn import Reply
from handlers.rules import lock

if TYPE_CHECKING:
    from handlers.core.talk import Turn
    from handlers.core.turn import File, Language, Said

FRENCH = frozenset(
    (
        "verifier",
        "verifier ce pdf",
        "verifier ce fichier",
        "verifier la signature",
        "verifiez",
        "verification",
    )
)
ENGLISH = frozenset(
    ("verify", "verify this", "verify this pdf", "verify this file", "verify signature", "check this pdf")
)
HELD: dict[str, Language] = {"verifier": "fr", "verifiez": "fr", "verify": "en"}
SHORT = 6  # words: a longer text that holds one of these asks for something else
MOST = 5  # files of one message


def wanted(said: Said) -> bool:
    """May the file of somebody unknown be looked at? With the word, or alone in a chat; never where the sender of a
    mail is another than it says."""
    text = _words(said)
    alone = not text and said.channel != "email"
    return said.level != "failed" and (alone or _asked_in(text) is not None)


def asked(turn: Turn) -> bool:
    """A PDF, alone or with the word. Files for the person who is spoken with go there."""
    waits = str(turn.state.get("step", {}).get("name", "")) if turn.before else ""
    text = _words(turn.said)
    wanted = _asked_in(text) is not None if text else not waits.startswith("human.")
    return wanted and bool(pdfs(turn))


def asked_how(turn: Turn) -> bool:
    """The word alone, in a mail that opens nothing."""
    return turn.session is None and _words(turn.said) in FRENCH | ENGLISH


def how(turn: Turn) -> Reply:
    """What to send."""
    return turn.say("verify.ask" if turn.chat else "verify.ask_mail")


def _asked_in(text: str) -> Language | None:
    """The language in which a check is asked for; None where the text asks for none."""
    if text in FRENCH or text in ENGLISH:
        return "fr" if text in FRENCH else "en"
    said = text.split()
    return next((HELD[one] for one in said if one in HELD), None) if len(said) <= SHORT else None


def _words(said: Said) -> str:
    """The text; where a mail has none, its subject if that is the word."""
    if said.text.strip():
        return bare(said.text) or said.text
    return subject if (subject := bare(said.subject)) in FRENCH | ENGLISH else ""


def pdfs(turn: Turn) -> list[File]:
    return [one for one in turn.said.files if is_pdf(one.name)][:MOST]


def is_pdf(name: str) -> bool:
    return name.lower().endswith(".pdf")


def answer(turn: Turn) -> Reply | None:
    """To whoever sent it; to a stranger's mailbox a few a day, since what answers may be a machine (facts R33)."""
    stranger = not turn.chat and turn.account is None
    turn.hint = turn.hint or _asked_in(_words(turn.said))
    if stranger and not _may_answer(turn):
        return None
    reply = _verdicts(turn, pdfs(turn)) if pdfs(turn) else how(turn)
    if stranger:
        subject = phrases.subject("verify", "intact" if pdfs(turn) else "ask_mail", turn.language, turn.form)
        return replace(reply, kind="neutral", subject="" if turn.marked else subject)
    return reply


def _verdicts(turn: Turn, files: list[File]) -> Reply:
    lines = [_verdict(turn, one) for one in files]
    if len(files) > 1:
        lines = [
            turn.words("verify.each", fichier=one.name, message=said)
            for one, said in zip(files, lines, strict=True)
        ]
    return Reply("\n".join(lines), language=turn.language)


def _verdict(turn: Turn, file: File) -> str:
    known = turn.work.signing.known(file.sha256)
    if known:
        key = "verify.presented" if known.what == "presented" else "verify.intact"
        return turn.words(key, signature=known.signature_id)
    if file.signature:
        return turn.words("verify.altered", signature=file.signature)
    return turn.words("verify.unknown")


def _may_answer(turn: Turn) -> bool:
    day, hour = turn.now - timedelta(days=1), turn.now - timedelta(hours=1)
    strangers = turn.work.outbox.count(turn.company, "", "neutral", hour)
    here = turn.work.outbox.count(turn.company, turn.to, "neutral", day)
    return here < lock.WRONG_ALLOWED and strangers < STRANGERS_AN_HOUR
