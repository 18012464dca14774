"""What facteur doctor --mail finds out from a name server that really answers."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import SecretStr
from zone import NameServer, quoted

from bot.clock import now
from bot.demo.mailboxes import Mailboxes
from bot.doctor.examine import MAIL, Line, examine
from bot.doctor.patient import Patient
from bot.settings import Settings
from mail_gateway.addresses import Marks
from mail_gateway.dkim_sign import Signer, new_key
from mail_gateway.listener import Listener
from service.process import DOMAIN
from service.warm import Warm

HERE, MX = "198.51.100.7", f"mx.{DOMAIN}"
RELAY, RELAYS = "relay.provider.example", "203.0.113.5"
ASKED = ("MX", "SPF", "DKIM", "DMARC", "PTR")
WELL: dict[str, Any] = {
    DOMAIN: {"MX": [f"10 {MX}."], "TXT": ['"other=1"', '"v=spf1 mx -all"']},
    MX: {"A": [HERE]},
    f"_dmarc.{DOMAIN}": {"TXT": ['"v=DMARC1; p=reject"']},
    "7.100.51.198.in-addr.arpa": {"PTR": [f"{MX}."]},
    RELAY: {"A": [RELAYS]},
    "spf.provider.example": {"TXT": [f'"v=spf1 ip4:{RELAYS} -all"']},
}


def found(records: Mapping[str, Any], **given: Any) -> dict[str, list[Line]]:
    """What each check says, of a machine at HERE."""
    only = given.pop("only", ASKED)
    with NameServer(records, given.pop("silent", ())) as server:
        host, port = server.at
        made = Settings(
            env="test", mail_domain=given.pop("domain", DOMAIN), dns_servers=f"{host}:{port}", **given
        )
        patient = Patient(made, now(), lambda: frozenset({HERE}))
        lines = examine(patient, lambda *_: None, {name: MAIL[name] for name in only})
    return {name: [line for line in lines if line.about == name] for name in only}


def states(said: Mapping[str, list[Line]]) -> dict[str, str]:
    return {name: " ".join(line.finding.state for line in lines) for name, lines in said.items()}


def told(said: Mapping[str, list[Line]], name: str) -> str:
    return " ".join(f"{line.finding.said} {line.finding.do}" for line in said[name])


def test_a_domain_that_is_well() -> None:
    said = found(WELL)
    assert states(said) == {"MX": "good", "SPF": "good", "DKIM": "note", "DMARC": "good", "PTR": "good"}


def test_a_domain_of_which_nothing_is_published() -> None:
    said = found({})
    assert states(said) == {"MX": "wrong", "SPF": "wrong", "DKIM": "note", "DMARC": "wrong", "PTR": "note"}
    assert f"{DOMAIN}. MX 10 {MX}." in told(said, "MX")
    assert f'{DOMAIN}. TXT "v=spf1 mx -all"' in told(said, "SPF")
    assert f'_dmarc.{DOMAIN}. TXT "v=DMARC1; p=quarantine"' in told(said, "DMARC")


def test_a_relay_sends_by_what_its_provider_publishes() -> None:
    relay = {"smtp_relay": SecretStr(f"smtp://user:hush@{RELAY}:587")}
    said = found(WELL, **relay)
    assert "names neither" in told(said, "SPF")
    assert f"{RELAY} must sign" in told(said, "DKIM")
    assert f"{RELAY} delivers" in told(said, "PTR")
    includes = {"TXT": ['"v=spf1 include:spf.provider.example ~all"'], "MX": WELL[DOMAIN]["MX"]}
    assert states(found(WELL | {DOMAIN: includes}, **relay))["SPF"] == "good"
    assert "hush" not in str(said)


def test_the_key_that_signs_is_the_one_that_is_published(tmp_path: Path) -> None:
    file = tmp_path / "dkim.pem"
    file.write_bytes(new_key("rsa"))
    signer = Signer.of(file, "s1", DOMAIN)
    given = {"dkim_key": file, "dkim_selector": "s1"}
    strict = WELL | {f"_dmarc.{DOMAIN}": {"TXT": ['"v=DMARC1; p=reject; adkim=s"']}}
    missing = found(strict, **given)
    assert f"Add the record: s1._domainkey.{DOMAIN}. TXT {quoted(signer.record)}" in told(missing, "DKIM")
    assert states(missing)["DMARC"] == "good", "our signature is of the very domain"
    there = {f"s1._domainkey.{DOMAIN}": {"TXT": [quoted(signer.record)]}}
    assert states(found(strict | there, **given))["DKIM"] == "good"
    file.write_bytes(new_key("ed25519"))
    assert "not the one that signs" in told(found(strict | there, **given), "DKIM")
    file.unlink()
    said = told(found(strict | there, **given), "DKIM")
    assert "cannot be read" in said
    assert "facteur mail dkim-key" in said


def test_a_mailbox_of_a_provider() -> None:
    given = {"imap_url": SecretStr("imaps://atelier:hush@imap.provider.example/")}
    provider = {DOMAIN: {"MX": ["10 mx1.provider.example."]}, "mx1.provider.example": {"A": [RELAYS]}}
    said = found(provider, **given)
    assert states(said)["MX"] == "good"
    assert "public address of this machine is not known" in told(said, "PTR")
    assert '"v=DMARC1; p=none"' in told(said, "DMARC")
    assert '"v=spf1 mx -all"' in told(said, "SPF")


def test_the_record_of_the_organisation_counts_for_its_sub_domains() -> None:
    said = found(WELL, domain=f"clients.{DOMAIN}")
    assert f"DMARC of {DOMAIN} asks to reject" in told(said, "DMARC")


def test_long_records_are_put_together() -> None:
    long = "v=spf1 " + "ip4:192.0.2.9 " * 30 + "mx -all"
    texts = {"TXT": [quoted(long)], "MX": WELL[DOMAIN]["MX"]}
    assert states(found(WELL | {DOMAIN: texts}))["SPF"] == "good"


def test_a_name_server_that_is_silent_is_no_missing_record(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.doctor.patient.SECONDS", 0.2)
    said = found(WELL, silent=[f"_dmarc.{DOMAIN}", MX])
    assert states(said)["DMARC"] == states(said)["MX"] == "wrong"
    assert "The DNS does not answer" in told(said, "DMARC")
    assert "Add the record" not in told(said, "DMARC")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"domain": "localhost"}, "first MAIL_DOMAIN"),
        ({"smtp_relay": SecretStr("smtp://relay.example?tls=no")}, "SMTP_RELAY: tls must be"),
        ({"imap_url": SecretStr("imap://u:hush@elsewhere.example/")}, "IMAP_URL: without TLS only"),
    ],
)
def test_settings_come_first(given: dict[str, Any], words: str) -> None:
    said = found({}, **given)
    assert states(said) == dict.fromkeys(ASKED, "note")
    assert words in told(said, "SPF")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """For the MX, good for 90 days."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    begin = now()
    made = x509.CertificateBuilder(
        name, name, key.public_key(), 1, begin, begin + timedelta(days=90, hours=1)
    )
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(MX)]), critical=True)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = tmp_path / "both.pem"
    file.write_bytes(private + made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    return file


async def nobody(*_: Any) -> None:
    raise AssertionError("no mail comes")


async def at_the_door(tls: ssl.SSLContext | None, **given: Any) -> str:
    async def none(slug: str) -> bool:
        return False

    door = Listener(Marks(b"x" * 32, DOMAIN), none, nobody, tls=(lambda: tls) if tls else None)
    await door.start("127.0.0.1", 0)
    given |= {"smtp_listen": f"127.0.0.1:{door.port}"}
    said = await asyncio.to_thread(found, WELL, only=("STARTTLS",), **given)
    await door.close()
    return " / ".join(f"{line.finding.state}: {line.finding.said}" for line in said["STARTTLS"])


async def test_the_certificate_that_the_door_shows(certificate: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    assert await at_the_door(context) == "good: The certificate of the door is good for 90 more days."
    assert await at_the_door(None) == "note: Mail comes to the door without TLS."
    assert await at_the_door(None, imap_url=SecretStr("imaps://u:hush@imap.provider.example/")) == ""


async def test_the_command_looks_at_mail_alone(tmp_path: Path, mailboxes: Mailboxes) -> None:
    with NameServer(WELL) as server:
        host, port = server.at
        process = Warm(tmp_path, mailboxes.url, dns_servers=f"{host}:{port}")
        done = await asyncio.to_thread(process.run, "doctor", "--mail", "--json")
    lines = json.loads(done.stdout)
    assert {line["about"] for line in lines} == {"settings", "mail in", "mail out", "STARTTLS", *ASKED}
    assert [line["about"] for line in lines if line["state"] == "wrong"] == []
    assert done.returncode == 0
