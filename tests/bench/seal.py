"""Sealing a quote: ours (page, band, seal, second look; in the child) against pyHanko alone and against the disk.

Then all the files of a signature, from what was decided to the mails that wait: sealed quote, sealed proof, ledger;
against pyHanko that seals the same two files and keeps them with SHA-256, write and fsync.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from killed import Parts, Task
from papers.paper_data import no_file
from papers.proof_data import FRENCH
from papers.seal_data import A4, FONT, RECIPE, pdf, stream
from papers.signed_elsewhere import signer
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from sqlalchemy import update
from storage_seed import NOW, seed
from storage_signing import open_, signed
from storage_signing import quote as add_quote

from bot.paper import keys as keeping
from bot.paper.child import CHILD, Child
from bot.paper.printing import printed
from bot.paper.sealing import seal
from handlers.core import proof_file
from storage import migrate
from storage import tables as t
from storage.engine import connect
from tests.bench import report

REPEATS = 15
PICTURE = (
    "/Type /XObject /Subtype /Image /Width 100 /Height 200 /BitsPerComponent 8 /ColorSpace /DeviceGray"
    " /Filter /ASCIIHexDecode"
)
WANTED = {2: "goal 2.00", 50: "goal 2.50"}


def quote(count: int) -> bytes:
    """Fifteen lines of text and a picture of 40 kB on each page."""
    lines = "".join(
        f"1 0 0 1 40 {760 - 20 * row} Tm (Article {row} : 12 x 34,50 EUR) Tj " for row in range(15)
    )
    content = f"BT /F1 11 Tf {lines} ET q 90 0 0 90 40 90 cm /I Do Q"
    kids = " ".join(f"{4 + 3 * nth} 0 R" for nth in range(count))
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {count} >>", FONT]
    for number in range(5, 5 + 3 * count, 3):
        resources = f"/Resources << /Font << /F1 3 0 R >> /XObject << /I {number + 1} 0 R >> >>"
        objects.append(f"<< /Type /Page /Parent 2 0 R {A4} {resources} /Contents {number} 0 R >>")
        objects += [stream(content), stream(os.urandom(20_000).hex()).replace("<<", f"<< {PICTURE}", 1)]
    return pdf(*objects)


def disk(data: bytes, folder: Path) -> None:
    """What keeping a file costs anyway."""
    with open(folder / hashlib.sha256(data).hexdigest(), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def alone(data: bytes, keys: keeping.Keys) -> None:
    """As pyHanko's documentation has it: certified, PAdES, the same key; no page, no band, no second look."""
    meta = signers.PdfSignatureMetadata(
        field_name="Seal",
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        reason=RECIPE["reason"],
    )
    signers.sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(data)), meta, signer=signer(keys), output=io.BytesIO()
    )


def took(*works: Callable[[], object]) -> list[float]:
    """Milliseconds each, the middle of several, once warm; by turns, since the machine is not always as fast."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(REPEATS + 1):
        for work, told in zip(works, times, strict=True):
            began = time.perf_counter()
            work()
            told.append(1000 * (time.perf_counter() - began))
    return [report.middle(told[1:]) for told in times]


def measured(count: int, keys: keeping.Keys, child: Child, folder: Path) -> None:
    data = quote(count)
    made = seal(data, RECIPE, keys, child=child).data
    ours, library, kept = took(
        lambda: seal(data, RECIPE, keys, child=child), lambda: alone(data, keys), lambda: disk(made, folder)
    )
    grown = f"+{(len(made) - len(data)) / 1000:.0f} kB on {len(data) / 1e6:.2f} MB"
    report.line(f"seal, {count} pages, against pyHanko alone", library, ours, "ms", WANTED[count], grown)
    report.line(f"seal, {count} pages, against SHA-256 and fsync", kept, ours, "ms", "for scale")


def whole(count: int, keys: keeping.Keys, folder: Path) -> None:
    """The very job of the service, on SQLite."""
    data, url = quote(count), f"sqlite:///{folder / f'{count}.db'}"
    engine = connect(url)
    migrate.upgrade(engine)
    house = seed(engine)
    ticket = open_(house, add_quote(house, house.anne, "D-0"))
    parts = Parts(Task(url, folder, "smtp://127.0.0.1", house.anne, ticket, NOW))
    for nth in range(REPEATS + 2):
        signed(house, f"D-{nth + 1}", file_sha256=parts.files.put(quote(count)))
    with engine.begin() as db:
        db.execute(update(t.document_versions).values(signable=True))  # as the import found them
    proof = printed(proof_file.recipe(FRENCH), no_file)

    def floor() -> None:
        for file in (data, proof):
            alone(file, keys)
            disk(file, folder)

    ours, library = took(parts.sealer.drain, floor)
    report.line(
        f"quote and proof, {count} pages, against pyHanko and fsync", library, ours, "ms", WANTED[count]
    )
    for each in (engine, parts.engine):
        each.dispose()


def main() -> None:
    child = Child()
    with tempfile.TemporaryDirectory() as name:
        keys = keeping.install(Path(name) / "keys", datetime.now(UTC))
        for count in WANTED:
            measured(count, keys, child, Path(name))
            whole(count, keys, Path(name))
    child.close()
    CHILD.close()


if __name__ == "__main__":
    main()
