"""What Stripe refuses and how, its form encoding, and how it signs (docs.stripe.com/api, docs.stripe.com/webhooks)."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

Json = dict[str, Any]


class Refused(Exception):
    """An answer that is an error, in Stripe's shape."""

    def __init__(
        self, status: int, message: str, kind: str = "invalid_request_error", param: str = "", code: str = ""
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.kind, self.param, self.code = status, message, kind, param, code

    def as_json(self) -> Json:
        error = {"type": self.kind, "message": self.message, "param": self.param, "code": self.code}
        return {"error": {name: value for name, value in error.items() if value}}


def missing(what: str, id: str) -> Refused:
    return Refused(404, f"No such {what}: '{id}'", param=what, code="resource_missing")


def nested(pairs: Iterable[tuple[str, str]]) -> Json:
    """The parameters of a form: `a[b][0][c]=x` is {"a": {"b": [{"c": "x"}]}}."""
    made: Json = {}
    for name, value in pairs:
        *path, last = name.replace("]", "").split("[")
        place = made
        for step in path:
            place = place.setdefault(step, {})
        place[last] = value
    return {name: _lists(value) for name, value in made.items()}


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inside = {name: _lists(one) for name, one in value.items()}
    if inside and all(name.isdecimal() for name in inside):
        return [inside[name] for name in sorted(inside, key=int)]
    return inside


def signed(body: bytes, secret: str, at: int) -> str:
    """The Stripe-Signature header of a body that leaves at `at`, Unix time."""
    mac = hmac.new(secret.encode(), b"%d." % at + body, sha256)
    return f"t={at},v1={mac.hexdigest()}"
