"""The proof file of a signed quote, and the signed quote itself: by its client, its link, and the team (S38, S39)."""

from __future__ import annotations

from handlers.core import listing, phrases, quotes, which_quote
from handlers.core.registry import intent
from handlers.core.talk import Turn
from handlers.core.turn import Reply
from handlers.rules.number import read_digits, ways
from handlers.rules.paper import Page, Paper
from handlers.rules.signing import Decision

MOST = 20  # signatures to choose from


@intent("proof", scoped=True, right="read")
def proof(turn: Turn) -> Reply:
    slots = turn.slots
    if turn.only is not None or "id" in slots:
        id = turn.only if turn.only is not None else int(slots["id"])
        paper = turn.work.books.by_id(turn.client, id)
        return _of(turn, paper) if paper else turn.say("desk.old_button")
    if number := slots.get("doc_number"):
        return _numbered(turn, str(number))
    signed = _signed(turn)
    if len(signed) == 1 or (signed and slots.get("ordinal") == "last"):
        return _sent(turn, signed[0])
    return _which(turn, signed) if signed else turn.say("proof.none")


def _signed(turn: Turn) -> list[Decision]:
    """Newest first; of the quotes that were shown last, where some of them are."""
    signed = [one for one in turn.work.signing.decisions(turn.client, MOST) if one.outcome == "accepted"]
    shown = [one for one in signed if one.document_id in turn.slots.get("ids", ())]
    return shown or signed


def _numbered(turn: Turn, written: str) -> Reply:
    for wanted in ways(written):
        page = turn.work.books.find(turn.client, wanted, turn.today, 0, listing.A_PAGE)
        quotes_ = [paper for paper in page.items if paper.kind == "quote"]
        if len(quotes_) == 1:
            return _of(turn, quotes_[0])
    unknown = turn.document("quote", written)
    near = turn.work.books.nearest_number(turn.client, read_digits(written), ("quote",))
    if near is None:
        return turn.say("document.unknown", **unknown)
    reply = turn.say("document.unknown_near", proche=near.number, **unknown)
    return turn.yes_no(reply, ("proof", {"id": near.id}), number=near.number)


def _of(turn: Turn, paper: Paper) -> Reply:
    decision = turn.work.signing.decision(turn.client, paper.id) if paper.kind == "quote" else None
    if decision is None or decision.outcome != "accepted":
        return (
            turn.say("proof.not_signed", numéro=paper.number)
            if paper.kind == "quote"
            else turn.say("proof.none")
        )
    return _sent(turn, decision)


def _sent(turn: Turn, decision: Decision) -> Reply:
    turn.seen.append(decision.document_id)
    files = quotes.proof_files(turn, decision)
    words = {"numéro": decision.number, "date": turn.moment(decision.at)["date"]}
    if not files:
        return turn.say("proof.coming", **words)
    lines = [turn.words("proof.sent", signature=decision.signature_id, **words)]
    if decision.signed_sha256 and not quotes.kept(turn, decision):
        lines.append(turn.words("proof.copy_mailed"))
    if decision.withdrawn_at:
        lines.append(turn.words("proof.withdrawn", **turn.moment(decision.withdrawn_at)))
    return Reply("\n".join(lines), language=turn.language).attach(*files)


def _which(turn: Turn, signed: list[Decision]) -> Reply:
    found = (turn.work.books.by_id(turn.client, one.document_id) for one in signed)
    papers = tuple(paper for paper in found if paper)
    page = Page(papers[: listing.A_PAGE], min(len(papers), listing.A_PAGE))
    text = turn.words("proof.which", n=len(papers), liste="{rows}")
    reply = which_quote.chosen_from(turn, text, page, "proof")
    return reply.say_next(f"{phrases.word('proof', turn.language)} {papers[0].number}")
