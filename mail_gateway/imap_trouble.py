"""What may be wrong with a mailbox, in words for whoever runs the service."""

from __future__ import annotations

import os
import socket
import ssl


class Trouble(Exception):
    """Something of the mailbox that ends its connection; the message says what, in words."""


class Lost(Trouble):
    """No connection, or none any more. It may be better in a moment."""


class Refused(Trouble):
    """Not with this password or token."""


class Missing(Trouble):
    """There is no such folder."""


class Unreadable(Trouble):
    """The server does not give one message."""


class Deaf(Lost):
    """The server says that it can IDLE, and cannot."""


def why(error: Exception) -> str:
    """Without what the server said: it may hold an address."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate of the server is not valid: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return "the server does not speak TLS there"
    if isinstance(error, socket.gaierror):
        return "there is no server of that name"
    if isinstance(error, TimeoutError):
        return "the server does not answer"
    number = error.errno if isinstance(error, OSError) else None
    return f"the connection failed: {os.strerror(number) if number else type(error).__name__}"
