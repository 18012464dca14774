"""The tour plays on the real service, and the README shows what it prints."""

import os
import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"
CODE = re.compile(r"\b\d{6}\b")


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


def test_the_readme_shows_the_tour(tmp_path: Path) -> None:
    played = tour(tmp_path)
    assert played.returncode == 0, played.stderr
    shown = README.read_text("utf-8").split("<!-- tour -->\n```text\n")[1].split("\n```\n<!-- /tour -->")[0]
    assert CODE.sub("482913", played.stdout.strip()) == shown
    assert list(tmp_path.iterdir()) == [], "it writes only below a temporary folder"


def test_the_tour_in_english(tmp_path: Path) -> None:
    played = tour(tmp_path, "--lang", "en")
    assert played.returncode == 0, played.stderr
    assert "Balance on 24 November 2026" in played.stdout
    assert "Your message has been passed on to Atelier Exemple." in played.stdout
    assert "Bonjour" not in played.stdout.split("# What the company receives")[0]


def test_another_language_is_wrong_use(tmp_path: Path) -> None:
    assert tour(tmp_path, "--lang", "de").returncode == 2
