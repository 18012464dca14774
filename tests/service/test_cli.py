"""The command line as its user meets it: a process, its output and its exit code (0 good, 1 failed, 2 wrong use)."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.cli import COMMANDS
from service.process import ROOT, Process, address, company
from service.warm import Warm

HEAVY = ("aiogram", "stripe", "pypdf", "typst", "pyhanko", "sklearn", "dkim", "aiosmtpd", "sqlalchemy")
PAGES = [
    [], ["demo"], ["serve"], ["migrate"], ["doctor"], ["backup"], ["restore"], ["import"], ["read"], ["talk"],
    ["mail"], ["mail", "read"], ["mail", "list"], ["mail", "show"], ["mail", "replay"], ["mail", "dkim-key"],
    ["company"], ["company", "add"], ["company", "list"], ["company", "show"], ["company", "set"], ["company", "link"],
    ["client"], ["client", "list"], ["client", "show"], ["client", "unlock"],
    ["staff"], ["staff", "add"], ["staff", "list"], ["staff", "remove"], ["staff", "unlock"],
    ["payments"], ["export"], ["export", "audit"], ["ledger"], ["ledger", "check"], ["understand"],
    ["proof"], ["proof", "show"], ["proof", "verify"], ["proof", "hold"], ["proof", "retry"],
    ["keys"], ["keys", "show"], ["keys", "rotate"], ["keys", "export"],
    ["broadcast"], ["broadcast", "message"], ["broadcast", "list"], ["broadcast", "show"], ["report"],
    ["reminders"], ["reminders", "resume"], ["deposits"], ["deposits", "list"], ["deposits", "address"],
]  # fmt: skip
ADD = (
    "company",
    "add",
    "menuiserie",
    "--name",
    "Menuiserie Exemple",
    "--email",
    "contact@menuiserie.example",
)

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """One command in an empty folder; settings by name."""

    def command(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        process = Warm(tmp_path, "smtp://127.0.0.1:1?tls=none")
        process.env |= {f"FACTEUR_{name.upper()}": value for name, value in settings.items()}
        return process.run(*arguments)

    return command


@pytest.fixture
def filled(run: Run, tmp_path: Path) -> Run:
    assert run("import", str(company(tmp_path, 2))).returncode == 0
    return run


def read(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def refused(done: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    """It says why in a few lines, on standard error, without a traceback."""
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) <= 8, done.stderr
    for word in words:
        assert word in done.stderr, done.stderr


# --- help, version, wrong use


ASKED = f"""
import contextlib, io, json, os, sys
import typer.rich_utils, rich.markdown  # what every page takes
from bot.__main__ import main
for words in json.loads(sys.argv[1]):
    if os.fork():
        os.wait()
        continue
    sys.argv, code = ['facteur', *words, '--help'], 0
    with contextlib.redirect_stdout(io.StringIO()) as said:
        try: main()
        except SystemExit as end: code = end.code or 0
    print(json.dumps([code, said.getvalue(), [name for name in {HEAVY!r} if name in sys.modules]]), flush=True)
    os._exit(0)
"""


def test_help_explains_each_command_and_loads_nothing_heavy(tmp_path: Path) -> None:
    """Each page in a process that has loaded nothing yet."""
    command = [sys.executable, "-c", ASKED, json.dumps(PAGES)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=False
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    for words, (code, said, loaded) in zip(PAGES, answers, strict=True):
        assert code == 0, (words, done.stderr)
        assert "Usage:" in said, words
        assert loaded == [], words
    assert not list(tmp_path.iterdir()), "help leaves nothing behind"


def test_every_command_has_its_page_here() -> None:
    assert {words[0] for words in PAGES if words} == set(COMMANDS)


def test_the_version_is_that_of_the_package(run: Run) -> None:
    from importlib.metadata import version

    assert run("--version").stdout == f"facteur {version('facteur')}\n"


@pytest.mark.parametrize(
    "words",
    [
        [], ["company"], ["nonsense"], ["company", "nonsense"], ["company", "add"], ["company", "show"],
        ["serve", "--only", "nonsense"], ["serve", "--only", "imap"], ["mail", "show", "first"], ["talk"],
        ["proof", "verify", "missing.pdf"],
        ["company", "set", "menuiserie"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_wrong_use_is_2(run: Run, words: list[str]) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


# --- settings


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"env": "production", "secret_key": ""}, ["SECRET_KEY is missing", "openssl rand"]),
        ({"env": "production", "clock_file": "clock"}, ["CLOCK_FILE"]),
        ({"env": "somewhere"}, ["ENV", "production"]),
        ({"smtp_relay": "relay.example"}, ["SMTP_RELAY", "smtp://"]),
        ({"smtp_relay": "smtp://u:hush@relay.example:25?tls=none"}, ["SMTP_RELAY", "TLS"]),
        ({"smtp_relay": "smtp://u:hush@relay.example:25?tls=maybe"}, ["SMTP_RELAY", "starttls"]),
        ({"smtp_listen": "25"}, ["SMTP_LISTEN", "host:port"]),
        ({"lmtp_listen": "24"}, ["LMTP_LISTEN", "socket file"]),
        ({"operator_email": "the admin"}, ["OPERATOR_EMAIL", "one e-mail address"]),
        ({"smtp_tls_required": "true"}, ["SMTP_TLS_REQUIRED", "SMTP_TLS_CERT"]),
        ({"smtp_tls_cert": "nowhere.pem"}, ["SMTP_TLS_CERT", "nowhere.pem", "No such file"]),
        ({"web_listen": "127.0.0.1:99999"}, ["WEB_LISTEN", "host:port"]),
        ({"database_url": "mysql://u:hush@db/x"}, ["DATABASE_URL", "sqlite:///path"]),
        ({"files_url": "data/files"}, ["FILES_URL", "file:folder"]),
        ({"trusted_relays": "127.0.0.1, mail.example"}, ["TRUSTED_RELAYS", "mail.example"]),
        ({"dkim_key": "nowhere"}, ["DKIM_KEY", "nowhere", "No such file"]),
        ({"dkim_selector": "S 1"}, ["DKIM_SELECTOR", "small letters"]),
        ({"telegram_token": "hush"}, ["TELEGRAM_TOKEN", "@BotFather"]),
        ({"telegram_token": "1:hush", "telegram_mode": "webhook"}, ["PUBLIC_URL", "https://"]),
        ({"secret_key": "", "secret_key_file": "nowhere"}, ["SECRET_KEY_FILE", "No such file"]),
        ({"session_idle_email": "soon"}, ["SESSION_IDLE_EMAIL", "integer"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_a_wrong_setting_is_said_in_words(run: Run, settings: dict[str, str], words: list[str]) -> None:
    done = run("serve", **settings)
    refused(done, 2, "The settings are not right:", *words)
    assert "hush" not in done.stderr, "the value of a secret is shown"


def test_settings_from_the_file_and_secrets_from_files(tmp_path: Path) -> None:
    (tmp_path / "facteur.toml").write_text('mail_domain = "lettres.example"\nenv = "production"\n', "utf-8")
    (tmp_path / "key").write_text("of the file\n", "utf-8")
    (tmp_path / "database").write_text(f"sqlite:///{tmp_path / 'elsewhere.db'}\n", "utf-8")
    process = Warm(tmp_path, "smtp://127.0.0.1:1?tls=none")
    for name in ("MAIL_DOMAIN", "ENV", "SECRET_KEY", "DATABASE_URL"):
        del process.env[f"FACTEUR_{name}"]
    process.env |= {"FACTEUR_SECRET_KEY_FILE": "key", "FACTEUR_DATABASE_URL_FILE": "database"}
    assert process.run(*ADD).returncode == 0
    assert (tmp_path / "elsewhere.db").exists()
    link = read(process.run("company", "link", "menuiserie", "--json"))
    assert link["email"].endswith("@lettres.example")
    process.env["FACTEUR_MAIL_DOMAIN"] = "autre.example"  # the environment comes first
    assert read(process.run("company", "link", "menuiserie", "--json"))["email"].endswith("@autre.example")


@pytest.mark.parametrize(
    ("text", "word"),
    [("secret_kye = 'x'", "SECRET_KYE: there is no such setting"), ("secret", "facteur.toml")],
)
def test_a_wrong_settings_file_is_said_in_words(run: Run, tmp_path: Path, text: str, word: str) -> None:
    (tmp_path / "facteur.toml").write_text(text, "utf-8")
    refused(run("company", "list"), 2, word)


@pytest.mark.parametrize(
    "url", ["sqlite:////proc/nowhere/facteur.db", "postgresql+psycopg://u:hush@127.0.0.1:1/x"]
)
@pytest.mark.parametrize("words", [["company", "list"], ["migrate"], ["serve"]], ids=" ".join)
def test_a_database_that_does_not_open_is_a_sentence(run: Run, url: str, words: list[str]) -> None:
    done = run(*words, database_url=url)
    refused(done, 1, "cannot be opened")
    assert "hush" not in done.stderr


def test_migrate_may_be_run_again(run: Run) -> None:
    for _ in range(2):
        assert run("migrate").stdout == "The database is up to date.\n"


# --- companies


def test_a_company_is_added_listed_shown_and_changed(run: Run) -> None:
    assert "No company yet" in run("company", "list").stdout
    assert run(*ADD, "--phone", "01 02 03 04 05", "--options", "portal, payment").returncode == 0
    refused(run(*ADD), 1, "taken")
    row = {"slug": "menuiserie", "name": "Menuiserie Exemple", "email": "contact@menuiserie.example"}
    assert read(run("company", "list", "--json")) == [row]
    shown = read(run("company", "show", "menuiserie", "--json"))
    assert shown.items() >= {**row, "options": ["portal", "payment"], "language": "fr"}.items()
    assert not {"id", "stripe_key", "stripe_webhook_secret"} & shown.keys()
    assert "Menuiserie Exemple" in run("company", "show", "menuiserie").stdout

    changed = run("company", "set", "menuiserie", "--language", "en", "--form-of-address", "tu")
    assert changed.stdout == "Changed: form_of_address, language.\n"
    assert run("company", "set", "menuiserie", "--language", "en").stdout == "Nothing changed.\n"
    assert read(run("company", "show", "menuiserie", "--json"))["form_of_address"] == "tu"


def test_a_new_address_of_the_company_is_a_new_link(run: Run) -> None:
    run(*ADD)
    before = read(run("company", "link", "menuiserie", "--json"))
    assert before == {"telegram": None, "email": before["email"]}
    assert before["email"].startswith("menuiserie+")
    assert read(run("company", "link", "menuiserie", "--json")) == before, "asked again, it is the same"
    changed = run("company", "set", "menuiserie", "--email", "bonjour@menuiserie.example")
    assert "former link has ended" in changed.stdout
    assert read(run("company", "link", "menuiserie", "--json"))["email"] != before["email"]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (["--timezone", "Europe/Paname"], "Europe/Paname"), (["--email", "contact"], "Not an e-mail address"),
        (["--language", "de"], "fr or en"), (["--options", "portal,fax"], "fax"),
    ],
    ids=["timezone", "email", "language", "options"],
)  # fmt: skip
def test_wrong_values_are_refused_and_nothing_is_kept(run: Run, change: list[str], word: str) -> None:
    refused(run(*ADD, *change), 2, word)
    assert read(run("company", "list", "--json")) == []
    run(*ADD)
    refused(run("company", "set", "menuiserie", *change), 2, word)


@pytest.mark.parametrize("slug", ["a", "Atelier", "l'atelier", "postmaster", "x" * 21, "é-tabli", "a b", ""])
def test_what_cannot_stand_in_an_address_is_no_slug(run: Run, slug: str) -> None:
    done = run("company", "add", "--name", "X", "--email", "x@x.example", "--", slug)
    refused(done, 2, "cannot be a slug")


@pytest.mark.parametrize("words", [["show"], ["link"], ["set", "--name", "X"]], ids=" ".join)
def test_an_unknown_company_is_a_sentence(run: Run, words: list[str]) -> None:
    refused(run("company", words[0], "nobody", *words[1:]), 1, "No company has the slug 'nobody'")


# --- clients


def test_clients_are_listed_and_shown(filled: Run) -> None:
    rows = read(filled("client", "list", "--json"))
    assert rows == [
        {"ref": "C0", "name": "Client 0", "balance_cents": 12000},
        {"ref": "C1", "name": "Client 1", "balance_cents": 12001},
    ]
    shown = read(filled("client", "show", "C1", "--json"))
    assert shown == {
        "ref": "C1", "name": "Client 1", "kind": "B2B_FR", "language": "fr",
        "contacts": [{"email": address(1), "rights": ["read", "pay", "sign", "notify"], "locked_until": None,
                      "telegram": None, "notifications": True}],
        "balance": {"invoiced_cents": 12001, "credited_cents": 0, "received_cents": 0, "in_progress_cents": 0,
                    "balance_cents": 12001},
        "documents": [{"kind": "invoice", "number": "F-00001", "version": 1, "status": "issued", "total_cents": 12001,
                       "paid_cents": 0, "in_progress_cents": 0, "sha256": None, "deliveries": []}],
        "movements": [{"at": "2026-11-02", "kind": "invoice", "reference": "F-00001", "amount_cents": 12001}],
        "interactions": [], "sessions": [], "decisions": [],
    }  # fmt: skip
    assert "F-00001" in filled("client", "show", "C1").stdout
    refused(filled("client", "show", "C9"), 1, "no client 'C9'")
    refused(filled("client", "list", "--company", "nobody"), 1, "nobody")


def test_with_two_companies_one_must_be_named(filled: Run) -> None:
    filled(*ADD)
    refused(filled("client", "list"), 2, "--company")
    assert "No client yet" in filled("client", "list", "--company", "menuiserie").stdout
    assert len(read(filled("client", "list", "--company", "atelier", "--json"))) == 2


def test_unlock_reopens_what_was_suspended_and_says_so(filled: Run, tmp_path: Path) -> None:
    assert filled("client", "unlock", "C0").stdout == "Nothing was suspended.\n"
    with closing(sqlite3.connect(tmp_path / "facteur.db")) as db, db:
        db.execute(
            "INSERT INTO tries (company_id, address_key, conversation, account_id, wrong, locked_until, updated_at)"
            " SELECT company_id, 'k', '', id, 3, '2126-01-01 00:00:00', '2026-01-01 00:00:00' FROM accounts"
            " WHERE address = ?",
            (address(0),),
        )
    assert read(filled("client", "show", "C0", "--json"))["contacts"][0]["locked_until"].startswith(
        "2126-01-01"
    )
    assert "Nothing" in filled("client", "unlock", "C0", "--email", address(1)).stdout, "another address"
    assert filled("client", "unlock", "C0").stdout == f"Reopened: {address(0)}\n"
    assert read(filled("client", "show", "C0", "--json"))["contacts"][0]["locked_until"] is None
    with closing(sqlite3.connect(tmp_path / "facteur.db")) as db:
        assert db.execute("SELECT address, state FROM outbox").fetchall() == [(address(0), "due")]
        assert [kind for (kind,) in db.execute("SELECT kind FROM ledger")], "the audit log has it"
    refused(filled("client", "unlock", "C9"), 1, "C9")


# --- mail


def test_a_key_that_signs_is_made_once_and_its_record_told(run: Run, tmp_path: Path) -> None:
    first = run("mail", "dkim-key", "dkim.pem")
    assert first.returncode == 0, first.stderr
    file = tmp_path / "dkim.pem"
    assert file.stat().st_mode & 0o777 == 0o600
    made = file.read_bytes()
    again = run("mail", "dkim-key", "dkim.pem", dkim_selector="s2027")
    refused(run("mail", "dkim-key", "dkim.pem", "--ed25519"), 1, "a key of RSA already")
    assert file.read_bytes() == made
    lines = [done.stdout.splitlines() for done in (first, again)]
    assert lines[0][0] == "Written: dkim.pem"
    assert 'facteur._domainkey.portail.example. TXT "v=DKIM1; k=rsa; p=' in lines[0][2]
    assert max(map(len, lines[0][2].split('"')[1::2])) == 255, (
        "as one string it would be too long for a record"
    )
    assert lines[1][1] == lines[0][2].replace("facteur.", "s2027.")
    assert f'  dkim_key = "{file}"' in lines[1]
    short = run("mail", "dkim-key", "other.pem", "--ed25519")
    assert "k=ed25519; p=" in short.stdout
    refused(run("mail", "dkim-key", "missing/dkim.pem"), 1, "cannot be written")


def test_mail_list_show_and_replay_of_nothing(run: Run) -> None:
    assert run("mail", "list").stdout == "Nothing is set aside.\n"
    assert read(run("mail", "list", "--json")) == []
    refused(run("mail", "show", "7"), 1, "7")
    refused(run("mail", "show", "9" * 20), 2, "less than")
    refused(run("mail", "replay", "7"), 1, "7")


# --- talk


@pytest.mark.parametrize(
    ("language", "ask", "proof"),
    [
        ("fr", "combien je vous dois ?", "120,00\u00a0€ à régler"),
        ("en", "how much do I owe?", "€120.00 to pay"),
    ],
)
def test_a_rehearsal_shows_the_code_and_changes_nothing(
    run: Run, tmp_path: Path, language: str, ask: str, proof: str
) -> None:
    data = company(tmp_path, 1)
    data.write_text(data.read_text("utf-8").replace('"language": "fr"', f'"language": "{language}"'), "utf-8")
    assert run("import", str(data)).returncode == 0
    before = _dump(tmp_path)
    process = Process(tmp_path, "smtp://127.0.0.1:1?tls=none")
    command = [sys.executable, "-m", "bot", "talk", "--company", "atelier", "--as", address(0)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=tmp_path, env=process.env, stdin=pipe, stdout=pipe, stderr=pipe, text=True
    ) as talking:
        assert talking.stdin
        assert talking.stdout
        assert talking.stderr
        said = []
        for line in talking.stdout:
            said.append(line)
            if "code" in line.lower() and (
                digits := [word for word in line.split() if len(word) == 6 and word.isdigit()]
            ):
                break
        talking.stdin.write(f"{ask}\n{digits[0]}\n")
        talking.stdin.close()
        said += list(talking.stdout)
        assert talking.wait(timeout=60) == 0, talking.stderr.read()
    text = "".join(said)
    assert proof in text, text
    assert f"(e-mail, {address(0)})" in text, "where the code went is shown"
    assert _dump(tmp_path) == before, "a rehearsal changed the data"


def test_a_rehearsal_of_nobody(filled: Run) -> None:
    refused(filled("talk", "--company", "nobody", "--as", "x@x.example"), 1, "nobody")
    unknown = filled("talk", "--company", "atelier", "--as", "stranger@x.example")
    assert unknown.returncode == 0
    assert "(e-mail" not in unknown.stdout, "a stranger gets no code, in a rehearsal either"


def _dump(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "facteur.db")) as db:
        return list(db.iterdump())
