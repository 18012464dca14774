"""The classifier for a desk: read, or built the first time, in the background; meanwhile the desk goes by rules."""

from __future__ import annotations

from threading import Thread

import structlog

from bot.settings import Settings
from bot.understanding.examples import WrongPhrases
from bot.understanding.store import NotBuilt, load
from handlers.core.classifier import Model
from handlers.core.desk import Desk

log = structlog.get_logger()


def ear(settings: Settings) -> Model | None:
    """The classifier; None, and a line in the log, where it cannot be built. The first time it takes seconds."""
    folder = settings.data_folder
    try:
        return load(folder / "understanding", folder / "phrases")
    except (NotBuilt, WrongPhrases) as error:
        log.warning("understanding.by_rules_alone", why=str(error))
        return None


def listen(desk: Desk, settings: Settings) -> Thread:
    """Give the desk its ear once it is there. A service that is told to stop does not wait for it."""

    def learn() -> None:
        desk.ear = ear(settings)
        if desk.ear:
            log.info("understanding.ready")

    thread = Thread(target=learn, name="understanding", daemon=True)
    thread.start()
    return thread
