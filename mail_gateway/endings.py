"""What stands below a reply and says nothing: mobile lines, signatures, closing formulas, disclaimers. Pure."""

from __future__ import annotations

import re
from itertools import takewhile

SENT_FROM = re.compile(
    r"\s*(?:envoyé (?:depuis|de|à partir de|à partir d(?=[’'])|avec|via)|sent (?:from|with|via|using)"
    r"|provenance :|télécharge[rz]|obtenir|obtenez|get|gesendet (?:von|mit)|von|enviado (?:desde|do|de)|inviato da"
    r"|verzonden vanaf)\s*(?P<mine>(?:mon|ma|my|meinem|mi|meu|mijn)\s)?(?P<what>[^,.;!?<>]{2,70}?)"
    r"(?:\s*(?:<\S+>|\(\S+\)|\[\S+\]))?\s*\.?\s*",
    re.I,
)
PROGRAM = re.compile(
    r"\b(?:\w*mail\w*|outlook|messagerie|i(?:phone|pad)|android|galaxy|samsung|huawei|xiaomi|blackberry|windows|mac"
    r"|thunderbird|\w*app|application|mobile|smartphone|tablette|tablet|téléphone|appareil)\b",
    re.I,
)
NAMED_LIKE_ONE = re.compile(r"i?[A-ZÀ-Þ]")
CHECKED = re.compile(  # what antivirus programs add
    r"\W*(?:garanti sans virus|virus[- ]free|cet e-?mail a été vérifié|l[’']absence de virus"
    r"|this e-?mail has been checked|ce courrier électronique ne contient aucun virus)\b.*",
    re.I,
)
DASHES = re.compile(r"--\s*")
FOOT = re.compile(r"_{2,}\s*")
RULE = re.compile(r"\s*(?:[_=*-]{4,}|[—–―]{2,})\s*")
NAME_AFTER_DASH = re.compile(r"[-–—][A-ZÀ-Þ][\w'’-]+(?: [A-ZÀ-Þ][\w'’-]+){1,2}")
CLOSING = re.compile(
    r"(?:(?:bien |très |sincèrement )?cordialement(?: vôtre)?|cdlt|cdt|bien à (?:vous|toi)|salutations(?: distinguées)?"
    r"|(?:meilleures|sincères|cordiales) salutations|sincèrement|respectueusement|(?:best|kind|warm)? ?regards"
    r"|sincerely(?: yours)?|yours (?:sincerely|faithfully|truly)|all the best|mit freundlichen grüßen|viele grüße"
    r"|saludos|cordiali saluti)\s*[,.!]?(?:\s+(?-i:[A-ZÀ-Þ])[\w.'’-]*){0,4}\s*",
    re.I,
)
DISCLAIMER = re.compile(
    r"\W*(?:ce (?:message|courriel|mail|e-mail)|les informations contenues|this (?:e-?mail|message|communication)"
    r"|the information contained)\b",
    re.I,
)
SECRET = re.compile(r"confidenti|destinatair|intended|addressee|recipient", re.I)
LONGEST_SIGNATURE = 5
SHORT = 60


def trimmed(lines: list[str]) -> list[str]:
    """The lines without their ending. Never empties a text: "Cordialement" alone is what was said."""
    for rule in (_mobile, _signature, _disclaimer, _closing, _name, _blank):
        kept = rule(lines)
        if any(line.strip() for line in kept):
            lines = _blank(kept)
    return lines


def mobile_line(line: str) -> bool:
    """ "Envoyé de mon iPhone": a device or a program is named, not a place or a day."""
    match = SENT_FROM.fullmatch(line)
    if match is None:
        return False
    what = match["what"].lstrip("[(’' ")
    return PROGRAM.search(what) is not None or (
        match["mine"] is not None and NAMED_LIKE_ONE.match(what) is not None
    )


def _mobile(lines: list[str]) -> list[str]:
    """From a line such as "Envoyé de mon iPhone" on; a first line like that is dropped alone."""
    while lines and (not lines[0].strip() or mobile_line(lines[0])):
        lines = lines[1:]
    return next((lines[:at] for at, line in enumerate(lines) if mobile_line(line)), lines)


def _signature(lines: list[str]) -> list[str]:
    """From "-- " on (RFC 3676, 4.3; programs drop the space), or from a foot under a line of underscores."""
    dashes = next((at for at in reversed(range(len(lines))) if DASHES.fullmatch(lines[at])), None)
    if dashes is not None:
        return lines[:dashes]
    for at in _tail(lines):
        if CHECKED.fullmatch(lines[at]):
            return lines[:at]
        if FOOT.fullmatch(lines[at]) and all(len(after) <= 80 for after in lines[at:]):
            return lines[:at]
    return lines


def _tail(lines: list[str]) -> range:
    """Where a signature may begin: the last few lines, blank ones between them counted."""
    return range(max(0, len(lines) - 2 * LONGEST_SIGNATURE), len(lines))


def _disclaimer(lines: list[str]) -> list[str]:
    for at, line in enumerate(lines):
        if at and not lines[at - 1].strip() and DISCLAIMER.match(line):
            paragraph = " ".join(takewhile(str.strip, (lines[below] for below in range(at, len(lines)))))
            if len(SECRET.findall(paragraph)) >= 2:
                return lines[:at]
    return lines


def _closing(lines: list[str]) -> list[str]:
    """From "Cordialement," on, where only a signature follows: few lines, all short, no question, no postscript."""
    for at in _tail(lines):
        if CLOSING.fullmatch(lines[at].strip()):
            after = [text.strip() for text in lines[at + 1 :] if text.strip()]
            if len(after) <= LONGEST_SIGNATURE and not any(_says_something(text) for text in after):
                return lines[:at]
    return lines


def _says_something(line: str) -> bool:
    return len(line) > SHORT or line.endswith("?") or line.upper().startswith(("PS", "P.S", "P.-S"))


def _name(lines: list[str]) -> list[str]:
    """A last line such as "-Jeanne Martin", on its own."""
    if len(lines) > 2 and not lines[-2].strip() and NAME_AFTER_DASH.fullmatch(lines[-1].strip()):
        return lines[:-1]
    return lines


def _blank(lines: list[str]) -> list[str]:
    """Without blank lines and rules at the end, and without blank lines at the beginning."""
    end, start = len(lines), 0
    while end and (not lines[end - 1].strip() or RULE.fullmatch(lines[end - 1])):
        end -= 1
    while start < end and not lines[start].strip():
        start += 1
    return lines[start:end]
