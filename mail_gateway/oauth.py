"""Access to a mailbox by OAuth 2, and its renewal. Nothing is stored here.

By a device code (RFC 8628) for Microsoft; by a browser of this machine, with PKCE (RFC 7636, RFC 8252), for Google.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp

ProviderName = Literal["microsoft", "google"]
MARGIN = timedelta(minutes=5)  # before its end a token is renewed
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
PATIENCE = 20.0  # seconds, with one answer
DECIDING = 600.0  # seconds, with the person
SLOWER = 5.0  # seconds, when asked to slow down (RFC 8628, 3.5)
PAGE = b"HTTP/1.1 %s\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
DONE, WRONG = (
    b"Facteur may read the mailbox. You can close this page.",
    b"This is not the answer that is expected.",
)


class NoAccess(Exception):
    """The provider says no, for good: a person has to log in again. The message says why, in words."""


class NoAnswer(Exception):
    """The provider cannot be asked now."""


@dataclass(frozen=True)
class Provider:
    token_url: str
    scope: str
    device_url: str = ""
    sign_in_url: str = ""

    @classmethod
    def of(cls, name: ProviderName, authority: str = "") -> Provider:
        """`authority`: another place than the provider's own; for Microsoft, that of a tenant."""
        if name == "microsoft":
            root = f"{authority or 'https://login.microsoftonline.com/common'}/oauth2/v2.0"
            scope = "https://outlook.office.com/IMAP.AccessAsUser.All offline_access"
            return cls(f"{root}/token", scope, device_url=f"{root}/devicecode")
        signs = authority or "https://accounts.google.com"
        return cls(
            f"{authority or 'https://oauth2.googleapis.com'}/token",
            "https://mail.google.com/",
            sign_in_url=f"{signs}/o/oauth2/v2/auth",
        )


@dataclass(frozen=True)
class Tokens:
    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: datetime

    def stale(self, now: datetime) -> bool:
        return now >= self.expires_at - MARGIN


@dataclass(frozen=True)
class Waiting:
    """What the person who logs in has to know: where to go, and what to type there ("" where nothing is)."""

    url: str
    code: str = ""


Tell = Callable[[Waiting], object]


class OAuth:
    def __init__(
        self,
        provider: Provider,
        client_id: str,
        client_secret: str,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Coroutine[Any, Any, None]] = asyncio.sleep,
    ) -> None:
        self.provider, self.clock, self._sleep = provider, clock, sleep
        self._client = {"client_id": client_id} | ({"client_secret": client_secret} if client_secret else {})

    async def log_in(self, tell: Tell, port: int = 0) -> Tokens:
        """By a person, elsewhere or in a browser of this machine. Raises NoAccess, NoAnswer."""
        try:
            async with asyncio.timeout(DECIDING):
                return await (self._device(tell) if self.provider.device_url else self._browser(tell, port))
        except TimeoutError:
            raise NoAccess("nobody logged in within ten minutes") from None

    async def refreshed(self, tokens: Tokens) -> Tokens:
        """Raises NoAccess, NoAnswer."""
        asked = {"grant_type": "refresh_token", "refresh_token": tokens.refresh}
        return self._tokens(await self._token(asked), tokens.refresh)

    async def _device(self, tell: Tell) -> Tokens:
        told = await self._post(
            self.provider.device_url, {**self._client, "scope": self.provider.scope}, "device_code"
        )
        where = told.get("verification_uri_complete") or told.get("verification_uri") or ""
        tell(Waiting(str(where), str(told.get("user_code", ""))))
        pause = float(told.get("interval", SLOWER))
        while True:
            await self._sleep(pause)
            try:
                return self._tokens(
                    await self._token({"grant_type": DEVICE_CODE, "device_code": told["device_code"]})
                )
            except _NotYet as error:
                pause += SLOWER if error.slower else 0

    async def _browser(self, tell: Tell, port: int) -> Tokens:
        verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
        redirect = _Redirect(state)
        server = await asyncio.start_server(redirect.answer, "127.0.0.1", port)
        try:
            back = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            tell(Waiting(self._sign_in(back, verifier, state)))
            code = await redirect.code
        finally:
            server.close()
        asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": back}
        return self._tokens(await self._token({**asked, "code_verifier": verifier}))

    def _sign_in(self, back: str, verifier: str, state: str) -> str:
        digest = hashlib.sha256(verifier.encode()).digest()
        asked = {
            "client_id": self._client["client_id"],
            "response_type": "code",
            "redirect_uri": back,
            "scope": self.provider.scope,
            "state": state,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            "access_type": "offline",  # a refresh token, each time
            "prompt": "consent",
        }
        return f"{self.provider.sign_in_url}?{urlencode(asked)}"

    async def _token(self, asked: Mapping[str, str]) -> dict[str, Any]:
        return await self._post(self.provider.token_url, {**self._client, **asked}, "access_token")

    async def _post(self, url: str, form: Mapping[str, str], wanted: str) -> dict[str, Any]:
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(PATIENCE)) as session,
                session.post(url, data=dict(form)) as answer,
            ):
                status, text = answer.status, await answer.text("utf-8", "replace")
        except (aiohttp.ClientError, TimeoutError) as error:
            raise NoAnswer(f"the provider cannot be asked ({type(error).__name__})") from error
        told = _object(text)
        if status == 200 and wanted in told:
            return told
        raise _refusal(told, status)

    def _tokens(self, told: Mapping[str, Any], refresh: str = "") -> Tokens:
        """Microsoft gives another refresh token each time, Google keeps the one it gave."""
        lasts = timedelta(seconds=int(told.get("expires_in", 3600)))
        kept = str(told.get("refresh_token") or refresh)
        if not kept:
            raise NoAccess("the provider gives no refresh token: access would end within the hour")
        return Tokens(str(told["access_token"]), kept, self.clock() + lasts)


class _NotYet(Exception):
    def __init__(self, slower: bool) -> None:
        super().__init__("the person has not decided yet")
        self.slower = slower


def _object(text: str) -> dict[str, Any]:
    """An object in JSON; an empty one for anything else."""
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _refusal(told: Mapping[str, Any], status: int) -> Exception:
    """RFC 6749, 5.2, and RFC 8628, 3.5. Only the code: the provider's sentence may hold an address."""
    code = str(told.get("error", ""))
    if code in ("authorization_pending", "slow_down"):
        return _NotYet(code == "slow_down")
    if status >= 500 or status == 429 or not code:
        return NoAnswer(f"the provider answers {status}")
    return NoAccess(f"the provider says no ({code if code.isidentifier() else status})")


class _Redirect:
    """Takes the one request by which the browser brings the code back."""

    def __init__(self, state: str) -> None:
        self.state = state
        self.code: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                line = (await reader.readline()).decode("latin-1").split()
                good = self._heard(line[1] if len(line) > 1 else "")
                said = (b"200 OK", DONE) if good else (b"400 Bad Request", WRONG)
                writer.write(PAGE % (said[0], len(said[1]), said[1]))
                await writer.drain()
        except (OSError, TimeoutError, ValueError):
            return  # a browser that gave up; it may come again
        finally:
            writer.close()

    def _heard(self, path: str) -> bool:
        told = {name: values[-1] for name, values in parse_qs(urlsplit(path).query).items()}
        if self.code.done() or not secrets.compare_digest(
            told.get("state", "").encode(), self.state.encode()
        ):
            return False
        if "code" in told:
            self.code.set_result(told["code"])
            return True
        self.code.set_exception(NoAccess("the person, or the provider, said no"))
        return False
