"""What measured things mean. Nothing here reads or asks anything."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.doctor.finding import Finding, good, note, wrong
from bot.settings import DEMO_KEY, Settings

GB = 1000**3
LITTLE, LOW = 1 * GB, 5 * GB
SLIGHT, MUCH = timedelta(seconds=5), timedelta(seconds=60)  # nobody can sign with a clock a minute behind
WAITING = timedelta(minutes=10)
OLD = timedelta(days=2)  # of a backup
STRIPE_KEY = re.compile(r"(sk|rk)_(test|live)_\w{10,}")
STRIPE_SECRET = re.compile(r"whsec_\w{10,}")


def settings(made: Settings) -> Iterator[Finding]:
    """Each door without its setting is shut: that is said, and may be meant so."""
    if made.secret == DEMO_KEY:
        yield note("SECRET_KEY is empty: the key of demonstrations is used.", "openssl rand -hex 32")
    yield from mail_settings(made)
    if not made.public_url:
        yield note(
            "PUBLIC_URL is empty: what is too large for a mail is named, not linked.",
            "Set it where a web server with HTTPS hands requests to WEB_LISTEN.",
        )
    if not made.tsa_url:
        yield note("TSA_URL is empty: seals are B-B, and proofs say that the time is the server's.")
    if made.env != "production":
        yield note(f"ENV is {made.env}: not for real clients.", "ENV=production, once they come.")


def mail_settings(made: Settings) -> Iterator[Finding]:
    if made.env == "production" and made.mail_domain == "localhost":
        yield wrong(
            "MAIL_DOMAIN is localhost: nobody can write to a company.",
            "Set it to the domain whose mail comes to this service.",
        )
    if made.imap_url.get_secret_value() and not made.authserv_id:
        yield note(
            "AUTHSERV_ID is empty: no mail of the mailbox counts as verified.",
            "Set it to the name that the mailbox's provider writes in Authentication-Results.",
        )
    elif not (made.trusted_relays or made.imap_url.get_secret_value()):
        yield note(
            "TRUSTED_RELAYS is empty: Facteur itself checks who sent a mail that comes straight from outside.",
            "Behind a mail server, set it, and AUTHSERV_ID, to that one: it checks DKIM and DMARC there.",
        )


def schema(current: str | None, newest: str) -> Finding:
    if current is None:
        return wrong("The database has no tables yet.", "facteur migrate")
    if current == newest:
        return good(f"It answers, and its schema is the newest ({newest}).")
    if current < newest:
        return wrong(
            f"Its schema is {current}, that of this version is {newest}.",
            "facteur backup PATH, then facteur migrate; the service does it at its start too.",
        )
    return wrong(
        f"Its schema ({current}) is of a newer Facteur than this ({newest}).", "Install that version."
    )


def disk(folder: str, free: int, total: int) -> Finding:
    said = f"{folder} can be written; {_size(free)} free of {_size(total)}."
    if free < LITTLE:
        return wrong(said, "Make room: a full disk takes no mail.")
    return note(said, "Make room before it is full.") if free < LOW else good(said)


def _size(count: int) -> str:
    return f"{count / GB:.1f} GB"


def clock(skew: timedelta, whose: str) -> Finding:
    """`skew`: of this machine's clock, ahead of the other."""
    if abs(skew) <= SLIGHT:
        return good(f"It agrees with that of {whose}.")
    said = f"It is {_span(abs(skew))} {'ahead of' if skew > timedelta() else 'behind'} that of {whose}."
    do = "Have it set by the network: timedatectl set-ntp true"
    return wrong(said, do) if abs(skew) > MUCH else note(said, do)


def _span(time: timedelta) -> str:
    seconds = int(time.total_seconds())
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} seconds"


def health(answer: Any) -> Finding | None:
    """What /health of a port that is taken said; None where it is not ours."""
    if not (isinstance(answer, dict) and isinstance(answer.get("parts"), dict)):
        return None
    waiting = [name for name, state in answer["parts"].items() if state != "ready"]
    if waiting:
        return note(f"The service runs; not ready: {', '.join(waiting)}.", "See its log.")
    return good(f"The service runs: {', '.join(answer['parts'])}.")


def mode(path: str, bits: int) -> Finding | None:
    if bits & 0o007:
        return wrong(f"{path} holds a secret, and everybody on this machine can read it.", f"chmod o= {path}")
    return None


def telegram(code: int, answer: Any) -> Finding:
    """Of getMe."""
    if code == 200 and answer.get("ok"):
        return good(f"The token is that of @{answer['result'].get('username', '?')}.")
    if code in (401, 404):
        return wrong(
            "Telegram does not know the token.", "Ask @BotFather for it (/token), and set TELEGRAM_TOKEN."
        )
    return wrong(f"Telegram answers {code}.", "Try again; see TELEGRAM_API if it is set.")


def webhook(hook: Any, by_post: bool, public_url: str, now: datetime) -> Iterator[Finding]:
    """Of getWebhookInfo."""
    url = hook.get("url", "")
    if by_post and not url:
        yield note("No webhook is set yet.", "The service sets it at its start.")
    elif by_post and not url.startswith(public_url):
        yield wrong("The webhook leads elsewhere.", "Does another service use this token? Restart this one.")
    elif not by_post and url:
        yield note(
            "A webhook is set, though TELEGRAM_MODE is polling.", "The service removes it at its start."
        )
    failed = hook.get("last_error_date", 0)
    if by_post and failed and now.timestamp() - failed < 3600:
        told = hook.get("last_error_message", "no reason given")
        yield note(f"Telegram could not reach us within the last hour: {told}", "Is PUBLIC_URL reachable?")


def relay(error: Exception, place: str) -> Finding:
    """Why a log-in at the relay failed."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return wrong(f"{place} refuses the user or the password.", "Set them in SMTP_RELAY (%-encoded).")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return wrong(
            f"{place} does not offer STARTTLS or a log-in.", "Another port, or ?tls=tls, in SMTP_RELAY."
        )
    if isinstance(error, ssl.SSLCertVerificationError):
        return wrong(
            f"The certificate of {place} is not valid: {error.verify_message}.",
            "Use the name that it is for; the time of this machine counts too.",
        )
    if isinstance(error, ssl.SSLError):
        return wrong(f"{place} does not speak TLS there.", "?tls=starttls for 587, ?tls=tls for 465.")
    if isinstance(error, smtplib.SMTPResponseException):
        return wrong(f"{place} answers {error.smtp_code}.", "Ask whoever runs it.")
    return wrong(f"{place} does not answer: {why(error)}.", "See SMTP_RELAY, the network and the firewall.")


def why(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "it closed the connection"
    return (isinstance(error, OSError) and error.strerror) or type(error).__name__


def stripe(slug: str, key: str | None, secret: str | None, env: str) -> Iterator[Finding]:
    """Of a company that has the option payment. Only the shape: nothing is asked."""
    set_it = f"facteur company set {slug}: see --help for the keys of Stripe."
    if not key:
        yield wrong(f"{slug} takes payments, and has no key of Stripe.", set_it)
    elif not STRIPE_KEY.fullmatch(key):
        yield wrong(f"The key of {slug} is none of Stripe's (sk_live_..., rk_live_...).", set_it)
    elif env == "production" and "_test_" in key:
        yield note(f"The key of {slug} is one for tests: no money moves.", set_it)
    else:
        yield good(f"{slug} has a key.")
    if key and not secret:
        yield note(
            f"{slug} has no secret for webhooks: payments are looked for from time to time only.", set_it
        )
    elif secret and not STRIPE_SECRET.fullmatch(secret):
        yield wrong(f"The webhook secret of {slug} is none of Stripe's (whsec_...).", set_it)


def ledger(slug: str, broken: datetime | None, is_late: bool, ahead: timedelta) -> Iterator[Finding]:
    """`is_late`: entries of before yesterday are not anchored. `ahead`: of our clock, the newest entry."""
    if broken:
        yield wrong(
            f"The ledger of {slug} was found altered on {broken:%Y-%m-%d}: nothing is sealed.",
            "facteur ledger check says where; then go back to a backup.",
        )
    elif is_late:
        yield wrong(
            f"The ledger of {slug} was not checked and anchored last night.",
            "Run the part scheduler (facteur serve), or see its log.",
        )
    else:
        yield good(f"The ledger of {slug} was intact when it was checked last.")
    if ahead > MUCH:
        yield wrong(f"The newest entry of {slug} is of the future: nobody can sign.", "Set the clock right.")


@dataclass(frozen=True)
class Waits:
    mails: int  # put aside
    failed: int  # answers that could not be delivered, within a week
    signatures: tuple[str, ...]  # whose files could not be made
    since: datetime | None  # the oldest that is due


def queue(found: Waits, now: datetime) -> Iterator[Finding]:
    is_late = found.since is not None and now - found.since > WAITING
    if is_late:
        yield wrong(
            f"Messages wait since {found.since:%Y-%m-%d %H:%M} UTC.",
            "Does facteur serve run, with its worker?",
        )
    if found.signatures:
        yield wrong(
            f"The files of {len(found.signatures)} signatures could not be made.",
            f"facteur proof retry {found.signatures[0]}",
        )
    if found.mails:
        yield note(f"Mails put aside: {found.mails}.", "facteur mail list, then show or replay")
    if found.failed:
        yield note(
            f"Answers that could not be delivered within a week: {found.failed}.", "facteur client show REF"
        )
    if not (is_late or found.signatures or found.mails or found.failed):
        yield good("Nothing waits for long, nothing is put aside.")


def backup(at: datetime | None, now: datetime) -> Finding:
    if at is None:
        return note("facteur backup made none yet.", "facteur backup PATH, each night, and copy it elsewhere")
    if now - at > OLD:
        return wrong(f"The last one is {_span(now - at)} old.", "facteur backup PATH, each night")
    return good(f"The last one was made on {at:%Y-%m-%d %H:%M} UTC.")
