"""facteur export payments, facteur payments, and the secrets of a company, as an operator runs them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from storage_paying import ask, balance, dispute, imported, invoice, left, refund, seen, told
from storage_seed import DAY, NOW, House
from storage_signing import ledger
from typer.testing import CliRunner, Result

from bot.cli import app
from storage import tables as t
from storage.keys import Keys

# The commands leave their engine to the end of their process; what they ask is tested on both databases elsewhere.
pytestmark = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


@pytest.fixture
def run(house: House, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    (tmp_path / "clock").write_text(NOW.isoformat())
    for name, value in {
        "DATABASE_URL": url,
        "SECRET_KEY": "the tests",
        "ENV": "test",
        "CLOCK_FILE": f"{tmp_path}/clock",
    }.items():
        monkeypatch.setenv(f"FACTEUR_{name}", value)
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, words)

    return run


def paid_all_ways(house: House) -> tuple[int, int]:
    """Two invoices in one payment, a refund of one, a transfer of the books; yesterday, an older one."""
    invoice(house, "F-0", 500)
    old = ask(house)
    told(house, seen(old, at=NOW - 40 * DAY), NOW - 40 * DAY)
    one, two = invoice(house, "F-1", 64200), invoice(house, "F-2", 100)
    request = ask(house, one, two)
    told(house, seen(request))
    told(house, refund(request, 100))
    third = invoice(house, "F-3")
    house.pay(house.anne, third, 64200, ref="RG-9")
    going = ask(house, invoice(house, "F-4"))
    told(house, seen(going, payment="unpaid"))
    return old.id, request.id


def test_what_came_in_and_went_back(run: Any, house: House) -> None:
    _, id = paid_all_ways(house)
    done = run("export", "payments", "--company", "atelier", "--since", "2026-11-24", "--json")
    rows = json.loads(done.output)
    assert [(row["ref"], row["invoice"], row["kind"], row["amount_cents"]) for row in rows] == [
        (f"STRIPE-{id}", "F-1", "payment", 64200),
        (f"STRIPE-{id}-2", "F-2", "payment", 100),
        ("STRIPE-R1", "F-2", "refund", -100),
    ]
    assert rows[2] | {"ref": ""} == {
        "ref": "",
        "received_on": "2026-11-24",
        "client": "C-Anne",
        "invoice": "F-2",
        "kind": "refund",
        "amount_cents": -100,
        "currency": "EUR",
        "method": "card",
        "stripe_payment": f"pi_{id}",
        "stripe_reversal": "re_1",
        "stripe_session": None,
    }
    table = list(
        csv.DictReader(
            io.StringIO(run("export", "payments", "--company", "atelier", "--since", "2026-10-01").output)
        )
    )
    assert [row["amount"] for row in table] == ["5.00", "642.00", "1.00", "-1.00"]
    assert table[1]["stripe_session"] == f"cs_{id}"


def test_what_was_found_late_is_not_missed(run: Any, house: House) -> None:
    invoice(house)
    told(house, seen(ask(house), at=NOW - 3 * DAY))
    for since in ("2026-11-21", "2026-11-24"):
        assert (
            len(
                json.loads(
                    run("export", "payments", "--company", "atelier", "--since", since, "--json").output
                )
            )
            == 1
        )
    assert (
        run("export", "payments", "--company", "atelier", "--since", "2026-11-25", "--json").output == "[]\n"
    )
    assert run("export", "payments", "--company", "atelier", "--since", "hier").exit_code == 2


def waiting(run: Any) -> list[tuple[str, str]]:
    done = run("payments", "check", "--company", "atelier", "--json")
    rows = json.loads(done.output)
    assert done.exit_code == (1 if rows else 0)
    return [(row["id"], row["why"]) for row in rows]


def test_a_person_decides_about_a_likely_double(run: Any, house: House) -> None:
    one, two = invoice(house, "F-1", 100), invoice(house, "F-2", 200)
    told(house, seen(ask(house)))
    paid = {"method": "card", "invoice": "F-1", "amount_cents": 100}
    assert imported(
        house, {"ref": "RG-1", **paid}, {"ref": "RG-2", **paid, "invoice": "F-2", "amount_cents": 200}
    ) == [
        "held",
        "held",
    ]
    assert waiting(run) == [("RG-1", "double"), ("RG-2", "double")]
    assert "facteur payments same RG-1" in run("payments", "check", "--company", "atelier").output
    assert run("payments", "same", "RG-1", "--company", "atelier").exit_code == 0
    assert run("payments", "other", "RG-2", "--company", "atelier").exit_code == 0
    assert (waiting(run), balance(house)) == ([], -200)
    assert left(house, one) == left(house, two) == 0
    assert run("payments", "same", "RG-1", "--company", "atelier").exit_code == 1
    assert [entry.kind for entry in ledger(house)][-2:] == ["payment.decided"] * 2
    assert run("payments", "check", "--company", "atelier").output == "Nothing waits.\n"


def test_what_nothing_explains_is_shown_until_it_is_dealt_with(run: Any, house: House) -> None:
    request = ask(house, invoice(house))
    told(house, seen(request))
    told(house, seen(request, session_id="cs_shop", reference="", payment_id="pi_shop"))
    told(house, dispute(request, 64200, "opened"))
    assert waiting(run) == [("session:cs_shop", "unknown_session"), ("dp_1", "dispute")]
    assert run("payments", "done", "session:cs_shop", "--company", "atelier").exit_code == 0
    assert run("payments", "done", "session:cs_shop", "--company", "atelier").exit_code == 1
    assert waiting(run) == [("dp_1", "dispute")]
    assert run("payments", "done", "dp_1", "--company", "other").exit_code == 1


def test_secrets_are_kept_encrypted_and_never_shown(run: Any, house: House, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("rk_live_51Abc\n")
    (tmp_path / "hook").write_text("whsec_s3cr3t")
    files = "--stripe-key-file", "key", "--stripe-webhook-secret-file", "hook"
    done = run("company", "set", "atelier", *files, "--payment-methods", "sepa_debit,card")
    assert done.output == "Changed: payment_methods, stripe_key, stripe_webhook_secret.\n"
    shown = json.loads(run("company", "show", "atelier", "--json").output)
    assert (shown["stripe_key_set"], shown["stripe_webhook_secret_set"]) == (True, True)
    assert shown["payment_methods"] == ["card", "sepa_debit"]
    with house.engine.connect() as db:
        c = t.companies.c
        kept = db.execute(select(c.stripe_key).where(c.slug == "atelier")).scalar()
    assert b"51Abc" not in kept
    assert Keys.of("the tests").box.decrypt(kept) == b"rk_live_51Abc"
    assert run("company", "set", "atelier", "--stripe-key-file", "").exit_code == 0
    assert json.loads(run("company", "show", "atelier", "--json").output)["stripe_key_set"] is False


@pytest.mark.parametrize(
    ("held", "code"),
    [
        ("pk_live_1", 2),
        ("", 2),
        ("sk_1 sk_2", 2),
        ("sk_1 acct_1", 0),
        ("sk_1  acct_1", 2),
        ("sk_1\nsk_2", 2),
        (None, 1),
    ],
)
def test_what_is_no_key(run: Any, tmp_path: Path, held: str | None, code: int) -> None:
    if held is not None:
        (tmp_path / "key").write_text(held)
    done = run("company", "set", "atelier", "--stripe-key-file", "key")
    assert done.exit_code == code
    assert not held or held not in done.output + done.stderr


@pytest.mark.parametrize("methods", ["", "cheque", "card,paypal"])
def test_what_is_no_method(run: Any, methods: str) -> None:
    assert run("company", "set", "atelier", "--payment-methods", methods).exit_code == 2
