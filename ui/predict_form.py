"""From what the form holds to a case: the one call that a press of Predict makes."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field, replace

import streamlit as st

from cases.attempt import FirstCall
from cases.inputs import same_inputs
from cases.queries import CaseView
from cases.recording import new_case_id, predict_and_record
from mds_client.discovery import Entry
from mds_client.errors import MdsError
from mds_client.signature import ModelRef, Signature, Values
from ui import history, session
from ui.session import services
from ui.text import plain

_ON_ITS_WAY = 1.0  # seconds in which the browser may not have the new address yet


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the last press of Predict gave, or a case that was opened by its link.

    `shown` is what the widgets held then; None until they are drawn with the values of the case.
    """

    case: CaseView
    values: Values
    signature: Signature
    error: MdsError | None = None
    shown: Values | None = None


def new_key() -> str:
    return uuid.uuid4().hex


@dataclass(frozen=True, kw_only=True)
class Form:
    """The form in front of a person.

    `generation` changes when it is filled anew, so that its widgets open with `opened_with`; `key` is
    its idempotency key: a double click sends the same one twice. `is_draft` says that it was brought back,
    `is_followed` that Back or Forward led to it, `missing` what a case that it was filled from has not.
    """

    model: ModelRef
    opened_with: Values
    example: int | None = None
    generation: int = 0
    is_draft: bool = False
    is_followed: bool = False
    missing: tuple[str, ...] = ()
    key: str = field(default_factory=new_key)

    @property
    def widget_key(self) -> str:
        return f"predict_{self.model}_{self.generation}"


def form_for(entry: Entry, signature: Signature) -> Form:
    """The form of this model; a new one, opened with the link's or the first example, when it changed."""
    form: Form | None = st.session_state.get(session.FORM)
    if form is None or form.model != entry.ref:
        _note_link()
        return _as_linked(entry.ref, signature)
    is_moved = _is_moved(form)
    if is_moved:
        form = _as_linked(entry.ref, signature)
    if is_moved or session.LINKED not in st.session_state:
        _note_link()
    return form


def link_example(index: int | None) -> None:
    """Name the example in the address, counted from one there, or none."""
    if index is not None:
        st.query_params["example"] = str(index + 1)
    elif "example" in st.query_params:  # each change moves the browser
        del st.query_params["example"]
    _note_link(time.monotonic())


def _note_link(written: float = 0.0) -> None:
    """Remember what the address names, and when we wrote it: what it names otherwise later came from the browser."""
    named = st.query_params.get("example", "")
    if named != st.session_state.get(session.LINKED, (None, 0.0))[0]:
        st.session_state[session.LINKED] = (named, written)


def _is_moved(form: Form) -> bool:
    """Whether the browser went back or forth since. What it sends right after a change has the address before it.

    Who comes from another page finds the form as it was left, unless the address names another example.
    """
    named = st.query_params.get("example", "")
    if session.LINKED not in st.session_state:
        return bool(named) and form.example != _linked_example()
    last, since = st.session_state[session.LINKED]
    is_late = history.is_back() or time.monotonic() - since > _ON_ITS_WAY
    return bool(named != last and is_late)


def _as_linked(model: ModelRef, signature: Signature) -> Form:
    """The form as the address has it: the example that it names, else the inputs of its case, else the first example."""
    reply: Reply | None = st.session_state.get(session.ASKED)
    is_of_case = reply is not None and reply.case.id == st.query_params.get("case")
    if reply and is_of_case and reply.signature.model == model and "example" not in st.query_params:
        return open_form(model, reply.values)
    return open_form(model, *_example(signature, _linked_example()))


def _linked_example() -> int:
    """The example that the link names, counted from one there."""
    named = st.query_params.get("example", "")
    return int(named) - 1 if named.isdecimal() and len(named) < 4 and int(named) else 0


def open_form(
    model: ModelRef,
    values: Values,
    example: int | None = None,
    *,
    is_draft: bool = False,
    is_followed: bool = False,
    missing: tuple[str, ...] = (),
) -> Form:
    """Fill the form anew."""
    last: Form | None = st.session_state.get(session.FORM)
    form = Form(
        model=model,
        opened_with=values,
        example=example,
        generation=last.generation + 1 if last else 0,
        is_draft=is_draft,
        is_followed=is_followed,
        missing=missing,
    )
    st.session_state[session.FORM] = form
    return form


def leave_answer() -> None:
    """Back led to before the answer: the form is there with what was asked, and nothing beside it."""
    reply: Reply | None = st.session_state.pop(session.ASKED, None)
    form: Form | None = st.session_state.get(session.FORM)
    if reply and form and form.model == reply.signature.model:
        is_same = same_inputs(form.opened_with, reply.values)
        example = form.example if is_same else None
        open_form(form.model, reply.values, example, is_followed=True)
        _note_link()


def next_example(form: Form, signature: Signature) -> None:
    """Fill the form with the next example, and say so in the link."""
    values, index = _example(signature, 0 if form.example is None else form.example + 1)
    open_form(form.model, values, index)
    if index is not None:
        link_example(index)


def open_with(form: Form, values: Values) -> None:
    """Fill the form with values from elsewhere, which no link names."""
    open_form(form.model, values)
    link_example(None)


def open_with_model(model: ModelRef, values: Values) -> None:
    """Fill the form of this version of the model with values from elsewhere."""
    open_form(model, values)
    st.query_params["model"] = str(model)
    link_example(None)


def clear(form: Form) -> None:
    """Empty the form."""
    open_form(form.model, {})
    link_example(None)


def renew_key() -> None:
    """A new idempotency key, once everything that the last press gave has been drawn."""
    form: Form | None = st.session_state.get(session.FORM)
    if form:
        st.session_state[session.FORM] = replace(form, key=new_key())


def press_predict(
    form: Form,
    signature: Signature,
    values: Values,
    *,
    number: str = "",
    key: str = "",
    first_call: FirstCall | None = None,
    parent_id: str | None = None,
) -> None:
    """Ask the model, record the case, and remember it as what the page answers.

    The address names the case before the call: if the app stops meanwhile, a reload finds it. `number` is the id of a case
    that has one already, with the `key` under which it is asked once; `parent_id` that of the case that it asks again.
    """
    number = number or new_case_id()
    st.session_state[session.ASKING] = st.query_params["case"] = number
    available = services()
    try:
        recorded = predict_and_record(
            available.model(form.model, signature),
            values,
            sessions=available.sessions,
            person=session.person(),
            key=key or form.key,
            audit=available.audit,
            new_id=lambda: number,
            keep_bytes=available.settings.kept_file_bytes,
            hash_key=available.hash_key,
            outliers=available.outliers,
            first_call=first_call,
            parent_id=parent_id,
        )
    except MdsError:  # no case was recorded
        st.query_params.pop("case", None)
        raise
    st.session_state[session.ASKED] = Reply(
        case=recorded.case, values=values, signature=signature, error=recorded.error, shown=values
    )
    st.session_state.pop(session.ASKING, None)
    st.session_state.setdefault(session.LAST, {})[form.model] = values
    link_example(None)


def draw_fillers(form: Form, signature: Signature) -> None:
    """Other ways to fill the form than typing."""
    if signature.example_rows:
        st.button(
            "Another example",
            icon=":material/shuffle:",
            type="tertiary",
            key="predict_another",
            on_click=next_example,
            args=(form, signature),
        )
    _draw_last(form)
    st.button(
        "Clear",
        icon=":material/backspace:",
        type="tertiary",
        key="predict_clear",
        on_click=clear,
        args=(form,),
    )


def draw_origin(form: Form, signature: Signature) -> None:
    """Where what is in the form comes from."""
    if form.example is not None:
        st.caption(f"Example {form.example + 1} of {len(signature.example_rows)}")
    if form.is_draft:
        st.caption("Your draft is back")
    if form.missing:
        st.caption(
            plain(f"Not kept with the case, so enter it once more: {', '.join(form.missing)}")
        )


def _draw_last(form: Form) -> None:
    """The way back to what this session asked the model last, where the form holds something else."""
    last = st.session_state.get(session.LAST, {}).get(form.model)
    if last is not None and last != form.opened_with:
        st.button(
            "My last inputs",
            icon=":material/history:",
            type="tertiary",
            key="predict_last",
            on_click=open_with,
            args=(form, last),
        )


def _example(signature: Signature, index: int) -> tuple[Values, int | None]:
    rows = signature.example_rows
    return (rows[index % len(rows)], index % len(rows)) if rows else (signature.opening, None)
