"""The two bodies of a mail: charsets, flowed lines, HTML as people see it, and whether they agree."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mail_gateway.bodies import first_line
from mail_gateway.incoming import Letter

Made = Callable[..., Letter]
ALTERNATIVE = 'Content-Type: multipart/alternative; boundary="b"'


def alternative(plain: str, html: str) -> str:
    bodies = (("plain", plain), ("html", html))
    return (
        "".join(f"--b\nContent-Type: text/{kind}; charset=utf-8\n\n{body}\n" for kind, body in bodies)
        + "--b--"
    )


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


def test_answers_between_quotes_in_html(letter: Made) -> None:
    html = "<blockquote type=cite>Un ?</blockquote><p>Oui</p><blockquote type=cite>Deux ?</blockquote><p>Valider</p>"
    read_one = letter(html, "Content-Type: text/html")
    assert read_one.unsafe
    assert "> Deux ?" in read_one.text


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
