"""What is asked over the network: Telegram, the relay, the time. Nothing is sent to anybody, nothing is changed."""

from __future__ import annotations

import json
import smtplib
import ssl
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.error import HTTPError

from bot.clock import now
from bot.doctor import judge
from bot.doctor.finding import Finding, good, note
from bot.doctor.patient import SECONDS, Patient
from mail_gateway.server import BadRelay, Server


def telegram(it: Patient) -> Iterator[Finding]:
    made = it.settings
    token = made.telegram_token.get_secret_value()
    if not token:
        yield note("TELEGRAM_TOKEN is empty: Telegram is off.", "@BotFather gives one.")
        return
    base = f"{made.telegram_api.rstrip('/')}/bot{token}"
    try:
        code, answer = _asked(f"{base}/getMe")
        yield judge.telegram(code, answer)
        if code == 200:
            _, hook = _asked(f"{base}/getWebhookInfo")
            by_post = made.telegram_mode == "webhook"
            yield from judge.webhook(hook.get("result") or {}, by_post, made.public_url, now())
    except (OSError, ValueError) as error:  # never as it is: it may name the address, and so the token
        why = judge.why(getattr(error, "reason", error))
        yield Finding(
            "wrong", f"Telegram does not answer: {why}.", "See the network, a proxy, and TELEGRAM_API."
        )


def _asked(url: str) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(url, timeout=SECONDS) as answer:  # noqa: S310 -- the operator's own address
            return answer.status, json.load(answer)
    except HTTPError as error:
        with error:
            return error.code, {}


def relay(it: Patient) -> Iterator[Finding]:
    """Greeting, STARTTLS, log-in; no mail."""
    try:
        server = Server.at(it.settings.smtp_relay.get_secret_value())
    except BadRelay as error:
        yield Finding("wrong", f"{error}.", "See SMTP_RELAY.")
        return
    place = f"{server.host}:{server.port}"
    try:
        with _connected(server, it.settings.mail_domain) as client:
            if server.tls == "starttls":
                client.starttls(context=ssl.create_default_context())
            if server.user is not None:
                client.login(server.user, server.password or "")
            client.ehlo_or_helo_if_needed()
    except (OSError, smtplib.SMTPException) as error:
        yield judge.relay(error, place)
        return
    how = {"starttls": "by STARTTLS", "tls": "by TLS", "none": "without TLS, on this machine"}[server.tls]
    logged = ", and lets us log in" if server.user is not None else ""
    yield good(f"{place} answers {how}{logged}.")


def _connected(server: Server, name: str) -> smtplib.SMTP:
    if server.tls == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(server.host, server.port, name, timeout=SECONDS, context=context)
    return smtplib.SMTP(server.host, server.port, name, timeout=SECONDS)


def clock(it: Patient) -> Iterator[Finding]:
    """This machine's, against that of whoever answers. Offline is no fault."""
    found = [
        judge.clock(skew, whose) for whose, skew in (*_database_clock(it), *_clocks(it)) if skew is not None
    ]
    yield from found or [note(f"{now():%Y-%m-%d %H:%M:%S} UTC; nobody answered to compare it with.")]


def _database_clock(it: Patient) -> Iterator[tuple[str, timedelta | None]]:
    from sqlalchemy import func, select

    engine = it.database()[1]
    if engine is not None and engine.dialect.name == "postgresql":
        with engine.connect() as db:
            yield "the database", now() - db.execute(select(func.clock_timestamp())).scalar_one()


def _clocks(it: Patient) -> Iterator[tuple[str, timedelta | None]]:
    if it.settings.telegram_token.get_secret_value():
        yield "Telegram", _skew(it.settings.telegram_api)
    if it.settings.tsa_url:
        yield "the time-stamping authority", _skew(it.settings.tsa_url)


def _skew(url: str) -> timedelta | None:
    """Of our clock, ahead of the Date of an answer; it has no fractions of seconds."""
    request = urllib.request.Request(url, method="HEAD")  # noqa: S310 -- the operator's own address
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 -- as above
            date = answer.headers["Date"]
    except HTTPError as error:
        with error:
            date = error.headers["Date"]
    except (OSError, ValueError):
        return None
    return now() - _instant(date) if date else None


def _instant(date: str) -> datetime:
    return parsedate_to_datetime(date).astimezone(UTC)
