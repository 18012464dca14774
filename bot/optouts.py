"""What the page that unsubscribes asks (bot/web/unsubscribe.py), answered from the database."""

from __future__ import annotations

from bot.web.unsubscribe import Notices
from handlers.core.ports import Clock, Open, Work
from handlers.core.talk import known
from handlers.rules.paper import Account, Company
from storage.keys import Keys
from storage.unsubscribe import OptOut, Unsubscribe


class OptOuts:
    def __init__(self, open: Open, keys: Keys, clock: Clock) -> None:
        self._open, self._tokens, self._clock = open, Unsubscribe(keys), clock

    def named(self, token: str) -> Notices | None:
        return self._seen(token, stop=False)

    def stop(self, token: str) -> Notices | None:
        """Twice is once."""
        return self._seen(token, stop=True)

    def _seen(self, token: str, stop: bool) -> Notices | None:
        if (what := self._tokens.read(token)) is None:
            return None
        with self._open() as work:
            company = _company(work, what)
            account = work.accounts.by_id(company, what.account_id) if company else None
            if company is None or account is None:
                return None
            if stop:
                work.notices.stop(account, [what.kind], [what.channel], "link", self._clock())
            return _notices(work, company, account, what)


def _company(work: Work, what: OptOut) -> Company | None:
    try:
        return work.companies.by_id(what.company_id)
    except LookupError:
        return None


def _notices(work: Work, company: Company, account: Account, what: OptOut) -> Notices:
    files = work.accounts.files(account)
    client = files[0].client if files else None
    language = known(client.language if client else None) or known(company.language) or "fr"
    stopped = (what.kind, what.channel) in work.notices.stopped(account)
    return Notices(company, client, account.address, language, what.kind, stopped)
