"""The QR code of a bank transfer, as a picture: recipe {"kind": "transfer", "payload", "alt"} (rules/transfer.py)."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

SCALE, BORDER = 8, 4  # pixels a module; the quiet zone that ISO/IEC 18004 asks for, in modules


def code(recipe: Mapping[str, Any], stored: Callable[[str], bytes]) -> bytes:
    """A PNG, black on white, at error level M as EPC069-12 asks: segno would raise it where there is room."""
    import segno

    made = segno.make_qr(recipe["payload"].encode("utf-8"), error="m", boost_error=False)
    picture = io.BytesIO()
    made.save(picture, kind="png", scale=SCALE, border=BORDER)
    return picture.getvalue()
