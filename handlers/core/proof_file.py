"""The words of a proof file, from the data of a signature (storage/proofs.py: "facteur-proof/1").

A pure function from the data to the recipe that bot/paper prints: every label, date and amount is a finished text in
the client's language, and the data themselves are attached to the PDF as proof.json. What the record does not hold is
left out, or said to be not available (payments-and-law: the content of a proof file).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal, get_args

from handlers.core import phrases, wording

Data = Mapping[str, Any]
Own = Literal["tsa", "server", "none"]  # whose time the seal of the file itself holds; "none" without a seal
OWN: tuple[Own, ...] = get_args(Own)
Row = dict[str, Any]  # {"label", "value", "code": is it a fingerprint}


def name(data: Data) -> str:
    """ "Preuve_D-2026-0044.pdf"."""
    return phrases.say(
        "proof_file", "file_name", data["language"], numéro=_plain(str(data["document"]["number"]))
    )


def recipe(data: Data, own: Own = "server", door: str = "") -> dict[str, Any]:
    """`own`: the seal of the file itself, which it speaks of. `door`: the address that checks files."""
    say = Say(data)
    page = {
        "language": say.language,
        "date": say.local(data["at"]).date().isoformat(),
        "company": data["company"]["name"],
        "title": say("title"),
        "subtitle": say("subtitle", numéro=data["document"]["number"]),
        "made": say("made", **say.when(data["at"])),
        "qr": f"{data['signature_id']} {data['document']['presented_sha256'][:16]}",
        "sections": [
            {"title": say("act"), "rows": list(_act(data, say)), "paragraphs": []},
            {"title": say("document"), "rows": list(_document(data, say)), "paragraphs": []},
            {"title": say("consents"), "rows": [], "paragraphs": list(_consents(data, say))},
            {
                "title": say("mechanism"),
                "rows": list(_certificate(data, say)),
                "paragraphs": list(_mechanism(data, say, own)),
            },
        ],
        "log": {
            "title": say("log"),
            "how": say("log_how"),
            "columns": [say(name) for name in ("number", "when", "what", "hash")],
            "rows": [_event(event, say) for event in data["events"]],
            "head": say("head", n=data["chain"]["seq"], empreinte=data["chain"]["hash"]),
        },
        "verify": {"title": say("verify"), "paragraphs": list(_verify(data, say, door))},
    }
    return {"kind": "proof", "data": page, "attached": dict(data)}


class Say:
    """Texts, dates and rows in the language and the zone of one signature."""

    def __init__(self, data: Data, file: str = "proof_file") -> None:
        self.language, self.zone, self.file = str(data["language"]), str(data["timezone"]), file

    def __call__(self, key: str, **words: object) -> str:
        return phrases.fill(phrases.template(self.file, key, self.language), words)

    def local(self, at: str) -> datetime:
        return wording.local(datetime.fromisoformat(at), self.zone)

    def when(self, at: str) -> dict[str, str]:
        moment = datetime.fromisoformat(at)
        return {
            "date": wording.day(self.local(at).date(), self.language),
            "heure": self.local(at).strftime("%H:%M:%S"),
            "fuseau": wording.zone_name(self.zone, self.language),
            "utc": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        }

    def row(self, key: str, value: object, *, code: bool = False, **words: object) -> Row:
        return {"label": self(key, **words), "value": str(value or self("none")), "code": code}

    def day(self, on: str | None) -> str:
        return wording.day(date.fromisoformat(on), self.language) if on else ""


def _act(data: Data, say: Say) -> Iterator[Row]:
    client, company, application = data["client"], data["company"], data["application"]
    yield say.row("signature", data["signature_id"], code=True)
    yield say.row("signed_at", say("moment", **say.when(data["at"])))
    yield say.row("signatory", client["signatory"] or client["email"])
    yield say.row("signatory_address", client["email"])
    if client["capacity"]:
        yield say.row("capacity", say("capacity_yes", client=client["name"]))
    yield say.row("client", client["name"])
    yield say.row("client_ref", client["ref"])
    yield say.row("company", company["name"])
    if company["siren"]:
        yield say.row("siren", company["siren"])
    yield say.row("company_address", company["email"])
    yield say.row("application", f"{application['name']} {application['version']}")
    yield say.row("format", data["format"])


def _document(data: Data, say: Say) -> Iterator[Row]:
    paper = data["document"]
    yield say.row("name", say("quote", numéro=paper["number"], version=paper["version"]))
    if paper["label"]:
        yield say.row("label", paper["label"])
    if paper["issued_on"]:
        yield say.row("issued", say.day(paper["issued_on"]))
    if paper["valid_until"]:
        yield say.row("valid", say.day(paper["valid_until"]))
    yield say.row("total", wording.with_vat(paper["total_cents"], say.language, paper["currency"]))
    yield say.row("file", _file(paper, say))
    yield say.row("presented", paper["presented_sha256"], code=True)
    if paper["signed_sha256"]:
        yield say.row("signed", paper["signed_sha256"], code=True)
    else:
        yield say.row("signed", say("signed_none", raison=_why(data["seal"]["why_not"], say)))
    for annex in paper["annexes"]:
        yield say.row("annex", annex["sha256"], code=True, fichier=annex["name"])


def _file(paper: Data, say: Say) -> str:
    pages = paper["pages"]
    key = "file_size" if not pages else "file_pages_one" if pages == 1 else "file_pages_many"
    size = wording.size(paper["size"], say.language) if paper["size"] else say("none")
    return say(key, fichier=paper["file_name"] or say("none"), taille=size, **({"n": pages} if pages else {}))


def _why(why: str | None, say: Say) -> str:
    key = f"why_{why}"
    return say(key if phrases.has("proof_file", key) else "why_other")


def _consents(data: Data, say: Say) -> Iterator[str]:
    yield say("consents_how")
    yield from ticked(data)


def ticked(data: Data) -> Iterator[str]:
    """The boxes as they stood in the end; when each was ticked, and taken back, is in the extract of the log."""
    boxes: dict[str, str] = {}
    for event in data["events"]:
        if event["kind"].startswith("consent.") and event["payload"]:
            boxes.pop(event["payload"]["name"], None)
            if event["kind"] == "consent.given":
                boxes[event["payload"]["name"]] = event["payload"]["text"]
    return (f"☑ {text}" for text in boxes.values())


def _mechanism(data: Data, say: Say, own: Own) -> Iterator[str]:
    seal = data["seal"]
    yield say(f"mechanism_{data['channel']}")
    yield say("mechanism_code")
    if seal["level"]:
        yield say("mechanism_seal", niveau=seal["level"])
    else:
        yield say("mechanism_proof_only")
    yield say("level")
    if seal["time"] == "tsa":
        yield say("time_tsa", autorité=seal["tsa"])
    else:
        yield say("time_own" if own == "tsa" else "time_server")
    if own != "none":
        yield say("own_seal")


def _certificate(data: Data, say: Say) -> Iterator[Row]:
    if data["seal"]["certificate_sha256"]:
        yield say.row("certificate", data["seal"]["certificate_sha256"], code=True)


def _event(event: Data, say: Say) -> list[str]:
    moment = datetime.fromisoformat(event["at"])
    return [str(event["seq"]), f"{moment:%Y-%m-%d %H:%M:%S}", _happened(event, say), event["hash"]]


def _happened(event: Data, say: Say) -> str:
    key = f"event_{event['kind'].replace('.', '_')}"
    if not phrases.has("proof_file", key):
        return say("event_other", nature=event["kind"])
    payload = event["payload"] or {}
    if event["kind"] == "mail.key_seen":
        return say(key, **_key_seen(payload, say))
    return say(
        key,
        texte=payload.get("text", ""),
        adresse=payload.get("to") or say("none"),
        résultat=payload.get("authentication") or say("none"),
    )


def _key_seen(payload: Data, say: Say) -> dict[str, str]:
    """The record itself stands in proof.json."""
    compared = {True: "key_right", False: "key_wrong", None: "key_unchecked"}[payload.get("verified")]
    return {
        "sélecteur": payload.get("selector", ""),
        "domaine": payload.get("domain", ""),
        "résultat": say(compared if payload.get("record") else "none"),
    }


def _verify(data: Data, say: Say, door: str) -> Sequence[str]:
    address = data["company"]["email"]
    return (
        say("verify_how"),
        say("verify_ask", adresse=door or address),
        say("verify_alone"),
        say("limits"),
        say("keep", date=say.day(data["keep_until"]), adresse=address),
    )


def _plain(number: str) -> str:
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "-" for sign in number)
