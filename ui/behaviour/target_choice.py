"""Which number of the answers a study is about: the one they have, or how likely a label is."""

from __future__ import annotations

import streamlit as st

from cases.answers import answer_of
from cases.queries import last_answered
from explanations.errors import ExplanationFailed
from explanations.target import Target
from mds_client.prediction import Answer
from mds_client.signature import ModelRef, Signature, Values
from ui import session
from ui.session import services
from ui.text import plain


def choose(signature: Signature, ref: ModelRef) -> Target | None:
    """The number, chosen where there is a choice; None where only an answer can tell what there is."""
    labels = labels_of(signature, ref)
    if signature.output("number") or not labels:
        return _target_of(_last(ref))
    label = st.selectbox(
        "How likely is",
        labels,
        format_func=plain,
        key=f"behaviour_label_{ref}",
        persist_state="session",
    )
    return of_label(signature, ref, label)


def of_label(signature: Signature, ref: ModelRef, label: str) -> Target:
    """The probability of a label; where the model gives none, how many answers say it."""
    last = _last(ref)
    has_scores = (
        Target.of(last).kind == "probability"
        if last and last.kind == "class"
        else signature.output("probabilities") is not None
    )
    return Target(kind="probability" if has_scores else "agreement", answer=label)


def labels_of(signature: Signature, ref: ModelRef) -> list[str]:
    """Every label that the model may answer, as far as it is known."""
    declared = next((field.labels for field in signature.outputs if field.labels), ())
    last = None if declared else _last(ref)
    return sorted(declared or (last.probabilities or {last.label: 1.0} if last else ()))


def from_answer(signature: Signature, row: Values, ref: ModelRef) -> Target:
    """What there is to study, by asking about one row. Raises MdsError."""
    answer = services().model(ref, signature).predict(row).answer
    target = _target_of(answer)
    if target is None:
        raise ExplanationFailed("This answer has no label or number that could be studied.")
    return target


def _last(ref: ModelRef) -> Answer | None:
    return _last_answer(str(ref), session.scope_key(), ref)


@st.cache_data(ttl=10, max_entries=50, show_spinner=False)
def _last_answer(model: str, scope: str, _ref: ModelRef) -> Answer | None:
    last_case = last_answered(services().sessions, server=_ref.server, model=_ref.name)
    return answer_of(last_case) if last_case else None


def _target_of(answer: Answer | None) -> Target | None:
    if answer is None:
        return None
    try:
        return Target.of(answer)
    except ExplanationFailed:
        return None
