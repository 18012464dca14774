"""What leaves by e-mail on the way in: the code, what stands in its place, the news of a suspended access."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from handlers.core import opening, phrases, wording
from handlers.core.talk import Turn, known
from handlers.core.turn import Reply
from handlers.rules import lock
from handlers.rules.paper import Account

STRANGERS_AN_HOUR = 50  # facts R33: neutral notices to all unknown senders together


def mail_code(
    turn: Turn,
    account: Account,
    code: str,
    id: int,
    first_of_hour: datetime | None,
    act: str = "",
    **words: Any,
) -> None:
    """In the thread of the mail that asked, or on its own for a chat. It repeats nothing that a stranger typed.

    `act` is the text of a code that decides something, with its words: "mail.sign_code".
    """
    key = act or ("mail.code_telegram" if turn.chat else "mail.code")
    lines = [turn.words(key, code="{code}", heure="{heure}", **words)]
    if first_of_hour:
        again = wording.hour(first_of_hour + timedelta(hours=1), turn.language, turn.company.timezone)
        lines.append(turn.words("mail.code_last", heure=again))
    if not turn.chat and turn.state.pop("closed", None):
        lines.append(turn.closed())
    # The subject of a mail that proves nothing may be anybody's words: a code mail repeats none of them.
    own_thread = turn.chat or not turn.marked
    name = key.split(".")[1]
    subject = phrases.subject("mail", name, turn.language, turn.form, société=turn.company.name, **words)
    turn.put(
        turn.company,
        "email",
        account.address,
        Reply("\n".join(lines), subject=subject if own_thread else "", language=turn.language, kind="code"),
        conversation=f"code:{turn.key}" if turn.chat else turn.conversation,
        account=account,
        thread=turn.thread(),
        secret=code,
        code_id=id,
        drop_at=turn.now + lock.CODE_LIFE,
    )


def mail_else(turn: Turn, account: Account | None, until: datetime | None, address: str) -> None:
    """In the place of a code: the release time, the word to staff without a role, or the neutral notice."""
    if account and until:
        _mail(turn, account.address, "mail.locked_again", account=account, **turn.moment(until))
    elif account is None:
        listed = turn.work.accounts.role(turn.company, address)
        first = _first_today(turn, address)  # looked up in each case: it takes the same time
        if listed == "other" and first:
            _mail(turn, address, "mail.staff_no_role", kind="neutral")
        elif first and not turn.chat:
            _mail(turn, turn.to, "mail.neutral", kind="neutral", conversation=turn.conversation)


def _first_today(turn: Turn, address: str) -> bool:
    count, company = turn.work.outbox.count, turn.company
    return (
        count(company, address, "neutral", turn.now - timedelta(days=1)) == 0
        and count(company, "", "neutral", turn.now - timedelta(hours=1)) < STRANGERS_AN_HOUR
    )


def _mail(turn: Turn, address: str, key: str, **words: Any) -> None:
    turn.mail(turn.company, address, key, turn.language, turn.form, **words)


def tell_lock(turn: Turn, account: Account, until: datetime) -> None:
    """To the client and to the company, in the transaction of the third wrong code."""
    names = ", ".join(access.client.name for access in turn.files(account))
    channel = f"mail.from_{turn.said.channel}"
    _mail(
        turn, account.address, "mail.locked", account=account, canal=turn.words(channel), **turn.moment(until)
    )
    home = known(turn.company.language) or "fr"
    place = phrases.say("mail", f"from_{turn.said.channel}", home)
    written = opening.moment_in(turn, until, home)
    turn.mail(
        turn.company,
        turn.company.email,
        "company.locked" if names else "company.locked_team",
        home,
        kind="company",
        client=names,
        adresse=account.address,
        canal=place,
        **written,
    )
    turn.work.audit.write(
        turn.company,
        "access.locked",
        "client",
        turn.now,
        f"account:{account.id}",
        payload={"channel": turn.said.channel},
    )
