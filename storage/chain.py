"""The form in which an entry of the ledger is hashed, and the check of a chain. Documented: anyone can recompute it.

canonical(x) = JSON, keys sorted, no spaces, UTF-8 as it is (no \\\\u escapes), no NaN.
payload_hash = SHA-256(salt + canonical(payload)), hexadecimal; salt = 32 hexadecimal characters, as ASCII.
hash = SHA-256(canonical([prev_hash, seq, at, kind, actor, role, subject, payload_hash])), hexadecimal, where
at = UTC in ISO 8601 with microseconds ("2026-11-24T08:00:00.000000+00:00") and what is not there is null.
The first entry of a company has seq 1 and prev_hash = 64 zeros. Payload and salt may be erased: payload_hash stays.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

GENESIS = "0" * 64
NONE: Mapping[int, str] = MappingProxyType({})


@dataclass(frozen=True)
class Entry:
    seq: int
    at: datetime
    kind: str
    actor: str
    role: str | None
    subject: str | None
    payload: Any
    salt: str | None
    payload_hash: str
    prev_hash: str
    hash: str


@dataclass(frozen=True)
class Fault:
    """The first entry that is not as it was written."""

    seq: int
    what: str  # "missing", "chain", "payload", "hash", "anchor", "cut"


def canonical(value: Any) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def payload_hash(salt: str, payload: Any) -> str:
    return sha256(salt.encode("ascii") + canonical(payload))


def entry_hash(
    prev_hash: str,
    seq: int,
    at: datetime,
    kind: str,
    actor: str,
    role: str | None,
    subject: str | None,
    payload_hash: str,
) -> str:
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    named = [prev_hash, seq, moment, kind, actor, role, subject, payload_hash]
    return sha256(canonical(named))


def check(entries: Iterable[Entry], anchors: Mapping[int, str] = NONE) -> Fault | None:
    """A whole chain, from its first entry on. `anchors`: hashes kept outside, by the number of their entry; they show a
    chain that was written anew ("anchor") and one whose end was taken away ("cut")."""
    prev, seq = GENESIS, 0
    for seq, e in enumerate(entries, 1):
        fault = _fault(e, seq, prev)
        if fault:
            return Fault(seq, fault)
        if anchors.get(seq, e.hash) != e.hash:
            return Fault(seq, "anchor")
        prev = e.hash
    return Fault(seq + 1, "cut") if max(anchors, default=0) > seq else None


def _fault(e: Entry, seq: int, prev: str) -> str:
    if e.seq != seq:
        return "missing"
    if e.prev_hash != prev:
        return "chain"
    if e.salt is not None and payload_hash(e.salt, e.payload) != e.payload_hash:
        return "payload"
    made = entry_hash(prev, seq, e.at, e.kind, e.actor, e.role, e.subject, e.payload_hash)
    return "" if made == e.hash else "hash"
