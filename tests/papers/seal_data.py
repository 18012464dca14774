"""What a seal needs: a finished recipe, and quotes of every shape."""

from __future__ import annotations

import re
from typing import Any

ID = "FCT-20261124-0123456789AB"
SHA256 = "0123456789abcdef" * 4
RECIPE: dict[str, Any] = {
    "signature_id": ID,
    "reason": f"Cachet technique, signature {ID}",
    "page": {
        "language": "fr",
        "date": "2026-11-24",
        "company": "Atelier Exemple",
        "title": "Page de signature",
        "subtitle": "Devis D-2026-0044",
        "qr": f"{ID} {SHA256[:16]}",
        "sections": [
            {
                "title": "Le document",
                "rows": [{"label": "Empreinte", "value": SHA256, "code": True}],
                "paragraphs": ["Une phrase."],
            }
        ],
    },
    "band": ["Signé électroniquement par Łucja Œuvre", f"Identifiant : {ID}", "Fichier de preuve joint"],
}


A4 = "/MediaBox [0 0 595 842]"
FONT = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
RESOURCES = "/Resources << /Font << /F1 3 0 R >> >>"


def pdf(*objects: str | bytes) -> bytes:
    """A file of these objects, numbered from 1, which is the catalog: whatever shape is wanted, and no other."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, held in enumerate(objects, 1):
        places.append(len(out))
        body = held.encode("latin-1") if isinstance(held, str) else held
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    tail = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return bytes(out) + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{tail}".encode()


def stream(content: str) -> str:
    return f"<< /Length {len(content.encode('latin-1'))} >>\nstream\n{content}\nendstream"


def shown(text: str) -> str:
    return f"BT /F1 24 Tf 20 700 Td ({text}) Tj ET"


def pages(
    *contents: str,
    page: str = f"{A4} {RESOURCES}",
    tree: str = "",
    catalog: str = "",
    more: tuple[str, ...] = (),
) -> bytes:
    """A page for each content; `page`, `tree` and `catalog` are entries of each page, of the tree and of the root.

    Objects: 1 catalog, 2 tree, 3 font, then a page and its content each, then `more`.
    """
    kids = " ".join(f"{4 + 2 * nth} 0 R" for nth in range(len(contents)))
    made = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(contents)} {tree} >>",
        FONT,
    ]
    for nth, content in enumerate(contents):
        made.append(f"<< /Type /Page /Parent 2 0 R /Contents {5 + 2 * nth} 0 R {page} >>")
        made.append(stream(content))
    return pdf(*made, *more)


def quote(*texts: str) -> bytes:
    return pages(*map(shown, texts or ("Devis",)))


def changed(made: bytes, old: str, new: str) -> bytes:
    """The same objects with other words, in a file that is whole again."""
    assert old.encode() in made
    objects = re.findall(rb"\d+ 0 obj\n(.*?)\nendobj", made, re.DOTALL)
    return pdf(*(held.replace(old.encode(), new.encode()) for held in objects))
