"""A case beside what was asked of changed copies of it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from cases.queries import CaseView
from cases.recording import answer_of
from cases.scenarios import Scenario
from explanations import formatting
from explanations.counterfactuals.suggestions import HIDDEN, short
from explanations.differences import between
from mds_client.prediction import Answer
from mds_client.signature import Field, Signature
from ui.explanations.answered_case import AnsweredCase
from ui.text import percent, plain

_MOST_FIELDS = 8
_LONGEST = 120  # characters of an answer that is a text


def draw(asked: AnsweredCase, found: Sequence[Scenario], shown: str) -> None:
    """The scenario that was asked last beside the case; then all of them in a table."""
    last = next((each for each in found if each.case.id == shown), None)
    if last:
        _draw_beside(asked, last)
    if found:
        _draw_table(asked, found)


def differing(one: CaseView, other: CaseView, signature: Signature) -> list[Field]:
    """The fields of which two cases hold different values."""
    return [
        field
        for field in signature.inputs
        if one.entered.get(field.name) != other.entered.get(field.name)
    ]


def value_text(field: Field, entered: object) -> str:
    """A value as a case keeps it; of a file its name, of a sensitive field nothing."""
    if field.sensitive:
        return HIDDEN
    if isinstance(entered, dict) and "file" in entered:
        return str(entered["file"])
    return short(field, entered)


def _draw_beside(asked: AnsweredCase, scenario: Scenario) -> None:
    after = answer_of(scenario.case)
    if after is None:
        return
    with st.container(border=True):
        for column, name, answer in zip(
            st.columns(2), ("This case", scenario.name), (asked.answer, after), strict=True
        ):
            column.metric(
                plain(name),
                plain(answer.headline[:_LONGEST]),
                percent(answer.probability) if answer.probability is not None else None,
                delta_color="off",
                delta_arrow="off",
            )
        st.markdown(f"**{plain(_change_words(asked.answer, after))}**")
        if words := other_version(asked.case, scenario.case):
            st.warning(plain(words), icon=":material/warning:")
        st.markdown("\n".join(_lines(asked, scenario.case)))


def other_version(first: CaseView, scenario: CaseView) -> str:
    """That the model itself is another one: then not all of the difference is due to the changes."""
    if not first.version or not scenario.version or first.version == scenario.version:
        return ""
    return (
        f"Version {scenario.version} answered, not {first.version} as for this case: "
        "the difference may be due to that."
    )


def _change_words(before: Answer, after: Answer) -> str:
    """What became of the answer, as a sentence."""
    said = between(before, after)
    is_other = before.kind == "class" and before.label != after.label
    if is_other and "→" in said:
        return f"Another answer. {said}."
    return f"{said[:1].upper()}{said[1:]}."


def _lines(asked: AnsweredCase, case: CaseView) -> list[str]:
    changed = differing(asked.case, case, asked.signature)
    return [
        f"- {plain(field.title)}: {plain(_value(asked.case, field))} → "
        f"**{plain(_value(case, field))}**"
        for field in changed
    ]


def _value(case: CaseView, field: Field) -> str:
    return value_text(field, case.entered.get(field.name))


def _draw_table(asked: AnsweredCase, found: Sequence[Scenario]) -> None:
    st.dataframe(
        table(asked, found),
        hide_index=True,
        column_config={"Case": st.column_config.LinkColumn("Case", display_text="Open")},
        placeholder="",
        alt="The case and its scenarios, with what differs and the answers",
    )


def table(asked: AnsweredCase, found: Sequence[Scenario]) -> pd.DataFrame:
    """The case first, then a line a scenario: its answer, the difference, and the fields that differ in any."""
    changed = {
        field.name for each in found for field in differing(asked.case, each.case, asked.signature)
    }
    fields = [field for field in asked.signature.inputs if field.name in changed]
    lines = [_line("This case", asked.case, asked.answer, fields, asked)]
    lines += [_line(each.name, each.case, answer_of(each.case), fields, asked) for each in found]
    return pd.DataFrame(lines).dropna(axis="columns", how="all")


def _line(
    name: str, case: CaseView, answer: Answer | None, fields: Sequence[Field], asked: AnsweredCase
) -> dict[str, object]:
    is_first = case.id == asked.case.id
    line: dict[str, object] = {
        "Scenario": name,
        "Answer": answer.headline if answer else case.error_sentence,
        "Difference": between(asked.answer, answer) if answer and not is_first else None,
    }
    if not is_first and other_version(asked.case, case):
        line["Version"] = case.version
    _add_values(line, case, fields, asked)
    return line | {"Case": None if is_first else f"/predict?case={case.id}"}


def _add_values(
    line: dict[str, object], case: CaseView, fields: Sequence[Field], asked: AnsweredCase
) -> None:
    """The first fields in a column each; of the others, the names of those that differ."""
    for field in fields[:_MOST_FIELDS]:
        title = field.title if field.title not in line else f"{field.title} ({field.name})"
        line[title] = _value(case, field)
    if rest := fields[_MOST_FIELDS:]:
        others = [f.title for f in rest if f in differing(asked.case, case, asked.signature)]
        line["Also changed"] = formatting.listed(others) or None
