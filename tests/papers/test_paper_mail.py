"""Papers made from a recipe, in the mails that carry them."""

from __future__ import annotations

import email
import email.policy
import hashlib
import io
from dataclasses import replace
from email.message import EmailMessage
from zipfile import ZipFile

import pytest
from mail_out.mail_samples import NOW, OUT, due, parts
from papers.paper_data import FRENCH

from bot.paper.bench import reader
from handlers.core.turn import Document, Reply
from mail_gateway.outgoing import as_mail

CONTENT = b"%PDF-1.7 " + bytes(range(256)) * 4000
STORED = {hashlib.sha256(CONTENT).hexdigest(): CONTENT}
STATEMENT = Document("Relevé_2026.pdf", recipe={"kind": "statement", "data": FRENCH})
VISIT = {
    "uid": "v1",
    "title": "Visite; du chantier",
    "starts_at": "2026-11-27T13:00:00+00:00",
    "ends_at": None,
    "place": None,
}
CALENDAR = Document(
    "Rendez-vous.ics",
    media_type="text/calendar",
    recipe={
        "kind": "calendar",
        "company": "Atelier",
        "events": [VISIT],
        "stamp": "2026-11-24T13:05:00+00:00",
    },
)
ZIP = Document(
    "Factures.zip",
    media_type="application/zip",
    recipe={"kind": "zip", "files": [["F-1.pdf", next(iter(STORED))], ["F-2.pdf", next(iter(STORED))]]},
)
READ = reader(STORED.__getitem__)


def attached(raw: bytes) -> list[EmailMessage]:
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    return list(mail.iter_attachments())


@pytest.mark.parametrize("paper", [STATEMENT, CALENDAR, ZIP], ids=["statement", "calendar", "zip"])
def test_it_is_attached_as_it_is_made_with_its_size(paper: Document) -> None:
    raw = as_mail(due(Reply("Voici.", documents=(paper,))), OUT, READ, NOW).raw
    (part,) = attached(raw)
    made = READ(paper)
    assert part.get_payload(decode=True) == made
    assert (part.get_filename(), part.get_content_type()) == (paper.name, paper.media_type)
    weight = f"{round(len(made) / 1_000_000)}\u00a0Mo" if len(made) >= 1_000_000 else None
    weight = weight or (f"{round(len(made) / 1000)}\u00a0ko" if len(made) >= 1000 else f"{len(made)}\u00a0o")
    assert f"{paper.name} ({weight})" in parts(raw)[0]


def test_the_same_mail_twice_is_the_same_bytes() -> None:
    one = due(Reply("Voici.", documents=(STATEMENT, CALENDAR, ZIP)))
    assert as_mail(one, OUT, READ, NOW).raw == as_mail(one, OUT, READ, NOW).raw


def test_one_too_large_comes_by_link_in_english() -> None:
    out = replace(
        OUT, limit=1_000_000, by_link=lambda due, paper, until: f"https://x.example/{until:%d%H%M%S}"
    )
    reply = Reply("Here they are.", documents=(STATEMENT, ZIP), language="en")
    raw = as_mail(due(reply), out, READ, NOW).raw
    assert [part.get_filename() for part in attached(raw)] == [STATEMENT.name]
    plain, html = parts(raw)
    assert (
        "Factures.zip is 2\u00a0MB, too large for an e-mail. The link to open it is valid until 1 December 2026."
        in plain
    )
    assert "Open Factures.zip: https://x.example/01235959" in plain
    assert 'href="https://x.example/01235959"' in html


def test_the_zip_that_a_link_leads_to_is_the_one_that_was_weighed() -> None:
    with ZipFile(io.BytesIO(READ(ZIP))) as made:
        assert [made.read(name) for name in made.namelist()] == [CONTENT, CONTENT]
