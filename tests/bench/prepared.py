"""A service's data as it is in the middle of the day: accounts with an open access, on both channels."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.clock import now
from handlers.core.turn import Reply
from handlers.rules.address import normal
from mail_gateway.addresses import Marks
from service.process import DOMAIN, Process, address, company
from storage.engine import connect
from storage.keys import Keys
from storage.work import opener

CHAT = 40_000  # the first chat


def service(folder: Path, relay: str, clients: int, **settings: object) -> Process:
    made = Process(folder, relay, smtp_connections=100, smtp_connections_per_ip=100, **settings)
    done = made.run("import", str(company(folder, clients)))
    assert done.returncode == 0, done.stderr
    return made


def open_accesses(made: Process, clients: int, channel: str) -> list[tuple[str, str, str]]:
    """One open access a client. Returns (sender, reply address or chat, text)."""
    keys = Keys.of("the tests only")
    marks = Marks(keys.marks, DOMAIN)
    engine, at = connect(made.env["FACTEUR_DATABASE_URL"]), now()
    jobs = []
    for nth in range(clients):
        with opener(engine, keys)() as work:
            found = work.companies.by_slug("atelier")
            assert found is not None
            account = work.accounts.at(found, normal(address(nth)))
            assert account is not None
            where = f"bench:{nth}" if channel == "email" else str(CHAT + nth)
            mail = work.outbox.put(
                found,
                "email",
                account.address,
                Reply("Votre code"),
                at,
                dedup=f"bench:{nth}",
                conversation=where,
                account=account,
                drop_at=at - timedelta(days=1),
            )
            (file,) = work.accounts.files(account)
            until = at + timedelta(hours=2)
            work.sessions.open(account, channel, where, mail, None, file.client.id, at, until)
            if channel == "telegram":
                work.chats.save("telegram", where, found, None, "fr", at)
            to = marks.reply_address("atelier", mail, until) if channel == "email" else where
        jobs.append((address(nth), to, "solde"))
    engine.dispose()
    return jobs
