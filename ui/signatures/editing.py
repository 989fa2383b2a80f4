"""Where a signature is edited: the words of the model, and the table of its fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args

import streamlit as st

from mds_client.signature import FORMATS, Kind, Signature
from mds_client.signature.facts import Facts, FieldFacts, is_name
from ui.signatures import answer
from ui.signatures.draft import Desk, Draft, keep_content, reopen
from ui.signatures.table import BETWEEN, Edits, edited, half_ranges, joined, parted, table_of
from ui.text import plain

_VIEWS: Mapping[str, tuple[str, ...]] = {
    "Words": ("label", "unit", "description", "example"),
    "Values": (
        "kind", "optional", "minimum", "maximum", "low", "high", "choices", "choice_labels",
        "format", "pattern",
    ),
    "Place": ("group", "order", "business_key", "protected", "sensitive"),
}  # fmt: skip
_ROW, _HEAD, _MOST_ROWS = 35, 38, 10


def draw(desk: Desk) -> Desk:
    """Draw the editor; the desk with what it holds now."""
    bare = desk.with_facts(_without_edits(desk.draft.opened))
    shown = desk.with_facts(desk.draft.opened)
    if _can_be_named(desk):
        _draw_names(desk)
    content = _edited_table(desk, shown, bare)
    return keep_content(desk, answer.draw(desk, _edited_model(desk, shown, bare, content)))


def _without_edits(opened: Facts) -> Facts:
    """The draft reduced to the names and kinds of its inputs: everything else then comes from the sources."""
    kinds = {name: opened.fields.get(name, FieldFacts()).kind for name in opened.inputs}
    fields = {name: FieldFacts(kind=kind) for name, kind in kinds.items()}
    return Facts(source=opened.source, inputs=opened.inputs, fields=fields)


# The model as a whole.


def _edited_model(desk: Desk, shown: Signature, bare: Signature, content: Facts) -> Facts:
    draft = desk.draft
    with st.expander("The model itself: its name, its question, its classes"):
        title = _edited_text(draft, "title", "Name", shown.title, bare.title)
        question = _edited_text(
            draft,
            "question",
            "Question that it answers, in plain words",
            shown.question,
            bare.question,
        )
        labels = _labels(draft, shown, bare) if shown.outputs else content.labels
    return replace(content, title=title, question=question, labels=labels)


def _edited_text(draft: Draft, word: str, label: str, shown: str, bare: str) -> str:
    """The text that was typed; empty where it only repeats the sources."""
    typed = st.text_input(label, value=shown, key=draft.widget(word)) or ""
    return typed.strip() if typed.strip() != bare or getattr(draft.opened, word) else ""


def _labels(draft: Draft, shown: Signature, bare: Signature) -> tuple[str, ...]:
    labels, own = _classes(shown), _classes(bare)
    typed = st.text_input(
        "Labels of the classes, in the order of their numbers",
        value=joined(labels) or "",
        key=draft.widget("labels"),
        help=f"Separated by {BETWEEN}. For models that answer with a class.",
        placeholder=f"stays {BETWEEN} leaves",
    )
    words = parted(typed)
    return words if words != own or draft.opened.labels else ()


def _classes(signature: Signature) -> tuple[str, ...]:
    return next((field.labels for field in signature.outputs if field.labels), ())


# The names of inputs, for a model that does not say them.


def _can_be_named(desk: Desk) -> bool:
    """Whether the server declares nothing, or one tensor of rows of numbers."""
    declared = desk.declared
    if declared.layout == "unknown":
        return True
    first = declared.inputs[0]
    is_row = len(declared.inputs) == 1 and first.kind == "tensor" and len(first.shape) == 2
    return desk.entry.takes_matrix and declared.layout == "tensors" and is_row


def _draw_names(desk: Desk) -> None:
    draft = desk.draft
    with st.expander("Names of the inputs", expanded=not draft.content.inputs):
        st.caption(
            "The model does not name its inputs. Name them, and the form has a box for each."
        )
        typed = st.text_area(
            "In the order in which the model takes them, one per line",
            value="\n".join(draft.opened.inputs),
            key=draft.widget("inputs"),
            height=140,
            placeholder="age\nincome\nbalance",
        )
        names = tuple(dict.fromkeys(filter(None, map(str.strip, (typed or "").splitlines()))))
        wrong = [name for name in names if not is_name(name)]
        if wrong:
            st.warning(f"{plain(wrong[0][:40])} cannot be the name of an input.")
        elif names != draft.opened.inputs:
            reopen(draft, _named(draft.content, names))
            st.rerun()
        elif names and tuple(f.name for f in desk.with_facts(draft.opened).inputs) != names:
            shape = list(desk.declared.inputs[0].shape)
            st.warning(
                f"The server takes {shape}: these are {len(names)} names, so they do not fit."
            )


def _named(content: Facts, names: tuple[str, ...]) -> Facts:
    """The inputs are numbers until somebody says otherwise."""
    old = {n: own for n, own in content.fields.items() if n not in content.inputs or n in names}
    facts = {name: old.get(name, FieldFacts()) for name in names}
    return replace(
        content,
        inputs=names,
        fields=old | {n: f if f.kind else replace(f, kind="number") for n, f in facts.items()},
    )


# The fields.


def _edited_table(desk: Desk, shown: Signature, bare: Signature) -> Facts:
    draft = desk.draft
    view = st.segmented_control(
        "Columns", list(_VIEWS), default="Words", required=True, key="signature_view",
        label_visibility="collapsed", persist_state="session",
    )  # fmt: skip
    st.data_editor(
        table_of(shown),
        key=draft.widget("fields"),
        column_order=("field", *_VIEWS[view or "Words"]),
        column_config=_columns(),
        hide_index=True,
        height="auto" if len(shown.inputs) < _MOST_ROWS else _HEAD + _ROW * _MOST_ROWS,
        row_height=_ROW,
        placeholder="",
        alt="The fields of the model, to edit",
    )
    st.caption("Click into a cell to change it. Clear a cell to go back to what the sources say.")
    edits = _edits(draft)
    for title in half_ranges(edits, shown):
        st.warning(f"{plain(title)}: a usual range has two ends.")
    return edited(draft.opened, shown, bare, edits)


def _edits(draft: Draft) -> Edits:
    state = st.session_state.get(draft.widget("fields")) or {}
    return {int(row): cells for row, cells in state.get("edited_rows", {}).items()}


def _columns() -> dict[str, Any]:
    make = st.column_config
    several = f"Separated by {BETWEEN}"
    return {
        "field": make.TextColumn(
            "Field", disabled=True, pinned=True, help="As the server calls it"
        ),
        "label": make.TextColumn("Label", width=150, max_chars=200, help="As people call it"),
        "unit": make.TextColumn("Unit", width=70, max_chars=40),
        "description": make.TextColumn("Help", width=160, max_chars=2_000),
        "example": make.TextColumn(
            "Example", width=95, help="A real value: the form opens with it"
        ),
        "kind": make.SelectboxColumn("Kind", options=list(get_args(Kind))),
        "optional": make.CheckboxColumn("Optional", help="It may stay unknown"),
        "minimum": make.NumberColumn("Minimum", width=100, help="Smaller values are not sent"),
        "maximum": make.NumberColumn("Maximum", width=100, help="Larger values are not sent"),
        "low": make.NumberColumn(
            "Usually from", width=100, help="People are warned outside this range"
        ),
        "high": make.NumberColumn(
            "Usually to", width=100, help="People are warned outside this range"
        ),
        "choices": make.TextColumn("Choices", width="medium", help=f"Values. {several}"),
        "choice_labels": make.TextColumn(
            "Labels of the choices", width="medium", help=f"In the order of the choices. {several}"
        ),
        "format": make.SelectboxColumn("Format", options=list(FORMATS), help="Input format"),
        "pattern": make.TextColumn("Pattern", help="What a text must look like, in RE2 syntax"),
        "group": make.TextColumn(
            "Group", width="medium", help="Heading of the group that shows the field"
        ),
        "order": make.NumberColumn("Position", step=1, help="The lowest come first"),
        "business_key": make.CheckboxColumn(
            "Business key",
            help="Names the patient, the order or the sample: cases and truths are found by it",
        ),
        "protected": make.CheckboxColumn(
            "Protected", help="Its groups must be served alike: Health compares their error rates"
        ),
        "sensitive": make.CheckboxColumn("Sensitive", help="Asked for, but never shown in lists"),
    }
