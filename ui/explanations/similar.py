"""Past cases like this one: what the model answered, and what people said of it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from cases.queries import CaseView
from cases.recording import answer_of
from cases.similar import Similar, similar
from explanations import formatting
from feedback.regions import in_words
from feedback.taking_back import is_taken_back
from mds_client.signature import Signature
from ui.explanations.answered_case import AnsweredCase
from ui.session import services
from ui.text import plain

ORDER = 50
_MOST_DIFFERING = 3
_WORDS = {"correct": "right", "incorrect": "wrong", "unsure": "cannot be judged"}


def suits(answered: AnsweredCase) -> bool:
    """Whether cases can be compared: files and free text are only the same or not."""
    return answered.signature.is_tabular


def draw(answered: AnsweredCase) -> None:
    """Closed at first: what is not looked at is not looked for."""
    box = st.expander(
        "Similar cases",
        icon=":material/groups:",
        key=f"similar_{answered.case.id}",
        on_change="rerun",
    )
    if not box.open:
        return
    with box:
        neighbours = similar(services().sessions, answered.case, answered.signature)
        if not neighbours:
            st.markdown("This is the first case of this model.")
            return
        st.markdown(plain(sentence(answered.case, neighbours)))
        _draw_table(answered, neighbours)


def sentence(case: CaseView, neighbours: Sequence[Similar]) -> str:
    """How many of them got the same answer, and how many people called right or wrong."""
    judgements = [each.feedback[0].judgement for each in neighbours if each.feedback]
    same = sum(each.case.answer_label == case.answer_label for each in neighbours)
    if len(neighbours) == 1:
        answer = f"got {'the same' if same else 'another'} answer"
        parts = [answer, _judgement_words(judgements, of_one=True)]
    else:
        parts = [f"{same} got the same answer", _judgement_words(judgements)]
    start = (
        f"Of the {len(neighbours)} most similar cases, "
        if len(neighbours) > 1
        else "The most similar case "
    )
    return f"{start}{formatting.listed(parts if case.answer_label is not None else parts[1:])}."


def _judgement_words(judgements: Sequence[str], *, of_one: bool = False) -> str:
    """How many people called right or wrong, or that nobody has said anything."""
    counts = [
        f"{'it' if of_one else judgements.count(judgement)} {words}"
        for judgement, words in (("correct", "right"), ("incorrect", "wrong"))
        if judgement in judgements
    ]
    if counts:
        return f"people called {formatting.listed(counts)}"
    return f"nobody judged {'it' if of_one else 'any'} yet"


def _draw_table(answered: AnsweredCase, neighbours: Sequence[Similar]) -> None:
    st.dataframe(
        pd.DataFrame([_row(each, answered.signature) for each in neighbours]),
        hide_index=True,
        placeholder="",
        column_config={
            "When": st.column_config.DatetimeColumn(format="distance"),
            "Case": st.column_config.LinkColumn("Case", display_text="Open"),
        },
        alt="The most similar cases, with their answers and feedback",
    )


def _row(neighbour: Similar, signature: Signature) -> dict[str, object]:
    answer = answer_of(neighbour.case)
    return {
        "Answer": answer.headline if answer else "",
        "People said": _newest_judgement(neighbour),
        "Case": f"predict?case={neighbour.case.id}",
        "When": neighbour.case.created_at,
        "Different in": _differences(neighbour, signature),
    }


def _newest_judgement(neighbour: Similar) -> str:
    """The newest word on it, with the right answer where it was corrected."""
    if not neighbour.feedback:
        return "–"
    newest = neighbour.feedback[0]
    if is_taken_back(newest):
        return "taken back"
    is_corrected = newest.judgement == "incorrect" and newest.truth is not None
    return _WORDS[newest.judgement] + (f": it is {in_words(newest.truth)}" if is_corrected else "")


def _differences(neighbour: Similar, signature: Signature) -> str:
    """The fields that differ most and their values there; none of what is sensitive."""
    fields = [f for name in neighbour.differing if not (f := signature[name]).sensitive]
    shown = [
        f"{field.title} = {formatting.value(field, neighbour.case.entered.get(field.name))}"
        for field in fields[:_MOST_DIFFERING]
    ]
    if len(fields) > _MOST_DIFFERING:
        shown.append(f"{len(fields) - _MOST_DIFFERING} more")
    if neighbour.differing and not fields:
        return "what is not shown"
    return ", ".join(shown) or "nothing"
