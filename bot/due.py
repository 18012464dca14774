"""What is due by the clock: sessions that idle, ledgers by night, the summary of the morning, news of an IBAN, payments
to look at, what is to be forgotten."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from bot.bank_news import BankNews
from bot.deposit import Unanswereds
from bot.digest import Digest
from bot.jobs import Job
from bot.night import Night
from bot.paper.timestamp import token
from bot.reconcile import Reconcile
from bot.reminders import Reminders
from bot.site import pay_links
from storage.purge import purge

if TYPE_CHECKING:
    from bot.app import Service

QUICK, SLOW = 0.5, 30.0  # seconds between two looks at the clock: in demo and test it jumps
HOUR = 3600.0


def jobs(service: Service, stack: AsyncExitStack) -> tuple[Job, ...]:
    settings, links = service.settings, pay_links(service, stack)
    seconds = SLOW if settings.env == "production" else QUICK
    forget = partial(purge, service.engine, picks=timedelta(days=settings.learning_days))
    return (
        Job("tick", service.desk.tick, seconds),
        Job("night", _night(service), seconds),
        Job("broadcasts", service.broadcaster, seconds),
        Job("digest", Digest(service.engine, service.keys, service.written), seconds),
        Job("reminders", Reminders(service.engine, service.open, service.broadcaster.pay_link), seconds),
        Job("bank", BankNews(service.engine, service.desk.note), seconds),
        Job("reconcile", Reconcile(links.checkouts, links.provider, service.desk.note).__call__, seconds),
        Job("deposits", Unanswereds(service.engine, service.desk), HOUR),
        Job("purge", forget, HOUR),
    )


def _night(service: Service) -> Night:
    settings = service.settings
    return Night(
        service.engine,
        service.keys,
        service.files,
        settings.anchors_folder,
        settings.proof_years,
        service.written,
        partial(token, url=settings.tsa_url) if settings.tsa_url else None,
    )
