"""The typical rows that cases of the model are compared with: shown, and chosen from cases, a file or a registry."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from explanations.background import store
from explanations.background.store import CASES, EXAMPLES, FILE, REGISTRY, Background
from mds_client.errors import MdsError
from mds_client.signature import Signature
from ui import errors, session
from ui.explanations.background import draw_rows
from ui.session import services
from ui.signatures.draft import Desk, draw_anew
from ui.tables import columns, upload
from ui.text import plain

_SOURCES = {
    EXAMPLES: "Examples of the model",
    CASES: "Cases so far",
    FILE: "A file",
    REGISTRY: "Model registry",
}


def draw(desk: Desk) -> None:
    """What counts now, then where others can be drawn from."""
    signature = desk.published
    if not signature.is_tabular:
        st.markdown("Typical cases are used only for models that take a row of a table.")
        return
    now = store.current(services().sessions, signature)
    st.markdown(
        "An explanation says how a case differs from **typical cases**. "
        f"Currently: {plain(now.words)}{_chosen_by(now)}."
    )
    box = st.expander(
        "Look at them", key=desk.draft.widget("typical_rows"), type="compact", on_change="rerun"
    )
    if box.open:
        with box:
            draw_rows(now, signature)
    picked = st.segmented_control(
        "Draw typical cases from",
        list(_SOURCES),
        format_func=lambda source: _SOURCES[source],
        key=desk.draft.widget("typical_source"),
    )
    if picked:
        _draw_offer(desk, signature, picked)


def _chosen_by(now: Background) -> str:
    if now.created_at is None:
        return ""
    return f", chosen by {plain(now.person)} on {now.created_at:%Y-%m-%d}"


def _draw_offer(desk: Desk, signature: Signature, source: str) -> None:
    """The rows that would be taken, and the button that takes them."""
    try:
        offered = _from_file(desk, signature) if source == FILE else _DRAW[source](signature)
    except MdsError as error:
        errors.show(error)
        return
    if offered is None:
        return
    st.markdown(f"This would use {plain(offered.words)}.")
    draw_rows(offered, signature)
    if st.button(
        "Compare with these", icon=":material/check:", key=desk.draft.widget(f"typical_{source}")
    ):
        _choose(desk, offered)


def _from_file(desk: Desk, signature: Signature) -> Background | None:
    uploaded = upload.draw(desk.entry.ref, signature)
    mapped = columns.draw(uploaded, desk.entry.ref, signature) if uploaded else None
    if uploaded is None or mapped is None:
        return None
    _, converted = mapped
    return store.of_rows(converted.records(), signature, uploaded.name)


def _choose(desk: Desk, chosen: Background) -> None:
    try:
        store.choose(services().sessions, desk.draft.model, chosen, person=session.person())
    except MdsError as error:
        errors.show(error)
        return
    draw_anew(f"From now on cases are compared with {plain(chosen.words)}.")


def _of_cases(signature: Signature) -> Background:
    return store.of_cases(services().sessions, signature)


_DRAW: dict[str, Callable[[Signature], Background]] = {
    EXAMPLES: store.of_examples,
    CASES: _of_cases,
    REGISTRY: store.of_registry,
}
