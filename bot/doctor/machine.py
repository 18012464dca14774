"""What is looked at on this machine: disk, secrets, ports, keys, the process that makes PDFs."""

from __future__ import annotations

import errno
import json
import os
import shutil
import socket
import tempfile
import tomllib
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from bot.doctor import judge
from bot.doctor.finding import Finding, good, note, wrong
from bot.doctor.patient import SECONDS, Patient
from bot.parts import address
from bot.settings import SECRETS, Settings

# Docker and Podman put secrets here, readable by everybody in the container.
SECRETS_OF_CONTAINERS = Path("/run/secrets")
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 -- looked up, not bound


def settings(it: Patient) -> Iterator[Finding]:
    yield from judge.settings(it.settings)


def mail_settings(it: Patient) -> Iterator[Finding]:
    yield from judge.mail_settings(it.settings)


def secrets(it: Patient) -> Iterator[Finding]:
    """The files that hold secrets are for the service alone."""
    found = [
        judge.mode(str(path), path.stat().st_mode) for path in _secret_files(it.settings) if path.exists()
    ]
    faults = [one for one in found if one]
    yield from faults or [good("No file with a secret can be read by everybody.")]


def _secret_files(made: Settings) -> Iterator[Path]:
    if made.dkim_key is not None:
        yield made.dkim_key
    for name in SECRETS:
        path = Path(os.environ.get(f"FACTEUR_{name.upper()}_FILE", ""))
        if path.name and SECRETS_OF_CONTAINERS not in path.parents:
            yield path
    toml = Path("facteur.toml")
    if toml.exists() and any(tomllib.loads(toml.read_text("utf-8")).get(name) for name in SECRETS):
        yield toml


def folders(it: Patient) -> Iterator[Finding]:
    """Where the service writes: beside the database, and the documents."""
    from storage.files import folder_of

    places, files = {it.settings.data_folder.absolute()}, folder_of(it.settings.files_url)
    if files is None:
        yield _bucket(it.settings.files_url)
    elif it.settings.data_folder.absolute() not in files.absolute().parents:
        places.add(files.absolute())
    for folder in sorted(places):
        yield _folder(folder)


def _folder(folder: Path) -> Finding:
    there = next(path for path in (folder, *folder.parents) if path.exists())
    try:
        tempfile.TemporaryFile(dir=there).close()
        usage = shutil.disk_usage(there)
    except OSError as error:
        do = f"Give it to the user that runs the service: chown, or ReadWritePaths={folder}"
        return wrong(f"{there} cannot be written: {judge.why(error)}.", do)
    return judge.disk(str(folder), usage.free, usage.total)


def _bucket(url: str) -> Finding:
    from obstore.exceptions import BaseError

    from storage.files import Store

    try:
        Store(url).exists("0" * 64)
    except (BaseError, ValueError) as error:
        said = str(error).strip().partition("\n")[0]
        return wrong(
            f"The bucket does not answer: {said}", "See FILES_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY."
        )
    return good("The bucket answers.")


def web(it: Patient) -> Iterator[Finding]:
    yield _port("WEB_LISTEN", it.settings.web_listen, _health(it))


def smtp(it: Patient) -> Iterator[Finding]:
    place = it.settings.smtp_listen
    yield _port("SMTP_LISTEN", place, ours(place, it.settings.mail_domain))


def _port(setting: str, place: str, ours: Finding | None) -> Finding:
    """Free for the service, or taken by it."""
    if ours:
        return ours
    host, port = address(place)
    family, *_, where = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the service does
        try:
            probe.bind(where)
        except OSError as error:
            return _not_free(setting, place, error)
    return note(f"{place} is free: the service does not run.", "facteur serve")


def _not_free(setting: str, place: str, error: OSError) -> Finding:
    if error.errno == errno.EADDRINUSE:
        return wrong(f"{place} is taken by another program.", f"End it (ss -ltnp), or change {setting}.")
    if error.errno == errno.EACCES:
        return wrong(
            f"{place} is for root only.", "AmbientCapabilities=CAP_NET_BIND_SERVICE, or a port from 1024 on."
        )
    return wrong(
        f"{place} cannot be opened: {judge.why(error)}.", f"{setting} takes an address of this machine."
    )


def near(place: str) -> tuple[str, int]:
    host, port = address(place)
    return ANYWHERE.get(host, host), port


def _health(it: Patient) -> Finding | None:
    host, port = near(it.settings.web_listen)
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}/health"
    try:
        answer = _json(url)
    except (OSError, ValueError):
        return None
    return judge.health(answer)


def _json(url: str) -> Any:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=SECONDS) as answer:
            return json.load(answer)
    except HTTPError as error:  # 503: some part is not ready
        with error:
            return json.load(error)


def ours(place: str, domain: str) -> Finding | None:
    """Our door greets with the mail domain."""
    try:
        with socket.create_connection(near(place), timeout=SECONDS) as line:
            greeting = line.recv(200)
    except OSError:
        return None
    is_ours = greeting.startswith(f"220 {domain} ESMTP".encode())
    return good(f"The service takes mail at {place}.") if is_ours else None


def keys(it: Patient) -> Iterator[Finding]:
    from bot.paper.keys import faults

    folder = it.settings.keys_folder
    found = faults(folder, it.now)
    yield from (wrong(fault, f"See {folder}, and docs/operations.md.") for fault in found)
    if not folder.exists():
        yield note(f"There are none yet in {folder}: the first signature makes them.")
    elif not found:
        yield good(f"{folder} holds them, for its owner alone.")


def press(it: Patient) -> Iterator[Finding]:
    from bot.paper.child import Child, Overrun

    child = Child(seconds=SECONDS * 3)
    try:
        child.run("bot.doctor.press:tried")
        yield good("The process that makes PDFs starts, prints and can seal.")
    except Overrun:
        yield wrong(
            "The process that makes PDFs ends before it has printed.",
            "It takes 1 GB of memory; see ulimit -v.",
        )
    finally:
        child.close()
