"""A Letter becomes plain text and HTML. Both say the same.

The template is read, its style written into style attributes (css-inline) and compiled once. Its Jinja statements
stand in HTML comments, so that it is valid HTML for the inliner.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from importlib.resources import files

from css_inline import CSSInliner
from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup, escape

from handlers.core.phrases import say
from mail_gateway.headline import AMOUNT
from mail_gateway.letter import Letter, Line

# After the preheader, so that a mailbox's preview stops there.
PADDING = "\u034f\u200c\u00a0" * 40
# A numbered or dotted line, a word to reply, a fact that is one or two words and a short value.
LISTED = re.compile(
    r"\d{1,2}[.)] |[-•☐☑·] |[A-ZÀ-Þ][A-ZÀ-Þ', ]+[ \u00a0]?: |[A-ZÀ-Þ]\w+(?: \w+)?[ \u00a0]?: [^.]{1,70}$"
)
BOX = re.compile(r"\[(?:cadre|box)\] ?(.+?) ?\[/(?:cadre|box)\]")
FINE = re.compile(rf"(?P<amount>{AMOUNT})|(?P<number>\b[A-Z]{{1,4}}(?:-\w{{1,12}}){{1,4}}\b)")


def text(letter: Letter) -> str:
    """The plain part, complete: its first line is the answer, or "Bonjour," in the first mail of a thread."""
    body = [*letter.before, *map(_line, letter.lines), *letter.after]
    blocks = [
        letter.frame.hello,
        *letter.head.intro,
        "\n".join(line for line in (letter.heading, letter.head.answer) if line),
        *map(_framed, _paragraphs(body, set(map(_line, letter.lines)))),
        "\n".join(letter.options),
        "\n".join(letter.links),
        letter.files_line,
        *(f"[{picture.alt}]" for picture in letter.pictures),
        letter.frame.words,
        letter.frame.regards,
    ]
    reach = " · ".join(link for link in (letter.frame.mail_link, letter.frame.telegram_link) if link)
    foot = ["-- ", letter.frame.company, letter.frame.contact, f"{letter.frame.reach} {reach}"]
    signed = "\n".join(line for line in foot if line)
    return "\n\n".join(block for block in (*blocks, signed, letter.frame.above) if block) + "\n"


def html(letter: Letter) -> str:
    """A line that gives a link is its button here."""
    web = [button.href for button in letter.buttons if button.href.startswith("http")]

    def without(lines: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(line for line in lines if not any(href in line for href in web))

    shown = replace(letter, before=without(letter.before), after=without(letter.after))
    return _template().render(letter=shown, padding=PADDING)


def _line(line: Line) -> str:
    row = line.row
    parts = (row.number, row.date, row.amount, row.status, line.aside)
    said = " · ".join(part for part in parts if part)
    first = f"{line.n}. {said}" if line.n else said
    return f"{first}\n   {line.story}" if line.story else first


def _paragraphs(lines: list[str], rows: set[str]) -> list[str]:
    """Paragraphs and rows with a story stand apart; the lines of a list stand together."""
    blocks: list[str] = []
    tight = False
    for line in lines:
        listed = "\n" not in line and (line in rows or _listed(line))
        if listed and tight:
            blocks[-1] += f"\n{line}"
        else:
            blocks.append(line)
        tight = listed
    return blocks


def _box(line: str) -> str:
    """What the law wants in a frame of its own (Code de la consommation, L215-1): "[cadre] ... [/cadre]"; else ""."""
    found = BOX.fullmatch(line)
    return found[1] if found else ""


def _framed(line: str) -> str:
    boxed = _box(line)
    edge = f"+{'-' * (len(boxed) + 2)}+"
    return f"{edge}\n| {boxed} |\n{edge}" if boxed else line


def _listed(line: str) -> bool:
    return LISTED.match(line) is not None


def _fine(text: str) -> Markup:
    """Amounts in bold; neither an amount nor a document number breaks at the end of a line."""
    made, at = [], 0
    for found in FINE.finditer(text):
        made.append(escape(text[at : found.start()]))
        tag = (
            '<strong class="ink" style="color:#1A2133;white-space:nowrap">{}</strong>'
            if found["amount"]
            else '<span style="white-space:nowrap">{}</span>'
        )
        made.append(Markup(tag).format(found[0]))  # noqa: S704 -- a constant; format() escapes its argument
        at = found.end()
    return Markup("").join([*made, escape(text[at:])])


def _ending(name: str) -> str:
    end = name.rpartition(".")[2]
    return end.upper() if 0 < len(end) <= 4 and end != name else "DOC"


def _attached(size: str, language: str) -> str:
    return say("letter", "attached", language, taille=size)


@cache
def _template() -> Template:
    page, style = (
        files("mail_gateway").joinpath("templates", name).read_text("utf-8")
        for name in ("mail.html", "mail.css")
    )
    inliner = CSSInliner(keep_style_tags=True, load_remote_stylesheets=False, extra_css=style)
    making = Environment(
        block_start_string="<!--%",
        block_end_string="%-->",
        trim_blocks=True,
        autoescape=True,
        undefined=StrictUndefined,
    )
    making.filters.update(fine=_fine, box=_box, ending=_ending, attached=_attached)
    making.tests["listed"] = _listed
    return making.from_string(inliner.inline(page))
