"""An answer belongs to the inputs on screen: what is drawn where it does not.

The server knows what a form was filled with or sent. What is only typed it does not know: a script in the
browser compares that, fades the answer without a rerun, and ticks a hidden box that comes with the next click.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from cases.inputs import same_inputs
from mds_client.signature import Signature, Values
from ui import fields, predict_form, scripts, session
from ui.form import css_key

_FADED = "<style>.st-key-answer_earlier { opacity: .55; }</style>"
_HIDDEN = """<style>.st-key-answer_differs, [data-testid="stLayoutWrapper"]:has(> .st-key-answer_differs) { display: none; }
</style>"""
_MOST_TOLD = 20_000  # letters of a text that the browser is told again
_STYLE = """
output:not(:empty) { display: block; padding-bottom: .5rem; }
.row { display: flex; gap: .5rem; }
.row[hidden] { display: none; }
a { color: var(--st-link-color); }
button { font: inherit; color: inherit; padding: .4rem .75rem; border-radius: .5rem; cursor: pointer;
  border: 1px solid var(--st-border-color); background: var(--st-background-color); }
button:hover { border-color: var(--st-primary-color); }
button:focus-visible { outline: 2px solid var(--st-primary-color); }
"""


def is_earlier(reply: predict_form.Reply, form: predict_form.Form, values: Values) -> bool:
    """Whether the form is another version's, or was filled or sent with other values since."""
    if reply.signature.model != form.model:
        return True
    if reply.shown is None:
        reply = replace(reply, shown=values)
        st.session_state[session.ASKED] = reply
    return not same_inputs(reply.shown or {}, values)


def draw_earlier(reply: predict_form.Reply, form: predict_form.Form, signature: Signature) -> None:
    """Under an answer that the server knows to be for other inputs."""
    st.html(_FADED)
    st.markdown(f"{_words(reply, form)} [{_link_words(reply)}]({_link(reply)})")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Restore them",
            icon=":material/undo:",
            key=f"answer_restore_{reply.case.id}",
            on_click=_restore,
            args=(reply,),
        )
        _run(form, signature, {"case": "", "isEarlier": True})


def draw_current(reply: predict_form.Reply, form: predict_form.Form, signature: Signature) -> None:
    """Under an answer to what the server knows the form to hold: the browser goes on to compare."""
    _draw_box(reply.case.id)
    words = {"words": _words(reply, form), "link": _link(reply), "linkWords": _link_words(reply)}
    facts = {"case": reply.case.id, "isEarlier": False, "asked": _asked(signature), **words}
    _run(form, signature, facts, on_restore_change=lambda: _restore(reply))


def draw_question(
    call_id: str,
    asked: Values,
    form: predict_form.Form,
    signature: Signature,
    restore: Callable[[], None],
) -> None:
    """Under a question about what the server knows the form to hold: it goes, with all of its container `answer_more`, as
    soon as other values are typed."""
    _draw_box(call_id)
    words = {"words": "This question is for the earlier values.", "link": "", "linkWords": ""}
    facts = {"case": call_id, "isEarlier": False, "asked": _texts(signature, asked), **words}
    _run(form, signature, facts, on_restore_change=restore)


def draw_none(form: predict_form.Form, signature: Signature) -> None:
    """Where nothing can fade: the browser notes what is sent, and compares the answer with that."""
    _run(form, signature, {"case": "", "isEarlier": False})


def _draw_box(case_id: str) -> None:
    """The hidden box that says what the browser compared."""
    st.html(_HIDDEN)
    with st.container(key="answer_differs"):
        st.checkbox("The inputs were changed", key=_typed_key(case_id), on_change="ignore")


def _run(
    form: predict_form.Form, signature: Signature, facts: Mapping[str, object], **mounted: Any
) -> None:
    widgets = {f.name: css_key(form.widget_key, f.name) for f in signature.inputs}
    data = {"form": form.widget_key, "widgets": widgets, **facts}
    scripts.run("stale", "predict_stale", data, style=_STYLE, **mounted)


def _asked(signature: Signature) -> dict[str, str]:
    """What the box of each field holds as long as it is what was asked, for fields with one box or one chosen word."""
    reply: predict_form.Reply = st.session_state[session.ASKED]
    return _texts(signature, reply.values if reply.shown is None else reply.shown)


def _texts(signature: Signature, shown: Values) -> dict[str, str]:
    texts = {field.name: fields.in_box(field, shown.get(field.name)) for field in signature.inputs}
    return {n: text for n, text in texts.items() if text is not None and len(text) <= _MOST_TOLD}


def is_typed_over(case_id: str) -> bool:
    """Whether the browser reported, with this click, that the form holds other inputs than the case's."""
    return bool(st.session_state.get(_typed_key(case_id)))


def _restore(reply: predict_form.Reply) -> None:
    """The form as it was when the answer came, of the version that gave it."""
    predict_form.open_with_model(reply.signature.model, reply.values)


def _words(reply: predict_form.Reply, form: predict_form.Form) -> str:
    what = "This message" if reply.error else "This answer"
    answered, now = reply.signature.model.version, form.model.version
    version = f" and version {answered}" if answered and answered != now else ""
    return f"{what} is for the earlier values{version}."


def _link(reply: predict_form.Reply) -> str:
    return f"?case={reply.case.id}"


def _link_words(reply: predict_form.Reply) -> str:
    return f"Its case {reply.case.id[-6:]}"


def _typed_key(case_id: str) -> str:
    return f"answer_differs_{case_id}"
