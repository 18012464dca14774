"""Amounts of money as people write them, in figures (French, English, Swiss) and in words.

Works on folded text (rules/text.py); amounts are integer cents, whatever the currency.
"""

from __future__ import annotations

import re

FIGURE = r"(?:[0-9]{1,3}(?:[ .,'][0-9]{3}){1,4}(?:[.,][0-9]{1,2})?|[0-9]{1,9}(?:[.,][0-9]{1,2})?)(?![0-9])"
SIGN = r"(?:€|eur(?:os?)?\b|£(?:gb)?|gbp\b|\$(?: ?us| ?ca)?|usd\b|balles\b|chf\b|francs?\b|pounds?\b|quid\b|dollars?\b)"
BEFORE = r"(?:€|eur\b|£|gbp\b|(?:us|ca)?\$|usd\b|(?<![a-z])chf)"
K = r"(?P<k> ?k)?"
GROUPS = r"[0-9]{1,3}(?:[ .,'][0-9]{3}){0,3}"
NO_MEASURE = r"(?![\w/-]|[.,][0-9]| ?(?:%|kg\b|m2|km\b|mm\b|cm\b|ml\b|h\b))"
NOT_A_DAY = r"(?<!\ble )(?<!\bdu )(?<!\bau )(?<!\bon )(?<!\bat )(?<!\bthe )(?<!\bversion )"
CENTS = (
    r"(?:(?P<c>(?<![a-z ])[0-9]{2}(?![0-9.,/])"
    r"|(?<= )[0-9]{2}(?= ?(?:$|[.,;:!?)\n]|ttc\b|ht\b|c(?:entime|en)?t?s?\b|svp\b))))?"
)
AMOUNTS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<![\w.,/-])(?P<a>{FIGURE}){K} ?{SIGN}(?: (?:et |and )?(?=[0-9]{{2}}))?{CENTS}(?![0-9])",
        rf"{BEFORE} ?(?P<a>{FIGURE}){K}(?P<c>)(?![\w/])",
        rf"(?<![\w.,/-])(?P<a>{GROUPS},[0-9]{{2}}|[0-9]{{4,7}},[0-9]{{2}})(?P<k>)(?P<c>){NO_MEASURE}",
        rf"(?<![\w.,/-]){NOT_A_DAY}(?P<a>{GROUPS}\.[0-9]{{2}}|[0-9]{{4,7}}\.[0-9]{{2}})(?P<k>)(?P<c>){NO_MEASURE}",
        rf"\b(?:montant|somme|total|amount|sum)(?: is| est)? ?(?:de|of|:) ?(?P<a>{FIGURE}){K}(?P<c>){NO_MEASURE}",
        rf"(?<![\w.,/-])(?P<a>{FIGURE})(?P<k>)(?P<c>) (?:ttc|ht)\b",
    )
)
NUMBER_WORDS = """zero un une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize
vingt vingts trente quarante cinquante soixante septante huitante octante nonante cent cents mille million millions one
two three four five seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
twenty thirty forty fifty sixty seventy eighty ninety hundred thousand"""
WORD = "(?:" + "|".join(sorted(NUMBER_WORDS.split(), key=len, reverse=True)) + ")"
RUN = rf"{WORD}(?:(?:[ -]| et | and |-et-){WORD}){{0,12}}"
SPELLED_SIGN = r"(?:euros?\b|€|balles\b|francs?\b|pounds?\b|quid\b|dollars?\b)"
SPELLED = re.compile(rf"\b(?P<run>{RUN}) (?:d')?(?={SPELLED_SIGN})")
SPELLED_CENTS = re.compile(
    rf"(?<=euros )(?P<and>et |and )?(?P<run>{RUN})(?= ?(?:$|[.,;:!?)\n]|centimes?\b|cents?\b|ttc\b))"
)
# A range, a bound or a guess is no amount to be found as it is.
BETWEEN = re.compile(
    rf"\b(?:entre|between|de|from) {BEFORE}? ?{FIGURE} ?{SIGN}? (?:et|and|a|to) {BEFORE}? ?[0-9]"
    rf"|(?<![\w.,/-]){FIGURE} ?{SIGN}? ?(?:a|to|ou|or|-) ?{BEFORE}? ?{FIGURE} ?{SIGN}"
    rf"|\b(?:plus|moins|environ|pres|autour|jusqu'a|up to|over|under|above|below|about|around|(?:more|less) than)"
    rf" (?:de )?{BEFORE}? ?[0-9]|\b(?:superieur|inferieur)\w{{0,2}} a {BEFORE}? ?[0-9]|[<>] ?{BEFORE}? ?[0-9]"
    rf"|\b(?:entre|between|from) {RUN} (?:et|and|a|to) [0-9]"
)
ONE = frozenset(("un", "une", "one"))  # "not one euro"


def amount_in(folded: str) -> int | None:
    """In cents. A final group of one or two digits is the cents: "1.234 €" is 1234 euros."""
    text = in_figures(folded)
    if BETWEEN.search(text):
        return None
    found = next((match for pattern in AMOUNTS if (match := pattern.search(text))), None)
    return _cents(found) if found else None


def masked(folded: str) -> str:
    """The text with signs of the same length in place of each amount."""
    for pattern in AMOUNTS:
        folded = pattern.sub(lambda found: "§" * len(found[0]), folded)
    return folded


def _cents(found: re.Match[str]) -> int:
    whole, cents = found["a"], found["c"] or ""
    split = re.fullmatch(r"(.*)[.,]([0-9]{1,3})" if found["k"] else r"(.*)[.,]([0-9]{1,2})", whole)
    if split and not cents:
        whole, cents = split[1], split[2]
    units = int(re.sub("[^0-9]", "", whole))
    if found["k"]:
        return units * 100_000 + int(cents.ljust(5, "0"))
    return units * 100 + int(cents.ljust(2, "0"))


def in_figures(folded: str) -> str:
    """Words before a currency, and the cents after it, in figures: "mille deux cents euros" is "1200 euros"."""
    text = SPELLED.sub(lambda found: _figures(found["run"]) + " ", folded)
    return SPELLED_CENTS.sub(lambda found: _figures(found["run"]).rjust(2, "0"), text)


def _figures(run: str) -> str:
    """The longest end of a run of words that is a number; the words before it stay."""
    from text_to_num import text2num  # loaded when somebody writes an amount in words

    words = run.split(" ")
    for start in range(len(words)):
        end = " ".join(words[start:])
        for language in ("fr", "en"):
            try:
                number = text2num(end, language)
            except ValueError:
                continue
            return run if end in ONE else " ".join([*words[:start], str(number)])
    return run
