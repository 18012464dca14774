"""An answer as the terminal prints it."""

from __future__ import annotations

from bot.console.transcript import as_text
from handlers.core.turn import Choice, Copy, Document, Link, Reply, Row


def test_an_answer_is_printed_whole() -> None:
    reply = Reply(
        "2 contrats :\n{rows}\nPage 1 sur 1",
        rows=(
            Row("Entretien (CT-9)", "", "", "en cours", "good", more="échéance 01/01/2027"),
            Row("Note", "12/11/2026", "", ""),
        ),
        documents=(Document("Releve.pdf"),),
        choices=(Choice("a", "Solde"),),
        links=(Link("Payer", "https://pay.example"),),
        copies=(Copy("Copier l'IBAN", "FR7630006000"),),
    ).note(heading="Dupont SARL · Atelier Exemple")
    assert as_text("<", reply).split("\n") == [
        "< Dupont SARL · Atelier Exemple",
        "   2 contrats :",
        "   1. Entretien (CT-9) · en cours · échéance 01/01/2027",
        "   2. Note · 12/11/2026",
        "   Page 1 sur 1",
        "   + Releve.pdf",
        "   [Solde]",
        "   -> Payer <https://pay.example>",
        "   [Copier l'IBAN] FR7630006000",
    ]


def test_rows_without_their_line_come_last() -> None:
    reply = Reply("Voici :", rows=(Row("F-12", "24/11/2026", "642,00 €", "à régler"),))
    assert as_text("<", reply).split("\n") == ["< Voici :", "   1. F-12 · 24/11/2026 · 642,00 € · à régler"]
