"""Which output of a model is its answer and which says how sure it is, and what that makes of the last answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from cases.rereading import Received, last_received
from mds_client import MdsClient
from mds_client.errors import MdsError
from mds_client.prediction import Answer
from mds_client.signature import Signature
from mds_client.signature.facts import Facts, is_name
from ui.session import services
from ui.signatures.draft import Desk
from ui.text import number, percent

_MOST = 5
_BY_RULE = "Decided by names and data"


@dataclass(frozen=True, kw_only=True)
class _Reread:
    """One of the last answers, read with the signature as it is edited."""

    received: Received
    answer: Answer | None
    names: tuple[str, ...]
    problem: str = ""


def draw(desk: Desk, content: Facts) -> Facts:
    """The two choices and the last answers; the content with what is chosen."""
    with st.expander("Its answer: which output it is, and which says how sure the model is"):
        client = _client(desk)
        received = _last_responses(desk)
        names = _names(desk, client, received)
        if not names:
            st.caption(
                "The model does not declare its outputs, and there is no answer of it yet. Ask it once on Predict."
            )
            return content
        chosen = replace(
            content,
            answer=_choice(desk, "answer", "The output that is the answer", names),
            probability=_choice(desk, "probability", "The output that says how sure it is", names),
        )
        if client and received:
            _draw_last(_read_all(client, desk.with_facts(chosen), received))
    return chosen


def _choice(desk: Desk, word: str, label: str, names: Sequence[str]) -> str:
    opened: str = getattr(desk.draft.opened, word)
    options = ["", *names, *([opened] if opened and opened not in names else [])]
    picked = st.selectbox(
        label, options, index=options.index(opened), key=desk.draft.widget(word),
        format_func=lambda name: name or _BY_RULE,
    )  # fmt: skip
    return picked or ""


def _client(desk: Desk) -> MdsClient | None:
    """The client of the model's server; None for one that is gone."""
    try:
        return services().catalogue.client(desk.draft.model.server)
    except KeyError:
        return None


def _last_responses(desk: Desk) -> list[Received]:
    model = desk.draft.model
    return last_received(services().sessions, server=model.server, model=model.name, limit=_MOST)


def _names(desk: Desk, client: MdsClient | None, received: Sequence[Received]) -> list[str]:
    """The outputs that are declared, and those that came in the last answers."""
    plain = replace(desk.declared, answer_roles={})
    came = _read_all(client, plain, received) if client else []
    names = [field.name for field in desk.declared.outputs]
    names += [name for one in came for name in one.names]
    return [name for name in dict.fromkeys(names) if is_name(name)]


def _read_all(
    client: MdsClient, signature: Signature, received: Sequence[Received]
) -> list[_Reread]:
    return [_reread(client, signature, one) for one in received]


def _reread(client: MdsClient, signature: Signature, received: Received) -> _Reread:
    try:
        answer, outputs = client.reread(client.protocol(), signature, received.response)
    except MdsError as error:
        return _Reread(received=received, answer=None, names=(), problem=error.sentence)
    return _Reread(received=received, answer=answer, names=tuple(o.name for o in outputs))


def _draw_last(answers: Sequence[_Reread]) -> None:
    st.markdown("**The last answers, read this way.** Nothing is sent, and no case changes.")
    st.dataframe(
        [_row(one) for one in answers],
        column_config={
            "Asked": st.column_config.DatetimeColumn(format="MM-DD HH:mm", width=100),
            "Answer": st.column_config.TextColumn(width="large"),
        },
        hide_index=True,
        alt="The last answers of the model, read as chosen above",
    )


def _row(one: _Reread) -> dict[str, object]:
    words = one.answer.headline if one.answer else one.problem
    return {
        "Asked": one.received.case.created_at,
        "Answer": words,
        "How sure": _how_sure(one.answer),
    }


def _how_sure(answer: Answer | None) -> str:
    if answer is None or (answer.probability is None and answer.score is None):
        return ""
    if answer.probability is not None:
        return percent(answer.probability)
    return f"{answer.score_name} {number(answer.score or 0.0)}".strip()
