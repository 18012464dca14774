"""From: one plain address, or nobody."""

from __future__ import annotations

import pytest

from mail_gateway.author import author


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("client@good.example", "client@good.example"),
        ("Claire Durand <Client@Good.Example>", "client@good.example"),
        ('"Durand, Claire" <client@good.example>', "client@good.example"),
        ("client@good.example (Claire (compta))", "client@good.example"),
        ("Claire (compta) <client@good.example>", "client@good.example"),
        ('"client@good.example" <e@evil.example>', "e@evil.example"),
        ("e@evil.example (client@good.example)", "e@evil.example"),
        ("=?utf-8?q?client=40good=2Eexample?= <e@evil.example>", "e@evil.example"),
        ("Zoé <zoé@café.example>", "zoé@xn--caf-dma.example"),
        ("=?utf-8?q?Zo=C3=A9?= <zoe@good.example>", "zoe@good.example"),
        ("O'Brien & Fils S.A.R.L. <o'brien+x@good.example>", "o'brien+x@good.example"),
        ("<client@good.example>", "client@good.example"),
        ("client@good.example <client@good.example>", "client@good.example"),
    ],
)
def test_one_mailbox_is_read(value: str, address: str) -> None:
    assert author([value]).address == address


@pytest.mark.parametrize(
    "value",
    [
        "client@good.example <e@evil.example>",
        "<client@good.example><e@evil.example>",
        "client@good.example,<e@evil.example>",
        "client@good.example, e@evil.example",
        "group: client@good.example, e@evil.example;",
        "client@good.example:;",
        "client@good.example)bob@evil.example",
        "<@relay.example,@b.example:client@good.example>",
        "client@good.example <>",
        '"client@good.example"@evil.example',
        "client@good.example.",
        "client@good.example\0",
        "client@[192.0.2.1]",
        "client@localhost",
        "client @good.example",
        "client(x)@good.example",
        "<client@good.example> x",
        "Claire \x1b[31m <client@good.example>",
        "(((((((((((x))))))))))) client@good.example",
        "=?utf-8?q?client?=@good.example",
        "undisclosed-recipients:;",
        "",
        "<>",
        "a@b@good.example",
        "client@good..example",
    ],
)
def test_anything_else_is_nobody(value: str) -> None:
    assert author([value]).address is None
    assert author([value]).reason == "bad_from"


def test_two_from_or_none() -> None:
    assert author(["a@b.example", "a@b.example"]).reason == "two_from"
    assert author([]).reason == "no_from"


def test_latin_1_in_the_name_does_not_hide_the_address() -> None:
    assert (
        author([b"Ren\xe9 <rene@good.example>".decode("ascii", "surrogateescape")]).address
        == "rene@good.example"
    )


def test_bytes_that_are_no_text_never_make_an_address() -> None:
    assert author([b"ren\xe9@good.example".decode("ascii", "surrogateescape")]).address is None
