"""The header block: what it holds, and that nobody can add to it."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import timedelta
from email.header import decode_header, make_header
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mail_samples import (
    CODE_FR,
    COMPANY,
    DOMAIN,
    INVOICE_FR,
    LIST_FR,
    MARKS,
    NOW,
    OUT,
    SAMPLES,
    THREAD,
    due,
    read,
)

from handlers.core.ports import Due, Undeliverable
from mail_gateway.outgoing import Spoiled, as_mail, check
from mail_gateway.wording import answered, plain, references

NAMES = [
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References",
    "Auto-Submitted", "X-Auto-Response-Suppress", "Content-Language", "MIME-Version", "Content-Type",
]  # fmt: skip
# An encoded word that decodes to another encoded word, which holds a line of its own (CVE-2024-6923).
DOUBLE = "=?utf-8?q?=3D=3Futf-8=3Fq=3Fa=3D0ABcc=3A=5Fe=40evil.example=3F=3D?="
ONCE = "=?utf-8?q?a=0ABcc:_e@evil.example?="
NASTY = [
    ONCE, DOUBLE, "a\r\nBcc: e@evil.example", "a\nBcc: e@evil.example", "a\rBcc: e@evil.example", "=?=??=?utf-8?q?x?=",
    "a\x00b", "a\u2028Bcc: e@evil.example", "\ud800", '" <e@evil.example>, "', "\u202egpj.exe", "x" * 3000,
    "é" * 400, "=\u200b?utf-8?q?a=0ABcc:_e@evil.example?=",
]  # fmt: skip


def mail(one: Due) -> email.message.EmailMessage:
    made = email.message_from_bytes(as_mail(one, OUT, read, NOW).raw, policy=email.policy.default)
    assert isinstance(made, email.message.EmailMessage)
    return made


def test_answer_goes_to_the_address_on_record_and_comes_back_to_its_own() -> None:
    sent = as_mail(SAMPLES["list.fr"], OUT, read, NOW)
    got = mail(SAMPLES["list.fr"])
    assert got.keys() == NAMES
    assert got["From"] == "Atelier Exemple <atelier-exemple@portail.example>"
    assert got["To"] == sent.rcpt == "client-a@courriel.example"
    recipient = MARKS.read_address(got["Reply-To"])
    assert recipient is not None
    assert recipient.slug == "atelier-exemple"
    assert recipient.mark is not None
    assert recipient.mark.outgoing == 42
    assert recipient.mark.expires_at == NOW + timedelta(days=7)
    bounce = MARKS.read_address(sent.mail_from)
    assert bounce is not None
    assert bounce.bounce == 42
    assert MARKS.read_message_id(got["Message-ID"]) == 42
    assert parsedate_to_datetime(got["Date"]) == NOW


def test_same_row_keeps_its_message_id_at_each_attempt() -> None:
    later = email.message_from_bytes(
        as_mail(replace(SAMPLES["list.fr"], attempt=3), OUT, read, NOW + timedelta(hours=2)).raw
    )
    assert later["Message-ID"] == mail(SAMPLES["list.fr"])["Message-ID"]


def test_thread_is_kept() -> None:
    got = mail(due(LIST_FR))
    assert got["Subject"] == "Re: mes factures svp"
    assert got["In-Reply-To"] == "<q1@courriel.example>"
    assert got["References"].split() == ["<r0@courriel.example>", "<q1@courriel.example>"]


def test_mail_that_opens_its_thread_has_its_own_subject() -> None:
    got = mail(due(INVOICE_FR, thread={}))
    assert got["Subject"] == "Facture F-2026-0123"
    assert got["In-Reply-To"] is None
    assert got["References"] is None


def test_code_mail_answers_in_the_thread_and_its_mark_outlives_the_code_by_little() -> None:
    got = mail(due(CODE_FR))
    assert got["Subject"] == "Votre code Atelier Exemple"
    assert got["In-Reply-To"] == "<q1@courriel.example>"
    recipient = MARKS.read_address(got["Reply-To"])
    assert recipient is not None
    assert recipient.mark is not None
    assert timedelta(minutes=5) <= recipient.mark.expires_at - NOW <= timedelta(minutes=10)


def test_code_in_a_subject_never_leaves() -> None:
    with pytest.raises(Spoiled):
        mail(due(replace(CODE_FR, subject="Votre code 482913")))
    number = replace(CODE_FR, subject="Code pour signer le devis D-202600")
    assert mail(due(number))["Subject"] == "Code pour signer le devis D-202600"


def test_code_mail_without_its_code_never_leaves() -> None:
    with pytest.raises(Spoiled):
        mail(due(replace(CODE_FR, text="Votre code : {code}")))


@pytest.mark.parametrize(
    ("kind", "automatic"),
    [
        ("answer", "replied"),
        ("menu", "replied"),
        ("code", "generated"),
        ("notice", "generated"),
        ("company", "generated"),
        ("broadcast", "generated"),
    ],
)
def test_robots_are_told_not_to_answer(kind: str, automatic: str) -> None:
    got = mail(due(replace(LIST_FR, kind=kind)))
    assert got["Auto-Submitted"] == f"auto-{automatic}"
    assert got["X-Auto-Response-Suppress"] == "All"
    assert got["Precedence"] is None
    assert got["Content-Language"] == "fr"


def test_a_broadcast_can_be_unsubscribed_with_one_click_or_by_mail() -> None:
    got = mail(due(INVOICE_FR))
    page, by_mail = got["List-Unsubscribe"].split(", ")
    assert page == "<https://portail.example/unsubscribe/Wzc0MiwzXQ.Zk3_9-a>"
    assert by_mail == f"<mailto:{got['Reply-To']}?subject=STOP>"
    assert got["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert got["Feedback-ID"] == "20261124:atelier-exemple:broadcast:facteur"


@pytest.mark.parametrize(
    ("token", "site"),
    [(None, "https://portail.example"), ("abc", ""), ("abc", "http://127.0.0.1:8080")],
)
def test_without_a_page_it_is_unsubscribed_by_mail_alone(token: str | None, site: str) -> None:
    one = due(replace(INVOICE_FR, notes={"unsubscribe": token}))
    got = email.message_from_bytes(as_mail(one, replace(OUT, site=site), read, NOW).raw)
    assert got["List-Unsubscribe"] == f"<mailto:{got['Reply-To']}?subject=STOP>"
    assert got["List-Unsubscribe-Post"] is None


@pytest.mark.parametrize("kind", ["answer", "menu", "code", "notice", "company"])
def test_what_is_no_broadcast_cannot_be_unsubscribed(kind: str) -> None:
    got = mail(due(replace(INVOICE_FR, kind=kind)))
    assert not {"List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID"} & set(got.keys())


@pytest.mark.parametrize("token", ["a/b", "a b", "a>", "a\r\nBcc: e@evil.example", "é", "x" * 201])
def test_a_token_that_is_none_never_leaves(token: str) -> None:
    with pytest.raises(Spoiled):
        mail(due(replace(INVOICE_FR, notes={"unsubscribe": token})))


@pytest.mark.parametrize("nasty", NASTY)
@pytest.mark.parametrize(
    "place", ["client's subject", "our subject", "company name", "in_reply_to", "references"]
)
def test_nobody_adds_a_header(nasty: str, place: str) -> None:
    one = {
        "client's subject": due(LIST_FR, thread={**THREAD, "subject": nasty}),
        "our subject": due(replace(LIST_FR, subject=nasty)),
        "company name": due(LIST_FR, company=replace(COMPANY, name=nasty)),
        "in_reply_to": due(LIST_FR, thread={**THREAD, "in_reply_to": f"<a@b.example> {nasty}"}),
        "references": due(LIST_FR, thread={**THREAD, "references": [f"<a@b.example> {nasty}"]}),
    }[place]
    got = mail(one)
    assert got.keys() == NAMES
    assert [a.addr_spec for a in got["From"].addresses] == [f"atelier-exemple@{DOMAIN}"]
    assert [a.addr_spec for a in got["To"].addresses] == ["client-a@courriel.example"]
    assert "=?" not in str(got["Subject"])


@given(st.text(), st.text(min_size=1), st.lists(st.text()))
def test_nobody_adds_a_header_whatever_they_write(subject: str, name: str, known: list[str]) -> None:
    one = due(
        LIST_FR,
        company=replace(COMPANY, name=name),
        thread={"subject": subject, "in_reply_to": "<q1@courriel.example>", "references": known},
    )
    raw = as_mail(one, OUT, read, NOW).raw
    for policy in (email.policy.compat32, email.policy.default):
        assert email.message_from_bytes(raw, policy=policy).keys() == NAMES


def test_bytes_that_say_something_else_are_held_back() -> None:
    raw = as_mail(due(LIST_FR), OUT, read, NOW).raw
    check(raw, NAMES)
    for spoiled in (
        raw.replace(b"Date:", b"Bcc: e@evil.example\r\nDate:"),
        raw.replace(b"\r\nDate:", b"\nDate:"),
        raw.replace(b"\r\nDate:", b"\rDate:"),
        raw.replace(b"Bonjour", b"\0"),
        raw + b"x" * 999,
    ):
        if spoiled != raw:
            with pytest.raises(Spoiled):
                check(spoiled, NAMES)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("mes factures", "Re: mes factures"),
        ("Re: Rép : TR: RE: mes factures", "Re: mes factures"),
        ("Re:sans espace", "Re: sans espace"),
        ("AW: WG: Fwd: x", "Re: x"),
        ("Réf : devis", "Re: devis"),
        ("Reçu ?", "Re: Reçu ?"),
        ("Transport : question", "Re: Transport : question"),
        ("", "Re:"),
        ("x" * 500, "Re: " + "x" * 200),
    ],
)
def test_subject_is_the_clients_own(theirs: str, ours: str) -> None:
    assert answered(theirs) == ours


def test_subject_missing_is_the_companys_name() -> None:
    assert mail(due(LIST_FR, thread={}))["Subject"] == "Atelier Exemple"


def test_references_keep_root_and_last_within_1500_characters() -> None:
    ids = [f"<{n:04}@courriel.example>" for n in range(300)]
    kept = references(" ".join(ids), "<last@courriel.example>").split()
    assert kept[0] == ids[0]
    assert kept[-1] == "<last@courriel.example>"
    assert kept[1:-1] == ids[-(len(kept) - 2) :]
    assert 1400 < len(" ".join(kept)) <= 1500
    raw = as_mail(due(LIST_FR, thread={**THREAD, "references": ids}), OUT, read, NOW).raw
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_long_subject_and_name_fold_into_short_encoded_words() -> None:
    name = "Société des Ébénistes Réunis de l'Île-de-France et d'Outre-mer, fondée en mil neuf cent"
    one = due(replace(LIST_FR, subject="Échéance " * 20), company=replace(COMPANY, name=name))
    raw = as_mail(one, OUT, read, NOW).raw
    head = raw[: raw.index(b"\r\n\r\n")]
    assert all(len(line) <= 100 for line in head.split(b"\r\n"))
    assert all(len(word) <= 75 for word in head.split() if word.startswith(b"=?"))
    got = email.message_from_bytes(raw, policy=email.policy.default)
    # policy.default leaves a space between two encoded words of a name (RFC 2047, 6.2 says none): not what mailboxes do
    sender = email.message_from_bytes(raw)["From"]
    assert str(make_header(decode_header(sender))) == f"{name} <atelier-exemple@{DOMAIN}>"
    assert got["Subject"] == ("Échéance " * 20).strip()


def test_name_with_quotes_stays_a_name() -> None:
    got = mail(due(LIST_FR, company=replace(COMPANY, name='Dupont, "Bois" & <Fils>')))
    assert got["From"].addresses[0].display_name == 'Dupont, "Bois" & <Fils>'
    assert got["From"].addresses[0].addr_spec == f"atelier-exemple@{DOMAIN}"


def test_domain_beyond_ascii_is_written_as_an_a_label() -> None:
    sent = as_mail(due(LIST_FR, address="client@café.example"), OUT, read, NOW)
    assert sent.rcpt == "client@xn--caf-dma.example"
    assert not sent.utf8
    assert sent.raw.isascii()


def test_both_halves_beyond_ascii() -> None:
    sent = as_mail(due(LIST_FR, address="jürgen@bücher.example"), OUT, read, NOW)
    assert (sent.rcpt, sent.utf8) == ("jürgen@xn--bcher-kva.example", True)
    assert "\r\nTo: jürgen@xn--bcher-kva.example\r\n".encode() in sent.raw
    assert sent.mail_from.isascii()
    assert sent.raw.count("ü".encode()) == 1, "all else is encoded as ever"


def test_local_part_beyond_ascii_needs_smtputf8() -> None:
    sent = as_mail(due(LIST_FR, address="hélène@courriel.example"), OUT, read, NOW)
    assert sent.utf8
    assert sent.rcpt == "hélène@courriel.example"
    assert "\r\nTo: hélène@courriel.example\r\n".encode() in sent.raw


@pytest.mark.parametrize("address", ["", "nobody", "a@b@c..", "x\r\nBcc: e@evil.example"])
def test_address_that_is_none_is_refused_for_good(address: str) -> None:
    with pytest.raises(Undeliverable) as refused:
        as_mail(due(LIST_FR, address=address), OUT, read, NOW)
    assert refused.value.permanent


def test_plain_keeps_what_people_write() -> None:
    assert plain("Atelier « Été » & Cie, n°\u00a07") == "Atelier « Été » & Cie, n°\u00a07"
