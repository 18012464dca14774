"""The guide is true: its settings load and name mailboxes, what it says is wrong is what the log says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.mailbox import mailbox_of
from bot.settings import Settings

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/guides/imap.md").read_text("utf-8")
BLOCKS = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS)
def test_its_settings_name_a_mailbox(block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "facteur.toml").write_text(block, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FACTEUR_SECRET_KEY", "of this test")
    made = Settings()
    found = mailbox_of(made)
    assert found.folder == "INBOX"
    assert "@" in found.user
    assert bool(found.password) != bool(made.imap_oauth)


def test_there_are_a_host_and_two_providers() -> None:
    assert len(BLOCKS) == 3


def test_what_it_explains_is_what_the_log_says() -> None:
    said = " ".join((ROOT / name).read_text("utf-8") for name in ("bot/mailbox.py", *_modules()))
    said = re.sub(r'" ?\n\s*f?"', "", said)
    told = re.findall(r"^\| ((?:the|there) [^|]+) \|", GUIDE, re.MULTILINE)
    assert len(told) == 6
    for why in told:
        start = re.split(r" \.\.\.|, or |refuses the ", why)[0].strip()
        assert start in said, start


def _modules() -> list[str]:
    return [f"mail_gateway/{name}.py" for name in ("imap_connection", "imap_trouble")]
