"""@intent, @step, @on, @from_company: how one file in handlers/ makes itself known."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from handlers.core.happening import Happening
    from handlers.core.talk import Turn
    from handlers.core.turn import Reply

Handler = Callable[["Turn"], "Reply | None"]  # None: silence
Listener = Callable[[Any, "Happening"], None]
FromCompany = Callable[["Turn", str], None]  # the conversation of the mail that is answered


@dataclass(frozen=True)
class Intent:
    name: str
    handle: Handler
    option: str  # the option the company must have subscribed to, or ""
    scoped: bool  # does a link that opens one document allow it?
    right: str  # the right the contact must have in this file: read, pay, sign, or ""
    team: bool  # may the company's own people, who only read, use it?


INTENTS: dict[str, Intent] = {}
STEPS: dict[str, Handler] = {}
LISTENERS: dict[type[Any], list[Listener]] = {}
FROM_COMPANY: list[FromCompany] = []


def intent(
    name: str, *, option: str = "", scoped: bool = False, right: str = "", team: bool = True
) -> Callable[[Handler], Handler]:
    """This function answers when a message asks for `name`. core/route.py checks the rest before it is called."""

    def add(handle: Handler) -> Handler:
        assert name not in INTENTS, name
        INTENTS[name] = Intent(name, handle, option, scoped, right, team)
        return handle

    return add


def step(name: str) -> Callable[[Handler], Handler]:
    """This function takes the next message, whatever it says, once Turn.then or Turn.expect named it.

    A button goes where its choice leads; `choices.chosen(turn)` finds the choice that the words mean. AIDE, MENU,
    ANNULER, DÉCONNEXION, a language, another file or company, said alone, end the step instead. Name the step again to
    wait on.
    """

    def add(handle: Handler) -> Handler:
        assert name not in STEPS, name
        STEPS[name] = handle
        return handle

    return add


def on(event: type[Any]) -> Callable[[Listener], Listener]:
    """This function hears of an event that Desk.note brings in."""

    def add(listen: Listener) -> Listener:
        LISTENERS.setdefault(event, []).append(listen)
        return listen

    return add


def from_company(handle: FromCompany) -> FromCompany:
    """This function takes what the company answers to a mail of kind "company"."""
    FROM_COMPANY.append(handle)
    return handle


def discover() -> None:
    """Import every module of handlers/, once."""
    import handlers

    for module in pkgutil.iter_modules(handlers.__path__):
        if not module.ispkg:
            importlib.import_module(f"handlers.{module.name}")
