"""The bytes of documents, under the SHA-256 of their content: written once, never altered, checked at each read.

`file:data/files`, `s3://bucket/prefix` (credentials from AWS_*; `?endpoint=http://...&region=...` for a server of your
own) or `memory:`.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from obstore.exceptions import AlreadyExistsError
from obstore.store import LocalStore, MemoryStore, S3Store

NAME = re.compile(r"[0-9a-f]{64}")


class Damaged(Exception):
    """The bytes are not those that their name says: the disk or the bucket was altered."""


class Store:
    """Thread-safe. It is the `Reader` of the ports when called."""

    def __init__(self, url: str) -> None:
        """Raises ValueError for a URL that it does not know."""
        self.folder = folder_of(url)
        self.store: Any = _local(self.folder) if self.folder else _remote(url)

    def put(self, data: bytes) -> str:
        """Durable once it returns. Returns the SHA-256, in hexadecimal."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = _path(sha256)
        try:
            self.store.put(path, data, mode="create")
        except AlreadyExistsError:
            self._mend(path, sha256, data)
        if self.folder:
            _sync(self.folder / path, self.folder)
        return sha256

    def read(self, sha256: str) -> bytes:
        """Raises KeyError when there is no such file, Damaged when it was altered."""
        try:
            data = bytes(self.store.get(_path(sha256)).bytes())
        except FileNotFoundError:
            raise KeyError(sha256) from None
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Damaged(sha256)
        return data

    __call__ = read

    def names(self) -> Iterator[str]:
        """The SHA-256 of every file there is, in no order."""
        for some in self.store.list():
            yield from (name for one in some if NAME.fullmatch(name := one["path"].rpartition("/")[2]))

    def forget(self, sha256: str) -> None:
        """What the law no longer asks to keep; nothing happens where there is no such file."""
        try:
            self.store.delete(_path(sha256))
        except FileNotFoundError:
            return

    def size(self, sha256: str) -> int:
        """Raises KeyError when there is no such file."""
        try:
            return int(self.store.head(_path(sha256))["size"])
        except FileNotFoundError:
            raise KeyError(sha256) from None

    def exists(self, sha256: str) -> bool:
        try:
            self.size(sha256)
        except KeyError:
            return False
        return True

    def _mend(self, path: str, sha256: str, data: bytes) -> None:
        """What is there stays; only what a power failure cut short gets the bytes that its name promises."""
        try:
            self.read(sha256)
        except Damaged:
            self.store.put(path, data)


def _path(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def folder_of(url: str) -> Path | None:
    """Of `file:<folder>`; None for what is elsewhere."""
    parts = urlsplit(url)
    if parts.scheme != "file":
        return None
    return Path(unquote(parts.path))


def _local(folder: Path) -> LocalStore:
    folder.mkdir(parents=True, exist_ok=True)
    return LocalStore(folder.resolve())


def _remote(url: str) -> S3Store | MemoryStore:
    parts = urlsplit(url)
    if parts.scheme == "memory":
        return MemoryStore()
    if parts.scheme != "s3" or not parts.netloc:
        raise ValueError("files are kept at file:<folder> or s3://<bucket>/<prefix>")
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    plain = options.get("endpoint", "").startswith("http://")
    return S3Store(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        client_options={"allow_http": plain},
        **options,
    )


def _sync(file: Path, root: Path) -> None:
    """obstore renames but does not sync: the file, and every folder that may be new, down from the root's parent."""
    for path in (file, file.parent, file.parent.parent, root, root.parent):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
