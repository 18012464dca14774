"""Which level a seal reaches with the time-stamping authority: a small page is sealed, and thrown away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bot.doctor.finding import Finding, good, note, wrong
from bot.doctor.patient import SECONDS, Patient

if TYPE_CHECKING:
    from bot.paper.keys import Keys


def timestamp(it: Patient) -> Iterator[Finding]:
    from bot.paper.child import Child

    if not it.settings.tsa_url:
        return
    keys, child = _keys(it), Child(seconds=4 * SECONDS)
    try:
        level, name = child.run("bot.doctor.press:reached", keys, it.settings.tsa_url, it.now)
        yield judged(level, name, bool(keys.crl))
    finally:
        child.close()


def judged(reached: str, name: str, lasts: bool) -> Finding:
    """Of a seal with a time-stamping authority. `lasts`: our own root says that it has revoked nothing."""
    if reached == "B-LT":
        return good(f"Seals reach B-LT: they hold the token of {name}, and what verifies it in later years.")
    if reached == "B-T" and not lasts:
        return note("Seals reach B-T: the root's own list (crl.pem) is missing.", "facteur keys rotate")
    if reached == "B-T":
        return note(
            f"Seals reach B-T: that no certificate of {name} was revoked could not be learnt.",
            "Its certificate names where to ask, over HTTP: can this machine reach that, without a proxy?",
        )
    return wrong("No token came: seals are B-B, with the time of the server.", "See TSA_URL and the network.")


def _keys(it: Patient) -> Keys:
    """The first signature makes them: until then, some for this page alone."""
    from bot.paper.keys import NoKeys, install, load

    try:
        return load(it.settings.keys_folder)
    except NoKeys:
        with TemporaryDirectory() as folder:
            return install(Path(folder) / "keys", it.now)
