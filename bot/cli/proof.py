"""facteur proof show, verify, hold, retry: what was signed, and whether a file is as it was signed."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from bot.cli.common import clock_of, database, fail, print_json, settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from bot.settings import Settings

app = typer.Typer(
    no_args_is_help=True, help="Proofs of signature: show, verify, hold, retry.", add_completion=False
)
ID = typer.Argument(metavar="ID", help="Of a signature: FCT-20261124-....")
INTACT, ALTERED, UNKNOWN = 0, 1, 2
WHAT = {"signed": "Intact: the quote as it was signed.", "proof": "Intact: the proof file."}


@app.command()
def show(
    id: str = ID, as_json: bool = typer.Option(False, "--json", help="Print JSON: facteur-proof/1.")
) -> None:
    """What the ledger holds of a signature. Exit code 2: there is none of that number."""
    data = _data(settings(), id)
    if as_json:
        print_json(data)
        return
    paper, client, seal = data["document"], data["client"], data["seal"]
    total = f"{paper['total_cents'] / 100:.2f} {paper['currency']}"
    print(f"{data['signature_id']}  {data['at']}  {data['company']['name']}")
    print(f"quote      {paper['number']}, version {paper['version']}, {total}, {paper['file_name']}")
    print(f"client     {client['ref']} {client['name']}")
    print(f"signatory  {client['signatory'] or '-'} <{client['email']}>, by {data['channel']}")
    print(f"presented  {paper['presented_sha256']}")
    print(f"signed     {paper['signed_sha256'] or seal['why_not'] or '-'}")
    print(f"seal       {seal['level'] or '-'}, time of {'an authority' if seal['tsa'] else 'the server'}")
    print(f"kept until {data['keep_until']}")
    for event in data["events"]:
        print(f"{event['seq']:>6}  {event['at']}  {event['kind']:<20}  {event['hash']}")


@app.command()
def verify(file: Path = typer.Argument(help="A PDF, or any other file.")) -> None:
    """Is this file as it was signed? Exit code 0: intact, 1: altered, 2: unknown, or a quote without a signature.

    2 as well where the file cannot be read: nothing is said of it.
    """
    from storage.decisions import known
    from storage.engine import reading

    try:
        data = file.read_bytes()
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}", UNKNOWN)
    made = settings()
    engine = database(made)
    with reading(engine) as db:
        found = known(db, hashlib.sha256(data).hexdigest())
    if found is None:
        _stranger(data, made)
    if found.what == "presented":
        _end("The quote as it was presented, without a signature.", UNKNOWN, found.signature_id)
    _look_at_ledger(engine, made, found.signature_id)
    _end(WHAT[found.what], INTACT, found.signature_id)


@app.command()
def hold(
    id: str = ID, release: bool = typer.Option(False, "--release", help="Erase it in its time again.")
) -> None:
    """A dispute: nothing of this signature is erased, even after the years it is kept. Written in the audit log."""
    from storage.retention import hold as keep

    made = settings()
    if not keep(database(made), id, not release, clock_of(made)()):
        fail(f"No signature is {id!r}.", UNKNOWN)
    print("Erased in its time." if release else "Kept until it is released.")


@app.command()
def retry(id: str = ID) -> None:
    """Make the files of a signature that was put aside after several tries."""
    from storage.keys import Keys
    from storage.sealing import SealingQueue

    made = settings()
    if not SealingQueue(database(made), Keys.of(made.secret)).again(id, clock_of(made)()):
        fail(f"No signature {id!r} was put aside.", UNKNOWN)
    print("It is tried again by the service.")


def _data(made: Settings, id: str) -> dict[str, Any]:
    from storage.engine import reading
    from storage.proofs import Erased, company_of, proof_data

    with reading(database(made)) as db:
        whose = company_of(db, id)
        if whose is None:
            fail(f"No signature is {id!r}.", UNKNOWN)
        try:
            return proof_data(db, whose[0], id, made.proof_years)
        except Erased:
            fail("What this proof held was erased after the years it had to be kept.")


def _stranger(data: bytes, made: Settings) -> NoReturn:
    """The ledger knows no such file: does it claim a signature of ours?"""
    from bot.paper.keys import NoKeys, roots
    from bot.paper.verify import verdict

    try:
        ours = roots(made.keys_folder)
    except NoKeys:
        ours = ()
    found = verdict(data, ours)
    if found.what == "altered":
        _end("Altered: it bears a signature, but it has changed since.", ALTERED, found.signature_id)
    if found.what == "intact":
        _end("Sealed here and unchanged, but the ledger does not know it.", UNKNOWN, found.signature_id)
    _end("Unknown: there is no signature for this file.", UNKNOWN)


def _look_at_ledger(engine: Engine, made: Settings, signature_id: str) -> None:
    """A file is as good as the ledger that knows it."""
    from storage import anchors, audit
    from storage.engine import reading
    from storage.proofs import company_of

    with reading(engine) as db:
        whose = company_of(db, signature_id)
        assert whose is not None, "it is known"
        id, slug = whose
        fault = audit.check(db, id, anchors.kept(made.anchors_folder, slug))
    if fault:
        told = f"The file is known, but the ledger was altered at entry {fault.seq}: facteur ledger check."
        _end(told, ALTERED, signature_id)


def _end(told: str, code: int, signature_id: str = "") -> NoReturn:
    print(f"{told} {signature_id}".rstrip())
    raise typer.Exit(code)
