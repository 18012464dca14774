"""What a message says once greeting, closing, signature, politeness and quoted text are gone.

Works on folded text (rules/text.py), French and English together. Closing words end a message only where they start a
line or a sentence and nothing is asked after them: « merci d'avance de m'envoyer la facture » is a request.
"""

from __future__ import annotations

import re
from functools import lru_cache

from handlers.rules.text import fold, words

POLITE = re.compile(
    r"\b(?:s'?il vous plait|s'?il te plait|svp|stp|please|merci(?: d'avance)?|thanks|thank you)\b"
)
HELLO = re.compile(
    r"^(?:(?:re)?bonjour|bonsoir|salut|coucou|hello|hi|hey|dear \w+|good (?:morning|afternoon|evening))\b"
    r"(?: (?:madame|monsieur|mesdames|messieurs|a tous|a toutes|there|team|all|sir|madam|et))*"
    r"(?: m(?:me|lle|rs?|s|\.)? \w+)?[ ,.;:\n]*"
)
TITLES = re.compile(
    r"^(?:(?:chere?s?|madame|monsieur|mesdames|messieurs|dear|to whom it may concern)\b[^,\n:.?!]{0,40}[,\n][ ,\n]*)+"
)
FINAL = "|".join(  # nothing is said after these but a name and an address
    (
        "(?:(?:bien|tres) )?cordialement|cdlt|crdlt|bien a (?:vous|toi)|(?:(?:sinceres|mes) )?salutations|amicalement",
        "dans l'attente|en vous remerciant|(?:je |nous )?vous remerci(?:e|ant|ons) (?:par avance|d'avance)",
        "je vous prie (?:d'agreer|de croire|de recevoir)|veuillez (?:agreer|recevoir|croire)",
        "(?:(?:with|my) )?(?:(?:kind|best|warm)(?:est)? )?regards|yours (?:sincerely|faithfully|truly)|sincerely",
        "all the best|best wishes|looking forward to (?:hear|your)[a-z]*",
    )
)
LAST = "|".join(  # these may open a message as well: then they are no closing
    (
        "(?:(?:je|nous) vous souhait[a-z]+ )?(?:une )?(?:tres )?(?:belle|bonne|excellente)"
        " (?:fin de )?(?:journee|soiree|reception|continuation|semaine)(?: a (?:vous|toi))?",
        "(?:un )?(?:bon|excellent) week-?end|have a (?:nice|good|great|lovely) [a-z]+|cheers|yours",
        "(?:et )?(?:(?:avec|un grand|mille|many) )?(?:mes )?(?:merci|remerciements|thanks|thank you)"
        "(?: (?:beaucoup|bien|d'avance|par avance|a (?:vous|toi)|much|a lot|so much|very much|in advance"
        "|pour (?:tout|votre [a-z]+)|for your [a-z]+))*",
    )
)
CLOSING = re.compile(
    rf"(?:^|\n|[.;,?!] ?)(?:(?P<final>{FINAL})|(?P<last>{LAST}))(?= ?(?:[.,;!]|\n|$)|(?<=attente))"
)
NAME_WORDS, NAME_LINES, TAIL_LINE = 4, 5, 80
WISH = re.compile(
    r"(?:^|(?<=[.,\n] )|(?<=\n))(?:"
    r"(?:je|nous) vous souhait\w+ (?:une )?(?:belle|bonne|excellente) \w+(?: de (?:ce|cet|mon|notre) \w+)?"
    r"|j'espere que (?:vous allez bien|tout va bien|tu vas bien|ce \w+ vous trouve[^,.\n]{0,30})"
    r"|(?:comment )?(?:ca va|allez-vous|vas-tu|vous allez)(?: bien)?"
    r"|(?:i |we )?hope (?:you(?:'re| are)(?: all)? (?:well|doing well|good)|all is well"
    r"|this (?:e-?mail )?finds you[^,.\n]{0,20})"
    r"|how are you(?: doing)?(?: today)?"
    r"|(?:je me permets de|je reviens vers|je vous (?:ecris|contacte)|i am writing|i'm writing)\b"
    r"[^,.:\n]{0,30}(?=[,.:\n])"
    r"|(?:(?:comme )?suite a|faisant suite a|further to|following(?: up on)?) (?:notre|nos|votre|mon|our|your|my)\b"
    r"[^,.\n]{0,60}(?=,)|(?:as (?:discussed|agreed)|comme (?:convenu|discute))\b[^,.\n]{0,40}(?=,))"
    r"[ ,.!?:]*"
)
QUOTED_LINE = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
WROTE = re.compile(r"^(?:le|on) [^\n]{0,120}(?:a ecrit|wrote) ?:[ ]*$", re.MULTILINE)
BELOW = re.compile(
    r"^(?:-{2,} ?(?:original message|message (?:d'origine|original)|forwarded message|message transfere) ?-*"
    r"|_{10,}|-- ?|(?:envoye|sent) (?:de|depuis|from) (?:mon|my|l'|outlook)[^\n]*"
    r"|(?:get|telechargez|obtenez) outlook [^\n]*"
    r"|(?:de|from) ?: [^\n]*\n(?:envoye|sent|date|a|to) ?: )",
    re.MULTILINE,
)


def unquoted(folded: str) -> str:
    """Only what this person wrote: above, below or between the quotes, without what a program puts under it."""
    own = WROTE.sub("", QUOTED_LINE.sub("", folded))
    below = BELOW.search(own)
    return (own[: below.start()] if below else own).strip()


@lru_cache(32)  # one message is asked for its request, its clauses and its bare words
def strip(text: str) -> str:
    """The folded text without what every mail has around its request; all of it where nothing else is said."""
    own = unquoted(fold(text))
    rest = HELLO.sub("", own)
    rest = WISH.sub("", HELLO.sub("", TITLES.sub("", rest))).strip()
    rest = _ended(rest)
    return rest.strip(" ,;\n") or own


def _ended(text: str) -> str:
    """Closings are cut one after the other, from the last one up: « Merci d'avance,\nCordialement,\nMme Roux »."""
    for found in reversed(list(CLOSING.finditer(text))):
        if not _signs(text[found.end() :], bool(found["final"]), found.start() > 0):
            break
        text = text[: found.start() + (text[found.start() : found.start() + 1] in (".", "?", "!"))]
    return text


def _signs(tail: str, final: bool, after: bool) -> bool:
    """Is what follows a closing only a name, a firm, a telephone number?"""
    lines = [line for line in re.split(r"[\n,.;!]", tail) if line.strip()]
    if "?" in tail or len(lines) > NAME_LINES + 3 * final:
        return False
    most = 12 if final else NAME_WORDS
    return not lines or ((final or after) and all(len(line.split()) <= most for line in lines))


def bare(text: str) -> str:
    """As `strip`, without the small polite words and the slash of a command."""
    rest = POLITE.sub(" ", strip(text))
    return words(rest) or words(unquoted(fold(text)))
