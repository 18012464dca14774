"""The guard: costly mails end in time, and whoever else is served does not notice."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvloop
from costly import COSTLY, HEAD, HTML

from mail_gateway.guard import MEMORY, SECONDS, Guard, OutOfLimits
from mail_gateway.incoming import Envelope, Letter, Reading, read
from mail_gateway.screen import with_crlf

PATIENT = 60.0  # the limit of time is judged on a busy machine too: CPU seconds are counted apart


@pytest.fixture
async def guard() -> AsyncIterator[Guard]:
    made = Guard(Reading((), "mx.us.example"), seconds=PATIENT)
    yield made
    await made.close()


async def longest_pause(stop: asyncio.Event) -> float:
    """How long the loop kept a bystander waiting, at worst."""
    worst = 0.0
    while not stop.is_set():
        before = time.monotonic()
        await asyncio.sleep(0.01)
        worst = max(worst, time.monotonic() - before)
    return worst


async def test_costly_mails_are_judged_and_the_loop_goes_on(guard: Guard) -> None:
    await guard.read(HEAD + b"\r\nx\r\n", Envelope())
    stop = asyncio.Event()
    bystander = asyncio.create_task(longest_pause(stop))
    for name, (raw, verdict) in COSTLY.items():
        assert (await guard.read(raw, Envelope())).verdict == verdict, name
    stop.set()
    assert await bystander < 1


@pytest.mark.parametrize("name", COSTLY)
def test_no_mail_costs_more_than_the_limit(name: str) -> None:
    before = time.process_time()
    read(COSTLY[name][0], Envelope(), Reading((), "mx.us.example"))
    assert time.process_time() - before < SECONDS


def test_it_works_on_the_loop_that_serves() -> None:
    async def read_one() -> Letter:
        assert isinstance(asyncio.get_running_loop(), uvloop.Loop)
        made = Guard(Reading())
        try:
            return await made.read(HEAD + b"\r\nSOLDE\r\n", Envelope())
        finally:
            await made.close()

    assert uvloop.run(read_one()).text == "SOLDE"


async def test_a_mail_past_its_time_is_set_aside_and_the_next_is_read() -> None:
    hasty = Guard(Reading(), seconds=0.05)
    slow = HTML + b"<table><tr>" + b"<td>x\r\n" * 60_000
    letter = await hasty.read(slow, Envelope())
    assert (letter.verdict, letter.reason, letter.sender) == ("quarantine", "timeout", None)
    assert len(letter.key) == 64
    hasty.seconds = PATIENT
    assert (await hasty.read(HEAD + b"\r\nSOLDE\r\n", Envelope())).text == "SOLDE"
    await hasty.close()


async def test_a_mail_past_its_memory_is_set_aside_and_the_next_is_read() -> None:
    narrow = Guard(Reading(), seconds=PATIENT, memory=MEMORY // 5)
    pdf = b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    large = HEAD + pdf + (b"QUFB" * 19 + b"\r\n") * 130_000
    letter = await narrow.read(large, Envelope())
    assert letter.verdict == "quarantine"
    assert letter.reason in ("too_much_memory", "crash")
    with pytest.raises(OutOfLimits, match="too_much_memory|crash"):
        await narrow.contents(large)
    assert (await narrow.read(HEAD + b"\r\nSOLDE\r\n", Envelope())).text == "SOLDE"
    await narrow.close()


def workers() -> list[int]:
    """The processes that this one's fork server started."""
    from multiprocessing import forkserver

    server = forkserver._forkserver._forkserver_pid
    return [int(pid) for pid in Path(f"/proc/{server}/task/{server}/children").read_text().split()]


async def test_a_worker_that_dies_idle_is_replaced(guard: Guard) -> None:
    await guard.read(HEAD + b"\r\nx\r\n", Envelope())
    for pid in workers():
        os.kill(pid, signal.SIGKILL)
    letters = [await guard.read(HEAD + b"\r\nSOLDE\r\n", Envelope()) for _ in range(3)]
    assert [letter.text for letter in letters] == ["SOLDE"] * 3


async def test_the_bytes_of_attachments_come_through_the_guard(guard: Guard, mail_data: Path) -> None:
    raw = with_crlf((mail_data / "golden" / "with_pdf.eml").read_bytes())
    assert await guard.contents(raw) == (b"%PDF-1.4\n%end\n",)
    letter = await guard.read(raw, Envelope())
    assert isinstance(letter, Letter)
    assert [item.name for item in letter.attachments] == ["Facture décembre.pdf"]


async def test_lines_of_ours_reach_the_worker(guard: Guard) -> None:
    ours = ["Votre solde est de 642,00 EUR.", "Répondez FACTURES."]
    raw = (
        HEAD
        + b"Content-Type: text/plain; charset=utf-8\r\n\r\nDEVIS\r\n"
        + "\r\n".join(ours).encode()
        + b"\r\n"
    )
    assert (await guard.read(raw, Envelope(), ours)).text == "DEVIS"


async def test_many_at_once(guard: Guard) -> None:
    raws = [HEAD + b"\r\nnumber %d\r\n" % nth for nth in range(40)]
    letters = await asyncio.gather(*(guard.read(raw, Envelope()) for raw in raws))
    assert [letter.text for letter in letters] == [f"number {nth}" for nth in range(40)]
