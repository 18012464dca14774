"""Does the seal at the end of a file that we wrote ourselves cover all of it, by our key? Asked of the bytes alone.

For what no one else had a hand in (a proof file): its structure is ours, so no reader of PDFs is needed to find the
seal. Runs in the child process (child.py).
"""

from __future__ import annotations

import re
from datetime import datetime

from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from bot.paper.keys import Keys

RANGE = re.compile(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]")  # as pyHanko writes it


def covered(data: bytes, keys: Keys, at: datetime) -> bool:
    """`at`: when it was sealed. Raises what it likes over a file without a seal."""
    start, end, rest = map(int, RANGE.findall(data)[-1])
    signature = cms.ContentInfo.load(bytes.fromhex(data[start + 1 : end - 1].decode()))["content"]
    (signer,) = signature["signer_infos"]
    leaf = x509.load_der_x509_certificate(keys.certificate)
    lasts = leaf.not_valid_before_utc <= at <= leaf.not_valid_after_utc
    whole = end + rest == len(data) and _digest(signer) == _sha256(data[:start], data[end:])
    return lasts and whole and _by(leaf, signer)


def _digest(signer: cms.SignerInfo) -> bytes:
    (told,) = (
        one["values"][0].native for one in signer["signed_attrs"] if one["type"].native == "message_digest"
    )
    return bytes(told)


def _sha256(*parts: bytes) -> bytes:
    made = hashes.Hash(hashes.SHA256())
    for part in parts:
        made.update(part)
    return made.finalize()


def _by(leaf: x509.Certificate, signer: cms.SignerInfo) -> bool:
    key = leaf.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey), "a leaf of ours"
    signed = signer["signed_attrs"].untag().dump()  # RFC 5652, 5.4: as a SET
    try:
        key.verify(signer["signature"].native, signed, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True
