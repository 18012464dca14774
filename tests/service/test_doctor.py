"""facteur doctor as an operator runs it: against a relay, a Bot API, ports and files that are really there."""

from __future__ import annotations

import asyncio
import json
import socket
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from bot.cli.common import loaded
from bot.clock import now
from bot.demo.botapi import BotApi
from bot.demo.mailboxes import Mailboxes
from bot.doctor.examine import CHECKS, Line, examine
from bot.doctor.patient import Patient
from bot.paper import keys
from service.process import Process, company, free_port
from service.warm import Warm
from storage.keys import Keys

TOKEN = "4711:of-the-tests"
Said = dict[str, list[dict[str, str]]]


async def examined(process: Process, code: int = 1) -> Said:
    """The lines of each check; `code`: how it must end."""
    done = await asyncio.to_thread(process.run, "doctor", "--json")
    assert done.returncode == code, done.stdout + done.stderr
    assert done.stderr == ""
    said: Said = {}
    for line in json.loads(done.stdout):
        assert line["state"] != "wrong" or line["do"], line
        said.setdefault(line["about"], []).append(line)
    return said


Looked = Callable[..., Awaitable[Said]]


@pytest.fixture
def looked(process: Process, monkeypatch: pytest.MonkeyPatch) -> Looked:
    """Some checks alone: the whole command, which seals a PDF to try it, takes seconds."""

    def look(about: tuple[str, ...]) -> list[Line]:
        for name, value in process.env.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(process.folder)
        it = Patient(loaded(), now())
        lines = examine(it, lambda done, known: None, {name: CHECKS[name] for name in about})
        if engine := it.database()[1]:
            engine.dispose()
        return lines

    async def told(*about: str) -> Said:
        said: Said = {}
        for line in await asyncio.to_thread(look, about):
            said.setdefault(line.about, []).append(vars(line.finding))
        return said

    return told


def state(said: Said, about: str) -> str:
    """The worst of it."""
    found = {line["state"] for line in said[about]}
    return next(one for one in ("wrong", "note", "good") if one in found)


def words(said: Said, about: str) -> str:
    return " ".join(line["said"] for line in said[about])


@pytest.fixture
def process(tmp_path: Path, mailboxes: Mailboxes) -> Process:
    return Warm(tmp_path, mailboxes.url)


async def filled(process: Process) -> None:
    done = await asyncio.to_thread(process.run, "import", str(company(process.folder, 1)))
    assert done.returncode == 0, done.stderr


async def test_of_an_installation_that_is_well_nothing_is_wrong(process: Process, api: BotApi) -> None:
    process.env |= {"FACTEUR_TELEGRAM_TOKEN": api.token, "FACTEUR_TELEGRAM_API": api.url}
    await filled(process)
    said = await examined(process, 0)
    for about in ("secrets", "database", "mail out", "telegram", "pdf", "ledger", "queue", "stripe", "clock"):
        assert state(said, about) == "good", said[about]
    assert state(said, "web") == state(said, "mail in") == "note"
    assert "free: the service does not run" in words(said, "web")
    done = await asyncio.to_thread(process.run, "doctor")
    assert done.returncode == 0
    assert "All is well." in done.stdout
    assert api.token not in done.stdout


async def test_ports_that_the_service_holds_are_not_taken(process: Process) -> None:
    await process.start()
    try:
        said = await examined(process, 0)
        assert "The service runs: " in words(said, "web")
        assert "The service takes mail" in words(said, "mail in")
    finally:
        process.end()


async def test_an_empty_folder_and_nobody_around(tmp_path: Path) -> None:
    """Offline: whatever is asked for is a line, and nothing is made."""
    port = free_port()
    settings = {
        "telegram_token": TOKEN,
        "telegram_api": f"http://127.0.0.1:{port}",
        "tsa_url": f"http://127.0.0.1:{port}",
    }
    said = await examined(Warm(tmp_path, f"smtp://127.0.0.1:{port}?tls=none", **settings))
    assert state(said, "database") == "wrong"
    assert "There is no database yet" in words(said, "database")
    assert [state(said, about) for about in ("telegram", "mail out")] == ["wrong", "wrong"]
    assert state(said, "clock") == "note", "offline is no fault of the clock"
    assert state(said, "ledger") == "note"
    assert list(tmp_path.iterdir()) == []


async def test_wrong_settings_are_its_lines(process: Process) -> None:
    process.env |= {"FACTEUR_SMTP_LISTEN": "25", "FACTEUR_ENV": "production", "FACTEUR_SECRET_KEY": ""}
    said = await examined(process)
    assert list(said) == ["settings"]
    assert "SMTP_LISTEN" in words(said, "settings")


async def test_ports_taken_by_others_and_addresses_of_others(process: Process) -> None:
    with socket.create_server(("127.0.0.1", process.web)):
        process.env["FACTEUR_SMTP_LISTEN"] = "192.0.2.1:8025"
        said = await examined(process)
    assert "is taken by another program" in words(said, "web")
    assert "192.0.2.1:8025 cannot be opened" in words(said, "mail in")


async def test_a_token_that_telegram_does_not_know(process: Process, looked: Looked, api: BotApi) -> None:
    process.env |= {"FACTEUR_TELEGRAM_TOKEN": TOKEN, "FACTEUR_TELEGRAM_API": api.url}
    said = await looked("telegram")
    assert "does not know the token" in words(said, "telegram")
    assert TOKEN not in json.dumps(said)


async def test_the_relay_lets_us_log_in_or_not(process: Process, looked: Looked) -> None:
    def allowed(_: Any, __: Any, ___: Any, ____: Any, data: Any) -> AuthResult:
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"facteur", b"hush")
        return AuthResult(success=good, handled=False)

    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(object(), loop=loop, authenticator=allowed, auth_require_tls=False), "127.0.0.1", 0
    )
    at = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    for password, told in (("hush", "lets us log in"), ("other", "refuses the user or the password")):
        process.env["FACTEUR_SMTP_RELAY"] = f"smtp://facteur:{password}@{at}?tls=none"
        said = await looked("mail out")
        assert told in words(said, "mail out")
        assert password not in json.dumps(said)
    process.env["FACTEUR_SMTP_RELAY"] = f"smtp://{at}?tls=starttls"
    assert "does not offer STARTTLS" in words(await looked("mail out"), "mail out")
    server.close()


async def test_secrets_and_keys_that_others_can_read(process: Process, looked: Looked) -> None:
    (process.folder / "facteur.toml").write_text('authserv_id = "mx.example"\nimap_url = ""\n', "utf-8")
    (process.folder / "facteur.toml").chmod(0o644)
    key = process.folder / "key"
    key.write_text("of the tests", "utf-8")
    key.chmod(0o644)
    process.env |= {"FACTEUR_SECRET_KEY_FILE": "key", "FACTEUR_DKIM_KEY": "dkim.pem"}
    (process.folder / "dkim.pem").write_text("of the tests", "utf-8")
    (process.folder / "dkim.pem").chmod(0o644)
    keys.install(process.folder / "keys", now())
    (process.folder / "keys/leaf.pem").chmod(0o640)
    said = await looked("secrets", "seal keys")
    assert [line["said"] for line in said["secrets"]] == [
        f"{name} holds a secret, and everybody on this machine can read it." for name in ("dkim.pem", "key")
    ], "the settings file holds none"
    assert "Others can read" in words(said, "seal keys")
    key.chmod(0o600)
    (process.folder / "dkim.pem").chmod(0o600)
    (process.folder / "keys/leaf.pem").chmod(0o600)
    said = await looked("secrets", "seal keys")
    assert state(said, "secrets") == state(said, "seal keys") == "good"


async def test_what_the_database_tells(process: Process, looked: Looked) -> None:
    await filled(process)
    box = Keys.of("another secret").box
    with closing(sqlite3.connect(process.folder / "facteur.db")) as db, db:
        db.execute(
            "UPDATE companies SET options = ?, stripe_key = ?, chain_broken_at = '2026-11-01 00:00:00'",
            ('["portal", "payment"]', box.encrypt(b"sk_live_0123456789")),
        )
        db.execute(
            "INSERT INTO inbox (channel, key, received_at, state, ready_at, raw) VALUES"
            " ('email', 'a', '2026-01-01 00:00:00', 'quarantine', NULL, x'00'),"
            " ('email', 'b', '2026-01-01 00:00:00', 'due', '2026-01-01 00:00:00', x'00')"
        )
        db.execute("INSERT INTO cursors VALUES ('backup', '/srv', '2026-01-01 00:00:00')")
    said = await looked("database", "ledger", "queue", "stripe", "backup")
    assert "found altered on 2026-11-01" in words(said, "ledger")
    assert "Messages wait since 2026-01-01" in words(said, "queue")
    assert "Mails put aside: 1" in words(said, "queue")
    assert "cannot be read with this SECRET_KEY" in words(said, "stripe")
    assert state(said, "backup") == "wrong"
    with closing(sqlite3.connect(process.folder / "facteur.db")) as db, db:
        db.execute("UPDATE companies SET stripe_key = NULL")
        db.execute("UPDATE alembic_version SET version_num = '0001'")
    said = await looked("database", "stripe")
    assert "Its schema is 0001" in words(said, "database")
    assert "first the database" in words(said, "stripe")


async def test_a_backup_is_known_afterwards(
    process: Process, looked: Looked, tmp_path_factory: pytest.TempPathFactory
) -> None:
    await filled(process)
    assert "none yet" in words(await looked("backup"), "backup")
    path = str(tmp_path_factory.mktemp("elsewhere") / "backup")
    done = await asyncio.to_thread(process.run, "backup", path)
    assert done.returncode == 0, done.stderr
    assert state(await looked("backup"), "backup") == "good"


@pytest.mark.parametrize("place", ["127.0.0.1:1", "192.0.2.1:5432"])
async def test_a_server_of_the_database_that_does_not_answer(
    process: Process, looked: Looked, place: str
) -> None:
    process.env["FACTEUR_DATABASE_URL"] = f"postgresql+psycopg://u:hush@{place}/x"
    said = await looked("database")
    assert "It cannot be opened" in words(said, "database")
    assert "hush" not in json.dumps(said)
