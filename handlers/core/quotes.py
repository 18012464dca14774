"""Whether a quote can be decided, and the quote itself shown before any decision (mission S26, S42, S43).

`state["shown"]`: {document id: version id} of the quotes that went out in this conversation.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from handlers.core import papers, passing, phrases, several, wording
from handlers.core.allowed import barred
from handlers.core.turn import Choice, Document, Reply
from handlers.rules.number import normal
from handlers.rules.offers import Standing, standing
from handlers.rules.paper import Paper, Wanted

if TYPE_CHECKING:
    from handlers.core.talk import Turn
    from handlers.rules.signing import Decision, Offer, Verb

INTENTS: dict[Verb, str] = {"accept": "accept_quote", "refuse": "refuse_quote"}
TEXTS: dict[Verb, str] = {"accept": "sign", "refuse": "refuse"}  # the phrase file of each
REMEMBERED = 20  # quotes shown


# --- may it be decided


def names(turn: Turn, offer: Offer) -> dict[str, Any]:
    """{numéro}, {total}."""
    paper = offer.paper
    return {"numéro": paper.number, "total": turn.total(paper.total_cents, paper.currency)}


def closed(turn: Turn, offer: Offer) -> Reply | None:
    """Why this quote cannot be decided, in words; None where it can."""
    why = standing(offer, turn.today)
    if why != "open":
        return _closed(turn, offer, why)
    if offer.paper.file_sha256 is None:  # what nobody can read, nobody can sign
        named = turn.document("quote", offer.paper.number)
        ask = {"message": turn.words("document.ask_file", **named)}
        return turn.yes_no(turn.say("document.no_file", **named), ("human", ask), number=offer.paper.number)
    return None


def _closed(turn: Turn, offer: Offer, why: Standing) -> Reply:
    paper, decision = offer.paper, turn.work.signing.decision(turn.client, offer.paper.id)
    if decision and why == "accepted":
        return _already(turn, decision)
    if decision and why == "refused":
        date = turn.moment(decision.at)["date"]
        return turn.say("sign.already_refused", numéro=paper.number, date=date)
    if why == "replaced" and (reply := _replaced(turn, offer)):
        return reply
    if why == "expired":
        return _expired(turn, offer)
    return turn.say("sign.not_open", numéro=paper.number)


def _already(turn: Turn, decision: Decision) -> Reply:
    files = proof_files(turn, decision)
    key = "sign.already" if files else "sign.already_coming"
    reply = turn.say(key, numéro=decision.number, **turn.moment(decision.at)).attach(*files)
    if decision.withdrawn_at is None:
        return reply
    back = turn.words("proof.withdrawn", **turn.moment(decision.withdrawn_at))
    return replace(reply, text=f"{reply.text}\n{back}")


def proof_files(turn: Turn, decision: Decision) -> tuple[Document, ...]:
    """The proof file, once it is made, and the signed quote where it is kept."""
    if not decision.proof_sha256:
        return ()
    number = _in_a_name(decision)
    name = turn.words("proof.file_name", numéro=number)
    proof = Document(f"{name}.pdf", decision.proof_sha256, decision.proof_size)
    if not kept(turn, decision):
        return (proof,)
    name = turn.words("proof.file_signed", numéro=number)
    return (proof, Document(f"{name}.pdf", decision.signed_sha256, decision.signed_size))


def kept(turn: Turn, decision: Decision) -> bool:
    """Is the signed quote there to be sent again? A company may keep none: then only the e-mailed copies exist."""
    return bool(decision.signed_sha256 and decision.signed_size and turn.company.archive)


def _in_a_name(decision: Decision) -> str:
    """The number of its quote, as the name of a file can hold it."""
    plain = papers.NOT_IN_NAMES.sub("-", decision.number).strip("-.")
    return plain or str(decision.document_id)


def _replaced(turn: Turn, offer: Offer) -> Reply | None:
    """The new quote is shown, where there is one that can be decided."""
    wanted = Wanted(kinds=("quote",), number=normal(offer.replaced_by))
    found = turn.work.books.find(turn.client, wanted, turn.today, 0, 1).items if offer.replaced_by else ()
    new = turn.work.signing.offer(turn.client, found[0].id) if found else None
    if new is None or new.paper.id == offer.paper.id or standing(new, turn.today) != "open":
        return None
    text = turn.words("sign.replaced", numéro=offer.paper.number, nouveau=new.paper.number)
    return present(turn, new, text)


def _expired(turn: Turn, offer: Offer) -> Reply:
    paper = offer.paper
    if paper.valid_until:
        reply = turn.say("sign.expired", numéro=paper.number, date=turn.day(paper.valid_until))
    else:
        reply = turn.say("sign.expired_short", numéro=paper.number)
    label = phrases.label("extension", turn.language)
    return reply.offer(turn.choice(label, "accept_quote", {"id": paper.id, "attempt": {"extension": True}}))


def extension(turn: Turn, offer: Offer) -> Reply:
    """More time is for a person to give: the request is recorded and passed on."""
    until = offer.paper.valid_until
    key = "extension_ask" if until else "extension_ask_short"
    home = passing.home(turn)
    words: dict[str, Any] = {
        "numéro": offer.paper.number,
        "total": wording.with_vat(offer.paper.total_cents, home, offer.paper.currency),
        "date": wording.day(until, home) if until else "",
    }
    passing.pass_on(turn, phrases.say("sign", key, home, own=turn.company.phrases, **words))
    return turn.say("sign.extension_asked")


# --- shown


def attached(turn: Turn, offer: Offer) -> tuple[tuple[Document, ...], str]:
    """The quote and its annexes, many of them as one .zip; and the line that says so."""
    annexes = tuple(Document(one.name, one.sha256, one.size) for one in offer.annexes)
    quote = papers.document(turn, offer.paper)
    if len(annexes) < several.FEW:
        return (quote, *annexes), ""
    bundle = several.zipped(f"{turn.words('files.name_annexes')}_{papers.plain(offer.paper)}", annexes)
    return (quote, bundle), turn.words("annex.zipped", n=len(annexes), fichier=bundle.name)


def went_out(turn: Turn, offer: Offer) -> None:
    """Its file and annexes leave with this answer: recorded, and remembered here."""
    shown = {id: version for id, version in turn.state.get("shown", {}).items() if id != str(offer.paper.id)}
    kept = list(shown.items())[1 - REMEMBERED :]
    turn.state["shown"] = dict([*kept, (str(offer.paper.id), offer.version_id)])
    turn.work.signing.shown(turn.client, offer, turn.said.channel, turn.conversation, turn.now)


def read_here(turn: Turn, paper: Paper) -> None:
    """A quote that waits for a decision was opened in the conversation, in whatever way."""
    if paper.kind == "quote" and paper.file_sha256 and not barred(turn, "accept_quote"):
        offer = turn.work.signing.offer(turn.client, paper.id)
        if offer and standing(offer, turn.today) == "open":
            went_out(turn, offer)


def was_shown(turn: Turn, offer: Offer) -> bool:
    return bool(turn.state.get("shown", {}).get(str(offer.paper.id)) == offer.version_id)


def changed(turn: Turn, offer: Offer) -> bool:
    """Was another version of it shown in this conversation?"""
    return turn.state.get("shown", {}).get(str(offer.paper.id)) not in (None, offer.version_id)


def to_be_read(turn: Turn, offer: Offer) -> bool:
    """In a chat it is shown before its boxes; by e-mail both go in one mail, but for a version that is new."""
    return not was_shown(turn, offer) if turn.chat else changed(turn, offer)


def present(turn: Turn, offer: Offer, text: str = "") -> Reply:
    """The quote with its annexes, then what can be done; `text` where something is to be said of it first."""
    documents, zipped = attached(turn, offer)
    reply = Reply("\n".join(filter(None, (text or _said(turn, offer), zipped))), language=turn.language)
    went_out(turn, offer)
    return reply.attach(*documents).offer(*_acts(turn, offer))


def _said(turn: Turn, offer: Offer) -> str:
    if changed(turn, offer):
        return turn.words("sign.changed", numéro=offer.paper.number)
    if offer.paper.valid_until is None:
        return turn.words("sign.present_short", **names(turn, offer))
    return turn.words("sign.present", date=turn.day(offer.paper.valid_until), **names(turn, offer))


def _acts(turn: Turn, offer: Offer) -> tuple[Choice, ...]:
    sign, decline, question = phrases.labels("sign", "present", turn.language)
    number, slots = offer.paper.number, {"id": offer.paper.id}
    return (
        turn.choice(sign, "accept_quote", slots, word=word(turn, "sign", number), main=True),
        turn.choice(decline, "refuse_quote", slots, word=word(turn, "decline", number)),
        turn.choice(question, "human", {}),
    )


def word(turn: Turn, name: str, number: str) -> str:
    """ "SIGNER D-12"."""
    return f"{phrases.word(name, turn.language)} {number}"
