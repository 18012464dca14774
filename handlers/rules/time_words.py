"""The words of a calendar, folded, in French and English: months, counts, quarters and halves."""

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
            "juillet july juil jul",
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
COUNTS = {
    word: number
    for number, both in enumerate(
        (
            *("un/une/one", "deux/two", "trois/three", "quatre/four", "cinq/five", "six", "sept/seven"),
            *("huit/eight", "neuf/nine", "dix/ten", "onze/eleven", "douze/twelve"),
        ),
        1,
    )
    for word in both.split("/")
}
PARTS = {"premier": 1, "first": 1, "deuxieme": 2, "second": 2, "troisieme": 3, "third": 3}
