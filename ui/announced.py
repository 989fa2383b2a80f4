"""What an action brought: the focus goes there, and a live region says it."""

from __future__ import annotations

from ui import scripts

_STYLE = """
.said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
"""


def announce(name: str, token: str, place: str | None, words: str) -> None:
    """Say `words` and move the focus to the container with the key `place`, to the title of the page where that is
    empty, or nowhere where it is None, when the `token` under a name becomes another one.

    The first token is what stood there when the page was opened: nobody did anything, so nothing is said.
    """
    data = {"name": name, "token": token, "place": place, "words": words}
    scripts.run("focus", f"focus_{name}", data, style=_STYLE, is_apart=True)
