"""Files that an import names: they lie in the folder of the file that names them, or below, and nowhere else."""

from __future__ import annotations

import mimetypes
import stat
from pathlib import Path, PurePosixPath, PureWindowsPath

from storage.imports.report import RowError

MOST_BYTES = 50 * 1024 * 1024
PDF = "application/pdf"
PDF_HEAD = 1024  # a header may follow some junk (PDF 32000-1, annex H.3, note 13)


def inside(folder: Path, name: str) -> Path:
    """The path of `name` below `folder`. Raises RowError for an absolute path, "..", or a link that leads out."""
    posix = PurePosixPath(name.replace("\\", "/"))
    if posix.is_absolute() or PureWindowsPath(name).drive or ".." in posix.parts or "\0" in name:
        raise RowError(f"file {name!r}: must be a relative path below the folder of this file")
    path = folder / posix
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(folder.resolve(strict=True)):
            raise RowError(f"file {name!r}: leads out of the folder of this file")
        if not stat.S_ISREG(real.stat().st_mode):
            raise RowError(f"file {name!r}: is not a file")
    except FileNotFoundError:
        raise RowError(f"file {name!r}: is missing") from None
    except (OSError, RuntimeError) as error:  # a loop of links
        raise RowError(f"file {name!r}: cannot be read ({type(error).__name__})") from error
    return real


def content(folder: Path, name: str) -> bytes:
    """Raises RowError."""
    path = inside(folder, name)
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise RowError(f"file {name!r}: cannot be read ({error.strerror})") from error
    if len(data) > MOST_BYTES:
        raise RowError(f"file {name!r}: larger than {MOST_BYTES // 1024**2} MB")
    if not data:
        raise RowError(f"file {name!r}: is empty")
    return data


def is_pdf(data: bytes) -> bool:
    return b"%PDF-" in data[:PDF_HEAD]


def media_type(name: str, data: bytes) -> str:
    if is_pdf(data):
        return PDF
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def base_name(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).name
