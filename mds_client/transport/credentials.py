"""Who we are to a server. Settings name where a secret is; the secret itself is in no record or repr.

The flows are httpx's generators: they yield requests and are given responses, so that one serves the
sync and the async client. The libraries for OAuth2 fetch tokens with a blocking client of their own.
"""

from __future__ import annotations

import base64
import os
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from mds_client.errors import EndpointRefused, EndpointUnreachable, MdsError, NotAllowed
from mds_client.transport.redaction import Secrets

Flow = Generator[httpx.Request, httpx.Response, None]
# A token is renewed this long before it expires, so that it is still good when it arrives.
_EARLY = 30.0
# What reading its answer can raise.
_MALFORMED = (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError)
# With these a token endpoint turns the client away, and says why in one of these words: RFC 6749, 5.2.
_TURNED_AWAY = (400, 401, 403)
_WHY = (
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "invalid_scope",
    "unauthorized_client",
    "unsupported_grant_type",
)


@dataclass(frozen=True, kw_only=True)
class Secret:
    """Where a secret is: an environment variable or a file, which is read at each use."""

    env: str = ""
    file: str = ""

    def __bool__(self) -> bool:
        return bool(self.env or self.file)

    def value(self) -> str:
        """Raises EndpointRefused, which names the place and not the secret."""
        try:
            if self.file:
                return Path(self.file).read_text(encoding="utf-8").strip()
            return os.environ[self.env]
        except (OSError, KeyError, UnicodeDecodeError):
            raise EndpointRefused(
                "The credentials for the server cannot be read.",
                advice="Tell whoever runs this workbench.",
                detail=f"no secret in {self.file or self.env}",
            ) from None


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """One way of signing in: the first that is complete is used."""

    token: Secret = Secret()
    username: str = ""
    password: Secret = Secret()
    api_key_header: str = ""
    api_key: Secret = Secret()
    token_url: str = ""
    client_id: str = ""
    client_secret: Secret = Secret()
    scope: str = ""
    audience: str = ""


def auth_of(credentials: Credentials, secrets: Secrets) -> httpx.Auth | None:
    """The flow for what is configured, which notes each secret that it sends; None for nothing."""
    if credentials.token_url:
        return ClientCredentials(credentials, secrets)
    if credentials.token or credentials.username or credentials.api_key:
        return Header(credentials, secrets)
    return None


class Header(httpx.Auth):
    """A secret in a header: bearer token, name and password, or API key."""

    def __init__(self, credentials: Credentials, secrets: Secrets) -> None:
        self._credentials, self._secrets = credentials, secrets

    def auth_flow(self, request: httpx.Request) -> Flow:
        name, value = self._header()
        self._secrets.add_header(name, value)
        request.headers[name] = value
        yield request

    def _header(self) -> tuple[str, str]:
        credentials = self._credentials
        if credentials.token:
            return "Authorization", f"Bearer {credentials.token.value()}"
        if credentials.username:
            return "Authorization", _basic(credentials.username, credentials.password.value())
        return credentials.api_key_header or "X-API-Key", credentials.api_key.value()


class ClientCredentials(httpx.Auth):
    """OAuth2 client credentials: a token is fetched, kept until it expires, and renewed after a 401."""

    requires_response_body = False

    def __init__(
        self,
        credentials: Credentials,
        secrets: Secrets,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._credentials, self._secrets, self._clock = credentials, secrets, clock
        self._token, self._expires = "", 0.0

    def auth_flow(self, request: httpx.Request) -> Flow:
        is_kept = bool(self._token) and self._clock() < self._expires
        if not is_kept:
            self._keep((yield self._token_request(request)))
        request.headers["Authorization"] = f"Bearer {self._token}"
        response = yield request
        if response.status_code == 401:
            self._token = ""
            if is_kept:  # revoked before its time; a refused request was not worked on
                self._keep((yield self._token_request(request)))
                request.headers["Authorization"] = f"Bearer {self._token}"
                yield request

    def _token_request(self, request: httpx.Request) -> httpx.Request:
        credentials = self._credentials
        form = {
            "grant_type": "client_credentials",
            "scope": credentials.scope,
            "audience": credentials.audience,
        }
        secret = credentials.client_secret.value()
        # RFC 6749, 2.3.1: both parts are form-encoded before they are joined.
        basic = _basic(quote(credentials.client_id, safe=""), quote(secret, safe=""))
        self._secrets.add(secret)
        self._secrets.add_header("Authorization", basic)
        return httpx.Request(
            "POST",
            credentials.token_url,
            data={name: value for name, value in form.items() if value},
            headers={"Authorization": basic, "Accept": "application/json"},
            extensions={"timeout": request.extensions.get("timeout", {})},
        )

    def _keep(self, response: httpx.Response) -> None:
        if response.status_code >= 400:
            raise _refused(response)
        try:
            answer: Any = response.json()
            self._token = str(answer["access_token"])
            self._secrets.add_token(self._token)
            lifetime = float(answer.get("expires_in") or 300)
        except _MALFORMED:
            raise _refused(response) from None
        self._expires = self._clock() + lifetime - min(_EARLY, lifetime / 2)


def unreachable(error: Exception) -> EndpointUnreachable:
    """The error when the token endpoint does not answer."""
    return EndpointUnreachable(
        "The service that signs us in to the server does not answer.",
        advice="Try again in a minute, or tell whoever runs this workbench.",
        detail=f"token endpoint: {type(error).__name__}",
    )


def _refused(response: httpx.Response) -> MdsError:
    """Of its body only the word that the standard knows is kept: the rest may repeat what was sent."""
    status = response.status_code
    if status >= 500:
        return unreachable(RuntimeError())
    detail = f"token endpoint: {status} {_why(response)}".rstrip()
    if status in _TURNED_AWAY:
        return NotAllowed(
            "The service that signs us in to the server did not accept our credentials.",
            advice="Tell whoever runs this workbench to check this server's client_id, secret and scope.",
            detail=detail,
        )
    return EndpointRefused(
        "The service that signs us in to the server did not give us a token.",
        advice="Tell whoever runs this workbench to check this server's token_url.",
        detail=detail,
    )


def _why(response: httpx.Response) -> str:
    try:
        answer: Any = response.json()
        code = answer["error"]
    except _MALFORMED:
        return ""
    return next((word for word in _WHY if word == code), "")


def _basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()
