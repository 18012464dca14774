"""A quote signed through the running service: the sealed PDF and the proof reach the client and the company, once."""

from __future__ import annotations

import hashlib
import io
import json
from typing import Any

from papers.paper_data import no_file
from papers.proof_data import FRENCH
from papers.test_seal_verdict import page_replaced
from pypdf import PdfReader

from bot.paper import keys
from bot.paper.printing import printed
from bot.paper.verify import verdict
from handlers.core import proof_file
from service.outside import Outside
from service.process import DOMAIN
from service.records import CAMILLE, CONTACT
from service.signed import NUMBER, QUOTE, files, sign, titled


async def test_the_signed_quote_and_its_proof_reach_both(signing: Outside) -> None:
    await sign(signing)
    [to_client] = titled(signing, CAMILLE, f"Devis {NUMBER} signé")
    [to_company] = titled(signing, CONTACT, f"Boulangerie Dupain a signé le devis {NUMBER}")
    assert files(to_client) == files(to_company)
    signed, proof = (files(to_client)[name] for name in (f"Devis_{NUMBER}_signe.pdf", f"Preuve_{NUMBER}.pdf"))
    assert signed.startswith(QUOTE)
    assert verdict(signed, keys.roots(signing.folder / "keys")).what == "intact"
    assert verdict(proof, keys.roots(signing.folder / "keys")).what == "intact"
    for file in (signed, proof):
        page = PdfReader(io.BytesIO(file)).pages[-1].extract_text()
        assert f"atelier@{DOMAIN}" in page  # where the service reads, not the company's own mailbox
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
            (page_replaced(signed), 1),
            (proof[:-200] + bytes([proof[-200] ^ 1]) + proof[-199:], 1),
            (proof + b"\n", 1),
            (printed(proof_file.recipe(FRENCH), no_file), 1),  # of a quote unknown here
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
