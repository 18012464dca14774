"""The store on a disk, and over HTTP with a small server that speaks S3."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from storage.files import Damaged, Store


class Bucket(BaseHTTPRequestHandler):
    """PUT with If-None-Match, GET and HEAD: what the store asks of S3."""

    kept: dict[str, bytes]
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=key/")
        if self.headers["If-None-Match"] == "*" and self.path in self.kept:
            return self._answer(412, b"<Error><Code>PreconditionFailed</Code></Error>")
        self.kept[self.path] = data
        return self._answer(200, b"")

    def do_GET(self) -> None:
        if self.path in self.kept:
            return self._answer(200, self.kept[self.path])
        return self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")

    do_HEAD = do_GET

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", f'"{hashlib.md5(body).hexdigest()}"')
        self.send_header("Last-Modified", "Tue, 24 Nov 2026 08:00:00 GMT")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, dict[str, bytes]]]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    kept: dict[str, bytes] = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Kept", (Bucket,), {"kept": kept}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    port = server.server_address[1]
    yield f"s3://papers/facteur?endpoint=http://127.0.0.1:{port}&region=eu-west-3", kept
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=["file", "s3", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "file":
        return Store(f"file:{tmp_path}/files")
    return Store("memory:" if request.param == "memory" else request.getfixturevalue("bucket")[0])


def test_what_is_put_is_read_under_its_hash(store: Store) -> None:
    data = b"%PDF-1.7 \x00\xff" * 1000
    sha256 = store.put(data)
    assert sha256 == hashlib.sha256(data).hexdigest()
    assert store.read(sha256) == store(sha256) == data
    assert store.size(sha256) == len(data)
    assert store.exists(sha256)
    assert store.put(data) == sha256
    assert store.read(store.put(b"")) == b""


def test_what_is_missing_is_a_key_error(store: Store) -> None:
    missing = "0" * 64
    assert not store.exists(missing)
    for ask in (store.read, store.size):
        with pytest.raises(KeyError):
            ask(missing)


def test_the_path_is_spread_by_the_hash(tmp_path: Path, bucket: tuple[str, dict[str, bytes]]) -> None:
    sha256 = Store(f"file:{tmp_path}/a b/files").put(b"hello")
    below = f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
    assert (tmp_path / "a b" / "files" / below).read_bytes() == b"hello"
    url, kept = bucket
    Store(url).put(b"hello")
    assert kept == {f"/papers/facteur/{below}": b"hello"}


def test_a_folder_is_relative_to_where_we_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Store("file:data/files").put(b"x")
    assert (tmp_path / "data" / "files").is_dir()


def test_altered_bytes_are_never_given_out(tmp_path: Path) -> None:
    store = Store(f"file:{tmp_path}")
    sha256 = store.put(b"invoice")
    (tmp_path / sha256[:2] / sha256[2:4] / sha256).write_bytes(b"another")
    with pytest.raises(Damaged):
        store.read(sha256)


def test_what_a_power_failure_cut_short_is_mended(tmp_path: Path) -> None:
    store = Store(f"file:{tmp_path}")
    sha256 = store.put(b"invoice")
    (tmp_path / sha256[:2] / sha256[2:4] / sha256).write_bytes(b"")
    store.put(b"invoice")
    assert store.read(sha256) == b"invoice"


def test_what_is_there_is_not_written_again(tmp_path: Path, bucket: tuple[str, dict[str, bytes]]) -> None:
    store = Store(f"file:{tmp_path}")
    sha256 = store.put(b"invoice")
    file = tmp_path / sha256[:2] / sha256[2:4] / sha256
    before = file.stat()
    store.put(b"invoice")
    after = file.stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_file_and_folders_are_on_disk_before_it_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        synced.append(os.readlink(f"/proc/self/fd/{handle}"))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    root = tmp_path / "files"
    sha256 = Store(f"file:{root}").put(b"invoice")
    file = root / sha256[:2] / sha256[2:4] / sha256
    assert synced == [str(path) for path in (file, *list(file.parents)[:4])]


@pytest.mark.parametrize("url", ["ftp://x/y", "s3:", "data/files", ""])
def test_an_unknown_place_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="files are kept at"):
        Store(url)
