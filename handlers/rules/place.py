"""“La deuxième”, “the second one”: a line of the list just shown, said by its place and by nothing else."""

from __future__ import annotations

import re

FRENCH = ["premi", "deuxi", "troisi", "quatri", "cinqui", "sixi", "septi", "huiti", "neuvi", "dixi"]
ENGLISH = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
SAID = re.compile(
    r"(?:(?:je (?:veux|voudrais)|donnez[- ]moi|donne[- ]moi|i(?:'d| would) like|give me) )?(?:le|la|l|the)? ?"
    rf"(?:(?P<fr>{'|'.join(FRENCH)})(?:ere?|eme)|(?P<sec>seconde?)|(?P<en>{'|'.join(ENGLISH)})"
    r"|(?P<n>10|[1-9])(?:ere?|e|eme|st|nd|rd|th))(?: (?:one|de la liste|on the list))?"
)


def place_in(plain: str) -> int | None:
    """1 to 10, where a plain text (rules/text.py: words) says a place and nothing else."""
    found = SAID.fullmatch(plain)
    if found is None:
        return None
    if found["n"]:
        return int(found["n"])
    if found["sec"]:
        return 2
    if found["fr"]:
        return FRENCH.index(found["fr"]) + 1
    return ENGLISH.index(found["en"]) + 1
