"""What people write in the tour: their side of the conversation, in French and in English."""

from __future__ import annotations

from dataclasses import dataclass

CODE = "<code>"  # the code of the next mail
PAY = "<pay>"  # by the link of the answer


@dataclass(frozen=True)
class Script:
    """Who writes what, and where. In a chat, "[☐ 1]" presses the button of that name."""

    client: str
    titles: tuple[str, str, str, str, str, str]  # e-mail, Telegram, what is signed, its check, team, company
    mail: tuple[str, ...]
    chat: tuple[str, ...]
    check: tuple[str, str]  # the words that have a file checked; the name of an altered copy
    team: tuple[str, ...]  # one of the company's own people, on Telegram


SCRIPTS = {
    "fr": Script(
        client="C0042",
        titles=(
            "Par e-mail",
            "Sur Telegram",
            "Le devis signé arrive",
            "N'importe qui peut le vérifier",
            "Quelqu'un de l'équipe",
            "Ce que l'entreprise reçoit",
        ),
        mail=(
            "Bonjour,\n\ncombien je vous dois ?\n\nCordialement",
            CODE,
            "et la facture du mois dernier svp",
            "mon relevé de compte de cette année",
            "payer F-2026-0098",
            PAY,
        ),
        chat=(
            CODE,
            "mes factures",
            "la facture de la serrure",
            "payer",
            PAY,
            "mon prochain rendez-vous",
            "mes contrats",
            "le devis de la bibliothèque",
            "[Signer]",
            "[☐ 1]",
            "[☐ 2]",
            "[☐ 3]",
            "[Valider]",
            CODE,
            "HUMAIN",
            "Pouvez-vous passer un jour plus tard ?",
            "MENU",
            "déconnexion",
        ),
        check=("vérifier", "Copie_modifiee.pdf"),
        team=(CODE, "C0042", "solde", "payer F-2026-0098", "déconnexion"),
    ),
    "en": Script(
        client="C0057",
        titles=(
            "By e-mail",
            "On Telegram",
            "The signed quote arrives",
            "Anyone can check it",
            "One of the team",
            "What the company receives",
        ),
        mail=(
            "Hello,\n\nhow much do I owe you?\n\nKind regards",
            CODE,
            "and last month's invoice please",
            "my statement of account for this year",
            "pay F-2026-0112",
            PAY,
            "SIGN",
            "1 2 3",
            "CONFIRM",
            CODE,
        ),
        chat=(
            CODE,
            "my invoices",
            "the invoice for the wall panels",
            "pay",
            PAY,
            "my next appointment",
            "my contracts",
            "PERSON",
            "Could you come one day later?",
            "MENU",
            "log out",
        ),
        check=("verify", "Altered_copy.pdf"),
        team=(CODE, "C0057", "balance", "pay F-2026-0112", "log out"),
    ),
}
MEMBER = "accountant"
