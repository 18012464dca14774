"""Which level a seal reaches, as the doctor says it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from papers.authority_chain import Chain, chained
from papers.conftest import NOW

from bot.doctor.patient import Patient
from bot.doctor.timestamp import judged, timestamp
from bot.settings import Settings


@pytest.mark.skipif(not shutil.which("openssl"), reason="the authority of this test is OpenSSL's")
def test_the_doctor_says_which_level_a_seal_reaches(tmp_path: Path) -> None:
    with chained(tmp_path, Chain("list")) as url:
        settings = Settings(_env_file=None, env="test", seal_keys=tmp_path / "keys", tsa_url=url)
        (told,) = timestamp(Patient(settings, NOW))
    assert told.state == "good"
    assert "Seals reach B-LT: they hold the token of Time Unit" in told.said
    assert not (tmp_path / "keys").exists(), "keys are made by the first signature"


@pytest.mark.parametrize(
    ("reached", "lasts", "state", "words"),
    [
        ("B-T", True, "note", "no certificate of Unit was revoked could not be learnt"),
        ("B-T", False, "note", "crl.pem"),
        ("B-B", True, "wrong", "with the time of the server"),
    ],
)
def test_a_lower_level_says_why(reached: str, lasts: bool, state: str, words: str) -> None:
    told = judged(reached, "Unit", lasts)
    assert told.state == state
    assert words in told.said
    assert told.do
