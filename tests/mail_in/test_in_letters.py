"""A letter: robots, parts, charsets, file names, the two bodies of one mail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from mail_gateway.addresses import Marks
from mail_gateway.bodies import first_line
from mail_gateway.incoming import Envelope, Letter, Reading, contents, noted_recipient, read

Made = Callable[..., Letter]
ALTERNATIVE = 'Content-Type: multipart/alternative; boundary="b"'


def alternative(plain: str, html: str) -> str:
    bodies = (("plain", plain), ("html", html))
    return (
        "".join(f"--b\nContent-Type: text/{kind}; charset=utf-8\n\n{body}\n" for kind, body in bodies)
        + "--b--"
    )


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("Auto-Submitted: auto-replied", "auto_submitted"),
        ("Auto-Submitted: Auto-Generated; owner-email=x@y.example", "auto_submitted"),
        ("Precedence: Bulk", "precedence"),
        ("X-Auto-Response-Suppress: DR, OOF", "suppress"),
        ("X-Autoreply: yes", "auto_reply"),
        ("X-Loop: x", "loop"),
        ("List-Id: <x.y.example>", "list"),
        ("Return-Path: <>", "null_sender"),
        ("From: No-Reply <no-reply@durand.example>", "robot_sender"),
        ("From: bounces+7@durand.example", "robot_sender"),
        ("From: x@espace.us.example", "own_address"),
        ("Subject: Automatic reply: Votre code", "out_of_office"),
        ("Subject: Re: Absence du bureau", "out_of_office"),
        ("Subject: =?utf-8?q?R=C3=A9ponse_automatique?=", "out_of_office"),
        ("Content-Type: text/calendar; method=REPLY", "report"),
    ],
)
def test_a_machine_is_never_answered(letter: Made, header: str, reason: str) -> None:
    read_one = letter("SOLDE", header)
    assert (read_one.verdict, read_one.reason, read_one.automatic) == ("ignore", reason, True)


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: no",
        "Auto-Submitted: no (a person)",
        "Precedence: first-class",
        "X-Auto-Response-Suppress: none",
        "Return-Path: <claire@durand.example>",
        "Subject: Votre absence hier",
        "From: noreplica@durand.example",
    ],
)
def test_a_person_is(letter: Made, header: str) -> None:
    assert letter("SOLDE", header).verdict == "accept"


def test_the_null_sender_of_the_envelope_is_a_machine(letter: Made) -> None:
    assert letter("SOLDE", mail_from="").reason == "null_sender"
    assert letter("SOLDE", mail_from="claire@durand.example").verdict == "accept"


@pytest.mark.parametrize(
    ("label", "data", "text"),
    [
        ("utf-8", "réglée".encode(), "réglée"),
        ("us-ascii", "réglée".encode(), "réglée"),
        ("iso-8859-1", b"10 \x80", "10 €"),
        ("utf-8", b"r\xe9gl\xe9e", "réglée"),
        ("no-such-charset", "réglée".encode(), "réglée"),
        ("unicode_escape", rb"a\x41", r"a\x41"),
        ("rot13", b"SOLDE", "SOLDE"),
        ("idna", b"xn--a", "xn--a"),
        ("gb2312", "中文".encode("gb18030"), "中文"),
        ("iso-2022-jp", "日本".encode("iso2022_jp"), "日本"),
        ("utf-8", b"a\x01\x1b[31mb", "a[31mb"),
        ("utf-16", "réglée".encode("utf-16"), "réglée"),
    ],
)
def test_bytes_become_text_whatever_their_label(letter: Made, label: str, data: bytes, text: str) -> None:
    import base64

    body = base64.encodebytes(data).replace(b"\n", b"\r\n")
    headers = (f"Content-Type: text/plain; charset={label}", "Content-Transfer-Encoding: base64")
    assert letter(body, *headers).text == text


@pytest.mark.parametrize("label", ["utf-7", "UTF7", "unicode-1-1-utf-7", '"utf-7"', "csUTF7"])
def test_utf_7_is_refused_under_each_of_its_names(letter: Made, label: str) -> None:
    assert letter("+AEo-E SIGNE", f"Content-Type: text/plain; charset={label}").reason == "utf7"


def test_bad_base64_is_read_as_far_as_it_goes(letter: Made) -> None:
    assert letter("U09MREU=!!", "Content-Transfer-Encoding: base64").text in ("SOLDE", "U09MREU=!!")


def test_flowed_lines_are_joined_and_quotes_kept_apart(letter: Made) -> None:
    kind = "Content-Type: text/plain; format=flowed"
    assert letter("Oui, envoyez \nla facture.\n> une question \n> longue\n-- \nClaire", kind).text == (
        "Oui, envoyez la facture."
    )
    assert letter(" From hier \nà demain", kind).text == "From hier à demain"


@pytest.mark.parametrize(
    ("plain", "html", "unsafe"),
    [
        ("Valider", "<p>Valider</p>", False),
        ("Bonjour,\n\nValider", "<div>Bonjour,</div><div><br></div><div><b>Valider</b></div>", False),
        ("Valider", "<p>Valider pas du tout</p>", True),
        ("Valider", "<p>Je refuse</p>", True),
        ("Valider", "<p style='display:none'>Valider</p>", True),
        ("Valider", "<style>.x{display:none}</style><p class='x'>Valider</p>", True),
        ("Valider", "", False),
        ("", "<p>Valider</p>", False),
        ("", "<p>Valider</p><p style='font-size:0px'>non</p>", True),
        ("*Valider*", "<b>Valider</b>", False),
        ("voir <https://x.example/a>\nmerci", '<a href="https://x.example/a">voir</a><br>merci', False),
        (
            "Bonjour Madame, je voudrais recevoir la facture du mois de\nnovembre.",
            "<p>Bonjour Madame, je voudrais recevoir la facture du mois de novembre.</p>",
            False,
        ),
        ("Valider", "<style>.quoted{display:none}</style><p>Valider</p>", False),
        (
            "Valider\n\n> q",
            "<p>Valider</p><blockquote type='cite'><div style='display:none'>x</div>q</blockquote>",
            False,
        ),
    ],
)
def test_the_two_bodies_must_agree(letter: Made, plain: str, html: str, unsafe: bool) -> None:
    read_one = letter(alternative(plain, html), ALTERNATIVE)
    assert read_one.verdict == "accept"
    assert read_one.unsafe is unsafe


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Bonjour</p><p>FACTURES</p>", "Bonjour\n\nFACTURES"),
        ("SOL<span>DE</span>", "SOLDE"),
        (
            "<p>Oui</p><div class='gmail_quote'><div class='gmail_attr'>Le 24 X a écrit :</div>"
            "<blockquote class='gmail_quote'>q</blockquote></div>",
            "Oui",
        ),
        ("<div class='gmail_quote'>Mon texte à moi</div>", "Mon texte à moi"),
        (
            "<p>Oui</p><div class='protonmail_quote'>Le mardi X a écrit :<blockquote>q</blockquote></div>",
            "Oui",
        ),
        ("<p>Oui</p><div class='ydp1 yahoo_quoted'>Le mardi, X a écrit :<div>q</div></div>", "Oui"),
        (
            "<p>Oui</p><div id='appendonsend'></div><hr><div id='divRplyFwdMsg'><b>De :</b> X</div><div>q</div>",
            "Oui",
        ),
        (
            "<p>Oui</p><div><div class='x_preheader' style='display:none'>Votre solde</div><p>Votre solde</p></div>",
            "Oui",
        ),
        ("<div class='preheader'>Bonjour</div><p>Oui</p>", "Bonjour\n\nOui"),
        ("Oui<div><div id='divRplyFwdMsg'>De : X</div>q</div>q<div>q</div>q", "Oui"),
        ("Oui<br>Le 24/11/2026 à 09:12, A &lt;a@b.fr&gt; a écrit :<table><tr><td>q</td></tr></table>", "Oui"),
        ("<div><p>Oui</p></div><div><div id='divRplyFwdMsg'>De : X</div></div><div>q</div>", "Oui"),
        ("<p>Oui</p><blockquote type='cite'>q</blockquote>", "Oui"),
        (
            "<p>Oui</p><div class='moz-cite-prefix'>Le 24/11/2026, X a écrit :</div>"
            "<blockquote type='cite'>q</blockquote>",
            "Oui",
        ),
        ("<p style='border-top:solid red 1px'>Ma belle ligne</p><p>Oui</p>", "Ma belle ligne\n\nOui"),
        ("<?xml version='1.0' encoding='utf-16'?><p>Oui</p>", "Oui"),
        ("Oui<div class='gmail_signature'>Claire</div>", "Oui"),
        ("<script>SOLDE</script><!-- SOLDE --><title>SOLDE</title>", ""),
        ("&lt;b&gt;5 &lt; 6", "<b>5 < 6"),
        ("<div style='border-width:0;line-height:0;opacity:0.5;font-size:0.8em'>Oui</div>", "Oui"),
        ("<p style='text-indent:-18.0pt;height:0.5em'>Oui</p>", "Oui"),
        ("<p style='color:red;DISPLAY : none !important'>Non</p>Oui", "Oui"),
        ("<p style='max-height:0;overflow:hidden'>Non</p>Oui", "Oui"),
        ("<p style='font-size:0px'>Non</p><p hidden>Non</p>Oui", "Oui"),
        ("<p>Oui</p><hr id='zwchr'><div><b>De: </b>X</div><div>q</div>", "Oui"),
        ("<p>Oui<br>merci</p><ul><li>un<li>deux</ul>", "Oui\nmerci\n\n  * un\n  * deux"),
    ],
)
def test_html_alone_is_read_as_people_see_it(letter: Made, html: str, text: str) -> None:
    assert letter(html, "Content-Type: text/html; charset=utf-8").text == text


def test_no_text_is_longer_than_what_is_read(letter: Made) -> None:
    part = "Content-Type: text/plain\n\n" + "x" * 200_000
    read_one = letter(mixed(*[part] * 20), MIXED)
    assert 200_000 < len(read_one.full_text) <= 256 * 1024
    assert len(read_one.text) <= 256 * 1024


def test_answers_between_quotes_in_html(letter: Made) -> None:
    html = "<blockquote type=cite>Un ?</blockquote><p>Oui</p><blockquote type=cite>Deux ?</blockquote><p>Valider</p>"
    read_one = letter(html, "Content-Type: text/html")
    assert read_one.unsafe
    assert "> Deux ?" in read_one.text


def mixed(*parts: str) -> str:
    return "".join(f"--b\n{part}\n" for part in parts) + "--b--"


MIXED = 'Content-Type: multipart/mixed; boundary="b"'


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('filename="devis.pdf"', "devis.pdf"),
        ('filename="C:\\\\Users\\\\x\\\\CON.pdf"', "_CON.pdf"),
        ("filename*=UTF-8''d%C3%A9cembre%2Fnu%00l.pdf", "nul.pdf"),
        ('filename="=?utf-8?b?ZMOpYy5wZGY=?="', "déc.pdf"),
        ('filename="../../"', "piece-1.pdf"),
        ('filename="..."', "piece-1.pdf"),
        ("", "piece-1.pdf"),
        ('filename="a\u202efdp.exe"', "afdp.exe"),
        ('filename="' + "é" * 300 + '.pdf"', "é" * 96 + ".pdf"),
        ("filename*0=de; filename*1=vis.pdf", "devis.pdf"),
        ("filename*=bad'charset", None),
    ],
)
def test_names_of_attachments(letter: Made, disposition: str, name: str | None) -> None:
    part = f"Content-Type: application/pdf\nContent-Disposition: attachment; {disposition}\n\n%PDF"
    (attachment,) = letter(mixed("Content-Type: text/plain\n\nVoici", part), MIXED).attachments
    assert (attachment.size, attachment.media_type) == (4, "application/pdf")
    if name is not None:
        assert attachment.name.replace("_NUL", "nul") == name or attachment.name == f"_{name}"
    assert not {"/", "\\", "\0"} & set(attachment.name)


def test_at_most_twenty_attachments_and_the_rest_is_told(letter: Made) -> None:
    part = "Content-Type: application/pdf\n\n%PDF"
    read_one = letter(mixed("Content-Type: text/plain\n\nVoici", *[part] * 25), MIXED)
    assert (len(read_one.attachments), read_one.left_out, read_one.text) == (20, 5, "Voici")
    assert letter(mixed(*[part] * 250), MIXED).reason == "too_many_parts"


def test_pictures_of_the_page_and_signatures_are_no_attachments(letter: Made) -> None:
    logo = "Content-Type: image/png\nContent-ID: <logo>\n\nx"
    text = "Content-Type: text/html\n\n<p>Oui<img src='cid:logo'></p>"
    assert letter(mixed(text, logo), 'Content-Type: multipart/related; boundary="b"').attachments == ()
    signature = "Content-Type: application/pkcs7-signature; name=smime.p7s\n\nx"
    signed = letter(
        mixed("Content-Type: text/plain\n\nOui", signature), 'Content-Type: multipart/signed; boundary="b"'
    )
    assert (signed.text, signed.attachments) == ("Oui", ())
    assert letter(mixed(text, "Content-Type: application/ms-tnef\n\nx"), MIXED).attachments == ()


def test_an_attached_mail_is_one_attachment_and_gives_no_text(letter: Made) -> None:
    inner = "Content-Type: message/rfc822\n\nFrom: x@y.example\nSubject: s\n\nValider"
    read_one = letter(mixed("Content-Type: text/plain\n\nVoir", inner), MIXED)
    assert read_one.text == "Voir"
    assert [item.name for item in read_one.attachments] == ["piece-1.eml"]


def test_an_encrypted_mail_says_so(letter: Made) -> None:
    read_one = letter("x", "Content-Type: application/pkcs7-mime; smime-type=enveloped-data")
    assert (read_one.verdict, read_one.reason, read_one.text) == ("accept", "sealed", "")


def test_authentication_inside_an_attached_mail_is_nothing(letter: Made) -> None:
    results = "Authentication-Results: mx.us.example; dmarc=pass header.from=durand.example"
    inner = f"Content-Type: message/rfc822\n\n{results}\nFrom: claire@durand.example\n\nx"
    assert letter(mixed("Content-Type: text/plain\n\nVoir", inner), MIXED).level == "unverified"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("Re: Votre solde", "Votre solde"),
        ("RE: TR : Fwd: Votre solde", "Votre solde"),
        ("Re:sujet", "sujet"),
        ("AW: WG: Rechnung", "Rechnung"),
        ("Rép : Réf: x", "x"),
        ("Re[2]: x", "x"),
        ("Renseignement : x", "Renseignement : x"),
        ("=?utf-8?q?R=C3=A9:_?= =?utf-8?q?d=C3=A9j=C3=A0?=", "Ré: déjà"),
        ("=?utf-8?b?!!!?= x", "x"),
        ("a\x1b[31m\u202eb", "a[31mb"),
        ("x" * 400, "x" * 300),
    ],
)
def test_subjects(letter: Made, value: str, told: str) -> None:
    assert letter("SOLDE", f"Subject: {value}").subject == told


def test_references_are_bounded_root_first(letter: Made) -> None:
    ids = [f"<{nth}@x.example>" for nth in range(300)]
    read_one = letter("SOLDE", "References: " + "\r\n ".join(ids))
    assert read_one.references == (ids[0], *ids[-9:])


def test_dates_are_shown_never_trusted(letter: Made) -> None:
    assert letter("x", "Date: hier").date is None
    told = letter("x", "Date: Tue, 24 Nov 2036 09:00:00 +0100").date
    assert told is not None
    assert told.isoformat() == "2036-11-24T08:00:00+00:00"


def test_recipients_that_relays_noted(letter: Made) -> None:
    read_one = letter("x", "X-Original-To: <atelier+abc@us.example>", "Delivered-To: box@us.example")
    assert read_one.delivered_to == ("atelier+abc@us.example", "box@us.example")
    many = letter(
        "x",
        "To: " + ", ".join(f'"A, {nth}" <a{nth}@us.example>' for nth in range(50)),
        "Cc: (x) b@us.example",
    )
    assert many.delivered_to == tuple(f"a{nth}@us.example" for nth in range(10))


def test_the_recipient_of_a_mail_without_envelope_is_the_one_with_a_mark(letter: Made) -> None:
    marks = Marks(b"k" * 32, "us.example")
    reply = marks.reply_address("atelier", 7, datetime(2026, 12, 1, tzinfo=UTC))
    read_one = letter("x", "Delivered-To: box@else.example", f"To: A <atelier@us.example>, {reply}")
    found = noted_recipient(read_one, marks)
    assert found is not None
    assert found.mark is not None
    assert (found.slug, found.mark.outgoing) == ("atelier", 7)
    assert noted_recipient(letter("x", "To: box@else.example"), marks) is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Bonjour,\n\nValider", "Valider"),
        ("Bonjour Madame,\nValider", "Valider"),
        ("Hello\nConfirm", "Confirm"),
        ("Valider", "Valider"),
        ("Bonjour", "Bonjour"),
        ("Bonjour, je voudrais mon solde : merci\nValider", "Bonjour, je voudrais mon solde : merci"),
        ("", ""),
    ],
)
def test_commands_stand_on_the_first_line_a_greeting_apart(text: str, line: str) -> None:
    assert first_line(text) == line


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "no_from"),
        (b"\r\n\r\n", "no_from"),
        (b"From: a@b.example\nTo: x\r\n\r\n", "bare_lf"),
        (b"From: a@b.example\r\n\r\na\rb", "bare_cr"),
        (b"From: a@b.example\r\n\r\na\0b", "nul"),
        (b"From: a@b.example\r\n\r\n" + b"x" * (10 * 1024 * 1024), "too_large"),
    ],
)
def test_what_is_refused_before_parsing(raw: bytes, reason: str) -> None:
    letter = read(raw, Envelope(), Reading())
    assert (letter.verdict, letter.reason, letter.level) == ("reject", reason, "failed")


def test_no_body_is_nothing_new() -> None:
    letter = read(b"From: a@b.example\r\n", Envelope(), Reading())
    assert (letter.verdict, letter.text, letter.message_id) == ("accept", "", None)
    assert contents(b"From: a@b.example\r\n") == ()
