"""The trained ear in a running service: there soon after the start, and not missed where it cannot be built."""

from __future__ import annotations

import re
from pathlib import Path

from bot.demo.letters import Writer
from bot.demo.mailboxes import Mailboxes
from service.process import DOMAIN, Process, address
from service.test_serve import made, received, until

CLIENT = address(0)
CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
LIKE_NO_RULE = "est ce que je vous suis redevable de qqch"


async def told(mailboxes: Mailboxes, text: str, answer: str) -> None:
    """Asks, gives the code, and waits for what the answer must say."""
    writer = Writer("Client", CLIENT, "fr")
    await mailboxes.compose(writer, f"atelier@{DOMAIN}", "Question", text)
    await until(lambda: received(mailboxes, CLIENT))
    first = received(mailboxes, CLIENT)[0]
    await mailboxes.compose(writer, first.reply_to, "", CODE.findall(first.text)[0], first)
    await until(lambda: any(answer in letter.text for letter in received(mailboxes, CLIENT)))


async def serves(service: Process, mailboxes: Mailboxes, event: str, text: str) -> None:
    try:
        await service.start()
        await until(lambda: event in service.log())
        await told(mailboxes, text, "120,00")
    finally:
        service.end()


async def test_what_no_rule_knows_is_understood(tmp_path: Path, mailboxes: Mailboxes) -> None:
    await serves(made(tmp_path, mailboxes), mailboxes, "understanding.ready", LIKE_NO_RULE)


async def test_phrases_that_cannot_be_read_leave_the_rules(tmp_path: Path, mailboxes: Mailboxes) -> None:
    own = tmp_path / "phrases"
    own.mkdir(parents=True)
    (own / "balance.fr.toml").write_text("this is no TOML", "utf-8")
    await serves(made(tmp_path, mailboxes), mailboxes, "understanding.by_rules_alone", "solde")
