"""What the payment provider tells: into the books, then to the client, to the company, and on the client's card.

The answer to one event and the change it made commit together: each is told once (mission S58, S59).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from handlers.core.happening import Happening
from handlers.core.payment_words import News
from handlers.core.registry import on
from handlers.core.talk import known
from handlers.core.turn import Language, Reply
from handlers.rules.address import normal
from handlers.rules.paper import Account, Client
from handlers.rules.paying import PaymentNews

CHAT = "telegram"


@on(PaymentNews)
def heard(event: PaymentNews, happening: Happening) -> None:
    work = happening.work
    settled = work.payments.settle(event, happening.now)
    if not settled.what:
        return
    news = News(work.companies.by_id(event.company_id), settled, event.seen)
    if settled.client:
        _note(happening, news, settled.client)
        for account in _accounts(happening, news, settled.client):
            _tell(happening, news, settled.client, account)
    if reply := news.to_company():
        address = news.company.email
        happening.put(news.company, "email", address, reply, conversation=_own_thread(happening))


def _own_thread(happening: Happening) -> str:
    return f"own:{happening.key}:{happening.written + 1}"


def _note(happening: Happening, news: News, client: Client) -> None:
    request = news.settled.request
    if text := news.noted():
        channel = request.channel if request else ""
        happening.work.interactions.record(client, "other", text, news.seen.at, channel)


# --- to whom, and where


def _accounts(happening: Happening, news: News, client: Client) -> Iterator[Account]:
    """Who asked, while that file is still open to them; else those whom the company's announcements reach."""
    accounts, request = happening.work.accounts, news.settled.request
    if request and request.account_id:
        asked = accounts.by_id(news.company, request.account_id)
        if asked and any(one.client.id == client.id for one in accounts.files(asked)):
            yield asked
            return
    for contact in happening.work.team.contacts(client, happening.now):
        account = accounts.at(news.company, normal(contact.address)) if "notify" in contact.rights else None
        if account:
            yield account


def _tell(happening: Happening, news: News, client: Client, account: Account) -> None:
    """By e-mail to the address on record, and in the chat where it was asked, or in those that are linked."""
    form = client.form_of_address or news.company.form_of_address
    language = known(client.language) or known(news.company.language) or "fr"
    reply = _said(happening, news, client, account, language, form)
    if reply is None:
        return
    own = _own_thread(happening)
    happening.put(news.company, "email", account.address, reply, conversation=own, account=account)
    for chat in _chats(happening, news, account):
        talk = happening.work.talks.load(news.company, CHAT, chat)
        if talk.state.get("who") not in (None, account.id):
            continue  # somebody else opened it since
        told = _said(happening, news, client, account, known(talk.language) or language, form, chat)
        if told:
            told = replace(told, subject="")
            happening.put(news.company, CHAT, chat, told, conversation=chat, account=account)


def _chats(happening: Happening, news: News, account: Account) -> tuple[str, ...]:
    """The one where it was asked, while it is still this account's; else all that are linked."""
    chats, request = happening.work.chats, news.settled.request
    if request and request.channel == CHAT and chats.linked(account, CHAT, request.conversation):
        return (request.conversation,)
    return chats.of(account, CHAT)


def _said(
    happening: Happening,
    news: News,
    client: Client,
    account: Account,
    language: Language,
    form: str,
    chat: str = "",
) -> Reply | None:
    """Whose file it is and which company, where either could be another."""
    reply = news.to_client(language, form)
    if reply is None:
        return None
    if news.what == "failed" and news.left and happening.work.payments.bank(news.company):
        reply = reply.offer(news.by_transfer(language))
    names = [client.name] if len(happening.work.accounts.files(account)) > 1 else []
    if chat and len(happening.work.chats.companies(CHAT, chat)) > 1:
        names.append(news.company.name)
    return reply.note(heading=" · ".join(names)) if names else reply
