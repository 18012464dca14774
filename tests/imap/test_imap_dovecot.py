"""The same against Dovecot, as most hosts run it: password, tokens, a kill, a drop, folders with accents."""

from __future__ import annotations

import asyncio
import dataclasses
import getpass
import imaplib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from imap_peers import QUICK, mail
from imap_provider import CLIENT, USER, Provider
from structlog.testing import capture_logs

from bot.clock import now
from service.process import free_port
from storage.tokens import MailboxTokens

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(shutil.which("dovecot") is None, reason="needs the Debian package dovecot-imapd"),
]
CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/dovecot.log
ssl = no
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_location = maildir:{folder}/mail/%u
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
auth_mechanisms = plain login xoauth2
auth_failure_delay = 0
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = scheme=PLAIN username_format=%u {folder}/passwd
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  {namespace}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
"""


class Dovecot:
    """Never as root: it refuses."""

    def __init__(self, folder: Path, token_info: str, namespace: str = "") -> None:
        self.folder, self.port = folder, free_port()
        root = os.geteuid() == 0
        self.user = "nobody" if root else getpass.getuser()
        self.before = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if root else []
        group = subprocess.run(["id", "-gn", self.user], capture_output=True, text=True, check=True).stdout
        names = {"user": self.user, "group": group.strip(), "folder": folder, "port": self.port}
        for name in ("run", "mail"):
            (folder / name).mkdir()
        (folder / "conf").write_text(CONFIG.format(**names, namespace=namespace))
        (folder / "passwd").write_text(f"{USER}:s3cret\n")
        (folder / "oauth2").write_text(f"tokeninfo_url = {token_info}\nusername_attribute = email\n")
        if root:
            subprocess.run(["chown", "-R", f"nobody:{group.strip()}", folder], check=True)
        self.url = f"imap://{quote(USER)}:s3cret@127.0.0.1:{self.port}/"

    def start(self) -> None:
        pid = self.folder / "run" / "master.pid"
        pid.unlink(missing_ok=True)
        command = [*self.before, "dovecot", "-F", "-c", str(self.folder / "conf")]
        self.process = subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)
        for _ in range(500):
            if pid.exists():
                return
            time.sleep(0.02)
        raise TimeoutError((self.folder / "dovecot.log").read_text())

    def kill(self) -> None:
        """With all its children, in its own group."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def put(self, *mails: bytes, folder: str = "INBOX") -> None:
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=20) as client:
            client.login(USER, "s3cret")
            for raw in mails:
                assert client.append(folder, "", "", raw)[0] == "OK"

    def count(self, folder: str = "INBOX") -> int:
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=20) as client:
            client.login(USER, "s3cret")
            good, found = client.select(folder, readonly=True)
            return int(found[0] or 0) if good == "OK" else 0


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    made = Provider()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
def place() -> Iterator[Path]:
    """Where another user than root may enter."""
    made = Path(tempfile.mkdtemp(prefix="facteur-dovecot-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def dovecot(place: Path, provider: Provider) -> Iterator[Dovecot]:
    made = Dovecot(place, f"{provider.url}/tokeninfo?access_token=")
    made.start()
    yield made
    made.kill()


async def test_mails_come_one_by_one_and_after_a_kill(dovecot: Dovecot, read: Any) -> None:
    dovecot.put(*(mail(n) for n in range(5)))
    async with read(dovecot.url, dataclasses.replace(QUICK, rest=60.0)) as reading:
        await reading.stored(5)
        dovecot.put(mail(5))
        await reading.stored(6)
        dovecot.kill()
        dovecot.start()
        dovecot.put(*(mail(n) for n in range(6, 9)))
        rows = await reading.stored(9)
        await reading.until(lambda: dovecot.count("Processed") == 9)
        assert dovecot.count() == 0
    assert [row.raw for row in rows] == [mail(n) for n in range(9)]


async def test_a_large_mail_is_read_and_a_larger_one_is_not(dovecot: Dovecot, read: Any) -> None:
    large = mail(1) + b"x" * 70 + b"\r\n" + (b"y" * 70 + b"\r\n") * 40_000
    dovecot.put(large, large + large, mail(3))
    async with read(dovecot.url, dataclasses.replace(QUICK, largest=len(large))) as reading:
        rows = await reading.stored(3)
        await reading.until(lambda: dovecot.count() == 0)
        assert dovecot.count("Quarantine") == 1
    assert [row.state for row in rows] == ["due", "quarantine", "due"]
    assert rows[0].raw == large


async def test_a_folder_with_accents(dovecot: Dovecot, read: Any) -> None:
    with imaplib.IMAP4("127.0.0.1", dovecot.port, timeout=20) as client:
        client.login(USER, "s3cret")
        client.create('"Clients &AOk-t&AOk-"')
    dovecot.put(mail(1), folder='"Clients &AOk-t&AOk-"')
    async with read(f"{dovecot.url}Clients%20%C3%A9t%C3%A9") as reading:
        await reading.stored(1)


async def test_folders_below_inbox(place: Path, read: Any) -> None:
    dovecot = Dovecot(place, "http://127.0.0.1:1/?access_token=", "prefix = INBOX.\n  separator = .")
    dovecot.start()
    try:
        dovecot.put(mail(1))
        async with read(dovecot.url) as reading:
            await reading.until(lambda: dovecot.count("INBOX.Processed") == 1)
    finally:
        dovecot.kill()


async def test_a_wrong_password_is_told_from_a_lost_connection(dovecot: Dovecot, read: Any) -> None:
    with capture_logs() as log:
        async with read(dovecot.url.replace("s3cret", "wrong")) as reading:
            await reading.until(lambda: log)
    assert log[0]["why"] == "the server refuses the user or the password (AUTHENTICATIONFAILED)"


async def test_a_token_lets_in_and_a_refused_one_is_renewed(
    dovecot: Dovecot, provider: Provider, read: Any
) -> None:
    given = {"imap_authority": provider.url, "imap_client_id": CLIENT, "imap_oauth": "microsoft"}
    provider.refresh = "kept"
    dovecot.put(mail(1), mail(2))
    async with read(dovecot.url.replace(":s3cret", ""), **given) as reading:
        reading.task.cancel()
        tokens = MailboxTokens(reading.service.engine, reading.service.keys, reading.watcher.mailbox.name)
        ends = (now() + timedelta(hours=1)).isoformat()
        tokens.put({"access": "ended early", "refresh": "kept", "expires_at": ends}, now())
        reading.task = asyncio.create_task(reading.watcher.run())
        rows = await reading.stored(2)
        assert (tokens.get() or {})["access"] == provider.access
    assert Counter(row.raw for row in rows) == Counter([mail(1), mail(2)])
    assert len(provider.asked) == 1
