"""What people wrote, made safe to put into our mail, and the addresses that our mail invites them to write to."""

from __future__ import annotations

import re
from urllib.parse import quote

# C0 and C1 controls, line separators, lone surrogates, and what reorders or hides text: bidi marks, zero width.
UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]",
)
AGAIN = re.compile(r"\s*(?:re|r[ée]p|r[ée]f|tr|fwd?|wg|aw)\s*(?:\[\d+\])?\s*[:：]\s*", re.IGNORECASE)
MESSAGE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,248}>")
SUBJECT_MAX = 200
REFERENCES_MAX = 1500  # some relays refuse header blocks over 4,096 characters
MAILTO_MAX = 1000


def plain(text: str) -> str:
    """One line, nothing unseen, and no `=?`: CPython 3.11 and 3.12 decode an encoded word that stands inside another
    one when they write the header, so that a subject could add a Bcc line to our answer (family of CVE-2024-6923).
    """
    line = UNSEEN.sub(" ", text)
    while "=?" in line:
        line = line.replace("=?", "= ?")
    return re.sub(" {2,}", " ", line).strip(" ")


def paragraph(text: str) -> str:
    """A line of the body: nothing unseen."""
    return UNSEEN.sub("", text).strip(" ")


def answered(subject: str) -> str:
    """ "Re: " and the client's own subject, its former "Re:", "Rép :", "TR:", "Fwd:"... dropped."""
    bare = plain(subject)
    while match := AGAIN.match(bare):
        bare = bare[match.end() :]
    return f"Re: {bare[:SUBJECT_MAX].rstrip()}".rstrip()


def references(known: str | tuple[str, ...] | list[str], answers: str) -> str:
    """The thread's root and its last ids, at most 1,500 characters; what is not a Message-ID is dropped."""
    text = known if isinstance(known, str) else " ".join(known)
    ids = list(dict.fromkeys(MESSAGE_ID.findall(f"{text} {answers}")))
    if not ids:
        return ""
    root, rest = ids[0], ids[1:]
    while rest and len(root) + sum(len(one) + 1 for one in rest) > REFERENCES_MAX:
        rest.pop(0)
    return " ".join([root, *rest])


def message_id(text: str) -> str:
    """The first Message-ID in a text, or ""."""
    found = MESSAGE_ID.search(text)
    return found[0] if found else ""


def mailto(address: str, command: str) -> str:
    """A link that opens a mail with the command in its subject and in its body (RFC 6068: %20, never +)."""
    said = quote(command, safe="")
    link = f"mailto:{quote(address, safe='@+')}?subject={said}&body={said}"
    return link if len(link) < MAILTO_MAX else f"mailto:{quote(address, safe='@+')}"


def file_name(name: str) -> str:
    """A name that any computer can save: no path, no reserved character, at most 120 characters."""
    bare = re.sub(r'[\\/:*?"<>|]', "_", plain(name)).strip(". ")
    stem, dot, end = bare.rpartition(".")
    if len(bare) > 120 and dot and len(end) <= 8:
        return f"{stem[: 119 - len(end)]}.{end}"
    return bare[:120] or "document.pdf"
