"""All checks, side by side. One more is one line more."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread

from bot.doctor import domain, judge, machine, network, records
from bot.doctor.domain import of_domain
from bot.doctor.door import starttls
from bot.doctor.finding import Finding, wrong
from bot.doctor.mailbox import mailbox
from bot.doctor.patient import Check, Patient, of_records
from bot.doctor.timestamp import timestamp

CHECKS: Mapping[str, Check] = {
    "settings": machine.settings,
    "secrets": machine.secrets,
    "database": records.database,
    "folders": machine.folders,
    "clock": network.clock,
    "mail in": machine.smtp,
    "mailbox": mailbox,
    "mail out": network.relay,
    "web": machine.web,
    "telegram": network.telegram,
    "seal keys": machine.keys,
    "timestamp": timestamp,
    "pdf": machine.press,
    "ledger": of_records(records.ledger),
    "queue": of_records(records.queue),
    "stripe": of_records(records.stripe),
    "backup": of_records(records.backup),
}
MAIL: Mapping[str, Check] = {
    "settings": machine.mail_settings,
    **{name: CHECKS[name] for name in ("mail in", "mailbox", "mail out")},
    "STARTTLS": starttls,
    "MX": of_domain(domain.mx),
    "SPF": of_domain(domain.spf),
    "DKIM": of_domain(domain.dkim),
    "DMARC": of_domain(domain.dmarc),
    "PTR": of_domain(domain.ptr),
}
PATIENCE = 30.0  # seconds, with all of them

Answers = SimpleQueue[tuple[str, list[Finding]]]


@dataclass(frozen=True)
class Line:
    about: str
    finding: Finding


def examine(
    it: Patient,
    progress: Callable[[int, int], None],
    checks: Mapping[str, Check] = CHECKS,
    patience: float = PATIENCE,
) -> list[Line]:
    """In the order of the checks. One that raises or hangs is a line too."""
    answers: Answers = SimpleQueue()
    for name, check in checks.items():
        Thread(target=_look, args=(name, check, it, answers), name=name, daemon=True).start()
    until, found = time.monotonic() + patience, dict[str, list[Finding]]()
    while len(found) < len(checks):
        try:
            name, said = answers.get(timeout=max(0.0, until - time.monotonic()))
        except Empty:
            break
        found[name] = said
        progress(len(found), len(checks))
    late = [wrong(f"No answer within {patience:.0f} seconds.", "See the network; then once more.")]
    return [Line(name, one) for name in checks for one in found.get(name, late)]


def _look(name: str, check: Check, it: Patient, answers: Answers) -> None:
    try:
        answers.put((name, list(check(it))))
    except Exception as error:  # whatever it is, the others go on
        answers.put(
            (name, [wrong(f"It cannot be looked at: {judge.why(error)}.", "See the other lines first.")])
        )
