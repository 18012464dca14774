"""The commands in the client's menu: lower case without accents (a rule of Telegram), in both languages.

Each stands for a word that the conversation understands; every word of one language is understood in the other.
"""

from __future__ import annotations

MENU: dict[str, tuple[tuple[str, str, str], ...]] = {  # command, word, description
    "fr": (
        ("solde", "SOLDE", "Solde"),
        ("factures", "FACTURES", "Factures"),
        ("devis", "DEVIS", "Devis"),
        ("payer", "PAYER", "Payer"),
        ("contrats", "CONTRATS", "Contrats"),
        ("agenda", "AGENDA", "Agenda"),
        ("echanges", "ÉCHANGES", "Mes échanges"),
        ("coordonnees", "COORDONNÉES", "Mes coordonnées"),
        ("releve", "RELEVÉ", "Relevé de compte"),
        ("humain", "HUMAIN", "Parler à quelqu'un"),
        ("aide", "AIDE", "Aide"),
        ("deconnexion", "DÉCONNEXION", "Fermer l'accès"),
        ("stop", "STOP", "Plus d'annonces ni de rappels"),
    ),
    "en": (
        ("balance", "BALANCE", "Balance"),
        ("invoices", "INVOICES", "Invoices"),
        ("quotes", "QUOTES", "Quotes"),
        ("pay", "PAY", "Pay"),
        ("contracts", "CONTRACTS", "Contracts"),
        ("calendar", "CALENDAR", "Calendar"),
        ("history", "HISTORY", "Contact history"),
        ("details", "DETAILS", "Contact details"),
        ("statement", "STATEMENT", "Statement of account"),
        ("person", "PERSON", "Talk to someone"),
        ("help", "HELP", "Help"),
        ("logout", "LOG OUT", "Close access"),
        ("stop", "STOP", "No more announcements or reminders"),
    ),
}

ALSO = {  # understood, not shown
    "menu": "MENU",
    "settings": "MENU",
    "virement": "VIREMENT",
    "transfer": "TRANSFER",
    "facture": "FACTURE",
    "invoice": "INVOICE",
    "quote": "QUOTE",
    "signer": "SIGNER",
    "sign": "SIGN",
    "preuve": "PREUVE",
    "proof": "PROOF",
    "annuler": "ANNULER",
    "cancel": "CANCEL",
    "suite": "SUITE",
    "more": "MORE",
    "reprendre": "REPRENDRE",
    "resume": "RESUME",
    "code": "CODE",
    "deconnexion_partout": "DÉCONNECTER PARTOUT",
    "logout_everywhere": "LOG OUT EVERYWHERE",
    "fr": "FR",
    "en": "EN",
}

WORDS: dict[str, str] = ALSO | {command: word for menu in MENU.values() for command, word, _ in menu}
