"""The right answer, asked for in the kind of the model's answer: a class, a number with its unit and range, a text, boxes on
the picture, segments on the waveform."""

from __future__ import annotations

import streamlit as st

from mds_client.prediction import Answer
from mds_client.signature import Field, Signature, Values
from ui.feedback import region_editor
from ui.text import number, plain

QUESTION = "What would have been right? (if you know)"
_MOST_PILLS = 6


def draw(
    answer: Answer,
    signature: Signature,
    key: str,
    said: object = None,
    values: Values | None = None,
) -> dict[str, object]:
    """A field for the right answer, which may be left open; what it holds, as `submit` takes it. `said` is what it opens
    with, `values` what was asked about, on which boxes and segments are drawn."""
    if answer.kind in region_editor.KINDS:
        subject = region_editor.subject_of(answer, values or {}, signature)
        if subject:
            st.markdown(QUESTION)
            labels = labels_of(answer, signature)
            given = region_editor.draw(answer, subject, labels, key, said)
            return {"truth": given, "within": subject.within}
    return {"truth": _draw_field(answer, signature, key, said)}


def _draw_field(answer: Answer, signature: Signature, key: str, said: object) -> object:
    if answer.kind == "class":
        return _draw_class(answer, signature, key, said)
    if answer.kind == "number":
        return _draw_number(answer, signature, key, said)
    return st.text_area(QUESTION, value=str(said or ""), key=key, height=80) or None


def labels_of(answer: Answer, signature: Signature) -> list[str]:
    """Every label that the model may answer, as far as it is known."""
    declared = next((field.labels for field in signature.outputs if field.labels), ())
    return sorted(declared or answer.probabilities)


def others_than(answer: Answer, signature: Signature) -> list[str]:
    """The labels that the model did not answer."""
    return [label for label in labels_of(answer, signature) if label != answer.label]


def _draw_class(answer: Answer, signature: Signature, key: str, said: object) -> object:
    others = others_than(answer, signature)
    known = None if said is None else str(said)
    if known is not None and others and known not in others:
        others = [
            *others,
            known,
        ]  # what was said stays in sight, whatever the model says of its classes
    if 0 < len(others) <= _MOST_PILLS:
        return st.pills(QUESTION, others, default=known, key=key, format_func=plain)
    if not others:
        return st.text_input(QUESTION, value=str(said or ""), key=key)
    place = others.index(known) if known else None
    return st.selectbox(QUESTION, others, index=place, key=key, placeholder="type to search")


def _draw_number(answer: Answer, signature: Signature, key: str, said: object) -> object:
    """What lies outside of the range that the model states is said, and taken all the same: the range may be wrong."""
    field = signature.output("number")
    unit = answer.unit or (field.unit if field else "")
    given = st.number_input(
        f"{QUESTION} in {plain(unit)}" if unit else QUESTION,
        value=float(said) if isinstance(said, int | float) else None,
        key=key,
        placeholder="unknown",
        help=_range(field),
    )
    if given is not None and field is not None and _is_outside(given, field):
        st.warning(plain(f"That is outside of the usual range. {_range(field)}"))
    return given


def _range(field: Field | None) -> str | None:
    limits = _limits(field) if field else None
    return limits and f"Usually from {number(limits[0])} to {number(limits[1])}."


def _is_outside(given: float, field: Field) -> bool:
    limits = _limits(field)
    return limits is not None and not limits[0] <= given <= limits[1]


def _limits(field: Field) -> tuple[float, float] | None:
    if field.minimum is not None and field.maximum is not None:
        return field.minimum, field.maximum
    return field.typical
