"""`facteur serve` as an operator meets it: starting, health, stopping, its two ways to Telegram, its log."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.demo.botapi import DEMO_TOKEN, BotApi
from bot.demo.letters import Letter, Writer
from bot.demo.mailboxes import Mailboxes
from service.process import DOMAIN, Process, address, company, free_port
from service.warm import Warm

CLIENT, OTHER = address(0), address(1)
CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")


async def until(ready: Callable[[], Any], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not ready():
            await asyncio.sleep(0.1)


def received(mailboxes: Mailboxes, who: str) -> list[Letter]:
    return [letter for letter in mailboxes.letters(who) if not letter.sent]


async def health(service: Process) -> tuple[int, dict[str, str]]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{service.web}/health") as answer,
    ):
        return answer.status, (await answer.json())["parts"]


def made(folder: Path, mailboxes: Mailboxes, kind: type[Process] = Warm, **settings: Any) -> Process:
    service = kind(folder, mailboxes.url, **settings)
    assert service.run("import", str(company(folder, 2))).returncode == 0
    mailboxes.door = ("127.0.0.1", service.smtp)
    return service


@pytest.mark.parametrize("door", ["smtp", "web"])
def test_a_taken_port_is_one_sentence(tmp_path: Path, door: str) -> None:
    service = Process(tmp_path, "smtp://127.0.0.1:1?tls=none")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", getattr(service, door)))
        taken.listen()
        done = service.run("serve")
    assert done.returncode == 1
    sentence = (
        f"{door.upper()}_LISTEN: cannot listen at 127.0.0.1:{getattr(service, door)}: Address already in use."
    )
    assert done.stderr.strip().splitlines()[-1] == sentence
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("only", ["web", "web,smtp", "web,worker,scheduler"])
async def test_only_some_parts(tmp_path: Path, mailboxes: Mailboxes, only: str) -> None:
    service = made(tmp_path, mailboxes, Process)
    try:
        await service.start("--only", only)
        status, parts = await health(service)
        assert status == 200
        assert set(parts) == set(only.split(","))
        assert service.stop() == 0
    finally:
        service.end()


async def test_without_telegram_e_mail_works_and_health_says_so(tmp_path: Path, mailboxes: Mailboxes) -> None:
    """Nobody answers at TELEGRAM_API; then somebody does, without a restart."""
    port = free_port()
    service = made(
        tmp_path, mailboxes, telegram_token=DEMO_TOKEN, telegram_api=f"http://127.0.0.1:{port}", env="test"
    )
    late = BotApi(port=port)
    try:
        starting = asyncio.create_task(service.start())
        while True:
            await asyncio.sleep(0.1)
            try:
                status, parts = await health(service)
            except aiohttp.ClientError:
                continue
            if parts.get("smtp") == parts.get("worker") == "ready":
                break
        assert status == 503
        assert parts["telegram"] == "starting"
        await mailboxes.compose(Writer("Client", CLIENT, "fr"), f"atelier@{DOMAIN}", "Question", "solde")
        await until(lambda: received(mailboxes, CLIENT))
        assert (await health(service))[1]["telegram"] == "starting"

        await late.start()
        await starting
        assert (await health(service))[0] == 200
        person = late.user(9001, "Client", "fr")
        person.send("/start")
        await until(lambda: person.answers)
        assert service.stop() == 0
    finally:
        service.end()
        await late.stop()


@pytest.mark.parametrize(("mode", "method"), [("polling", "deleteWebhook"), ("webhook", "setWebhook")])
async def test_telegram_that_stumbles_at_the_start_is_asked_again(
    tmp_path: Path, mailboxes: Mailboxes, api: BotApi, mode: str, method: str
) -> None:
    service = made(
        tmp_path,
        mailboxes,
        telegram_token=DEMO_TOKEN,
        telegram_api=api.url,
        telegram_mode=mode,
        public_url="http://127.0.0.1:1",
    )
    service.env["FACTEUR_PUBLIC_URL"] = f"http://127.0.0.1:{service.web}"
    api.fail(method, 502, times=2)
    person = api.user(9003, "Client", "fr")
    try:
        await service.start()
        person.send("/start")
        await until(lambda: person.answers)
        assert service.stop() == 0
    finally:
        service.end()


async def test_telegram_by_webhook(tmp_path: Path, mailboxes: Mailboxes, api: BotApi) -> None:
    service = made(
        tmp_path,
        mailboxes,
        telegram_token=DEMO_TOKEN,
        telegram_api=api.url,
        telegram_mode="webhook",
        public_url="http://127.0.0.1:1",
    )
    service.env["FACTEUR_PUBLIC_URL"] = f"http://127.0.0.1:{service.web}"
    person = api.user(9002, "Client", "en")
    try:
        await service.start()
        hook = next(call for call in api.calls if call.method == "setWebhook")
        path = hook.params["url"].removeprefix(service.env["FACTEUR_PUBLIC_URL"])
        assert re.fullmatch(r"/telegram/[A-Za-z0-9_-]{16,}", path)
        assert not api.made("getUpdates"), "one way at a time"
        person.send("/start")
        await until(lambda: person.answers)
        async with aiohttp.ClientSession() as session:
            root, update = service.env["FACTEUR_PUBLIC_URL"], {"update_id": 1}
            async with session.post(f"{root}/telegram/guessed-by-a-stranger", json=update) as wrong:
                assert wrong.status == 404
            async with session.post(root + path, json=update) as bare:
                assert bare.status == 401
        assert service.stop() == 0
    finally:
        service.end()
    assert path.rpartition("/")[2] not in service.log(), "the secret of the webhook is in the log"


async def test_the_log_holds_no_address_no_code_and_no_text(
    tmp_path: Path, mailboxes: Mailboxes, api: BotApi
) -> None:
    """A conversation on both channels, with a wrong code; then whatever must not be there is looked for in the log."""
    service = made(tmp_path, mailboxes, telegram_token=DEMO_TOKEN, telegram_api=api.url)
    asked = await asyncio.to_thread(service.run, "company", "link", "atelier", "--json")
    token = json.loads(asked.stdout)["telegram"].partition("start=")[2]
    writer, person = Writer("Camille Rare", CLIENT, "fr"), api.user(987654321, "Prénomrare", "fr")
    try:
        await service.start()
        await mailboxes.compose(writer, f"atelier@{DOMAIN}", "Objetrare", "combien je vous dois, sapristi ?")
        await until(lambda: received(mailboxes, CLIENT))
        first = received(mailboxes, CLIENT)[0]
        code = CODE.findall(first.text)[0]
        await mailboxes.compose(writer, first.reply_to, "", code, first)
        await until(lambda: any("120,00" in letter.text for letter in received(mailboxes, CLIENT)))

        person.send(f"/start {token}")
        await until(lambda: len(person.answers) == 1)
        person.send(OTHER)
        await until(lambda: received(mailboxes, OTHER))
        chat_code = CODE.findall(received(mailboxes, OTHER)[0].text)[0]
        person.send("000000" if chat_code != "000000" else "000001")
        await until(lambda: len(person.answers) == 3)
        person.send(chat_code)
        await until(lambda: len(person.answers) == 4)
        person.send("factures, sapristi")
        await until(lambda: len(person.answers) == 5)
        assert service.stop() == 0
    finally:
        service.end()
    log = service.log()
    assert log.count('"answer.sent"') >= 7, "the log was written"
    for secret in (
        CLIENT, "contact@atelier", "Camille", "Client 0", "Prénomrare", "Pr\\u00e9nomrare", "Objetrare", "sapristi",
        "F-00000", "120,00", code, chat_code, token, DEMO_TOKEN, DEMO_TOKEN.partition(":")[2], "987654321",
        "the tests only", first.reply_to,
    ):  # fmt: skip
        assert secret not in log, f"{secret!r} is in the log"
    for line in log.splitlines():
        assert {"event", "level", "timestamp"} <= json.loads(line).keys()
