"""Signed links to pay, and to where a payment stands: they name what is to pay and for whom, and open nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

LIVES = timedelta(days=120)  # as Stripe's own hosted invoices: docs.stripe.com/invoicing/hosted-invoice-page


@dataclass(frozen=True)
class ToPay:
    """What a link to pay leads to: these documents of a client, for one who may pay them."""

    company_id: int
    client_id: int
    account_id: int  # who got it: 0 is nobody, who may pay nothing
    document_ids: tuple[int, ...]
    channel: str  # of the conversation it was given in: the page leads back there
    language: str
    made_at: datetime

    def is_over(self, now: datetime) -> bool:
        return now >= self.made_at + LIVES


@dataclass(frozen=True)
class Paid:
    """One request, after the payment page."""

    company_id: int
    request_id: int
    channel: str
    language: str


class PayTokens:
    def __init__(self, key: bytes, public_url: str) -> None:
        self.base = public_url.rstrip("/")
        signer = {"digest_method": sha256}
        self._pay = URLSafeSerializer(key, "pay", signer_kwargs=signer)
        self._paid = URLSafeSerializer(key, "paid", signer_kwargs=signer)

    def pay_url(self, to: ToPay) -> str:
        named = [to.company_id, to.client_id, to.account_id, to.document_ids, to.channel, to.language]
        return f"{self.base}/pay/{self._text(self._pay, [*named, int(to.made_at.timestamp())])}"

    def paid_url(self, paid: Paid) -> str:
        named = [paid.company_id, paid.request_id, paid.channel, paid.language]
        return f"{self.base}/paid/{self._text(self._paid, named)}"

    def read_pay(self, token: str) -> ToPay | None:
        """None for what we did not sign. It may be over: `is_over`."""
        try:
            company, client, account, documents, channel, language, made = self._pay.loads(token)
        except BadData:
            return None
        at = datetime.fromtimestamp(made, UTC)
        return ToPay(company, client, account, tuple(documents), channel, language, at)

    def read_paid(self, token: str) -> Paid | None:
        try:
            return Paid(*self._paid.loads(token))
        except BadData:
            return None

    def _text(self, serializer: URLSafeSerializer, named: list[Any]) -> str:
        made = serializer.dumps(named)
        return made if isinstance(made, str) else made.decode()
