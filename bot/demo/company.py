"""What the company of the demonstration sees: three figures of a client, and what happened, newest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, func, not_, or_, select

from bot.demo.scene import Client, Figure, Happening
from bot.demo.seed.people import COMPANY, PEOPLE
from handlers.core import phrases, wording
from handlers.rules.paper import Client as File
from storage import tables as t
from storage.books import SqlBooks
from storage.engine import reading

MOST = 60
CHANNELS = {"email": "e-mail", "telegram": "Telegram", "console": "console"}
# what an entry of the audit log is called, in French and in English
ENTRIES = {
    "access.opened": ("a ouvert son accès avec un code", "opened the access with a code"),
    "access.closed": ("a fermé son accès", "closed the access"),
    "access.locked": (
        "accès suspendu après trois codes incorrects",
        "access suspended after three wrong codes",
    ),
    "access.reopened": ("accès rouvert par l'entreprise", "access reopened by the company"),
    "access.unlinked": ("a dissocié sa conversation Telegram", "unlinked the Telegram conversation"),
    "team.opened": ("dossier ouvert par l'équipe", "file opened by the team"),
    "team.read": ("dossier consulté par l'équipe", "file read by the team"),
    "staff.added": ("entre dans l'équipe", "joins the team"),
    "staff.changed": ("change de rôle dans l'équipe", "changes role in the team"),
    "staff.removed": ("quitte l'équipe", "leaves the team"),
    "import.done": ("données importées", "data imported"),
    "document.shown": ("a reçu un devis à lire", "received a quote to read"),
    "deposit.recorded": ("document déposé par e-mail", "document deposited by e-mail"),
    "deposit.refused": ("document déposé, puis écarté", "document deposited, then left out"),
    "quote.accepted": ("a signé un devis", "signed a quote"),
    "quote.expired": ("devis expiré", "quote expired"),
    "quote.refused": ("a refusé un devis", "declined a quote"),
    "contract.withdrawn": ("a renoncé à un contrat", "withdrew from a contract"),
    "signature.sealed": ("devis signé scellé", "signed quote sealed"),
    "signature.proof_only": ("devis signé, preuve seule", "quote signed, proof alone"),
    "proof.made": ("fichier de preuve produit", "proof file made"),
    "key.made": ("clé du sceau créée", "key of the seal made"),
    "anchor.written": ("journal ancré", "log anchored"),
    "payment.confirmed": ("a payé en ligne", "paid online"),
    "payment.failed": ("paiement en ligne non abouti", "online payment not completed"),
    "payment.refunded": ("paiement en ligne remboursé", "online payment refunded"),
    "payment.disputed": ("paiement en ligne contesté", "online payment disputed"),
    "payment.to_check": ("paiement à vérifier", "payment to be checked"),
}
TONES = {
    "access.locked": "late",
    "payment.confirmed": "good",
    "payment.failed": "late",
    "payment.disputed": "late",
    "payment.to_check": "wait",
}
KINDS = {
    "quote": "signature",
    "signature": "signature",
    "payment_request": "payment",
    "payment": "payment",
}
# the steps between: the proof file tells them
STEPS = (
    *("ticket.opened", "consent.given", "consent.taken_back", "mail.received", "mail.key_seen"),
    *("code.issued", "code.failed", "code.verified"),
)


class Company:
    """Reads the service's own database, as a screen of the company would."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self.engine, self.clock = engine, clock

    def figures(self, client: Client) -> Sequence[Figure]:
        ref = next(one.file for one in PEOPLE if one.id == client.id)
        if not ref:
            return ()
        today = wording.local(self.clock(), COMPANY["timezone"]).date()
        with reading(self.engine) as db:
            row = db.execute(select(t.clients).where(t.clients.c.ref == ref)).one()
            balance = SqlBooks(db).balance(File(row.id, row.company_id, row.ref, row.name), today)
            month = select(func.sum(t.payments.c.amount_cents)).where(
                t.payments.c.company_id == row.company_id,
                t.payments.c.state == "received",
                t.payments.c.received_on >= today.replace(day=1),
            )
            received = int(db.scalar(month) or 0)
            quotes = select(func.count(), func.sum(t.documents.c.total_cents)).where(
                t.documents.c.client_id == row.id,
                t.documents.c.kind == "quote",
                t.documents.c.status == "sent",
            )
            waiting, worth = db.execute(quotes).one()
        late = _both("{} en retard", "{} overdue", balance.late)
        return (
            Figure((f"Dû par {row.name}", f"Due by {row.name}"), _money(balance.balance_cents), late),
            Figure(("Reçu ce mois-ci", "Received this month"), _money(received)),
            Figure(("Devis en attente", "Quotes pending"), (str(waiting),) * 2, _money(int(worth or 0))),
        )

    def happenings(self) -> Sequence[Happening]:
        with reading(self.engine) as db:
            found = [*self._said(db), *self._entries(db), *self._sent(db)]
        return sorted(found, key=lambda one: one.at, reverse=True)[:MOST]

    def _entries(self, db: Connection) -> list[Happening]:
        """The audit log: accesses opened, closed, suspended; who of the team looked at which file."""
        e = t.ledger.c
        rows = select(e.id, e.at, e.kind, e.subject, e.payload).where(e.kind.not_in(STEPS))
        found = []
        names = self._names(db)
        for id, at, kind, subject, payload in db.execute(rows.order_by(e.id.desc()).limit(MOST)):
            who = names.get(subject or "", "")
            tone = TONES.get(kind, "calm")
            channel = CHANNELS.get((payload or {}).get("channel", ""), "")
            text = ENTRIES.get(kind, (kind, kind))
            kind = KINDS.get((subject or "").partition(":")[0], "event")
            found.append(Happening(f"a{id}", at, kind, text, who, channel, tone=tone))
        return found

    def _said(self, db: Connection) -> list[Happening]:
        """Messages that clients left for the company; what a decision or a payment wrote on the file is none."""
        c, decided = t.interactions.c, t.decisions.c
        rows = (
            select(c.id, c.at, c.text, c.channel, t.clients.c.name)
            .join(t.clients, t.clients.c.id == c.client_id)
            .where(
                c.source == "portal",
                not_(or_(*(c.text.startswith(text) for key, text in _noted().items() if key != IN_PROGRESS))),
                c.at.not_in(select(decided.at)),
                c.at.not_in(select(decided.withdrawn_at).where(decided.withdrawn_at.is_not(None))),
            )
            .order_by(c.id.desc())
            .limit(MOST)
        )
        return [_left(*row) for row in db.execute(rows)]

    def _sent(self, db: Connection) -> list[Happening]:
        """Documents that were delivered, and answers that could not be."""
        c = t.outbox.c
        rows = (
            select(c.id, c.created_at, c.channel, c.state, c.reply, c.account_id)
            .where(c.kind.in_(("answer", "menu")), c.state.in_(("sent", "failed")))
            .order_by(c.id.desc())
            .limit(2 * MOST)
        )
        names, found = self._names(db), []
        for id, at, channel, state, reply, account in db.execute(rows):
            files = ", ".join(document["name"] for document in reply["documents"])
            if state == "failed":
                text, label, tone = (
                    ("une réponse n'a pas pu partir", "an answer could not be sent"),
                    _FAILED,
                    "late",
                )
            elif files:
                text, label, tone = (f"a reçu {files}", f"received {files}"), _DELIVERED, "good"
            else:
                continue
            who = names.get(f"account:{account}", "")
            found.append(Happening(f"o{id}", at, "event", text, who, CHANNELS[channel], label, tone))
        return found

    def _names(self, db: Connection) -> dict[str, str]:
        """Of clients and of the team, by what the audit log calls them: "account:3", "client:C0042", "quote:12"."""
        found = {f"client:{ref}": name for ref, name in db.execute(select(t.clients.c.ref, t.clients.c.name))}
        quotes = (
            select(t.documents.c.id, t.clients.c.name)
            .join(t.clients, t.clients.c.id == t.documents.c.client_id)
            .where(t.documents.c.kind == "quote")
        )
        found |= {f"quote:{id}": name for id, name in db.execute(quotes)}
        asked = select(t.payment_requests.c.id, t.clients.c.name).join(
            t.clients, t.clients.c.id == t.payment_requests.c.client_id
        )
        found |= {f"payment_request:{id}": name for id, name in db.execute(asked)}
        members = select(t.accounts.c.id, t.staff.c.name).join(
            t.staff, t.staff.c.address_norm == t.accounts.c.address_norm
        )
        contacts = select(t.contacts.c.account_id, t.clients.c.name).join(
            t.clients, t.clients.c.id == t.contacts.c.client_id
        )
        for rows in (members, contacts):
            found |= {f"account:{account}": name for account, name in db.execute(rows)}
        return found


def _noted() -> dict[str, str]:
    """How what a payment writes on a client's file begins."""
    keys = (key for key in phrases.load("pay", "fr")["say"] if key.startswith("noted_"))
    return {key: phrases.template("pay", key, "fr").partition("{")[0] for key in keys}


def _left(id: int, at: datetime, text: str, channel: str, client: str) -> Happening:
    """A message to answer; of payments only one that is in progress is told by no entry of the audit log."""
    about = f"i{id}", at
    if text.startswith(_noted()[IN_PROGRESS]):
        return Happening(*about, "payment", (text, text), client, CHANNELS.get(channel, ""))
    said = f"« {text} »", f"“{text}”"
    return Happening(*about, "message", said, client, CHANNELS.get(channel, ""), _TO_ANSWER, "wait")


IN_PROGRESS = "noted_in_progress"
_TO_ANSWER = ("À répondre", "To answer")
_DELIVERED = ("Remis", "Delivered")
_FAILED = ("Non remis", "Not delivered")


def _money(cents: int) -> tuple[str, str]:
    return wording.amount(cents, "fr"), wording.amount(cents, "en")


def _both(french: str, english: str, count: int) -> tuple[str, str]:
    return (french.format(count), english.format(count)) if count else ("", "")
