"""Replies leave over HTTP, and the chat is looked at as its person sees it."""

from __future__ import annotations

import asyncio
import threading

import pytest

from handlers.core.ports import Undeliverable
from handlers.core.turn import Choice, Copy, Document, Link, Reply, Row

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 1200


@pytest.fixture
def camille(api):
    """Someone who has written to the bot."""
    made = api.user()
    made.send("/start tok")
    return made


def invoice(line, name: str = "F-2026-0118.pdf", data: bytes = PDF) -> Document:
    return Document(name, line.file(data), len(data))


async def test_a_text_with_its_buttons(line, camille):
    reply = Reply(
        "Que voulez-vous faire ?",
        choices=(Choice("c1", "Payer 642,00 €", main=True), Choice("c2", "Poser une question")),
        links=(
            Link("Ouvrir", "https://pay.example/x"),
            Link("Écrire", "mailto:contact@atelier-exemple.example"),
        ),
    )
    reply = reply.note(silent=True, protect=True).copy(Copy("Copier l'IBAN", "FR7630006000011234567890189"))
    id = await line.deliver(reply)
    [message] = camille.answers
    assert str(message.id) == id
    assert (message.text, message.silent, message.protected) == ("Que voulez-vous faire ?", True, True)
    assert message.labels == ["Ouvrir", "Payer 642,00 €", "Poser une question", "Copier l'IBAN"]
    assert camille.link("Ouvrir") == "https://pay.example/x"
    assert message.buttons[-1][0]["copy_text"] == {"text": "FR7630006000011234567890189"}
    assert line.api.made("sendMessage")[0].params["link_preview_options"] == {"is_disabled": True}


async def test_a_pdf_arrives_byte_for_byte_with_its_text_and_buttons(line, api, camille):
    reply = Reply("Voici la facture F-2026-0118.", choices=(Choice("pay", "Payer"),)).attach(invoice(line))
    await line.deliver(reply)
    [message] = camille.answers
    assert (message.text, message.labels) == ("Voici la facture F-2026-0118.", ["Payer"])
    assert message.document["file_name"] == "F-2026-0118.pdf"
    assert message.document["mime_type"] == "application/pdf"
    assert api.state.files[message.document["file_id"]].data == PDF
    assert camille.chat.actions == ["upload_document"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ('devis "été" 🟡.pdf', 'devis "été" 🟡.pdf'),
        ("a;b=c\\d.pdf", "a;b=c\\d.pdf"),
        ("a\r\nX-Evil: 1.pdf", "a  X-Evil: 1.pdf"),
        ("\n", "document"),
        ("x" * 300 + ".pdf", "x" * 110 + "x" * 6 + ".pdf"),
    ],
)
async def test_any_file_name_arrives(line, camille, name, shown):
    await line.deliver(Reply("Voici.").attach(invoice(line, name)))
    assert camille.last.document["file_name"] == shown


async def test_a_file_that_telegram_holds_is_not_sent_again(line, api, camille):
    reply = Reply("Voici la facture.").attach(invoice(line))
    await line.deliver(reply, 1)
    await line.deliver(reply, 2)
    one, two = camille.answers
    assert one.document["file_id"] == two.document["file_id"]
    assert len(api.state.files) == 1
    assert camille.chat.actions == ["upload_document"]


async def test_a_file_that_telegram_lost_is_sent_again(line, api, camille):
    document = invoice(line)
    line.shelf.remember(document.sha256, document.name, "BQAC-of-another-bot")
    await line.deliver(Reply("Voici la facture.").attach(document))
    assert api.state.files[camille.last.document["file_id"]].data == PDF
    assert line.shelf.recall(document.sha256, document.name) == camille.last.document["file_id"]


async def test_a_file_that_cannot_be_remembered_has_left_all_the_same(line, camille, monkeypatch):
    def full(*_: str) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(line.shelf, "remember", full)
    assert await line.deliver(Reply("Voici.").attach(invoice(line)))
    assert len(camille.answers) == 1


async def test_a_quote_with_annexes_reads_in_order_buttons_last(line, camille):
    papers = [invoice(line, name, name.encode()) for name in ("D-7.pdf", "plan.pdf", "cgv.pdf")]
    await line.deliver(Reply("Lisez, puis choisissez.", choices=(Choice("s", "Signer"),)).attach(*papers))
    assert [one.document and one.document["file_name"] for one in camille.answers] == [
        "D-7.pdf",
        "plan.pdf",
        "cgv.pdf",
        None,
    ]
    assert [one.labels for one in camille.answers] == [[], [], [], ["Signer"]]


async def test_a_long_text_goes_under_its_document_not_in_the_caption(line, camille):
    await line.deliver(Reply("x" * 1025).attach(invoice(line)))
    assert [len(one.text) for one in camille.answers] == [0, 1025]


def lines_of(message) -> list[str]:
    """A dot never begins a line: the space before it does not break."""
    assert " ·" not in message.text
    return message.text.replace("\u00a0·", " ·").split("\n")


async def test_rows_are_lines_with_a_dot_and_the_word(line, camille):
    rows = (
        Row("F-12", "24/11/2026", "642,00 €", "à régler", "wait", more="échéance 24/12/2026"),
        Row("F-11", "24/10/2026", "92,56 €", "en retard", "late"),
        Row("D-3", "01/10/2026", "50,00 €", "remplacé"),
    )
    await line.deliver(Reply("2 factures :\n{rows}\nRépondez avec un numéro.", rows=rows))
    assert lines_of(camille.last) == [
        "2 factures :",
        "",
        "F-12 · 24/11/2026 · 642,00 € · 🟡 à régler",
        "échéance 24/12/2026",
        "",
        "F-11 · 24/10/2026 · 92,56 € · 🔴 en retard",
        "D-3 · 01/10/2026 · 50,00 € · remplacé",
        "Répondez avec un numéro.",
    ]


async def test_what_is_told_at_length_stands_below_its_row(line, camille):
    story = (
        "Appel de M. Dupain : il veut avancer la livraison à jeudi, et demande si la facture peut attendre."
    )
    rows = (
        Row("Appel", "12/11/2026", "", "", more=story),
        Row("Note", "03/11/2026", "", "", more="Clé remise.\nVoir Léa"),
        Row("", "", "", "", more="x" * 61),
    )
    await line.deliver(Reply("3 échanges :\n{rows}\nPage 1 sur 2", rows=rows))
    assert lines_of(camille.last) == [
        "3 échanges :",
        "",
        "Appel · 12/11/2026",
        story,
        "",
        "Note · 03/11/2026",
        "Clé remise. Voir Léa",
        "",
        "x" * 61,
        "",
        "Page 1 sur 2",
    ]


async def test_one_long_story_among_short_ones_stands_apart(line, camille):
    rows = (
        Row("Nom", "", "", "", more="Client A"),
        Row("SIREN", "", "", "", more="987654324"),
        Row(
            "a@courriel.example",
            "",
            "",
            "",
            more="peut voir le dossier, payer, signer et recevoir les annonces",
        ),
        Row("b@courriel.example", "", "", "", more="peut voir le dossier"),
        Row("c@courriel.example", "", "", ""),
    )
    await line.deliver(Reply("Voici vos coordonnées :\n{rows}\nUne correction ?", rows=rows))
    assert lines_of(camille.last) == [
        "Voici vos coordonnées :",
        "Nom · Client A",
        "SIREN · 987654324",
        "",
        "a@courriel.example",
        "peut voir le dossier, payer, signer et recevoir les annonces",
        "",
        "b@courriel.example · peut voir le dossier",
        "c@courriel.example",
        "Une correction ?",
    ]


async def test_rows_without_date_amount_or_status_leave_no_stray_sign(line, camille):
    rows = (
        Row("Entretien annuel (CT-9)", "", "", "en cours", "good", more="échéance 01/01/2027"),
        Row("Paiement RG-77", "20/11/2026", "-500,00 €", "", more="F-2026-0118"),
        Row("Visite", "", "", ""),
    )
    await line.deliver(Reply("{rows}", rows=rows))
    assert lines_of(camille.last) == [
        "Entretien annuel (CT-9) · 🟢 en cours · échéance 01/01/2027",
        "Paiement RG-77 · 20/11/2026 · -500,00 € · F-2026-0118",
        "Visite",
    ]


async def test_the_heading_is_a_bold_first_line(line, camille):
    reply = Reply("Solde : 12,00 €.").note(heading="Dupont 🟡 SARL\n· Atelier Exemple", protect=True)
    await line.deliver(reply)
    assert camille.last.text == "Dupont 🟡 SARL · Atelier Exemple\nSolde : 12,00 €."
    assert camille.last.bold == ["Dupont 🟡 SARL · Atelier Exemple"]
    assert camille.last.protected
    paper = Reply("Voici la facture.").attach(invoice(line)).note(heading="Dupont SARL")
    await line.deliver(paper, 2)
    assert (camille.last.text, camille.last.bold) == ("Dupont SARL\nVoici la facture.", ["Dupont SARL"])
    menu = reply.note(edit=await line.deliver(Reply("Menu"), 3), heading="Harbour Ltd")
    await line.deliver(menu, 4)
    assert (camille.last.text.split("\n")[0], camille.last.bold) == ("Harbour Ltd", ["Harbour Ltd"])
    await line.deliver(Reply("x" * 5000).note(heading="Harbour Ltd"), 5)
    assert [(len(one.text), one.bold) for one in camille.answers[-2:]] == [(4096, ["Harbour Ltd"]), (916, [])]


async def test_a_document_is_there_to_be_kept(line, camille):
    """A protected message can be neither forwarded nor saved: good for a balance, never for a PDF."""
    await line.deliver(Reply("Voici.").attach(invoice(line)).note(protect=True))
    assert not camille.last.protected


async def test_the_numbers_of_a_list_stand_close_and_the_pages_on_one_line(line, camille):
    rows = tuple(Row(f"F-2026-{n:04}", "", "", "", choice=f"1.{n}") for n in range(5))
    numbers = tuple(Choice(row.choice, row.number) for row in rows)
    others = (
        Choice("1.5", "Page précédente"),
        Choice("1.6", "Voir la suite"),
        Choice("1.7", "Payer 876,56 €", main=True),
        Choice("1.8", "Relevé de compte"),
    )
    await line.deliver(Reply("5 factures :\n{rows}", rows=rows, choices=numbers + others))
    assert [[button["text"] for button in keys] for keys in camille.last.buttons] == [
        ["F-2026-0000", "F-2026-0001"],
        ["F-2026-0002", "F-2026-0003", "F-2026-0004"],
        ["Page précédente", "Voir la suite"],
        ["Payer 876,56 €"],
        ["Relevé de compte"],
    ]


@pytest.mark.parametrize(
    ("label", "lines"), [("F-1", [2, 2]), ("Entretien (CT-9)", [2, 2]), ("Entretien annuel (CT-9)", [1] * 4)]
)
async def test_labels_are_never_cut_by_their_neighbours(line, camille, label, lines):
    rows = tuple(Row(label, "", "", "", choice=f"1.{n}") for n in range(4))
    reply = Reply("4 lignes :\n{rows}", rows=rows, choices=tuple(Choice(row.choice, label) for row in rows))
    await line.deliver(reply)
    assert [len(keys) for keys in camille.last.buttons] == lines


async def test_a_text_too_long_to_be_copied_has_no_button(line, camille):
    reply = Reply("Voici.").copy(
        Copy("Copier", "x" * 257), Copy("Copier l'IBAN", "x" * 256), Copy("Vide", "")
    )
    await line.deliver(reply)
    assert camille.last.labels == ["Copier l'IBAN"]


async def test_a_page_is_changed_in_place_and_back(line, camille):
    def page(n: int) -> Reply:
        row = Row(f"F-{n}", "24/11/2026", "1,00 €", "", choice=f"{n}.0")
        return Reply(f"Page {n} sur 2 :\n{{rows}}", rows=(row,), choices=(Choice(row.choice, row.number),))

    first = await line.deliver(page(1), 1)
    assert await line.deliver(page(2).note(edit=first), 2) == first
    assert await line.deliver(page(1).note(edit=first), 3) == first
    [message] = camille.answers
    assert lines_of(message) == ["Page 1 sur 2 :", "F-1 · 24/11/2026 · 1,00 €"]
    assert message.labels == ["F-1"]


async def test_while_a_document_is_made_the_chat_says_so_again_and_again(line, api, camille):
    """The maker goes on once the chat has been told three times."""
    told = threading.Event()
    line.make = lambda recipe: told.wait(20) and b"%PDF-1.7 made"
    line.carrier = line.new_carrier(shown_for=0.01)
    reply = Reply("Voici votre relevé.").attach(Document("releve.pdf", recipe={"kind": "statement"}))
    leaving = asyncio.create_task(line.deliver(reply))
    await api.until(lambda: len(camille.chat.actions) >= 3)
    assert camille.answers == []
    told.set()
    await leaving
    assert camille.last.document["file_name"] == "releve.pdf"
    assert set(camille.chat.actions) == {"upload_document"}
    so_far = len(api.calls)
    await line.deliver(Reply("Autre chose"), 2)
    assert [call.method for call in api.calls[so_far:]] == ["sendMessage"]


async def test_a_calendar_file_keeps_its_name_and_type(line, api, camille):
    line.make = lambda recipe: b"BEGIN:VCALENDAR\r\nMETHOD:PUBLISH\r\nEND:VCALENDAR\r\n"
    event = Document("Rendez-vous.ics", media_type="text/calendar", recipe={"kind": "calendar"})
    await line.deliver(Reply("Prochain rendez-vous : vendredi.").attach(event))
    held = camille.last.document
    assert (held["file_name"], held["mime_type"]) == ("Rendez-vous.ics", "text/calendar")
    assert api.state.files[held["file_id"]].data.startswith(b"BEGIN:VCALENDAR")


async def test_a_menu_has_two_columns_and_is_edited_in_place(line, camille):
    menu = Reply(
        "Que voulez-vous faire ?", kind="menu", choices=tuple(Choice(f"m{n}", f"Choix {n}") for n in range(3))
    )
    first = await line.deliver(menu, 1)
    assert [len(row) for row in camille.last.buttons] == [2, 1]
    again = await line.deliver(Reply("Autre page", kind="menu", choices=menu.choices[:1]).note(edit=first), 2)
    assert again == first
    [message] = camille.answers
    assert (message.text, message.labels) == ("Autre page", ["Choix 0"])


async def test_an_edit_that_changes_nothing_is_fine(line, camille):
    reply = Reply("Menu", choices=(Choice("a", "A"),))
    first = await line.deliver(reply, 1)
    assert await line.deliver(reply.note(edit=first), 2) == first
    assert len(camille.answers) == 1


@pytest.mark.parametrize("target", ["999999", "document", "theirs"])
async def test_what_cannot_be_edited_is_sent_anew(line, camille, target):
    if target == "document":
        target = await line.deliver(Reply("Voici.", choices=(Choice("a", "A"),)).attach(invoice(line)), 1)
    elif target == "theirs":
        target = str(camille.messages[0].id)
    id = await line.deliver(Reply("Nouveau").note(edit=target), 2)
    assert id != target
    assert camille.last.text == "Nouveau"


async def test_the_message_with_the_code_is_erased(line, camille):
    typed = camille.send("482913")
    await line.deliver(Reply("Merci, c'est le bon code.").note(erase=str(typed.id)))
    assert "482913" not in [one.text for one in camille.messages]
    assert camille.last.text == "Merci, c'est le bon code."


async def test_several_messages_are_erased_and_what_is_gone_stops_nothing(line, camille):
    ids = [await line.deliver(Reply(f"réponse {n}"), n) for n in range(3)]
    await line.deliver(Reply("Nos messages sont effacés.").note(erase=[*ids, "424242"]), 9)
    assert [one.text for one in camille.answers] == ["Nos messages sont effacés."]


@pytest.mark.parametrize("code", [400, 404])
async def test_what_is_a_nicety_stops_nothing(line, api, camille, code):
    typed = camille.send("482913")
    api.fail("deleteMessage", code)
    api.fail("sendChatAction", code)
    await line.deliver(Reply("Merci.").note(erase=typed.id).attach(invoice(line)))
    assert camille.last.text == "Merci."


async def test_a_reply_that_only_erases(line, camille):
    typed = camille.send("482913")
    assert await line.deliver(Reply("").note(erase=typed.id)) is None
    assert camille.answers == []


async def test_a_blocked_chat_is_closed_for_good(line, camille):
    camille.block()
    with pytest.raises(Undeliverable) as told:
        await line.deliver(Reply("Bonjour"))
    assert (told.value.permanent, told.value.blocked) == (True, True)


async def test_a_chat_that_never_was_is_closed_for_good(line):
    with pytest.raises(Undeliverable) as told:
        await line.deliver(Reply("Bonjour"), address="987654")
    assert (told.value.permanent, told.value.blocked) == (True, True)


async def test_too_many_requests_say_when(line, api, camille):
    api.fail("sendMessage", 429, "Too Many Requests: retry after 17", retry_after=17)
    with pytest.raises(Undeliverable) as told:
        await line.deliver(Reply("Bonjour"))
    assert (told.value.permanent, told.value.after) == (False, 17.0)


async def test_a_refused_token_stops_the_channel_not_the_message(line, api, camille):
    api.fail("sendMessage", 401, "Unauthorized")
    with pytest.raises(Undeliverable) as told:
        await line.deliver(Reply("Bonjour"))
    assert (told.value.pause, told.value.permanent) == (True, False)


@pytest.mark.parametrize(
    ("code", "words"), [(500, "Internal Server Error"), (502, "Bad Gateway"), (503, "restart")]
)
async def test_trouble_at_telegram_is_tried_again(line, api, camille, code, words):
    api.fail("sendMessage", code, words)
    with pytest.raises(Undeliverable) as told:
        await line.deliver(Reply("Bonjour"))
    assert (told.value.permanent, told.value.blocked, told.value.pause) == (False, False, False)
    await line.deliver(Reply("Bonjour"))
    assert camille.last.text == "Bonjour"


async def test_a_broken_line_is_tried_again_and_its_reason_holds_no_token(line, api, camille):
    await api.stop()
    with pytest.raises(Undeliverable) as told:
        await line.deliver(Reply("Bonjour"))
    assert not told.value.permanent
    assert api.token not in str(told.value)
    assert told.value.__suppress_context__


async def test_a_refusal_that_no_repeat_cures_is_final(line, camille, api):
    api.fail("sendMessage", 400, "Bad Request: message is too long")
    with pytest.raises(Undeliverable) as told:
        await line.deliver(Reply("Bonjour"))
    assert (told.value.permanent, told.value.blocked) == (True, False)


async def test_a_chat_that_moved_gets_its_message_at_the_new_address(line, api, camille):
    moved = api.user(5151)
    moved.send("bonjour")
    api.fail("sendMessage", 400, "Bad Request: group chat was upgraded", migrate_to_chat_id=5151)
    await line.deliver(Reply("Voici."))
    assert line.edge.moved == [("4242", "5151")]
    assert [one.text for one in moved.answers] == ["Voici."]
    assert camille.answers == []


async def test_cut_off_in_the_middle_it_goes_on_where_it_was(line, api, camille):
    reply = Reply("Lisez tout.").attach(*(invoice(line, f"{n}.pdf", b"%PDF" + bytes([n])) for n in range(2)))
    api.fail("sendMessage", 429, "Too Many Requests", retry_after=1)
    with pytest.raises(Undeliverable):
        await line.deliver(reply)
    line.carrier = line.new_carrier()
    await line.deliver(reply)
    assert [one.document["file_name"] if one.document else one.text for one in camille.answers] == [
        "0.pdf",
        "1.pdf",
        "Lisez tout.",
    ]


async def test_an_answer_lost_repeats_that_one_message_at_most(line, api, camille):
    reply = Reply("Lisez tout.").attach(*(invoice(line, f"{n}.pdf", b"%PDF" + bytes([n])) for n in range(2)))
    await line.deliver(Reply("un"), 7)
    api.lose_answer("sendMessage")
    with pytest.raises(Undeliverable):
        await line.deliver(reply)
    await line.deliver(reply)
    assert [one.text for one in camille.answers] == ["un", "", "", "Lisez tout.", "Lisez tout."]


async def test_answers_to_one_chat_keep_their_order(line, camille):
    replies = [Reply("premier").attach(invoice(line)), Reply("deuxième"), Reply("troisième")]
    await asyncio.gather(*(line.deliver(reply, n) for n, reply in enumerate(replies)))
    assert [one.text for one in camille.answers] == ["premier", "deuxième", "troisième"]


async def test_a_missing_file_is_our_failure(line, camille):
    with pytest.raises(KeyError):
        await line.deliver(Reply("Voici.").attach(Document("a.pdf", "0" * 64)))
    assert camille.answers == []


async def test_a_link_that_nobody_resolved_is_our_failure(line, camille):
    with pytest.raises(ValueError, match="resolved"):
        await line.deliver(Reply("Payez.").link(Link("Payer", "pay:12")))
    assert camille.answers == []
