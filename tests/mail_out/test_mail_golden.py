"""Every kind of mail, as it leaves. FACTEUR_WRITE_GOLDEN=1 writes them anew: the difference is the review."""

from __future__ import annotations

import email
import email.policy
import os
from pathlib import Path

import pytest
from mail_samples import NOW, OUT, SAMPLES, parts, read

from mail_gateway.outgoing import as_mail

GOLDEN = Path(__file__).parent / "golden"


def shown(raw: bytes) -> tuple[str, str]:
    """Headers and plain text as one file, the HTML as another."""
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    heads = [f"{name}: {' '.join(str(value).split())}" for name, value in mail.items()]
    files = [f"[{part['Content-Type']}: {part.get_filename()}]" for part in mail.iter_attachments()]
    plain, html = parts(raw)
    return "\n".join([*heads, *files, "", plain]), html


@pytest.mark.parametrize("name", SAMPLES)
def test_mail_is_the_golden_one(name: str) -> None:
    text, html = shown(as_mail(SAMPLES[name], OUT, read, NOW).raw)
    if os.environ.get("FACTEUR_WRITE_GOLDEN"):
        GOLDEN.mkdir(exist_ok=True)
        (GOLDEN / f"{name}.txt").write_text(text, "utf-8")
        (GOLDEN / f"{name}.html").write_text(html, "utf-8")
    assert text == (GOLDEN / f"{name}.txt").read_text("utf-8")
    assert html == (GOLDEN / f"{name}.html").read_text("utf-8")


def test_every_golden_mail_has_its_sample() -> None:
    assert {path.stem for path in GOLDEN.glob("*.html")} | {
        path.stem for path in GOLDEN.glob("*.txt")
    } == set(SAMPLES)
