"""SIGKILL at every step of a signature: after the next start it is signed once, and each mail came once."""

from __future__ import annotations

import email
import email.policy
import io
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from killed import Fault, Task, run, run_and_die
from papers.seal_data import quote as pdf
from pypdf import PdfReader
from sqlalchemy import select
from storage_seed import HOUR, NOW, House
from storage_signing import kinds, ledger, open_, quote

from bot.paper import keys as keeping
from bot.paper.child import CHILD
from bot.paper.verify import verdict
from service.process import free_port
from storage import audit, chain
from storage import tables as t
from storage.files import Store

QUOTE = pdf("Devis D-1", "Conditions")
IN_THE_DATABASE = {
    "the turn, before its end": Fault("turn", "decide", ended=True),
    "claimed": Fault("sealing", "claim", ended=True),
    "the entry of the seal, before its end": Fault("entries", "_note", ended=True),
    "sealed": Fault("sealing", "sealed", ended=True),
    "the mails written, before their end": Fault("sealing", "_post", ended=True),
    "done": Fault("sealing", "done", ended=True),
    "one mail at the relay": Fault("outbox", "sent", ended=False),
}
SHORT, *LONG = reversed(IN_THE_DATABASE)  # with a mail at the relay; the others in the long series
ELSEWHERE = {
    "pressed": Fault("files", "put", ended=False),
    "the signed file kept": Fault("files", "put", ended=True),
    "the proof pressed": Fault("files", "put", ended=False, nth=2),
    "the proof kept": Fault("files", "put", ended=True, nth=2),
    "mails taken": Fault("outbox", "claim", ended=True),
    "one mail marked": Fault("outbox", "sent", ended=True),
}


class Sink:
    """A relay that takes everything."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, bytes]] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.taken += [(address, bytes(envelope.content or b"")) for address in envelope.rcpt_tos]
        return "250 OK"


@pytest.fixture
def sink() -> Iterator[tuple[Sink, str]]:
    made = Sink()
    port = free_port()
    controller = Controller(made, hostname="127.0.0.1", port=port)
    controller.start()
    yield made, f"smtp://127.0.0.1:{port}?tls=none"
    controller.stop()


@pytest.fixture(scope="module", autouse=True)
def _child_ends() -> Iterator[None]:
    yield
    CHILD.close()


@pytest.fixture
def task(house: House, url: str, tmp_path: Path, sink: tuple[Sink, str]) -> Task:
    """Everything is ticked, and what decides comes next."""
    sha256 = Store(f"file:{tmp_path}/files").put(QUOTE)
    ticket = open_(house, quote(house, house.anne, file_sha256=sha256))
    return Task(url, tmp_path, sink[1], house.anne, ticket, NOW)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("step", IN_THE_DATABASE)
def test_killed_in_the_database_it_is_signed_once(
    step: str, house: House, task: Task, sink: tuple[Sink, str]
) -> None:
    killed(house, task, sink[0], IN_THE_DATABASE[step])


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("step", [SHORT, *(pytest.param(step, marks=pytest.mark.soak) for step in LONG)])
def test_killed_in_the_database_it_is_signed_once_on_postgresql(
    step: str, house: House, task: Task, sink: tuple[Sink, str]
) -> None:
    killed(house, task, sink[0], IN_THE_DATABASE[step])


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("step", ELSEWHERE)
def test_killed_elsewhere_it_is_signed_once(
    step: str, house: House, task: Task, sink: tuple[Sink, str]
) -> None:
    killed(house, task, sink[0], ELSEWHERE[step])


@pytest.mark.soak
@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("step", ELSEWHERE)
def test_killed_elsewhere_it_is_signed_once_on_postgresql(
    step: str, house: House, task: Task, sink: tuple[Sink, str]
) -> None:
    killed(house, task, sink[0], ELSEWHERE[step])


def killed(house: House, task: Task, sink: Sink, fault: Fault) -> None:
    assert run_and_die(task, fault) == -signal.SIGKILL
    run(replace(task, now=NOW + HOUR))  # after every lease
    signed, proof = signed_once(house, task)
    for address in ("anne@exemple.example", "contact@atelier.example"):
        came = [raw for to, raw in sink.taken if to == address]
        mails = [email.message_from_bytes(raw, policy=email.policy.default) for raw in came]
        assert len({mail["Message-ID"] for mail in mails}) == 1
        assert (
            len(mails) == 1 or fault.name == "sent"
        )  # what was at the relay goes again, under its Message-ID
        for mail in mails:
            files = [part.get_content() for part in mail.iter_attachments()]
            assert [chain.sha256(data) for data in files] == [signed, proof]
    assert len(sink.taken) <= 4
    run(replace(task, now=NOW + 2 * HOUR))
    assert len(sink.taken) <= 4


def signed_once(house: House, task: Task) -> tuple[str, str]:
    """One decision, one signed file, one proof, and a ledger without a fault."""
    with house.engine.connect() as db:
        [made] = db.execute(select(t.decisions)).all()
        assert audit.check(db, house.atelier.id) is None
        kept = set(
            db.execute(select(t.files.c.sha256).where(t.files.c.media_type == "application/pdf")).scalars()
        )
    assert made.state == "done"
    assert kept == {made.presented_sha256, made.signed_sha256, made.proof_sha256}
    steps = ("quote.accepted", "signature.sealed", "proof.made")
    assert [kind for kind in kinds(house) if kind in steps] == list(steps)
    told = {entry.kind: entry.payload or {} for entry in ledger(house)}
    assert told["signature.sealed"]["signed_sha256"] == made.signed_sha256
    assert told["proof.made"]["sha256"] == made.proof_sha256
    files, roots = Store(f"file:{task.folder}/files"), keeping.roots(task.folder / "keys")
    for sha256 in (made.signed_sha256, made.proof_sha256):
        found = verdict(files.read(sha256), roots)
        assert (found.what, found.signature_id) == ("intact", made.signature_id)
    assert files.read(made.signed_sha256).startswith(QUOTE)
    (data,) = PdfReader(io.BytesIO(files.read(made.proof_sha256))).attachments["proof.json"]
    assert made.signed_sha256.encode() in data
    return made.signed_sha256, made.proof_sha256
