"""What is said of news of a payment: to the client, to the company, and on the client's card (mission S58, S59)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from handlers.core import menu, phrases, wording
from handlers.core.happening import facts, moment
from handlers.core.to_pay import now
from handlers.core.turn import Choice, Language, Reply
from handlers.rules.paper import Company, Paper
from handlers.rules.paying import CheckoutSeen, DisputeSeen, RefundSeen, Settled

Seen = CheckoutSeen | RefundSeen | DisputeSeen
ONE_OR_MANY = ("paid", "overpaid", "failed", "refunded")  # their texts name one invoice, or say how many
WON = ("won", "reinstated")
FEW = 5  # invoices that a word can name


@dataclass(frozen=True)
class News:
    """What changed in the books, and what told it."""

    company: Company
    settled: Settled
    seen: Seen

    @property
    def papers(self) -> tuple[Paper, ...]:
        return self.settled.papers

    @property
    def numbers(self) -> list[str]:
        """Of the invoices; of money that paid none, those it was asked for."""
        lines = self.settled.request.lines if self.settled.request else ()
        return [one.number for one in self.papers or lines]

    @property
    def many(self) -> bool:
        return len(self.numbers) > 1

    @property
    def left(self) -> int:
        """What can be paid of these invoices now, in cents."""
        return sum(map(now, self.papers))

    @property
    def what(self) -> str:
        if self.settled.what != "dispute_over":
            return self.settled.what
        assert isinstance(self.seen, DisputeSeen)
        return "dispute_won" if self.seen.stage in WON else "dispute_lost"

    # --- to the client

    def to_client(self, language: Language, form: str) -> Reply | None:
        """None where it is no matter of the client's: a page that was left, what a person is to check."""
        key = self._key()
        if not key or not self.numbers:
            return None
        said = self._words(language)
        text = phrases.say("pay", key, language, form, self.company.phrases, **said)
        by = "processing_all" if self.many and key.startswith("processing") else key
        subject = phrases.subject("pay", by, language, form, **said)
        reply = Reply(text, subject=subject, language=language, kind="notice")
        if self.what == "failed" and self.left:
            reply = reply.offer(self._again(language))
        return reply.note(tu=True) if form == "tu" and language == "fr" else reply

    def _key(self) -> str:
        what = self.what
        if what == "odd" and self.settled.why == "amount":  # money that came, whatever was asked for
            what = "paid"
        if what == "in_progress":
            return "processing_debit" if self.settled.debit else "processing"
        if what == "paid":
            return self._paid()
        if what == "dispute_lost" and not self.left:
            return "dispute_lost_short"
        return "" if what in ("odd", "expired") else f"{what}_all" if self._plural(what) else what

    def _paid(self) -> str:
        if self.settled.over_cents:
            return "overpaid_all" if self.many else "overpaid"
        if self.left:
            return "paid_some" if self.many else "paid_part"
        if any(one.left_cents for one in self.papers):
            return "paid_running"
        return "paid_all" if self.many else "paid"

    def _plural(self, what: str) -> bool:
        return self.many and what in ONE_OR_MANY

    def _again(self, language: Language) -> Choice:
        """To pay what is left, under a message that no turn wrote."""
        label = phrases.label("pay_amount", language, montant=self._amount(self.left, language))
        word = "pay" if len(self.papers) <= FEW else "pay_all"
        return Choice(
            menu.standing(self.company.id, "pay", self._ids()), label, self._word(word, language), main=True
        )

    def by_transfer(self, language: Language) -> Choice:
        label = phrases.label("transfer", language)
        id = menu.standing(self.company.id, "pay", self._ids(), "transfer")
        return Choice(id, label, self._word("transfer", language))

    def _word(self, key: str, language: str) -> str:
        """ "PAYER F-12 F-14"."""
        named = [one.number for one in self.papers] if len(self.papers) <= FEW else []
        return " ".join([phrases.word(key, language), *named])

    def _ids(self) -> list[int]:
        return [one.id for one in self.papers]

    # --- to the company

    def to_company(self) -> Reply | None:
        """In its own language; None for what it did itself, and for what is not over yet."""
        key = self._company_key()
        if not key:
            return None
        language: Language = "en" if self.company.language == "en" else "fr"
        said = self._words(language)
        if key == "odd":
            said["raison"] = phrases.say("company", f"odd_{self.settled.why}", language)
        text = phrases.say("company", key, language, own=self.company.phrases, **said)
        subject = phrases.subject("company", key, language, **said)
        return Reply(text, subject=subject, language=language, kind="company")

    def _company_key(self) -> str:
        what = self.what
        if what == "paid" and self.settled.over_cents:
            return "overpaid_all" if self.many else "overpaid"
        if what == "dispute_lost" and not self.left:
            return "dispute_lost_short"
        return "" if what in ("in_progress", "failed", "expired", "refunded") else what

    def noted(self) -> str:
        """For the client's card, in the company's language; "" for what is not noted there."""
        what = "paid" if self.what == "odd" and self._key() else self.what
        if what in ("odd", "expired"):
            return ""
        language = self.company.language
        return phrases.say(
            "pay", f"noted_{what}", language, own=self.company.phrases, **self._words(language)
        )

    # --- the words of all of them

    def _words(self, language: str) -> dict[str, Any]:
        settled, name = self.settled, _identifier(self.seen)
        running = sum(min(one.left_cents, one.in_progress_cents) for one in self.papers)
        return (
            facts(self.company, language)
            | moment(self.seen.at, self.company, language)
            | _named(self.numbers, language, name)
            | {
                "client": settled.client.name if settled.client else "",
                "montant": self._amount(settled.amount_cents, language),
                "faveur": self._amount(settled.over_cents, language),
                "reste": self._amount(self.left, language),
                "en_cours": self._amount(running, language),
                "identifiant": name,
            }
        )

    def _amount(self, cents: int, language: str) -> str:
        return wording.amount(cents, language, self.settled.currency)


def _named(numbers: Sequence[str], language: str, otherwise: str) -> dict[str, Any]:
    """{factures}: "la facture F-12", "3 factures"; {objet}: "facture F-12"; of no invoice, the name of the payment."""
    many = phrases.say("name", "invoices", language, n=len(numbers)) if numbers else otherwise
    alone = len(numbers) == 1
    return {
        "numéro": numbers[0] if numbers else "",
        "n": len(numbers),
        "liste": ", ".join(numbers) or otherwise,
        "factures": phrases.the_document("invoice", numbers[0], language) if alone else many,
        "objet": phrases.say("name", "one_invoice", language, numéro=numbers[0]) if alone else many,
    }


def _identifier(seen: Seen) -> str:
    """By which the company finds it at the provider."""
    if isinstance(seen, CheckoutSeen):
        return seen.payment_id or seen.session_id
    return seen.refund_id if isinstance(seen, RefundSeen) else seen.dispute_id
