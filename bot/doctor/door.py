"""The SMTP door as others meet it: what it offers to those who want TLS."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator

from cryptography import x509

from bot.doctor import judge, published
from bot.doctor.domain import Domain, of_domain
from bot.doctor.finding import Finding, note, wrong
from bot.doctor.machine import near, ours
from bot.doctor.patient import SECONDS, Patient


def starttls(it: Patient) -> Iterator[Finding]:
    """The certificate that the running service shows, whoever it was made by; no mail."""
    made = it.settings
    if made.imap_url.get_secret_value():
        return
    if not ours(made.smtp_listen, made.mail_domain):
        yield note("Not looked at: the service does not run.")
        return
    try:
        shown = _shown(*near(made.smtp_listen))
    except (OSError, smtplib.SMTPException, ValueError) as error:
        yield wrong(f"STARTTLS fails: {judge.why(error)}.", "See the certificate, its key and the log.")
        return
    if shown is None:
        do = "Right behind a mail server of this machine; straight from outside, set SMTP_TLS_CERT."
        yield note("Mail comes to the door without TLS.", do)
        return
    yield from of_domain(lambda of: _judged(of, shown, it))(it)


def _judged(of: Domain, shown: x509.Certificate, it: Patient) -> Iterator[Finding]:
    yield from published.certificate(_names(shown), shown.not_valid_after_utc, it.now, list(of.mx()))


def _shown(host: str, port: int) -> x509.Certificate | None:
    """None where it offers no TLS."""
    anybody = ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE  # it is looked at, not believed
    with smtplib.SMTP(host, port, timeout=SECONDS) as client:
        client.ehlo()
        if not client.has_extn("starttls"):
            return None
        client.starttls(context=anybody)
        assert isinstance(client.sock, ssl.SSLSocket)
        return x509.load_der_x509_certificate(client.sock.getpeercert(binary_form=True) or b"")


def _names(shown: x509.Certificate) -> list[str]:
    try:
        names = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return names.get_values_for_type(x509.DNSName)
