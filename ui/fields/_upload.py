"""A file from one of several places: the one that came last counts."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import streamlit as st

from mds_client.signature import Field, File
from ui.fields._widget_state import kept, own
from ui.labels import hint, label
from ui.media import show_file
from ui.text import plain

_SMALL = 112  # pixels of a picture that has something beside it


class Uploaded(Protocol):
    """What Streamlit's uploader, camera and microphone give."""

    name: str
    type: str

    def getvalue(self) -> bytes: ...


Place = Callable[[str], Uploaded | None]


@dataclass
class _FileChoice:
    """The file that the field holds, where it is from, and what each place held before."""

    file: File | None
    place: str = ""
    before: dict[str, str] = dataclasses.field(default_factory=dict)


def draw(
    field: Field,
    key: str,
    value: object,
    endings: Sequence[str] | None = None,
    others: Mapping[str, Place] | None = None,
    *,
    beside: Callable[[], None] | None = None,
) -> File | None:
    """The file that came last, from the uploader or from the `others` by name, else the one that the form
    opened with. A place is drawn with a key of its own; `beside` draws what stands beside the file.
    """
    shown = st.container()
    places: dict[str, Place] = {
        key: lambda key: _uploader(field, key, endings, is_another=isinstance(value, File))
    }
    places |= {own(key, name): draw for name, draw in (others or {}).items()}
    current = _newest(key, value, places)
    with shown:
        _draw_current(field, current, beside)
    return None if left_out(field, key, current) else current


def _uploader(
    field: Field, key: str, endings: Sequence[str] | None, *, is_another: bool
) -> Uploaded | None:
    """The box to choose a file or drop it on. Its own limit would refuse a file and leave the example to be
    sent instead: the check refuses it in words."""
    most = f" (at most {field.max_bytes / 2**20:g} MB)"
    return st.file_uploader(
        ("Or upload your own" if is_another else label(field)) + most,
        type=endings,
        key=key,
        help="  \n".join(filter(None, (hint(field), _kinds(endings)))) or None,
    )


def _kinds(endings: Sequence[str] | None) -> str:
    return f"Takes {', '.join(endings)}." if endings else ""


def _draw_current(field: Field, value: object, beside: Callable[[], None] | None) -> None:
    """What the form opened with, or what was chosen; and what stands beside it."""
    if isinstance(value, File):
        st.markdown(f":small[{label(field)}: {plain(value.name)}]")
    with st.container(horizontal=beside is not None, gap="medium"):
        if isinstance(value, File):
            show_file(field.kind, value, least=_SMALL if beside else 160)
        if beside:
            with st.container(width="content"):
                beside()


def left_out(field: Field, key: str, value: object) -> bool:
    """Whether an optional field is left unknown although there is something to send."""
    if field.required or value is None:
        return False
    return st.checkbox("Leave it unknown", key=own(key, "unknown"), persist_state="session")


def _newest(key: str, opened: object, places: Mapping[str, Place]) -> File | None:
    """Draw the places; the file of the one that changed last, else what the field opened with."""
    opened_with = opened if isinstance(opened, File) else None
    choice = kept(own(key, "file"), lambda: _FileChoice(opened_with))
    for name, draw in places.items():
        is_anew = name not in st.session_state
        uploaded = draw(name)
        _update(choice, name, _file(uploaded) if uploaded else None, opened_with, is_anew=is_anew)
    return choice.file


def _update(
    choice: _FileChoice, place: str, file: File | None, opened: File | None, *, is_anew: bool
) -> None:
    """A place that is drawn anew is empty, and that empties nothing: the file stays meanwhile."""
    digest = file.sha256 if file else ""
    before = "" if is_anew else choice.before.get(place, "")
    if file and digest != before:
        choice.file, choice.place = file, place
    elif before and not file and choice.place == place:
        choice.file, choice.place = opened, ""
    choice.before[place] = digest


def _file(uploaded: Uploaded) -> File:
    return File(name=uploaded.name, media_type=uploaded.type, data=uploaded.getvalue())
