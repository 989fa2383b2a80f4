"""What somebody typed and did not send yet: kept in their browser, and brought back after a reload or from another page.

The server never sees a draft before it is brought back, so typing costs it nothing, and people who share
a server without signing in do not see each other's.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping

import streamlit as st

from mds_client.signature import Field, Signature
from ui import predict_form, scripts, session
from ui.fields import dates, pasted, percent
from ui.fields._formats import holds_a_file, is_secret
from ui.form import css_key

_MOST = 100_000  # characters of one field
_UNKNOWN = ("", "unknown")


def draw(form: predict_form.Form, signature: Signature, case: str) -> None:
    """Keep a draft of this form; where the browser has one from before, open the form with it."""
    fields = [f for f in signature.inputs if not (f.sensitive or is_secret(f) or holds_a_file(f))]
    script = scripts.run(
        "drafts",
        "predict_draft",
        {
            "slot": f"{session.person()}|{form.model}|{signature.fingerprint}|{case}",
            "isCase": bool(case),
            "model": f"{form.model}|{signature.fingerprint}",
            "session": session.remembered(session.DRAFTS, lambda: uuid.uuid4().hex),
            "generation": form.generation,
            "isDraft": form.is_draft,
            "isFollowed": form.is_followed,
            "widgets": {f.name: css_key(form.widget_key, f.name) for f in fields},
        },
        is_apart=False,
        height=1,
        on_draft_change=lambda: None,
    )
    if script.draft:
        _bring_back(form, signature, script.draft)


def _bring_back(form: predict_form.Form, signature: Signature, draft: object) -> None:
    texts = draft.get("values") if isinstance(draft, Mapping) else None
    if not isinstance(texts, Mapping):
        return
    values = dict(form.opened_with) | restored(signature, texts)
    if values != form.opened_with:
        predict_form.open_form(form.model, values, is_draft=True)
        st.rerun()


def restored(signature: Signature, texts: Mapping[str, object]) -> dict[str, object]:
    """The values of a draft's texts, by field; what cannot be read is left as it was."""
    values: dict[str, object] = {}
    for field in signature.inputs:
        text = texts.get(field.name)
        if isinstance(text, str) and len(text) <= _MOST:
            try:
                text.encode()  # half of a character from beyond the first plane cannot be drawn
                values[field.name] = value_of(field, text)
            except (ValueError, OverflowError, RecursionError):
                continue
    return values


def value_of(field: Field, text: str) -> object:
    """The value that a widget of the field shows as this text. Raises ValueError where none does."""
    if field.kind in ("boolean", "category"):
        return _choice(field, text)
    if not text.strip():
        return None
    if field.kind == "datetime":
        return dates.as_sent(field, text)
    if field.format == "fraction":
        return percent.as_fraction(float(text))
    if field.kind == "number":
        return float(text)
    if field.kind == "integer":
        return int(text) if text.strip().removeprefix("-").isdecimal() else int(float(text))
    return pasted.read(field, text) if field.kind in ("tensor", "json") else text


def _choice(field: Field, text: str) -> object:
    if text in _UNKNOWN:
        return None
    if field.kind == "boolean":
        return {"yes": True, "no": False}[text] if text in ("yes", "no") else None
    words = dict(zip(field.choice_labels, field.choices, strict=False))
    words |= {str(choice): choice for choice in field.choices}
    if field.choices and text not in words:
        raise ValueError(f"no choice {text!r}")
    return words.get(text, text)
