"""Our own mails come back quoted, as programs quote them: what is new is found, and only that."""

from __future__ import annotations

from pathlib import Path

import pytest

from mail_gateway.html_text import shown
from mail_gateway.quoting import new_text

SENT = Path(__file__).parent.parent / "mail_out" / "golden"
TEXTS = sorted(path.name for path in SENT.glob("*.txt"))
PAGES = sorted(path.name for path in SENT.glob("*.html"))
WROTE = "Le mar. 24 nov. 2026 à 09:12, Atelier Exemple <atelier-exemple@portail.example> a écrit :"
BLOCK = "<b>De :</b> A &lt;a@b.fr&gt;<br><b>Envoyé :</b> mardi<br><b>À :</b> C<br><b>Objet :</b> S"


def body(name: str) -> str:
    return (SENT / name).read_text("utf-8").partition("\n\n")[2]


def quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def test_there_are_mails_to_quote() -> None:
    assert len(TEXTS) >= 5
    assert len(PAGES) >= 5


@pytest.mark.parametrize("name", TEXTS)
def test_above_below_and_under_a_header_block(name: str) -> None:
    sent = body(name)
    for reply in (
        f"SOLDE\n\n{WROTE}\n\n{quoted(sent)}",
        f"SOLDE\n\n{WROTE}\n\n{sent}",
        f"{WROTE}\n{quoted(sent)}\n\nSOLDE",
        f"SOLDE\n\nDe : A <a@b.fr>\nEnvoyé : mardi\nÀ : C\nObjet : S\n\n{sent}",
    ):
        new = new_text(reply)
        assert (new.text, new.between) == ("SOLDE", False)


@pytest.mark.parametrize("name", TEXTS)
def test_without_any_mark_our_own_lines_are_known(name: str) -> None:
    sent = body(name)
    assert new_text(f"SOLDE\n\n{sent}", sent.splitlines()).text == "SOLDE"


@pytest.mark.parametrize("name", PAGES)
def test_pages(name: str) -> None:
    page = (SENT / name).read_text("utf-8")
    for reply in (
        f"<div>SOLDE</div><div class='gmail_quote'><div class='gmail_attr'>{WROTE}</div>"
        f"<blockquote class='gmail_quote'>{page}</blockquote></div>",
        f"<p>SOLDE</p><div><div style='border:none;border-top:solid #E1E1E1 1.0pt'><p>{BLOCK}</p></div></div>{page}",
        f"<p>SOLDE</p>{page}",
    ):
        seen = shown(reply)
        new = new_text(seen.text)
        assert (new.text, new.between, seen.hidden) == ("SOLDE", False, False)
