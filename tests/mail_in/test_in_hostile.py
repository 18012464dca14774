"""Each hostile mail of the collection gets the verdict that its expected.json names, or a stricter one, said here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mail_gateway.incoming import Envelope, Letter, Reading, read
from mail_gateway.screen import with_crlf

HOSTILE = Path(__file__).parent.parent / "data" / "mail" / "hostile"
READING = Reading(("192.0.2.0/24",), "mx.us.example", ("espace.us.example",))
CLAIRE, EVIL = "claire@durand.example", "e@evil.example"

# file: (verdict, reason, sender, level) as the trusted relay hands it over
TABLE: dict[str, tuple[str, str, str | None, str]] = {
    "ar_bare_cr_smuggle": ("reject", "bare_cr", None, "failed"),
    # stricter: a signature failed, the pass names nobody
    "ar_cross_clause": ("accept", "authentication", CLAIRE, "failed"),
    "ar_forged_other_id": ("accept", "", CLAIRE, "unverified"),
    # stricter: spf=fail and nothing passed
    "ar_nested_comment": ("accept", "authentication", CLAIRE, "failed"),
    "ar_none_policy": ("accept", "", CLAIRE, "unverified"),
    "ar_two_ours": ("accept", "authentication", CLAIRE, "failed"),  # the topmost says fail
    "ar_unfolded_id_case": ("accept", "", CLAIRE, "verified"),
    "at_double_ext": ("accept", "", CLAIRE, "unverified"),
    "at_long_name": ("accept", "", CLAIRE, "unverified"),
    "at_rfc2231_traversal": ("accept", "", CLAIRE, "unverified"),
    "at_svg": ("accept", "", CLAIRE, "unverified"),
    "ct_alt_mismatch": ("accept", "parts_differ", CLAIRE, "unverified"),
    "ct_format_flowed": ("accept", "", CLAIRE, "unverified"),
    "ct_html_only": ("accept", "", CLAIRE, "unverified"),
    "ct_latin1_mislabelled": ("accept", "", CLAIRE, "unverified"),
    "ct_missing_boundary": ("accept", "", CLAIRE, "unverified"),
    "ct_only_quote": ("accept", "", CLAIRE, "unverified"),
    "ct_utf7": ("reject", "utf7", None, "failed"),
    "ct_zero_width": ("accept", "", CLAIRE, "unverified"),
    "id_addr_then_angle": ("reject", "bad_from", None, "failed"),
    "id_comment_addr": ("accept", "", EVIL, "unverified"),
    "id_encoded_display": ("accept", "", EVIL, "unverified"),
    "id_from_group": ("reject", "bad_from", None, "failed"),
    "id_homoglyph": ("accept", "", "claire@xn--durnd-6ve.example", "unverified"),
    "id_idn": ("accept", "", "zoé@xn--caf-dma.example", "unverified"),
    "id_no_from": ("reject", "no_from", None, "failed"),
    "id_quoted_local": ("reject", "bad_from", None, "failed"),
    "id_sender_header": ("accept", "", CLAIRE, "unverified"),
    "id_spoof_no_auth": (
        "accept",
        "",
        CLAIRE,
        "unverified",
    ),  # the look-up key of a challenge, never an identity
    "id_trailing_dot": ("reject", "bad_from", None, "failed"),
    "id_two_from_rev": ("reject", "two_from", None, "failed"),
    "in_formula": ("accept", "", CLAIRE, "unverified"),
    "in_name_html": ("accept", "", CLAIRE, "unverified"),
    "in_subject_doubly_encoded": ("accept", "", CLAIRE, "unverified"),
    "lp_arf": ("ignore", "report", CLAIRE, "unverified"),
    "lp_auto_generated": ("ignore", "auto_submitted", CLAIRE, "unverified"),
    "lp_autorespond": ("ignore", "auto_reply", CLAIRE, "unverified"),
    "lp_dsn": ("ignore", "report", "mailer-daemon@durand.example", "unverified"),
    "lp_dsn_delayed": ("ignore", "report", "mailer-daemon@durand.example", "unverified"),
    "lp_mailer_daemon": ("ignore", "robot_sender", "mailer-daemon@durand.example", "unverified"),
    "lp_precedence_autoreply": ("ignore", "precedence", CLAIRE, "unverified"),
    "lp_return_path_null": ("ignore", "null_sender", CLAIRE, "unverified"),
    "lp_subject_only_fr": ("ignore", "out_of_office", CLAIRE, "unverified"),
    "lp_x_auto_suppress": ("ignore", "suppress", CLAIRE, "unverified"),
    "st_bad_date": ("accept", "", CLAIRE, "unverified"),
    "st_depth_2000": ("quarantine", "too_many_parts", None, "failed"),
    "st_dup_message_id_other_body": ("accept", "", CLAIRE, "unverified"),
    "st_header_no_colon": ("reject", "no_from", None, "failed"),  # the garbage line ends the headers
    "st_nul_body": ("reject", "nul", None, "failed"),
    "st_rfc822_self": ("quarantine", "too_deep", None, "failed"),
    "tk_guess_message_id": ("accept", "", CLAIRE, "unverified"),
    "tk_inreplyto_comment": ("accept", "", CLAIRE, "unverified"),
    "tk_truncated_token": ("accept", "", CLAIRE, "unverified"),
}


def opened(name: str, peer: str | None = "192.0.2.10") -> Letter:
    return read(with_crlf((HOSTILE / f"{name}.eml").read_bytes()), Envelope(peer), READING)


def test_the_table_names_every_file_of_the_collection() -> None:
    told = json.loads((HOSTILE / "expected.json").read_text("utf-8"))
    assert {f"{name}.eml" for name in TABLE} == set(told)


@pytest.mark.parametrize("name", TABLE)
def test_the_verdict_on(name: str) -> None:
    letter = opened(name)
    assert (letter.verdict, letter.reason, letter.sender, letter.level) == TABLE[name]


@pytest.mark.parametrize("name", TABLE)
def test_a_stranger_who_hands_it_over_gains_no_belief(name: str) -> None:
    for peer in (None, "198.51.100.9"):
        assert opened(name, peer).level != "verified"


def test_commands_are_found_through_every_wrapping() -> None:
    for name in ("ct_format_flowed", "ct_html_only", "ct_zero_width", "ct_missing_boundary"):
        assert opened(name).text == "SOLDE", name


def test_what_is_quoted_or_contradicted_commands_nothing() -> None:
    assert opened("ct_only_quote").text == ""
    assert opened("ct_alt_mismatch").unsafe
    assert not opened("ct_html_only").unsafe


def test_mislabelled_letters_survive() -> None:
    assert opened("ct_latin1_mislabelled").text == "Pouvez-vous m'envoyer la facture réglée ?"


def test_file_names_are_for_showing() -> None:
    names = {name: opened(name).attachments[0].name for name in TABLE if name.startswith("at_")}
    assert names["at_rfc2231_traversal"] == "passwd.pdf"
    assert names["at_double_ext"] == "facture.pdfgpj.exe"
    assert len(names["at_long_name"]) == 100
    assert names["at_svg"] == "a.svg"


def test_a_subject_decodes_once() -> None:
    assert opened("in_subject_doubly_encoded").subject.startswith("=?utf-8?q?a=0ABcc")


def test_only_ids_are_taken_from_in_reply_to() -> None:
    assert opened("tk_inreplyto_comment").in_reply_to == ("<conv.x@espace.us.example>",)


def test_one_message_id_with_another_body_is_another_mail() -> None:
    assert opened("st_dup_message_id_other_body").key != opened("tk_truncated_token").key
