"""What stands beside the form: the answer, whether it was right, why, and what crossed the wire."""

from __future__ import annotations

import streamlit as st

from cases.asking import answer_of
from mds_client.prediction import Answer
from mds_client.signature import Signature
from ui import judging, notices, results, technical, why
from ui.asking import Form, Reply
from ui.text import plain

_MOST_SHORT = 200


def draw(reply: Reply | None, form: Form) -> None:
    """The last answer of the form's model, or what to do to get one."""
    if reply is None or reply.signature.model != form.model:
        st.info(f"Press **Predict** to ask the model. {_filled(form)}")
        return
    if reply.error:
        notices.show_failure(
            reply.error.kind,
            reply.error.sentence,
            reply.error.advice,
            reply.case.request_id,
        )
        st.caption("What you entered is still in the form, and this attempt is recorded.")
    else:
        _draw_answer(reply)
    technical.draw(reply.case)


def _filled(form: Form) -> str:
    if form.is_draft:
        return "Your draft is in the form."
    if form.example is not None:
        return "The form is filled with a real example."
    return "The form is filled in." if form.opened_with else "Fill in the form first."


def _draw_rest(answer: Answer, signature: Signature) -> None:
    """What the model answered besides the headline: single values in a line, the others as a tree."""
    if answer.kind == "tree" or not answer.details:
        return
    titles = {field.name: field.title for field in signature.outputs}
    single = {n: v for n, v in answer.details.items() if isinstance(v, str | int | float | None)}
    if single:
        st.caption(plain(" · ".join(f"{titles.get(n, n)}: {_short(v)}" for n, v in single.items())))
    if rest := {n: v for n, v in answer.details.items() if n not in single}:
        st.json(rest, expanded=False)


def _short(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return "unknown" if value is None else str(value)[:_MOST_SHORT]


def _draw_answer(reply: Reply) -> None:
    answer = answer_of(reply.case)
    if answer is None:
        return
    with st.container(border=True):
        for remark in reply.signature.remarks(reply.values):
            st.warning(plain(remark), icon=":material/warning:")
        results.draw(answer, reply.values, reply.signature)
        _draw_rest(answer, reply.signature)
    judging.draw(reply.case, answer, reply.signature)
    why.draw(
        why.Asked(case=reply.case, answer=answer, values=reply.values, signature=reply.signature)
    )
