"""The words by which the team finds a client, kept by the imports: table client_words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import BindParameter, Connection, bindparam, delete, insert, select

from handlers.rules.text import WORD_MOST, searchable
from storage import tables as t

f, n, a, w = t.clients.c, t.contacts.c, t.accounts.c, t.client_words.c
AT_ONCE = 500
_IDS: BindParameter[list[int]] = bindparam("ids", expanding=True)
CLIENTS = select(f.id, f.name, f.ref, f.siren).where(f.id.in_(_IDS), f.company_id == bindparam("company_id"))
PEOPLE = (
    select(n.client_id, n.name, a.address_norm)
    .join(t.accounts, a.id == n.account_id)
    .where(n.client_id.in_(_IDS), n.company_id == bindparam("company_id"), n.ended_at.is_(None))
)
WORDS = select(w.id, w.client_id, w.word).where(w.client_id.in_(_IDS))
FORGET = delete(t.client_words).where(w.id.in_(_IDS))
LEARN = insert(t.client_words)


def keep(db: Connection, company_id: int, client_ids: Iterable[int]) -> None:
    """Make the words of these clients what their name, number, SIREN and contacts say now."""
    ids = sorted(set(client_ids))
    for start in range(0, len(ids), AT_ONCE):
        _keep(db, company_id, ids[start : start + AT_ONCE])


def _keep(db: Connection, company_id: int, ids: Sequence[int]) -> None:
    wanted = _wanted(db, company_id, ids)
    recorded = {(row.client_id, row.word): row.id for row in db.execute(WORDS, {"ids": ids})}
    gone = [id for key, id in recorded.items() if key not in wanted]
    for start in range(0, len(gone), AT_ONCE):
        db.execute(FORGET, {"ids": gone[start : start + AT_ONCE]})
    fresh = sorted(wanted - recorded.keys())
    if fresh:
        db.execute(LEARN, [{"company_id": company_id, "client_id": id, "word": word} for id, word in fresh])


def _wanted(db: Connection, company_id: int, ids: Sequence[int]) -> set[tuple[int, str]]:
    values = {"ids": ids, "company_id": company_id}
    told: dict[int, set[str]] = defaultdict(set)
    for id, name, ref, siren in db.execute(CLIENTS, values):
        told[id] |= {*searchable(f"{name} {ref} {siren or ''}").split(), searchable(ref).replace(" ", "")}
    for id, name, address in db.execute(PEOPLE, values):
        parts = address.replace("@", " ")  # a word of more than WORD_MOST would be cut
        told[id] |= {*searchable(f"{name or ''} {parts}").split(), address}
    return {(id, word) for id, words in told.items() for word in words if 0 < len(word) <= WORD_MOST}
