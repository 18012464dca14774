"""What is understood, in both languages, whatever the language of the conversation."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.core.decide import decide
from handlers.core.heard import guess
from handlers.core.phrases import load
from handlers.core.understand import understand

TODAY = date(2026, 11, 24)
MARCH = {"start": "2026-03-01", "end": "2026-03-31"}


def heard(text: str, state: Any = "") -> tuple[str, dict[str, Any]]:
    found = understand(text, state, "fr", TODAY)
    return (found[0].intent, found[0].slots) if found else ("", {})


@pytest.mark.parametrize(
    ("text", "intent", "slots"),
    [
        ("Bonjour, combien je vous dois ?", "balance", {}),
        ("how much do I owe you?", "balance", {}),
        ("facture F-2026-0118", "get_document", {"doc_number": "F-2026-0118", "doc_kind": "invoice"}),
        ("F-2026-0118", "get_document", {"doc_number": "F-2026-0118"}),
        ("118", "get_document", {"doc_number": "118"}),
        ("la facture de mars svp", "get_document", {"doc_kind": "invoice", "period": MARCH}),
        ("mes factures de mars", "list_invoices", {"doc_kind": "invoice", "period": MARCH}),
        ("factures impayées", "list_invoices", {"doc_kind": "invoice", "status": "unpaid"}),
        ("overdue invoices", "list_invoices", {"doc_kind": "invoice", "status": "overdue"}),
        ("mes avoirs", "list_invoices", {"doc_kind": "credit_note"}),
        ("DEVIS", "list_quotes", {"doc_kind": "quote"}),
        ("quotes to sign", "list_quotes", {"doc_kind": "quote", "status": "pending"}),
        ("le dernier devis", "get_document", {"doc_kind": "quote", "ordinal": "last"}),
        ("latest invoice please", "get_document", {"doc_kind": "invoice", "ordinal": "last"}),
        ("l'avant-dernière", "get_document", {"ordinal": "previous"}),
        ("the invoice of €120", "get_document", {"doc_kind": "invoice", "amount": "120.00"}),
        ("payer la facture F-2026-0118", "pay", {"doc_number": "F-2026-0118", "doc_kind": "invoice"}),
        ("PAYER TOUT", "pay", {"all": True}),
        ("SIGNER D-2026-0044", "accept_quote", {"doc_number": "D-2026-0044"}),
        ("REFUSER D-2026-0044", "refuse_quote", {"doc_number": "D-2026-0044"}),
        ("PREUVE D-2026-0044", "proof", {"doc_number": "D-2026-0044"}),
        ("SUITE", "more", {}),
        ("EN", "language", {"language": "en"}),
        ("en français svp", "language", {"language": "fr"}),
        ("DÉCONNECTER PARTOUT", "logout", {"everywhere": True}),
        ("deconnexion", "logout", {}),
        ("MENU", "help", {"menu": True}),
        ("/aide", "help", {}),
        (
            "je conteste la facture F-2026-0118",
            "human",
            {"doc_number": "F-2026-0118", "doc_kind": "invoice", "topic": "disagree"},
        ),
        ("je n'ai pas reçu la facture de mars", "get_document", {"doc_kind": "invoice", "period": MARCH}),
        ("quel temps fait-il ?", "out_of_scope", {}),
        ("merci beaucoup", "thanks", {}),
        ("oui", "yes", {}),
        ("no thanks", "no", {}),
        ("annuler", "cancel", {}),
        ("ok vu", "thanks", {}),
        ("RELEVÉ", "statement", {}),
        ("AGENDA", "calendar", {}),
        ("ÉCHANGES", "interactions", {}),
        ("COORDONNÉES", "profile", {}),
        ("STOP", "notifications_off", {}),
        ("REPRENDRE", "notifications_on", {}),
        ("mon code est 482913", "code", {"code": "482913"}),
        ("482913", "code", {"code": "482913"}),
        ("facture 482913", "get_document", {"doc_number": "482913", "doc_kind": "invoice"}),
    ],
)
def test_what_people_write(text: str, intent: str, slots: dict[str, Any]) -> None:
    assert heard(text) == (intent, slots)


YEAR = {"start": "2025-01-01", "end": "2025-12-31"}


@pytest.mark.parametrize(
    ("text", "intent", "slots"),
    [
        ("cherche peinture", "get_document", {"search": "peinture"}),
        ("search kitchen", "get_document", {"search": "kitchen"}),
        ("trouve-moi le devis de la cuisine", "get_document", {"doc_kind": "quote", "search": "cuisine"}),
        ("find the kitchen quote", "list_quotes", {"doc_kind": "quote", "search": "kitchen"}),
        ("factures contenant « salle de bain »", "list_invoices", {"doc_kind": "invoice", "search": "salle de bain"}),
        ("« peinture »", "get_document", {"search": "peinture"}),
        ("cherche 118", "get_document", {"doc_number": "118"}),
        ("find 118 please", "get_document", {"doc_number": "118"}),
        ("je ne trouve pas la facture de mars", "get_document", {"doc_kind": "invoice", "period": MARCH}),
        ("le devis de la cuisine", "get_document", {"doc_kind": "quote", "about": "cuisine"}),
        ("factures de peinture en retard", "list_invoices",
         {"doc_kind": "invoice", "status": "overdue", "about": "peinture"}),
        ("contrat d'entretien", "contracts", {"doc_kind": "contract", "about": "entretien"}),
        ("pouvez-vous m'envoyer l'historique de nos échanges concernant le chantier", "interactions",
         {"about": "chantier"}),
        ("mes appels de mars", "interactions", {"type": "call", "period": MARCH}),
        ("notes", "interactions", {"type": "note"}),
        ("our meetings", "interactions", {"type": "meeting"}),
        ("nos échanges par e-mail", "interactions", {"type": "email"}),
        ("rendez-vous passés", "calendar", {"when": "past"}),
        ("next appointments", "calendar", {"when": "upcoming"}),
        ("mes paiements", "statement", {"moves": "payments"}),
        ("payments received", "statement", {"moves": "payments"}),
        ("historique de mes factures de 2025", "statement",
         {"doc_kind": "invoice", "moves": "invoices", "period": YEAR}),
        ("mouvements : factures en attente", "statement",
         {"doc_kind": "invoice", "status": "pending", "moves": "waiting"}),
        ("contrats en cours", "contracts", {"doc_kind": "contract", "status": "active"}),
        ("contrats suspendus", "contracts", {"doc_kind": "contract", "status": "suspended"}),
        ("ended contracts", "contracts", {"doc_kind": "contract", "status": "ended"}),
        ("toutes mes factures de 2025 en PDF", "list_invoices",
         {"doc_kind": "invoice", "period": YEAR, "files": True}),
        ("envoyez-moi les factures de mars", "list_invoices",
         {"doc_kind": "invoice", "period": MARCH, "files": True}),
        ("all my invoices as a zip", "list_invoices", {"doc_kind": "invoice", "files": True}),
        ("envoyez-moi la liste de mes factures", "list_invoices", {"doc_kind": "invoice"}),
        ("factures F-2026-0118, F-2026-0117 et F-2026-0097", "get_document",
         {"doc_kind": "invoice", "doc_number": "F-2026-0118",
          "doc_numbers": ["F-2026-0118", "F-2026-0117", "F-2026-0097"]}),
        ("annexes of quote D-2026-0044", "get_document",
         {"doc_kind": "annex", "annex_of": "quote", "doc_number": "D-2026-0044"}),
        ("mes factures de mars et avril en pdf", "list_invoices",
         {"doc_kind": "invoice", "period": {"start": "2026-03-01", "end": "2026-04-30"}, "files": True}),
        ("previous page", "more", {"back": True}),
        ("CLIENT", "client", {}),
        ("où suis-je connecté ?", "logout", {"topic": "list"}),
        ("open accesses", "logout", {"topic": "list"}),
        ("délier Telegram", "logout", {"topic": "unlink"}),
        ("je voudrais délier ce Telegram", "logout", {"topic": "unlink"}),
        ("autre dossier", "file", {}),
        ("I would like to switch account", "file", {}),
        ("autre entreprise", "company", {}),
        ("envoie-moi ça par mail", "by_mail", {}),
        ("by e-mail", "by_mail", {}),
        ("la facture F-2026-0118 par e-mail", "get_document", {"doc_kind": "invoice", "doc_number": "F-2026-0118"}),
        ("changer de client", "client", {}),
        ("nous avons retenu une autre entreprise", "refuse_quote", {}),
        ("je cherche un restaurant italien", "out_of_scope", {}),
        ("history of our calls", "interactions", {"type": "call"}),
    ],
)  # fmt: skip
def test_what_is_looked_for(text: str, intent: str, slots: dict[str, Any]) -> None:
    assert heard(text) == (intent, slots)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("topic", ["list", "unlink"])
def test_a_phrase_can_say_a_topic(topic: str, language: str) -> None:
    for phrase in load("logout", language)["ask"][topic]["words"]:
        assert heard(phrase) == ("logout", {"topic": topic}), phrase


def test_ordinary_requests_are_about_nothing() -> None:
    """The small words of a request are no label: a hint made of them would find nothing."""
    for text in (
        "pourriez-vous m'envoyer une copie de ma facture de mars s'il vous plaît",
        "je voudrais consulter la liste de mes devis en attente de signature",
        "could you please send me a copy of my latest invoice again?",
        "I'd like to see all my open invoices from last year, thanks",
        "quand est prévue la prochaine visite ?",
    ):
        assert "about" not in heard(text)[1], (text, heard(text))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_word_we_print_is_understood(language: str) -> None:
    """The words in capitals of the texts, in either language, alone and with a number."""
    of_a_step = ("order", "withdraw_confirm")  # the last word of a decision counts where it was asked for
    for key, word in load("word", language)["say"].items():
        if key in of_a_step:
            continue
        found = understand(word, "", "fr", TODAY)
        assert found, key
        assert found[0].intent not in ("out_of_scope", "greet"), key
        assert found[0].confidence == 1, key


def test_a_mail_with_all_its_politeness() -> None:
    text = (
        "Bonjour Madame,\n\nPourriez-vous m'envoyer la facture 118 et me dire combien je vous dois ?\n\n"
        "Merci d'avance,\nBien cordialement,\nCamille Petit\nBoulangerie Dupain"
    )
    assert [one.intent for one in understand(text, "", "fr", TODAY)] == ["get_document", "balance"]


def test_a_code_is_read_only_where_it_is_awaited_or_named() -> None:
    assert heard("voilà : 482913 merci", "code") == ("code", {"code": "482913"})
    assert heard("voilà : 482913 merci")[0] != "code"


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ("solde", "act"),
        ("payer la facture F-2026-0118", "confirm"),
        ("je ne veux pas payer la facture F-2026-0118", "choose"),
        ("je signe si vous retirez la ligne 4", "confirm"),
        ("schtroumpf", "menu"),
        ("raconte une blague", "menu"),
    ],
)
def test_what_may_be_done_with_it(text: str, decision: str) -> None:
    assert decide(understand(text, "", "fr", TODAY))[0] == decision


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("combien je vous dois svp", "fr"),
        ("how much do I owe you", "en"),
        ("facture", None),
        ("482913", None),
        ("", None),
    ],
)
def test_the_language_is_guessed_only_without_doubt(text: str, language: str | None) -> None:
    assert guess(text) == language


@given(st.text(max_size=300), st.sampled_from(["", "code", "yes_no", "choice"]))
def test_nothing_people_write_raises(text: str, state: Any) -> None:
    decide(understand(text, state, "fr", TODAY))


@pytest.mark.parametrize(
    "text", ["a" * 60_000, "1" * 20_000, "1 1 " * 5_000, "x@" * 20_000, "€ " * 9_000, "\n" * 9_000]
)
def test_long_texts_are_read_quickly(text: str) -> None:
    """A quadratic pattern would take seconds here."""
    from time import perf_counter

    start = perf_counter()
    understand(text, "", "fr", TODAY)
    assert perf_counter() - start < 1
