"""Who asks, as far as a request tells: nobody signs in, or a proxy has signed them in. Sessions of a provider of sign-ins
are in people/oidc.py.

`none` is for one machine: whoever reaches it is believed to be who they say. `proxy` believes the header of a
proxy; `api/guard.py` takes that header off every request that does not come from the proxy, so what is left of it
here can be believed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote

from db.person import ANONYMOUS
from people.access import viewer_of
from people.errors import SignInFailed, SignInNeeded
from people.viewer import Viewer
from settings import Settings

# The cookie in which this browser keeps the name that somebody picked.
NAME_COOKIE = "mds_name"
_MOST_KEPT = 10_000
_NAME = re.compile(r"[\w.@+-][\w.@+ -]{0,79}")


class Proxied:
    """What the proxy said last of each person's groups, with whichever request of theirs.

    A page lives on one long connection, whose headers are those of the moment at which it was opened; the requests that
    it sends meanwhile have newer ones.
    """

    def __init__(self) -> None:
        self._groups: dict[str, str] = {}

    def note(self, name: str, groups: str) -> None:
        """A request of a person came through the proxy."""
        if name not in self._groups and len(self._groups) >= _MOST_KEPT:
            self._groups.clear()
        self._groups[name] = groups

    def latest(self, name: str, groups: str) -> str:
        """The groups that were said last, or `groups` where nothing was."""
        return self._groups.get(name, groups)


PROXIED = Proxied()


def sign_in(
    settings: Settings,
    headers: Mapping[str, str],
    cookies: Mapping[str, str],
    proxied: Proxied | None = None,
) -> Viewer:
    """Who sent these headers and cookies; `proxied` may know newer groups. Raises SignInFailed."""
    if settings.sign_in == "oidc":
        raise SignInNeeded  # neither a header nor a cookie that anybody can write says who it is
    if settings.sign_in == "proxy":
        return _of_proxy(settings, headers, proxied or Proxied())
    picked = unquote(cookies.get(NAME_COOKIE, ""))
    return viewer_of(picked if is_name(picked) else ANONYMOUS, (), settings.access)


def is_name(text: str) -> bool:
    """Whether somebody can be called so: letters, digits, spaces and . @ + - _ , at most 80."""
    return _NAME.fullmatch(text) is not None


def _of_proxy(settings: Settings, headers: Mapping[str, str], proxied: Proxied) -> Viewer:
    lower = {name.lower(): value for name, value in headers.items()}
    name = lower.get(settings.proxy_header.lower(), "").strip()
    if not name:
        raise SignInFailed(
            "It is not known who you are, so nothing is shown.",
            advice="Open the workbench by the address at which you sign in. If you did, tell whoever runs it that "
            "its proxy does not say who asks.",
        )
    groups = proxied.latest(name, lower.get(settings.proxy_groups_header.lower(), "")).split(",")
    return viewer_of(name, [g.strip() for g in groups if g.strip()], settings.access)
