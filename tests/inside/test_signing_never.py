"""Whatever is said in whatever order, nothing is decided without a right code."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signing_talk import BY_MAIL, IN_CHAT, JEANNE, QUOTE, decided
from town import Town

SAID = (
    *(f"SIGNER {QUOTE}", f"REFUSER {QUOTE}", "1 2 3", "toutes", "2", "VALIDER", "REFUSER", "oui", "non", "1"),
    *("Sans raison", "trop cher", "j'accepte", "111111", "482913", "CODE", "ANNULER", "MENU", "mes devis"),
    *(f"devis {QUOTE}", "preuve", "RENONCER AU CONTRAT", "Confirmer la rétractation", "bonjour"),
)
PRESSED = ("Signer", "Refuser", "☐ 1", "☑ 1", "Valider", "Sans raison", "Prix", "Oui", "Recevoir un code")


@st.composite
def steps(draw: st.DrawFn) -> list[str]:
    chat = st.sampled_from([f"> telegram 60: {said}" for said in SAID])
    press = st.sampled_from([f"press {label}" for label in PRESSED])
    mail = st.sampled_from([f"> email {JEANNE} (reply): {said}" for said in SAID])
    later = st.just("+ 11 minutes")
    return draw(st.lists(st.one_of(chat, press, mail, later), min_size=4, max_size=14))


@given(steps())
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_is_decided_without_a_right_code(said: list[str]) -> None:
    town = Town()
    try:
        town.play(f"{IN_CHAT}\n+ 2 minutes\n{BY_MAIL.replace('482913', '482914')}")
        right = {f"{code}" for code in range(482915, 482990)}
        for line in said:
            if line.startswith("press "):
                label = line.removeprefix("press ")
                shown = [one.label for got in town.got if got.to == "60" for one in got.reply.choices]
                if label not in shown:
                    continue
                line = f"> telegram 60 presses: {label}"
            assert not right & set(line.split())
            town.play(line)
        assert decided(town) == []
    finally:
        town.close()
