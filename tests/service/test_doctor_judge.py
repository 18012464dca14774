"""What the doctor makes of what it measured: tables, without any machine."""

from __future__ import annotations

import errno
import smtplib
import ssl
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from bot.doctor import judge
from bot.doctor.examine import CHECKS, examine
from bot.doctor.finding import Finding, good, wrong
from bot.doctor.patient import Patient
from bot.settings import Settings

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
GB = 1000**3
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
KEY, HOOK = "sk_live_" + "a" * 24, "whsec_" + "b" * 24


def states(found: Any) -> list[str]:
    return [one.state for one in found]


def each_says_what_to_do(found: list[Finding]) -> None:
    for one in found:
        assert one.said.endswith((".", "?")) or ": " in one.said, one
        assert one.state == "good" or one.state == "note" or one.do, one


@pytest.mark.parametrize(
    ("current", "newest", "state", "words"),
    [
        ("0005", "0005", "good", "newest"),
        ("0004", "0005", "wrong", "0004"),
        ("0006", "0005", "wrong", "newer Facteur"),
        (None, "0005", "wrong", "no tables"),
    ],
)
def test_the_schema(current: str | None, newest: str, state: str, words: str) -> None:
    found = judge.schema(current, newest)
    assert (found.state, words in found.said) == (state, True)


@pytest.mark.parametrize(("free", "state"), [(0.9, "wrong"), (1.1, "note"), (4.9, "note"), (5.1, "good")])
def test_the_disk(free: float, state: str) -> None:
    found = judge.disk("data", int(free * GB), 100 * GB)
    assert found.state == state
    assert f"{free} GB free of 100.0 GB" in found.said


@pytest.mark.parametrize(
    ("seconds", "state", "words"),
    [
        (0, "good", "agrees"), (5, "good", "agrees"), (-4, "good", "agrees"),
        (6, "note", "6 seconds ahead"), (-60, "note", "60 seconds behind"), (61, "wrong", "61 seconds ahead"),
        (-180, "wrong", "3 minutes behind"), (7200, "wrong", "2 hours ahead"), (200_000, "wrong", "2 days ahead"),
    ],
)  # fmt: skip
def test_the_clock(seconds: int, state: str, words: str) -> None:
    found = judge.clock(timedelta(seconds=seconds), "Telegram")
    assert (found.state, words in found.said) == (state, True), found


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ({"parts": {"web": "ready", "smtp": "ready"}}, "good"),
        ({"parts": {"web": "ready", "telegram": "starting"}}, "note"),
        ({"parts": "all"}, None), ({}, None), ([], None), ("ok", None), (None, None),
    ],
)  # fmt: skip
def test_a_port_that_is_taken_is_ours_or_not(answer: Any, state: str | None) -> None:
    found = judge.health(answer)
    assert (found and found.state) == state


@pytest.mark.parametrize(("bits", "is_open"), [(0o600, False), (0o640, False), (0o644, True), (0o601, True)])
def test_a_secret_is_not_for_everybody(bits: int, is_open: bool) -> None:
    assert (judge.mode("key", bits) is not None) == is_open


@pytest.mark.parametrize(
    ("code", "answer", "words"),
    [
        (200, {"ok": True, "result": {"username": "atelier_bot"}}, "@atelier_bot"),
        (401, {}, "does not know the token"), (404, {}, "does not know the token"), (502, {}, "502"),
        (200, {"ok": False}, "200"),
    ],
)  # fmt: skip
def test_the_token_of_telegram(code: int, answer: Any, words: str) -> None:
    found = judge.telegram(code, answer)
    assert words in found.said
    assert (found.state == "good") == ("@atelier" in words)


@pytest.mark.parametrize(
    ("hook", "by_post", "expected"),
    [
        ({"url": ""}, False, []),
        ({"url": "https://portail.example/telegram/x"}, True, []),
        ({"url": ""}, True, ["note"]),
        ({"url": "https://portail.example/telegram/x"}, False, ["note"]),
        ({"url": "https://elsewhere.example/x"}, True, ["wrong"]),
        ({"url": "https://portail.example/x", "last_error_date": NOW.timestamp() - 60}, True, ["note"]),
        ({"url": "https://portail.example/x", "last_error_date": NOW.timestamp() - 7200}, True, []),
    ],
)
def test_the_webhook(hook: Any, by_post: bool, expected: list[str]) -> None:
    assert states(judge.webhook(hook, by_post, "https://portail.example", NOW)) == expected


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (smtplib.SMTPAuthenticationError(535, b"no"), "refuses the user or the password"),
        (smtplib.SMTPNotSupportedError("STARTTLS"), "does not offer STARTTLS"),
        (smtplib.SMTPConnectError(554, b"go away"), "answers 554"),
        (smtplib.SMTPServerDisconnected("bye"), "it closed the connection"),
        (ssl.SSLError(1, "wrong version number"), "does not speak TLS there"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), "Connection refused"),
        (TimeoutError("timed out"), "no answer in time"),
    ],
)
def test_the_relay(error: Exception, words: str) -> None:
    found = judge.relay(error, "relay.example:587")
    assert found.state == "wrong"
    assert words in found.said
    assert found.do


@pytest.mark.parametrize(
    ("key", "secret", "env", "expected"),
    [
        (KEY, HOOK, "production", ["good"]),
        (KEY, None, "production", ["good", "note"]),
        (None, None, "production", ["wrong"]),
        (KEY.replace("live", "test"), HOOK, "production", ["note"]),
        (KEY.replace("live", "test"), HOOK, "demo", ["good"]),
        ("pk_live_" + "a" * 24, HOOK, "production", ["wrong"]),
        (KEY, "sk_live_x", "production", ["good", "wrong"]),
    ],
)
def test_the_keys_of_stripe(key: str | None, secret: str | None, env: str, expected: list[str]) -> None:
    found = list(judge.stripe("atelier", key, secret, env))
    assert states(found) == expected
    told = " ".join(one.said + one.do for one in found)
    assert not any(held and held in told for held in (key, secret)), "a secret is shown"


@pytest.mark.parametrize(
    ("broken", "is_late", "ahead", "expected"),
    [
        (None, False, -DAY, ["good"]), (None, False, MINUTE, ["good"]), (None, True, -DAY, ["wrong"]),
        (NOW, True, -DAY, ["wrong"]), (None, False, 2 * MINUTE, ["good", "wrong"]),
    ],
)  # fmt: skip
def test_the_ledger(broken: datetime | None, is_late: bool, ahead: timedelta, expected: list[str]) -> None:
    assert states(judge.ledger("atelier", broken, is_late, ahead)) == expected


@pytest.mark.parametrize(
    ("waits", "expected"),
    [
        (judge.Waits(0, 0, (), None), ["good"]),
        (judge.Waits(0, 0, (), NOW - MINUTE), ["good"]),
        (judge.Waits(0, 0, (), NOW - HOUR), ["wrong"]),
        (judge.Waits(2, 1, ("FCT-1",), None), ["wrong", "note", "note"]),
    ],
)
def test_the_queue(waits: judge.Waits, expected: list[str]) -> None:
    found = list(judge.queue(waits, NOW))
    assert states(found) == expected
    each_says_what_to_do(found)


@pytest.mark.parametrize(
    ("at", "state"), [(None, "note"), (NOW - DAY, "good"), (NOW - 2 * DAY, "good"), (NOW - 3 * DAY, "wrong")]
)
def test_the_last_backup(at: datetime | None, state: str) -> None:
    assert judge.backup(at, NOW).state == state


def made(**given: Any) -> Settings:
    return Settings(_env_file=None, **{"env": "production", "secret_key": SecretStr("x" * 64), **given})


@pytest.mark.parametrize(
    ("given", "state", "words"),
    [
        ({}, "wrong", "MAIL_DOMAIN is localhost"),
        ({"env": "test", "secret_key": SecretStr("")}, "note", "SECRET_KEY is empty"),
        ({"imap_url": SecretStr("imaps://u:hush@host/INBOX")}, "note", "AUTHSERV_ID"),
        ({}, "note", "PUBLIC_URL is empty"), ({}, "note", "TRUSTED_RELAYS is empty"), ({}, "note", "TSA_URL is empty"),
        ({"env": "demo"}, "note", "ENV is demo"),
    ],
)  # fmt: skip
def test_a_door_that_is_shut_is_told(given: dict[str, Any], state: str, words: str) -> None:
    found = list(judge.settings(made(**given)))
    assert [one.state for one in found if words in one.said] == [state]
    assert "hush" not in str(found)
    each_says_what_to_do(found)


def test_settings_that_are_all_there_say_nothing() -> None:
    whole = made(
        mail_domain="portail.example",
        public_url="https://portail.example",
        trusted_relays="127.0.0.1",
        tsa_url="https://tsa.example",
    )
    assert list(judge.settings(whole)) == []


# --- all of them, side by side


def broken(_: Patient) -> list[Finding]:
    raise RuntimeError("of a secret")


def test_a_check_that_raises_or_hangs_is_a_line_and_the_others_go_on() -> None:
    from threading import Event

    checks = {
        "raises": broken,
        "fine": lambda _: [good("So it is."), wrong("This not.", "Do that.")],
        "hangs": lambda _: [good(str(Event().wait(60)))],
    }
    told: list[tuple[int, int]] = []
    lines = examine(Patient(made(), NOW), lambda done, of: told.append((done, of)), checks, patience=0.3)
    assert [(line.about, line.finding.state) for line in lines] == [
        ("raises", "wrong"), ("fine", "good"), ("fine", "wrong"), ("hangs", "wrong"),
    ]  # fmt: skip
    assert "RuntimeError" in lines[0].finding.said
    assert "of a secret" not in str(lines), "what it says is not for show"
    assert "No answer within" in lines[-1].finding.said
    assert told == [(1, 3), (2, 3)]


def test_the_names_fit_their_column() -> None:
    assert max(map(len, CHECKS)) <= 9
