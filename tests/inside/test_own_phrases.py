"""A company says things its own way: checked when set, first in every text, and never more than a text."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from handlers.core import own_phrases, phrases
from handlers.core.own_phrases import check
from handlers.core.phrases import HOLE
from service.warm import Warm
from storage import tables as t
from town import Town

CAMILLE, BOB = "camille@dupain.example", "bob@harbour.example"
DUE = "Il vous reste {solde} au {date}. Facturé : {facturé}, reçu : {reçu}."


def own(town: Town, form: str = "vous", **texts: str) -> None:
    with town.engine.begin() as db:
        values = {"settings": {"phrases": texts}, "form_of_address": form}
        db.execute(update(t.companies).where(t.companies.c.id == 1).values(values))


def asked(town: Town, who: str, chat: str, *lines: str) -> str:
    code = f"{482913 + len([got for got in town.got if got.reply.kind == 'code'])}"
    said = [f"> telegram {chat}: {line}" for line in ("/start atelier", who, code, *lines)]
    return town.play("\n".join(said))


def mailed(town: Town, who: str, line: str) -> str:
    code = f"{482913 + len([got for got in town.got if got.reply.kind == 'code'])}"
    return town.play(f"+ 2 minutes\n> email {who}: {line}\n> email {who} (reply): {code}")


# --- said


def test_both_channels_and_languages_say_the_companys_text_with_our_typography(town: Town) -> None:
    due = "Il vous reste {solde} au {date}. Facturé : {facturé}, avoirs {avoirs}, reçu {reçu}."
    own(town, **{"fr:balance.due_credits": due, "en:desk.thanks": "Any time."})
    expected = "Il vous reste 914,56\u00a0€ au 24 novembre 2026. Facturé\u00a0: 2\u202f556,46\u00a0€"
    assert expected in asked(town, CAMILLE, "42", "solde")
    assert expected in mailed(town, CAMILLE, "solde")
    assert "Any time." in asked(town, BOB, "43", "thanks")


def test_who_is_called_tu_reads_its_own_tu_or_ours(town: Town) -> None:
    own(town, "tu", **{"fr:desk.greet_open": "Que désirez-vous ?", "fr:desk.thanks": "De rien."})
    played = asked(town, CAMILLE, "42", "bonjour", "merci")
    assert "Bonjour. Que veux-tu voir" in played, "ours, rather than a text that says vous"
    assert "De rien." in played, "ours has no tu of its own there"
    own(town, "tu", **{"fr:tu:desk.greet_open": "Salut, que veux-tu ?"})
    assert "Salut, que veux-tu\u202f?" in town.play("> telegram 42: bonjour")


def test_mails_notices_and_codes_say_it_too(town: Town) -> None:
    code = "Bonjour, code {code}, jusqu'à {heure} ({fuseau}). Nous ne le demandons jamais."
    texts = {
        "fr:mail.code": code,
        "fr:mail.telegram_linked": "Telegram relié le {date} à {heure} ({fuseau}). Sinon : {société}, {contact}.",
        "fr:access.closed": "Fini après {durée}.",
        "fr:code.erased": "Code effacé.",
        "fr:human.answered": "{société} :\n{message}",
        "fr:frame.regards": "À votre service,",
    }
    own(town, **texts)
    assert "Code effacé." in asked(town, CAMILLE, "42", "dites-leur que je passe demain")
    assert any(got.reply.text.startswith("Telegram relié le 24 novembre 2026 à 14h05") for got in town.got)
    answer = town.play("> email contact@atelier-exemple.example (reply): Entendu {code}")
    assert "< telegram 42: Atelier Exemple\u00a0:\n    Entendu {code}" in answer
    assert "Fini après 30 minutes." in town.play("+ 31 minutes")
    assert "Bonjour, code 482914, jusqu'à 14h43 (heure de Paris)." in mailed(town, CAMILLE, "solde")


def test_a_text_is_never_run_nor_filled_twice(town: Town) -> None:
    own(town, **{"fr:desk.no_question": "%s %(a)s $x \\N <b>oui</b> `id`"})
    played = asked(town, CAMILLE, "42", "suite")
    assert "%s %(a)s $x \\N <b>oui</b> `id`" in played


def test_a_text_that_no_longer_fits_gives_way_to_ours(town: Town) -> None:
    """A new release may need another {name}: a code mail without its code, or a crash, would be worse."""
    own(town, **{"fr:mail.code_telegram": "Votre code est là.", "fr:desk.thanks": "Merci {prénom}."})
    assert "Avec plaisir." in asked(town, CAMILLE, "42", "merci")
    assert "Votre code\u00a0: 482913" in next(got.reply.text for got in town.got if got.reply.kind == "code")


def test_other_companies_keep_our_texts(town: Town) -> None:
    own(town, **{"fr:desk.thanks": "De rien."})
    town.play(f"> telegram 42: /start plomberie\n> telegram 42: {CAMILLE}\n> telegram 42: 482913")
    assert "Avec plaisir." in town.play("> telegram 42: merci")


# --- checked


def faults(text: str, key: str = "balance.due", section: str = "fr") -> list[str]:
    return check({section: {key: text}}).faults


def test_a_good_file_is_taken_whole() -> None:
    written = tomllib.loads(
        '[fr]\n"balance.due" = "' + DUE + '"\ndesk.thanks = "De rien."\n'
        '[fr.tu]\n"desk.greet_open" = "Salut, que veux-tu ?"\n[en]\n"desk.thanks" = "Any time."\n'
    )
    found = check(written)
    assert found.faults == found.warnings == []
    assert found.texts == {
        "fr:balance.due": DUE,
        "fr:desk.thanks": "De rien.",
        "fr:tu:desk.greet_open": "Salut, que veux-tu ?",
        "en:desk.thanks": "Any time.",
    }


@pytest.mark.parametrize(
    ("key", "text", "reason"),
    [
        ("balance.nothing", "Oui.", "no such text"),
        ("nothing.due", "Oui.", "no such text"),
        ("balance", "Oui.", "no such text"),
        ("../desk.thanks", "Oui.", "no such text"),
        ("word.balance", "COMPTE", "fixed"),
        ("label.balance", "Compte", "fixed"),
        ("frame.above", "-- ici --", "fixed"),
        ("label.order", "Valider", "fixed"),
        ("sign.box_read", "J'ai lu {numéro} ({total}).", "fixed"),
        ("mail.sign_boxes", "Signez {numéro}.", "fixed"),
        ("desk.thanks", "", "not an empty one"),
        ("desk.thanks", "  \n ", "not an empty one"),
        ("balance.due", "Solde : {solde}.", "missing: {date}, {facturé}, {reçu}"),
        ("balance.due", DUE + " {iban}", "unknown: {iban}"),
        ("desk.thanks", "De rien {0}.", "unknown: {0}; ours has none"),
        ("desk.thanks", "De rien {a.__class__}.", "unknown: {a.__class__}"),
        ("desk.thanks", "De rien }.", "a brace stands alone"),
        ("desk.thanks", "De {} rien.", "a brace stands alone"),
        ("desk.thanks", "De rien\x00.", "control character"),
        ("desk.thanks", "merci " * 60, "at most 300"),
        ("list.quotes_many", "{n} devis {critère} : {liste}", "needs a line of its own: {liste}"),
        ("mail.code", "Votre code est parti.", "missing: {code}"),
    ],
)
def test_what_is_refused_and_why(key: str, text: str, reason: str) -> None:
    assert any(reason in fault for fault in faults(text, key)), faults(text, key)


def test_every_fault_of_a_file_is_said_at_once() -> None:
    found = check(
        {"fr": {"a.b": "x", "desk.thanks": "De rien.", "balance.due": 3}, "de": {}, "en": {"c.d": "y"}}
    )
    assert len(found.faults) == 4
    assert found.texts == {"fr:desk.thanks": "De rien."}


@pytest.mark.parametrize(
    ("section", "text", "warning"),
    [
        ("fr", "De rien !", "exclamation mark"),
        ("fr", "Votre bot est garanti.", "bot, garanti"),
        ("en", "Your session is guaranteed.", "guaranteed, session"),
        ("fr", "Pour toi, avec plaisir.", "mixed"),
    ],
)
def test_what_is_taken_with_a_warning(section: str, text: str, warning: str) -> None:
    found = check({section: {"desk.thanks": text}})
    assert found.faults == []
    assert any(warning in said for said in found.warnings)


def test_every_text_of_ours_could_be_a_companys_own() -> None:
    """The rules are those that our own texts keep."""
    for file in phrases.files():
        for language in ("fr", "en"):
            for key, text in phrases.load(file, language).get("say", {}).items():
                if own_phrases.fixed(f"{file}.{key}"):
                    continue
                found = check({language: {f"{file}.{key}": text}})
                assert found.faults == [], found.faults
                if file not in ("company", "staff", "settings"):
                    assert found.warnings == [], found.warnings
                assert set(HOLE.findall(found.texts[f"{language}:{file}.{key}"])) == set(HOLE.findall(text))


# --- set, listed, cleared


@pytest.fixture
def run(tmp_path: Path) -> Any:
    process = Warm(tmp_path, "smtp://127.0.0.1:1?tls=none")
    name, email = "Menuiserie Exemple", "contact@menuiserie.example"
    assert process.run("company", "add", "menuiserie", "--name", name, "--email", email).returncode == 0
    return process.run


def test_the_command_takes_a_file_lists_it_and_clears_it(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(f'[fr]\n"balance.due" = "{DUE}"\n[fr.tu]\n"desk.greet_open" = "Que veux-tu !"\n', "utf-8")
    done = run("company", "phrases", "menuiserie", "--set", str(file))
    assert done.returncode == 0, done.stderr
    assert "Careful: fr:tu:desk.greet_open: an exclamation mark" in done.stderr
    listed = run("company", "phrases", "menuiserie")
    assert tomllib.loads(listed.stdout) == tomllib.loads(file.read_text("utf-8")), "what is listed can be set"
    kept = json.loads(run("company", "phrases", "menuiserie", "--json").stdout)
    assert kept == {"fr:balance.due": DUE, "fr:tu:desk.greet_open": "Que veux-tu !"}
    assert "No text of its own" in run("company", "phrases", "menuiserie", "--clear").stdout
    assert json.loads(run("company", "phrases", "menuiserie", "--json").stdout) == {}


def test_a_file_with_a_fault_changes_nothing(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text('[en]\n"desk.thanks" = "Any time."\n', "utf-8")
    assert run("company", "phrases", "menuiserie", "--set", str(file)).returncode == 0
    file.write_text('[en]\n"desk.thanks" = "Sure."\n"desk.thank" = "?"\n"balance.due" = "{solde}"\n', "utf-8")
    done = run("company", "phrases", "menuiserie", "--set", str(file))
    assert done.returncode == 1
    assert "en:desk.thank: there is no such text" in done.stderr
    assert "en:balance.due: missing: {date}, {facturé}, {reçu}" in done.stderr
    assert json.loads(run("company", "phrases", "menuiserie", "--json").stdout) == {
        "en:desk.thanks": "Any time."
    }


@pytest.mark.parametrize(
    ("held", "arguments", "code", "words"),
    [
        ("[fr", ["--set", "own.toml"], 1, "is no TOML"),
        ("", ["--set", "nowhere.toml"], 1, "cannot be read"),
        ("", ["--set", "own.toml", "--clear"], 2, "Either"),
    ],
)
def test_what_cannot_be_read_is_said(
    run: Any, tmp_path: Path, held: str, arguments: list[str], code: int, words: str
) -> None:
    (tmp_path / "own.toml").write_text(held, "utf-8")
    paths = [str(tmp_path / one) if one.endswith(".toml") else one for one in arguments]
    done = run("company", "phrases", "menuiserie", *paths)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False)
    assert words in done.stderr


def test_an_unknown_company_is_said(run: Any) -> None:
    done = run("company", "phrases", "nobody")
    assert done.returncode == 1
    assert "No company has the slug" in done.stderr
