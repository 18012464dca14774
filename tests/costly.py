"""Mails that are made to cost whoever reads them: each kind, with what is made of it."""

from __future__ import annotations

HEAD = b"From: a@b.example\r\nTo: x@y.example\r\nSubject: s\r\n"
HTML = HEAD + b"Content-Type: text/html\r\n\r\n"


def nested(depth: int) -> bytes:
    opened = (
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (nth, nth) for nth in range(depth)
    )
    return HEAD + b"".join(opened) + b"\r\nx\r\n"


COSTLY: dict[str, tuple[bytes, str]] = {
    "50,000 headers": (
        HEAD + b"".join(b"X-%d: y\r\n" % nth for nth in range(50_000)) + b"\r\nx\r\n",
        "reject",
    ),
    "10,000 parts": (
        HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 10_000,
        "quarantine",
    ),
    "a From of 120 KB": (b"From: " + b"a@b.c," * 20_000 + b"\r\n\r\nx\r\n", "reject"),
    "20 KB of quotes in To": (b"From: a@b.example\r\nTo: " + b'"' * 20_000 + b"\r\n\r\nx\r\n", "reject"),
    "1,900 comments in From": (
        b"From: " + b"(" * 1900 + b")" * 1900 + b" a@b.example\r\n\r\nx\r\n",
        "reject",
    ),
    "2,000 multiparts in each other": (nested(2000), "quarantine"),
    "190 multiparts in each other": (nested(190), "quarantine"),
    "1,500 mails in each other": (
        HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 1500 + b"x\r\n",
        "quarantine",
    ),
    "20 mails in each other": (HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 20 + b"x\r\n", "accept"),
    "4,500 encoded words": (
        b"From: a@b.example\r\nSubject: " + b" ".join([b"=?utf-8?q?a?="] * 4500) + b"\r\n\r\nx\r\n",
        "accept",
    ),
    "6,000 references": (
        b"From: a@b.example\r\nReferences: "
        + b" ".join(b"<%d@x>" % nth for nth in range(6000))
        + b"\r\n\r\nx\r\n",
        "accept",
    ),
    "3,000 comments in Authentication-Results": (
        b"From: a@b.example\r\nAuthentication-Results: mx.us.example; " + b"(" * 3000 + b"\r\n\r\nx\r\n",
        "accept",
    ),
    "a table of 60,000 cells": (HTML + b"<table><tr>" + b"<td>x\r\n" * 60_000, "accept"),
    "90,000 boxes in each other": (HTML + b"<div>\r\n" * 90_000, "accept"),
    "80,000 quotes and answers": (HEAD + b"\r\n" + b"> a\r\nb\r\n" * 40_000, "accept"),
    "10 MB of one line": (HEAD + b"\r\n" + b"Le 1/1/2026 " * 800_000, "accept"),
    "400,000 lines": (HEAD + b"\r\n" + b"\r\n" * 400_000, "quarantine"),
    "7,000 parameters": (
        HEAD + b"Content-Type: text/plain; " + b"a*0*=x; " * 7000 + b"\r\n\r\nx\r\n",
        "accept",
    ),
    "9 MB of base64": (
        HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + (b"QUFB" * 19 + b"\r\n") * 115_000,
        "accept",
    ),
    "1,000 attachments": (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + b"--b\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\nx\r\n" * 1000,
        "quarantine",
    ),
}
