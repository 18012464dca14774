"""A company's own texts, checked before they are kept: "fr:balance.due", "fr:tu:balance.due", "en:balance.due" -> text.

A text is data. Its {names} are filled in by the values that ours has, nothing in it is looked up or run.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from handlers.core import phrases
from handlers.core.phrases import HOLE

SECTIONS = {("fr", "vous"): "fr", ("fr", "tu"): "fr:tu", ("en", "vous"): "en"}
# Words that are typed, read back or built into other texts: a change of theirs would break what is understood.
# A proof says what this program did, in its own words.
FIXED = frozenset(
    (
        *("label", "word", "name", "status", "criterion", "action", "letter", "looked", "frame.above"),
        *("proof_file", "signature_page"),
    )
)
CONSENTS = ("sign.box_", "mail.sign_")  # what a client agrees to is the same for every company
BY_MAIL = frozenset(("mail", "company", "frame", "help", "signed"))  # no chat shows these, or the longest one
CHAT, MAIL = 300, 4000  # characters, with real values
LONGEST = {
    "société": 30,
    "contact": 45,
    "adresse": 30,
    "le_document": 22,
    "Le_document": 22,
    "du_document": 25,
}
A_VALUE = 12
NEVER = {
    "fr": (
        "avancée qualifiée forte certifiée inviolable garanti garantie légalement mfa 2fa otp authentification "
        "session jeton token bot serveur impayé impayée veuillez oops notification"
    ),
    "en": "advanced qualified guaranteed delinquent invalid kindly oops token server session password",
}
VOUS = re.compile(r"\b(?:vous|votre|vos)\b", re.IGNORECASE)
TU = re.compile(r"\b(?:tu|te|ton|ta|tes|toi)\b|\bt'", re.IGNORECASE)


@dataclass
class Checked:
    """`texts` may be kept where `faults` is empty; each line of `faults` and `warnings` names its text."""

    texts: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def check(written: Mapping[str, Any]) -> Checked:
    """`written` is what a file holds: sections [fr], [fr.tu] and [en], each "file.key" = "text"."""
    found = Checked()
    for section in written.keys() - {"fr", "en"}:
        found.faults.append(f"[{section}]: there is no such section; there are [fr], [fr.tu] and [en]")
    for language, form, key, text in _entries(written):
        name = f"{SECTIONS[language, form]}:{key}"
        faults = list(_faults(language, form, key, text))
        found.faults += [f"{name}: {fault}" for fault in faults]
        if not faults:
            found.texts[name] = unicodedata.normalize("NFC", text.strip())
            found.warnings += [f"{name}: {said}" for said in _warnings(language, form, text)]
    return found


def _entries(written: Mapping[str, Any]) -> Iterator[tuple[str, str, str, Any]]:
    for language in ("fr", "en"):
        section = written.get(language, {})
        if not isinstance(section, Mapping):
            section = {language: section}
        for key, value in section.items():
            if (language, key) == ("fr", "tu") and isinstance(value, Mapping):
                yield from (("fr", "tu", *one) for one in _flat(value))
            else:
                yield from ((language, "vous", *one) for one in _flat({key: value}))


def _flat(table: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Without its quotes, `balance.due = "..."` is a table in a table."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from ((f"{key}.{inner}", text) for inner, text in value.items())
        else:
            yield key, value


def fixed(key: str) -> bool:
    """Is this text the same for every company: "sign.box_read", or any of the file "label"?"""
    return key.partition(".")[0] in FIXED or key in FIXED or key.startswith(CONSENTS)


def _faults(language: str, form: str, key: str, text: Any) -> Iterator[str]:
    file, _, name = key.partition(".")
    if fixed(key):
        yield "this text is fixed: other texts, or what clients type, depend on it"
        return
    if file not in phrases.files() or name not in phrases.load(file, language).get("say", {}):
        yield "there is no such text"
        return
    if not isinstance(text, str) or not text.strip():
        yield "a text in quotes, and not an empty one, is needed"
        return
    ours = phrases.template(file, name, language, form)
    yield from _holes(text, ours)
    if any(unicodedata.category(c) in ("Cc", "Cs") and c != "\n" for c in text):
        yield "it holds a control character"
    limit = max(MAIL if file in BY_MAIL else CHAT, _length(ours))
    if (length := _length(text)) > limit:
        yield f"{length} characters once its values are in, at most {limit}"


def _holes(text: str, ours: str) -> Iterator[str]:
    has, needs = set(HOLE.findall(text)), set(HOLE.findall(ours))
    if missing := needs - has:
        yield f"missing: {_named(missing)}"
    if unknown := has - needs:
        yield f"unknown: {_named(unknown)}; ours has {_named(needs) or 'none'}"
    if re.search(r"[{}]", HOLE.sub("", text)):
        yield "a brace stands alone: { and } only go around a name"
    lines = {line.strip() for line in text.split("\n")}
    alone = {hole for hole in needs & has if f"{{{hole}}}" in ours.split("\n") and f"{{{hole}}}" not in lines}
    if alone:
        yield f"needs a line of its own: {_named(alone)}"


def _named(holes: set[str]) -> str:
    return ", ".join(f"{{{hole}}}" for hole in sorted(holes))


def _length(text: str) -> int:
    return len(HOLE.sub(lambda hole: "x" * LONGEST.get(hole[1], A_VALUE), text))


def _warnings(language: str, form: str, text: str) -> Iterator[str]:
    if "!" in text:
        yield "an exclamation mark: our texts have none"
    never = re.compile(rf"\b(?:{'|'.join(NEVER[language].split())})\b", re.IGNORECASE)
    if words := {found.casefold() for found in never.findall(text)}:
        yield f"words that frighten or promise: {', '.join(sorted(words))}"
    plain = text.replace("rendez-vous", "").replace("Rendez-vous", "")
    if language == "fr" and (TU if form == "vous" else VOUS).search(plain):
        yield (
            "« tu » and « vous » are mixed"
            if form == "vous"
            else "« vous » in a text for those called « tu »"
        )
