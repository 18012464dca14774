"""What is new in a reply: the text without what it quotes and without its ending. Pure.

No rule is written for one mail. Where it is unsure it keeps: a false cut loses what somebody said.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from mail_gateway import quote_marks
from mail_gateway.endings import trimmed

SPACES = re.compile("[\u00a0\u202f\u2007\u2009]")
UNSEEN = re.compile("[\u200b\u200c\u2060\ufeff\u00ad]")
JOINER = re.compile(r"(?<=\w)\u200d|\u200d(?=\w)")
LONGEST_TEXT = 256 * 1024
WRAPPED_AT = 60


@dataclass(frozen=True)
class New:
    """`between`: answers stand between quotes, so the text is kept whole and takes no command."""

    text: str
    between: bool = False


@dataclass(frozen=True)
class _Run:
    """Lines running, all quoted or all not."""

    quoted: bool
    lines: tuple[str, ...]

    @property
    def says(self) -> bool:
        return any(line.strip() for line in self.lines)


def new_text(text: str, ours: Iterable[str] = ()) -> New:
    """`ours`: lines of what we sent to this person, the surest sign of a quote."""
    sent = frozenset(filter(None, map(quote_marks.plain, ours)))
    lines = normalised(text[:LONGEST_TEXT]).split("\n")
    return _without_quotes(_cut(lines, sent))


def normalised(text: str) -> str:
    """NFC, line ends as LF, plain spaces, nothing invisible, no space at the end of lines."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = JOINER.sub("", UNSEEN.sub("", SPACES.sub(" ", text)))
    return "\n".join(map(str.rstrip, text.split("\n")))


def _cut(lines: list[str], sent: frozenset[str]) -> list[tuple[bool, str]]:
    """(quoted, line) for each line, up to where another message begins; attribution lines are left out."""
    kept: list[tuple[bool, str]] = []
    at = 0
    while at < len(lines):
        quoted = quote_marks.quoted(lines[at])
        if not quoted and _begins_another(lines, at, sent):
            break
        if count := quote_marks.attribution(lines, at):
            if not quote_marks.quote_below(lines, at + count):
                break
            at += count
            continue
        kept.append((quoted, lines[at]))
        at += 1
    return kept


def _begins_another(lines: list[str], at: int, sent: frozenset[str]) -> bool:
    """Signs that all below is another message; behind a ">" they say nothing of what follows the quote."""
    return (
        quote_marks.separator(lines[at])
        or quote_marks.ours(lines, at, sent)
        or quote_marks.header_block(lines, at)
    )


def _without_quotes(marked: list[tuple[bool, str]]) -> New:
    runs = [
        _Run(quoted, tuple(line for _, line in group))
        for quoted, group in groupby(marked, lambda pair: pair[0])
    ]
    runs = [run for run in runs if run.says]
    said = [
        at
        for at, run in enumerate(runs)
        if not run.quoted and trimmed(list(run.lines)) and not _foot(runs, at)
    ]
    if not said:
        return New("")
    first, last = said[0], said[-1]
    if first == last and not _answers_below(runs, first):
        return New(_text(list(runs[first].lines)))
    whole = [line for run in runs[: last + 1] for line in run.lines]
    return New(_text(whole), between=True)


def _answers_below(runs: list[_Run], at: int) -> bool:
    """An answer with a quote above and another below stands between them."""
    return any(run.quoted for run in runs[:at]) and any(run.quoted for run in runs[at + 1 :])


def _foot(runs: list[_Run], at: int) -> bool:
    """After a quote, lines that are only a signature or a foot say nothing."""
    if at == 0:
        return False
    first = next(line for line in runs[at].lines if line.strip()).strip()
    return re.fullmatch(r"--|[_=]{2,}", first) is not None


def _text(lines: list[str]) -> str:
    return "\n".join(trimmed(lines)).strip("\n").rstrip()
