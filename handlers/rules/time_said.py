"""Every way of saying a time by itself, as patterns over folded text: a day, a week, a month, a part of a year.

How times are put together ("from ... to", "since") is for rules/period.py.
"""

from __future__ import annotations

import re

from handlers.rules import time_read as read
from handlers.rules.time_read import Reading
from handlers.rules.time_words import COUNTS, DAYS, MONTHS, NTH


def _any(*tables: dict[str, int]) -> str:
    return "|".join(sorted((word for table in tables for word in table), key=len, reverse=True))


def _after(words: str) -> str:
    """Directly after one of these words."""
    return "(?:" + "|".join(rf"(?<=\b{word} )" for word in words.split()) + r"|(?<=\bd'))"


Y = r"(?P<y>20[0-9]{2})(?![\w/])"
M = rf"(?P<m>{_any(MONTHS)})\b\.?"
D = r"(?<![\w./,-])(?P<d>0?[1-9]|[12][0-9]|3[01]|premier)(?:er|st|nd|rd|th)?"
COUNT = rf"(?P<n>[0-9]{{1,3}}|{_any(COUNTS)})"
UNIT = r"(?P<unit>jours?|days?|semaines?|weeks?|quinzaines?|fortnights?|mois|months?|ans?|annees?|years?)\b"
OVER = "derni(?:er|ere)s?|passee?s?|precedente?s?|ecoulee?s?"
YEAR_SAID = (
    r"(?P<rel>l'an(?:nee)? (?:derni\w{2,3}|passee?|precedente?|prochaine?)|an(?:nee)? derni\w{2,3}"
    r"|(?:last|previous|next|this) year|cette annee|n-[12]\b)"
)
AROUND = r"(?P<way>derni\w{2,3}|passee?|prochaine?)\b"
OF = r"(?:,? (?:de |of |en |in )?)"
YEARED = rf"(?:(?:[-/]|{OF}){Y}|{OF}{YEAR_SAID}| {AROUND})?"
BEFORE = _after(
    "de en pour mois in for from of fin mi debut early mid late since depuis par a et and to au between entre le"
    " facture factures facturation devis avoir avoirs releve invoice invoices quote quotes statement bill bills"
)
NO_MONTH = r"(?! (?:i|we|you|they|be|not|have|he|she|it)\b)"  # "may I"
WEEKDAY = rf"(?P<w>{_any(DAYS)})\b"


def _f(pattern: str, reading: Reading) -> tuple[re.Pattern[str], Reading]:
    return re.compile(pattern), reading


DAY = r"(?P<d>0?[1-9]|[12][0-9]|3[01])"
OF_IT = r"(?:du mois de |mois de |of |de |d'|le )?"
EARLY = (
    r"\b(?P<third>debut|milieu|mi|fin|early|mid|late|(?:beginning|start|middle|end)(?= of ))[ -](?:du |of )?"
)
ENGLISH = "january|february|march|april|may|june|july|august|september|october|november|december"
PERIODS = "mois|semaine|quinzaine|trimestre|semestre|week-?end|annee|an|exercice"
SPANS = "month|week|weekend|fortnight|quarter|half(?:-year)?|year"
LATER = "prochaine?s?|suivante?s?|a venir"
NEXT = "next|coming|following"
LAST = "last|past|previous"
WORDS_OF_WEEK = (
    r"(?P<week> (?:de |of )?(?:la |the )?"
    rf"(?:semaine (?:derniere|passee|prochaine|suivante)|(?:{LAST}|{NEXT}) week|cette semaine|this week))?"
)

READINGS = (
    _f(r"(?<![\w/.-])(?P<y>20[0-9]{2})-(?P<m>[01][0-9])-(?P<d>[0-3][0-9])(?![\w-])", read.one_day),
    _f(
        r"(?<![\w/.-])(?P<d>[0-3]?[0-9])(?P<s>[/.-])(?P<m>[0-3]?[0-9])(?P=s)(?P<y>20[0-9]{2}|[0-9]{2})"
        r"(?![\w/-]|[.][0-9])",
        read.one_day,
    ),
    _f(rf"{D}[ /-](?:of |de |d')?{M}{YEARED}", read.one_day),
    _f(rf"\b(?P<m>{ENGLISH}) (?:the )?{DAY}(?:st|nd|rd|th)?(?![\w/.-]| ?[€£$%]){YEARED}", read.one_day),
    _f(
        _after("le du au on the of from to by until avant before depuis since and et between pour for date")
        + rf"{DAY}[/.](?P<m>0?[1-9]|1[0-2])(?P<y>)(?![\w/-]|[.,][0-9]| ?(?:€|eur|%))",
        read.one_day,
    ),
    _f(EARLY + OF_IT + M + YEARED, read.third),
    _f(EARLY + r"(?:de |l'annee |l'exercice )?" + Y, read.third),
    _f(
        EARLY + rf"(?:de |d'|l'|la |the |cette |this |last |next ){{0,2}}(?:mois|annee|an|month|year)\b"
        rf"(?: (?:{OVER}|{LATER}))?",
        read.third_relative,
    ),
    _f(
        rf"\b(?P<n>{_any(NTH)})(?:ere?|e|eme|st|nd|rd|th)? (?:quinzaine|half) {OF_IT}{M}{YEARED}",
        read.half_month,
    ),
    _f(rf"(?<![\w-])(?P<u>[tqsh])(?P<n>[1-4])(?![\w/]){YEARED}", read.part),
    _f(
        rf"\b(?P<n>{_any(NTH)})(?:ere?|e|eme|st|nd|rd|th)? (?P<u>trim(?:estre)?|semestre|quarter|half)\b{YEARED}",
        read.part,
    ),
    _f(rf"\b(?P<u>trimestre|semestre|quarter) (?P<n>[1-4])(?![\w/.,-]){YEARED}", read.part),
    _f(
        rf"\b(?:semaine|week) (?:n°|numero |number |no )? ?(?P<n>[0-5]?[0-9])(?![\w/.,-]){YEARED}",
        read.week_number,
    ),
    _f(rf"\b{M} '?(?P<y>2[0-9])(?=$|[.,;!?)\n])", read.month),
    _f(
        rf"(?:(?P<b>{BEFORE})|\b(?P<pre>last|next|this|ce) |\b(?P<of>mois de |month of |the (?=\w+ (?:invoice|bill))))?"
        rf"(?<![\w-]){M}{NO_MONTH}{YEARED}",
        read.month,
    ),
    _f(r"(?<![\w/.-])(?P<m>0?[1-9]|1[0-2])/(?P<y>20[0-9]{2})(?![\w/.-])", read.month),
    _f(r"(?<![\w/.-])(?P<y>20[0-9]{2})-(?P<m>0[1-9]|1[0-2])(?![\w/-])", read.month),
    _f(rf"\b{WEEKDAY} (?:le |the )?{DAY}(?:er|st|nd|rd|th)?(?![\w/.,:-]| ?(?:h\b|€|%))", read.weekday_nth),
    _f(
        rf"\b(?:(?:last|next|this|ce|previous) )?{WEEKDAY}"
        rf"(?: (?:derniere?|passe|prochain|suivant|en huit)\b)?{WORDS_OF_WEEK}",
        read.weekday,
    ),
    _f(rf"\b{COUNT} (?:{OVER}) {UNIT}", read.over),
    _f(rf"\b(?:{OVER}|{LAST}|depuis|over the|sur les) {COUNT} {UNIT}", read.over),
    _f(rf"\b{COUNT} (?:prochaine?s|{NEXT}) {UNIT}", read.coming),
    _f(rf"\b(?:prochaine?s?|{NEXT}|d'ici|sous|within|dans les) {COUNT} {UNIT}", read.coming),
    _f(rf"\b(?:y a|voici|voila|ca fait) {COUNT} {UNIT}", read.ago),
    _f(rf"\b{COUNT} {UNIT} (?:ago|back|earlier)\b", read.ago),
    _f(rf"\b(?:dans|in) {COUNT} {UNIT}", read.later),
    _f(rf"\b{COUNT} {UNIT} from (?:now|today)\b", read.later),
    _f(rf"\b(?:{PERIODS}) (?:{OVER}|{LATER}|en cours)\b", read.relative),
    _f(rf"\b(?:ce|cette|cet) (?:{PERIODS})\b(?:-ci)?", read.relative),
    _f(rf"\b(?:{LAST}|{NEXT}|this|current) (?:{SPANS})\b(?!-)", read.relative),
    _f(rf"\b(?:derniere?|prochaine?|precedente?) (?:{PERIODS})\b", read.relative),
    _f(r"(?<![\w-])n-[12]\b(?![/-])", read.relative),
    _f(
        r"\b(?:avant[- ]hier|hier|yesterday|the day before yesterday|aujourd'hui|today|apres[- ]demain|demain"
        r"|tomorrow|the day after tomorrow)\b",
        read.near,
    ),
    _f(r"\byear to date\b|\bytd\b", read.to_date),
    _f(rf"(?<![\w/.,-]){Y}(?![-]|[.,][0-9]| ?(?:€|eur|euros?\b|£|\$|%))", read.year),
    _f(r"\bdu mois\b(?! d)", read.relative),
)
