"""The frame never takes a key away that a run of before may still read: Streamlit reads every key for each widget."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ui import session, shell


class _Kept(dict[str, Any]):
    def __delitem__(self, key: str) -> None:
        raise AssertionError(f"{key} is taken away")

    def pop(self, key: str, *_: Any) -> Any:
        raise AssertionError(f"{key} is taken away")


def test_the_role_of_the_page_before_is_replaced_and_never_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    state = _Kept({session.ROLE: "operator"})
    monkeypatch.setattr(shell.st, "session_state", state)
    monkeypatch.setattr(shell.frame, "draw", lambda: None)
    monkeypatch.setattr(shell, "_viewer", lambda: SimpleNamespace())
    monkeypatch.setattr(
        shell.session, "services", lambda: SimpleNamespace(settings_now=SimpleNamespace(sign_in="none"))
    )  # fmt: skip

    def navigate(_viewer: object) -> None:
        assert state[session.ROLE] == "analyst"
        raise KeyboardInterrupt

    monkeypatch.setattr(shell, "_navigate", navigate)
    with pytest.raises(KeyboardInterrupt):
        shell.run()
