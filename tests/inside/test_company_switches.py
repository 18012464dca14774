"""What a company turns off for its signatures: withdrawal, and the archive of signed PDFs."""

from __future__ import annotations

from sqlalchemy import update

from storage import tables as t
from town import Town

CLAIRE, NUMBER = "claire@petit.example", "D-2026-0070"
SIGN = f"""\
> telegram 61: /start atelier
> telegram 61: {CLAIRE}
> telegram 61: 482913
> telegram 61: devis {NUMBER}
> telegram 61: SIGNER {NUMBER}
> telegram 61: toutes
> telegram 61: VALIDER : COMMANDE AVEC OBLIGATION DE PAIEMENT
> telegram 61: 482914
! the files of {NUMBER} are made
"""


def turned_off(town: Town, *switches: str) -> None:
    with town.engine.begin() as db:
        db.execute(update(t.companies).values(settings=dict.fromkeys(switches, False)))


def test_quotes_exempt_from_withdrawal_open_none_and_announce_none(town: Town) -> None:
    turned_off(town, "withdrawal")
    said = town.play(SIGN)
    assert f"Devis {NUMBER} signé le" in said
    assert "Rétractation" not in said
    assert "rétract" not in said.lower()
    assert "n'ouvre de droit de rétractation" in town.play("> telegram 61: RENONCER AU CONTRAT")


def test_without_an_archive_the_proof_comes_alone_and_says_where_the_copy_is(town: Town) -> None:
    turned_off(town, "archive")
    town.play(SIGN)
    said = town.play(f"> telegram 61: PREUVE {NUMBER}")
    assert f"+ Preuve_{NUMBER}.pdf" in said
    assert "_signe.pdf" not in said
    assert "la copie qui porte la signature est celle reçue par e-mail" in said


def test_with_its_archive_both_come(town: Town) -> None:
    town.play(SIGN)
    said = town.play(f"> telegram 61: PREUVE {NUMBER}")
    assert f"+ Devis_{NUMBER}_signe.pdf" in said
    assert "celle reçue par e-mail" not in said
