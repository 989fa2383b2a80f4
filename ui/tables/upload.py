"""The file: its upload, what it was read as, and what a person may correct in that."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import streamlit as st

from mds_client.signature import ModelRef, Signature
from tables.errors import UnreadableFile
from tables.fitting import read_fitting
from tables.readers import suffixes
from tables.table import Choices, Table
from ui import session
from ui.tables import kept_upload
from ui.tables.given import Given
from ui.text import many, plain

LABEL = "A file with one case per row"
_PREVIEW = 5
_ENCODINGS = (
    "utf-8", "utf-16", "cp1252", "iso-8859-1", "iso-8859-15", "cp1250", "cp1251", "koi8-r", "cp1253", "cp1254", "mac_roman"
)  # fmt: skip
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "space"}
_DECIMALS = {".": "point, as in 1.5", ",": "comma, as in 1,5"}
_FOUND = "as detected"


def draw(model: ModelRef, signature: Signature, *, label: str = LABEL) -> Given | None:
    """The file that was chosen, read; None as long as there is none that can be read.

    Of several sheets the one is read whose columns fit the signature; another can be chosen.
    """
    chosen = kept_upload.choose(
        label,
        f"rows_file_{model}",
        [suffix.lstrip(".") for suffix in suffixes()],
        "CSV, Excel, OpenDocument, Parquet, Arrow, JSON, JSON Lines, a web page with a table, or a ZIP of pictures or recordings.",
    )
    if chosen is None:
        st.session_state.pop(session.FILE, None)
        return None
    key = chosen.id
    given = _read(chosen.name, chosen.content, _choices(key), signature)
    if isinstance(given, UnreadableFile):
        _draw_choices(given.sheets, key)  # another sheet may be readable
        return None
    _draw_table(given.table)
    _draw_totals(given.table, key)
    _draw_choices(given.table.sheets, key)
    return given


def _read(
    name: str, content: bytes, choices: Choices, signature: Signature
) -> Given | UnreadableFile:
    """The file as it was read before in this session, else read now; a sentence where it cannot be."""
    digest = hashlib.sha256(content).hexdigest()
    last: Given | None = st.session_state.get(session.FILE)
    if last and (last.digest, last.choices, last.fitted) == (
        digest,
        choices,
        signature.fingerprint,
    ):
        return last
    try:
        with st.spinner("Reading the file …"):
            table = read_fitting(content, name, signature, choices=choices)
    except UnreadableFile as error:
        st.error(
            f"{plain(error.sentence)}  \n{plain(error.advice)}", title="This file cannot be read"
        )
        return error
    given = Given(
        name=name, digest=digest, choices=choices, table=table, fitted=signature.fingerprint
    )
    st.session_state[session.FILE] = given
    return given


def _draw_table(table: Table) -> None:
    rows, columns = len(table), len(table.columns)
    sniffed = " · ".join(f"{what}: {found}" for what, found in table.sniffed.items())
    st.caption(
        plain(
            " · ".join(filter(None, (f"{many(rows, 'row')}, {many(columns, 'column')}", sniffed)))
        )
    )
    for warning in table.warnings:
        st.warning(plain(warning), icon=":material/warning:")
    for remark in table.remarks[:8]:
        st.caption(f":material/info: {plain(remark)}")
    st.dataframe(
        table.frame.head(_PREVIEW).map(shown),
        hide_index=True,
        placeholder="",
        alt=f"The first {_PREVIEW} rows of the file",
    )


def shown(value: object) -> object:
    """A cell as it is shown: a file by its name."""
    return getattr(value, "name", None) or str(value) if hasattr(value, "media_type") else value


def _choices(key: str) -> Choices:
    """What the person chose in the boxes below the table, which are drawn after it is read."""
    state = {name: st.session_state.get(f"rows_{name}_{key}") for name in _NAMES}
    chosen = {name: value for name, value in state.items() if value not in (None, _FOUND)}
    header = chosen.pop("header_row", None)
    return Choices(**chosen, header_row=int(header) if header is not None else None)


_NAMES = ("sheet", "encoding", "delimiter", "decimal", "header_row", "keep_totals")


def _draw_totals(table: Table, key: str) -> None:
    """Rows that are the sums of others are not sent, unless a person wants them."""
    if table.totals or table.choices.keep_totals:
        st.checkbox(
            "Send rows that are totals of others too",
            key=f"rows_keep_totals_{key}",
            persist_state="session",
        )


def _draw_choices(sheets: Sequence[str], key: str) -> None:
    """How the file is read, where what was found is wrong."""
    with st.expander("Not read correctly?"), st.container(horizontal=True):
        if len(sheets) > 1:
            _box("Sheet", "sheet", sheets, key)
        _box("Columns are separated by", "delimiter", tuple(_DELIMITERS), key, _DELIMITERS)
        _box("Decimals", "decimal", tuple(_DECIMALS), key, _DECIMALS)
        _box("Text encoding", "encoding", _ENCODINGS, key)
        st.number_input(
            "Row with the column names",
            min_value=0,
            value=None,
            step=1,
            placeholder=_FOUND,
            key=f"rows_header_row_{key}",
            persist_state="session",
            help="0 where the file has none.",
        )


def _box(
    label: str, name: str, options: Sequence[str], key: str, words: dict[str, str] | None = None
) -> None:
    st.selectbox(
        label,
        [_FOUND, *options],
        key=f"rows_{name}_{key}",
        persist_state="session",
        format_func=lambda option: (words or {}).get(option, option),
    )
