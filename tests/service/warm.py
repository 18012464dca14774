"""The same commands in processes that begin with their modules loaded: to load them is most of a start.

Each is still a process of its own, forked from one that only loaded: killed, told to stop and looked at from outside.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from service.process import Process

LOADED = (
    *("bot.app", "bot.broadcast", "bot.chat", "bot.mail"),
    *("bot.telegram.outgoing", "bot.telegram.polling", "bot.telegram.webhook"),
    *("bot.cli.backup", "bot.cli.broadcast", "bot.cli.client", "bot.cli.company", "bot.cli.doctor"),
    *("bot.cli.imports", "bot.cli.mail", "bot.cli.serve", "bot.cli.staff"),
    *("bot.doctor.examine", "bot.paper.press", "bot.paper.seal_press", "bot.web.health"),
    *("alembic.command", "storage.backup", "storage.imports.facteur1", "storage.restore"),
)
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(list(LOADED))


class Forked:
    """As much of `subprocess.Popen` as is asked of one here."""

    def __init__(self, folder: Path, env: Mapping[str, str], out: Path, err: Path, *arguments: str) -> None:
        self._process = FORKS.Process(target=_command, args=(folder, dict(env), out, err, arguments))
        self._process.start()
        atexit.register(self._process.kill)  # what a failed test left is not waited for

    @property
    def pid(self) -> int:
        assert self._process.pid
        return self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("facteur", timeout or 0)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self._process.kill()


def _command(folder: Path, env: Mapping[str, str], out: Path, err: Path, arguments: tuple[str, ...]) -> None:
    for path, number in ((out, 1), (err, 2)):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    sys.argv = ["facteur", *arguments]
    from bot.__main__ import main

    try:
        main()
    finally:
        atexit._run_exitfuncs()  # which a forked process leaves out: its own children would be waited for


def command(folder: Path, env: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """One command of the command line, as if typed in this folder."""
    with tempfile.TemporaryDirectory() as kept:
        out, err = Path(kept, "out"), Path(kept, "err")
        code = Forked(folder, env, out, err, *arguments).wait(timeout=120)
        return subprocess.CompletedProcess(arguments, code, out.read_text("utf-8"), err.read_text("utf-8"))


class Warm(Process):
    """One service, and the command line beside it."""

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return command(self.folder, self.env, *arguments)

    def begin(self, *arguments: str) -> Forked:
        log = self.folder / "service.log"
        return Forked(self.folder, self.env, log, log, "serve", *arguments)
