"""Bytes become text, whatever their label says. Pure; nothing raises but `Utf7`."""

from __future__ import annotations

import codecs
import re
import unicodedata
from functools import lru_cache

# Labels as browsers read them (WHATWG): what programs send under a name is often its superset.
READ_AS = {
    "iso8859-1": "cp1252",
    "ascii": "utf-8",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "iso2022_jp": "iso2022_jp_ext",
    "iso8859-8-i": "iso8859-8",
    "ks_c_5601-1987": "cp949",
    "unicode-1-1-utf-8": "utf-8",
    "x-sjis": "cp932",
    "unknown-8bit": "utf-8",
}
SAFE = re.compile(
    r"utf-8(?:-sig)?|utf-16(?:-[lb]e)?|iso8859-\d+|cp(?:125\d|437|850|852|858|866|874|932|949|950)|koi8-[ru]|big5"
    r"|big5hkscs|gb18030|euc_jp|iso2022_jp\w*|iso2022_kr|mac-roman|hz|ptcp154"
)
TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # the writing direction
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Utf7(ValueError):
    """A text labelled UTF-7: never decoded, since it hides words from everybody but its reader."""


def decoded(data: bytes, label: str) -> str:
    """The declared charset, else UTF-8, else Windows-1252, else with replacement marks. Clean of NUL and controls.

    Raises Utf7.
    """
    for name in (_codec(label), "utf-8", "cp1252"):
        if name is None:
            continue
        try:
            return clean(data.decode(name))
        except (UnicodeError, LookupError):
            continue
    return clean(data.decode("cp1252", "replace"))


@lru_cache(maxsize=256)
def _codec(label: str) -> str | None:
    name = label.strip().strip("\"'").lower()
    if re.fullmatch(
        r"(?:x-)?(?:unicode-1-1-)?utf-?7(?:-imap)?|csutf7|unicode-2-0-utf-7", name.replace("_", "-")
    ):
        raise Utf7(name)
    name = READ_AS.get(name, name)
    try:
        name = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    name = READ_AS.get(name, name)
    return name if SAFE.fullmatch(name) else None


def clean(text: str) -> str:
    """No control characters but line ends and tabs, no lone surrogates: a database takes it."""
    text = CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def one_line(text: str, longest: int) -> str:
    """For names and subjects: one line, NFC, without marks that turn the writing direction."""
    flat = " ".join(TURNS.sub("", clean(text)).split())
    return unicodedata.normalize("NFC", flat)[:longest].rstrip()
