"""Who can decide what, when, and from where: the promises behind the transcripts of signing and refusing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from handlers.core.turn import Mark, Said
from signing_talk import (
    AWAITED,
    BY_MAIL,
    FIRST,
    IN_CHAT,
    JEANNE,
    MAIL_AWAITED,
    PAUL,
    QUOTE,
    SECOND,
    TICKED,
    decided,
    ledger,
    rows,
)
from storage import tables as t
from town import MARK_LIFE, Town

SIGNED = [(QUOTE, "accepted")]


def mail(town: Town, text: str, **more: Any) -> str:
    """An answer to the last mail that went to Jeanne; what is answered."""
    mails = [got for got in town.got if got.channel == "email" and got.to == JEANNE]
    id, last = next(town.ids), mails[-1]
    values = {"company": "atelier", "mark": Mark(last.outgoing, last.at + MARK_LIFE), "inbox": town.raw(id)}
    said = Said("email", JEANNE, f"<{id}@m>", text, town.now, message_id=f"<{id}@m>", **values)
    town.desk.take(replace(said, **more))
    return "\n".join(town.out())


# --- the words that we print


@pytest.mark.parametrize("word", ["VALIDER", "valider", "Confirm", "je confirme"])
def test_a_word_of_a_step_that_is_not_open_opens_nothing(town: Town, word: str) -> None:
    assert "pas de question en attente" in town.play(f"{IN_CHAT}\n> telegram 60: {word}")


@pytest.mark.parametrize("said", ["SIGNER", f"signer {QUOTE}", f"Sign {QUOTE}"])
def test_the_word_of_an_act_opens_it_on_the_quote_that_is_shown(town: Town, said: str) -> None:
    assert "Pour signer, cochez chaque case" in town.play(f"{IN_CHAT}\n> telegram 60: {said}")


# --- the code of an act


def test_the_right_code_signs_once(town: Town) -> None:
    town.play(f"{AWAITED}\n> telegram 60: {FIRST}")
    assert decided(town) == SIGNED
    town.play(f"> telegram 60: {FIRST}\n> telegram 60: SIGNER {QUOTE}\n> telegram 60: {FIRST}")
    assert decided(town) == SIGNED


def test_the_code_that_opened_the_access_signs_nothing(town: Town) -> None:
    assert "pas le bon" in town.play(f"{AWAITED}\n> telegram 60: 482913")
    assert decided(town) == []


def test_a_code_signs_in_its_own_conversation_only(town: Town) -> None:
    """The attempt in the chat and the one by mail are two; a code of one is wrong in the other."""
    town.play(f"{MAIL_AWAITED}\n+ 2 minutes\n> telegram 60: /start {QUOTE}\n> telegram 60: {PAUL}")
    town.play("> telegram 60: 482915\n> telegram 60 presses: Signer\n> telegram 60: toutes")
    assert "pas le bon" in town.play(f"> telegram 60 presses: Valider\n> telegram 60: {FIRST}")
    assert decided(town) == []


def test_the_code_of_one_quote_signs_no_other(town: Town) -> None:
    town.play("> telegram 60: /start atelier\n> telegram 60: jeanne@roux.example\n> telegram 60: 482913")
    for quote in (QUOTE, "D-2026-0063"):
        town.play(f"> telegram 60: SIGNER {quote}\n> telegram 60 presses: Signer\n> telegram 60: toutes")
        town.play("> telegram 60 presses: Valider")
    assert "pas le bon" in town.play(f"> telegram 60: {FIRST}")
    assert decided(town) == []
    town.play(f"> telegram 60: {SECOND}")
    assert decided(town) == [("D-2026-0063", "accepted")]


def test_the_code_to_sign_does_not_decline(town: Town) -> None:
    town.play(f"{AWAITED}\n> telegram 60: REFUSER {QUOTE}\n> telegram 60 presses: Sans raison")
    assert "pas le bon" in town.play(f"> telegram 60 presses: Refuser\n> telegram 60: {FIRST}")
    assert decided(town) == []
    town.play(f"> telegram 60: {SECOND}")
    assert decided(town) == [(QUOTE, "refused")]


def test_a_new_code_kills_the_former(town: Town) -> None:
    town.play(f"{AWAITED}\n+ 1 minutes\n> telegram 60: CODE")
    assert "pas le bon" in town.play(f"> telegram 60: {FIRST}")
    town.play(f"> telegram 60: {SECOND}")
    assert decided(town) == SIGNED


def test_a_minute_between_two_codes_and_ten_an_hour(town: Town) -> None:
    assert "Attendez une minute" in town.play(f"{AWAITED}\n> telegram 60: CODE")
    for _ in range(9):
        played = town.play("+ 2 minutes\n> telegram 60: CODE")
    assert "C'est le dernier code que nous pouvons envoyer avant 15h05" in played
    played = town.play("+ 2 minutes\n> telegram 60: CODE")
    assert "Trop de codes ont été demandés. Le prochain pourra partir à 15h05." in played
    assert "Rien n'a été signé." in played
    assert "Votre code" not in played


def test_the_codes_of_acts_use_up_none_of_the_log_in(town: Town) -> None:
    town.play(AWAITED)
    for _ in range(8):
        town.play("+ 2 minutes\n> telegram 60: CODE")
    assert "Votre code" in town.play(f"> email {JEANNE}: solde")


def test_wrong_codes_of_both_kinds_are_counted_together(town: Town) -> None:
    town.play(f"{AWAITED}\n> telegram 60: 111111\n> telegram 60: 222222")
    town.play(f"+ 2 minutes\n> email {JEANNE}: solde")
    assert "Accès suspendu" in town.play(f"> email {JEANNE} (reply): 333333")
    assert "suspendu" in town.play("> telegram 60: 482914")
    assert decided(town) == []


def test_the_right_code_clears_the_tries(town: Town) -> None:
    town.play(f"{AWAITED}\n> telegram 60: 111111\n> telegram 60: 222222\n> telegram 60: {FIRST}")
    assert [row.wrong for row in rows(town, select(t.tries))] == [0]


def test_a_code_past_its_five_minutes_decides_nothing(town: Town) -> None:
    assert "5 minutes sont passées" in town.play(f"{AWAITED}\n+ 5 minutes\n> telegram 60: {FIRST}")
    assert decided(town) == []
    assert rows(town, select(t.tries)) == [], "no try is counted"


def test_a_code_says_what_it_signs_and_stands_in_no_subject(town: Town) -> None:
    town.play(AWAITED)
    sent = next(got for got in town.got if FIRST in got.reply.text or "Il signe" in got.reply.text)
    assert sent.to == JEANNE
    assert f"Il signe le devis {QUOTE} (4\u202f800,00\u00a0€\u00a0TTC)" in sent.reply.text
    assert FIRST not in sent.reply.subject


# --- e-mail


def test_a_mail_whose_parts_differ_decides_nothing(town: Town) -> None:
    town.play(BY_MAIL)
    assert "Répondez seulement 1 2 3, sur la première ligne" in mail(town, "1 2 3", unsafe=True)
    mail(town, "1 2 3")
    assert "Répondez seulement VALIDER" in mail(town, "VALIDER", unsafe=True)
    mail(town, "VALIDER")
    assert "le code à 6 chiffres" in mail(town, FIRST, unsafe=True)
    assert decided(town) == []
    mail(town, FIRST)
    assert decided(town) == SIGNED


def test_a_mail_without_our_mark_decides_nothing(town: Town) -> None:
    town.play(MAIL_AWAITED)
    mail(town, FIRST, mark=None)
    assert decided(town) == []


def test_a_mail_that_fails_authentication_is_not_answered(town: Town) -> None:
    town.play(MAIL_AWAITED)
    assert mail(town, FIRST, level="failed") == ""
    assert decided(town) == []


def test_the_decisive_words_stand_on_the_first_line(town: Town) -> None:
    town.play(BY_MAIL)
    for text in ("Voici mon choix\n1 2 3", "Bonjour,\nmerci\n1 2 3"):
        assert "sur la première ligne" in mail(town, text)
    assert [kind for kind, _ in ledger(town) if kind == "consent.given"] == []


def test_a_condition_below_the_word_is_for_a_person(town: Town) -> None:
    town.play(f"{BY_MAIL}\n> email {JEANNE} (reply): toutes")
    assert "pose une condition. Rien n'est signé." in mail(town, "VALIDER\nà condition de commencer lundi")
    assert "code.issued" not in [kind for kind, _ in ledger(town)]


def test_a_mail_that_decides_is_evidence_without_its_code(town: Town) -> None:
    town.play(f"{MAIL_AWAITED}\n> email {JEANNE} (reply): {FIRST}")
    received = [told for kind, told in ledger(town) if kind == "mail.received"]
    assert [one["first_line"] for one in received] == ["toutes", "valider", ""]
    assert all(one["message_id"].startswith("<") and one["level"] == "unverified" for one in received)
    assert all(FIRST not in str(told) for _, told in ledger(town))


# --- what the record holds


def test_the_ledger_tells_the_whole_attempt(town: Town) -> None:
    town.play(f"{AWAITED}\n> telegram 60: 111111\n> telegram 60: {FIRST}")
    kinds = [kind for kind, _ in ledger(town)]
    assert kinds == [
        "document.shown",
        "ticket.opened",
        *["consent.given"] * 3,
        "code.issued",
        "code.failed",
        "code.verified",
        "quote.accepted",
    ]
    texts = [told["text"] for kind, told in ledger(town) if kind == "consent.given"]
    shown = next(got.reply.text for got in town.got if "Pour signer" in got.reply.text)
    assert all(text in shown for text in texts), "what is shown is what is kept"
    [issued] = [told for kind, told in ledger(town) if kind == "code.issued"]
    assert (issued["digits"], issued["minutes"], issued["to"]) == (6, 5, "j…@roux.example")


def test_a_box_taken_back_is_missing(town: Town) -> None:
    town.play(f"{TICKED}\n> telegram 60 presses: ☑ 2")
    assert "Il reste 1 case à cocher" in town.play("> telegram 60 presses: Valider")
    assert "code.issued" not in [kind for kind, _ in ledger(town)]


def test_a_box_taken_back_after_the_code_was_asked_for(town: Town) -> None:
    town.play(f"{AWAITED}\n> telegram 60: SIGNER {QUOTE}\n> telegram 60 presses: ☑ 2")
    assert "Il reste 1 case à cocher" in town.play(f"> telegram 60: {FIRST}")
    assert decided(town) == []
    town.play(f"> telegram 60 presses: ☐ 2\n> telegram 60: {FIRST}")
    assert decided(town) == SIGNED


@pytest.mark.parametrize(
    ("verb", "said"), [("SIGNER", "signé par Jeanne Roux"), ("REFUSER", "refusé par Jeanne Roux")]
)
def test_an_interaction_stands_on_the_card(town: Town, verb: str, said: str) -> None:
    town.play("> telegram 60: /start atelier\n> telegram 60: jeanne@roux.example\n> telegram 60: 482913")
    town.play(f"> telegram 60: {verb} {QUOTE}")
    if verb == "SIGNER":
        town.play("> telegram 60 presses: Signer\n> telegram 60: toutes\n> telegram 60 presses: Valider")
    else:
        town.play("> telegram 60 presses: Prix\n> telegram 60 presses: Refuser")
    town.play(f"> telegram 60: {FIRST}")
    texts = [
        row.text for row in rows(town, select(t.interactions.c.text).where(t.interactions.c.client_id == 60))
    ]
    assert len(texts) == 1
    assert f"Devis {QUOTE} (4\u202f800,00\u00a0€\u00a0TTC) {said}" in texts[0]
    assert ("accepté" if verb == "SIGNER" else "refusé") in town.play("> telegram 60: mes devis")


# --- what changes meanwhile


def test_a_quote_that_ends_while_its_boxes_are_open(town: Town) -> None:
    from town_quotes import EVENTS

    town.play(AWAITED)
    EVENTS["quote D-2026-0060 ends"](town)
    assert "Il ne peut plus être signé" in town.play(f"> telegram 60: {FIRST}")
    assert decided(town) == []


def test_a_colleague_who_signed_first(town: Town) -> None:
    town.play(AWAITED)
    town.play(f"+ 2 minutes\n> email {PAUL}: SIGNER {QUOTE}\n> email {PAUL} (reply): 482915")
    town.play(
        f"> email {PAUL} (reply): toutes\n> email {PAUL} (reply): VALIDER\n> email {PAUL} (reply): 482916"
    )
    assert "est déjà signé" in town.play(f"> telegram 60: {FIRST}")
    assert decided(town) == SIGNED


def test_another_account_in_the_same_chat_takes_nothing_over(town: Town) -> None:
    town.play(f"{TICKED}\n> telegram 60: DÉCONNEXION\n+ 2 minutes\n> telegram 60: /start {QUOTE}")
    town.play(f"> telegram 60: {PAUL}\n> telegram 60: 482914")
    played = town.play("> telegram 60 presses: Signer")
    assert "[☐ 1] [☐ 2] [☐ 3]" in played, "nothing is ticked in his name"


def test_what_nobody_can_read_nobody_can_sign(town: Town) -> None:
    with town.engine.begin() as db:
        d, v = t.documents.c, t.document_versions.c
        of = select(d.id).where(d.number == QUOTE)
        db.execute(update(t.documents).where(d.number == QUOTE).values(file_sha256=None))
        db.execute(update(t.document_versions).where(v.document_id.in_(of)).values(file_sha256=None))
    played = town.play(
        f"> telegram 60: /start atelier\n> telegram 60: {JEANNE}\n> telegram 60: 482913\n> telegram 60: SIGNER {QUOTE}"
    )
    assert f"Nous n'avons pas le PDF du devis {QUOTE}" in played


def test_a_quote_is_read_before_its_boxes(town: Town) -> None:
    """In a conversation where this version did not go out, [Signer] shows it first."""
    town.play(f"> telegram 60: /start atelier\n> telegram 60: {JEANNE}\n> telegram 60: 482913")
    assert f"+ Devis_{QUOTE}.pdf" in town.play(f"> telegram 60: SIGNER {QUOTE}")
    assert "☐ 1" in town.play("> telegram 60 presses: Signer")
    town.now += timedelta(minutes=1)
    assert "+ Devis" not in town.play(f"> telegram 60: SIGNER {QUOTE}")


def test_signing_by_the_link_of_the_quote_alone(town: Town) -> None:
    town.play(IN_CHAT)
    with town.engine.begin() as db:
        db.execute(update(t.companies).where(t.companies.c.id == 1).values(options=["signature"]))
    town.play("> telegram 60 presses: Signer\n> telegram 60: toutes\n> telegram 60 presses: Valider")
    town.play(f"> telegram 60: {FIRST}")
    assert decided(town) == SIGNED
    assert "[Fichier de preuve]" in town.play(f"> telegram 60: devis {QUOTE}")


# --- anybody's file


def test_a_file_is_checked_without_a_name_or_an_amount(town: Town) -> None:
    town.play(f"{AWAITED}\n> telegram 60: {FIRST}\n! the files of {QUOTE} are made")
    for what in ("the signed", "the proof of", "the presented", "the changed", "another"):
        played = town.play(f"> telegram 99 sends: {what} {QUOTE}").split("\n", 1)[1]
        for word in ("Roux", "Jeanne", "Atelier", "4\u202f800", QUOTE, "24 novembre"):
            assert word not in played, (what, word)


def test_a_failed_mail_is_not_told_about_its_file(town: Town) -> None:
    from town_quotes import pdf

    file = pdf("another", "D-1", town)
    said = Said("email", "x@y.example", "<1@m>", "vérifier", town.now, company="atelier", files=(file,))
    town.desk.take(replace(said, level="failed", inbox=town.raw(1)))
    assert town.out() == []
    town.desk.take(replace(said, inbox=town.raw(2)))
    assert "Inconnu." in "\n".join(town.out())
