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


def draw(answered: AnsweredCase, scenarios: Sequence[Scenario], shown: str) -> None:
    """The scenario that was asked last beside the case; then all of them in a table."""
    last = next((each for each in scenarios if each.case.id == shown), None)
    if last:
        _draw_beside(answered, last)
    if scenarios:
        _draw_table(answered, scenarios)


def differing(one: CaseView, other: CaseView, signature: Signature) -> list[Field]:
    """The fields of which two cases hold different values."""
    return [
        field
        for field in signature.inputs
        if one.inputs.get(field.name) != other.inputs.get(field.name)
    ]


def value_text(field: Field, entered: object) -> str:
    """A value as a case keeps it; of a file its name, of a sensitive field nothing."""
    if field.sensitive:
        return HIDDEN
    if isinstance(entered, dict) and "file" in entered:
        return str(entered["file"])
    return short(field, entered)


def _draw_beside(answered: AnsweredCase, scenario: Scenario) -> None:
    after = answer_of(scenario.case)
    if after is None:
        return
    with st.container(border=True):
        for column, name, answer in zip(
            st.columns(2), ("This case", scenario.name), (answered.answer, after), strict=True
        ):
            column.metric(
                plain(name),
                plain(answer.headline[:_LONGEST]),
                percent(answer.probability) if answer.probability is not None else None,
                delta_color="off",
                delta_arrow="off",
            )
        st.markdown(f"**{plain(_change_words(answered.answer, after))}**")
        if words := other_version(answered.case, scenario.case):
            st.warning(plain(words), icon=":material/warning:")
        st.markdown("\n".join(_change_lines(answered, scenario.case)))


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
    difference = between(before, after)
    is_other = before.kind == "class" and before.label != after.label
    if is_other and "→" in difference:
        return f"Another answer. {difference}."
    return f"{difference[:1].upper()}{difference[1:]}."


def _change_lines(answered: AnsweredCase, case: CaseView) -> list[str]:
    changed = differing(answered.case, case, answered.signature)
    return [
        f"- {plain(field.title)}: {plain(_value(answered.case, field))} → "
        f"**{plain(_value(case, field))}**"
        for field in changed
    ]


def _value(case: CaseView, field: Field) -> str:
    return value_text(field, case.entered.get(field.name))


def _draw_table(answered: AnsweredCase, scenarios: Sequence[Scenario]) -> None:
    """Four columns whose lines break: all of it is in sight on a narrow screen, too."""
    lines = [("This case", plain(answered.answer.headline[:_LONGEST]), "", "")]
    lines += [_line(answered, each) for each in scenarios]
    names = ("Scenario", "Answer", "Difference", "Changed")
    st.table(
        {name: list(column) for name, column in zip(names, zip(*lines, strict=True), strict=True)}
    )


def _line(answered: AnsweredCase, scenario: Scenario) -> tuple[str, str, str, str]:
    """A scenario with the way to its case, its answer, what became of that of the case, and what was changed."""
    case, answer = scenario.case, answer_of(scenario.case)
    headline = answer.headline if answer else case.error_sentence
    changed = differing(answered.case, case, answered.signature)
    words = [
        f"{field.title} {_value(answered.case, field)} → {_value(case, field)}"
        for field in changed[:_MOST_FIELDS]
    ]
    if rest := len(changed) - len(words):
        words.append(f"{rest} more")
    if other_version(answered.case, case):
        words.append(f"version {case.version}")
    return (
        f"[{plain(scenario.name)}](predict?case={case.id})",
        plain((headline or "")[:_LONGEST]),
        plain(between(answered.answer, answer)) if answer else "",
        plain(formatting.listed(words)),
    )


def table(answered: AnsweredCase, scenarios: Sequence[Scenario]) -> pd.DataFrame:
    """The case first, then a line a scenario: its answer, the difference, and the fields that differ in any."""
    changed = {
        field.name
        for each in scenarios
        for field in differing(answered.case, each.case, answered.signature)
    }
    fields = [field for field in answered.signature.inputs if field.name in changed]
    lines = [_row("This case", answered.case, answered.answer, fields, answered)]
    lines += [
        _row(each.name, each.case, answer_of(each.case), fields, answered) for each in scenarios
    ]
    return pd.DataFrame(lines).dropna(axis="columns", how="all")


def _row(
    name: str,
    case: CaseView,
    answer: Answer | None,
    fields: Sequence[Field],
    answered: AnsweredCase,
) -> dict[str, object]:
    is_first = case.id == answered.case.id
    line: dict[str, object] = {
        "Scenario": name,
        "Answer": answer.headline if answer else case.error_sentence,
        "Difference": between(answered.answer, answer) if answer and not is_first else None,
    }
    if not is_first and other_version(answered.case, case):
        line["Version"] = case.version
    _add_values(line, case, fields, answered)
    return line | {"Case": None if is_first else f"predict?case={case.id}"}


def _add_values(
    line: dict[str, object], case: CaseView, fields: Sequence[Field], answered: AnsweredCase
) -> None:
    """The first fields in a column each; of the others, the names of those that differ."""
    for field in fields[:_MOST_FIELDS]:
        title = field.title if field.title not in line else f"{field.title} ({field.name})"
        line[title] = _value(case, field)
    if rest := fields[_MOST_FIELDS:]:
        others = [f.title for f in rest if f in differing(answered.case, case, answered.signature)]
        line["Also changed"] = formatting.listed(others) or None
