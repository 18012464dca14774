"""An answer on Telegram while a costly mail of each kind is read, against one while nothing else happens."""

from __future__ import annotations

import asyncio
import smtplib
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from costly import COSTLY

from bot.demo.botapi import DEMO_TOKEN, BotApi
from bot.demo.botapi.people import Person
from service.process import DOMAIN, Process
from tests.bench import report
from tests.bench.prepared import CHAT, open_accesses, service

REPEATS = 5
CHATS = 1 + REPEATS * (3 + len(COSTLY))
WAIT = 30.0


def send(port: int, raw: bytes) -> str:
    """What the door said of it."""
    with smtplib.SMTP("127.0.0.1", port, timeout=WAIT) as client:
        client.ehlo()
        client.mail("a@b.example")
        client.rcpt(f"atelier@{DOMAIN}")
        client.putcmd("data")
        client.getreply()
        client.send(raw + b"\r\n.\r\n")
        return str(client.getreply()[0])


async def turn(api: BotApi, people: Iterator[Person]) -> float:
    """ms from a message to its answer, each in a chat of its own: messages to one chat are a second apart."""
    person, began = next(people), time.monotonic()
    person.send("solde")
    await api.until(lambda: person.answers, WAIT)
    return 1000 * (time.monotonic() - began)


async def during(api: BotApi, people: Iterator[Person], port: int, raw: bytes) -> tuple[float, str]:
    """The longest of the turns that began from the first byte of the mail on; and what the door said."""
    sending = asyncio.create_task(asyncio.to_thread(send, port, raw))
    turns = [await turn(api, people) for _ in range(REPEATS)]
    return max(turns), await sending


async def measured(api: BotApi, made: Process) -> None:
    people = (api.user(CHAT + nth, "Client", "fr") for nth in range(CHATS))
    await turn(api, people)
    idle = report.middle([await turn(api, people) for _ in range(3 * REPEATS)])
    for kind, (raw, _) in COSTLY.items():
        longest, said = await during(api, people, made.smtp, raw)
        report.line(f"chat while: {kind}"[:44], idle, longest, "ms", "goal under 1,000 ms", f"door {said}")


async def run(folder: Path) -> None:
    api = BotApi()
    await api.start()
    made = service(
        folder, "smtp://127.0.0.1:9?tls=none", CHATS, telegram_token=DEMO_TOKEN, telegram_api=api.url
    )
    open_accesses(made, CHATS, "telegram")
    await made.start("--only", "telegram,web,worker,smtp")
    try:
        await measured(api, made)
    except TimeoutError:
        print([(one.method, one.status) for one in api.calls[-20:]], made.log()[-5000:], flush=True)
        raise
    finally:
        made.stop()
        await api.stop()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(Path(folder)))


if __name__ == "__main__":
    main()
