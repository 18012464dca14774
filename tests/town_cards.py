"""What hangs on the files of the town beside their documents: contracts, appointments, exchanges, odd payments.

The third client has nothing of it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, update

from storage import search
from storage import tables as t

PARIS = ZoneInfo("Europe/Paris")
CONTRACTS = (  # client, ref, label, status, starts, next due, tacit renewal
    (1, "CT-1", "Entretien annuel de la chaudière", "active", "2024-01-15", "2027-01-15", True),
    (1, "CT-2", "Dépannage 7 jours sur 7", "active", "2026-03-01", "2027-02-28", False),
    (1, "CT-3", "Location du four à sole", "active", "2025-06-01", "2026-11-01", True),
    (1, "CT-4", "Contrôle des extincteurs", "suspended", "2023-05-01", "2027-05-01", False),
    (1, "CT-5", "Nettoyage des vitrines", "suspended", "2025-09-01", None, True),
    (1, "CT-6", "Entretien de la climatisation", "ended", "2021-04-01", "2024-04-01", True),
    (2, "CT-7", "Boiler maintenance", "active", "2026-01-10", "2027-01-10", True),
    (4, "CT-8", "Entretien du chauffe-eau", "active", "2026-02-01", "2027-02-01", False),
)
EVENTS = (  # client, uid, title, starts, ends, place; hours of Paris
    (1, "rdv-1", "Entretien de la chaudière", "2026-03-10T08:30", "2026-03-10T10:00", "12 rue du Four, Lyon"),
    (1, "rdv-2", "Relevé de mesures", "2026-06-22T14:00", None, None),
    (1, "rdv-3", "Visite de chantier", "2026-11-27T09:00", "2026-11-27T10:30", "12 rue du Four, Lyon"),
    (1, "rdv-4", "Choix des carrelages", "2026-12-03T14:00", None, None),
    (1, "rdv-5", "Travaux du fournil", "2026-12-14T00:00", "2026-12-17T00:00", "12 rue du Four, Lyon"),
    (1, "rdv-6", "Pose du four", "2027-01-12T08:30", "2027-01-13T17:00", "12 rue du Four, Lyon"),
    (1, "rdv-7", "Réception des travaux", "2027-02-02T10:00", None, None),
    (1, "rdv-8", "Entretien de la chaudière", "2027-03-09T08:30", "2027-03-09T10:00", "12 rue du Four, Lyon"),
    (2, "rdv-9", "Site visit", "2026-11-26T15:00", None, "Dock 4, Marseille"),
    (2, "rdv-10", "Survey", "2026-05-04T00:00", "2026-05-05T00:00", None),
    (4, "rdv-11", "Changement du chauffe-eau", "2026-12-01T08:00", "2026-12-01T12:00", None),
)
LONG = """Point sur le chantier du fournil avec Camille et l'électricien.
La dalle sera coulée le 14, le four arrive le 12 janvier ; prévoir un accès par la cour et couper le gaz la veille."""
INTERACTIONS = (  # client, ref, type, at, text; hours of Paris
    (1, "I-1", "call", "2026-02-03T09:12", "Demande d'un devis pour le fournil."),
    (1, "I-2", "email", "2026-04-12T17:40", "Envoi du devis D-2026-0031."),
    (1, "I-3", "meeting", "2026-06-22T14:00", "Relevé de mesures sur place."),
    (1, "I-4", "note", "2026-09-01T11:00", "Préfère être appelée avant 8h00."),
    (1, "I-5", "call", "2026-10-20T16:25", "Rappel de la date du chantier."),
    (1, "I-6", "meeting", "2026-11-12T10:00", LONG),
    (2, "I-7", "call", "2026-05-06T11:30", "Survey confirmed, report to follow."),
    (2, "I-8", "email", "2026-05-11T09:00", "Survey report sent."),
    (4, "I-9", "note", "2026-10-02T10:00", "Clé chez la gardienne."),
)
MONEY_BACK = (  # client, ref, received, cents, method: paid twice, paid back
    (1, "RG-7", "2026-08-03", 12000, "cheque"),
    (1, "RG-8", "2026-08-10", -12000, "transfer"),
)
RECORDED = {  # client: what else is known
    1: {"address": "12 rue du Four\n69001 Lyon", "phone": "04 78 00 00 42", "siren": "123456782"},
    2: {"address": "Dock 4\n13002 Marseille"},
}


def settle_cards(db: Connection, at: datetime) -> None:
    for client, values in RECORDED.items():
        db.execute(update(t.clients).where(t.clients.c.id == client).values(values))
    for client, ref, label, status, starts, due, renews in CONTRACTS:
        values = {"ref": ref, "label": label, "status": status, "starts_on": _day(starts)}
        values |= {"next_due_on": _day(due), "tacit_renewal": renews, "search": search.kept(label, ref=ref)}
        _add(db, t.contracts, client, values)
    for client, uid, title, starts, ends, place in EVENTS:
        values = {
            "uid": uid,
            "title": title,
            "starts_at": _hour(starts),
            "ends_at": _hour(ends),
            "place": place,
        }
        _add(db, t.events, client, values | {"search": search.kept(title, place)})
    for client, ref, kind, when, text in INTERACTIONS:
        values = {"ref": ref, "type": kind, "at": _hour(when), "text": text, "search": search.kept(text)}
        _add(db, t.interactions, client, values)
    for client, ref, on, cents, method in MONEY_BACK:
        values = {
            "ref": ref,
            "received_on": _day(on),
            "amount_cents": cents,
            "method": method,
            "created_at": at,
        }
        _add(db, t.payments, client, values | {"state": "received", "search": search.kept(ref=ref)})


def _add(db: Connection, table: Any, client: int, values: dict[str, Any]) -> None:
    db.execute(insert(table).values(values | {"client_id": client, "company_id": 2 if client == 4 else 1}))


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None


def _hour(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written).replace(tzinfo=PARIS) if written else None
