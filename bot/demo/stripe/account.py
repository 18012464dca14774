"""One company's account: its sessions and what becomes of them. Each change makes the events that Stripe would send."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import datetime
from itertools import count

from bot.demo.stripe import objects
from bot.demo.stripe.rules import Json, Refused, missing

STATUS = {"paid": "succeeded", "processing": "processing", "failed": "requires_payment_method"}


class Account:
    """`tell` hears of each new event."""

    def __init__(self, number: int, clock: Callable[[], datetime], tell: Callable[[Json], None]) -> None:
        self.clock, self.tell = clock, tell
        self.sessions: dict[str, Json] = {}
        self.intents: dict[str, Json] = {}
        self.charges: dict[str, Json] = {}
        self.refunds: dict[str, Json] = {}
        self.disputes: dict[str, Json] = {}
        self.events: list[Json] = []  # all that ever were, oldest first
        self.answers: dict[
            str, tuple[Json, Json]
        ] = {}  # of each idempotency key: what was asked, and answered
        self._asked: dict[str, Json] = {}  # what each session was made with
        self._number, self._ids = number, count(1)

    # --- what the API does

    def create(self, params: Json, base: str) -> Json:
        id = self._id("cs_test")
        made = objects.session(id, params, self._now(), f"{base}/c/pay/{id}")
        self.sessions[id], self._asked[id] = made, params
        return made

    def session(self, id: str) -> Json:
        self.tick()
        if id not in self.sessions:
            raise missing("checkout.session", id)
        return self.sessions[id]

    def lines(self, id: str) -> list[tuple[str, int]]:
        """What the page of a session lists: labels and cents."""
        prices = [line["price_data"] for line in self._asked[id]["line_items"]]
        return [(str(price["product_data"]["name"]), int(price["unit_amount"])) for price in prices]

    def expire(self, id: str) -> Json:
        session = self.session(id)
        if session["status"] != "open":
            words = f"This Checkout Session has a status of `{session['status']}`: only an open one can be expired."
            raise Refused(400, words, param="session")
        return self._over(session)

    def expanded(self, session: Json, wanted: list[str]) -> Json:
        """As it is asked for: `payment_intent`, `payment_intent.latest_charge`."""
        made = deepcopy(session)
        if made["payment_intent"] and any(path.startswith("payment_intent") for path in wanted):
            intent = made["payment_intent"] = deepcopy(self.intents[made["payment_intent"]])
            if intent["latest_charge"] and "payment_intent.latest_charge" in wanted:
                intent["latest_charge"] = deepcopy(self.charges[intent["latest_charge"]])
        return made

    def of(self, kind: dict[str, Json], **wanted: str) -> list[Json]:
        """The newest first."""
        found = [
            one for one in kind.values() if all(one.get(name) == value for name, value in wanted.items())
        ]
        return found[::-1]

    # --- what people and banks do

    def tick(self) -> None:
        """Sessions past their time are over."""
        for session in self.sessions.values():
            if session["status"] == "open" and session["expires_at"] <= self._now():
                self._over(session)

    def complete(self, id: str, how: str = "paid") -> None:
        """`paid` by card; `processing`: a direct debit that the bank has yet to confirm; `failed`: the card is refused,
        and the page stays open. Raises Refused where the session is not open."""
        session = self.session(id)
        if session["status"] != "open":
            raise Refused(400, f"This Checkout Session has a status of `{session['status']}`.")
        if how not in STATUS:
            raise Refused(400, f"There is no {how!r}.", param="how")
        status = STATUS[how]
        intent = objects.intent(self._id("pi"), session, self._asked[id], self._now(), status)
        self.intents[intent["id"]] = intent
        self._charge(intent, "sepa_debit" if how == "processing" else "card", how)
        if how == "failed":
            self._event("payment_intent.payment_failed", intent)
            return
        session |= {"payment_intent": intent["id"], "status": "complete", "url": None}
        if how == "paid":
            session["payment_status"] = "paid"
            self._event("payment_intent.succeeded", intent)
        else:
            self._event("payment_intent.processing", intent)
        self._event("checkout.session.completed", session)

    def settle(self, id: str, good: bool = True) -> None:
        """The bank's answer to a direct debit that is in progress. Raises Refused where none is."""
        session = self.session(id)
        intent = self.intents.get(session["payment_intent"] or "", {})
        if intent.get("status") != "processing":
            raise Refused(400, "No direct debit is in progress.")
        charge = self.charges[intent["latest_charge"]]
        if good:
            intent |= {"status": "succeeded", "amount_received": intent["amount"]}
            charge |= {
                "status": "succeeded",
                "paid": True,
                "captured": True,
                "amount_captured": charge["amount"],
            }
            session["payment_status"] = "paid"
            self._event("payment_intent.succeeded", intent)
            self._event("checkout.session.async_payment_succeeded", session)
        else:
            intent["status"] = "requires_payment_method"
            charge |= {"status": "failed", "paid": False}
            self._event("payment_intent.payment_failed", intent)
            self._event("checkout.session.async_payment_failed", session)

    def refund(self, id: str, cents: int | None = None, status: str = "succeeded") -> Json:
        """Give money of a paid session back: all four events that describe it."""
        charge = self._charge_of(id)
        made = objects.refund(
            self._id("re"), charge, cents or charge["amount"] - charge["amount_refunded"], self._now(), status
        )
        self.refunds[made["id"]] = made
        charge["amount_refunded"] += made["amount"]
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        self._event("refund.created", made)
        self._event("charge.refunded", charge)
        self._event("refund.updated", made)
        self._event("charge.refund.updated", made)
        return made

    def refund_ends(self, id: str, status: str = "failed") -> None:
        """A refund that was under way arrives, or fails: the money is back with the company."""
        made = self.refunds[id]
        made["status"] = status
        if status == "failed":
            charge = self.charges[made["charge"]]
            charge |= {"amount_refunded": charge["amount_refunded"] - made["amount"], "refunded": False}
            self._event("refund.failed", made)
        self._event("refund.updated", made)

    def dispute(self, id: str) -> Json:
        """The payer's bank takes the money back."""
        charge = self._charge_of(id)
        made = objects.dispute(self._id("du"), charge, self._now())
        self.disputes[made["id"]] = made
        charge["disputed"] = True
        self._event("charge.dispute.created", made)
        self._moved(made, -made["amount"])
        self._event("charge.dispute.funds_withdrawn", made)
        return made

    def dispute_ends(self, id: str, won: bool) -> None:
        made = self.disputes[id]
        made["status"] = "won" if won else "lost"
        if won:
            self._moved(made, made["amount"])
            self._event("charge.dispute.funds_reinstated", made)
        self._event("charge.dispute.closed", made)

    # --- inside

    def _charge(self, intent: Json, method: str, how: str) -> None:
        status = {"paid": "succeeded", "processing": "pending", "failed": "failed"}[how]
        charge = objects.charge(self._id("ch"), intent, self._now(), method, status)
        self.charges[charge["id"]] = charge
        intent["latest_charge"] = charge["id"]

    def _charge_of(self, session: str) -> Json:
        return self.charges[self.intents[self.session(session)["payment_intent"]]["latest_charge"]]

    def _moved(self, dispute: Json, cents: int) -> None:
        dispute["balance_transactions"].append(objects.moved(self._id("txn"), dispute, cents, self._now()))

    def _over(self, session: Json) -> Json:
        session |= {"status": "expired", "url": None}
        self._event("checkout.session.expired", session)
        return session

    def _event(self, kind: str, about: Json) -> None:
        made = objects.event(self._id("evt"), kind, deepcopy(about), self._now())
        self.events.append(made)
        self.tell(made)

    def _id(self, prefix: str) -> str:
        """As long as Stripe's are."""
        length = 66 if prefix == "cs_test" else 27
        return f"{prefix}_{self._number}{next(self._ids):0{length - len(prefix) - 2}d}"

    def _now(self) -> int:
        return int(self.clock().timestamp())

    def told(self, *kinds: str) -> Iterator[Json]:
        """The events of these kinds, oldest first; all of them where none is named."""
        return (one for one in self.events if not kinds or one["type"] in kinds)
