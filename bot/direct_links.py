"""Links to pay in what is written of our own accord, where the company turned them on: to our page, which asks for no
code and shows the amount of that day."""

from __future__ import annotations

from bot.settings import Settings
from bot.web.pay_links import PayTokens, ToPay
from handlers.core.announce import PayLink, no_link
from handlers.core.ports import Clock
from handlers.rules.notices import Reach
from handlers.rules.paper import Paper
from storage.keys import derive


def pay_link(settings: Settings, clock: Clock) -> PayLink:
    """None leads anywhere without PUBLIC_URL."""
    if not settings.public_url:
        return no_link
    tokens = PayTokens(derive(settings.secret, "pay"), settings.public_url)

    def url(reach: Reach, paper: Paper) -> str:
        whose = reach.client.company_id, reach.client.id, reach.account.id
        return tokens.pay_url(ToPay(*whose, (paper.id,), "email", reach.language, clock()))

    return url
