"""Our own broadcast, reflected by a list of which the client's address is one."""

from __future__ import annotations

import pytest
from mail_samples import INVOICE_FR, NOW, OUT, due, read

from mail_gateway import incoming
from mail_gateway.incoming import Envelope, Reading
from mail_gateway.outgoing import as_mail


@pytest.mark.parametrize(
    "list_header", [b"", b"List-Id: <tous.courriel.example>\r\n", b"Precedence: list\r\n"]
)
def test_our_own_broadcast_come_back_from_a_list_is_not_answered(list_header: bytes) -> None:
    sent = as_mail(due(INVOICE_FR), OUT, read, NOW).raw
    other = sent.replace(b"From: ", b"From: Liste <liste@courriel.example>\r\nX-Was: ", 1)
    for raw in (sent, other):
        letter = incoming.read(list_header + raw, Envelope(), Reading(own_domains=(OUT.domain,)))
        assert letter.verdict == "ignore"
