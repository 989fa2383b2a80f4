"""Which column feeds which field: suggested, corrected in a table, and the rows that come of it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from mds_client.signature import ModelRef, Signature
from tables.converting import Converted, as_far_as_it_fits, converted
from tables.fixes import ProblemKind, kinds_of
from tables.mapping import Mapping, corrected, sentence_on_unfed, suggest
from tables.mapping_store import recalled
from tables.match import Match
from ui import fields
from ui.batch import first_rows
from ui.session import services
from ui.tables import to_correct
from ui.tables.given import Given
from ui.text import many, plain

_MOST_SHOWN = 500
_MOST_FIXED = 10
_FIXED_KINDS = ("number", "integer", "boolean", "category", "text", "datetime")
Chosen = dict[str, str | None]
_NONE = "–"


def draw_to_keep(given: Given, model: ModelRef, signature: Signature) -> Converted | None:
    """The same of rows that are not sent: a field may have no column, and rows that cannot be read are left out. None where nothing can be
    read."""
    anything = tuple(replace(field, required=False) for field in signature.inputs)
    signature = replace(signature, inputs=anything)
    st.subheader("Which column feeds which field", anchor=False)
    mapping = _edited(given, _suggested(given, model, signature), model, signature)
    _draw_doubts(mapping)
    if not mapping.matches:
        st.error("No column of the file is a field of the model.")
        return None
    if lacking := [f.title for f in signature.inputs if not mapping.column(f.name)]:
        st.warning(f"Without a column, so not compared: {plain(', '.join(lacking[:_MOST_FIXED]))}.")
    mapping = replace(mapping, replaced=given.replaced.get(str(model), ()))
    found = _converted(given, mapping, signature)
    signature, unfit = as_far_as_it_fits(found, given.table, mapping, signature)
    if unfit:
        st.warning(f"Not compared, as none of its values can be read: {plain(', '.join(unfit))}.")
        found = _converted(given, mapping, signature)
    if found.left_out:
        st.warning(
            f"{many(found.left_out, 'row')} cannot be read and will be left out: a part of the file that may differ from the rest."
        )
        kinds = kinds_of(found.problems, signature)
        _draw_fixes(given, kinds, str(model))
        _draw_kinds(given, kinds)
    return found if len(found.rows) else None


def draw(given: Given, model: ModelRef, signature: Signature) -> tuple[Mapping, Converted] | None:
    """The chosen columns and the rows made of them; None where no row can be sent."""
    st.subheader("Which column feeds which field", anchor=False)
    suggested = _suggested(given, model, signature)
    mapping = _edited(given, suggested, model, signature)
    mapping = _with_fixed(given, mapping, model, signature)
    _draw_doubts(mapping)
    _draw_unused(mapping, signature)
    if mapping.missing:
        return None
    mapping = replace(mapping, replaced=given.replaced.get(str(model), ()))
    found = _converted(given, mapping, signature)
    _draw_problems(given, found, signature, str(model), mapping)
    return (mapping, found) if len(found.rows) else None


def _suggested(given: Given, model: ModelRef, signature: Signature) -> Mapping:
    if str(model) not in given.recalled:  # once: what this file uses is no earlier file
        given.recalled[str(model)] = recalled(services().sessions, model)
    return suggest(given.table, signature, given.recalled[str(model)])


def _edited(given: Given, suggested: Mapping, model: ModelRef, signature: Signature) -> Mapping:
    """The suggestion with what the person chose in the table."""
    key = f"rows_columns_{given.digest[:12]}_{abs(hash(given.choices))}_{model}"
    if (
        key not in st.session_state
    ):  # drawn anew: it opens with what was chosen while it was drawn before
        given.opened[str(model)] = dict(given.chosen.get(str(model), {}))
    opened = given.opened.get(str(model), {})
    suggested = _corrected(given, suggested, opened, signature)
    asked = _rows(suggested, signature)
    edited = st.data_editor(
        asked,
        key=key,
        hide_index=True,
        disabled=["Field", "Why"],
        column_config={
            "Column": st.column_config.SelectboxColumn(
                "Column of the file", options=[_NONE, *given.table.columns], required=True
            )
        },
    )
    changed = {
        field.name: None if now == _NONE else now
        for field, before, now in zip(
            signature.inputs, asked["Column"], edited["Column"], strict=True
        )
        if now != before
    }
    given.chosen[str(model)] = opened | changed
    return _corrected(given, suggested, changed, signature)


def _corrected(given: Given, mapping: Mapping, chosen: Chosen, signature: Signature) -> Mapping:
    """The mapping with the columns, or none, that a person chose for fields."""
    known = {field.name for field in signature.inputs}
    for name, column in chosen.items():
        if name in known and (column is None or column in given.table.columns):
            mapping = corrected(mapping, name, column, given.table, signature)
    return mapping


def _with_fixed(given: Given, mapping: Mapping, model: ModelRef, signature: Signature) -> Mapping:
    """What the file lacks, asked for once for all rows. Files and lists cannot be the same for all."""
    lacking = [signature[name] for name in mapping.missing]
    askable = [field for field in lacking if field.kind in _FIXED_KINDS][:_MOST_FIXED]
    if not askable:
        return mapping
    st.markdown(
        "The file has no column for these. Enter one value for all rows, or choose a column above."
    )
    values = {
        field.name: fields.render(
            field, f"rows_fixed_{given.digest[:12]}_{model}_{field.name}", None
        )
        for field in askable
    }
    return mapping.with_fixed({n: v for n, v in values.items() if not signature[n].check(v)})


def _rows(mapping: Mapping, signature: Signature) -> pd.DataFrame:
    reasons = {match.field: match for match in mapping.matches}
    return pd.DataFrame(
        {
            "Field": [f.title + (f" ({f.unit})" if f.unit else "") for f in signature.inputs],
            "Column": [mapping.column(f.name) or _NONE for f in signature.inputs],
            "Why": [
                _reason(reasons[f.name]) if f.name in reasons else "" for f in signature.inputs
            ],
        }
    )


def _reason(match: Match) -> str:
    return f"{match.reason} Please check." if match.is_unsure else match.reason


def _draw_doubts(mapping: Mapping) -> None:
    """What stands in the table's last column, where it is cut off, once more: it may make every row wrong."""
    doubts = [(match.column, doubt) for match in mapping.matches for doubt in match.doubts]
    if doubts:
        lines = [f"- {plain(column)}: {plain(doubt)}" for column, doubt in doubts[:_MOST_FIXED]]
        more = [f"- and {len(doubts) - _MOST_FIXED:,} more"] if len(doubts) > _MOST_FIXED else []
        words = "Please check before you ask:"
        st.warning("\n".join([words, *lines, *more]), icon=":material/warning:")


def _draw_unused(mapping: Mapping, signature: Signature) -> None:
    if unknown := sentence_on_unfed(mapping, signature):
        st.warning(plain(unknown), icon=":material/warning:")
    if mapping.unused:
        names = ", ".join(mapping.unused[:12]) + (" …" if len(mapping.unused) > 12 else "")
        st.caption(f"Not used: {plain(names)}")


def _converted(given: Given, mapping: Mapping, signature: Signature) -> Converted:
    """The rows, made anew only when the file, its columns or the fields changed."""
    key = (given.digest, given.choices, signature.fingerprint, mapping)
    last = st.session_state.get("rows_converted")
    if last and last[0] == key:
        found: Converted = last[1]
        return found
    found = converted(given.table, mapping, signature)
    st.session_state["rows_converted"] = (key, found)
    return found


def _draw_problems(
    given: Given, found: Converted, signature: Signature, model: str, mapping: Mapping
) -> None:
    """How many rows can be sent, and what is wrong with the others: a line for each kind of problem."""
    for remark in found.remarks[:8]:
        st.caption(f":material/info: {plain(remark)}")
    if found.totals:
        words = "1 row is a total" if found.totals == 1 else f"{found.totals:,} rows are totals"
        st.caption(f":material/info: {words} of others, and not sent.")
    if not found.left_out and len(found.rows):
        _draw_all_well(given, len(found.rows), mapping)
        return
    sent = f"{many(len(found.rows), 'row')}{_of(given)} can be sent, {found.left_out:,} cannot."
    (st.warning if len(found.rows) else st.error)(sent)
    kinds = kinds_of(found.problems, signature)
    _draw_fixes(given, kinds, model)
    _draw_kinds(given, kinds)
    if not given.is_beginning:
        to_correct.draw(given, found)


def _draw_kinds(given: Given, kinds: list[ProblemKind]) -> None:
    """A line for each kind of problem."""
    shown = kinds[:_MOST_SHOWN]
    lines = first_rows.in_table(given.table, [kind.rows[0] for kind in shown]) | {
        "Rows": [len(kind.rows) for kind in shown],
        "Column": [kind.column for kind in shown],
        "Problem": [kind.sentence for kind in shown],
    }
    st.dataframe(
        pd.DataFrame(lines),
        hide_index=True,
        alt="What is wrong, the most frequent first",
    )
    if len(kinds) > _MOST_SHOWN:
        st.caption(f"and {len(kinds) - _MOST_SHOWN:,} more")


def _draw_all_well(given: Given, rows: int, mapping: Mapping) -> None:
    """Green only where nothing is in doubt."""
    words = f"{'The row' if rows == 1 else f'All {rows:,} rows'}{_of(given)} can be sent"
    if any(match.doubts for match in mapping.matches):
        st.info(f"{words}, with the columns as they stand above.")
    elif given.is_beginning:
        st.info(f"{words}.")
    else:
        st.success(f"{words}.", icon=":material/check:")


def _of(given: Given) -> str:
    return " of its beginning" if given.is_beginning else ""


def _draw_fixes(given: Given, kinds: list[ProblemKind], model: str) -> None:
    """What cells most likely mean, taken for all their rows at a press."""
    fixes = [kind for kind in kinds if kind.fix is not None][:_MOST_FIXED]
    if not fixes:
        return
    rows = [f"{k.cell} → {k.fix} in {len(k.rows):,} {_rows_word(k)}" for k in fixes]
    st.markdown(f"Most likely meant: {plain('; '.join(rows))}.")
    if st.button("Read them so", icon=":material/check:", key="rows_fix"):
        taken = [(kind.field, kind.cell, kind.fix) for kind in fixes]
        given.replaced[model] = (*given.replaced.get(model, ()), *taken)
        st.rerun()


def _rows_word(kind: ProblemKind) -> str:
    return "row" if len(kind.rows) == 1 else "rows"
