"""A provider of access by OAuth 2, on loopback: device code, sign-in page with PKCE, tokens that are renewed."""

from __future__ import annotations

import base64
import hashlib
from itertools import count
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

CLIENT, USER = "the application", "atelier@portail.example"


class Provider:
    """`access` and `refresh`: the tokens that are good now. `device`: what the token end says to each question."""

    def __init__(self) -> None:
        self.device: list[str] = []
        self.decides = "code"  # what the sign-in page sends back
        self.access = self.refresh = ""
        self.rotates = True
        self.down = False
        self.asked: list[dict[str, str]] = []
        self._numbers = count(1)
        self._challenge: dict[str, str] = {}

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/oauth2/v2.0/devicecode", self._device_code)
        for path in ("/oauth2/v2.0/token", "/token"):
            app.router.add_post(path, self._token)
        app.router.add_get("/o/oauth2/v2/auth", self._sign_in)
        app.router.add_get("/tokeninfo", self._token_info)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def _device_code(self, request: web.Request) -> web.Response:
        form = await request.post()
        if form["client_id"] != CLIENT:
            return _error("unauthorized_client")
        told = {"device_code": "d1", "user_code": "BDWP-HQPK", "verification_uri": f"{self.url}/devicelogin"}
        return web.json_response({**told, "expires_in": 900, "interval": 0})

    async def _sign_in(self, request: web.Request) -> web.Response:
        asked = request.query
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert asked["redirect_uri"].startswith("http://127.0.0.1:")
        self._challenge = {name: asked[name] for name in ("code_challenge", "redirect_uri")}
        told = {"code": "c1"} if self.decides == "code" else {"error": self.decides}
        back = f"{asked['redirect_uri']}?{urlencode({'state': asked['state'], **told})}"
        raise web.HTTPFound(back)

    async def _token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.asked.append(form)
        if self.down:
            return web.Response(status=503, text="<html>later</html>")
        if form.get("client_id") != CLIENT:
            return _error("invalid_client", 401)
        match form["grant_type"]:
            case "refresh_token":
                return self._given() if form["refresh_token"] == self.refresh else _error("invalid_grant")
            case "authorization_code":
                return self._given() if self._proved(form) else _error("invalid_grant")
            case _:
                said = self.device.pop(0) if self.device else ""
                return _error(said) if said else self._given()

    async def _token_info(self, request: web.Request) -> web.Response:
        """Asked by the mail server, whose mailbox a token opens."""
        good = request.query["access_token"] == self.access
        return web.json_response(
            {"email": USER} if good else {"error": "invalid_token"}, status=200 if good else 400
        )

    def _proved(self, form: dict[str, str]) -> bool:
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return form["code"] == "c1" and self._challenge == {
            "code_challenge": challenge,
            "redirect_uri": form["redirect_uri"],
        }

    def _given(self) -> web.Response:
        nth = next(self._numbers)
        self.access = f"access-{nth}"
        told: dict[str, Any] = {"access_token": self.access, "token_type": "Bearer", "expires_in": 3600}
        if self.rotates or not self.refresh:
            self.refresh = told["refresh_token"] = f"refresh-{nth}"
        return web.json_response(told)


def _error(code: str, status: int = 400) -> web.Response:
    said = {"error": code, "error_description": "AADSTS70000: atelier@portail.example may not"}
    return web.json_response(said, status=status)
