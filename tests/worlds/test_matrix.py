"""Who may do what: every kind of access x every set of options x every intent, on both channels.

`SPEC` is written by hand from the promises (mission S2 to S4, S9, S26, S27, S44), not read from the code.
"""

from __future__ import annotations

from itertools import combinations

import pytest
from small_world import OPTIONS, Plan, World, marks_in

from handlers.core import registry
from town import Got

OWNER, FRIEND, LEA = "ana@x.example", "bea@x.example", "lea@one.example"
# intent: the option it needs, the right it needs, may a document's link ask it, may the team
SPEC: dict[str, tuple[str, str, str, bool]] = {
    "balance": ("portal", "read", "", True),
    "statement": ("portal", "read", "", True),
    "list_invoices": ("portal", "read", "", True),
    "list_quotes": ("portal", "read", "", True),
    "contracts": ("portal", "read", "", True),
    "calendar": ("portal", "read", "", True),
    "interactions": ("portal", "read", "", True),
    "profile": ("portal", "read", "", True),
    "more": ("portal", "read", "", True),
    "get_document": ("", "read", "any", True),
    "pay": ("payment", "pay", "invoice", False),
    "accept_quote": ("signature", "sign", "quote", False),
    "refuse_quote": ("signature", "sign", "quote", False),
    "withdraw": ("signature", "sign", "quote", False),
    "proof": ("", "read", "quote", True),
    "verify": ("", "", "any", True),
    "notifications_off": ("", "", "any", False),
    "notifications_on": ("", "", "any", False),
    "greet": ("", "", "any", True),
    "help": ("", "", "any", True),
    "login": ("", "", "any", True),
    "yes": ("", "", "any", True),
    "no": ("", "", "any", True),
    "cancel": ("", "", "any", True),
    "thanks": ("", "", "any", True),
    "human": ("", "", "any", False),
    "language": ("", "", "any", True),
    "logout": ("", "", "any", True),
}
LAST = ("human", "language", "logout")  # they change the conversation
TYPED = {
    "balance": "solde", "statement": "relevé", "list_invoices": "factures", "list_quotes": "devis",
    "contracts": "contrats", "calendar": "agenda", "interactions": "échanges", "profile": "coordonnées",
    "more": "suite", "get_document": "F-11", "pay": "payer F-11", "accept_quote": "signer D-11",
    "refuse_quote": "refuser D-11", "greet": "bonjour", "help": "aide", "human": "humain", "logout": "déconnexion",
}  # fmt: skip
REFUSED = (
    *("ne propose pas cela ici", "does not offer this here", "ne permet pas de", "does not allow you to"),
    *("En lecture seule, l'équipe ne peut", "With read-only access, the team", "n'ouvre que", "only opens"),
    "Ce lien est incomplet",
)
NEUTRAL = (
    *("Donnez l'adresse e-mail", "Si cette adresse est enregistrée", "Un code vient d'être demandé"),
    *("Ce lien est incomplet", "Bonjour, vous êtes chez", "Votre code", "Nous attendons le code"),
    *(
        "Ce bouton n'est plus à jour",
        "L'accès est fermé",
        "Nous vous écrivons",
        "Avec plaisir",
        "We now write",
    ),
    *("Votre demande chez", "Votre accès chez", "C'est annulé", "Access is closed", "If ", "Type the"),
)
SETS = [frozenset(some) for size in range(4) for some in combinations(OPTIONS, size)]
RIGHTS = (
    frozenset({"read"}),
    frozenset({"read", "pay"}),
    frozenset({"read", "sign"}),
    frozenset({"read", "pay", "sign", "notify"}),
    frozenset({"pay"}),
    frozenset({"sign"}),
    frozenset({"notify"}),
)
ROLES = ("admin", "accountant", "manager", "sales")


def kind_of(got: list[Got], person: str, intent: str) -> str:
    """How a turn was answered: "refused" in words, "allowed", or "silence"."""
    mine = [one.reply.text for one in got if one.to == person]
    if not mine:
        return "silence"
    # The help of an access that opens one document says so.
    refused = [said for said in REFUSED if said not in ("n'ouvre que", "only opens") or intent != "help"]
    return "refused" if any(said in text for said in refused for text in mine) else "allowed"


def neutral(got: list[Got], person: str) -> bool:
    """Nothing but words that anybody may read."""
    mine = [one for one in got if one.to == person]
    return all(any(said in one.reply.text for said in NEUTRAL) and not marks_in(one) for one in mine)


def expected(
    intent: str, options: frozenset[str], rights: frozenset[str], scope: str = "", team: bool = False
) -> str:
    option, right, linked, for_team = SPEC[intent]
    if team and not for_team:
        return "refused"
    if option == "later" or (option and option not in options):
        return "refused"
    if scope and linked not in ("any", scope):
        return "refused"
    if right and right not in rights:
        return "refused"
    if intent in ("get_document", "proof") and not opens(options, scope):
        return "refused"
    return "allowed"


def opens(options: frozenset[str], kind: str) -> bool:
    """S9: the portal opens documents; without it a quote's link does with signature, an invoice's with payment."""
    return bool({"portal", {"quote": "signature", "invoice": "payment"}.get(kind, "")} & options)


def ordered() -> list[str]:
    return [name for name in SPEC if name not in LAST] + list(LAST)


def asked(world: World, person: str, intent: str) -> list[Got]:
    """Press what the menu holds for this intent, or would hold: a forged press is a press."""
    if intent == "get_document":
        return world.write(person, "telegram", "F-11")
    return world.press(person, f"menu-{intent}")


def test_the_table_knows_every_intent() -> None:
    World(plan=Plan(1, (), ())).close()
    own = {
        "code",
        "done",
        "file",
        "company",
        "client",
        "by_mail",
        "address",
        "out_of_scope",
    }  # no promise of a row
    assert set(registry.INTENTS) - own <= set(SPEC)


@pytest.mark.parametrize("options", SETS, ids=lambda one: "+".join(sorted(one)) or "nothing")
@pytest.mark.parametrize("rights", RIGHTS, ids=lambda one: "+".join(sorted(one)))
def test_a_client(options: frozenset[str], rights: frozenset[str]) -> None:
    world = World(plan=Plan(2, ((1, OWNER, rights), (2, FRIEND, RIGHTS[3])), ()))
    world.let_in(OWNER, "telegram")
    world.set_options(1, options)
    for intent in ordered():
        got = kind_of(asked(world, OWNER, intent), OWNER, intent)
        assert got == expected(intent, options, rights), intent
    world.close()


@pytest.mark.parametrize("options", SETS, ids=lambda one: "+".join(sorted(one)) or "nothing")
@pytest.mark.parametrize("role", ROLES)
def test_the_team(options: frozenset[str], role: str) -> None:
    """Reads what the client sees, and what the options allow; every change is refused in words."""
    world = World(plan=Plan(3, ((1, OWNER, RIGHTS[3]),), ((1, LEA, role),)))
    world.let_in(LEA, "telegram")
    world.write(LEA, "telegram", "CZq1z")
    world.set_options(1, options)
    for intent in ordered():
        got = kind_of(asked(world, LEA, intent), LEA, intent)
        assert got == expected(intent, options, frozenset({"read"}), team=True), intent
    world.close()


@pytest.mark.parametrize("options", SETS, ids=lambda one: "+".join(sorted(one)) or "nothing")
@pytest.mark.parametrize(("link", "kind"), [("F-11", "invoice"), ("D-11", "quote")])
@pytest.mark.parametrize("rights", [RIGHTS[0], RIGHTS[3], RIGHTS[4]], ids=lambda one: "+".join(sorted(one)))
def test_a_document_s_link(options: frozenset[str], link: str, kind: str, rights: frozenset[str]) -> None:
    world = World(plan=Plan(1, ((1, OWNER, rights),), ()))
    world.open_link(OWNER, link)
    world.write(OWNER, "telegram", OWNER)
    world.write(OWNER, "telegram", world.code(OWNER))
    world.set_options(1, options)
    for intent in ordered():
        got = kind_of(world.press(OWNER, f"menu-{intent}"), OWNER, intent)
        assert got == expected(intent, options, rights, kind), intent
    world.close()


@pytest.mark.parametrize(
    "who", ["nobody@x.example", FRIEND, LEA], ids=["stranger", "other client", "other role"]
)
@pytest.mark.parametrize(
    "options", [SETS[-1], SETS[1], SETS[0]], ids=lambda one: "+".join(sorted(one)) or "nothing"
)
def test_who_never_gave_a_code(who: str, options: frozenset[str]) -> None:
    """A stranger, a client of another company, a member of the team with another role: the same words."""
    world = World(plan=Plan(2, ((1, OWNER, RIGHTS[3]), (2, FRIEND, RIGHTS[3])), ((1, LEA, "other"),)))
    world.set_options(1, options)
    world.open_link(who, "one")
    world.write(who, "telegram", who)
    for intent in ordered():
        assert neutral(asked(world, who, intent), who), intent
    assert not [got for got in world.got if got.to == who and marks_in(got)]
    world.close()


@pytest.mark.parametrize("options", SETS, ids=lambda one: "+".join(sorted(one)) or "nothing")
@pytest.mark.parametrize("rights", [RIGHTS[0], RIGHTS[3], RIGHTS[6]], ids=lambda one: "+".join(sorted(one)))
def test_a_client_by_e_mail(options: frozenset[str], rights: frozenset[str]) -> None:
    world = World(plan=Plan(1, ((1, OWNER, rights),), ()))
    world.let_in(OWNER, "email")
    world.set_options(1, options)
    for intent, text in TYPED.items():
        world.now += world.now.resolution * 700_000_000  # answers to one address are counted
        got = kind_of(world.answer(OWNER, text), OWNER, intent)
        wanted = expected(intent, options, rights)
        assert got == wanted, (intent, got)
    world.close()


@pytest.mark.parametrize("options", [SETS[-1], SETS[1]], ids=lambda one: "+".join(sorted(one)))
@pytest.mark.parametrize("role", ROLES)
def test_the_team_by_e_mail(options: frozenset[str], role: str) -> None:
    world = World(plan=Plan(3, ((1, OWNER, RIGHTS[3]),), ((1, LEA, role),)))
    world.let_in(LEA, "email")
    world.answer(LEA, "CZq1z")
    world.set_options(1, options)
    for intent, text in TYPED.items():
        world.now += world.now.resolution * 700_000_000
        got = kind_of(world.answer(LEA, text), LEA, intent)
        assert got == expected(intent, options, frozenset({"read"}), team=True), (intent, got)
    world.close()
