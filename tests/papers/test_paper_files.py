"""Calendar files and ZIPs, read back by others."""

from __future__ import annotations

import hashlib
import io
import re
from datetime import UTC, datetime
from typing import Any
from zipfile import ZipFile

import pytest
from icalendar import Calendar
from papers.paper_data import no_file

from bot.paper import bundle as bundling
from bot.paper.bench import reader
from handlers.core.ports import Undeliverable
from handlers.core.turn import Document

VISIT = {
    "uid": "visite-12@atelier-exemple",
    "title": "Visite du chantier",
    "starts_at": "2026-11-27T13:00:00+00:00",
    "ends_at": "2026-11-27T14:30:00+00:00",
    "place": "3 place de l'Église, 35000 Rennes",
}


def ics(*events: dict[str, Any]) -> bytes:
    recipe = {
        "kind": "calendar",
        "company": "Atelier Exemple",
        "events": list(events),
        "stamp": "2026-11-24T13:05:00+00:00",
    }
    return reader(no_file)(Document("Rendez-vous.ics", media_type="text/calendar", recipe=recipe))


def lines(raw: bytes) -> list[str]:
    """The content lines, unfolded as RFC 5545, 3.1 says; checked on the way."""
    assert raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r")
    assert raw.endswith(b"\r\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 75
    return raw.replace(b"\r\n ", b"").decode("utf-8").split("\r\n")[:-1]


def literal(line: str) -> str:
    """The value of a TEXT property (RFC 5545, 3.3.11)."""
    value = line.partition(":")[2]
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


def test_a_calendar_by_the_letter() -> None:
    assert sorted(lines(ics(VISIT))) == sorted(
        [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//Facteur//Facteur//FR",
            "METHOD:PUBLISH",
            "X-WR-CALNAME:Atelier Exemple",
            "BEGIN:VEVENT",
            "UID:visite-12@atelier-exemple",
            "DTSTAMP:20261124T130500Z",
            "DTSTART:20261127T130000Z",
            "DTEND:20261127T143000Z",
            "SUMMARY:Visite du chantier",
            "LOCATION:3 place de l'Église\\, 35000 Rennes",
            "END:VEVENT",
            "END:VCALENDAR",
        ]
    )


def test_a_calendar_reads_back() -> None:
    open_end = VISIT | {"uid": "b", "ends_at": None, "place": None, "starts_at": "2026-12-01T09:00:00+01:00"}
    first, second = Calendar.from_ical(ics(VISIT, open_end)).walk("VEVENT")
    assert str(first["uid"]) == VISIT["uid"]
    assert first.decoded("dtstart") == datetime(2026, 11, 27, 13, tzinfo=UTC)
    assert first.decoded("dtend") == datetime(2026, 11, 27, 14, 30, tzinfo=UTC)
    assert second.decoded("dtstart") == datetime(2026, 12, 1, 8, tzinfo=UTC)
    assert "dtend" not in second
    assert "location" not in second


@pytest.mark.parametrize(
    "title",
    [
        "a\nb",
        "Point; devis, « été » : 10\\n%",
        'x";ATTENDEE=mailto:e@evil.example:y',
        "a\nEND:VEVENT\nBEGIN:VEVENT\nUID:z",
        "😀" * 100,
        "é" * 500,
        "x" * 500,
        "北京 \u202f\u00a0",
        "",
    ],
)
def test_a_title_is_kept_as_it_is(title: str) -> None:
    raw = ics(VISIT | {"title": title, "place": title, "uid": title or "u"})
    said = lines(raw)
    assert said.count("BEGIN:VEVENT") == 1
    assert [literal(line) for line in said if line.startswith("SUMMARY")] == [title]
    (event,) = Calendar.from_ical(raw).walk("VEVENT")
    assert str(event["summary"]) == title
    assert ics(VISIT | {"title": title, "place": title, "uid": title or "u"}) == raw


@pytest.mark.parametrize(
    ("title", "kept"), [("a\r\nb\rc", "a\nb\nc"), ("a\0b\x1b\ud83d", "ab"), ("\x85a", "a")]
)
def test_what_no_calendar_may_hold_is_left_out(title: str, kept: str) -> None:
    (event,) = Calendar.from_ical(ics(VISIT | {"title": title})).walk("VEVENT")
    assert str(event["summary"]) == kept


# --- several files as one

FILES = {hashlib.sha256(data).hexdigest(): data for data in (b"%PDF-1.7 un", b"%PDF-1.7 deux", b"")}
ONE, TWO, EMPTY = FILES


def zipped(*files: tuple[str, str]) -> bytes:
    recipe = {"kind": "zip", "files": [list(file) for file in files]}
    return reader(FILES.__getitem__)(Document("Factures.zip", media_type="application/zip", recipe=recipe))


def test_a_zip_holds_the_files_byte_for_byte_under_their_names() -> None:
    raw = zipped(("Facture_F-12.pdf", ONE), ("Devis signé « été ».pdf", TWO), ("vide.pdf", EMPTY))
    with ZipFile(io.BytesIO(raw)) as made:
        assert made.testzip() is None
        assert {name: made.read(name) for name in made.namelist()} == {
            "Facture_F-12.pdf": FILES[ONE],
            "Devis signé « été ».pdf": FILES[TWO],
            "vide.pdf": b"",
        }
    assert zipped(("Facture_F-12.pdf", ONE), ("Devis signé « été ».pdf", TWO), ("vide.pdf", EMPTY)) == raw


def test_the_same_name_twice_loses_no_file() -> None:
    raw = zipped(("F.pdf", ONE), ("f.pdf", TWO), ("F.pdf", EMPTY), ("F", ONE), ("F", TWO))
    with ZipFile(io.BytesIO(raw)) as made:
        assert made.namelist() == ["F.pdf", "f (2).pdf", "F (3).pdf", "F", "F (2)"]


def test_a_name_leads_nowhere() -> None:
    with ZipFile(io.BytesIO(zipped(("../../etc/passwd", ONE), ("C:\\a\0.pdf", TWO)))) as made:
        assert made.namelist() == [".._.._etc_passwd", "C__a_.pdf"]


def test_a_missing_file_is_said() -> None:
    with pytest.raises(KeyError):
        zipped(("a.pdf", ONE), ("b.pdf", "none"))


def test_too_much_is_refused_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundling, "LIMIT", 20)
    with pytest.raises(Undeliverable, match="over") as refused:
        zipped(("a.pdf", ONE), ("b.pdf", TWO))
    assert refused.value.permanent
