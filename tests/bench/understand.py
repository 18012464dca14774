"""Reading a message: ours (requests and policy) against only folding and cutting the same text into words; the load of
the classifier against only reading its file and its checksum; its build."""

from __future__ import annotations

import hashlib
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from bot.understanding.messages import Message, answer
from bot.understanding.store import ONE_THREAD, load
from handlers.core.classifier import Model
from handlers.core.features import tokens
from tests.bench import report

TODAY = date(2026, 11, 24)
REPEATS = 100
CHATS = (
    "combien je vous dois sur F-{0} ?",
    "la facture {0} de mars svp",
    "can you resend invoice F-{0}",
    "devis {0} ok pour moi",
)
MAILS = (
    "Bonjour Madame,\n\nSuite à notre échange, pourriez-vous m'envoyer la facture du chantier {0} ? Je dois la"
    " remettre à mon comptable avant vendredi.\n\nCordialement,\nJeanne Roux\n06 12 34 5{0}",
    "Hello,\n\nI hope you are well. Could you tell me what we still owe you, and when your next visit for F-{0} is?\n\n"
    "Kind regards,\nTom Hall\nHall & Sons",
)
STORY = (
    "Nous avons bien avancé sur la cuisine, le carreleur est passé lundi {0} et le plan de travail arrive sous peu.",
    "Mon mari a retrouvé le dossier numéro {0} de l'an dernier dans un carton du garage.",
    "The plumber came on the {0}th and everything works except the small tap of the second bathroom.",
)
WANTED = "goal 20 ms"


def each(texts: tuple[str, ...]) -> tuple[str, ...]:
    """None twice: what was read just before is remembered."""
    return tuple(texts[nth % len(texts)].format(100 + nth) for nth in range(REPEATS + 1))


def long(size: int, first: int) -> str:
    """A mail of so many characters with its request in the middle, no sentence twice."""
    told = [STORY[nth % len(STORY)].format(first + nth) for nth in range(size // 60)]
    told.insert(min(len(told), size // 200), "Pouvez-vous m'envoyer la facture F-12 ?")
    return f"Bonjour,\n\n{' '.join(told)}"[:size]


def took(work: Callable[[str], object], texts: tuple[str, ...]) -> tuple[list[float], list[float]]:
    """Milliseconds on CPU and by the clock, sorted, of each call once warm."""
    cpu, wall = [], []
    work(texts[-1])
    for text in texts[:REPEATS]:
        began, at = time.process_time(), time.perf_counter()
        work(text)
        cpu.append(1000 * (time.process_time() - began))
        wall.append(1000 * (time.perf_counter() - at))
    return sorted(cpu), sorted(wall)


def p95(values: list[float]) -> float:
    return values[int(0.95 * (len(values) - 1))]


def read(name: str, texts: tuple[str, ...], model: Model) -> None:
    floor, _ = took(tokens, texts)
    cpu, wall = took(lambda text: answer(Message(text), TODAY, model), texts)
    more = f"CPU p50 {report.middle(cpu):.1f} ms, wall p95 {p95(wall):.1f} ms"
    report.line(f"understand, {name}, CPU p95", p95(floor), p95(cpu), "ms", WANTED, more)


def loaded(path: Path) -> None:
    def checked(_: str) -> None:
        hashlib.sha256(path.read_bytes()).digest()

    again = ("",) * REPEATS
    floor, _ = took(checked, again)
    ours, _ = took(lambda _: Model.from_bytes(path.read_bytes()), again)
    size = f"{path.stat().st_size / 1e6:.1f} MB"
    report.line("understand, load", report.middle(floor), report.middle(ours), "ms", "goal 300 ms", size)


def build(path: Path) -> None:
    """Against an interpreter that only imports scikit-learn."""
    times = []
    trainer = ["-m", "bot.understanding.train", str(path)]
    for work in (["-c", "import sklearn.svm, sklearn.model_selection"], trainer):
        began = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *work], cwd=report.ROOT, env=ONE_THREAD, check=True)
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(1000 * (ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime))
    report.line("understand, build, CPU", *times, "ms", "goal 10,000 ms")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "classifier.bin"
        build(path)
        loaded(path)
        model = load(Path(name))
    read("a chat", each(CHATS), model)
    read("a mail", each(MAILS), model)
    read("2 kB", tuple(long(2000, 1000 * nth) for nth in range(REPEATS + 1)), model)
    read("64 kB", tuple(long(64_000, 10_000 * nth) for nth in range(REPEATS + 1)), model)


if __name__ == "__main__":
    main()
