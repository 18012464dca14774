"""What a signature adds to its quote: the words of a page, and of the band at the foot of each page.

A pure function from the data of a signature (storage/proofs.py: "facteur-proof/1") to the recipe that bot/paper/sealing
prints and seals. Labels and common sentences are those of the proof file. A page holds one SHA-256, that of the
document presented: the one of the sealed file cannot stand inside it, and is in the proof file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from handlers.core import wording
from handlers.core.proof_file import Data, Row, Say, ticked

LONGEST = 200  # a name or a subject, in characters: the page is one page
MOST_ANNEXES = 6


def recipe(data: Data, door: str = "") -> dict[str, Any]:
    """{"signature_id", "reason", "page", "band"}: finished texts in the client's language; the band's, line by line.

    `door`: the address that checks files.
    """
    say, own = Say(data), Say(data, "signature_page")
    sections = [
        {"title": say("act"), "rows": list(_act(data, say, own)), "paragraphs": []},
        {"title": say("document"), "rows": list(_document(data, say, own)), "paragraphs": []},
        {"title": say("consents"), "rows": [], "paragraphs": list(ticked(data))},
        {"title": say("mechanism"), "rows": [], "paragraphs": list(_mechanism(data, say, own))},
        {"title": say("verify"), "rows": [], "paragraphs": list(_verify(data, say, own, door))},
    ]
    page = {
        "language": say.language,
        "date": say.local(data["at"]).date().isoformat(),
        "company": _short(data["company"]["name"]),
        "title": own("title"),
        "subtitle": own("subtitle", numéro=data["document"]["number"]),
        "qr": f"{data['signature_id']} {data['document']['presented_sha256'][:16]}",
        "sections": sections,
    }
    return {
        "signature_id": data["signature_id"],
        "reason": reason(data),
        "page": page,
        "band": list(_band(data, own)),
    }


def reason(data: Data) -> str:
    """Why there is a seal: it stands in the seal itself, with the identifier of the signature."""
    return Say(data, "signature_page")("reason", signature=data["signature_id"])


def _act(data: Data, say: Say, own: Say) -> Iterator[Row]:
    client = data["client"]
    yield say.row("signature", data["signature_id"], code=True)
    yield say.row("signed_at", say("moment", **say.when(data["at"])))
    yield say.row("signatory", _signatory(data))
    yield say.row("signatory_address", client["email"])
    if client["capacity"]:
        yield say.row("capacity", say("capacity_yes", client=_short(client["name"])))
    yield say.row("client", _short(client["name"]))
    yield say.row("company", _short(data["company"]["name"]))
    yield own.row("channel", own(f"channel_{data['channel']}"))


def _document(data: Data, say: Say, own: Say) -> Iterator[Row]:
    paper = data["document"]
    yield say.row("name", say("quote", numéro=paper["number"], version=paper["version"]))
    if paper["label"]:
        yield say.row("label", _short(paper["label"]))
    yield say.row("total", wording.with_vat(paper["total_cents"], say.language, paper["currency"]))
    yield say.row("presented", paper["presented_sha256"], code=True)
    for annex in paper["annexes"][:MOST_ANNEXES]:
        yield say.row("annex", annex["sha256"], code=True, fichier=_short(annex["name"]))
    if more := len(paper["annexes"][MOST_ANNEXES:]):
        yield {"label": "", "value": own("annexes_more", n=more), "code": False}


def _mechanism(data: Data, say: Say, own: Say) -> Iterator[str]:
    yield own(f"mechanism_{data['channel']}")
    yield say("level")
    yield own("seal")


def _verify(data: Data, say: Say, own: Say, door: str) -> Iterator[str]:
    yield own("inside")
    yield say("verify_ask", adresse=door or data["company"]["email"])


def _band(data: Data, own: Say) -> Iterator[str]:
    yield own("band_who", nom=_signatory(data), **own.when(data["at"]))
    yield own("band_id", signature=data["signature_id"])
    yield own("band_level")


def _signatory(data: Data) -> str:
    return _short(data["client"]["signatory"] or data["client"]["email"])


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
