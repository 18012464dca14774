"""What somebody wants told, in their own words: the reason of a refusal, the message for a person.

Reads what was written, not the folded text: a comment is passed on as it is.
"""

from __future__ import annotations

import re

MOST = 2000  # characters of a message that are looked at
LEAST_WORDS = 8  # in fewer, "may I speak to somebody" is no message yet
HELLO = re.compile(
    r"\s*(?:(?:re)?bonjour|bonsoir|salut|coucou|hello|hi|hey|dear \w{1,30}|good (?:morning|afternoon|evening))\b"
    r"(?: (?:madame|monsieur|mesdames|messieurs|[àa] tous|there|team|all|sir|madam|et)\b)*[ ,.!;:\n]*",
    re.IGNORECASE,
)
CLOSING = re.compile(
    r"(?:\n|(?<=[.!?,])) ?(?:bien )?(?:cordialement|merci|cdlt|(?:sincères )?salutations|bonne journ[ée]e"
    r"|bonne soir[ée]e|(?:kind |best |warm )?regards|thanks|thank you|sincerely|cheers)\b.{0,300}$",
    re.IGNORECASE | re.DOTALL,
)
REASON = re.compile(
    r"\b(?:parce ?qu(?:e\b|['’])|car\b|puisqu(?:e\b|['’])|vu qu(?:e\b|['’])|(?:à|a) cause d(?:e\b|u\b|['’])"
    r"|en raison d(?:e\b|u\b|['’])|(?:la )?raison (?:est|:)|because(?: of)?\b|due to\b|(?:the )?reason (?:is|:))"
    r"|:(?=\s)|,(?=\s+(?:c['’]est|trop|nous|on|j['’]ai|too|we|it['’]?s?|the price|le prix|another|un autre)\b)",
    re.IGNORECASE,
)
TOLD = re.compile(
    r"\b(?:(?:dites|dis)(?:[- ](?:leur|lui))?|tell (?:them|him|her|the \w{1,20})|transmet\w{0,5}"
    r"|faites (?:lui|leur) savoir"
    r"|pass on|let them know|(?:leave|laisser) (?:a|un) message|message)\b(?: qu(?:e\b|['’])| that\b| ?:)|:(?=\s)",
    re.IGNORECASE,
)


def comment_in(text: str, intent: str) -> str | None:
    """The reason said with a refusal, or the message for a person without its greeting; None where there is none."""
    if intent not in ("refuse_quote", "human"):
        return None
    body = CLOSING.sub("", HELLO.sub("", text[:MOST], count=1) if HELLO.match(text) else text[:MOST]).strip()
    found = (REASON if intent == "refuse_quote" else TOLD).search(body)
    said = body[found.end() :].strip(" \n,;:") if found else ""
    if said:
        return said
    return body if intent == "human" and len(body.split()) >= LEAST_WORDS else None
