"""What the documents say is true: commands exist, settings load, dependencies are named, the guides work."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from typer.core import TyperGroup
from typer.testing import CliRunner

from bot.cli import app
from bot.parts import START
from bot.settings import Settings

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
COMMAND = re.compile(r"facteur ((?:[a-z-]+ ?)+)((?:--[a-z-]+)?)")
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)


def text(page: Path) -> str:
    """Without the conversation that the README holds."""
    return re.sub(r"<!-- tour -->.*?<!-- /tour -->", "", page.read_text("utf-8"), flags=re.DOTALL)


def blocks(page: Path, language: str) -> list[str]:
    return [held for kind, held in BLOCK.findall(text(page)) if kind == language]


def commands(page: Path) -> list[str]:
    """Every command in `code` or on a line of its own, with what stands behind it."""
    written = text(page)
    lines = re.findall(r"`((?:\.venv/bin/)?facteur [^`\n]+)`", written)
    lines += re.findall(r"^(?: {4}|ExecStart=\S*/)((?:\.venv/bin/)?facteur [^\n]+)", written, re.MULTILINE)
    return [line.partition("#")[0].strip() for line in lines]


# --- commands

SAID = [pytest.param(line, id=f"{page.name}: {line}") for page in PAGES for line in commands(page)]


@pytest.mark.parametrize("line", SAID)
def test_every_command_exists_with_its_options(line: str) -> None:
    root: Any = typer.main.get_command(app)
    words = line.split("facteur ", 1)[1].split()
    command = root
    while words and isinstance(command, TyperGroup) and not words[0].startswith("-"):
        found = command.get_command(typer.Context(command), words[0])
        assert found is not None, f"{line}: no such command"
        command = found
        words.pop(0)
    options = (parameter.opts + parameter.secondary_opts for parameter in command.params)
    known = {option for named in options for option in named} | {"--help"}
    for word in words:
        if word.startswith("--"):
            assert word.partition("=")[0] in known, f"{line}: {sorted(known)}"


def test_commands_were_found() -> None:
    assert len(SAID) > 10


RUN = ["operations.md", "payments.md", "signature.md", "guides/learning.md", "guides/own-phrases.md"]
STAYS = ("facteur serve", "facteur demo")  # until they are told to end
UNKNOWN = (
    "proof",
    "keys",
)  # 1 or 2: the pages name a signature, a file and keys that this installation has not


def as_written(page: str) -> list[list[str]]:
    """The commands of a page on lines of their own, up to a pipe or a comment, as the shell splits them."""
    written = text(ROOT / "docs" / page).replace("$(date +%F)", "2026-11-24")
    lines = re.findall(r"^(?: {4}|\$ )(facteur [^\n]+)", written, re.MULTILINE)
    found = [re.split(r"\s[|#]", line)[0] for line in lines if not line.startswith(STAYS)]
    return [shlex.split(line)[1:] for line in found]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """An installation with my-company, in whose folder commands run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FACTEUR_ENV", "test")
    (tmp_path / "own.toml").write_text(blocks(ROOT / "docs/guides/own-phrases.md", "toml")[0], "utf-8")
    (tmp_path / "srv").mkdir()

    def run(*words: str) -> Result:
        placed = [word.replace("/srv/backup", f"{tmp_path}/srv") for word in words]
        return CliRunner().invoke(app, placed)

    assert run("company", "add", "my-company", "--name", "X", "--email", "x@x.example").exit_code == 0
    return run


@pytest.mark.parametrize("page", RUN)
def test_the_commands_of_a_page_run_one_after_the_other(
    page: str, installed: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ran = 0
    for words in as_written(page):
        if words[0] == "restore" and "--check" not in words:
            (tmp_path / "there").mkdir()
            monkeypatch.setenv("FACTEUR_DATABASE_URL", "sqlite:///there/facteur.db")
        done = installed(*words)
        assert done.exception is None or isinstance(done.exception, SystemExit), (words, done.exception)
        if words[0] == "doctor":
            assert done.exit_code in (0, 1), done.output  # no relay runs here
        elif words[0] not in UNKNOWN:
            assert done.exit_code == 0, (words, done.output)
        ran += 1
    assert ran


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    said = re.findall(r"(?:^ {4}|`)make ([a-z-]+)", text(page), re.MULTILINE)
    assert set(said) <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_named_files_lead_somewhere(page: Path) -> None:
    written = text(page)
    for link in re.findall(r"\]\((?!https?://|#)([^)#]+)", written):
        assert (page.parent / link).exists(), link
    for file in re.findall(
        r"`((?:bot|handlers|storage|mail_gateway|tests|docs)/[\w./-]*)(?:: [^`]+)?`", written
    ):
        assert (ROOT / file).exists(), file


# --- settings


def test_the_settings_of_getting_started_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (block,) = blocks(ROOT / "docs/getting-started.md", "toml")
    (tmp_path / "facteur.toml").write_text(block, "utf-8")
    monkeypatch.chdir(tmp_path)
    loaded = Settings()
    for name, value in tomllib.loads(block).items():
        held = getattr(loaded, name)
        assert (held.get_secret_value() if hasattr(held, "get_secret_value") else held) == value


def test_the_settings_of_operations_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FACTEUR_SECRET_KEY", "of this test")
    found = blocks(ROOT / "docs/operations.md", "toml")
    assert len(found) >= 2
    for block in found:
        (tmp_path / "facteur.toml").write_text(block, "utf-8")
        assert Settings()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_setting_that_is_named_exists(page: Path) -> None:
    named = re.findall(r"\bFACTEUR_([A-Z_]+)", text(page))
    fields = {name.upper() for name in Settings.model_fields}
    for name in named:
        assert name in fields or name.removesuffix("_FILE") in fields, name


def test_the_parts_of_operations_are_those_that_run() -> None:
    written = text(ROOT / "docs/operations.md")
    for only in re.findall(r"--only ([a-z,]+)", written):
        assert set(only.split(",")) <= set(START)


# --- dependencies, changelog


def name(requirement: str) -> str:
    return re.split(r"[\[<>=~! ;]", requirement, maxsplit=1)[0].lower()


def test_each_direct_dependency_has_its_line_and_its_licence() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    page = (ROOT / "docs/dependencies.md").read_text("utf-8")
    rows = re.findall(r"^\| ([\w.-]+) \| ([^|]+) \| ([^|]+) \|$", page, re.MULTILINE)
    listed = [row for row in rows if row[0] != "package"]
    assert [row[0] for row in listed] == sorted(name(one) for one in project["project"]["dependencies"])
    assert all(licence.strip() and reason.strip() for _, licence, reason in listed)
    groups = project["dependency-groups"]
    for one in (one for group in groups.values() for one in group if isinstance(one, str)):
        assert name(one) in page, one


def test_the_changelog_keeps_its_form() -> None:
    lines = (ROOT / "CHANGELOG.md").read_text("utf-8").splitlines()
    assert lines[0] == "# Changelog"
    versions = [line for line in lines if line.startswith("## ")]
    assert versions[0] == "## Unreleased"
    for version in versions[1:]:
        assert re.fullmatch(r"## \d+\.\d+\.\d+ - \d{4}-\d\d-\d\d", version), version
    kinds = {line for line in lines if line.startswith("### ")}
    assert kinds <= {
        f"### {kind}" for kind in ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
    }
    assert all(line.startswith(("#", "- ", "  ")) or not line for line in lines[3:]), "entries are list items"


# --- the guide "Add an intent", followed to the letter


def example() -> dict[str, str]:
    """The files that the guide shows: a block that begins with the file's name."""
    found = {}
    for kind, held in BLOCK.findall(text(ROOT / "docs/guides/add-an-intent.md")):
        first, _, rest = held.partition("\n")
        if match := re.fullmatch(r"# ((?:handlers|tests)/\S+)", first):
            found[match[1]] = rest if kind == "text" else held
    return found


def test_the_intent_of_the_guide_works_and_touches_no_other_file(tmp_path: Path) -> None:
    files = example()
    assert sorted(Path(file).suffix for file in files) == [".py", ".toml", ".toml", ".txt"]
    for folder in ("bot", "handlers", "mail_gateway", "storage"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    towns = [f"tests/{path.name}" for path in sorted((ROOT / "tests").glob("town*.py"))]
    beside = (
        "conftest.py",
        "databases.py",
        "doors.py",
        "narrow.py",
        "test_talks.py",
        "imports/paper_mill.py",
    )
    for file in (*towns, *(f"tests/{name}" for name in beside)):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "tests/talks").mkdir()
    for file, held in files.items():
        assert not (tmp_path / file).exists(), "it is new"
        (tmp_path / file).write_text(held, "utf-8")
    (talk,) = (file for file in files if file.endswith(".txt"))
    one = f"tests/test_talks.py::test_talk[{Path(talk).stem}]"
    only_asked = "".join(
        line for line in files[talk].splitlines(keepends=True) if line.startswith((">", "#"))
    )
    (tmp_path / talk).write_text(only_asked, "utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", one, "--write-talks"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert said.returncode == 0, f"{said.stdout}\n{said.stderr}"
    assert (tmp_path / talk).read_text("utf-8").replace("\n\n", "\n") == files[talk].replace("\n\n", "\n")
