"""The floors, each a process of its own: `python -m tests.bench.floors accept|mail|...`. Prints its port."""

from __future__ import annotations

import asyncio
import sys
from email.message import EmailMessage
from typing import Any

import uvloop
from aiosmtpd.smtp import SMTP, Envelope, Session


class Keeps:
    """Answers 250 and keeps nothing."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        return "250 OK"


class Answers:
    """Answers each mail with a short one, over one open connection: no storage, no look-up, no identity."""

    def __init__(self, port: int) -> None:
        self.port, self.client, self.lock = port, None, asyncio.Lock()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        import aiosmtplib

        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "atelier@portail.example", envelope.mail_from, "Re: solde"
        mail.set_content("Solde : 120,00 € à régler.\n")
        async with self.lock:
            if self.client is None:
                self.client: Any = aiosmtplib.SMTP(hostname="127.0.0.1", port=self.port, start_tls=False)
                await self.client.connect()
            await self.client.send_message(mail)
        return "250 OK"


async def smtp(handler: Any) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(handler, hostname="bench", loop=loop, data_size_limit=10**7, enable_SMTPUTF8=True),
        "127.0.0.1",
        0,
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def telegram(api: str, token: str) -> None:
    """aiogram with one handler that answers every message."""
    from aiogram import Bot, Dispatcher
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.types import Message

    bot = Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(api)))
    dispatcher = Dispatcher()

    @dispatcher.message()
    async def answer(message: Message) -> None:
        await message.answer("Solde : 120,00 € à régler.")

    print(0, flush=True)
    await dispatcher.start_polling(bot, handle_signals=False)


async def webhook(secret: str) -> None:
    """Verifies the signature of what is posted, and keeps nothing."""
    from aiohttp import web
    from stripe import SignatureVerificationError, WebhookSignature

    async def handle(request: web.Request) -> web.Response:
        try:
            header = request.headers.get("Stripe-Signature")
            WebhookSignature.verify_header(await request.read(), header, secret, 300)
        except SignatureVerificationError:
            return web.Response(status=400)
        return web.Response()

    app = web.Application()
    app.add_routes([web.post("/stripe/{slug}", handle)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


def main() -> None:
    kind, *rest = sys.argv[1:]
    if kind == "accept":
        asyncio.run(smtp(Keeps()))
    elif kind == "mail":
        asyncio.run(smtp(Answers(int(rest[0]))))
    elif kind == "webhook":
        uvloop.run(webhook(*rest))
    else:
        asyncio.run(telegram(*rest))


if __name__ == "__main__":
    main()
