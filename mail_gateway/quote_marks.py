"""How mail programs announce what they quote: separators, attribution lines, header blocks. Pure, line by line.

Each finder takes the normalised lines of a mail and an index, and says whether a quote begins there. The forms are
those of French and English programs first, and of the other languages where the form is the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

OURS = re.compile(r"[\s>*_-]*(?:répond(?:ez|s) au-dessus de cette ligne|reply above this line)[\s*_-]*", re.I)
AT = r"[^\s<>()\[\]\"';:,@&]+@[^\s<>()\[\]\"';:,@&]+\.[^\s<>()\[\]\"';:,@&]+"
ADDRESS = re.compile(AT)
DATED = re.compile(
    r"\d{1,2}\s?[:h.]\s?\d{2}\b|\d{4}[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}"
    r"|\b(?:19|20)\d\d\b|\d{4}年"
)

ORIGINAL = re.compile(
    r"[\s>]*[-‐–—_*=]{2,}\s*(?:(?:début du )?message (?:d[’']origine|original|initial|transféré|transmis|réexpédié)"
    r"|mail original|courriel original|original(?: e-?mail)? message|original e-?mail|forwarded message|"
    r"reply message|ursprüngliche nachricht|weitergeleitete nachricht|mensaje original|mensagem original|"
    r"messaggio originale|oorspronkelijk bericht|oprindelig (?:besked|meddelelse)|opprinnelig melding|"
    r"originalmeddelande|ursprungligt meddelande|alkuperäinen viesti|wiadomość oryginalna|původní zpráva|"
    r"исходное сообщение|原始邮件)(?:\s+de\s.{1,80})?\s*:?\s*[-‐–—_*=]{2,}\s*",
    re.I,
)
MESSAGE_OF = re.compile(r"[\s>]*message d[ue] ?:? ?\d{1,2}/\d{1,2}/\d{2,4}.{0,30}", re.I)  # Orange, La Poste

WROTE = (
    r"(?:a|à) écrit|a ecrit|wrote|writes|schrieb|escribió|ha scritto|scrisse|escreveu|schreef|napisał(?:\(a\)|a)?"
    r"|skrev|kirjoitti|написав|написал(?:\(а\)|а)?|пишет|пише|napsal(?:\(a\)|a)?|yazdı|写道"
)
END = r"[\s:*-]*$"
ENDS_WROTE = re.compile(rf"(?<!\w)(?:{WROTE}){END}", re.I)
# "X <x@y.fr> a écrit :", and "schreef X <x@y.nl>:", "le 24 nov. 2026, X <x@y.fr>:", "... de x@y.fr:"
SIGNED = re.compile(
    rf"{AT}(?:&gt;|[\s>)\]\"',*])*(?:{WROTE}){END}"
    rf"|^[\s*-]*(?:[^\W\d]+[.,]*\s+){{0,2}}\d.*(?:[<(\[]\s*(?:mailto:)?{AT}\s*[>)\]]+\s*:$"
    rf"|\s(?:de|from|von|par|by)\s+{AT}\s*:$)",
    re.I,
)
NAMED = re.compile(rf"[,\d]\s*(?:[ap]m\b,?\s*)?([^,\d]*?)\s*(?<!\w)(?:{WROTE}){END}", re.I)
YOU = frozenset({"you", "vous", "tu", "du", "sie"})
PARTICLES = frozenset(
    {"de", "du", "des", "la", "le", "les", "d", "von", "van", "et", "and", "of", "via", "pour"}
)
LONGEST_NAME = 8  # words
DAY = (
    r"lun|mar|mer|jeu|ven|sam|dim|mon|tue|wed|thu|fri|sat|sun|jan|f[ée]v|feb|avr|apr|mai|may|jui|jun|jul|ao[uû]|"
    r"aug|sep|oct|okt|nov|d[ée]c|dez"
)
OPENS = re.compile(
    rf"[\s*-]*(?:le|on|am|el|il|in data|op|em|w dniu|dnia|den|pe|at)\s+(?:(?:{DAY})\w*[.,]*\s+){{0,3}}\d",
    re.I,
)
NEAR_DIGIT = re.compile(r"[\s*-]*(?:[^\W\d]+[.,]*\s+){0,4}\d")

LABELS = {
    "from": "from|de|von|van|da|fra|från|od|от|отправитель|lähettäjä|发件人|寄件者",
    "sent": "sent|date|envoyé(?: le)?|envoye|gesendet|datum|data|verzonden|inviato|enviado(?: em| el)?|fecha|dato|"
    "sendt|skickat|wysłano|odesláno|отправлено|дата|lähetetty|发送时间|日期",
    "to": "to|à|a|an|aan|til|till|para|do|komu|кому|vastaanottaja|收件人",
    "cc": "cc|copie|copie [àa]|kopie|kopi",
    "subject": "subject|objet|sujet|betreff|onderwerp|oggetto|asunto|assunto|emne|ämne|temat|předmět|тема|aihe|主题",
}
LABEL = re.compile(
    r"[\s>]*\*?(?:"
    + "|".join(f"(?P<{kind}>{words})" for kind, words in LABELS.items())
    + r")\s*\*?\s*[:：]\*?(?P<rest>.*)",
    re.I,
)
LONGEST_BLOCK = 9  # lines, wrapped ones counted
LONGEST_ATTRIBUTION = 4
LONGEST_TOLD = 600


def separator(line: str) -> bool:
    """A line that says: what follows is another message."""
    return any(form.fullmatch(line) for form in (OURS, ORIGINAL, MESSAGE_OF))


def attribution(lines: Sequence[str], at: int) -> int:
    """How many lines "Le 24 nov. 2026 à 09:12, X <x@y> a écrit :" takes from here on; 0 when there is none."""
    if not lines[at].strip() or quoted(lines[at]):
        return 0
    near_digit = NEAR_DIGIT.match(lines[at]) is not None
    joined = ""
    for end in range(at + 1, min(at + LONGEST_ATTRIBUTION, len(lines)) + 1):
        line = lines[end - 1].strip()
        if not line or (quoted(line) and line != ">:"):
            return 0
        joined = f"{joined} {line}".strip()[: LONGEST_TOLD + 1]
        below = quote_below(lines, end)
        if (near_digit or (below and end == at + 1)) and _is_attribution(joined, below):
            return end - at
    return 0


def quote_below(lines: Sequence[str], at: int) -> bool:
    following = next((line for line in lines[at : at + 4] if line.strip()), "")
    return quoted(following) and following.strip() != ">:"


def quoted(line: str) -> bool:
    return line.lstrip().startswith(">")


def _is_attribution(text: str, quoted_below: bool) -> bool:
    """Who wrote and when. With a quote below, one of the two is enough; else a sentence could look like it."""
    if len(text) > LONGEST_TOLD:
        return False
    dated = DATED.search(text) is not None
    if quoted_below and ENDS_WROTE.search(text):
        return dated or ADDRESS.search(text) is not None
    return dated and (SIGNED.search(text) is not None or _named(text))


def _named(text: str) -> bool:
    """ "Le 24/11/2026 à 09:12, Atelier X a écrit :": opens with the date, ends with a name and the verb."""
    match = NAMED.search(text) if OPENS.match(text) else None
    if match is None:
        return False
    name = match[1].strip()
    words = [word for word in name.split() if word.lower() not in PARTICLES]
    return name.lower() in YOU or (
        len(words) <= LONGEST_NAME and not any(word[:1].islower() for word in words)
    )


def header_block(lines: Sequence[str], at: int) -> bool:
    """Three or more of From, Sent, To, Cc, Subject in a row; somebody has an address, or it was sent on a date."""
    if not LABEL.fullmatch(lines[at]):
        return False
    told: dict[str, str] = {}
    strangers = 0
    for line in lines[at : at + LONGEST_BLOCK]:
        match = LABEL.fullmatch(line)
        if match is not None:
            told[next(kind for kind in LABELS if match[kind])] = match["rest"][:LONGEST_TOLD]
            continue
        strangers += 1
        if strangers > 2 or (not line.strip() and len(told) >= 3):
            break
        told["more"] = f"{told.get('more', '')} {line[:LONGEST_TOLD]}"
    people = " ".join(told.get(kind, "") for kind in ("from", "to", "cc", "more"))
    proof = ADDRESS.search(people) or DATED.search(told.get("sent", ""))
    return len(told.keys() & LABELS.keys()) >= 3 and proof is not None


def ours(lines: Sequence[str], at: int, sent: frozenset[str]) -> bool:
    """Two lines running that we wrote ourselves, one of them long enough to be no accident."""
    first = plain(lines[at]) if sent else ""
    if not first or first not in sent:
        return False
    second = next(filter(None, map(plain, lines[at + 1 : at + 6])), "")
    return second in sent and max(len(first), len(second)) >= 15


def plain(line: str) -> str:
    """For comparing lines: no quote marks, no spaces to speak of."""
    return " ".join(line.lstrip("> \t").split()).casefold()
