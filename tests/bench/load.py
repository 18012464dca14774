"""An SMTP load client: N open connections, no pipelining, a message counts at its 250.

Runs as a process of its own (`python -m tests.bench.load`): prints one JSON line with the rate, the latencies and the
unexpected replies.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from email.message import EmailMessage
from typing import Any

import uvloop


def mail(to: str, sender: str, nth: int, text: str = "solde") -> bytes:
    """About 3 KB: accents, encoded words, Received lines, a text and an HTML part with a quoted mail."""
    made = EmailMessage()
    for hop in range(3):
        made["Received"] = (
            f"from relay{hop}.example by mx.example with ESMTPS id {nth:08x}; Tue, 24 Nov 2026 10:00:0{hop} +0100"
        )
    made["From"] = f"Élodie Lefèvre <{sender}>"
    made["To"] = to
    made["Subject"] = "Réponse à votre facture du mois dernier"
    made["Message-ID"] = f"<bench-{nth}-{time.monotonic_ns()}@client.example>"
    made["Date"] = "Tue, 24 Nov 2026 10:00:00 +0100"
    quoted = "\n".join(
        f"> Ligne citée numéro {line}, avec des accents : été, français, à régler." for line in range(12)
    )
    made.set_content(
        f"{text}\n\nLe 24/11/2026 à 09:12, Atelier <a@b.example> a écrit :\n{quoted}\n",
        cte="quoted-printable",
    )
    html = "".join(f"<blockquote>Ligne citée numéro {line}</blockquote>" for line in range(12))
    made.add_alternative(
        f"<p>{text}</p><div class='gmail_quote'>{html}</div>", "html", cte="quoted-printable"
    )
    return made.as_bytes().replace(b"\n", b"\r\n").replace(b"\r\r\n", b"\r\n")


class Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self.lines: asyncio.Queue[bytes] = asyncio.Queue()
        self.rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport  # uvloop's are no asyncio.Transport

    def data_received(self, data: bytes) -> None:
        *lines, self.rest = (self.rest + data).split(b"\r\n")
        for line in lines:
            if line[3:4] != b"-":
                self.lines.put_nowait(line)

    async def ask(self, data: bytes) -> bytes:
        self.transport.write(data)
        return await self.lines.get()


async def drive(
    host: str, port: int, jobs: list[tuple[str, str, bytes]], seconds: float, out: dict[str, list[float]]
) -> None:
    _, link = await asyncio.get_running_loop().create_connection(Connection, host, port)
    await link.lines.get()
    await link.ask(b"EHLO bench.example\r\n")
    end = time.monotonic() + seconds
    nth = 0
    while time.monotonic() < end and (nth < len(jobs) or not out["once"]):
        sender, to, data = jobs[nth % len(jobs)]
        nth += 1
        began = time.monotonic()
        replies = [
            await link.ask(f"MAIL FROM:<{sender}>\r\n".encode()),
            await link.ask(f"RCPT TO:<{to}>\r\n".encode()),
            await link.ask(b"DATA\r\n"),
            await link.ask(data + b"\r\n.\r\n"),
        ]
        if [reply[:3] for reply in replies] == [b"250", b"250", b"354", b"250"]:
            out["latency"].append(time.monotonic() - began)
        else:
            out["odd"].append(float(next(r[:3] for r in replies if r[:3] not in (b"250", b"354"))))
    link.transport.close()


async def run(
    port: int, connections: int, seconds: float, jobs: list[tuple[str, str, str]], once: bool
) -> dict[str, float]:
    out: dict[str, list[float]] = {"latency": [], "odd": [], "once": [1.0] if once else []}
    made = [(sender, to, mail(to, sender, nth, text)) for nth, (sender, to, text) in enumerate(jobs)]
    if not once:  # each mail is a new one: its own Message-ID
        made = [(s, t, mail(t, s, nth)) for nth in range(400) for s, t, _ in jobs[:1]]
    shares = [made[nth::connections] for nth in range(connections)]
    began = time.monotonic()
    async with asyncio.timeout(seconds + 60):
        await asyncio.gather(*(drive("127.0.0.1", port, share, seconds, out) for share in shares if share))
    took = time.monotonic() - began
    slow = sorted(out["latency"])
    return {
        "count": len(slow),
        "rate": len(slow) / took,
        "p50_ms": 1000 * slow[len(slow) // 2] if slow else 0.0,
        "p95_ms": 1000 * slow[int(len(slow) * 0.95)] if slow else 0.0,
        "odd": len(out["odd"]),
    }


def main() -> None:
    ask = argparse.ArgumentParser()
    ask.add_argument("port", type=int)
    ask.add_argument("--connections", type=int, default=8)
    ask.add_argument("--seconds", type=float, default=1.0)
    ask.add_argument("--jobs", help="a JSON file of [sender, recipient, text]; each sent once")
    ask.add_argument("--to", default="atelier@portail.example")
    got = ask.parse_args()
    if got.jobs:
        with open(got.jobs, encoding="utf-8") as file:
            jobs = [tuple(job) for job in json.load(file)]
    else:
        jobs = [("client@courriel.example", got.to, "solde")]
    uvloop.install()
    print(json.dumps(asyncio.run(run(got.port, got.connections, got.seconds, jobs, bool(got.jobs)))))


if __name__ == "__main__":
    main()
