"""The made-up company of the demonstration, its staff and its clients. Addresses are of `.example` (RFC 2606)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

COMPANY: dict[str, Any] = {
    "slug": "atelier-exemple",
    "name": "Atelier Exemple",
    "email": "contact@atelier-exemple.example",
    "phone": "01 02 03 04 05",
    "language": "fr",
    "timezone": "Europe/Paris",
    "siren": "123456782",
    "iban": "FR7630006000011234567890189",
    "bic": "EXMPFRPPXXX",
    "account_holder": "Atelier Exemple SARL",
    "options": ["portal", "signature", "payment"],
    "staff": [
        {"name": "Direction", "email": "direction@atelier-exemple.example", "role": "admin"},
        {"name": "Comptabilité", "email": "compta@atelier-exemple.example", "role": "accountant"},
        {"name": "Conduite de travaux", "email": "chantier@atelier-exemple.example", "role": "manager"},
        {"name": "Commercial", "email": "ventes@atelier-exemple.example", "role": "sales"},
        {"name": "Apprenti", "email": "apprenti@atelier-exemple.example", "role": "other"},
    ],
}
HOUSE: dict[str, Any] = {  # what its paper says besides
    "trade": {"fr": "Menuiserie et agencement", "en": "Joinery and fittings"},
    "street": "12 rue du Bois",
    "postcode": "75011",
    "city": "Paris",
    "country": "FR",
    "vat": "FR11123456782",
    "siret": "12345678200017",
    "legal": "SARL au capital de 20 000 € · RCS Paris 123 456 782 · SIRET 123 456 782 00017 · APE 43.32A"
    " · TVA FR11123456782",
}


@dataclass(frozen=True)
class Person:
    """A client, as the paper prints them and as the import names them."""

    ref: str
    name: str
    kind: str
    language: str
    email: str
    street: str
    postcode: str
    city: str
    country: str = "FR"
    country_name: str = ""
    siren: str | None = None
    vat: str | None = None
    phone: str = ""
    contacts: tuple[dict[str, Any], ...] = ()

    @property
    def address(self) -> list[str]:
        return [self.street, f"{self.postcode} {self.city}", *filter(None, [self.country_name])]

    def as_row(self) -> dict[str, Any]:
        return {
            "ref": self.ref,
            "name": self.name,
            "kind": self.kind,
            "siren": self.siren,
            "address": "\n".join(self.address),
            "phone": self.phone,
            "language": self.language,
            "form_of_address": "vous",
            "contacts": [
                {"email": self.email, "name": self.name, "rights": ["read", "pay", "sign", "notify"]},
                *self.contacts,
            ],
        }


A = Person(
    ref="C0042",
    name="Client A",
    kind="B2B_FR",
    language="fr",
    email="client-a@courriel.example",
    street="8 place du Marché",
    postcode="93100",
    city="Montreuil",
    siren="987654324",
    vat="FR14987654324",
    phone="01 98 76 54 32",
    contacts=(
        {"email": "compta-a@courriel.example", "name": "Comptabilité A", "rights": ["read", "pay"]},
        {"email": "assistante-a@courriel.example", "name": "Assistante A", "rights": ["read"]},
    ),
)
B = Person(
    ref="C0057",
    name="Client B",
    kind="B2B_EU",
    language="en",
    email="client-b@courriel.example",
    street="5 Harbour Street",
    postcode="D01 X0X0",
    city="Dublin",
    country="IE",
    country_name="Ireland",
    vat="IE1234567T",
    phone="+353 1 555 0100",
)
C = Person(
    ref="C0063",
    name="Client C",
    kind="B2C",
    language="fr",
    email="client-c@courriel.example",
    street="3 allée des Tilleuls",
    postcode="94300",
    city="Vincennes",
    phone="06 00 00 00 63",
)
D = Person(
    ref="C0071",
    name="Client D",
    kind="B2B_FR",
    language="fr",
    email="client-d@courriel.example",
    street="27 quai des Charpentiers",
    postcode="77400",
    city="Lagny-sur-Marne",
    siren="456789015",
    vat="FR42456789015",
    phone="01 55 00 00 71",
)
E = Person(
    ref="C0072",
    name="Client E",
    kind="B2B_FR",
    language="fr",
    email=D.email,  # one mailbox, two files
    street="2 rue de la Scierie",
    postcode="77400",
    city="Lagny-sur-Marne",
    siren="567890124",
    vat="FR20567890124",
    phone=D.phone,
)
CLIENTS = (A, B, C, D, E)


@dataclass(frozen=True)
class Someone:
    """A person with a mailbox and a chat: of a client's file, or of the company itself."""

    id: str
    name: str
    email: str
    language: str = "fr"
    file: str = ""  # the client's number; "" for the company's own people


PEOPLE = (
    *(Someone(one.ref, one.name, one.email, one.language, one.ref) for one in (A, B, C)),
    Someone(D.ref, "Client D (deux dossiers)", D.email, D.language, D.ref),
    Someone("lecture", "Assistante A (lecture seule)", "assistante-a@courriel.example", file=A.ref),
    *(
        Someone(one["role"], f"{one['name']} ({COMPANY['name']})", one["email"])
        for one in COMPANY["staff"]
        if one["role"] in ("accountant", "sales", "other")
    ),
)
