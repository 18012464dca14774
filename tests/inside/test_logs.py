"""The log: what others say cannot begin a line of its own, nor colour a terminal."""

from __future__ import annotations

import subprocess
import sys

import pytest

SAYS = r"""
import logging, structlog
from bot import logs
logs.configure(plain={plain})
told = "x\n2026-11-24 [info] answer.sent\r\x1b[31mred\x9b0m"
structlog.get_logger().info("imap.lost", why=told, word="\x1b[31mred")
logging.getLogger("library").warning("said %s", told)
"""


@pytest.mark.parametrize("plain", [True, False])
def test_what_others_say_stays_on_its_line(plain: bool) -> None:
    code = SAYS.format(plain=plain)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    said = done.stderr.decode()
    assert len(said.splitlines()) == 2
    assert said.count("answer.sent") == 2
    assert "\x1b[31mred" not in said
    assert "\r" not in said
