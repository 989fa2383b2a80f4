"""A run of the script that ends since the person does something else meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.exceptions import RerunException
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData


def something_else_is_done(address: str = "") -> None:
    """As Streamlit ends a run of the script, at whatever it says, when the person does something else meanwhile: the next
    run knows nothing of the button that was pressed, and has the address of the browser."""
    context = get_script_run_ctx()
    assert context
    raise RerunException(
        RerunData(
            widget_states=WidgetStates(),
            query_string=address or context.query_string,
            page_script_hash=context.page_script_hash,
        )
    )


def interrupt(
    monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, address: str = ""
) -> list[int]:
    """The first call of this function ends the run of the script; the list has a number for each call."""
    real: Callable[..., Any] = getattr(owner, name)
    calls: list[int] = []

    def interrupted(*given: Any, **named: Any) -> Any:
        calls.append(len(calls))
        if len(calls) == 1:
            something_else_is_done(address)
        return real(*given, **named)

    monkeypatch.setattr(owner, name, interrupted)
    return calls
