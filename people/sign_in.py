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
_NAME = re.compile(r"[\w.@+-][\w.@+ -]{0,79}")


def sign_in(settings: Settings, headers: Mapping[str, str], cookies: Mapping[str, str]) -> Viewer:
    """Who sent these headers and cookies. Raises SignInFailed."""
    if settings.sign_in == "oidc":
        raise SignInNeeded  # neither a header nor a cookie that anybody can write says who it is
    if settings.sign_in == "proxy":
        return _of_proxy(settings, headers)
    picked = unquote(cookies.get(NAME_COOKIE, ""))
    return viewer_of(picked if is_name(picked) else ANONYMOUS, (), settings.access)


def is_name(text: str) -> bool:
    """Whether somebody can be called so: letters, digits, spaces and . @ + - _ , at most 80."""
    return _NAME.fullmatch(text) is not None


def _of_proxy(settings: Settings, headers: Mapping[str, str]) -> Viewer:
    lower = {name.lower(): value for name, value in headers.items()}
    name = lower.get(settings.proxy_header.lower(), "").strip()
    if not name:
        raise SignInFailed(
            "It is not known who you are, so nothing is shown.",
            advice="Open the workbench by the address at which you sign in. If you did, tell whoever runs it that "
            "its proxy does not say who asks.",
        )
    groups = lower.get(settings.proxy_groups_header.lower(), "").split(",")
    return viewer_of(name, [g.strip() for g in groups if g.strip()], settings.access)
