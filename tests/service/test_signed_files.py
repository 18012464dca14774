"""A quote signed through the running service: the sealed PDF and the proof reach the client and the company, once."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import typst
from pypdf import PdfReader

from bot.demo.letters import Letter
from bot.paper import keys
from bot.paper.verify import verdict
from service.outside import Outside
from service.records import CAMILLE, CONTACT, atelier

NUMBER = "D-2026-0044"
QUOTE = typst.compile(f"#set document(date: none)\n= Devis {NUMBER}\nVerrière, 4 800,00 €".encode())


@pytest.fixture
async def signing(tmp_path: Path) -> AsyncIterator[Outside]:
    (tmp_path / "quote.pdf").write_bytes(QUOTE)
    data = atelier()
    for document in data["documents"]:
        if document["number"] == NUMBER:
            document["file"] = "quote.pdf"
    made = Outside(tmp_path)
    await made.start(data)
    yield made
    await made.end()


async def sign(outside: Outside) -> Letter:
    """By e-mail, to the last answer."""
    boxes = await outside.open_mail(CAMILLE, f"SIGNER {NUMBER}")
    [ticked] = await outside.mail(CAMILLE, "1 2 3", answers=boxes)
    [code] = await outside.mail(CAMILLE, "VALIDER", answers=ticked)
    await outside.mail(CAMILLE, outside.code(CAMILLE), answers=code)
    await outside.sealed()
    return next(letter for letter in outside.box(CAMILLE) if "signé le" in letter.text)


def files(letter: Letter) -> dict[str, bytes]:
    return {one.name: one.data for one in letter.attachments}


def titled(outside: Outside, address: str, subject: str) -> list[Letter]:
    return [letter for letter in outside.box(address) if letter.subject == subject]


async def test_the_signed_quote_and_its_proof_reach_both(signing: Outside) -> None:
    await sign(signing)
    [to_client] = titled(signing, CAMILLE, f"Devis {NUMBER} signé")
    [to_company] = titled(signing, CONTACT, f"Boulangerie Dupain a signé le devis {NUMBER}")
    assert files(to_client) == files(to_company)
    signed, proof = (files(to_client)[name] for name in (f"Devis_{NUMBER}_signe.pdf", f"Preuve_{NUMBER}.pdf"))
    assert signed.startswith(QUOTE)
    assert verdict(signed, keys.roots(signing.folder / "keys")).what == "intact"
    data = attached(proof)
    assert data["document"]["presented_sha256"] == hashlib.sha256(QUOTE).hexdigest()
    assert data["document"]["signed_sha256"] == hashlib.sha256(signed).hexdigest()
    assert data["signature_id"] in to_client.text
    assert data["signature_id"].encode() in signed
    assert data["chain"]["hash"] in to_client.text
    assert data["conversation"]["level"] == "verified"


async def test_the_proof_comes_again_and_the_quote_is_accepted(signing: Outside) -> None:
    done = await sign(signing)
    [proof] = await signing.mail(CAMILLE, f"PREUVE {NUMBER}", answers=done)
    assert f"Preuve_{NUMBER}.pdf" in files(proof)
    [again] = await signing.mail(CAMILLE, f"SIGNER {NUMBER}", answers=done)
    assert "est déjà signé" in again.text
    shown = json.loads(await signing.run("client", "show", "C0042", "--company", "atelier", "--json"))
    [decision] = shown["decisions"]
    assert (decision["quote"], decision["decision"]) == (NUMBER, "accepted")
    told = await signing.run("proof", "show", decision["signature_id"], "--json")
    assert json.loads(told) == attached(files(proof)[f"Preuve_{NUMBER}.pdf"])


async def test_the_keys_are_in_the_log(signing: Outside) -> None:
    await sign(signing)
    await signing.run("keys", "rotate")
    told = (await signing.run("export", "audit", "--company", "atelier")).splitlines()
    kinds = [entry["action"] for entry in map(json.loads, told) if entry["action"].startswith("key.")]
    assert kinds == ["key.made", "key.made", "key.retired", "key.made"]  # root and leaf; then the leaf anew
    assert (await signing.run("ledger", "check")).strip()


async def test_one_changed_byte_is_altered_and_any_other_file_unknown(signing: Outside) -> None:
    await sign(signing)
    [letter] = titled(signing, CAMILLE, f"Devis {NUMBER} signé")
    signed, proof = (files(letter)[name] for name in (f"Devis_{NUMBER}_signe.pdf", f"Preuve_{NUMBER}.pdf"))
    flipped = bytearray(signed)
    flipped[len(QUOTE) // 2] ^= 1
    for nth, (content, code) in enumerate(
        [
            (signed, 0),
            (bytes(flipped), 1),
            (signed + b"\n", 1),
            (QUOTE, 2),
            (b"%PDF-1.7 other", 2),
            (proof, 0),
        ]
    ):
        path = signing.folder / f"{nth}.pdf"
        path.write_bytes(content)
        assert signing.service.run("proof", "verify", str(path)).returncode == code, nth


def attached(proof: bytes) -> dict[str, Any]:
    (content,) = PdfReader(io.BytesIO(proof)).attachments["proof.json"]
    return dict(json.loads(content))
