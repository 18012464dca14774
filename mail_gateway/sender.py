"""The way out: our mail is handed to the relay, over a few connections kept open.

`smtp://user:pass@host:port?tls=starttls|tls|none`: STARTTLS with a verified certificate unless said otherwise; without
TLS only to this very machine. What the relay says becomes Undeliverable: final (5xx at RCPT or DATA), later (4xx,
time-outs, a lost connection: the same Message-ID makes a repeat visible), or a pause of the whole channel (our log-in
or TLS is refused: no fault of this mail).
"""

from __future__ import annotations

import asyncio
import re
import ssl
from contextlib import suppress
from dataclasses import dataclass

import aiosmtplib

from handlers.core.ports import Undeliverable
from mail_gateway.outgoing import Envelope
from mail_gateway.server import Server

ADDRESS = re.compile(r"[^\s<>@]+@[^\s<>@]+")
CONNECTIONS = 4
IDLE = 30.0  # seconds; relays close an idle connection after a minute or more
TIMEOUT = 60.0
DATA_TIMEOUT = (
    300.0  # a relay that scans takes its time after the final dot, and a repeat is worse than a wait
)
SHUTTING_DOWN, TOO_LARGE = 421, 552
NO_UTF8 = (
    "553 5.6.7 this address needs SMTPUTF8, and the relay does not offer it"  # as it would say: RFC 6531, 3.5
)
AUTH_REFUSED = frozenset({530, 534, 535, 538})


class _Stale(aiosmtplib.SMTPException):
    """The relay hung up before it heard of this mail."""


@dataclass
class _Open:
    client: aiosmtplib.SMTP
    used_at: float


class Relay:
    """Sends bytes. One per process; `close` when it ends. `context`: other certificates than the machine's."""

    def __init__(
        self,
        url: str,
        hostname: str | None = None,
        context: ssl.SSLContext | None = None,
        connections: int = CONNECTIONS,
        timeout: float = TIMEOUT,
        data_timeout: float = DATA_TIMEOUT,
        idle: float = IDLE,
    ) -> None:
        self.server = Server.at(url)
        self.hostname, self.context, self.timeout = hostname, context, timeout
        self.data_timeout, self.idle = data_timeout, idle
        self._turns = asyncio.Semaphore(connections)
        self._opening = asyncio.Lock()
        self._shut: tuple[float, Undeliverable] | None = None  # when it was, and why
        self._free: list[_Open] = []

    async def send(self, mail: Envelope) -> str:
        """The text of the relay's 250. Raises Undeliverable."""
        since = asyncio.get_running_loop().time()
        async with self._turns:
            try:
                if client := await self._reused():
                    try:
                        return await self._over(client, mail)
                    except _Stale:  # closed by the relay while it was idle: nothing was said of this mail
                        pass
                return await self._over(await self._opened(mail, since), mail)
            except (aiosmtplib.SMTPException, OSError) as error:
                raise _undeliverable(error) from error

    async def close(self) -> None:
        while self._free:
            await _quit(self._free.pop().client)

    async def _over(self, client: aiosmtplib.SMTP, mail: Envelope) -> str:
        """Hand one mail over; the connection is kept unless it is lost or in doubt."""
        try:
            said = await _hand_over(client, mail, self.data_timeout)
        except Undeliverable:
            self._keep(client)
            raise
        except BaseException:
            client.close()
            raise
        self._keep(client)
        return said

    def _keep(self, client: aiosmtplib.SMTP) -> None:
        if client.is_connected:
            self._free.append(_Open(client, asyncio.get_running_loop().time()))

    async def _reused(self) -> aiosmtplib.SMTP | None:
        while self._free:
            one = self._free.pop()
            fresh = asyncio.get_running_loop().time() - one.used_at < self.idle
            if fresh and one.client.is_connected:
                return one.client
            await _quit(one.client)
        return None

    async def _opened(self, mail: Envelope, since: float) -> aiosmtplib.SMTP:
        """One at a time. Who waited (`since`) while a relay was not to be had, or did not let us in, is told the same:
        a log-in that is refused once for each mail has our address banned."""
        async with self._opening:
            if self._shut and self._shut[0] > since:
                raise self._shut[1]
            try:
                return await self._connected(mail)
            except aiosmtplib.SMTPResponseException:
                raise  # it is there, and busy: another connection may be free soon
            except (Undeliverable, aiosmtplib.SMTPException, OSError) as error:
                told = error if isinstance(error, Undeliverable) else _undeliverable(error)
                self._shut = asyncio.get_running_loop().time(), told
                raise

    async def _connected(self, mail: Envelope) -> aiosmtplib.SMTP:
        server = self.server
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            local_hostname=self.hostname or mail.mail_from.rpartition("@")[2],  # no look-up of our own name
            use_tls=server.tls == "tls",
            start_tls=server.tls == "starttls",
            tls_context=self.context,
            timeout=self.timeout,
        )
        try:
            await client.connect()
        except aiosmtplib.SMTPAuthenticationError as error:
            raise Undeliverable("the relay refused our user and password", pause=error.code >= 500) from error
        except (aiosmtplib.SMTPConnectError, aiosmtplib.SMTPServerDisconnected, TimeoutError) as error:
            if isinstance(error.__cause__, ssl.SSLError):
                raise Undeliverable("TLS with the relay failed", pause=True) from error
            raise
        except ssl.SSLError as error:
            raise Undeliverable("TLS with the relay failed", pause=True) from error
        except aiosmtplib.SMTPResponseException:
            raise  # the relay's greeting or EHLO: it is busy, or closes
        except aiosmtplib.SMTPException as error:  # no STARTTLS, no log-in: nothing will leave that way
            reason = f"the relay does not offer what we need: {_words(str(error))}"
            raise Undeliverable(reason, pause=True) from error
        return client


async def _hand_over(client: aiosmtplib.SMTP, mail: Envelope, data_timeout: float) -> str:
    if client.last_ehlo_response is None:
        await client.ehlo()
    try:
        await client.mail(mail.mail_from, options=_options(client, mail), encoding=_encoding(mail))
    except aiosmtplib.SMTPServerDisconnected as error:
        raise _Stale("the relay had closed the connection") from error
    except aiosmtplib.SMTPResponseException as error:
        if error.code == SHUTTING_DOWN:
            raise _Stale(f"{error.code} {_words(error.message)}") from error
        raise await _refused(client, error, ours=error.code != TOO_LARGE) from error
    try:
        await client.rcpt(mail.rcpt, encoding=_encoding(mail))
        said = await client.data(mail.raw, timeout=data_timeout)
    except aiosmtplib.SMTPResponseException as error:
        raise await _refused(client, error) from error
    return said.message


def _options(client: aiosmtplib.SMTP, mail: Envelope) -> list[str]:
    options = [f"SIZE={len(mail.raw)}"] if client.supports_extension("size") else []
    if mail.utf8:
        if not client.supports_extension("smtputf8"):
            raise Undeliverable(NO_UTF8, permanent=True)
        options.append("SMTPUTF8")
    return options


def _encoding(mail: Envelope) -> str:
    return "utf-8" if mail.utf8 else "ascii"


async def _refused(
    client: aiosmtplib.SMTP, error: aiosmtplib.SMTPResponseException, ours: bool = False
) -> Undeliverable:
    """`ours`: it is our sender or our log-in that is refused, not this recipient or this text."""
    with suppress(aiosmtplib.SMTPException, OSError):
        if client.is_connected:
            await client.rset()
    for_good = 500 <= error.code < 600
    ours = ours or error.code in AUTH_REFUSED
    reason = f"{error.code} {_words(error.message)}"
    return Undeliverable(reason, permanent=for_good and not ours, pause=for_good and ours)


def _undeliverable(error: Exception) -> Undeliverable:
    """The connection failed, or its end is unknown: tried again, with the same Message-ID."""
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return Undeliverable(f"{error.code} {_words(error.message)}")
    if isinstance(error, _Stale):
        return Undeliverable(error.message)
    if isinstance(error, TimeoutError):
        return Undeliverable("the relay did not answer in time")
    return Undeliverable("no connection to the relay")


def _words(said: str) -> str:
    """What the relay said, on one line, without the addresses it repeats: this is logged."""
    return " ".join(ADDRESS.sub("…", said).split())[:200]


async def _quit(client: aiosmtplib.SMTP) -> None:
    if not client.is_connected:
        return
    try:
        await client.quit(timeout=2)
    except (aiosmtplib.SMTPException, OSError, TimeoutError):
        client.close()
