"""The short way of reading MAIL FROM and RCPT TO says what the library's grammar says, or leaves it to it."""

from __future__ import annotations

import pytest
from aiosmtpd.smtp import SMTP
from hypothesis import given
from hypothesis import strategies as st

from mail_gateway.threshold import PLAIN_PATH

PLAIN = [
    "<a@b>",
    "<anne.martin+devis@mail.exemple.fr>",
    "<a@b.c> SIZE=1000",
    "<a@b.c>  SIZE=1000 BODY=8BITMIME ",
    "<a@b.c>SIZE=1000",
    "<bounce+aaaa=b@c-d.example>",
]
LEFT = [
    *("", "<>", "<postmaster>", "a@b.c", "<a@b.c", " <a@b.c>", "<a..b@c.d>", "<.a@b.c>", "<a@b.c>\tx", "<@x:a@b>"),
    *("<é@b.c> SMTPUTF8", '<"a b"@c>', "<a@[192.0.2.1]>", "<a@b.c>\r\nRCPT", "<a b@c>", "<a@b@c>", "<a@b.c.>"),
    *("<=?utf-8?q?a?=@b.c>", "<a@b.c>(so) SIZE=1", "<a@b.c> (so)"),
]  # fmt: skip


@pytest.mark.parametrize("path", PLAIN)
def test_the_plain_form_is_read_at_once(path: str) -> None:
    found = PLAIN_PATH.fullmatch(path)
    assert found is not None
    assert found.groups() == by_the_library(path)


@pytest.mark.parametrize("path", LEFT)
def test_any_other_form_is_left_to_the_library(path: str) -> None:
    assert PLAIN_PATH.fullmatch(path) is None


@given(st.from_regex(PLAIN_PATH, fullmatch=True))
def test_whatever_is_plain_reads_alike(path: str) -> None:
    found = PLAIN_PATH.fullmatch(path)
    assert found is not None
    assert found.groups() == by_the_library(path)


def by_the_library(path: str) -> tuple[str | None, str | None]:
    door = SMTP.__new__(SMTP)  # its grammar needs no connection
    return door._getaddr(path)
