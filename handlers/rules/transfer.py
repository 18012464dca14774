"""Bank transfers: account numbers, and the QR code that a banking app reads (EPC069-12, version 002).

Amounts are integer cents, in euros: the code knows no other currency.
"""

from __future__ import annotations

# EPC069-12, section 3: signs, signs, cents, and bytes of the whole.
NAME_MAX, TEXT_MAX, CENTS_MAX, BYTES_MAX = 70, 140, 99_999_999_999, 331


def compact(number: str) -> str:
    """An IBAN or a BIC as it is kept: capitals, no spaces."""
    return "".join(number.split()).upper()


def grouped(iban: str) -> str:
    """By fours, as banks print it."""
    plain = compact(iban)
    return " ".join(plain[at : at + 4] for at in range(0, len(plain), 4))


def iban_is_right(iban: str) -> bool:
    """Its country's shape and its check digits (ISO 13616, mod 97-10)."""
    from stdnum import iban as known  # 60 ms, and only some commands and messages need it

    return bool(known.is_valid(iban))


def bic_is_right(bic: str) -> bool:
    """ISO 9362: 8 or 11 signs."""
    from stdnum import bic as known

    return bool(known.is_valid(bic))


def payload(holder: str, iban: str, cents: int, text: str, bic: str = "") -> str:
    """What the code holds, lines joined by LF, to be written in UTF-8; `text` is what the transfer is for.

    Raises ValueError for what no bank would take: the reader of the code has no means to notice.
    """
    holder, text = holder.strip(), text.strip()
    if not iban_is_right(iban):
        raise ValueError("the IBAN is not right")
    if bic and not bic_is_right(bic):
        raise ValueError("the BIC is not right")
    if not 0 < cents <= CENTS_MAX:
        raise ValueError("an amount between 0.01 and 999999999.99 EUR")
    if not 0 < len(holder) <= NAME_MAX or not 0 < len(text) <= TEXT_MAX:
        raise ValueError(f"a holder of at most {NAME_MAX} signs and a text of at most {TEXT_MAX}")
    if not (holder + text).isprintable():
        raise ValueError("a line break or a control character")
    amount = f"EUR{cents // 100}.{cents % 100:02}"
    nothing = ""  # no purpose code, no structured reference
    held = "\n".join(
        ("BCD", "002", "1", "SCT", compact(bic), holder, compact(iban), amount, nothing, nothing, text)
    )
    if len(held.encode("utf-8")) > BYTES_MAX:
        raise ValueError(f"at most {BYTES_MAX} bytes")
    return held
