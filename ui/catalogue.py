"""Cards of the deployed models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from mds_client.discovery import UNREACHABLE, Entry, ServerState
from ui.shell import page_path
from ui.text import plain

Color = Literal["green", "orange", "gray"]

_STATES: dict[str, tuple[str, str, Color]] = {
    "READY": ("Ready", ":material/check_circle:", "green"),
    "LOADING": ("Loading", ":material/hourglass_empty:", "orange"),
    "UNLOADING": ("Going away", ":material/hourglass_empty:", "orange"),
    "UNAVAILABLE": ("Not loaded", ":material/cancel:", "gray"),
    UNREACHABLE: ("Unreachable", ":material/cloud_off:", "orange"),
}
_UNKNOWN: tuple[str, str, Color] = ("Unknown", ":material/help:", "gray")
_KINDS = {
    "image": "a picture",
    "audio": "a recording",
    "text": "text",
    "tensor": "rows of numbers",
    "json": "JSON",
}


def draw_servers(servers: Sequence[ServerState]) -> None:
    """A sentence for each server that does not answer, with since when."""
    for state in servers:
        if not state.is_reachable:
            st.warning(
                f"{plain(state.sentence)} Its models are shown as they were last seen. "
                f"Since {state.since:%H:%M:%S} UTC.",
                icon=":material/cloud_off:",
            )


def draw_card(versions: Sequence[Entry]) -> None:
    """One model: its name and question in words, what it takes, its state, and the way in."""
    entry = versions[-1]
    with st.container(border=True, height="stretch"):
        st.subheader(plain(entry.title), anchor=False)
        st.markdown(plain(entry.question) or "This model does not say what it answers.")
        st.caption(_facts(versions))
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button(
                "Ask",
                key=f"models_ask_{entry.ref}",
                type="primary",
                disabled=not entry.info.is_ready,
            ):
                st.switch_page(page_path("predict"), query_params={"model": str(entry.ref)})
            words, icon, color = _STATES.get(entry.info.state, _UNKNOWN)
            st.badge(words, icon=icon, color=color)


def _facts(versions: Sequence[Entry]) -> str:
    entry = versions[-1]
    names = [v.ref.version for v in versions if v.ref.version]
    said = f"{len(names)} versions" if len(names) > 1 else f"version {names[0]}" if names else ""
    parts = [f"Takes {takes(entry)}", said, f"{entry.ref.server}/{entry.ref.name}"]
    return plain(" · ".join(part for part in parts if part))


def takes(entry: Entry) -> str:
    """What the model takes, in words."""
    if not entry.signature or entry.signature.layout == "unknown":
        return "what it does not say"
    if entry.signature.is_tabular:
        return f"{len(entry.signature.inputs)} values"
    kinds = dict.fromkeys(_KINDS.get(f.kind, "values") for f in entry.signature.inputs)
    return " and ".join(kinds)
