"""`facteur serve` with both doors open: what the settings say is what they do."""

from __future__ import annotations

import asyncio
import smtplib
from pathlib import Path

import aiohttp

from service.process import DOMAIN, company
from service.warm import Warm

MAIL = b"From: a@b.example\r\nSubject: x\r\n\r\nBonjour\r\n"


async def test_by_smtp_and_by_lmtp(tmp_path: Path) -> None:
    service = Warm(tmp_path, "smtp://127.0.0.1:1?tls=none", lmtp_listen="./lmtp")
    try:
        assert service.run("import", str(company(tmp_path, 2))).returncode == 0
        await service.start("--only", "smtp,web")
        url = f"http://127.0.0.1:{service.web}/health"
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            assert (await answer.json())["parts"] == {"smtp": "ready", "lmtp": "ready", "web": "ready"}

        def mails() -> None:
            box = f"atelier@{DOMAIN}"
            with (
                smtplib.LMTP(str(tmp_path / "lmtp")) as by_lmtp,
                smtplib.SMTP("127.0.0.1", service.smtp) as by_smtp,
            ):
                for client in (by_lmtp, by_smtp):
                    assert client.sendmail("a@b.example", [box], MAIL) == {}

        await asyncio.to_thread(mails)
        assert service.stop() == 0
    finally:
        service.end()
