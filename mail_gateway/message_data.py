"""A message as it comes after DATA (RFC 5321, 4.1.1.4 and 4.5.2), in blocks.

Line by line, as aiosmtpd takes it, a mail of millions of empty lines would hold up everybody else for many seconds.
"""

from __future__ import annotations

from asyncio import LimitOverrunError, StreamReader

END = b"\r\n.\r\n"
LINE = 1001  # bytes, with its end


class TooLarge(Exception):
    """The end of the message has come; what came before it is gone."""


async def message(reader: StreamReader, most: int) -> bytes:
    """Up to its end, without the dots that hide one. What is read begins with a CRLF, for a message of no line.

    Raises TooLarge past `most` bytes, asyncio.IncompleteReadError where the other side has gone.
    """
    blocks: list[bytes] = []
    size, ended = 0, False
    while not ended:
        try:
            block = await reader.readuntil(END)
            ended = True
        except LimitOverrunError as longer:
            block = await reader.read(longer.consumed)
        size += len(block)
        if size <= most + len(END):
            blocks.append(block)
        else:
            blocks.clear()
    if not blocks:
        raise TooLarge
    return b"".join(blocks)[: -len(b".\r\n")].replace(b"\r\n.", b"\r\n").removeprefix(b"\r\n")


def has_long_line(raw: bytes) -> bool:
    """In steps of the last line end within reach, so that short lines cost nothing."""
    at = 0
    while at + LINE <= len(raw):
        end = raw.rfind(b"\n", at, at + LINE)
        if end < 0:
            return True
        at = end + 1
    return False
