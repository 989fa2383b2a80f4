"""A real provider of OpenID Connect, as a process of its own, for tests of the sign-in."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import httpx

from tests.listening import free_ports

CLIENT = {"client_id": "workbench", "client_secret": "the-secret-of-the-workbench"}


@dataclass(frozen=True, kw_only=True)
class Provider:
    """Where it is. `stop` ends it: from then on it is away."""

    url: str
    process: subprocess.Popen[bytes]

    @property
    def metadata_url(self) -> str:
        return f"{self.url}/.well-known/openid-configuration"

    def know(self, subject: str, **claims: object) -> None:
        """What it says of a person from now on."""
        httpx.put(f"{self.url}/users/{subject}", json=claims, trust_env=False).raise_for_status()

    def forget_sessions(self, subject: str) -> None:
        """It takes no token of this person any more."""
        path = f"{self.url}/users/{subject}/revoke-tokens"
        httpx.post(path, trust_env=False).raise_for_status()

    def token(self, subject: str) -> str:
        """An access token of a person who signs in, without a browser."""
        back = "http://localhost/oauth2callback"
        asked = {
            "client_id": CLIENT["client_id"],
            "redirect_uri": back,
            "response_type": "code",
            "scope": "openid email profile",
        }
        with httpx.Client(trust_env=False) as client:
            given = client.post(f"{self.url}/oauth2/authorize", params=asked, data={"sub": subject})
            code = parse_qs(urlsplit(given.headers["location"]).query)["code"][0]
            body = {"grant_type": "authorization_code", "code": code, "redirect_uri": back}
            answer = client.post(f"{self.url}/oauth2/token", data=body | CLIENT)
            return str(answer.json()["access_token"])

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(10)


@contextmanager
def provider() -> Iterator[Provider]:
    """A provider that knows nobody yet, and takes every client."""
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    found = Provider(url=f"http://localhost:{port}", process=process)
    try:
        _wait(found)
        yield found
    finally:
        found.stop()


def _wait(found: Provider) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            httpx.get(found.metadata_url, trust_env=False).raise_for_status()
        except httpx.HTTPError:
            assert found.process.poll() is None
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the provider did not start")
