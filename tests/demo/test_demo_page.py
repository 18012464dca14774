"""The page's server: mail through the real door, chat through the Bot API, the clock."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import aiohttp
import pytest
from demo_http import order, state, write
from demo_standin import ADDRESS, CODE, HEADING, IBAN, ICS, LINK, PASSED_ON, PDF
from demo_town import FIRM, START, A, Town


def body(mail: Any) -> str:
    return str(mail.get_content()).replace("\r\n", "\n")


async def test_mail_goes_through_the_door_and_the_answer_comes_back(
    demo_town: Town, http: aiohttp.ClientSession
) -> None:
    status, _ = await write(http, "mes factures svp")
    assert status == 200
    shown = await state(http, lambda made: len(made["letters"]) == 2)
    answer, sent = shown["letters"]
    assert sent["sent"]
    assert (sent["to"], sent["subject"]) == (ADDRESS, "bonjour")
    assert not answer["sent"]
    assert answer["subject"] == "Votre code Atelier Exemple"
    assert answer["reply"].startswith("atelier-exemple+")
    (taken,) = demo_town.service.taken
    assert str(taken["From"]) == "Client A <client-a@courriel.example>"
    assert str(taken["Date"]).startswith("Tue, 24 Nov 2026 14:1")  # the demonstration's time, in Paris
    letter = await (await http.get(f"/api/letter/{answer['id']}")).json()
    assert CODE in letter["text"]
    assert "<h1" in letter["html"]


async def test_a_reply_is_threaded_and_quotes_as_gmail_does(
    demo_town: Town, http: aiohttp.ClientSession
) -> None:
    await write(http, "mes factures svp")
    shown = await state(http, lambda made: len(made["letters"]) == 2)
    code = shown["letters"][0]
    status, _ = await write(http, CODE, to=code["reply"], subject="", answers=code["id"])
    assert status == 200
    await state(http, lambda made: len(made["letters"]) == 4)
    _, reply = demo_town.service.taken
    assert reply["In-Reply-To"] == demo_town.boxes.letter(code["id"]).message_id
    assert str(reply["Subject"]) == "Re: Votre code Atelier Exemple"
    text = body(reply)
    assert text.startswith(f"{CODE}\n\nLe mar. 24 nov. 2026 à 14:1")
    assert "Atelier Exemple <atelier-exemple@portail.example> a écrit :\n\n> " in text


async def test_an_english_mailbox_quotes_in_english(demo_town: Town, http: aiohttp.ClientSession) -> None:
    await write(http, "my invoices", client="b")
    shown = await state(http, lambda made: len(made["letters"]) == 2, "b")
    await write(http, "hello", client="b", to=shown["letters"][0]["reply"], answers=shown["letters"][0]["id"])
    assert "On Tue, 24 Nov 2026 at 14:1" in body(demo_town.service.taken[1])


async def test_a_reply_may_quote_nothing(demo_town: Town, http: aiohttp.ClientSession) -> None:
    await write(http, "mes factures svp")
    shown = await state(http, lambda made: len(made["letters"]) == 2)
    await write(http, "non", to=shown["letters"][0]["reply"], answers=shown["letters"][0]["id"], quote=False)
    assert body(demo_town.service.taken[1]) == "non\n"


async def test_a_refusal_of_the_door_is_shown_in_its_words(
    demo_town: Town, http: aiohttp.ClientSession
) -> None:
    assert await write(http, "bonjour", to="personne@portail.example") == (
        502,
        {"code": 550, "said": "5.1.1 No such address here"},
    )
    assert (await state(http))["letters"] == []


async def test_a_closed_door_is_told_apart(demo_town: Town, http: aiohttp.ClientSession) -> None:
    demo_town.boxes.door = ("127.0.0.1", 1)
    assert await write(http, "bonjour") == (502, {"code": 0, "said": ""})


@pytest.mark.parametrize("to", ["", "pas une adresse", "a@b@c", "a@portail.example\r\nBcc: x@y.example"])
async def test_what_is_no_address_is_refused_before_it_leaves(
    demo_town: Town, http: aiohttp.ClientSession, to: str
) -> None:
    status, _ = await write(http, "bonjour", to=to)
    assert status == 422
    assert demo_town.service.taken == []


async def test_a_subject_adds_no_header(demo_town: Town, http: aiohttp.ClientSession) -> None:
    await write(http, "bonjour", subject="un\r\nBcc: x@y.example")
    assert str(demo_town.service.taken[0]["Subject"]) == "un Bcc: x@y.example"
    assert demo_town.service.taken[0]["Bcc"] is None


async def test_a_pdf_opens_byte_for_byte(demo_town: Town, http: aiohttp.ClientSession) -> None:
    await write(http, "FACTURE F-2026-0123")
    shown = await state(http, lambda made: len(made["letters"]) == 2)
    letter = shown["letters"][0]
    assert letter["files"] == [{"name": "F-2026-0123.pdf", "size": len(PDF)}]
    async with http.get(f"/file/mail/{letter['id']}/0") as answer:
        assert await answer.read() == PDF
        assert answer.content_type == "application/pdf"
        assert answer.headers["Content-Disposition"].startswith("inline")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert (await http.get(f"/file/mail/{letter['id']}/1")).status == 404
    assert (await http.get("/file/mail/unknown/0")).status == 404


async def test_chat_through_the_bot_api(demo_town: Town, http: aiohttp.ClientSession) -> None:
    start = (await state(http))["firm"]["start"]
    assert start == f"/start {LINK}"
    await order(http, "/api/say", client="a", text=start)
    shown = await state(http, lambda made: len(made["chat"]) == 2)
    assert shown["chat"][1]["text"] == "Bonjour. Donnez l'adresse e-mail <ici>."
    await order(http, "/api/say", client="a", text=CODE)
    shown = await state(http, lambda made: len(made["chat"]) == 4)
    assert shown["chat"][2] == {
        "id": shown["chat"][2]["id"],
        "mine": True,
        "at": shown["chat"][2]["at"],
        "deleted": True,
    }
    menu = shown["chat"][3]
    assert [button["label"] for row in menu["keyboard"] for button in row] == ["Factures", "Solde"]
    status, _ = await order(http, "/api/press", client="a", message=menu["id"], label="Factures")
    assert status == 200
    shown = await state(http, lambda made: len(made["chat"]) == 5)
    paper = shown["chat"][4]["document"]
    assert await (await http.get(f"/file/chat/{paper['id']}")).read() == PDF
    await order(http, "/api/press", client="a", message=menu["id"], label="Solde")
    shown = await state(http, lambda made: made["chat"][3]["edited"])
    assert shown["chat"][3]["keyboard"] == []
    assert await order(http, "/api/press", client="a", message=menu["id"], label="Solde") == (
        409,
        "409: Conflict",
    )
    assert (await state(http, client="b"))["chat"] == []


async def test_a_file_goes_with_a_mail_byte_for_byte(demo_town: Town, http: aiohttp.ClientSession) -> None:
    files = [
        {"name": "Relevé été.pdf", "type": "application/pdf", "data": b64encode(PDF).decode()},
        {"name": "x.bin", "type": "odd; type", "data": b64encode(b"\0\1").decode()},
    ]
    status, _ = await write(http, "", files=files)
    assert status == 200
    [taken] = demo_town.service.taken
    held = [
        (part.get_filename(), part.get_content_type(), part.get_content())
        for part in taken.iter_attachments()
    ]
    assert held == [
        ("Relevé été.pdf", "application/pdf", PDF),
        ("x.bin", "application/octet-stream", b"\0\1"),
    ]
    shown = await state(http, lambda made: made["letters"])
    sent = next(one for one in shown["letters"] if one["sent"])
    assert [one["name"] for one in sent["files"]] == ["Relevé été.pdf", "x.bin"]


async def test_a_file_goes_into_the_chat(demo_town: Town, http: aiohttp.ClientSession) -> None:
    file = {"name": "devis.pdf", "type": "application/pdf", "data": b64encode(PDF).decode()}
    assert (await order(http, "/api/say", client="a", text="le voici", files=[file]))[0] == 200
    shown = await state(http, lambda made: made["chat"])
    said = shown["chat"][0]
    assert (said["mine"], said["text"], said["document"]["name"]) == (True, "le voici", "devis.pdf")
    assert await (await http.get(f"/file/chat/{said['document']['id']}")).read() == PDF
    [update] = [one["message"] for one in demo_town.api.updates.history]
    assert (update["document"]["mime_type"], update["caption"]) == ("application/pdf", "le voici")


@pytest.mark.parametrize(
    "files",
    [
        "x",
        ["x"],
        [{"name": "a.pdf", "type": "application/pdf", "data": "not base64"}],
        [{"name": "a.pdf", "type": "application/pdf", "data": ""}],
        [{"name": "a\r\nBcc: x", "type": "application/pdf", "data": "QQ=="}],
        [{"name": "a.pdf", "type": "application/pdf", "data": "QUFB" * 1_200_000}] * 2,
        [{"name": "a.pdf", "type": "application/pdf", "data": "QQ=="}] * 6,
    ],
    ids=["text", "texts", "no-base64", "empty", "header", "too-large", "too-many"],
)
async def test_files_that_do_not_go(demo_town: Town, http: aiohttp.ClientSession, files: Any) -> None:
    assert (await write(http, "bonjour", files=files))[0] == 422
    assert (await order(http, "/api/say", client="a", text="bonjour", files=files))[0] == 422
    assert demo_town.service.taken == []


async def test_the_heading_stays_bold_and_what_can_be_copied_is_told(
    demo_town: Town, http: aiohttp.ClientSession
) -> None:
    await order(http, "/api/say", client="a", text="RIB")
    shown = (await state(http, lambda made: len(made["chat"]) == 2))["chat"][1]
    assert shown["bold"] == [HEADING]
    assert shown["keyboard"][2] == [{"label": "Copier l'IBAN", "kind": "copy", "copy": IBAN}]


async def test_a_calendar_file_is_saved_not_opened(demo_town: Town, http: aiohttp.ClientSession) -> None:
    await write(http, "AGENDA")
    shown = await state(http, lambda made: len(made["letters"]) == 2)
    letter = shown["letters"][0]
    async with http.get(f"/file/mail/{letter['id']}/0") as answer:
        assert await answer.read() == ICS
        assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''Rendez-vous.ics"


async def test_the_company_gets_its_mail_and_answers_it(demo_town: Town, http: aiohttp.ClientSession) -> None:
    await write(http, "HUMAIN")
    shown = await state(http, lambda made: made["post"])
    (post,) = shown["post"]
    assert post["subject"] == PASSED_ON.subject
    status, _ = await order(
        http, "/api/mail", client=None, to=post["reply"], subject="", text="Bonjour.", answers=post["id"]
    )
    assert status == 200
    assert str(demo_town.service.taken[1]["From"]) == f"Atelier Exemple <{FIRM.email}>"
    assert [one["kind"] for one in shown["log"]] == ["event", "payment"]


async def test_the_clock_moves_forward_and_back_to_the_start(
    demo_town: Town, http: aiohttp.ClientSession
) -> None:
    first = (await state(http))["offset"]
    assert (await order(http, "/api/clock", minutes=7200))[1] == {"offset": first + 7200 * 60_000}
    assert (demo_town.demo.clock() - START).days == 5
    assert (await state(http))["moved"] is True
    assert (await order(http, "/api/clock", minutes=None))[1] == {"offset": first}
    for wrong in (-5, 0, 10**12, "5", 1.5):
        assert (await order(http, "/api/clock", minutes=wrong))[0] == 422
    assert (await state(http))["moved"] is False


async def test_mailboxes_are_bounded(demo_town: Town) -> None:
    demo_town.boxes.limit = 3
    for n in range(5):
        await demo_town.service.post(PASSED_ON, "d@courriel.example", subject=f"n° {n}")
    assert len(demo_town.boxes.letters("D@courriel.example")) == 3
    assert demo_town.boxes.letters(A.email) == []
