"""The answers of every third transcript, as mails: it can be written, and its text and its HTML say the same."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import lxml.html
from mail_samples import NOW, OUT, due, parts, seen
from test_mail_letter import CAPITALS, FACT, FILE_TYPES, mailtos

from handlers.core.turn import Reply
from mail_gateway.outgoing import as_mail
from town import Town

URL = "https://portail.example/pay/WzEsMSw2LFsxM10.3P1LuI1u-NSso"
TALKS = sorted((Path(__file__).parents[1] / "talks").glob("*.txt"))[::3]  # all of them take 20 s


def replies() -> list[Reply]:
    found: dict[str, Reply] = {}
    for talk in TALKS:
        town = Town()
        town.play(talk.read_text("utf-8"))
        for got in town.got:
            found[json.dumps(got.reply.as_json(), sort_keys=True)] = left(got.reply)
        town.close()
    return list(found.values())


def left(reply: Reply) -> Reply:
    """As it leaves: links to pay lead somewhere by then."""
    links = tuple(replace(link, to=URL) if link.to.startswith("pay:") else link for link in reply.links)
    return replace(reply, text=reply.text.replace("{lien}", URL), links=links)


def test_every_answer_makes_a_good_mail() -> None:
    every = replies()
    assert len(every) > 50
    for reply in every:
        plain, html = parts(as_mail(due(reply), OUT, lambda _: b"%PDF-1.7", NOW).raw)
        page, commands = seen(html), " ".join(body for _, _, _, body in mailtos(html))
        for pattern in (FACT, CAPITALS):
            written, shown = set(pattern.findall(plain)), set(pattern.findall(page))
            assert shown <= written | FILE_TYPES, reply.text
            assert written <= shown | set(pattern.findall(commands)), reply.text
        assert len(lxml.html.fromstring(html).xpath("//h1")) == 1
        first = str(reply.notes.get("heading") or reply.text.split("\n")[0])
        assert first.strip(" ") in plain.split("\n")[:3], reply.text  # below the thanks for the code, if any
        assert not re.search(r"(?m)^ *·|·$|· ·", plain), reply.text
        assert "{" not in plain.replace("{code}", "")
