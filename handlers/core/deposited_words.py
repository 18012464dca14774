"""What is told to the team of a PDF that it sent to its deposit address, in the company's own language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.core import phrases, wording
from handlers.core.announce import Announcement
from handlers.core.deposited import LIFE, Deposit, Pdf, Seen
from handlers.core.happening import moment, today
from handlers.core.turn import Language
from handlers.rules import notices
from handlers.rules.notices import Reach, Ways
from handlers.rules.paper import Company, Paper


@dataclass(frozen=True)
class Words:
    """`ways`: how the company writes of its own accord."""

    company: Company
    ways: Ways
    now: datetime

    @property
    def language(self) -> Language:
        return "en" if self.company.language == "en" else "fr"

    def say(self, key: str, **more: Any) -> str:
        return phrases.say("deposit", key, self.language, own=self.company.phrases, **more)

    # --- what was read

    def asked(
        self, seen: Seen, paper: Paper, reaches: Iterable[Reach], before: Deposit | None
    ) -> dict[str, Any]:
        """The words of `ask`."""
        ends = wording.local(self.now + LIFE, self.company.timezone).date()
        return {
            **self.document(seen.facts),
            "date": self._day(paper),
            "échéance": self._last_day(paper),
            "version": self._version(seen, paper),
            "prévenus": self.told(paper, reaches),
            "attention": self._careful(seen, paper),
            "avant": self.before(before),
            "question": self.question(seen.facts),
            "fin": wording.named_day(ends, self.language),
        }

    def document(self, facts: Any) -> dict[str, Any]:
        """Of what was read in full."""
        total = wording.with_vat(facts["total_cents"], self.language, facts["currency"])
        named = phrases.the_document(facts["kind"], facts["number"], self.language)
        return {"numéro": facts["number"], "le_document": named, "client": facts["name"], "total": total}

    def question(self, facts: Any) -> str:
        return self.say("question_record" if facts["kind"] == "credit_note" else "question_announce")

    def _day(self, paper: Paper) -> str:
        return wording.day(paper.issued_on, self.language) if paper.issued_on else ""

    def _last_day(self, paper: Paper) -> str:
        last = paper.valid_until if paper.kind == "quote" else paper.due_on
        if last is None:
            return ""
        return self.say("until" if paper.kind == "quote" else "due", date=wording.day(last, self.language))

    def _version(self, seen: Seen, paper: Paper) -> str:
        if seen.outcome == "new_version" and seen.former_cents not in (None, paper.total_cents):
            former = wording.with_vat(seen.former_cents or 0, self.language, paper.currency)
            return self.say("new_version_total", total=former)
        return self.say(seen.outcome)

    def _careful(self, seen: Seen, paper: Paper) -> str:
        said = [self.say("by_name")] if seen.by_name else []
        if paper.kind == "quote" and not seen.signable and "signature" in self.company.options:
            said.append(self.say("unsignable"))
        return "\n".join(said)

    # --- who is told

    def told(self, paper: Paper, reaches: Iterable[Reach]) -> str:
        if paper.kind == "credit_note":
            return self.say("never_told")
        told: list[str] = []
        not_told: list[str] = []
        for reach in reaches:
            said = Announcement(self.company, self.ways, reach, paper, (), today(self.now, self.company))
            plans = map(said.fits, notices.plan(reach, "announce"))
            by = [self.say(plan.channel) for plan in plans if not plan.reason]
            address = reach.account.address
            if by:
                told.append(f"{address} ({', '.join(by)})")
            else:
                not_told.append(address)
        lines = [self._to_tell(", ".join(told))] if told else []
        lines += [self.say("not_told", qui=", ".join(not_told))] if not_told else []
        return "\n".join(lines) or self.say("told_nobody")

    def _to_tell(self, who: str) -> str:
        leaves = notices.leaves_at(self.now, self.company.timezone, self.ways.quiet)
        if leaves <= self.now:
            return self.say("told", qui=who)
        zone = wording.zone_name(self.company.timezone, self.language)
        return self.say("told_later", qui=who, fuseau=zone, **moment(leaves, self.company, self.language))

    # --- what became of it

    def before(self, deposit: Deposit | None) -> str:
        if deposit is None:
            return ""
        at = deposit.done_at or deposit.asked_at
        return self.say(f"before_{deposit.state}", **moment(at, self.company, self.language))

    def since(self, deposit: Deposit) -> dict[str, Any]:
        """The words of what is decided already."""
        at = moment(deposit.done_at or deposit.asked_at, self.company, self.language)
        document = self.document(deposit.facts) if "kind" in deposit.facts else {}
        return {"fichier": deposit.pdf.name, **document, **at}

    def aside(self, pdf: Pdf, seen: Seen, why: str, before: Deposit | None) -> dict[str, Any]:
        reason = self.say(f"why_{why}", numéro=seen.number, acheteur=seen.buyer or "?")
        return {"fichier": pdf.name, "raison": reason, "avant": self.before(before)}
