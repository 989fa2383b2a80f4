"""Data sets on the list of cases: what is chosen is frozen as a version, and each version can be taken away as a file."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from batch import exports
from cases.files import kept_value
from cases.search import with_hashes
from feedback import data_set_choice, data_set_exports, data_sets
from feedback.data_set_choice import Chosen
from feedback.data_sets import Sessions, SetView
from mds_client.errors import MdsError
from ui import errors, session
from ui.cases.filters import Choices
from ui.session import services
from ui.text import plain

_SHOWN = 10
_FORMATS = {
    "CSV": "csv",
    "Parquet": "parquet",
    "JSON Lines": "jsonl",
    "Label Studio": "json",
}


def draw(choices: Choices) -> None:
    """A button that opens the form and the versions, for who reviews the model that is chosen."""
    wanted = choices.wanted
    if not wanted.model or not services().scope.reviews(wanted.server, wanted.model):
        return
    box = st.popover("Data set", icon=":material/dataset:", key="cases_sets", on_change="rerun")
    if not box.open:
        return
    with box:
        _draw_form(choices)
        found = data_sets.sets_of(services().sessions, wanted.server, wanted.model)
        for each in found[:_SHOWN]:
            _draw_set(each)
        if len(found) > _SHOWN:
            st.caption(f"The newest {_SHOWN} of {len(found)}; `mds dataset list` has all.")


def _draw_form(choices: Choices) -> None:
    sessions = services().sessions
    wanted = with_hashes(choices.wanted, services().hash_key)
    with st.form("cases_set_form", border=False):
        st.caption(
            "The listed cases whose right answer is settled, as they are now: "
            f"{plain(data_set_choice.look(sessions, wanted).words)}."
        )
        name = st.text_input("Name", key="cases_set_name")
        pressed = st.form_submit_button("Freeze a version", icon=":material/ac_unit:")
    if not pressed:
        return
    chosen: list[Chosen] = []
    try:
        found = data_sets.freeze(
            sessions, wanted, name=name, person=session.person(), tell=chosen.append
        )
    except MdsError as error:
        errors.show(error)
        return
    st.success(plain(f"{found.name}, version {found.version}, is frozen: {chosen[0].words}."))


def _draw_set(found: SetView) -> None:
    cases = "1 case" if found.cases == 1 else f"{found.cases:,} cases"
    words = f"{found.name}, version {found.version}: {cases}, {found.created_at:%-d %b %Y}"
    with st.container(horizontal=True, vertical_alignment="center", key=f"set_{found.id}"):
        st.markdown(plain(words))
        form = st.selectbox(
            "As",
            list(_FORMATS),
            key=f"set_form_{found.id}",
            label_visibility="collapsed",
            width=150,
        )
        ending = _FORMATS[form]
        st.download_button(
            "Download",
            data=partial(_content, services().sessions, session.person(), found.id, ending),
            file_name=f"{found.name}-{found.version}.{ending}",
            key=f"set_take_{found.id}",
            icon=":material/download:",
            on_click="ignore",
        )


def _content(sessions: Sessions, person: str, set_id: str, ending: str) -> bytes:
    """The file, made when it is wanted; the trail notes that it was."""
    found, rows = data_sets.take(sessions, set_id, person=person)
    write: dict[str, Callable[[], bytes]] = {
        "parquet": partial(data_set_exports.as_parquet, rows),
        "jsonl": partial(data_set_exports.as_json_lines, rows),
        "json": partial(
            data_set_exports.as_label_studio, found, rows, partial(kept_value, sessions)
        ),
        "csv": lambda: exports.inert_csv(data_set_exports.as_parquet(rows)),
    }
    return write[ending]()
