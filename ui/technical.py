"""Exactly what was sent and what came back."""

from __future__ import annotations

import contextlib
import json

import streamlit as st

from cases.history import CaseView, wire
from ui.services import services
from ui.text import plain

_MOST_SHOWN = 20_000


def draw(case: CaseView) -> None:
    """The case as the record has it."""
    with st.expander("Technical", icon=":material/code:"):
        st.table({name: plain(fact) for name, fact in _facts(case).items()})
        crossed = wire(services().sessions, case.id)
        if crossed is None:
            return
        for title, body in (("Sent", crossed.request), ("Came back", crossed.response)):
            st.markdown(f"**{title}**")
            st.code(_readable(body.text) or "nothing", language="json", wrap_lines=True)


def _facts(case: CaseView) -> dict[str, str]:
    seconds = case.seconds_wire
    return {
        "Case": case.id,
        "Model": f"{case.server}/{case.model}",
        "Version that answered": case.version or "not said",
        "Request id": case.request_id,
        "Address": case.url,
        "HTTP status": str(case.http_status or "no answer"),
        "Time": "nothing was sent" if seconds is None else f"{seconds * 1000:.0f} ms",
    }


def _readable(body: str) -> str:
    with contextlib.suppress(ValueError):
        body = json.dumps(json.loads(body), indent=1, ensure_ascii=False)
    return body[:_MOST_SHOWN] + ("\n… (shortened)" if len(body) > _MOST_SHOWN else "")
