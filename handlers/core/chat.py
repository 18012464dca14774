"""What is said in a chat: which company, then who. Telegram in private, and the console."""

from __future__ import annotations

from handlers.core import choices, doorstep, files, phrases, route, team, verifying, wording
from handlers.core.heard import guess
from handlers.core.menu import company_in, with_menu
from handlers.core.ports import Chat, Session, Target
from handlers.core.request import Request
from handlers.core.talk import Turn, known
from handlers.core.turn import Language, Reply
from handlers.rules.paper import Company
from handlers.rules.text import words

FILE_LIMIT = 20_000_000  # what Telegram lets a bot download


def take(turn: Turn) -> Reply | None:
    """The answer; `turn.company` is set, or there is nobody to answer for."""
    said, work = turn.said, turn.work
    if not work.inbox.accept(said.channel, said.id, turn.now):
        return None
    chat = work.chats.load(said.channel, said.address)
    target = work.companies.by_link(said.link) if said.link else None
    company = _company(turn, chat, target)
    if company is None:
        return None
    turn.company, turn.conversation, turn.to = company, said.conversation or said.address, said.address
    turn.hint = known(chat.language if chat else None) or said.language
    if said.link and (target is None or target.ended):
        return turn.say("desk.link_broken" if target is None else "desk.link_old")
    if chat is None and target is None and said.unread == "too_many":
        return _unread(turn)
    if chat is None and target is None and verifying.asked(turn):
        return verifying.answer(turn)
    if chat is None and target is None and not said.company:
        return turn.say("desk.link_broken")
    turn.scope = target.document_id if target else chat.document_id if chat else None
    enter(turn)
    if target:
        shut = None if target.document_id or _stays(turn, target) else doorstep.shut(turn)
        return shut or _arrive(turn, chat, target)
    return answer(turn)


def _company(turn: Turn, chat: Chat | None, target: Target | None) -> Company | None:
    companies = turn.work.companies
    if target:
        return target.company
    if chat and chat.company:
        return chat.company
    if turn.said.company:
        return companies.by_slug(turn.said.company)
    return companies.oldest()


def enter(turn: Turn) -> None:
    """Load the talk, and the access where one is open; an access past its time is closed here."""
    work, said = turn.work, turn.said
    turn.load()
    turn.hint = turn.hint or heard(turn)
    session = work.sessions.find(turn.company, said.channel, turn.conversation)
    if session is None:
        return
    if turn.now >= session.expires_at:
        work.sessions.end(session, "idle", turn.now)
        turn.state["closed"] = True
        return
    open_with(turn, session)


def heard(turn: Turn) -> Language | None:
    """The language of the words, kept for the short messages that follow."""
    if found := guess(turn.text):
        turn.state["heard"] = found
    return known(turn.state.get("heard"))


def open_with(turn: Turn, session: Session) -> None:
    """Take up an open access, with the rights of today."""
    standing = team.standing if session.team else files.standing
    there, access = standing(turn, session)
    if not there or (session.client_id and access is None):
        turn.work.sessions.end(session, "company", turn.now)
        return
    turn.session, turn.account, turn.access = session, session.account, access
    turn.work.sessions.touch(session, turn.now, turn.now + turn.manners.idle(turn.said.channel))


def answer(turn: Turn) -> Reply | None:
    """One message of a conversation whose company is known."""
    if turn.said.unread:
        return _unread(turn)
    if elsewhere := _pressed_elsewhere(turn):
        _move(turn, elsewhere)
        now_with, reply = turn.say("desk.company_now"), _taken(turn)
        if reply and turn.company.id != elsewhere.id:
            return reply  # it led on to another, and says so
        return reply.after(now_with) if reply else now_with
    return _taken(turn)


def _taken(turn: Turn) -> Reply | None:
    if switch := _switch(turn):
        return switch
    if verifying.asked(turn):
        return verifying.answer(turn)
    if turn.said.files and not turn.text.strip() and not for_a_person(turn):
        return turn.say("trouble.text_only")
    if turn.session:
        return route.answer(turn)
    reply = doorstep.answer(turn)
    if turn.state.pop("closed", None) and reply:
        return reply.after(Reply(turn.closed()))
    return reply


def _unread(turn: Turn) -> Reply:
    if turn.said.unread == "too_many":
        return turn.say("verify.later")
    if turn.said.unread == "too_large":
        return turn.say("trouble.too_large", limite=wording.size(FILE_LIMIT, turn.language))
    return turn.say("trouble.text_only")


def for_a_person(turn: Turn) -> bool:
    """Files alone go to the person who is spoken with; for the automatic service they say nothing."""
    step = str(turn.state.get("step", {}).get("name", ""))
    return bool(turn.said.files) and turn.proven and step.startswith("human.")


def _stays(turn: Turn, target: Target) -> bool:
    """Does the open access hold what this link leads to? With the portal, the whole file holds each document."""
    if turn.session is None:
        return False
    return turn.only == target.document_id or (turn.only is None and "portal" in turn.company.options)


def _arrive(turn: Turn, chat: Chat | None, target: Target) -> Reply:
    """A link was opened: the chat is now with this company, or with this one document."""
    said, work = turn.said, turn.work
    former = chat.company if chat else None
    if turn.session and not _stays(turn, target):
        work.sessions.end(turn.session, "client", turn.now)
        turn.session = turn.access = turn.account = None
    only = turn.only if turn.session else target.document_id
    language = chat.language if chat else None
    work.chats.save(said.channel, said.address, turn.company, only, language, turn.now)
    turn.state.pop("closed", None)
    reply = _hello(turn, target)
    if former and former.id != turn.company.id:
        turn.state["several"] = True
        return reply.after(turn.say("desk.company_now"))
    return reply


def _hello(turn: Turn, target: Target) -> Reply:
    if turn.session is None:
        turn.talk.address = None
        for used in ("await", "pending"):
            turn.state.pop(used, None)
        return doorstep.shut(turn) or doorstep.greet(turn)
    if target.document_id is not None and _reach(turn, target.document_id):
        shown = route.run(turn, Request("get_document", {"id": target.document_id}))
        if shown is not None:
            return shown
    if turn.access is None:
        return team.which_file(turn)
    return with_menu(turn, turn.say("desk.greet_open"))


def _reach(turn: Turn, document_id: int) -> bool:
    """Is a file open? A link to a document of another one that this access opens too leads to that one."""
    books = turn.work.books
    if turn.only is None and not (turn.access and books.by_id(turn.client, document_id)):
        if turn.team:
            if owner := turn.work.team.owner(turn.company, document_id):
                team.open_file(turn, owner)
        elif other := next((one for one in files.own(turn) if books.by_id(one.client, document_id)), None):
            files.take(turn, other)
    return turn.access is not None


# --- several companies in one chat


def others(turn: Turn) -> list[Company]:
    """The other companies this chat has been linked with."""
    linked = turn.work.chats.companies(turn.said.channel, turn.said.address)
    return [one for one in linked if one.id != turn.company.id]


def _pressed_elsewhere(turn: Turn) -> Company | None:
    """A press under a message of another company is answered there. Anybody can make up such an id: it leads only
    where a code has linked this chat, and opens nothing there."""
    asked = company_in(turn.said.pressed or "")
    return next((one for one in others(turn) if one.id == asked), None) if asked is not None else None


def _switch(turn: Turn) -> Reply | None:
    """One of the choices, or a company's name; before the code MENU asks which one."""
    if not turn.state.get("several"):
        return None
    found = choices.chosen(turn)
    if found:
        return route.run(turn, Request(*found["do"])) if found["do"][0] == "company" else None
    there = others(turn)
    if named := [one for one in there if words(one.name) == words(turn.text)]:
        return switch_to(turn, named[0])
    menu = phrases.word("menu", "fr") == turn.text.strip().upper().lstrip("/")
    return which_company(turn, there) if menu and turn.session is None and there else None


def which_company(turn: Turn, there: list[Company]) -> Reply:
    reply = turn.say("desk.which_company", liste="")
    named = sorted((*there, turn.company), key=lambda one: words(one.name))
    return reply.offer(*(turn.choice(one.name, "company", {"id": one.id}) for one in named))


def switch_to(turn: Turn, company: Company) -> Reply:
    """The chat is with this company from now on, and what can be asked there."""
    _move(turn, company)
    turn.state.pop("closed", None)
    now_with = turn.say("desk.company_now")
    if turn.access:
        return with_menu(turn, turn.say("menu.telegram")).after(now_with)
    if turn.session:
        return team.which_file(turn).after(now_with)
    if turn.talk.address is None:
        return turn.say("desk.ask_address").after(now_with)
    return now_with.offer(turn.choice(phrases.label("code", turn.language), "login"))


def _move(turn: Turn, company: Company) -> None:
    """To this company's own talk, and the access that is open there."""
    said, work = turn.said, turn.work
    turn.save()
    turn.company = company
    turn.session = turn.access = turn.account = turn.role = turn.scope = None
    turn.offers = []
    enter(turn)
    turn.state["several"] = True
    work.chats.save(said.channel, said.address, company, None, turn.talk.language, turn.now)
