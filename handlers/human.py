"""“Parler à quelqu'un”: the message goes to the company, a person answers, the automatic service stays silent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from handlers.core import passing, pausing, phrases
from handlers.core.happening import facts
from handlers.core.ports import Talk
from handlers.core.registry import from_company, intent, step
from handlers.core.request import Request
from handlers.core.talk import Turn, known
from handlers.core.turn import Language, Reply
from handlers.rules import promise
from handlers.rules.text import fold, words

OVER = ("termine", "done", "terminee", "fini")
SILENCE = timedelta(hours=48)  # since the last message of either; then the automatic service answers again


@intent("human", scoped=True, team=False)
def human(turn: Turn) -> Reply:
    """Asked alone: what to say? Said in the same sentence: passed on at once."""
    message = turn.slots.get("message")
    if (reply := _paused(turn, message or turn.text)) is not None:
        return reply
    alone = turn.request.confidence == 1 and not turn.slots.get("topic")
    if message is None and (alone or not turn.text.strip()):
        asked = turn.say("human.ask").say_next(phrases.word("cancel", turn.language))
        return turn.then("human.message", asked)
    return _taken(turn, message or turn.text)


@step("human.message")
def message(turn: Turn) -> Reply:
    if not turn.text.strip() and not turn.said.files:
        return turn.say("human.ask")
    return _taken(turn, turn.text)


def _paused(turn: Turn, text: str) -> Reply | None:
    """What is said of a debt holds its reminders back."""
    if turn.access is None or not (topic := pausing.topic(turn, text)):
        return None
    day = turn.slots.get("day")
    return pausing.taken(turn, topic, text, date.fromisoformat(day) if day else None)


@step("promise.day")
def promised_day(turn: Turn) -> Reply | None:
    """The day alone, asked for after "je paierai bientôt"; without one a person reads both messages."""
    data = turn.data
    text = f"{data['text']}\n{turn.text}"
    day = promise.day(fold(turn.text), turn.today)
    turn.state.pop("step")
    turn.request = Request("human", data["slots"])
    reply = pausing.taken(turn, "promise", text, day) if day else None
    return reply or _taken(turn, text)


def _taken(turn: Turn, text: str) -> Reply:
    passing.pass_on(turn, text)
    _wait(turn)
    return turn.say("human.taken").say_next(phrases.word("menu", turn.language))


@step("human.waiting")
def waiting(turn: Turn) -> Reply | None:
    """Every further message goes to the person, unanswered, until MENU, TERMINÉ or two days of silence."""
    if turn.text.strip() or turn.said.files:
        passing.pass_on(turn, turn.text)
        _wait(turn)
    return None


def _wait(turn: Turn) -> None:
    """What the answer of a person will need: there is no turn of the client's then."""
    until = turn.now + SILENCE
    turn.expect("human.waiting", until, thread=turn.thread(), language=turn.language, form=turn.form)


@from_company
def answered(turn: Turn, about: str) -> None:
    """What a person answers goes to the client as it is; TERMINÉ hands back to the automatic service."""
    to, channel, conversation = (about.split(":", 2) + ["", ""])[:3]
    if to != "to" or not (turn.text.strip() or turn.said.files):
        return
    pausing.answered(turn)
    talk = turn.work.talks.load(turn.company, channel, conversation)
    theirs = _theirs(turn, talk, channel, conversation)
    waits = talk.state.get("step", {}) if theirs else {}
    data: dict[str, Any] = waits.get("data", {})
    language = known(data.get("language") or talk.language) or _recorded(turn)
    form = data.get("form") or turn.company.form_of_address
    message, over = _over(turn.text)
    message = message or ", ".join(one.name for one in turn.said.files)
    waited = waits.get("name") == "human.waiting"
    if waited:
        if over:
            talk.state.pop("step")
        else:
            waits["until"] = (turn.now + SILENCE).isoformat()
        turn.work.talks.save(turn.company, channel, conversation, talk, turn.now)
    keys = [key for key, told in (("answered", message), ("closed", over and waited)) if told]
    if not keys:
        return  # nobody is told twice that it is over
    said = facts(turn.company, language) | {"message": message}
    text = "\n".join(phrases.say("human", key, language, form, turn.company.phrases, **said) for key in keys)
    reply = Reply(text, language=language).attach(*passing.files(turn))
    if not theirs:
        channel, conversation = "email", f"own:{turn.key}"
        reply = replace(reply, subject=phrases.subject("human", "answered", language, form))
    address = turn.account.address if channel == "email" and turn.account else conversation
    turn.put(
        turn.company,
        channel,
        address,
        reply,
        conversation=conversation,
        account=turn.account,
        thread=data.get("thread"),
    )


def _over(text: str) -> tuple[str, bool]:
    """What is left to pass on, and whether TERMINÉ stands alone on the first or the last line."""
    lines = text.strip().split("\n")
    for nth in (0, -1):
        if words(lines[nth]) in OVER:
            del lines[nth]
            return "\n".join(lines).strip(), True
    return text.strip(), False


def _recorded(turn: Turn) -> Language:
    """On the client's file, else the company's."""
    files = turn.files(turn.account) if turn.account else ()
    return known(files[0].client.language if files else None) or known(turn.company.language) or "fr"


def _theirs(turn: Turn, talk: Talk, channel: str, conversation: str) -> bool:
    """Does the chat still belong to the client who wrote? Once unlinked, or with somebody else's access, it does not:
    the answer goes to the address on record."""
    if turn.account is None or channel != "telegram":
        return True
    linked = turn.work.chats.linked(turn.account, channel, conversation)
    return linked and talk.state.get("who") in (None, turn.account.id)
