"""Access to a mailbox by tokens: asked for by a person once, kept encrypted, renewed, and said where it ends."""

from __future__ import annotations

import asyncio
import dataclasses
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from imap_peers import QUICK, mail
from imap_provider import CLIENT, Provider
from imap_script import Scripted, commands
from pydantic import ValidationError
from structlog.testing import capture_logs
from typer.testing import CliRunner

from bot.cli import app
from bot.clock import now
from mail_gateway.oauth import NoAccess, NoAnswer, OAuth, ProviderName, Waiting
from mail_gateway.oauth import Provider as Place
from service.process import Process
from service.warm import Warm
from storage.keys import Keys
from storage.tokens import MailboxTokens


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    made = Provider()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def server() -> AsyncIterator[Scripted]:
    made = Scripted(mail(1))
    await made.start()
    yield made
    await made.stop()


def asking(provider: Provider, name: ProviderName, slept: list[float] | None = None) -> OAuth:
    async def sleep(seconds: float) -> None:
        (slept if slept is not None else []).append(seconds)

    return OAuth(Place.of(name, provider.url), CLIENT, "", now, sleep)


# --- the person


async def test_a_device_code_is_shown_and_waited_for(provider: Provider) -> None:
    told: list[Waiting] = []
    slept: list[float] = []
    provider.device = ["authorization_pending", "slow_down", "authorization_pending"]
    tokens = await asking(provider, "microsoft", slept).log_in(told.append)
    assert told == [Waiting(f"{provider.url}/devicelogin", "BDWP-HQPK")]
    assert (tokens.access, tokens.refresh) == (provider.access, provider.refresh)
    assert timedelta(minutes=59) < tokens.expires_at - now() <= timedelta(hours=1)
    assert slept == [0.0, 0.0, 5.0, 5.0], "slower, once it was asked for"


@pytest.mark.parametrize("said", ["authorization_declined", "expired_token", "access_denied"])
async def test_a_person_who_says_no(provider: Provider, said: str) -> None:
    provider.device = ["authorization_pending", said]
    with pytest.raises(NoAccess, match=rf"^the provider says no \({said}\)$"):
        await asking(provider, "microsoft").log_in(lambda told: None)


async def test_another_application_is_refused(provider: Provider) -> None:
    other = OAuth(Place.of("microsoft", provider.url), "another", "", now)
    with pytest.raises(NoAccess, match="unauthorized_client"):
        await other.log_in(lambda told: None)


async def browse(url: str) -> tuple[int, str]:
    """As a browser does: the page of the provider leads back to us."""
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


async def test_a_browser_brings_the_code_back(provider: Provider) -> None:
    """PKCE, checked by the provider."""
    seen: list[asyncio.Task[Any]] = []

    def tell(told: Any) -> None:
        seen.append(asyncio.create_task(browse(told.url)))

    tokens = await asking(provider, "google").log_in(tell)
    assert (tokens.access, tokens.refresh) == (provider.access, provider.refresh)
    status, page = await seen[0]
    assert status == 200
    assert "close this page" in page


async def test_a_browser_that_says_no(provider: Provider) -> None:
    provider.decides = "access_denied"
    seen: list[asyncio.Task[Any]] = []

    def tell(told: Any) -> None:
        seen.append(asyncio.create_task(browse(told.url)))

    with pytest.raises(NoAccess, match="said no"):
        await asking(provider, "google").log_in(tell)
    assert (await seen[0])[0] == 400


async def test_another_page_of_this_machine_brings_no_code(provider: Provider) -> None:
    """The state is guessed wrong; the right answer still counts after it."""

    async def both(url: str) -> None:
        back = dict(part.split("=") for part in url.partition("?")[2].split("&"))["redirect_uri"]
        forged = back.replace("%3A", ":").replace("%2F", "/") + "/?code=forged&state=guessed"
        assert (await browse(forged))[0] == 400
        await browse(url)

    seen: list[asyncio.Task[None]] = []

    def tell(told: Any) -> None:
        seen.append(asyncio.create_task(both(told.url)))

    tokens = await asking(provider, "google").log_in(tell)
    await seen[0]
    assert tokens.access == provider.access


# --- the command


def process(folder: Path, url: str, provider: Provider, name: str) -> Process:
    given = {"imap_url": url, "imap_oauth": name, "imap_client_id": CLIENT, "imap_authority": provider.url}
    return Warm(folder, "smtp://127.0.0.1:1?tls=none", **given)


async def test_the_command_shows_the_code_and_keeps_the_tokens_encrypted(
    tmp_path: Path, provider: Provider
) -> None:
    service = process(tmp_path, "imaps://atelier@mail.example/", provider, "microsoft")
    done = await asyncio.to_thread(service.run, "mail", "login")
    assert done.returncode == 0, done.stderr
    assert f"{provider.url}/devicelogin" in done.stdout
    assert "Type this code there: BDWP-HQPK" in done.stdout
    assert "The mailbox can be read from now on." in done.stdout
    with closing(sqlite3.connect(tmp_path / "facteur.db")) as db:
        ((mailbox, sealed),) = db.execute("SELECT mailbox, sealed FROM mailbox_tokens")
    assert b"access-1" not in sealed
    assert b"refresh-1" not in sealed
    assert "atelier" not in mailbox
    assert b"refresh-1" in Keys.of("the tests only").box.decrypt(sealed)
    provider.device = ["access_denied"]
    refused = await asyncio.to_thread(CliRunner().invoke, app, ["mail", "login"], env=service.env)
    assert refused.exit_code == 1
    assert refused.stderr.strip() == "No access to the mailbox: the provider says no (access_denied)."


async def test_the_command_waits_for_a_browser(tmp_path: Path, provider: Provider) -> None:
    service = process(tmp_path, "imaps://atelier@mail.example/", provider, "google")
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "mail", "login"), cwd=tmp_path, env=service.env, stdout=-1, stderr=-1
    )
    assert running.stdout is not None
    await running.stdout.readline()
    url = (await running.stdout.readline()).decode().strip()
    assert (await browse(url))[0] == 200
    said, errors = await running.communicate()
    assert running.returncode == 0, errors
    assert b"can be read from now on" in said


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {"imap_url": "imaps://a:b@mail.example/"},
            "IMAP_OAUTH is empty: this mailbox opens with the password",
        ),
        ({}, "IMAP_URL must be imaps://user:password@host/folder"),
        ({"imap_url": "imaps://a@mail.example/"}, "IMAP_URL has no password"),
        ({"imap_url": "imaps://a@mail.example/", "imap_oauth": "google"}, "IMAP_OAUTH needs IMAP_CLIENT_ID"),
    ],
)
def test_the_command_says_which_setting_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in {"env": "test", **settings}.items():
        monkeypatch.setenv(f"FACTEUR_{name.upper()}", value)
    done = CliRunner().invoke(app, ["mail", "login"])
    assert done.exit_code == 2
    assert said in done.stderr


# --- the service


TOKENS = {"imap_client_id": CLIENT, "imap_oauth": "microsoft"}


def keep(reading: Any, access: str, refresh: str, ends: datetime) -> None:
    kept = MailboxTokens(reading.service.engine, reading.service.keys, reading.watcher.mailbox.name)
    kept.put({"access": access, "refresh": refresh, "expires_at": ends.isoformat()}, now())


def kept(reading: Any) -> dict[str, str]:
    service, name = reading.service, reading.watcher.mailbox.name
    found = MailboxTokens(service.engine, service.keys, name).get()
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("left", "good", "refreshes"),
    [
        (timedelta(hours=1), True, 0),
        (timedelta(minutes=4), True, 1),  # before its end
        (timedelta(hours=-9), False, 1),  # after its end
        (timedelta(hours=1), False, 1),  # the provider ended it early
    ],
)
async def test_a_token_is_renewed_in_time_and_after_a_refusal(
    provider: Provider, server: Scripted, read: Any, left: timedelta, good: bool, refreshes: int
) -> None:
    provider.refresh = "kept"
    server.token = "held" if good else "none"
    given = {"imap_authority": provider.url, **TOKENS}
    async with read(server.url.replace(":secret", ""), **given) as reading:
        reading.task.cancel()
        keep(reading, "held", "kept", now() + left)
        if refreshes:
            server.token = "access-1"
        reading.task = asyncio.create_task(reading.watcher.run())
        await reading.stored(1)
        assert len(provider.asked) == refreshes
        assert kept(reading)["refresh"] == ("refresh-1" if refreshes else "kept")
        if refreshes:
            assert kept(reading)["access"] == "access-1"
    assert len(commands(server, "AUTHENTICATE")) == (2 if left > timedelta(minutes=5) and refreshes else 1)


async def test_a_provider_that_gives_no_new_refresh_token(provider: Provider) -> None:
    provider.rotates = False
    asks = asking(provider, "google")
    seen: list[asyncio.Task[Any]] = []
    first = await asks.log_in(lambda told: seen.append(asyncio.create_task(browse(told.url))))
    second = await asks.refreshed(first)
    assert second.refresh == first.refresh
    assert second.access != first.access
    await seen[0]


async def test_a_withdrawn_access_is_said_and_taken_up_again_after_a_log_in(
    provider: Provider, server: Scripted, read: Any
) -> None:
    """M79. The service runs on, and finds what `facteur mail login` brought."""
    provider.refresh, server.token = "another", "given"
    given = {"imap_authority": provider.url, **TOKENS}
    with capture_logs() as log:
        async with read(server.url.replace(":secret", ""), **given) as reading:
            await reading.until(lambda: any(line["event"] == "imap.not_read" for line in log))
            assert log[-1]["why"] == "there is no access to the mailbox yet: run facteur mail login"
            keep(reading, "held", "withdrawn", now() + timedelta(hours=1))
            await reading.until(lambda: "invalid_grant" in str(log))
            told = next(line for line in log if "invalid_grant" in line.get("why", ""))
            keep(reading, "given", "given too", now() + timedelta(hours=1))
            await reading.stored(1)
    assert told["log_level"] == "error"
    wanted = (
        "access to the mailbox was not renewed, the provider says no (invalid_grant): run facteur mail login"
    )
    assert told["why"] == wanted
    assert "withdrawn" not in str(log)
    assert "portail.example" not in str(log), "the provider's own sentence"


async def test_a_token_that_ends_while_it_idles(provider: Provider, read: Any) -> None:
    """M79: the server says BYE; the next log-in renews."""
    server = Scripted(mail(1), idles=["says bye", "well"])
    await server.start()
    provider.refresh, server.token, server.next_token = "kept", "held", "access-1"
    given = {"imap_authority": provider.url, **TOKENS}
    try:
        async with read(server.url.replace(":secret", ""), **given) as reading:
            reading.task.cancel()
            keep(reading, "held", "kept", now() + timedelta(hours=1))
            reading.task = asyncio.create_task(reading.watcher.run())
            await reading.stored(1)
            server.put(mail(2))
            await reading.stored(2)
    finally:
        await server.stop()
    assert len(provider.asked) == 1


async def test_a_provider_that_is_down_is_asked_again(
    provider: Provider, server: Scripted, read: Any
) -> None:
    provider.down, provider.refresh, server.token = True, "kept", "access-1"
    given = {"imap_authority": provider.url, **TOKENS}
    pace = dataclasses.replace(QUICK, refused=30.0)
    with capture_logs() as log:
        async with read(server.url.replace(":secret", ""), pace, **given) as reading:
            reading.task.cancel()
            keep(reading, "held", "kept", now() - timedelta(hours=1))
            reading.task = asyncio.create_task(reading.watcher.run())
            await reading.until(lambda: len(provider.asked) > 1)
            provider.down = False
            await reading.stored(1)
    whys = [line["why"] for line in log if line["event"] == "imap.lost"]
    assert whys[0] == "access to the mailbox was not renewed: the provider answers 503"


async def test_a_provider_that_is_not_there() -> None:
    asks = OAuth(Place.of("microsoft", "http://127.0.0.1:1"), CLIENT, "", now)
    with pytest.raises(NoAnswer, match="the provider cannot be asked"):
        await asks.log_in(lambda told: None)


def test_places_of_the_providers() -> None:
    """As their documentation names them."""
    microsoft, google = Place.of("microsoft"), Place.of("google")
    assert microsoft.device_url == "https://login.microsoftonline.com/common/oauth2/v2.0/devicecode"
    assert microsoft.token_url == "https://login.microsoftonline.com/common/oauth2/v2.0/token"
    assert "IMAP.AccessAsUser.All" in microsoft.scope
    assert google.sign_in_url == "https://accounts.google.com/o/oauth2/v2/auth"
    assert google.token_url == "https://oauth2.googleapis.com/token"
    assert google.scope == "https://mail.google.com/"


def test_tokens_sealed_with_another_key_are_none(settings: Any) -> None:
    from bot.app import Service

    service = Service(settings("imaps://a@mail.example/", imap_oauth="google", imap_client_id=CLIENT))
    MailboxTokens(service.engine, service.keys, "imap:x").put(
        {"access": "a"}, datetime(2026, 11, 24, tzinfo=UTC)
    )
    assert MailboxTokens(service.engine, Keys.of("another"), "imap:x").get() is None
    assert MailboxTokens(service.engine, service.keys, "imap:x").get() == {"access": "a"}
    service.close()


@pytest.mark.parametrize(
    "authority", ["http://login.example.com", "login.example.com", "https://u:p@login.example"]
)
def test_a_place_without_tls_is_refused(settings: Any, authority: str) -> None:
    with pytest.raises(ValidationError, match="it takes https://host/path"):
        settings("imaps://a@mail.example/", imap_authority=authority)
