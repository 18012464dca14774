"""What is said in a chat: which company, then who. Telegram in private, and the console."""

from __future__ import annotations

from handlers.core import doorstep, phrases, route, wording
from handlers.core.heard import guess
from handlers.core.menu import with_menu
from handlers.core.ports import Chat, Session, Target
from handlers.core.talk import Turn, known
from handlers.core.turn import Language, Reply
from handlers.core.understand import Request
from handlers.rules.paper import Company

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
    if chat is None and target is None and not said.company:
        return turn.say("desk.link_broken")
    turn.scope = target.document_id if target else chat.document_id if chat else None
    if "portal" not in company.options and turn.scope is None:
        return turn.say("desk.link_broken")
    enter(turn)
    if target:
        return _arrive(turn, chat, target)
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
    files = turn.files(session.account)
    if not files or (session.client_id and session.client_id not in [one.client.id for one in files]):
        turn.work.sessions.end(session, "company", turn.now)
        return
    turn.session, turn.account = session, session.account
    turn.access = next((one for one in files if one.client.id == session.client_id), None)
    turn.work.sessions.touch(session, turn.now, turn.now + turn.manners.idle(turn.said.channel))


def answer(turn: Turn) -> Reply | None:
    """One message of a conversation whose company is known."""
    if unread := turn.said.unread:
        limit = wording.size(FILE_LIMIT, turn.language)
        return (
            turn.say("trouble.too_large", limite=limit)
            if unread == "too_large"
            else turn.say("trouble.text_only")
        )
    if switch := _switch(turn):
        return switch
    if turn.said.files and not turn.text.strip() and not for_a_person(turn):
        return turn.say("trouble.text_only")
    if turn.session:
        return route.answer(turn)
    reply = doorstep.answer(turn)
    if turn.state.pop("closed", None) and reply:
        return reply.after(Reply(turn.closed()))
    return reply


def for_a_person(turn: Turn) -> bool:
    """Files alone go to the person who is spoken with; for the automatic service they say nothing."""
    step = str(turn.state.get("step", {}).get("name", ""))
    return bool(turn.said.files) and turn.proven and step.startswith("human.")


def _arrive(turn: Turn, chat: Chat | None, target: Target) -> Reply:
    """A link was opened: the chat is now with this company, or with this one document."""
    said, work = turn.said, turn.work
    former = chat.company if chat else None
    work.chats.save(
        said.channel,
        said.address,
        turn.company,
        target.document_id,
        chat.language if chat else None,
        turn.now,
    )
    if turn.session and turn.only is not None and turn.only != target.document_id:
        work.sessions.end(turn.session, "client", turn.now)
        turn.session = turn.access = turn.account = None
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
        return doorstep.greet(turn)
    if turn.access and target.document_id is not None:
        shown = route.run(turn, Request("get_document", {"id": target.document_id}))
        if shown is not None:
            return shown
    if turn.access is None:
        return route.which_file(turn, turn.files(turn.session.account))
    return with_menu(turn, turn.say("desk.greet_open"))


def _switch(turn: Turn) -> Reply | None:
    """Several companies in one chat: MENU offers the others, by name."""
    found = route.chosen(turn)
    if found and found["do"][0] == "company":
        return _switch_to(turn, int(found["do"][1]["id"]))
    if not turn.state.get("several") or phrases.word("menu", "fr") != turn.text.strip().upper().lstrip("/"):
        return None
    others = turn.work.chats.companies(turn.said.channel, turn.said.address)
    reply = turn.say("desk.which_company", liste="")
    names = {company.id: company for company in (*others, turn.company)}
    return reply.offer(*(turn.choice(one.name, "company", {"id": one.id}) for one in names.values()))


def _switch_to(turn: Turn, id: int) -> Reply:
    said, work, now = turn.said, turn.work, turn.now
    turn.save()
    turn.company = work.companies.by_id(id)
    turn.session = turn.access = turn.account = None
    turn.offers = []
    turn.scope = None
    enter(turn)
    turn.state["several"] = True
    work.chats.save(said.channel, said.address, turn.company, None, turn.talk.language, now)
    turn.state.pop("closed", None)
    now_with = turn.say("desk.company_now")
    if turn.access:
        return with_menu(turn, turn.say("menu.telegram")).after(now_with)
    return now_with if turn.talk.address else turn.say("desk.ask_address").after(now_with)
