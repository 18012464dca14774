"""The files of a signature: the sealed quote, the proof file, and the two mails that carry them.

A decision is made in its turn; this makes its files, outside any transaction, and ends each step in one. Each step can
be done again: a crash anywhere costs the work of that step, never a second file, mail or entry (storage/sealing.py).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

import structlog

from bot.paper.keys import Keys
from bot.paper.sealing import Unsealable, seal, seal_proof
from bot.waiting import woken
from handlers.core import papers, proof_file, signature_page, signed_mails
from handlers.core.ports import Clock
from handlers.core.turn import Document
from storage.evidence import KeySeen
from storage.sealing import Kept, Mail, Seal, SealingQueue
from storage.waiting import Waiting

log = structlog.get_logger()


class Files(Protocol):
    """storage/files.py."""

    def read(self, sha256: str) -> bytes: ...
    def put(self, data: bytes) -> str: ...
    def size(self, sha256: str) -> int: ...


KeysSeen = Callable[[Sequence[bytes]], Sequence[KeySeen]]  # of the mails that decided; within seconds
Proofs = Callable[[int, str], Mapping[str, Any]]  # of a company and a signature: "facteur-proof/1"


class Sealer:
    """`keys` gives the keys of the seal, made at the first signature; `tsa_url` is a time-stamping authority, or ""."""

    def __init__(
        self,
        queue: SealingQueue,
        proofs: Proofs,
        files: Files,
        keys: Callable[[], Keys],
        tsa_url: str,
        clock: Clock,
        keys_seen: KeysSeen = lambda mails: (),
        mail_domain: str = "",
    ) -> None:
        self.queue, self.proofs, self.files, self.keys = queue, proofs, files, keys
        self.tsa_url, self.clock, self.keys_seen = tsa_url, clock, keys_seen
        self.mail_domain = mail_domain
        self.wake = asyncio.Event()

    async def run(self, poll: float = 1.0) -> None:
        """Until cancelled. `wake` says that something was written."""
        while True:
            self.wake.clear()
            try:
                while await asyncio.to_thread(self.drain):
                    pass
            except Exception:
                log.exception("sealing.failed")
            await woken(self.wake, poll)

    def drain(self) -> bool:
        """Make the files of one signature; False when none waits."""
        waiting = self.queue.claim(self.clock())
        if waiting is None:
            return False
        id, signature = waiting.decision.id, waiting.decision.signature_id
        try:
            if waiting.exhausted:
                self.queue.put_aside(id, self.clock(), "tried often enough", [self._stuck(waiting)])
                log.error("signature.put_aside", signature=signature)
                return True
            keys = self.keys()
            if waiting.decision.state == "decided":
                self._seal(waiting, keys)
            self._prove(waiting, keys)
        except Exception as error:
            log.exception("signature.not_made", signature=signature, attempt=waiting.attempt)
            self.queue.failed(id, self.clock(), type(error).__name__)
        return True

    def _seal(self, waiting: Waiting, keys: Keys) -> None:
        kept, seen = tuple(self._kept(raw) for raw in waiting.mails), self.keys_seen(waiting.mails)
        id, why = waiting.decision.id, waiting.why_not
        if not why:
            try:
                made = self._sealed(waiting, keys)
                self.queue.sealed(id, self.clock(), made, kept, seen)
                log.info("signature.sealed", signature=waiting.decision.signature_id, level=made.level)
                return
            except Unsealable as error:
                why = error.why
        self.queue.proof_only(id, self.clock(), why, kept, seen)
        log.warning("signature.proof_only", signature=waiting.decision.signature_id, why=why)

    def _sealed(self, waiting: Waiting, keys: Keys) -> Seal:
        original = self.files.read(waiting.decision.presented_sha256)
        page = signature_page.recipe(self._data(waiting), self._door(waiting))
        made = seal(original, page, keys, self.tsa_url, self.clock(), judged=waiting.judged)
        sha256 = self.files.put(made.data)
        return Seal(
            sha256, len(made.data), made.pages, made.level, made.certificate_sha256, made.time, made.tsa
        )

    def _prove(self, waiting: Waiting, keys: Keys) -> None:
        """The proof is of what the ledger holds after the seal: read anew."""
        data = self._data(waiting)
        proof = self._proof(data, self._door(waiting), keys)
        sha256 = self.files.put(proof)
        signed = str(data["document"]["signed_sha256"] or "")
        known = replace(waiting, decision=replace(waiting.decision, signed_sha256=signed))
        papers = (*self._papers(known), Document(proof_file.name(data), sha256, len(proof)))
        head = (int(data["chain"]["seq"]), str(data["chain"]["hash"]))
        self.queue.done(
            waiting.decision.id, self.clock(), sha256, len(proof), tuple(_mails(known, head, papers))
        )

    def _proof(self, data: Mapping[str, Any], door: str, keys: Keys) -> bytes:
        """Where the seal fails, it has none and does not speak of one."""
        worded: dict[str, dict[str, Any]] = {
            own: proof_file.recipe(data, own, door) for own in proof_file.OWN if own != "tsa" or self.tsa_url
        }
        company, reason = data["company"]["name"], signature_page.reason(data)
        made = seal_proof(worded, company, reason, keys, self.tsa_url, self.clock())
        if not made.level:
            log.warning("proof.not_sealed", signature=data["signature_id"])
        return made.data

    def _door(self, waiting: Waiting) -> str:
        """The address of the company that this service reads: who sends a file there is told what it is."""
        return f"{waiting.company.slug}@{self.mail_domain}" if self.mail_domain else ""

    def _data(self, waiting: Waiting) -> Mapping[str, Any]:
        return self.proofs(waiting.company.id, waiting.decision.signature_id)

    def _papers(self, waiting: Waiting) -> Iterator[Document]:
        """The signed quote; where there is none, the quote as presented."""
        decision, paper = waiting.decision, waiting.paper
        if decision.signed_sha256:
            size = self.files.size(decision.signed_sha256)
            yield Document(signed_mails.signed_name(paper, waiting.language), decision.signed_sha256, size)
        elif decision.presented_sha256:
            presented = papers.named(paper, waiting.language)  # the name under which it was shown
            yield replace(presented, sha256=decision.presented_sha256)

    def _stuck(self, waiting: Waiting) -> Mail:
        told = signed_mails.stuck(
            waiting.company, waiting.client, waiting.paper, waiting.decision, self.clock()
        )
        return Mail(
            "stuck", waiting.company.email, told, conversation=f"stuck:{waiting.decision.signature_id}"
        )

    def _kept(self, raw: bytes) -> Kept:
        """The raw mail that decided, beside the files."""
        self.files.put(raw)
        return Kept(hashlib.sha256(raw).hexdigest(), len(raw), "message/rfc822")


def _mails(waiting: Waiting, head: signed_mails.Head, files: tuple[Document, ...]) -> Iterator[Mail]:
    about = (waiting.company, waiting.client, waiting.paper, waiting.decision)
    signatory = waiting.signatory or waiting.account.address
    signature = waiting.decision.signature_id
    to_client = signed_mails.to_client(*about, signatory, waiting.language, head, files)
    yield Mail(
        "client",
        waiting.account.address,
        to_client,
        account=waiting.account,
        conversation=f"signed:{signature}",
    )
    to_company = signed_mails.to_company(*about, signatory, head, files)
    yield Mail("company", waiting.company.email, to_company, conversation=f"signed:company:{signature}")
