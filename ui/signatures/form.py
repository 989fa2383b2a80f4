"""The form as people will see it, on the edited signature."""

from __future__ import annotations

import hashlib

import streamlit as st

from mds_client.signature import Signature
from ui import form
from ui.signatures.draft import Desk
from ui.text import plain


def draw(desk: Desk) -> None:
    """Draw the live form, and on a press what the edited signature says of its values."""
    signature = desk.edited
    with st.container(border=True):
        st.caption("Preview of the form")
        heading = signature.question or signature.title or desk.entry.title
        st.subheader(plain(heading), anchor=False)
        rows = signature.example_rows
        with st.form("signature_form", border=False):
            values = form.draw(signature, rows[0] if rows else {}, _key(signature))
            if st.form_submit_button("Check these values", icon=":material/rule:"):
                _draw_check(signature, values)


def _draw_check(signature: Signature, values: dict[str, object]) -> None:
    problems, remarks = signature.check(values), signature.remarks(values)
    for problem in problems:
        st.warning(plain(problem.sentence))
    for remark in remarks:
        st.warning(plain(remark), icon=":material/warning:")
    if not problems and not remarks:
        st.success("These values can be sent.")


def _key(signature: Signature) -> str:
    """Widgets keep what they hold while only words change; what makes other widgets changes the key."""
    facts = [
        (f.name, f.kind, f.choices, f.choice_labels, f.required, f.format, f.examples[:1])
        for f in signature.inputs
    ]
    digest = hashlib.sha256(repr(facts).encode("utf-8", "replace")).hexdigest()[:12]
    return f"signature_form_{signature.model.server}/{signature.model.name}_{digest}"
