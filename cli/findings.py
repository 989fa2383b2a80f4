"""What `mds doctor` says: one line a finding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cli.output import FAILED, GOOD, UNREACHABLE
from mds_client.errors import EndpointUnreachable, MdsError, NotAllowed
from mds_client.server import Server

Mark = Literal["✓", "!", "✗"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One line: what was found, and what to do about it."""

    mark: Mark
    server: str
    sentence: str
    advice: str = ""
    code: int = GOOD

    def __str__(self) -> str:
        server = f"{self.server}: " if self.server else ""
        return f"{self.mark} {server}{self.sentence} {self.advice}".rstrip()


def has_credential(server: Server) -> bool:
    """Whether the settings name any way to sign in."""
    given = server.credentials
    named = (given.token, given.username, given.api_key, given.token_url)
    return bool(server.headers) or any(map(bool, named))


def credential_advice(server: Server) -> str:
    """What to do where access is refused."""
    if has_credential(server):
        return (
            "The credential that is set for it is wrong, has expired, or may not do this: check it."
        )
    return (
        'It needs a credential: set token_env = "YOUR_VARIABLE", or another way to sign in, '
        "for this server, and the variable."
    )


def of_error(server: Server, error: MdsError) -> Finding:
    """An error as a finding, with the advice that an operator can use."""
    is_away = isinstance(error, EndpointUnreachable)
    status = error.exchange.status if error.exchange else None
    is_locked = status is not None and isinstance(error, NotAllowed)
    advice = credential_advice(server) if is_locked else error.advice
    if is_away:
        advice = "Check the url, and that this machine may reach it."
    code = UNREACHABLE if is_away else FAILED
    return Finding(mark="✗", server=server.name, sentence=error.sentence, advice=advice, code=code)
