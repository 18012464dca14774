"""A message as bytes after DATA: where it ends, which dots are its own, and what it costs to take."""

from __future__ import annotations

import asyncio
import time

import pytest

from mail_gateway.message_data import LINE, TooLarge, has_long_line, message

MOST = 10_000_000


async def taken(sent: bytes, step: int, most: int = MOST) -> tuple[bytes, bytes]:
    """The message, and what is left for the next command. `sent` comes in steps of so many bytes."""
    reader = asyncio.StreamReader(limit=LINE)
    reader.feed_data(b"\r\n")
    reading = asyncio.create_task(message(reader, most))
    for at in range(0, len(sent), step):
        reader.feed_data(sent[at : at + step])
        await asyncio.sleep(0)
    reader.feed_eof()
    return await reading, await reader.read()


@pytest.mark.parametrize(
    ("sent", "raw"),
    [
        (b".\r\n", b""),
        (b"\r\n.\r\n", b"\r\n"),
        (b"..\r\n.\r\n", b".\r\n"),
        (b"a\r\n..b\r\n...\r\n.c\r\n.\r\n", b"a\r\n.b\r\n..\r\nc\r\n"),
        (b"a\n.\nb\r\n.\r\n", b"a\n.\nb\r\n"),
        (b"a\r.\r\nb\n.\r\nc\r\n.\r\n", b"a\r.\r\nb\n.\r\nc\r\n"),
        (b"\r\n\r\n\r\n.\r\n", b"\r\n\r\n\r\n"),
        (b"x" * 5000 + b"\r\n.\r\n", b"x" * 5000 + b"\r\n"),
        ((b"x" * 70 + b"\r\n") * 300 + b".\r\n", (b"x" * 70 + b"\r\n") * 300),
    ],
)
@pytest.mark.parametrize("step", [1, 2, 3, 7, 4096])
async def test_where_it_ends_and_which_dots_are_its_own(sent: bytes, raw: bytes, step: int) -> None:
    assert await taken(sent + b"QUIT\r\n", step) == (raw, b"QUIT\r\n")


async def test_a_message_of_the_greatest_size_and_one_byte_more() -> None:
    whole = (b"x" * 8 + b"\r\n") * 100
    assert await taken(whole + b".\r\n", 64, most=1000) == (whole, b"")
    with pytest.raises(TooLarge):
        await taken(b"y" + whole + b".\r\n", 64, most=1000)


async def test_a_message_without_end_is_none() -> None:
    with pytest.raises(asyncio.IncompleteReadError):
        await taken(b"From: a\r\n\r\nx\r\n.", 5)


@pytest.mark.parametrize(
    ("raw", "long"),
    [
        (b"", False),
        (b"x" * 999 + b"\r\n", False),
        (b"x" * 1000 + b"\r\n", True),
        ((b"x" * 999 + b"\r\n") * 50, False),
        ((b"x" * 600 + b"\r\n") * 50 + b"x" * 1000 + b"\r\n" + b"y\r\n" * 50, True),
        (b"\r\n" * 5000 + b"x" * 1000 + b"\r\n", True),
        (b"\r\n" * 5000, False),
    ],
)
def test_a_line_is_as_long_as_the_standard_allows(raw: bytes, long: bool) -> None:
    assert has_long_line(raw) is long


async def test_millions_of_empty_lines_hold_up_nobody() -> None:
    before = time.process_time()
    raw, _ = await taken(b"\r\n" * (MOST // 2) + b".\r\n", 65536)
    assert len(raw) == MOST
    assert not has_long_line(raw)
    assert time.process_time() - before < 2  # line by line: about 15
