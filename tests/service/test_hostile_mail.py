"""A mail that holds up its reader holds up nobody else: in which order things happen, however slow the machine."""

from __future__ import annotations

import asyncio
import os
import signal
import smtplib
from collections.abc import AsyncIterator, Callable
from functools import partial
from multiprocessing import forkserver
from pathlib import Path

import pytest
from costly import HEAD, HTML
from pydantic import SecretStr
from sqlalchemy import select

from bot.app import Service, serve
from bot.demo.botapi import DEMO_TOKEN, BotApi
from bot.settings import Settings
from mail_gateway.guard import Guard
from service.process import DOMAIN, company
from storage import tables as t
from storage.engine import reading
from storage.files import Store
from storage.imports.folder import import_paths


def readers() -> set[int]:
    """The processes that read what others wrote, of all services of this process."""
    server = forkserver._forkserver._forkserver_pid
    if server is None:
        return set()
    return {int(pid) for pid in Path(f"/proc/{server}/task/{server}/children").read_text().split()}


@pytest.fixture
async def service(tmp_path: Path, api: BotApi, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Service]:
    monkeypatch.setattr("bot.mail.Guard", partial(Guard, seconds=600))  # it is ended by us
    settings = Settings(
        env="test",
        database_url=f"sqlite:///{tmp_path / 'facteur.db'}",
        files_url=f"file:{tmp_path / 'files'}",
        mail_domain=DOMAIN,
        smtp_listen="127.0.0.1:0",
        smtp_relay=SecretStr("smtp://127.0.0.1:1?tls=none"),
        telegram_token=SecretStr(DEMO_TOKEN),
        telegram_api=api.url,
    )
    made = await asyncio.to_thread(Service, settings)
    store, paths = Store(settings.files_url), [company(tmp_path, 1)]
    await asyncio.to_thread(import_paths, made.engine, store, paths, "", False, now=made.clock())
    stop, up = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(serve(made, ("worker", "telegram", "smtp"), stop, up))
    await up.wait()
    yield made
    stop.set()
    await running


def send(service: Service, raw: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", service.smtp_port) as client:
        client.sendmail("a@b.example", [f"atelier@{DOMAIN}"], raw)


async def mails(service: Service, ready: Callable[[list[str]], bool]) -> list[str]:
    """Their states, once they are so."""
    states = select(t.inbox.c.state).where(t.inbox.c.channel == "email").order_by(t.inbox.c.id)

    def found() -> list[str]:
        with reading(service.engine) as db:
            return list(db.execute(states).scalars())

    while not ready(now := await asyncio.to_thread(found)):
        await asyncio.sleep(0.02)
    return now


async def test_a_chat_is_answered_while_a_mail_is_being_read(service: Service, api: BotApi) -> None:
    others = readers()
    await asyncio.to_thread(send, service, HEAD + b"\r\nBonjour\r\n")
    assert await mails(service, lambda states: "taken" not in states and "due" not in states) == ["done"]
    (reader,) = readers() - others
    os.kill(reader, signal.SIGSTOP)  # it reads for ever
    try:
        costly = HTML + b"<table><tr>" + b"<td>x\r\n" * 60_000
        await asyncio.to_thread(send, service, costly)
        await mails(service, lambda states: states[-1] == "taken")
        person = api.user(9001, "Client", "fr")
        person.send("bonjour")
        await api.until(lambda: person.answers, seconds=120)
        assert await mails(service, bool) == ["done", "taken"], (
            "the mail was read before the chat was answered"
        )
    finally:
        os.kill(reader, signal.SIGCONT)
    assert await mails(service, lambda states: states[-1] != "taken") == ["done", "done"]
