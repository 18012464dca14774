"""The service with a mailbox instead of the SMTP door, seen from outside."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from imap_peers import PASSWORD, Pymap, mail
from imap_script import Scripted

from bot.clock import now
from bot.demo.mailboxes import Mailboxes
from bot.doctor.mailbox import mailbox
from bot.doctor.patient import Patient
from service.process import Process, address, company
from service.warm import Warm

CLIENTS = 12
PARTS = ("--only", "imap,worker,web")


@pytest.fixture
async def relay() -> AsyncIterator[Mailboxes]:
    made = Mailboxes()
    await made.start()
    yield made
    await made.stop()


async def health(service: Process) -> dict[str, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{service.web}/health") as answer,
    ):
        return dict((await answer.json())["parts"])


def answers(relay: Mailboxes, who: str) -> set[str]:
    return {letter.message_id for letter in relay.letters(who) if not letter.sent}


async def with_kills(folder: Path, pymap: Pymap, relay: Mailboxes, kills: int) -> Process:
    """Twelve mails, and some more while it runs before each kill: all answered once in the end."""
    dice, total = random.Random(kills), CLIENTS * (kills + 1)
    service = Warm(folder, relay.url, imap_url=pymap.url)
    done = await asyncio.to_thread(service.run, "import", str(company(folder, total)))
    assert done.returncode == 0, done.stderr
    mails = [mail(n, sender=address(n)) for n in range(total)]
    try:
        for nth in range(kills):
            pymap.put(*mails[CLIENTS * nth : CLIENTS * nth + 4])
            await service.start(*PARTS)
            pymap.put(*mails[CLIENTS * nth + 4 : CLIENTS * (nth + 1)])
            await asyncio.sleep(dice.uniform(0, 0.3))
            service.kill()
        pymap.put(*mails[CLIENTS * kills :])
        await service.start(*PARTS)
        assert await health(service) == {"imap": "ready", "worker": "ready", "web": "ready"}
        async with asyncio.timeout(60):
            while pymap.held() or not all(answers(relay, address(n)) for n in range(total)):
                await asyncio.sleep(0.1)
        assert service.stop() == 0
    finally:
        service.end()
    assert [len(answers(relay, address(n))) for n in range(total)] == [1] * total
    assert len(pymap.held("Processed")) == total
    return service


async def test_killed_and_started_again_it_answers_each_mail_once(
    tmp_path: Path, pymap: Pymap, relay: Mailboxes
) -> None:
    log = (await with_kills(tmp_path, pymap, relay, kills=1)).log()
    assert "imap.connected" in log
    for secret in (PASSWORD, json.dumps(PASSWORD)[1:-1], "atelier@", "solde", "Question"):
        assert secret not in log


@pytest.mark.soak
async def test_killed_ten_times_it_answers_each_mail_once(
    tmp_path: Path, pymap: Pymap, relay: Mailboxes
) -> None:
    await with_kills(tmp_path, pymap, relay, kills=10)


async def test_its_own_address_and_machines_get_no_answer(
    tmp_path: Path, pymap: Pymap, relay: Mailboxes
) -> None:
    """Loops: what it wrote itself, what says it is automatic; a colleague at the same domain is a person."""
    service = Warm(tmp_path, relay.url, imap_url=pymap.url)
    assert (await asyncio.to_thread(service.run, "import", str(company(tmp_path, 1)))).returncode == 0
    own = mail(1, sender="atelier@portail.example")
    machine = b"Auto-Submitted: auto-replied\r\n" + mail(2, sender=address(0))
    colleague = mail(3, sender="lea@portail.example")
    pymap.put(own, machine, colleague, mail(4, sender=address(0)))
    try:
        await service.start(*PARTS)
        async with asyncio.timeout(30):
            while not (answers(relay, address(0)) and answers(relay, "lea@portail.example")):
                await asyncio.sleep(0.1)
        assert service.stop() == 0
    finally:
        service.end()
    assert not answers(relay, "atelier@portail.example")
    assert len(answers(relay, address(0))) == 1


async def test_a_url_that_cannot_be_used_is_one_sentence(tmp_path: Path) -> None:
    service = Warm(tmp_path, "smtp://127.0.0.1:1?tls=none", imap_url="imap://u:hush@mail.example/")
    done = await asyncio.to_thread(service.run, "serve")
    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1].strip() == (
        "IMAP_URL: without TLS only on this machine (127.0.0.1); use imaps://"
    )
    assert "hush" not in done.stderr


# --- facteur doctor


@pytest.mark.parametrize(
    ("change", "state", "said"),
    [
        (("", ""), "good", "lets us in; mails that wait in INBOX: 2."),
        (("secret", "wrong"), "wrong", "the server refuses the user or the password (AUTHENTICATIONFAILED)."),
        (("127.0.0.1", "localhost"), "good", "lets us in"),
        (("imap:", "imaps:"), "wrong", "the server does not speak TLS there."),
        ((":secret", ""), "wrong", "IMAP_URL has no password"),
    ],
)
async def test_the_doctor_says_how_the_mailbox_is(
    settings: Any, change: tuple[str, str], state: str, said: str
) -> None:
    server = Scripted(mail(1), mail(2))
    await server.start()
    try:
        patient = Patient(settings(server.url.replace(*change, 1)), now())
        found = await asyncio.to_thread(lambda: list(mailbox(patient)))
    finally:
        await server.stop()
    assert found[0].state == state
    assert said in found[0].said
    assert "secret" not in found[0].said
    assert len(server.messages) == 2


@pytest.mark.parametrize(
    ("can", "cannot"), [("UIDPLUS", "IDLE"), ("MOVE", "IDLE"), ("IDLE", "can move none")]
)
async def test_the_doctor_says_what_the_server_cannot_do(settings: Any, can: str, cannot: str) -> None:
    server = Scripted(can=can)
    await server.start()
    try:
        found = await asyncio.to_thread(lambda: list(mailbox(Patient(settings(server.url), now()))))
    finally:
        await server.stop()
    assert [one.state for one in found] == ["good", "note"]
    assert cannot in found[1].said
