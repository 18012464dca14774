"""Whatever people say and press, whoever they are: nothing of anyone else's is in any message, ever."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_world import OPTIONS, ROLES, Plan, World, company_of, marks_in

from handlers.core import registry
from town import Got

BOXES = ("ana@x.example", "bea@x.example", "cid@x.example", "dot@x.example")
RIGHTS = ("read", "pay", "sign", "notify")
ASKED = (
    *("combien je dois", "mes factures", "mes devis", "mes contrats", "agenda", "mes rendez-vous passés"),
    *("mes échanges", "mes appels", "mes coordonnées", "relevé de compte", "mes paiements", "SUITE", "MENU"),
    *(
        "cherche peinture",
        "facture cuisine",
        "my invoices",
        "balance",
        "statement",
        "AIDE",
        "merci",
        "par e-mail",
    ),
    *(
        "toutes mes factures en PDF",
        "les annexes du devis",
        "dernière facture",
        "F-11",
        "F-21",
        "facture F-31",
    ),
    *(
        "D-11",
        "D-22",
        "devis D-41",
        "A-21",
        "factures de octobre 2026",
        "100,01",
        "la deuxième",
        "autre dossier",
    ),
    *(
        "autre client",
        "autre entreprise",
        "societe",
        "1",
        "2",
        "3",
        "OUI",
        "NON",
        "ANNULER",
        "CODE",
        "bonjour",
    ),
    *(
        "HUMAIN",
        "rappelez-moi",
        "où suis-je connecté",
        "DÉCONNEXION",
        "DÉCONNECTER PARTOUT",
        "123456",
        "EN",
        "FR",
    ),
    *("payer F-11", "signer D-11", "refuser D-21", "STOP", "qui a gagné le match", "client 1", "dossier 2"),
)
LINKS = ("one", "two", "F-11", "F-21", "D-11", "D-21")


def plans() -> st.SearchStrategy[Plan]:
    box, rights = st.sampled_from(BOXES), st.frozensets(st.sampled_from(RIGHTS))
    contacts = st.lists(
        st.tuples(st.integers(1, 4), box, rights), min_size=1, max_size=5, unique_by=lambda c: c[:2]
    )
    staff = st.lists(
        st.tuples(st.sampled_from((1, 2)), box, st.sampled_from(ROLES)), max_size=2, unique_by=lambda s: s[:2]
    )
    options = st.tuples(*[st.frozensets(st.sampled_from(OPTIONS), min_size=1)] * 2)
    return st.builds(lambda c, s, o: Plan(4, tuple(c), tuple(s), o), contacts, staff, options)


def steps() -> st.SearchStrategy[Any]:
    box, channel, company = (
        st.sampled_from(BOXES),
        st.sampled_from(("telegram", "email")),
        st.sampled_from((1, 2)),
    )
    return st.lists(
        st.one_of(
            st.tuples(st.just("write"), box, channel, st.sampled_from(ASKED), company),
            st.tuples(st.just("answer"), box, st.sampled_from(ASKED)),
            st.tuples(st.just("claim"), box, st.sampled_from(BOXES)),
            st.tuples(st.just("code"), box, channel),
            st.tuples(st.just("let in"), box, channel, company),
            st.tuples(st.just("press"), box, st.integers(0, 30)),
            st.tuples(st.just("link"), box, st.sampled_from(LINKS)),
            st.tuples(st.just("wait"), st.sampled_from((1, 6, 31, 1500))),
            st.tuples(st.just("options"), company, st.frozensets(st.sampled_from(OPTIONS))),
        ),
        min_size=4,
        max_size=30,
    )


def do(world: World, step: Any) -> list[Got]:
    match step:
        case ("write", who, channel, text, company):
            return world.write(who, channel, text, company)
        case ("answer", who, text):
            return world.answer(who, text)
        case ("claim", who, other):
            return world.write(who, "telegram", other)
        case ("code", who, "telegram"):
            return world.write(who, "telegram", world.code(who))
        case ("code", who, _):
            return world.answer(who, world.code(who))
        case ("let in", who, channel, company):
            return world.let_in(who, channel, company)
        case ("press", who, nth):
            seen = [choice.id for got in world.got for choice in got.reply.choices]  # anybody's buttons
            named = [f"menu-{name}" for name in sorted(registry.INTENTS)]
            return world.press(who, (seen[-15:] + named)[nth % len(seen[-15:] + named)])
        case ("link", who, name):
            return world.open_link(who, name)
        case ("wait", minutes):
            world.passes(f"{minutes} minutes")
        case ("options", company, options):
            world.set_options(company, options)
    return []


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(plans(), steps())
def test_nothing_of_anyone_elses(plan: Plan, script: Any) -> None:
    world = World(plan=plan)
    try:
        for step in script:
            do(world, step)
        company = {f"own@{slug}.example" for slug in ("one", "two")}
        for got in world.got:
            if got.to not in company:
                assert marks_in(got) <= world.may_see(got.to), (got.to, got.reply)
            if got.reply.kind == "code":
                assert not marks_in(got), got.reply
    finally:
        world.close()


def test_the_marks_are_seen() -> None:
    """The test above would see a leak: an owner's own answers do bear marks, on both channels, and the team's too."""
    plan = Plan(4, ((1, BOXES[0], frozenset(RIGHTS)),), ((1, BOXES[1], "sales"),))
    world = World(plan=plan)
    for channel in ("telegram", "email"):
        world.let_in(BOXES[0], channel)
        got = (
            world.write(BOXES[0], channel, "mes contrats")
            if channel == "telegram"
            else world.answer(BOXES[0], "mes contrats")
        )
        assert marks_in(got[-1]) == {"zq1z"}
    assert company_of(1) == company_of(3) == 1
    assert world.may_see(BOXES[1]) == {"zq1z", "zq3z"}
    world.now += timedelta(minutes=5)
    world.let_in(BOXES[1], "telegram")
    world.write(BOXES[1], "telegram", "CZq3z")
    assert marks_in(world.write(BOXES[1], "telegram", "mes contrats")[-1]) == {"zq3z"}
