"""A PDF of our own (statement of account, proof file), printed by a short-lived process: a crash or a hang stays
there, and so does the memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock
from typing import Any

PRESS = Path(__file__).with_name("press.py")
SECONDS = 60.0
INHERITED = ("LD_LIBRARY_PATH", "HOME", "PATH")  # nothing of the service's settings

_one_at_a_time = Lock()


class NotPrinted(Exception):
    """The press failed. It may do better later."""


def printed(recipe: Mapping[str, Any], stored: Callable[[str], bytes]) -> bytes:
    """A tagged PDF/A-3a, A4. Raises NotPrinted, for a recipe without its date too."""
    command = [sys.executable, "-I", str(PRESS)]
    env = {name: os.environ[name] for name in INHERITED if name in os.environ}
    data = json.dumps(dict(recipe)).encode()
    try:
        with _one_at_a_time:
            done = subprocess.run(  # noqa: S603 -- our own program
                command, input=data, capture_output=True, timeout=SECONDS, env=env, check=False
            )
    except subprocess.TimeoutExpired:
        raise NotPrinted(f"not printed in {SECONDS:.0f} seconds") from None
    if done.returncode != 0:  # what it says may hold what the page holds: not for the log
        raise NotPrinted(f"the press ended with {done.returncode}")
    return done.stdout
