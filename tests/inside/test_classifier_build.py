"""The classifier on disk: the same from the same phrases, a company's own phrases learnt or refused, built again when
damaged, and nothing heavy left in the process that asked for it. Built really, by the child process."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.understanding import examples
from bot.understanding.examples import FEWEST, faults
from bot.understanding.messages import Message, answer
from bot.understanding.store import NotBuilt, fingerprint, load, ready
from handlers.core.classifier import Model

ROOT = Path(__file__).parents[2]
LEARNT = ["la tirelire du dahu", "ou en est la tirelire du dahu", "le dahu et sa tirelire", "que dit le dahu"]
ASKED = "et la tirelire de notre dahu"
ALONE = """
import sys
from pathlib import Path
from bot.understanding.messages import Message, answer
from bot.understanding.store import load
folder = Path(sys.argv[1])
load(folder / "understanding", folder / "phrases")
print(sorted({"numpy", "scipy", "sklearn"} & set(sys.modules)))
"""


def write(folder: Path, name: str, said: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"[ask]\nphrases = {json.dumps(said)}\n", "utf-8")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with phrases of a company for its balance."""
    folder = tmp_path_factory.mktemp("data")
    write(folder / "phrases", "balance.fr.toml", LEARNT)
    return folder


@pytest.fixture(scope="module")
def built(data: Path) -> Model:
    return load(data / "understanding", data / "phrases")


def stored(data: Path) -> Path:
    return data / "understanding" / f"classifier-{fingerprint(data / 'phrases')}.bin"


def decided(model: Model) -> tuple[str, str]:
    heard = answer(Message(ASKED), date(2026, 11, 24), model)
    return heard["decision"], next((one["intent"] for one in heard["requests"]), "")


def test_a_company_phrase_is_learnt(built: Model) -> None:
    before = load(ROOT / ".cache" / "understanding")
    assert decided(before) != ("act", "balance")
    assert decided(built) == ("act", "balance")
    assert built("je veux payer la facture F-12")[0][0] == before("je veux payer la facture F-12")[0][0]


def test_a_damaged_one_is_not_used(built: Model, data: Path) -> None:
    path = stored(data)
    whole = path.read_bytes()
    assert ready(data / "understanding", data / "phrases") is not None
    path.write_bytes(whole[: len(whole) // 2])
    assert ready(data / "understanding", data / "phrases") is None
    path.write_bytes(whole)


@pytest.mark.soak  # one more build, of 10 s
def test_a_damaged_one_is_built_again_to_the_same_bytes_without_heavy_parts_here(
    built: Model, data: Path
) -> None:
    path = stored(data)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert ready(data / "understanding", data / "phrases") is None
    said = subprocess.run(
        [sys.executable, "-c", ALONE, str(data)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "[]"
    assert path.read_bytes() == whole
    assert [one.name for one in path.parent.glob("*.bin*")] == [path.name], "nothing unfinished stays"


@pytest.mark.parametrize("at", [0, 10, -1])
def test_one_changed_byte_is_noticed(built: Model, at: int) -> None:
    held = bytearray(built.to_bytes())
    held[at] ^= 1
    with pytest.raises(ValueError):
        Model.from_bytes(bytes(held))


def test_other_phrases_are_another_classifier(tmp_path: Path) -> None:
    names = {fingerprint()}
    for said in (["l'ardoise"], ["l'ardoise "], ["mon ardoise"]):
        write(tmp_path, "balance.fr.toml", said)
        names.add(fingerprint(tmp_path))
    assert len(names) == 4


# --- what is refused


def test_the_phrases_of_the_project_are_right() -> None:
    assert faults() == []


def test_a_phrase_of_another_intent_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = next(one for one in examples.collect() if one.intent == "pay")
    write(tmp_path / "phrases", "balance.fr.toml", [known.text.upper()])
    (fault,) = faults(tmp_path / "phrases")
    assert known.text.upper() in fault
    assert known.place in fault
    assert str(tmp_path / "phrases" / "balance.fr.toml") in fault
    monkeypatch.setenv("FACTEUR_DATABASE_URL", f"sqlite:///{tmp_path}/facteur.db")
    said = CliRunner().invoke(app, ["understand", "--check"])
    assert said.exit_code != 0
    assert fault in said.output


@pytest.mark.parametrize(
    ("name", "held", "reason"),
    [
        ("invoices.fr.toml", '[ask]\nphrases = ["x"]', "no such intent"),
        ("balance.de.toml", '[ask]\nphrases = ["x"]', "<intent>.fr.toml"),
        ("balance.fr.toml", '[ask]\nphrase = ["x"]', "not phrase"),
        ("balance.fr.toml", "[ask]\nphrases = [1]", "not phrases"),
        ("balance.fr.toml", "[ask", "balance.fr.toml"),
    ],
)
def test_a_file_that_cannot_be_used_stops_the_build_and_says_why(
    tmp_path: Path, name: str, held: str, reason: str
) -> None:
    own = tmp_path / "phrases"
    own.mkdir()
    (own / name).write_text(held, "utf-8")
    with pytest.raises(NotBuilt, match=reason):
        load(tmp_path / "understanding", own)


def test_an_intent_with_few_phrases_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examples, "FOLDER", tmp_path)
    write(tmp_path, "pay.fr.toml", [f"payer {nth}" for nth in range(FEWEST)])
    write(tmp_path, "balance.fr.toml", [f"solde {nth}" for nth in range(FEWEST - 1)])
    assert faults() == [f"balance: {FEWEST - 1} phrases, at least {FEWEST} are needed"]


# --- what is told


def test_check_tells_the_figures_and_the_confusions(
    built: Model, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACTEUR_DATABASE_URL", f"sqlite:///{data}/facteur.db")
    said = CliRunner().invoke(app, ["understand", "--check", "--json"])
    assert said.exit_code == 0, said.output
    report = json.loads(said.output)
    shares = report["cross_validation"]
    assert shares["all"]["phrases"] == shares["fr"]["phrases"] + shares["en"]["phrases"]
    assert shares["all"]["phrases"] == sum(report["phrases"].values())
    assert 0.75 < shares["all"]["right"] < shares["all"]["in_three"] <= 1
    assert all(pair["intent"] != pair["taken_for"] and pair["such_as"] for pair in report["confusions"])
    told = CliRunner().invoke(app, ["understand", "--check"]).output
    assert f"{shares['fr']['right']:.1%}" in told
    first = report["confusions"][0]
    assert f"{first['intent']} taken for {first['taken_for']}" in told
