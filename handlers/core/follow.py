"""A whole message that means nothing by itself, but something after what was just shown (core/context.py): "la
deuxième", "celle de mars", "et pour 2025 ?", "not that one", "the others too".

Works on the text without greeting, closing and the words that ask. What none of these forms matches is no business of
this file. Nothing here is acted on: a form gives a Request, which is answered as any other.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from handlers.core import listing
from handlers.core.context import LIST_OF, LONGEST, MOST, PAPERS, Last, all_ids, last, list_of, papers
from handlers.core.slots import slots_of
from handlers.core.strip import POLITE, strip
from handlers.core.understand import Request
from handlers.rules import mention, period
from handlers.rules.place import place_in
from handlers.rules.text import words

if TYPE_CHECKING:
    from handlers.core.talk import Turn

SURE = 0.9
LEAD = re.compile(
    r"(?:(?:et|and|ok|okay|oui|yes|alors|donc|so|then|plutot|rather|finalement|actually|en fait|mais|but|euh|ah"
    r"|je|nous|on|i|we|veux|voudrais|voulais|voulons|aimerais|souhaite|prends|demandais|want|wanted|need|meant|take"
    r"|would like|'?d like|peux[- ]tu|pouvez[- ]vous|pourriez[- ]vous|pourrais[- ]tu|tu peux|vous pouvez|can you"
    r"|could you|can i have|may i have|(?:(?:re)?envo(?:ie|yez|yer)|donne[rz]?|montre[rz]?|ouvre[rz]?|passe[rz]?"
    r"|mets|mettez)(?:[- ]moi)?|ouvrir|voir|recevoir|avoir|(?:send|give|show|get)(?: me)?|open|see|have"
    r"|c'est|c'etait|it's|it is|it was|what about|how about|qu'en est[- ]il (?:de|pour)|quid (?:de|pour)"
    r"|seulement|uniquement|only|just|juste)\b[ ,:]*|j'(?=ai\b|aimerais))+"
)
TRAIL = re.compile(
    r"(?:[ ,]*\b(?:aussi|egalement|too|as well|also|alors|then|plutot|instead|maintenant|now))+$"
)
PDF = re.compile(r" ?\b(?:en|au format|as an?|in) pdfs?\b| ?\bas pdfs\b|^pdfs?$")
ONE = re.compile(
    r"(?:celui|celle|the one|that one)(?:[- ](?:la|ci))? (?P<rest>(?:d[eu]s?|d'|en|a|au|pour|avec|qui|dat|from|of|for"
    r"|at|with|about|in|dated|that)\b.*)"
)
THOSE = re.compile(
    r"(?:ceux|celles|the ones|those)(?:[- ](?:la|ci))? (?P<rest>(?:d[eu]s?|d'|en|a|au|pour|avec|qui|from|of|for|at"
    r"|with|about|in|dated|that)\b.*)"
)
NUMBER = re.compile(r"(?:la|le|celle|celui|the|number|numero|n°) ?(?P<n>[0-9]{2,8})(?: one)?")
NO = r"(?:non?\b[ ,.]*)?"
NOT_THAT = re.compile(
    rf"{NO}(?:(?:ce n'est|c'est) )?pas (?:celle|celui|la bonne|le bon|ce|cette|cet)"
    r"(?: (?:facture|devis|avoir))?(?:[- ](?:la|ci))?"
    rf"|{NO}(?:it's |it is )?not (?:that|this|the right) (?:one|invoice|quote)|{NO}(?:the )?wrong (?:one|invoice|quote)"
    rf"|{NO}(?:l'autre|the other)(?: facture| devis| one| invoice| quote)?"
)
OTHERS = re.compile(r"(?:toutes |tous |all )?(?:les autres|the others|the other ones|the rest of them)")
FEW = r"(?:deux|trois|quatre|cinq|[2-9])"
ALL = re.compile(
    rf"toute?s?|tous|(?:toutes|tous) (?:les )?{FEW}|les {FEW}|les toutes"
    r"|all|all of (?:them|these|those)|all (?:two|three|four|five)|both|both of them|everything|them all"
)
SAME = re.compile(
    r"(?:la|le|les|l'|the|it|them|that|ca|cela|celle[- ]ci|celui[- ]ci)?(?: ?(?:meme|memes|same)(?: one)?)?"
)
WHICH = re.compile(
    r"lesquel(?:le)?s|laquelle|lequel|which(?: ones?)?(?: are they)?|quelles factures|which invoices"
)
NEXT = re.compile(r"(?:la|le|the) (?:suivante?|next(?: one)?)|cel(?:le|ui) d'apres|the one after(?: that)?")
OLDER = re.compile(
    r"(?:la|le|the) (?:precedente?|previous(?: one)?)|cel(?:le|ui) d'avant|the one before(?: that| it)?"
)
ANNEXES = re.compile(r"(?:(?:les|ses|its|the) )?annexe?s? (?:de|of|to) (?P<rest>.+)")
SMALL_WORDS = """
pour de du des d en a au dans le la les l un une ceux celui celle celles meme pareil idem qui est sont encore chose
for in from of the on that ones one same which is are still thing
"""
SMALL = frozenset(SMALL_WORDS.split())

Form = Callable[["Turn", Last, str], Request | None]


def follow(turn: Turn) -> Request | None:
    """What a message asks for that means nothing by itself; None where it stands on its own, or after nothing."""
    shown = last(turn)
    said = _said(turn.text) if shown else ""
    if shown is None or not said or len(said) > 2 * LONGEST:
        return None
    for form in FORMS:
        if found := form(turn, shown, said):
            return found
    return None


def _said(text: str) -> str:
    """Folded, on one line, without greeting, closing and politeness, and without the words that ask."""
    plain = POLITE.sub(" ", strip(text))
    plain = " ".join(plain.split()).strip(" .,;:!?")
    return TRAIL.sub("", LEAD.sub("", plain, count=1) if LEAD.match(plain) else plain).strip(" .,;:!?")


def _ask(intent: str, **slots: Any) -> Request:
    return Request(intent, slots, SURE)


def _files(ids: list[int]) -> Request:
    return _ask("get_document", id=ids[0]) if len(ids) == 1 else _ask("get_document", ids=ids)


def _place(turn: Turn, shown: Last, said: str) -> Request | None:
    place = place_in(words(said)) or 0
    return _ask("get_document", id=shown.ids[place - 1]) if 0 < place <= len(shown.ids) else None


def _annexes(turn: Turn, shown: Last, said: str) -> Request | None:
    """ "Les annexes de la deuxième"."""
    found = ANNEXES.fullmatch(said)
    one = _place(turn, shown, found["rest"]) if found else None
    return _ask("get_document", **one.slots, doc_kind="annex") if one else None


def _one(turn: Turn, shown: Last, said: str) -> Request | None:
    """ "Celle de mars", "the one for €642": among those of the list first, else among all of its kind."""
    found = ONE.fullmatch(said)
    slots = _told(turn, found["rest"]) if found and shown.intent in PAPERS else {}
    if not slots:
        return None
    kind = {"doc_kind": shown.kind} if shown.kind else {}
    for base in (shown.slots, kind):
        merged = kind | {name: value for name, value in base.items() if name not in slots} | slots
        wanted = listing.wanted(merged)
        if turn.work.books.find(turn.client, wanted, turn.today, 0, 1).count:
            return _ask("get_document", **merged)
    return _ask("get_document", **kind, **slots)


def _those(turn: Turn, shown: Last, said: str) -> Request | None:
    """ "Celles de mars": the same list, narrowed."""
    found = THOSE.fullmatch(said)
    slots = _told(turn, found["rest"]) if found else {}
    return _ask(list_of(shown), **shown.slots | slots) if slots else None


def _told(turn: Turn, said: str) -> dict[str, Any]:
    """What "de mars", "à 642 €", "de la cuisine" say of a document; a whole "about" is looked for."""
    said = re.sub(r"^qui (?:est|sont) ", "", said)
    slots = slots_of(said, "get_document", turn.today)
    return {name: slots[name] for name in ("period", "amount", "status", "search", "about") if name in slots}


def _number(turn: Turn, shown: Last, said: str) -> Request | None:
    """ "La 118", after a list."""
    found = NUMBER.fullmatch(said)
    if found is None or shown.intent not in PAPERS:
        return None
    kind = {"doc_kind": shown.kind} if shown.kind else {}
    return _ask("get_document", doc_number=found["n"], **kind)


def _elsewhen(turn: Turn, shown: Last, said: str) -> Request | None:
    """ "Et pour 2025 ?", "and the overdue ones?": the same question, of another time or state."""
    found = period.find(said, turn.today)
    rest = said.replace(found[1], " ", 1) if found else said
    status = mention.status_in(rest) if _has_status(shown, rest) else None
    if status:
        rest = mention.without(rest)
    if not (found or status) or set(re.findall("[a-z0-9]+", rest)) - SMALL:
        return None
    slots: dict[str, Any] = {"status": status} if status else {}
    if found:
        slots["period"] = {"start": found[0].start.isoformat(), "end": found[0].end.isoformat()}
    return _ask(list_of(shown) if shown.intent in PAPERS else shown.intent, **shown.slots | slots)


def _has_status(shown: Last, said: str) -> bool:
    """Overdue is said of invoices, refused of quotes."""
    of = {
        "quote": ("pending", "accepted", "refused", "expired"),
        "invoice": ("overdue", "unpaid", "paid", "cancelled"),
    }
    return mention.status_in(said) in of.get(shown.kind or "", ())


def _not_that(turn: Turn, shown: Last, said: str) -> Request | None:
    """ "Pas celle-là", "non, l'autre": the one that is left of the list, or those that are."""
    if (
        not NOT_THAT.fullmatch(said)
        or not shown.open
        or any(one["as"] for one in turn.state.get("offers", []))
    ):
        return None
    left = [id for id in shown.ids if id not in shown.open]
    if len(left) == 1:
        return _ask("get_document", id=left[0])
    if left:
        return _ask("get_document", among=left)
    opened = papers(turn, shown.open)
    return _ask(LIST_OF[opened[-1].kind]) if opened else None


def _others(turn: Turn, shown: Last, said: str) -> Request | None:
    """ "Les autres aussi": the files of the rest of the list; where nothing of it was opened, its next page, if any."""
    if not OTHERS.fullmatch(said) or shown.intent not in PAPERS:
        return None
    if not shown.open and "list" in turn.state:
        return Request("more", {}, SURE)
    if left := [id for id in all_ids(turn, shown) if id not in shown.open]:
        return _files(left)
    opened = papers(turn, shown.open)
    return _ask(LIST_OF[opened[-1].kind]) if opened else None


def _all(turn: Turn, shown: Last, said: str) -> Request | None:
    """ "Toutes", "both": the files of the whole list."""
    if not ALL.fullmatch(PDF.sub("", said).strip()):
        return None
    if shown.intent == "balance":
        return _ask("list_invoices", status="unpaid", files=True)
    ids = all_ids(turn, shown) if shown.intent in PAPERS and shown.ids else []
    return _files(ids) if ids else None


def _same(turn: Turn, shown: Last, said: str) -> Request | None:
    """ "La même en PDF", "send them as a PDF"."""
    rest, asked = PDF.subn("", said)
    if not asked or not SAME.fullmatch(rest.strip()):
        return None
    if shown.intent == "statement":
        return _ask("statement", **{name: shown.slots[name] for name in ("period",) if name in shown.slots})
    if shown.open:
        return _ask("get_document", id=shown.open[-1])
    ids = all_ids(turn, shown) if shown.ids else []
    return _files(ids) if ids else None


def _which(turn: Turn, shown: Last, said: str) -> Request | None:
    """ "Lesquelles ?", after "3 factures en attente"."""
    if shown.intent != "balance" or not WHICH.fullmatch(said):
        return None
    return _ask("list_invoices", status="unpaid")


def _beside(turn: Turn, shown: Last, said: str) -> Request | None:
    """ "La suivante" of the list; "celle d'avant" is the older one of its kind."""
    if not shown.open:
        return None
    here = shown.open[-1]
    if NEXT.fullmatch(said) and here in shown.ids[:-1]:
        return _ask("get_document", id=shown.ids[shown.ids.index(here) + 1])
    opened = papers(turn, (here,))
    if not OLDER.fullmatch(said) or not opened:
        return None
    wanted = listing.wanted({"doc_kind": opened[0].kind})
    ids = [paper.id for paper in turn.work.books.find(turn.client, wanted, turn.today, 0, MOST).items]
    after = ids[ids.index(here) + 1 :] if here in ids else []
    return _ask("get_document", id=after[0]) if after else None


FORMS: tuple[Form, ...] = (
    *(_place, _annexes, _number, _one, _those, _not_that, _others, _all, _same, _which, _beside),
    _elsewhen,
)
