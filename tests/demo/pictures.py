"""The pictures of docs/signature.md, pages of what the demonstration signs: `python tests/demo/pictures.py`."""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
from pathlib import Path

from bot.demo.script import CODE
from bot.demo.stage import stage
from bot.demo.tour import START
from bot.demo.visitor import Visitor

PICTURES = Path(__file__).parents[2] / "docs/pictures"
SIGNS = (CODE, "D-2026-0044", "[Signer]", "[☐ 1]", "[☐ 2]", "[☐ 3]", "[Valider]", CODE)
PAGES = {"signed-quote.png": (0, 1), "signature-page.png": (0, 2), "proof-page.png": (1, 1)}  # file, page
WIDTH = "600"  # pixels


async def files(folder: Path) -> list[bytes]:
    """The signed quote and its proof file."""
    async with stage(folder, START) as made:
        client = Visitor(made, made.clients[0])
        await client.on_telegram(*SIGNS)
        letter = await client.letter(lambda one: len(one.attachments) == 2)
        return [one.data for one in letter.attachments]


def main() -> None:
    with tempfile.TemporaryDirectory() as held:
        folder = Path(held)
        made = asyncio.run(files(folder / "data"))
        for name, (file, page) in PAGES.items():
            (folder / "it.pdf").write_bytes(made[file])
            only = [
                "-f",
                str(page),
                "-l",
                str(page),
                "-singlefile",
                "-scale-to-x",
                WIDTH,
                "-scale-to-y",
                "-1",
            ]
            out = str(PICTURES / name.removesuffix(".png"))
            subprocess.run(["pdftoppm", "-png", *only, str(folder / "it.pdf"), out], check=True)


if __name__ == "__main__":
    main()
