"""Several PDFs in one answer: up to five as they are, more in one .zip, a hundred at most (mission S25)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from handlers.core import listing, papers, recipes
from handlers.core.request import Request
from handlers.core.route import run
from handlers.core.turn import Document, Reply
from handlers.rules.number import ways
from handlers.rules.paper import Kind, Paper, Wanted
from handlers.rules.period import month_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handlers.core.talk import Turn

FEW = 5  # files of one message
MOST = 100  # documents of one answer
LARGEST = 45_000_000  # bytes of one .zip: a bot may send 50 MB (core.telegram.org/bots/api#senddocument)


def zipped(name: str, documents: Sequence[Document]) -> Document:
    """All of them in one file; it is about as large as they are, for a PDF is compressed already."""
    return replace(recipes.bundle(f"{name}.zip", documents), size=sum(one.size for one in documents))


def zips(name: str, documents: Sequence[Document]) -> list[Document]:
    """All of them in one file, or in as few as a chat takes."""
    parts: list[list[Document]] = [[]]
    for one in documents:
        if parts[-1] and sum(other.size for other in parts[-1]) + one.size > LARGEST:
            parts.append([])
        parts[-1].append(one)
    if len(parts) == 1:
        return [zipped(name, documents)]
    return [zipped(f"{name}_{nth}", part) for nth, part in enumerate(parts, 1)]


def asked(turn: Turn, file: str, kinds: tuple[Kind, ...] = ()) -> Reply | None:
    """All that the slots ask for: "all my invoices of 2025 as PDF"; `file` is invoices, quotes, credit_notes..."""
    wanted, page = listing.find(turn, kinds, MOST)
    if not page.count:
        return listing.nothing(turn, file, wanted)
    if page.count == 1:
        return run(turn, Request("get_document", {"id": page.items[0].id}))
    turn.state.pop("list", None)
    sent = [paper for paper in page.items if paper.file_sha256 is not None]
    words = listing.criterion(turn, wanted, len(sent) > 1, listing.spoken(turn, wanted, page))
    head = _head(turn, file, len(sent), words)
    more = page.count > len(page.items)
    after = [turn.words("files.most", total=page.count, n=len(page.items))] if more else []
    return _answer(turn, head, page.items, f"{turn.words(f'files.name_{file}')}{_span(wanted)}", after)


def _head(turn: Turn, file: str, count: int, criterion: str) -> str:
    if not count:
        return ""
    key = f"files.{file}_one" if count == 1 else f"files.{file}_many"
    return turn.words(key, n=count, critère=criterion)


def numbered(turn: Turn) -> Reply | None:
    """ "F-12, F-13 and F-14": each by its number; what is not found for sure is named, never guessed."""
    found: dict[int, Paper] = {}
    unknown: list[str] = []
    for number in turn.slots["doc_numbers"][:MOST]:
        papers_ = _of_number(turn, number)
        found |= {paper.id: paper for paper in papers_}
        if not papers_:
            unknown.append(number)
    if not found:
        return turn.say("files.unknown_many", liste=", ".join(unknown))
    said = _unknown(turn, unknown)
    if len(found) == 1:
        reply = run(turn, Request("get_document", {"id": next(iter(found))}))
        return replace(reply, text="\n".join([reply.text, *said])) if reply else None
    return together(turn, tuple(found.values()), said)


def together(turn: Turn, found: Sequence[Paper], after: Sequence[str] = ()) -> Reply:
    """The files of these documents, of whatever kinds."""
    sent = [paper for paper in found if paper.file_sha256 is not None]
    kinds = {paper.kind for paper in found}
    file = f"{kinds.pop()}s" if len(kinds) == 1 else "documents"
    head = _head(turn, file, len(sent), "")
    return _answer(turn, head, found, turn.words(f"files.name_{file}"), list(after))


def enclosed(turn: Turn, found: Sequence[Paper]) -> tuple[list[Document], list[str]]:
    """The files of these invoices and their annexes, and what is to be said of them (mission S54)."""
    files = [one for paper in found for one in _with_annexes(turn, paper)]
    lines = []
    if len(files) > FEW:
        files = zips(turn.words("files.name_invoices"), files)
        lines.append(turn.words("files.zipped", fichier=", ".join(one.name for one in files)))
    sent = [paper for paper in found if paper.file_sha256 is not None]
    if turn.client.kind != "B2C" and sent:
        one = turn.words("document.copy_plain", numéro=sent[0].number)
        lines.append(one if len(sent) == 1 else turn.words("files.copies"))
    missing = _missing(turn, [paper for paper in found if paper.file_sha256 is None])
    return files, [*lines, missing] if missing else lines


def _with_annexes(turn: Turn, paper: Paper) -> list[Document]:
    own = [papers.document(turn, paper)] if paper.file_sha256 is not None else []
    annexes = turn.work.books.annexes(turn.client, paper.id)
    return own + [Document(one.name, one.sha256, one.size) for one in annexes]


def _of_number(turn: Turn, written: str) -> tuple[Paper, ...]:
    """The documents of exactly this number, else the only one that ends like it."""
    for wanted in ways(written):
        page = turn.work.books.find(turn.client, wanted, turn.today, 0, listing.A_PAGE)
        if page.count and not (wanted.number_part and page.count > 1):
            of_kind = tuple(paper for paper in page.items if paper.kind == turn.slots.get("doc_kind"))
            return of_kind or page.items
    return ()


def _unknown(turn: Turn, numbers: list[str]) -> list[str]:
    if not numbers:
        return []
    if len(numbers) > 1:
        return [turn.words("files.unknown_many", liste=", ".join(numbers))]
    kind = str(turn.slots.get("doc_kind") or "document")
    return [turn.words("files.unknown", **turn.document(kind, numbers[0]))]


# --- the answer


def _answer(turn: Turn, head: str, found: Sequence[Paper], name: str, after: list[str]) -> Reply:
    """The files of those that have one; the others are named."""
    sent = [paper for paper in found if paper.file_sha256 is not None]
    missing = [paper for paper in found if paper.file_sha256 is None]
    files = [papers.document(turn, paper) for paper in sent]
    lines = [head]
    if len(files) > FEW:
        files = zips(name, files)
        lines.append(turn.words("files.zipped", fichier=", ".join(one.name for one in files)))
    if turn.client.kind != "B2C" and any(paper.kind == "invoice" for paper in sent):
        lines.append(turn.words("files.copies"))
    lines += [*after, _missing(turn, missing)]
    return Reply("\n".join(filter(None, lines)), language=turn.language).attach(*files)


def _missing(turn: Turn, found: list[Paper]) -> str:
    if not found:
        return ""
    if len(found) == 1:
        return turn.words("files.missing", **turn.document(found[0].kind, found[0].number))
    return turn.words("files.missing_many", n=len(found), liste=", ".join(paper.number for paper in found))


def _span(wanted: Wanted) -> str:
    """ "_2025", "_2026-03" or "_2026-06-03_2026-06-09", for the name of a file that sorts well."""
    start, end = wanted.start, wanted.end
    if start is None or end is None:
        return ""
    if (start, end) == (date(start.year, 1, 1), date(start.year, 12, 31)):
        return f"_{start.year}"
    if start.day == 1 and month_of(start.year, start.month).end == end:
        return f"_{start:%Y-%m}"
    return f"_{start}_{end}"
