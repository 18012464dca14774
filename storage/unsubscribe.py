"""The token of the page that unsubscribes: signed with a key of its own, good for one account, kind and channel."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from hashlib import sha256

from itsdangerous import BadData, URLSafeSerializer

from storage.keys import Keys


@dataclass(frozen=True)
class OptOut:
    company_id: int
    account_id: int
    kind: str
    channel: str


class Unsubscribe:
    def __init__(self, keys: Keys) -> None:
        self._sign = URLSafeSerializer(keys.optouts, "unsubscribe", signer_kwargs={"digest_method": sha256})

    def token(self, what: OptOut) -> str:
        """It has no end: a mail may be unsubscribed from years later."""
        return str(self._sign.dumps(astuple(what)))

    def read(self, token: str) -> OptOut | None:
        """None for what we did not sign."""
        try:
            return OptOut(*self._sign.loads(token))
        except BadData:
            return None
