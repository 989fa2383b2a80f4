"""Who sends a request to the API: by a token, or as the pages know them."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from people import tokens
from people.errors import SignInFailed
from people.sign_in import sign_in
from people.viewer import Viewer
from services import Services
from settings import Settings

_TOKEN = re.compile(rf"{tokens.PREFIX}[A-Za-z0-9_-]{{43}}")
_NAMES = {"token", "access_token", "api_token", "api_key", "apikey", "key", "authorization"}
_EVERY_SCOPE = frozenset(tokens.SCOPES)


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who asks, what for, and from where. `id` is whose rate is limited: a token's, or a person's."""

    viewer: Viewer
    id: str
    scopes: frozenset[str]
    origin: str

    @property
    def person(self) -> str:
        return self.viewer.name


def caller_of(services: Services, headers: Mapping[str, str], address: str) -> Caller:
    """Who sent these headers from this address. Raises SignInFailed and StorageError.

    A token counts wherever it comes from. Without one it counts what the pages believe of a single request: that nobody
    signs in on this machine, or the header of the proxy. Cookies never count: those of Streamlit's own sign-in are not
    meant to be read by anybody else, and a name that was picked in a browser says nothing.
    """
    settings = services.settings_now
    secret = _bearer(headers.get("authorization", ""))
    if secret is None or (
        not secret.startswith(tokens.PREFIX) and _names_person(settings, headers)
    ):
        return _as_pages_know(settings, headers, address)
    token = tokens.authenticate(services.sessions, secret)
    return Caller(
        viewer=tokens.viewer_of_token(token, settings.access),
        id=f"token {token.id}",
        scopes=frozenset(token.scopes),
        origin=f"{address}, token {token.id}",
    )


def holds_token(path: str, query: str) -> bool:
    """Whether an address carries what is, or is called, a token."""
    pairs = parse_qsl(query, keep_blank_values=True)
    is_named = any(name.lower() in _NAMES for name, _ in pairs)
    return is_named or bool(_TOKEN.search(unquote(path)) or _TOKEN.search(unquote(query)))


def _bearer(header: str) -> str | None:
    """The token of an Authorization header; None where there is none, or none of ours in another scheme."""
    scheme, _, secret = header.strip().partition(" ")
    if scheme.lower() == "basic":
        return _password(secret.strip())
    return secret.strip() if scheme.lower() == "bearer" else None


def _password(encoded: str) -> str | None:
    """A token that comes as the password of basic authentication (RFC 7617), which is all that some programs can send."""
    try:
        _, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return None
    return password if password.startswith(tokens.PREFIX) else None


def _names_person(settings: Settings, headers: Mapping[str, str]) -> bool:
    """A proxy may hand on a bearer token of its own."""
    return settings.sign_in == "proxy" and bool(headers.get(settings.proxy_header.lower()))


def _as_pages_know(settings: Settings, headers: Mapping[str, str], address: str) -> Caller:
    if settings.sign_in not in ("none", "proxy") or not _may_be_known(settings, headers):
        raise SignInFailed(
            "It is not known who you are.",
            advice="Send a token as “Authorization: Bearer mds_…”; you make one on the page You.",
        )
    viewer = sign_in(settings, headers, {})
    return Caller(viewer=viewer, id=f"person {viewer.name}", scopes=_EVERY_SCOPE, origin=address)


def _may_be_known(settings: Settings, headers: Mapping[str, str]) -> bool:
    return settings.sign_in == "none" or _names_person(settings, headers)
