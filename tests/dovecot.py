"""Dovecot on a port of its own, in a folder of its own: mailboxes to read, and passwords for who asks it."""

from __future__ import annotations

import getpass
import imaplib
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from service.process import free_port

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
{more}
"""


class Dovecot:
    """Never as root: it refuses."""

    def __init__(
        self,
        folder: Path,
        users: Mapping[str, str],
        *,
        token_info: str = "http://127.0.0.1:1/?access_token=",
        namespace: str = "",
        more: str = "",
    ) -> None:
        """`users`: their passwords; `url` is for the first. `more`: at the end of its configuration."""
        self.folder, self.port, self.users = folder, free_port(), users
        root = os.geteuid() == 0
        self.user = "nobody" if root else getpass.getuser()
        self.before = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if root else []
        group = subprocess.run(["id", "-gn", self.user], capture_output=True, text=True, check=True).stdout
        names = {"user": self.user, "group": group.strip(), "folder": folder, "port": self.port}
        for name in ("run", "mail"):
            (folder / name).mkdir()
        (folder / "conf").write_text(CONFIG.format(**names, namespace=namespace, more=more))
        (folder / "passwd").write_text("".join(f"{user}:{password}\n" for user, password in users.items()))
        (folder / "oauth2").write_text(f"tokeninfo_url = {token_info}\nusername_attribute = email\n")
        if root:
            subprocess.run(["chown", "-R", f"nobody:{group.strip()}", folder], check=True)
        self.first = next(iter(users))
        self.url = f"imap://{quote(self.first)}:{users[self.first]}@127.0.0.1:{self.port}/"

    def start(self) -> None:
        run = self.folder / "run"
        pid = run / "master.pid"
        pid.unlink(missing_ok=True)
        for socket in filter(Path.is_socket, list(run.rglob("*"))):
            socket.unlink()  # of one that was killed, and of which a child may be ending still
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
            client.login(self.first, self.users[self.first])
            for raw in mails:
                assert client.append(folder, "", "", raw)[0] == "OK"

    def count(self, folder: str = "INBOX") -> int:
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=20) as client:
            client.login(self.first, self.users[self.first])
            good, found = client.select(folder, readonly=True)
            return int(found[0] or 0) if good == "OK" else 0
