"""May this PDF be signed as a quote: can it be sealed, and does it show every reader the same thing?

Pure judgement on a parsed PDF, run inside the guard (guard.py): a PDF from outside is hostile until shown otherwise.
Nothing is rendered and no page content is decoded. What is refused: a password (PDF 32000-1, 7.6), form fields (a
viewer draws them anew after sealing), scripts and Launch actions, files inside other than the invoice XML, an earlier
signature (a new stamp would break it), a broken page tree, more pages than anybody reads.
"""

from __future__ import annotations

from typing import Any, Literal

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

WhyNot = Literal["encrypted", "form", "javascript", "attachment", "already_signed", "malformed", "too_large"]
MOST_BYTES = 20 * 1024 * 1024
MOST_PAGES = 300
MOST_DEPTH = 50
MOST_OBJECTS = 200_000
TAIL = 1024  # where the end mark must be: PDF 32000-1, annex H.3, note 18
INVOICE_FILES = frozenset(
    {"factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml", "order-x.xml", "zugferd_invoice.xml"}
)


class Refused(Exception):
    def __init__(self, why: WhyNot) -> None:
        super().__init__(why)
        self.why: WhyNot = why


def why_not(data: bytes, reader: PdfReader | None) -> WhyNot | None:
    """None: it may be signed. `reader` is None where the file could not be opened at all."""
    if len(data) > MOST_BYTES:
        return "too_large"
    try:
        if reader is None or not data.startswith(b"%PDF-"):
            return "malformed"
        if reader.is_encrypted:
            return "encrypted"
        root = reader.root_object
        _walk_pages(root.raw_get("/Pages"))
        _look_at_form(root, signatures_only=True)
        _walk_objects(root)
        _look_at_form(root)
        return None if b"%%EOF" in data[-TAIL:] and _start_is_right(data) else "malformed"
    except Refused as refused:
        return refused.why
    except MemoryError:
        return "too_large"
    except Exception:  # pypdf raises a dozen kinds on broken files: each means the same to us
        return "malformed"


def _start_is_right(data: bytes) -> bool:
    """`startxref` leads to a table or to an object: else only a repaired copy could be sealed."""
    after = data[-TAIL:].rpartition(b"startxref")[2].split()
    if not after or not after[0].isdigit():
        return False
    there = data[int(after[0]) :][:40].lstrip()
    return there.startswith(b"xref") or there[:1].isdigit()


def _walk_pages(top: Any) -> None:
    """Counts pages by the tree: /Count lies. A cycle or a bottomless tree is malformed, too many pages too large."""
    pages = 0
    stack: list[tuple[Any, frozenset[int]]] = [(top, frozenset())]
    while stack:
        node, above = stack.pop()
        key = node.idnum if isinstance(node, IndirectObject) else id(node)
        page = node.get_object()
        if not isinstance(page, DictionaryObject) or key in above or len(above) > MOST_DEPTH:
            raise Refused("malformed")
        _look_at_boxes(page)
        if "/Kids" not in page:
            pages += 1
            if pages > MOST_PAGES:
                raise Refused("too_large")
            continue
        kids = _list(page, "/Kids")
        if len(kids) > 20 * MOST_PAGES:
            raise Refused("too_large")
        stack.extend((kid, above | {key}) for kid in kids)
    if not pages:
        raise Refused("malformed")


def _look_at_boxes(page: DictionaryObject) -> None:
    """A box is four plain numbers (14,400 units is what PDF 1.7 readers take; some plans are larger)."""
    for name in ("/MediaBox", "/CropBox"):
        if name in page:
            sides = [side.get_object() for side in _list(page, name)]
            if len(sides) != 4 or not all(isinstance(s, int | float) and abs(s) < 1e6 for s in sides):
                raise Refused("malformed")


def _look_at_form(root: DictionaryObject, *, signatures_only: bool = False) -> None:
    form = root.get("/AcroForm")
    form = form.get_object() if form is not None else None
    fields = _list(form, "/Fields") if isinstance(form, DictionaryObject) else []
    if signatures_only:
        if "/Perms" in root or any(_signed(field) for field in fields):
            raise Refused("already_signed")
    elif fields or (isinstance(form, DictionaryObject) and "/XFA" in form):
        raise Refused("form")


def _list(owner: DictionaryObject, key: str) -> list[Any]:
    value = owner.get(key)
    value = value.get_object() if value is not None else None
    return list(value) if isinstance(value, ArrayObject) else []


def _signed(field: Any, kind: Any = None, depth: int = 0) -> bool:
    """`kind` is what a field inherits (PDF 32000-1, table 220)."""
    field = field.get_object()
    if not isinstance(field, DictionaryObject) or depth > MOST_DEPTH:
        return False
    kind = field.get("/FT", kind)
    if kind == "/Sig" and field.get("/V") is not None:
        return True
    return any(_signed(kid, kind, depth + 1) for kid in _list(field, "/Kids"))


def _walk_objects(root: DictionaryObject) -> None:
    """Every object that the document reaches, once: scripts and files hide in annotations, names and actions."""
    seen: set[int] = set()
    stack: list[Any] = [root]
    found: set[WhyNot] = set()
    while stack:
        node = stack.pop()
        if isinstance(node, IndirectObject):
            if node.idnum in seen:
                continue
            seen.add(node.idnum)
            node = node.get_object()
        if isinstance(node, DictionaryObject):
            if why := _danger(node):
                found.add(why)
            stack.extend(node.values())
        elif isinstance(node, ArrayObject):
            stack.extend(node)
        if len(seen) > MOST_OBJECTS or len(stack) > 10 * MOST_OBJECTS:
            raise Refused("too_large")
    if found:
        raise Refused("javascript" if "javascript" in found else "attachment")


def _danger(node: DictionaryObject) -> WhyNot | None:
    action = node.get("/S")
    action = action.get_object() if isinstance(action, IndirectObject) else action
    if action in ("/JavaScript", "/Launch") or "/JS" in node:
        return "javascript"
    if node.get("/Subtype") == "/FileAttachment":
        return "attachment"
    if "/EF" in node:
        names = {str(node[key].get_object()).lower() for key in ("/F", "/UF") if key in node}
        return None if names and names <= INVOICE_FILES else "attachment"
    return None
