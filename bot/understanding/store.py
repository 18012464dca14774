"""The trained classifier on disk: built once for the phrases and the code that make it, then only read.

Its name is the hash of both. It is built in a child process, which takes scikit-learn and its memory away with it.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from bot.understanding.examples import files
from handlers.core import classifier, features
from handlers.core.classifier import Model
from handlers.rules import period, text

HERE = Path(__file__).parent
CODE = tuple(
    Path(name)
    for name in (
        *(classifier.__file__, features.__file__, text.__file__, period.__file__),
        *(HERE / "examples.py", HERE / "figures.py", HERE / "train.py"),
    )
)
LONGEST = 300  # seconds for a build: a busy machine takes ten times as long as a quiet one
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class NotBuilt(Exception):
    """The classifier could not be built; the message says why."""


def shared() -> Path:
    """Where all who use this installation find the classifier of its own phrases."""
    return Path(sys.prefix) / "var" / "facteur"


def ready(folder: Path, own: Path | None = None) -> Model | None:
    """The classifier, if it was built before. A file that is damaged counts as none."""
    name = f"classifier-{fingerprint(own)}.bin"
    return _read(shared() / name) or _read(folder / name)


def load(folder: Path, own: Path | None = None, building: Callable[[], None] = lambda: None) -> Model:
    """The classifier, built if need be, which takes seconds: `building` is told before.

    With phrases of a company (`own`, a folder) it is kept in `folder`; without, with the installation if that can be
    written. Raises NotBuilt.
    """
    if found := ready(folder, own):
        return found
    place = folder if (own and own.is_dir()) or not _writable(shared()) else shared()
    target = place / f"classifier-{fingerprint(own)}.bin"
    try:
        place.mkdir(parents=True, exist_ok=True)
        with _alone(place):
            return _read(target) or _built(target, own, building)
    except OSError as error:
        raise NotBuilt(f"{error.filename or place}: {error.strerror or error}") from error


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def fingerprint(own: Path | None = None) -> str:
    """Of all phrases and of the code that reads them."""
    hashed = sha256()
    for path in (*files(own), *CODE):
        held = path.read_bytes()
        hashed.update(f"{path.name} {len(held)}\n".encode() + held)
    return hashed.hexdigest()[:24]


def _read(path: Path) -> Model | None:
    try:
        return Model.from_bytes(path.read_bytes())
    except (OSError, ValueError):
        return None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process builds, the others wait for it."""
    with (folder / "building.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _built(target: Path, own: Path | None, building: Callable[[], None]) -> Model:
    building()
    command = [sys.executable, "-m", "bot.understanding.train", str(target), *([str(own)] if own else [])]
    try:
        ended = subprocess.run(  # noqa: S603 - our own module
            command,
            capture_output=True,
            text=True,
            timeout=LONGEST,
            env={**os.environ, **ONE_THREAD},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NotBuilt(f"the build took more than {LONGEST} s") from error
    made = _read(target)
    if ended.returncode or made is None:
        said = ended.stderr.strip().splitlines()
        raise NotBuilt(said[-1] if said else f"the build ended with {ended.returncode}")
    for former in target.parent.glob("classifier-*.bin"):
        if former != target:
            former.unlink(missing_ok=True)
    return made
