"""An HTML mail as text: the quotes are marked in the tree first, where programs name them, then it is laid out. Pure.

Nothing is fetched: images, style sheets and links are not followed.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from inscriptis.css_profiles import STRICT_CSS_PROFILE  # type: ignore[import-untyped]  # inscriptis has no types
from inscriptis.html_engine import Inscriptis  # type: ignore[import-untyped]  # nor has this
from inscriptis.model.config import ParserConfig  # type: ignore[import-untyped]  # nor this
from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from mail_gateway import quote_marks

LONGEST = 256 * 1024
NO_TEXT = ("script", "style", "head", "title", "template", "noscript", "svg", "object", "iframe")
QUOTES = (
    "blockquote[@type='cite']",
    "blockquote[contains(@class,'gmail_quote')]",
    "blockquote[contains(@class,'protonmail_quote')]",
    "blockquote[ancestor::*[contains(@class,'_quote') or contains(@class,'yahoo_quoted')]]",
    "div[contains(@class,'gmail_quote')][not(.//blockquote)][.//*[contains(@class,'gmail_attr')]]",
    "div[contains(@class,'protonmail_quote')]",
    "div[contains(@class,'tutanota_quote')]",
    "div[contains(@class,'yahoo_quoted')]",
    "div[contains(@class,'moz-forward-container')]",
    "div[contains(@class,'zmail_extra')]",
    "*[@name='quote' or @id='replySplit']",
    "*[contains(@id,'mail-editor-reference-message-container')]",
    "*[contains(@class,'mail-editor-reference-message-container')]",
    "*[contains(@class,'ms-outlook-mobile-reference-message')]",
)
ANNOUNCED = ("*[contains(@class,'gmail_attr')]", "*[contains(@class,'moz-cite-prefix')]")
SIGNATURES = (
    "*[contains(@class,'gmail_signature')]",
    "*[contains(@class,'moz-signature')]",
    "*[contains(@class,'protonmail_signature')]",
    "*[@id='Signature' or @id='ms-outlook-mobile-signature']",
)
FROM_HERE_ON = (
    "*[contains(@id,'divRplyFwdMsg')]",
    "*[contains(@id,'appendonsend')]",
    "*[contains(@id,'zwchr')]",
)
DESIGNED = "*[contains(@class,'preheader')]"  # where a mail made by a program begins, such as ours
BORDER = "*[contains(@style,'border-top:solid') or contains(@style,'border-top: solid')]"
HIDES = re.compile(
    r"(?:^|[;{\s])(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|text-indent\s*:\s*-\d{3}"
    r"|(?:font-size|opacity|(?:max-)?height)\s*:\s*0(?:\.0+)?(?:px|pt|em|rem|%)?\s*(?:[;!}]|$))",
    re.I,
)
RULE = re.compile(r"([^{}]{1,500})\{([^{}]{0,2000})\}")
NAME = re.compile(r"[\w-]+")
# The strict profile adds no spaces around a span.
LAID_OUT = ParserConfig(css=STRICT_CSS_PROFILE, display_links=False, display_images=False)


@dataclass(frozen=True)
class Shown:
    """`hidden`: something in the part that is new is there for programs and not for eyes."""

    text: str
    hidden: bool = False


def shown(source: str) -> Shown:
    """What a reader sees, quotes as lines with ">"; "" where it is no HTML at all."""
    source = source[:LONGEST].replace("\0", "")
    if not source.strip():
        return Shown("")
    try:
        # As bytes: lxml refuses text that carries an XML declaration of its charset.
        parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
        return _laid_out(document_fromstring(source.encode("utf-8", "replace"), parser=parser))
    except (etree.LxmlError, ValueError, RecursionError, AssertionError):
        return Shown(html.unescape(re.sub(r"<[^<>]{0,2000}>", " ", source)), hidden=True)


def _laid_out(tree: HtmlElement) -> Shown:
    style = " ".join(element.text or "" for element in tree.iter("style"))
    _drop(tree, *(f"self::{name}" for name in NO_TEXT))
    _break_before_tables(tree)
    _cut_from_here_on(tree)
    _mark_quotes(tree)
    _drop(tree, *ANNOUNCED, *SIGNATURES)
    hidden = _drop_hidden(tree) or _hidden_by_rule(tree, style)
    return Shown(Inscriptis(tree, LAID_OUT).get_text(), hidden)


def _found(tree: HtmlElement, *forms: str) -> list[HtmlElement]:
    paths = (
        f"descendant::*[{form}]" if form.startswith("self::") else f"descendant::{form}" for form in forms
    )
    found = tree.xpath(" | ".join(paths))
    return list(found) if isinstance(found, list) else []


def _drop(tree: HtmlElement, *forms: str) -> None:
    for element in _found(tree, *forms):
        if element.getparent() is not None:
            element.drop_tree()


def _break_before_tables(tree: HtmlElement) -> None:
    """A table begins on its own line; the layout would put its first cell behind the text before it."""
    for table in _found(tree, "table"):
        before = table.getprevious()
        parent = table.getparent()
        text = before.tail if before is not None else parent.text if parent is not None else None
        if (text or "").strip():
            table.addprevious(etree.Element("br"))


def _cut_from_here_on(tree: HtmlElement) -> None:
    """Outlook puts no box around what it quotes: from its header block on, all goes."""
    marks = _found(tree, *FROM_HERE_ON)
    marks += [element for element in _found(tree, BORDER) if _is_header_block(element)]
    marks += [
        element for element in _found(tree, DESIGNED) if element.xpath("preceding::text()[normalize-space()]")
    ]
    for mark in marks:
        if tree in mark.iterancestors():
            below = [mark, *_after(mark)]
            for element in (*below, *mark.iterancestors()):
                element.tail = None
            _quote(mark, below)


def _is_header_block(element: HtmlElement) -> bool:
    lines = Inscriptis(element, LAID_OUT).get_text().strip().split("\n")
    return any(quote_marks.header_block(lines, at) for at in range(min(3, len(lines))))


def _after(element: HtmlElement) -> list[HtmlElement]:
    """All that follows in the document, topmost elements only."""
    following: list[HtmlElement] = []
    for level in (element, *element.iterancestors()):
        following += list(level.itersiblings())
    return following


def _mark_quotes(tree: HtmlElement) -> None:
    for element in _found(tree, *QUOTES):
        if tree in element.iterancestors():
            _quote(element, [element])


def _quote(place: HtmlElement, elements: list[HtmlElement]) -> None:
    """Replaces the elements by their text, each line behind a ">"."""
    texts = [Inscriptis(element, LAID_OUT).get_text() for element in elements]
    lines = [line for text in texts for line in text.splitlines() if line.strip()]
    quoted = etree.Element("pre")
    quoted.text = "\n" + "\n".join(f"> {line.strip()}" for line in lines or ["…"]) + "\n"
    place.addprevious(quoted)
    for element in elements:
        element.drop_tree()


def _drop_hidden(tree: HtmlElement) -> bool:
    """True where something that says something was hidden."""
    told = False
    for element in _found(tree, "*[@style or @hidden]"):
        if (
            element.get("hidden") is not None or HIDES.search(element.get("style", ""))
        ) and element.getparent() is not None:
            told = told or bool(element.text_content().strip())
            element.drop_tree()
    return told


def _hidden_by_rule(tree: HtmlElement, style: str) -> bool:
    """Does a style sheet hide something that is still here? A rule for what was quoted hides nothing."""
    names = {name for rule in RULE.finditer(style) if HIDES.search(rule[2]) for name in NAME.findall(rule[1])}
    return any(
        names & {element.tag, *(element.get("class") or "").split(), element.get("id")}
        and element.text_content().strip()
        for element in (tree.iter() if names else ())
    )
