"""The two mails that carry a signed quote and its proof file: to the client, and to the company (mission S36, S46)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from handlers.core import papers, phrases, wording
from handlers.core.happening import facts, moment
from handlers.core.turn import Document, Language, Reply
from handlers.rules.offers import withdrawable
from handlers.rules.paper import Client, Company, Paper
from handlers.rules.signing import Decision

Head = tuple[int, str]  # number and hash of the last entry of the ledger


def to_client(
    company: Company,
    client: Client,
    paper: Paper,
    decision: Decision,
    signatory: str,
    language: str,
    head: Head,
    files: tuple[Document, ...],
) -> Reply:
    form = client.form_of_address or company.form_of_address
    key = "signed" if decision.signed_sha256 else "signed_proof_only"
    said = _words(company, client, paper, decision, signatory, language)
    lines = [phrases.say("mail", key, language, form, company.phrases, **said)]
    if withdrawable(company, client):
        lines.append(phrases.say("signed", "withdraw", language, form, company.phrases))
    lines.append(_head(company, head, language))
    subject = phrases.subject("mail", key, language, form, **said)
    told = cast(Language, language)
    reply = Reply("\n".join(lines), documents=files, subject=subject, language=told, kind="signed")
    return reply.note(tu=True) if form == "tu" and language == "fr" else reply


def to_company(
    company: Company,
    client: Client,
    paper: Paper,
    decision: Decision,
    signatory: str,
    head: Head,
    files: tuple[Document, ...],
) -> Reply:
    language = company.language
    file, key = ("company", "signed") if decision.signed_sha256 else ("signed", "company_proof_only")
    said = _words(company, client, paper, decision, signatory, language)
    lines = [phrases.say(file, key, language, own=company.phrases, **said), _head(company, head, language)]
    subject = phrases.subject(file, key, language, **said)
    told = cast(Language, language)
    return Reply("\n".join(lines), documents=files, subject=subject, language=told, kind="company")


def stuck(company: Company, client: Client, paper: Paper, decision: Decision, at: datetime) -> Reply:
    """The files of a signature could not be made, however often it was tried."""
    language = company.language
    said = _words(company, client, paper, decision, "", language) | moment(at, company, language)
    text = phrases.say("signed", "stuck", language, own=company.phrases, **said)
    subject = phrases.subject("signed", "stuck", language, **said)
    return Reply(text, subject=subject, language=cast(Language, language), kind="company")


def signed_name(paper: Paper, language: str) -> str:
    """ "Devis_D-2026-0044_signe.pdf"."""
    return phrases.say("signed", "file_name", language, numéro=papers.plain(paper))


def _head(company: Company, head: Head, language: str) -> str:
    number, hash = head
    return phrases.say("signed", "head", language, own=company.phrases, n=number, empreinte=hash)


def _words(
    company: Company, client: Client, paper: Paper, decision: Decision, signatory: str, language: str
) -> dict[str, Any]:
    return (
        facts(company, language)
        | moment(decision.at, company, language)
        | {
            "client": client.name,
            "nom": signatory,
            "numéro": paper.number,
            "total": wording.with_vat(paper.total_cents, language, paper.currency),
            "signature": decision.signature_id,
        }
    )
