"""Killed at any moment, the service loses no message and answers none twice.

What was being sent when it died may go again: an e-mail with the same Message-ID, a Telegram message as it was.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from pathlib import Path

import pytest

from bot.demo.botapi import DEMO_TOKEN, BotApi
from bot.demo.letters import Writer
from bot.demo.mailboxes import Mailboxes, Refused
from service.process import DOMAIN, address, company
from service.warm import Warm

AT_ONCE = 16  # answers that may be on their way when the service dies
PER_ROUND = 12


async def mails_with_kills(folder: Path, mailboxes: Mailboxes, kills: int, seed: int) -> None:
    dice = random.Random(seed)
    clients = PER_ROUND * (kills + 1)
    service = Warm(folder, mailboxes.url, smtp_connections_per_ip=20)
    assert service.run("import", str(company(folder, clients))).returncode == 0
    mailboxes.door = ("127.0.0.1", service.smtp)
    accepted: set[str] = set()
    try:
        for nth in range(kills + 1):
            await service.start()
            mine = [address(PER_ROUND * nth + one) for one in range(PER_ROUND)]
            sending = asyncio.gather(*(_write(mailboxes, one, accepted) for one in mine))
            if nth < kills:
                await asyncio.sleep(dice.uniform(0, 0.6))
                service.kill()
            await sending
        missing = await _all_answered(mailboxes, accepted)
        assert not missing, f"{len(missing)} of {len(accepted)} accepted mails got no answer"
        assert service.stop() == 0
    finally:
        service.end()
    for one in accepted:
        answers = {letter.message_id for letter in mailboxes.letters(one) if not letter.sent}
        assert len(answers) == 1, f"{one}: {len(answers)} different answers to one message"
    assert len(accepted) >= PER_ROUND, "the last round meets no kill"


async def _write(mailboxes: Mailboxes, sender: str, accepted: set[str]) -> None:
    """A mail that heard "250" is ours from then on; one that did not is the sender's to send again."""
    try:
        await mailboxes.compose(Writer("Client", sender, "fr"), f"atelier@{DOMAIN}", "Solde", "solde")
    except Refused:
        return
    accepted.add(sender)


async def _all_answered(mailboxes: Mailboxes, accepted: set[str]) -> set[str]:
    missing = set(accepted)
    for _ in range(600):
        missing = {one for one in missing if not [x for x in mailboxes.letters(one) if not x.sent]}
        if not missing:
            break
        await asyncio.sleep(0.1)
    await asyncio.sleep(1.0)  # a second answer would come now
    return missing


async def chats_with_kills(folder: Path, mailboxes: Mailboxes, api: BotApi, kills: int, seed: int) -> None:
    dice = random.Random(seed)
    service = Warm(folder, mailboxes.url, telegram_token=DEMO_TOKEN, telegram_api=api.url)
    assert service.run("import", str(company(folder, 1))).returncode == 0
    people = []
    try:
        for nth in range(kills + 1):
            await service.start()
            mine = [api.user(5000 + PER_ROUND * nth + one, "Client", "fr") for one in range(PER_ROUND)]
            people += mine
            for person in mine:
                person.send("/start")
            if nth < kills:
                await asyncio.sleep(dice.uniform(0, 0.6))
                service.kill()
        for _ in range(600):
            if all(person.answers for person in people):
                break
            await asyncio.sleep(0.1)
        await asyncio.sleep(1.0)
        assert service.stop() == 0
    finally:
        service.end()
    counts = Counter(len(person.answers) for person in people)
    assert counts[0] == 0, f"{counts[0]} messages got no answer"
    repeated = sum(count - 1 for person in people for count in [len(person.answers)])
    assert repeated <= AT_ONCE * kills, f"{repeated} answers came twice in {kills} kills"
    assert all(len(person.answers) == 1 for person in people[-PER_ROUND:]), (
        "nobody was killed in the last round"
    )


async def test_mails_survive_a_kill(tmp_path: Path, mailboxes: Mailboxes) -> None:
    await mails_with_kills(tmp_path, mailboxes, kills=2, seed=1)


async def test_chats_survive_a_kill(tmp_path: Path, mailboxes: Mailboxes, api: BotApi) -> None:
    await chats_with_kills(tmp_path, mailboxes, api, kills=1, seed=2)


@pytest.mark.soak
async def test_mails_survive_twenty_kills(tmp_path: Path, mailboxes: Mailboxes) -> None:
    await mails_with_kills(tmp_path, mailboxes, kills=20, seed=3)


@pytest.mark.soak
async def test_chats_survive_eight_kills(tmp_path: Path, mailboxes: Mailboxes, api: BotApi) -> None:
    await chats_with_kills(tmp_path, mailboxes, api, kills=8, seed=4)
