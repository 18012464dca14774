"""Access reopened by the company, after three wrong codes (mission S12)."""

from __future__ import annotations

from dataclasses import dataclass

from handlers.core.happening import Happening
from handlers.core.registry import on
from handlers.core.turn import Language
from handlers.rules.paper import Account, Company


@dataclass(frozen=True)
class Reopened:
    """`facteur client unlock` lifted a suspension."""

    company: Company
    account: Account
    by: str  # "operator"


@on(Reopened)
def tell(event: Reopened, happening: Happening) -> None:
    """An audit entry, and a mail to the address on record."""
    company, account = event.company, event.account
    subject = f"account:{account.id}"
    happening.work.audit.write(company, "access.reopened", event.by, happening.now, subject)
    files = happening.work.accounts.files(account)
    wanted = (files[0].client.language if files else None) or company.language
    language: Language = "en" if wanted == "en" else "fr"
    happening.mail(
        company, account.address, "mail.unlocked", language, company.form_of_address, account=account
    )
