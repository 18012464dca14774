"""The tour plays on the real service, and the README shows what it prints (`--write-talks` writes it there)."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"
VARIES = (  # what is drawn at random or depends on the second, and what is shown in its place
    (r"\b\d{6}\b(?=\s)", "482913"),
    (r"FCT-20261124-\w{12}", "FCT-20261124-7Q2M4KX9ABCD"),
    (r"n°\s\d+, empreinte\s[0-9a-f]{64}", "n° 14, empreinte 66806c6b1aa1…"),
    (r"(?<=_signe\.pdf \()\d\d(?=\sko)", "84"),
    (r"(?<=Preuve_D-2026-0044\.pdf \()\d\d(?=\sko)", "81"),
    (r"(?<=-24\.pdf \()\d\d(?=\sko)", "42"),
    (r"(?<= à )14h0[0-4]", "14h00"),
    (r"http://127\.0\.0\.1:\d+/pay/\S+", "https://portail.example/pay/WzEsMSw2LFsxM10s…"),
    (r"(?<=jusqu'à )14h0[5-9]", "14h05"),
)


def tour(folder: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("FACTEUR_")}
    return subprocess.run(
        [sys.executable, "-m", "bot", "demo", "--tour", *flags],
        cwd=folder,
        env=env | {"PYTHONPATH": str(README.parent)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_the_readme_shows_the_tour(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    played = tour(tmp_path)
    assert played.returncode == 0, played.stderr
    printed = played.stdout.strip() + "\n"
    for varies, shown_as in VARIES:
        printed = re.sub(varies, shown_as, printed)
    printed = printed.strip()
    written = README.read_text("utf-8")
    shown = written.split("<!-- tour -->\n```text\n")[1].split("\n```\n<!-- /tour -->")[0]
    if request.config.getoption("--write-talks"):
        README.write_text(written.replace(shown, printed), "utf-8")
        return
    assert printed == shown
    assert list(tmp_path.iterdir()) == [], "it writes only below a temporary folder"


@pytest.mark.soak  # a second run of the whole service: its talks in English are played in process too
def test_the_tour_in_english(tmp_path: Path) -> None:
    played = tour(tmp_path, "--lang", "en")
    assert played.returncode == 0, played.stderr
    assert "Balance on 24 November 2026" in played.stdout
    assert "Your message has been passed on to Atelier Exemple." in played.stdout
    assert re.search(r"\+ Statement\S*\.pdf", played.stdout), "the statement of account"
    assert "+ Calendar.ics" in played.stdout
    paid = "Payment received: €750.00 for invoice F-2026-0112"
    assert played.stdout.count(paid) == 2, "on the page, and by mail"
    assert "< Telegram: Payment received: €480.00 for invoice F-2026-0121" in played.stdout
    signed, proof = "+ Quote_D-2026-0045_signed.pdf", "+ Proof_D-2026-0045.pdf"
    assert "> client-b@courriel.example: 1 2 3\n\n" in played.stdout, "the boxes, by e-mail"
    assert played.stdout.count(f"{signed}\n    {proof}") == 2, "in both mailboxes"
    assert "_signed.pdf: Intact." in played.stdout
    assert "Altered_copy.pdf: Altered." in played.stdout
    assert "Account Client B, read only." in played.stdout
    assert "the team cannot sign, decline or pay for a client" in played.stdout
    assert "Bonjour" not in played.stdout.split("# What the company receives")[0]


def test_another_language_is_wrong_use(tmp_path: Path) -> None:
    assert tour(tmp_path, "--lang", "de").returncode == 2
