"""The words of a calendar, folded, in French and English: months, weekdays, counts, parts of a year and of a month."""

from __future__ import annotations

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier january janv jan",
            "fevrier february fevr fev feb",
            "mars march mar",
            "avril april avr apr",
            "mai may",
            "juin june jun",
            "juillet july juill juil jul",
            "aout august aug",
            "septembre september sept sep",
            "octobre october oct",
            "novembre november nov",
            "decembre december dec",
        ),
        1,
    )
    for name in names.split()
}
SHORT = {"mar", "may", "mai", "dec", "sept", "jan", "jun", "sep", "oct", "nov", "avr", "apr", "fev", "feb"}
DAYS = {
    name: number
    for number, names in enumerate(
        (
            "lundi monday",
            "mardi tuesday",
            "mercredi wednesday",
            "jeudi thursday",
            "vendredi friday",
            "samedi saturday",
            "dimanche sunday",
        )
    )
    for name in names.split()
}
_FR = """un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit
dix-neuf vingt"""
_EN = """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen twenty"""
COUNTS = {word: number for words in (_FR, _EN) for number, word in enumerate(words.split(), 1)}
COUNTS |= {"une": 1, "a": 1, "an": 1, "vingt-quatre": 24, "twenty-four": 24, "trente": 30, "thirty": 30}
COUNTS |= {
    "quarante-cinq": 45,
    "soixante": 60,
    "sixty": 60,
    "quatre-vingt-dix": 90,
    "ninety": 90,
    "cent": 100,
}
NTH = {
    word: number  # 0: the last of them
    for number, words in enumerate(
        (
            "dernier derniere last",
            "1 premier premiere first",
            "2 deuxieme second seconde",
            "3 troisieme third",
            "4 quatrieme fourth",
        )
    )
    for word in words.split()
}
THIRDS = {
    word: number
    for number, words in enumerate(("debut early beginning start", "mi milieu mid middle", "fin late end"))
    for word in words.split()
}
