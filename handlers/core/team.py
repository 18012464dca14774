"""The company's own people: they read any client's file, change none, and each reading is recorded (mission S4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from handlers.core import files, phrases, wording
from handlers.core.strip import bare
from handlers.core.turn import Reply
from handlers.rules import mention
from handlers.rules.number import normal
from handlers.rules.paper import Access, Client, Page, Paper
from handlers.rules.text import fold, searchable

if TYPE_CHECKING:
    from handlers.core.ports import Session
    from handlers.core.request import Request
    from handlers.core.talk import Turn
    from handlers.rules.card import Contact, Delivery

A_PAGE = 5
MOST_DELIVERIES = 3


def role(turn: Turn) -> str:
    """admin, accountant, manager or sales, looked up once a turn; "" for anybody else."""
    if turn.role is None:
        turn.role = turn.work.team.role(turn.account) if turn.account else None
    return turn.role or ""


def access(client: Client, role: str) -> Access:
    return Access(client, can_notify=False, role=role)


def standing(turn: Turn, session: Session) -> tuple[bool, Access | None]:
    """Is there still a role, and whose file is looked at."""
    turn.role = turn.work.team.role(session.account)
    if turn.role is None or session.client_id is None:
        return turn.role is not None, None
    chosen = turn.work.team.client(turn.company, session.client_id)
    return True, access(chosen, turn.role) if chosen else None


def open_file(turn: Turn, client: Client) -> None:
    """Look at this client's file from now on."""
    assert turn.session is not None
    turn.session = turn.work.sessions.choose(turn.session, client, team=True)
    turn.access = access(client, role(turn))
    files.forget(turn)
    _write(turn, "team.opened", {})


def which_file(turn: Turn) -> Reply:
    """Ask it."""
    return turn.say("staff.which_client") if turn.team else files.ask(turn, bool(role(turn)))


def asks_what_happened(turn: Turn) -> bool:
    """BILAN, said alone, now or before the code."""
    waits = "report" in turn.state.get("pending", {})
    return turn.team and (waits or files.asks_what_happened(turn.text))


def leave_file(turn: Turn) -> None:
    """No client is chosen any more: what comes next names one."""
    assert turn.session is not None
    turn.session = turn.work.sessions.choose(turn.session, None, team=True)
    turn.access = None
    files.forget(turn)


def record(turn: Turn, request: Request) -> None:
    """In the audit log: who read what of whom. Never the text."""
    read: dict[str, Any] = {"intent": request.intent}
    for about in [{"document": id} for id in dict.fromkeys(turn.seen)] or [{}]:
        _write(turn, "team.read", read | about)
    turn.seen.clear()


def _write(turn: Turn, kind: str, payload: dict[str, Any]) -> None:
    assert turn.account is not None
    actor, subject = f"team:{turn.account.address}", f"client:{turn.client.ref}"
    turn.work.audit.write(turn.company, kind, actor, turn.now, subject, role(turn), payload)


# --- looking a client up


@dataclass(frozen=True)
class Found:
    """Clients, and documents with the client they belong to."""

    papers: list[tuple[Client, Paper]]
    clients: Page[Client]

    @property
    def count(self) -> int:
        return len(self.papers) + self.clients.count

    @property
    def only(self) -> tuple[Client, Paper | None] | None:
        """The one match, where there is just one."""
        if self.count != 1:
            return None
        return self.papers[0] if self.papers else (self.clients.items[0], None)


def find(turn: Turn, text: str, offset: int = 0) -> Found:
    """By the number of a document, or by a client's name, number, address or SIREN; the first reading that matches."""
    if files.asks_all(text):
        return Found([], turn.work.team.find_clients(turn.company, "", offset, A_PAGE))
    for said in _readings(text):
        papers = _papers(turn, said) if not offset else []
        clients = turn.work.team.find_clients(turn.company, searchable(said), offset, A_PAGE)
        if papers or clients.count:
            return Found(papers, clients)
    return Found([], Page((), 0))


def _readings(text: str) -> list[str]:
    """As written, without courtesies, without "le dossier de"; digits in groups are one number."""
    digits = searchable(text).replace(" ", "")
    read = [text, bare(text), files.name_in(text), digits if digits.isdigit() else "", files.left_over(text)]
    return [one for one in dict.fromkeys(read) if one and 0 < len(searchable(one).split()) <= files.A_NAME]


def _papers(turn: Turn, said: str) -> list[tuple[Client, Paper]]:
    numbers = dict.fromkeys((normal(said), normal(mention.number_in(fold(said)) or "")))
    for number in numbers:
        if any(c.isdigit() for c in number) and (found := turn.work.team.papers(turn.company, number)):
            return found
    return []


def elsewhere(turn: Turn, first: Request) -> str:
    """What names another client, or the number of a document of another and of none in this file; "" where nothing."""
    named, number = files.beside(turn, first), files.numbered(first)
    said = named or (turn.text if number and not files.holds(turn, turn.client, number, True) else "")
    found = find(turn, said) if said else Found([], Page((), 0))
    ids = {client.id for client in (*found.clients.items, *(client for client, _ in found.papers))}
    if not ids or turn.client.id in ids or (named and found.clients.words):
        return ""
    return said


def which(turn: Turn, found: Found, text: str) -> Reply:
    """Several match: each by its name and number, five a page."""
    reply = turn.say("desk.accounts_found", n=found.count, liste="")
    for client, paper in found.papers:
        at = {"client": client.id, "document": paper.id}
        reply = reply.offer(turn.choice(f"{client.name} · {paper.number}", "client", at))
    for client in found.clients.items:
        reply = reply.offer(turn.choice(f"{client.name} · {client.ref}", "client", {"client": client.id}))
    after = found.clients.offset + len(found.clients.items)
    if after >= found.clients.count:
        return reply
    more = {"words": text, "offset": after}
    word = phrases.word("more", turn.language)
    return reply.offer(turn.choice(phrases.label("more", turn.language), "client", more, word=word))


def nobody(turn: Turn, text: str) -> Reply:
    """No client of that name, and nothing else was understood."""
    none = turn.say("staff.no_client", recherche=text.strip()[:60])
    return turn.say("staff.which_client" if turn.access is None else "staff.try").after(none)


def barred(turn: Turn, bar: str, one: Paper | None) -> Reply:
    """Why not: the team changes nothing, the link opens one document, or the company does not offer it."""
    if bar == "team":
        return turn.say("staff.read_only")
    if bar == "only" and one:
        return turn.say("staff.only_this", **turn.document(one.kind, one.number))
    return turn.say("staff.option_off")


# --- what only the team sees


def sheet_lines(turn: Turn) -> list[str]:
    """Of the people of the file: suspended until when, linked with Telegram. Nothing for a client."""
    if not turn.team:
        return []
    people = turn.work.team.contacts(turn.client, turn.now)
    return [_person(turn, one) for one in people if one.locked_until or one.telegram]


def _person(turn: Turn, person: Contact) -> str:
    parts = [person.address]
    if person.locked_until:
        parts.append(turn.words("staff.locked", **turn.moment(person.locked_until)))
    if person.telegram:
        parts.append(turn.words(f"staff.telegram_{person.telegram}"))
    return " · ".join(parts)


def paper_lines(turn: Turn, paper: Paper) -> list[str]:
    """How this document reached the people of the file, latest first. Nothing for a client."""
    if not turn.team:
        return []
    went = turn.work.team.deliveries(turn.client, paper.id)
    lines = list(dict.fromkeys(_delivery(turn, one) for one in went))  # twice in a minute reads as once
    return lines[:MOST_DELIVERIES] or [turn.words("staff.delivery_none")]


def _delivery(turn: Turn, went: Delivery) -> str:
    there = wording.local(went.at, turn.company.timezone)
    return turn.words(
        f"staff.delivery_{went.state}",
        canal=turn.words(f"staff.by_{went.channel}", adresse=went.address),
        date_courte=wording.short_day(there.date(), turn.language),
        heure=wording.hour(went.at, turn.language, turn.company.timezone),
    )
