"""What stands beside the form: the answer, whether it was right, why, and what crossed the wire."""

from __future__ import annotations

import streamlit as st

from cases.asking import answer_of
from mds_client.signature import ModelRef
from ui import judging, notices, results, technical, why
from ui.asking import Reply
from ui.text import plain


def draw(reply: Reply | None, model: ModelRef) -> None:
    """The last answer of this model, or what to do to get one."""
    if reply is None or reply.signature.model != model:
        st.info("Press **Predict** to ask the model. The form is filled with a real example.")
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


def _draw_answer(reply: Reply) -> None:
    answer = answer_of(reply.case)
    if answer is None:
        return
    with st.container(border=True):
        for remark in reply.signature.remarks(reply.values):
            st.warning(plain(remark), icon=":material/warning:")
        results.draw(answer, reply.values, reply.signature)
    judging.draw(reply.case, answer, reply.signature)
    why.draw(
        why.Asked(case=reply.case, answer=answer, values=reply.values, signature=reply.signature)
    )
