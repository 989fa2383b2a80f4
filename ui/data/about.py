"""Everything about a person or a business key: looked for, taken out as a file, erased after a question."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from cases import business_key, erasure
from cases.business_key import Key
from cases.erasure import StillWorking
from services import Services
from ui import session
from ui.text import many, plain

_PERSON, _NAMED, _KEY = "A person", "A business key", "A value of a field"
_WANTED, _DONE = "data_about", "data_erased"
_MOST_NAMED = 10


@dataclass(frozen=True, kw_only=True)
class _About:
    """Whom or what it is about, what there is, and what is done with it. `word` is to be typed before erasing."""

    word: str
    rows: Mapping[str, int]
    staying: int
    export: Callable[[Path], object]
    erase: Callable[[], str]


def draw(found: Services) -> None:
    """A form that says what to look for, and below it what there is."""
    st.subheader("Everything about a person or a key", anchor=False)
    if done := st.session_state.pop(_DONE, ""):
        st.success(plain(done))
    kind = st.segmented_control(
        "About", [_PERSON, _NAMED, _KEY], default=_PERSON, key="data_kind", required=True
    )
    with st.form("data_find", border=False):
        columns = st.columns(2)
        has_field = kind == _KEY
        field = (columns[0].text_input("Field", key="data_field") or "") if has_field else ""
        place = columns[1] if has_field else columns[0]
        name = "Name, as cases have it" if kind == _PERSON else "Value"
        value = place.text_input(name, key="data_value")
        if st.form_submit_button("Look for it", icon=":material/search:", key="data_look"):
            st.session_state[_WANTED] = (kind, field.strip(), value.strip())
    if kind == _NAMED:
        st.caption(plain(_places(found)))
    wanted = st.session_state.get(_WANTED)
    if wanted and wanted[0] == kind and wanted[2]:
        _draw_found(_person(found, wanted[2]) if kind == _PERSON else _key(found, *wanted[1:]))


def _person(found: Services, name: str) -> _About:
    sessions, by = found.operator_sessions(), session.person()
    there_is = erasure.find(sessions, name)

    def erase() -> str:
        done = erasure.erase(sessions, name, by=by)
        return f"Erased: {many(done.cases, 'case')}, and {many(done.statements, 'statement')} on others."

    return _About(
        word=name,
        rows=there_is.rows,
        staying=there_is.staying,
        export=lambda path: erasure.export(sessions, name, path, by=by),
        erase=erase,
    )


def _places(found: Services) -> str:
    """In which fields a business key is looked for."""
    named = found.business_keys()
    if not named:
        return "No model has a business key yet: name one on the page Signature, under *Place*."
    places = [f"{model} ({', '.join(fields)})" for (_, model), fields in named.items()]
    more = f" and {len(places) - _MOST_NAMED} more" if len(places) > _MOST_NAMED else ""
    return f"This searches {', '.join(places[:_MOST_NAMED])}{more}."


def _key(found: Services, field: str, value: str) -> _About:
    """Of one field of whatever model, or of the business keys of each."""
    named = {} if field else found.business_keys()
    key = Key(field=field, value=value, named=named, hash_key=found.hash_key)
    sessions, by = found.operator_sessions(), session.person()
    there_is = business_key.find(sessions, key)

    def erase() -> str:
        done = business_key.erase(sessions, key, by=by)
        return f"Erased: {many(done.cases, 'case')} and {many(done.files, 'file')}."

    return _About(
        word=value,
        rows=there_is.rows,
        staying=there_is.staying,
        export=lambda path: business_key.export(sessions, key, path, by=by),
        erase=erase,
    )


def _draw_found(about: _About) -> None:
    if not about.rows:
        st.info("Nothing was found. A value that was masked or not stored cannot be found.")
        return
    st.table({plain(name.replace("_", " ")): many(n, "row") for name, n in about.rows.items()})
    if about.staying:
        st.caption(
            f"Not erased with this, since golden, held or worked on: {many(about.staying, 'case')}."
        )
    with st.container(horizontal=True):
        st.download_button(
            "Export",
            data=lambda: _archive(about),
            file_name="export.zip",
            mime="application/zip",
            icon=":material/download:",
            key="data_export",
            on_click="ignore",
            help="Tables as JSON lines, and files. The trail notes it.",
        )
        with st.popover("Erase", icon=":material/delete_forever:", key="data_erase"):
            _draw_erase(about)


def _archive(about: _About) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.zip"
        about.export(path)
        return path.read_bytes()


def _draw_erase(about: _About) -> None:
    st.markdown(
        "This cannot be taken back. The trail still says who did what and when, without the content. "
        "Backups are not changed."
    )
    typed = st.text_input("Type it once more", key="data_word")
    if st.button(
        "Erase all of this",
        type="primary",
        key="data_sure",
        disabled=typed.strip() != about.word,
    ):
        _erase(about)


def _erase(about: _About) -> None:
    try:
        with st.spinner("Erasing…"):
            st.session_state[_DONE] = about.erase()
    except StillWorking as error:
        st.warning(
            f"Jobs of theirs that are still running: {error}. Stop them first. Nothing was erased."
        )
        return
    st.session_state.pop(_WANTED, None)
    st.rerun()
