"""A form by itself, driven without a browser: opened, changed, sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from streamlit.testing.v1 import AppTest

from mds_client.signature import Field, ModelRef, Signature

MODEL = ModelRef(server="demo", name="odd")


SHOWN: dict[str, Any] = {}


def form_of(*fields: Field, opened: Mapping[str, object] | None = None) -> AppTest:
    """The form of these fields, opened with their first examples or with these values."""
    signature = Signature(model=MODEL, inputs=fields)
    given = {f.name: f.examples[0] for f in fields if f.examples} if opened is None else opened
    SHOWN.update(signature=signature, opened=given)
    return AppTest.from_function(_script, default_timeout=20).run()


def sent(form: AppTest) -> dict[str, Any]:
    """What leaves when Predict is pressed."""
    next(b for b in form.button if b.label == "Predict").click().run()
    assert not form.exception
    values: dict[str, Any] = form.session_state["sent"]
    return values


def said(form: AppTest) -> list[str]:
    """The problems that stand at their fields."""
    found = [m.value for m in form.markdown if m.value.startswith(":material/error:")]
    return [words.removeprefix(":material/error: **").removesuffix("**") for words in found]


def _script() -> None:
    import streamlit as st

    from tests.ui.forms import SHOWN
    from ui import form

    if not st.session_state.get("elsewhere"):
        with st.form("predict_form"):
            values = form.draw(SHOWN["signature"], SHOWN["opened"], "demo/odd_0")
            if st.form_submit_button("Predict"):
                st.session_state["sent"] = values
