"""Stripe's webhooks, durable: the event, the payment, the ledger and both mails committed before 200, against a bare
aiohttp endpoint that verifies the signature and keeps nothing."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import aiohttp

from bot.clock import now
from bot.demo.stripe import objects, signed
from bot.payments.news import MARK
from handlers.rules.address import normal
from handlers.rules.paying import spread
from service.process import Process, address
from storage.checkouts import Checkouts
from storage.engine import connect
from storage.keys import Keys
from storage.work import opener
from tests.bench import report
from tests.bench.prepared import service

EVENTS, REPEATS, CONNECTIONS = 300, 3, 8
SECRET = "whsec_bench"


def bodies(made: Process) -> list[bytes]:
    """One event a client: the session of a request for their invoice is paid."""
    keys, at = Keys.of("the tests only"), now()
    engine = connect(made.env["FACTEUR_DATABASE_URL"])
    found, checkouts = [], Checkouts(engine, keys)
    for nth in range(EVENTS):
        with opener(engine, keys)() as work:
            company = work.companies.by_slug("atelier")
            assert company
            account = work.accounts.at(company, normal(address(nth)))
            assert account
            [file] = work.accounts.files(account)
            lines = spread(work.payments.payable(file.client, at.date()), at.date())
            request = work.payments.request(
                file.client, account, lines, "EUR", "email", "", at, at + timedelta(hours=24)
            )
        checkouts.opened(request.id, f"cs_{nth}", "https://pay.example", request.expires_at)
        found.append(event(nth, request.id, request.amount_cents))
    engine.dispose()
    return found


def event(nth: int, request: int, cents: int) -> bytes:
    price = {"currency": "eur", "unit_amount": cents, "product_data": {"name": "Facture"}}
    asked = {
        "mode": "payment",
        "success_url": "https://a.example",
        "line_items": [{"price_data": price}],
        "metadata": {MARK: str(request)},
    }
    at = int(now().timestamp())
    session = objects.session(f"cs_{nth}", asked, at, "https://pay.example")
    session |= {"status": "complete", "payment_status": "paid", "payment_intent": f"pi_{nth}"}
    return json.dumps(
        objects.event(f"evt_{nth}", "checkout.session.completed", session, at), indent=2
    ).encode()


async def posted(url: str, sent: list[bytes]) -> float:
    """Events a second; one that is not taken is sent again, as Stripe does."""
    waiting, at = list(sent), int(time.time())
    async with aiohttp.ClientSession() as client:

        async def one() -> None:
            while waiting:
                body = waiting.pop()
                headers = {"Stripe-Signature": signed(body, SECRET, at)}
                async with client.post(url, data=body, headers=headers) as answer:
                    if answer.status != 200:
                        print(f"{url} answered {answer.status}, sent again", flush=True)
                        waiting.append(body)

        began = time.perf_counter()
        await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
        return len(sent) / (time.perf_counter() - began)


def floor(sent: list[bytes]) -> tuple[float, float]:
    """(events/s, CPU us an event)."""
    command = [sys.executable, "-m", "tests.bench.floors", "webhook", SECRET]
    with subprocess.Popen(command, cwd=report.ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        url = f"http://127.0.0.1:{int(server.stdout.readline())}/stripe/atelier"
        try:
            return measured(url, server.pid, sent)
        finally:
            server.kill()


def measured(url: str, pid: int, sent: list[bytes]) -> tuple[float, float]:
    cpu = report.cpu_seconds(pid)
    rate = asyncio.run(posted(url, sent))
    return rate, 1e6 * (report.cpu_seconds(pid) - cpu) / len(sent)


def ours() -> tuple[tuple[float, float], list[bytes]]:
    with tempfile.TemporaryDirectory() as folder:
        made = service(Path(folder), "smtp://127.0.0.1:9?tls=none", EVENTS)
        secret = Path(folder, "secret")
        secret.write_text(SECRET, "ascii")
        arguments = ("--stripe-webhook-secret-file", str(secret), "--options", "portal,payment")
        done = made.run("company", "set", "atelier", *arguments)
        assert done.returncode == 0, done.stderr
        sent = bodies(made)
        asyncio.run(made.start("--only", "web"))
        try:
            return measured(f"http://127.0.0.1:{made.web}/stripe/atelier", made.running.pid, sent), sent
        finally:
            made.stop()
            for line in made.log().splitlines():
                if "stripe." in line:  # why it was not taken
                    print(line, flush=True)


def main() -> None:
    floors, mine = [], []
    for _ in range(REPEATS):
        found, sent = ours()
        mine.append(found)
        floors.append(floor(sent))
    low, high = (report.middle([rate for rate, _ in runs]) for runs in (floors, mine))
    cpu = [report.middle([us for _, us in runs]) for runs in (floors, mine)]
    more = f"CPU {cpu[0]:.0f} and {cpu[1]:.0f} us an event"
    report.line(f"a webhook, durable, {CONNECTIONS} connections", low, high, "events/s", "printed", more)


if __name__ == "__main__":
    main()
