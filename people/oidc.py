"""What the provider of sign-ins says of somebody now: their userinfo, asked with the access token of their session.

A session lasts as long as the provider takes its token. What it says is held for half a minute; where it does not
answer, for a minute, and then nobody is believed: whom a group was taken from sees no more by making it slow.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ssl import create_default_context
from typing import Any

import httpx

from people.access import viewer_of
from people.errors import ProviderAway, SessionEnded, SignInFailed, SignInNeeded
from people.viewer import Viewer
from settings import OidcSettings, Settings

ASK_SECONDS = 30.0
HOLD_SECONDS = 60.0
# A provider that did not answer is left alone for so long.
_PAUSE_SECONDS = 5.0
_TIMEOUT = httpx.Timeout(5.0, connect=3.0)
_MOST_KEPT = 10_000
# Every other 4xx says that the token is not taken: the standard wants 401, and not all providers keep to it.
_BUSY = (408, 429)
Claims = Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class _Word:
    """What the provider said, and when."""

    claims: Claims
    at: float


class UserInfo:
    """Asks the provider, until it is closed."""

    def __init__(self, settings: OidcSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings, self._clock = settings, clock
        trusted = create_default_context(cafile=settings.ca_file) if settings.ca_file else True
        self._client = httpx.Client(timeout=_TIMEOUT, verify=trusted, trust_env=False)
        self._words: dict[str, _Word] = {}
        self._ended: set[str] = set()
        self._endpoint = ""
        self._failed_at = -_PAUSE_SECONDS
        self._lock = threading.Lock()

    def claims(self, token: str, subject: str) -> Claims:
        """What is said now of the person `subject`, whose access token this is. Raises SessionEnded, ProviderAway."""
        key, now = session_id(token), self._clock()
        word = self._words.get(key)
        if key in self._ended:
            raise SessionEnded
        if word and now - word.at < ASK_SECONDS:
            return word.claims
        try:
            fresh = self._asked(token, subject, now)
        except ProviderAway:
            if word and now - word.at < HOLD_SECONDS:
                return word.claims
            raise
        with self._lock:
            if len(self._words) >= _MOST_KEPT:
                self._words = {k: w for k, w in self._words.items() if now - w.at < HOLD_SECONDS}
            self._words[key] = _Word(claims=fresh, at=now)
        return fresh

    def end(self, token: str) -> None:
        """Somebody signs out: every page of this session is closed, also those that stay open elsewhere."""
        with self._lock:
            self._words.pop(session_id(token), None)
            self._ended.add(session_id(token))

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def _asked(self, token: str, subject: str, now: float) -> Claims:
        if now - self._failed_at < _PAUSE_SECONDS:
            raise ProviderAway
        try:
            if not self._endpoint:
                self._endpoint = _endpoint(self._client.get(self._settings.metadata_url))
            answer = self._client.get(self._endpoint, headers={"Authorization": f"Bearer {token}"})
            if answer.is_client_error and answer.status_code not in _BUSY:
                raise SessionEnded
            answered = answer.raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            self._failed_at = now
            raise ProviderAway from error
        if not isinstance(answered, dict) or answered.get("sub") != subject:
            raise SessionEnded
        return answered


def session_id(token: str) -> str:
    """What a session is called in the trail: nobody finds the token from it."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]


def viewer_of_session(
    settings: Settings, identity: Claims, token: str, userinfo: UserInfo
) -> Viewer:
    """Who signed in with the provider, with the groups that they have now. Raises SignInFailed."""
    oidc = settings.oidc
    if oidc is None or not identity.get("is_logged_in") or not token:
        raise SignInNeeded
    current_claims = userinfo.claims(token, str(identity.get("sub", "")))
    claims = {**identity, **current_claims}
    name = claims.get(oidc.name_claim)
    if not isinstance(name, str) or not name.strip():
        raise SignInFailed(
            f"The sign-in service does not say who you are: it sends no {oidc.name_claim!r}.",
            advice="Whoever runs the workbench can set another name_claim.",
        )
    if oidc.name_claim == "email" and claims.get("email_verified") is False:
        raise SignInFailed(
            "The sign-in service has not verified your e-mail address, so it does not say who you are.",
            advice="Verify it there, and sign in again.",
        )
    # Of userinfo alone: the identity token has the groups of the moment at which somebody signed in.
    return viewer_of(name, _groups(current_claims, oidc.groups_claim), settings.access)


def secrets_of(settings: Settings) -> dict[str, Any] | None:
    """What Streamlit's own sign-in takes as its secrets; None where nobody signs in with it."""
    oidc = settings.oidc
    if settings.sign_in != "oidc" or oidc is None:
        return None
    kwargs = {"scope": oidc.scope, "prompt": oidc.prompt, "code_challenge_method": "S256"}
    if oidc.ca_file:
        kwargs["verify"] = oidc.ca_file
    return {
        "auth": {
            "redirect_uri": f"{oidc.public_url}/oauth2callback",
            "cookie_secret": oidc.cookie_secret.get_secret_value(),
            "client_id": oidc.client_id,
            "client_secret": oidc.client_secret.get_secret_value(),
            "server_metadata_url": oidc.metadata_url,
            "expose_tokens": ["access"],
            "client_kwargs": kwargs,
        }
    }


def _endpoint(answer: httpx.Response) -> str:
    """Where userinfo is asked. Raises HTTPError and ValueError for what is no description of a provider."""
    document = answer.raise_for_status().json()
    endpoint = document.get("userinfo_endpoint") if isinstance(document, dict) else None
    if not isinstance(endpoint, str) or not endpoint:
        raise ValueError("no userinfo_endpoint")
    return endpoint


def _groups(claims: Claims, path: str) -> list[str]:
    """The groups under a claim, or a path of claims with dots (`realm_access.roles`); a text has commas between."""
    groups: object = claims.get(path)
    if groups is None:
        groups = claims
        for part in path.split("."):
            groups = groups.get(part) if isinstance(groups, Mapping) else None
    if isinstance(groups, str):
        groups = groups.split(",")
    listed = groups if isinstance(groups, list) else []
    return [group.strip() for group in listed if isinstance(group, str) and group.strip()]
