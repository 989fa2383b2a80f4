"""The inputs of a case as they were entered: values in a table, long texts as text, files as what they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from cases.files import is_named, kept_value
from cases.wording import title, value_text
from mds_client.sensitive_values import withheld
from mds_client.signature import File
from ui import media, sensitive
from ui.cases.opened import Opened
from ui.session import services
from ui.text import exact, plain

# A text of more characters is read as text, and not in the cell of a table.
_LONG = 60
_MOST_IN_A_ROW = 12


def draw(shown: Opened, *, heading: str = "As entered") -> None:
    """Everything that was entered; without a heading where that is empty."""
    if heading:
        st.subheader(heading, anchor=False)
    is_open = sensitive.draw(shown.case, has_some=_has_sensitive(shown))
    if is_open:
        shown = _opened(shown)
    entered, fields = shown.case.entered, shown.fields
    files = {name: value for name, value in entered.items() if is_named(value)}
    _draw_values(shown, {name: value for name, value in entered.items() if name not in files})
    for name, value in files.items():
        _draw_file(plain(title(fields, name)), value)


def _has_sensitive(shown: Opened) -> bool:
    """Whether the record has a sensitive value: apart, or among the others as older ones have."""
    marked = [f.name for f in shown.signature.inputs if f.sensitive]
    among = (shown.case.entered.get(name) for name in marked)
    return bool(shown.case.sensitive) or any(v is not None and not withheld(v) for v in among)


def _opened(shown: Opened) -> Opened:
    """The same with the sensitive values that are kept in their places."""
    inputs = tuple(replace(field, sensitive=False) for field in shown.signature.inputs)
    return replace(
        shown,
        case=replace(shown.case, entered=shown.case.inputs),
        signature=replace(shown.signature, inputs=inputs),
    )


def _draw_values(shown: Opened, values: Mapping[str, object]) -> None:
    in_words = {name: value_text(value, shown.fields.get(name)) for name, value in values.items()}
    texts = [
        n for n, value in values.items() if isinstance(value, str) and len(in_words[n]) > _LONG
    ]
    pairs = [
        (plain(title(shown.fields, name)), plain(words))
        for name, words in in_words.items()
        if name not in texts
    ]
    _draw_pairs(pairs)
    for name in texts:
        with st.container(border=True):
            st.caption(plain(title(shown.fields, name)))
            st.text(in_words[name])


def _draw_pairs(pairs: Sequence[tuple[str, str]]) -> None:
    """A table; of many values two beside each other, so that what follows is not far below."""
    if len(pairs) <= _MOST_IN_A_ROW:
        if pairs:
            st.table(dict(pairs))
        return
    half = -(-len(pairs) // 2)
    for column, part in zip(st.columns(2, gap="small"), (pairs[:half], pairs[half:]), strict=True):
        column.table(dict(part))


def _draw_file(name: str, entered: object) -> None:
    """What was kept of a file or a large value; its name and size where it was not."""
    st.markdown(f"**{name}**")
    value = kept_value(services().sessions, entered)
    facts = entered if isinstance(entered, dict) else {}
    named = f"{facts.get('file') or 'a large value'}, {facts.get('size', 0):,} bytes"
    if isinstance(value, File):
        kind = value.media_type.partition("/")[0]
        media.show_file(kind, value)
        st.caption(plain(named))
    elif value is None:
        st.caption(plain(f"{named}: not kept"))
    else:
        st.json(exact(value), expanded=False)
