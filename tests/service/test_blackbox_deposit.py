"""The deposit address from outside: an invoice comes by SMTP, is read back, and reaches its client after a yes."""

from __future__ import annotations

import json

import aiosmtplib
import pytest
from imports.paper_mill import cii, pdf, with_xml

from service.outside import Outside
from service.records import BOB, CONTACT

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_invoice_is_deposited_confirmed_and_announced(outside: Outside) -> None:
    await outside.run("company", "set", "atelier", "--quiet", "", "--sundays")
    at = (await outside.run("deposits", "address", "atelier")).strip()
    data = with_xml(cii("F-2026-0950", "C0043", name="Harbour Ltd", total="12.00"))
    [asked] = await outside.mail(CONTACT, "Voici.", at, attached={"F-2026-0950.pdf": data})
    assert asked.subject.replace("\u00a0", " ") == "F-2026-0950 pour Harbour Ltd : à confirmer"
    before = len(outside.box(BOB))
    [done] = await outside.mail(CONTACT, "OUI", answers=asked)
    assert "C'est enregistré" in done.text
    while len(outside.box(BOB)) == before:  # the time limit of the test ends it
        await outside.settled()
    letter = outside.box(BOB)[0]
    assert letter.subject == "Invoice F-2026-0950"
    assert [one.data for one in letter.attachments] == [data]

    new = (await outside.run("deposits", "address", "atelier", "--new")).strip()
    assert new != at
    wrong = new.replace("+depot-", "+depot-a")
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused, match="550"):
        await outside.mail(CONTACT, "Voici.", wrong)

    assert "Nothing waits." in await outside.run("deposits", "list")
    [aside] = await outside.mail(CONTACT, "Et ceci.", new, attached={"scan.pdf": pdf("a scan")})
    assert "aucun client ne le voit" in aside.text
    [waits] = json.loads(await outside.run("deposits", "list", "--company", "atelier", "--json"))
    assert (waits["state"], waits["why"], waits["file"], waits["from"]) == (
        "aside",
        "no_data",
        "scan.pdf",
        CONTACT,
    )
    shown = json.loads(await outside.run("company", "show", "atelier", "--json"))
    assert shown["deposit_address"] == new
