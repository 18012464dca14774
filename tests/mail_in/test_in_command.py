"""facteur mail read, as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from dkim_signed import pair, signed
from zone import NameServer, quoted

from service.warm import command


def facteur(*args: str | Path, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FACTEUR_")}
    environment = kept | {f"FACTEUR_{name}": value for name, value in settings.items()}
    return command(folder, environment, "mail", "read", *map(str, args))


def lines(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_line_a_file_whatever_the_verdict(mail_data: Path, tmp_path: Path) -> None:
    hostile = mail_data / "hostile"
    names = ("ct_html_only", "lp_dsn", "st_depth_2000", "id_two_from_rev", "at_svg")
    told = lines(facteur("--json", *(hostile / f"{name}.eml" for name in names), folder=tmp_path))
    assert [(line["verdict"], line["reason"], line["from"]) for line in told] == [
        ("accept", "", "claire@durand.example"),
        ("ignore", "report", "mailer-daemon@durand.example"),
        ("quarantine", "too_many_parts", None),
        ("reject", "two_from", None),
        ("accept", "", "claire@durand.example"),
    ]
    assert told[0]["text"] == "SOLDE"
    assert told[0]["file"] == str(hostile / "ct_html_only.eml")
    named = {"file", "verdict", "reason", "from", "level", "authentication", "text", "attachments"}
    assert set(told[0]) == named
    assert told[0]["authentication"] == ""  # nobody outside handed it over
    assert told[4]["attachments"] == [{"name": "a.svg", "size": 21, "media_type": "image/svg+xml"}]


def test_neither_key_nor_database_is_needed_even_in_production(mail_data: Path, tmp_path: Path) -> None:
    done = facteur("--json", mail_data / "golden" / "english.eml", folder=tmp_path, ENV="production")
    assert lines(done)[0]["text"] == "Hello,\n\nCould you send me invoice F-2026-0118 please?"
    assert list(tmp_path.iterdir()) == []


def test_a_pass_counts_from_a_trusted_peer_under_the_right_name(mail_data: Path, tmp_path: Path) -> None:
    mail = mail_data / "hostile" / "ar_unfolded_id_case.eml"
    trusted = {"TRUSTED_RELAYS": "192.0.2.0/24, 2001:db8::/32"}

    def level(*args: str, **settings: str) -> str:
        return str(lines(facteur("--json", *args, mail, folder=tmp_path, **settings))[0]["level"])

    assert level("--peer", "192.0.2.7", "--authserv-id", "mx.us.example", **trusted) == "verified"
    assert level("--peer", "192.0.2.7", AUTHSERV_ID="mx.us.example", **trusted) == "verified"
    assert level("--peer", "198.51.100.7", "--authserv-id", "mx.us.example", **trusted) == "unverified"
    assert level(AUTHSERV_ID="mx.us.example", **trusted) == "unverified"


def test_of_a_mail_from_outside_we_look_up_who_sent_it(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(signed(b"From: anne@exemple.example\r\nSubject: x\r\n\r\nSOLDE\r\n"))
    zone = {
        "_dmarc.exemple.example": {"TXT": ['"v=DMARC1; p=reject"']},
        "s2026._domainkey.exemple.example": {"TXT": [quoted(pair()[1])]},
        "exemple.example": {"TXT": ['"v=spf1 ip4:8.8.4.4 -all"']},
    }
    with NameServer(zone) as server:
        settings = {"DNS_SERVERS": f"127.0.0.1:{server.at[1]}"}
        outside = ("--peer", "8.8.8.8", "--mail-from", "anne@exemple.example", "--helo", "mx.exemple.example")
        [told] = lines(facteur("--json", *outside, "a.eml", folder=tmp_path, **settings))
        inside = facteur("--json", "--peer", "127.0.0.1", "a.eml", folder=tmp_path, **settings)
        shown = facteur(*outside, "a.eml", folder=tmp_path, **settings).stdout
    assert told["level"] == "verified"
    assert told["authentication"] == (
        "spf=fail smtp.mailfrom=exemple.example; dkim=pass header.d=exemple.example header.s=s2026; "
        "dmarc=pass header.from=exemple.example (p=reject at exemple.example); arc=none"
    )
    assert told["authentication"] in shown
    assert lines(inside)[0]["level"] == "unverified"


def test_for_people_it_is_written_out(mail_data: Path, tmp_path: Path) -> None:
    done = facteur(mail_data / "hostile" / "ct_alt_mismatch.eml", folder=tmp_path)
    assert done.returncode == 0
    assert "accept" in done.stdout
    assert "claire@durand.example (unverified)" in done.stdout
    assert "no command is taken" in done.stdout


def test_lf_ends_are_read_and_bare_cr_refused(tmp_path: Path) -> None:
    (tmp_path / "lf.eml").write_bytes(b"From: a@b.example\n\nSOLDE\n")
    (tmp_path / "cr.eml").write_bytes(b"From: a@b.example\n\nSO\rLDE\n")
    told = lines(facteur("--json", "lf.eml", "cr.eml", folder=tmp_path))
    assert [(line["verdict"], line["reason"], line["text"]) for line in told] == [
        ("accept", "", "SOLDE"),
        ("reject", "bare_cr", ""),
    ]


def test_a_file_that_is_not_there_fails_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(b"From: a@b.example\n\nSOLDE\n")
    done = facteur("--json", "none.eml", "a.eml", folder=tmp_path)
    assert done.returncode == 1
    assert "none.eml" in done.stderr
    assert json.loads(done.stdout)["text"] == "SOLDE"


def test_wrong_settings_are_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(b"From: a@b.example\n\nSOLDE\n")
    done = facteur("a.eml", folder=tmp_path, TRUSTED_RELAYS="the neighbour")
    assert done.returncode == 2
    assert "the neighbour" in done.stderr
    assert "Traceback" not in done.stderr
