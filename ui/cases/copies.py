"""A case to take elsewhere: as programs that ask the same, and as a row of a table."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pandas as pd
import streamlit as st

from cases.queries import wire
from cases.wording import value_text
from mds_client.sensitive_values import has_marks, withheld
from mds_client.signature import Field
from ui import sensitive, technical
from ui.batch.answers import as_csv
from ui.cases.opened import Opened
from ui.session import services
from ui.text import plain

_MOST_PROGRAMS = 2  # curl and Python; the others stand under Technical


def draw(shown: Opened) -> None:
    """A button that opens the forms; they are put together once it is open."""
    box = st.popover("Copy as", icon=":material/content_copy:", key="case_copy", on_change="rerun")
    if not box.open:
        return
    with box:
        is_hidden = sensitive.is_hidden(shown.case)
        crossed = None if is_hidden else wire(services().sessions, shown.case.id)
        programs = technical.same_call(shown.case, crossed)[:_MOST_PROGRAMS] if crossed else ()
        names = [*(program.title for program in programs), "CSV row"]
        tabs = st.tabs([plain(name) for name in names])
        for tab, program in zip(tabs, programs, strict=False):
            tab.code(program.code, language=program.language, wrap_lines=True)
            if program.needs:
                tab.caption(plain(f"It needs: {', '.join(program.needs)}."))
        tabs[-1].code(csv_row(shown.case.entered, shown.fields), language="csv", wrap_lines=True)
        if is_hidden:
            st.caption("The call has sensitive values: it can be copied once **Show** shows them.")
        elif _is_not_stored(shown):
            st.caption("The call cannot be copied: its sensitive values are not stored.")
        elif not programs:
            st.caption("The call itself cannot be copied: its server is not known any more.")


def _is_not_stored(shown: Opened) -> bool:
    return has_marks([shown.case.inputs])


def csv_row(entered: Mapping[str, object], fields: Mapping[str, Field]) -> str:
    """The names of the fields and a row of what was entered; what is unknown stays empty."""
    row = {name: _cell(value, fields.get(name)) for name, value in entered.items()}
    return as_csv(pd.DataFrame([row], dtype=object)).decode("utf-8-sig").rstrip("\n")


def _cell(value: object, field: Field | None) -> object:
    if value is None:
        return ""
    if (field is not None and field.sensitive) or withheld(value):
        return value_text(value, field)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, Mapping) and "sha256" in value:
        return str(value.get("file") or "")
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
