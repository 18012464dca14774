"""A stand-in for the service: it takes mail at a real SMTP door and answers, on both channels, the way Facteur does.

Its mails are Facteur's own, built by the mail gateway; its chat goes over HTTP to the local Bot API.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from email import message_from_bytes, policy
from io import BytesIO
from typing import Any

import aiohttp
import aiosmtplib
from aiosmtpd.smtp import SMTP
from pypdf import PdfWriter

from bot.demo.botapi import BotApi
from bot.demo.mailboxes import Mailboxes
from handlers.core.ports import Due
from handlers.core.turn import Choice, Document, Reply, Row
from handlers.rules.paper import Company
from mail_gateway.addresses import Marks
from mail_gateway.outgoing import Out, as_mail

ADDRESS = "atelier-exemple@portail.example"
CODE = "482913"
LINK = "vh3kq9s2lmx7powicft3tyq5p2237d3ow"  # as long as a real one


def pdf() -> bytes:
    writer, made = PdfWriter(), BytesIO()
    writer.add_blank_page(300, 400)
    writer.write(made)
    return made.getvalue()


PDF = pdf()
INVOICE = Document("F-2026-0123.pdf", "aa" * 32, len(PDF))
CODE_REPLY = Reply(
    f"Votre code\u00a0: {CODE}\nRépondez à cet e-mail avec ces 6 chiffres. Ils sont valables 5 minutes.",
    subject="Votre code Atelier Exemple",
    kind="code",
    words=("CODE", "HUMAIN"),
)
LIST = Reply(
    "Merci, c'est le bon code. Voici ce que vous aviez demandé.\n2 factures, 876,56\u00a0€ à régler\u00a0:\n{rows}",
    rows=(
        Row(
            "F-2026-0123",
            "24/11/2026",
            "642,00\u00a0€",
            "à régler",
            "wait",
            "doc:123",
            more="échéance 24/12/2026",
        ),
        Row(
            "F-2026-0098", "03/10/2026", "234,56\u00a0€", "en retard", "late", "doc:98", more="échue le 02/11"
        ),
    ),
    choices=(
        Choice("doc:123", "Recevoir F-2026-0123", "FACTURE F-2026-0123"),
        Choice("doc:98", "Recevoir F-2026-0098", "FACTURE F-2026-0098"),
        Choice("pay_all", "Payer 876,56\u00a0€", "PAYER TOUT", main=True),
    ),
    words=("PAYER TOUT", "SOLDE", "HUMAIN"),
)
PAPER = Reply(
    "Voici la facture F-2026-0123\u00a0: 642,00\u00a0€ à régler au plus tard le 24 décembre 2026.",
    documents=(INVOICE,),
    choices=(Choice("pay", "Payer 642,00\u00a0€", "PAYER F-2026-0123", main=True),),
    words=("PAYER F-2026-0123", "SOLDE"),
)
BALANCE = Reply("Solde au 24 novembre 2026\u00a0: 876,56\u00a0€ à régler.", words=("FACTURES", "HUMAIN"))
PASSED_ON = Reply("Le client demande quelqu'un.", subject="Client A vous écrit", kind="company")
ICS = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:PUBLISH\r\nEND:VCALENDAR\r\n"
AGENDA = Reply(
    "Prochain rendez-vous\u00a0: vendredi 27 novembre 2026 à 9h00, Pose.\nLe fichier joint l'ajoute à votre agenda.",
    documents=(Document("Rendez-vous.ics", media_type="text/calendar", recipe={"kind": "calendar"}),),
    words=("SOLDE", "HUMAIN"),
    notes={"heading": "Dupont SARL · Atelier Exemple"},
)
HEADING, IBAN = "Dupont 🟡 SARL · Atelier Exemple", "FR7630006000011234567890189"
TRANSFER: dict[str, Any] = {
    "text": f"{HEADING}\nPour un virement de 642,00\u00a0€.",
    "entities": [{"type": "bold", "offset": 0, "length": len(HEADING) + 1}],
    "reply_markup": {
        "inline_keyboard": [
            [{"text": f"F-2026-012{n}", "callback_data": f"f{n}"} for n in range(3)],
            [
                {"text": "Page précédente", "callback_data": "p"},
                {"text": "Voir la suite", "callback_data": "n"},
            ],
            [{"text": "Copier l'IBAN", "copy_text": {"text": IBAN}}],
            [{"text": "Payer 642,00\u00a0€", "url": "http://127.0.0.1/pay"}],
        ]
    },
}
KEYBOARD = {
    "inline_keyboard": [
        [{"text": "Factures", "callback_data": "list"}, {"text": "Solde", "callback_data": "due"}]
    ]
}


class StandIn:
    def __init__(self, boxes: Mailboxes, api: BotApi, now: datetime) -> None:
        self.boxes, self.api, self.now = boxes, api, now
        self.taken: list[Any] = []
        self._out = Out(
            Marks(b"a key for the tests, 32 bytes ok", "portail.example"), "portail.example", api.username
        )
        self._company = Company(
            1, "atelier-exemple", "Atelier Exemple", "contact@atelier-exemple.example", "01 02 03 04 05"
        )
        self._jobs: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, hostname="localhost", loop=loop), "127.0.0.1", 0
        )
        self.boxes.door = ("127.0.0.1", self._server.sockets[0].getsockname()[1])
        self._http = aiohttp.ClientSession()
        self._task(self._poll())

    async def stop(self) -> None:
        for job in self._jobs:
            job.cancel()
        await asyncio.gather(*self._jobs, return_exceptions=True)
        await self._http.close()
        self._server.close()
        await self._server.wait_closed()

    def _task(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._jobs.add(task)
        task.add_done_callback(self._jobs.discard)

    # --- mail

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if not address.endswith("@portail.example") or not address.startswith("atelier-exemple"):
            return "550 5.1.1 No such address here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        mail = message_from_bytes(envelope.content, policy=policy.default)
        self.taken.append(mail)
        self._task(self._answer(envelope.mail_from, mail))
        return "250 OK"

    async def _answer(self, to: str, mail: Any) -> None:
        text = mail.get_body(("plain",)).get_content().split("\nLe ")[0]
        if CODE in text:
            reply = LIST
        elif "AGENDA" in text:
            reply = AGENDA
        elif "FACTURE" in text or "PAYER" in text:
            reply = PAPER
        elif "HUMAIN" in text:
            await self.post(PASSED_ON, self._company.email)
            return
        else:
            reply = CODE_REPLY
        await self.post(reply, to, subject=str(mail["Subject"]), in_reply_to=str(mail["Message-ID"]))

    async def post(self, reply: Reply, to: str, **thread: str) -> None:
        due = Due(
            42,
            self._company,
            LINK,
            "email",
            to,
            "t-1",
            reply,
            reply.kind,
            thread,
            self.now,
            1,
            not thread,
        )
        made = as_mail(due, self._out, lambda document: ICS if document.recipe else PDF, self.now)
        port = int(self.boxes.url.rpartition(":")[2].partition("?")[0])
        await aiosmtplib.send(
            made.raw,
            sender=made.mail_from,
            recipients=[made.rcpt],
            hostname="127.0.0.1",
            port=port,
            start_tls=False,
        )

    # --- chat

    async def _call(self, method: str, **params: Any) -> Any:
        async with self._http.post(f"{self.api.url}/bot{self.api.token}/{method}", json=params) as answer:
            return (await answer.json())["result"]

    async def _poll(self) -> None:
        offset = 0
        while True:
            for update in await self._call("getUpdates", offset=offset, timeout=20):
                offset = update["update_id"] + 1
                await self._update(update)

    async def _update(self, update: dict[str, Any]) -> None:
        if press := update.get("callback_query"):
            await self._call("answerCallbackQuery", callback_query_id=press["id"])
            await self._pressed(press)
            return
        message = update["message"]
        chat, said = message["chat"]["id"], message.get("text", "")
        if said == CODE:
            await self._call("deleteMessage", chat_id=chat, message_id=message["message_id"])
            await self._call(
                "sendMessage", chat_id=chat, text="Merci, c'est le bon code.", reply_markup=KEYBOARD
            )
        elif said == "RIB":
            await self._call("sendMessage", chat_id=chat, **TRANSFER)
        elif "@" in said:
            await self._call("sendChatAction", chat_id=chat, action="typing")
            await self.post(CODE_REPLY, said)
            await self._call("sendMessage", chat_id=chat, text="Un code à 6 chiffres vient d'y être envoyé.")
        else:
            await self._call("sendMessage", chat_id=chat, text="Bonjour. Donnez l'adresse e-mail <ici>.")

    async def _pressed(self, press: dict[str, Any]) -> None:
        message = press["message"]
        chat = message["chat"]["id"]
        if press["data"] == "due":
            text = "Solde : 876,56 € à régler."
            await self._call("editMessageText", chat_id=chat, message_id=message["message_id"], text=text)
            return
        form = aiohttp.FormData({"chat_id": str(chat), "caption": "F-2026-0123 · 642,00 € · 🟡 à régler"})
        form.add_field("document", PDF, filename="F-2026-0123.pdf", content_type="application/pdf")
        async with self._http.post(f"{self.api.url}/bot{self.api.token}/sendDocument", data=form) as answer:
            assert answer.status == 200
