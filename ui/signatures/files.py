"""The signature as a file to keep beside the model, and what a file says as changes."""

from __future__ import annotations

import streamlit as st

from mds_client.errors import MdsError
from signatures.export import json_schema, model_settings
from signatures.importing import MAX_FILE_BYTES, imported
from signatures.overlay import EMPTY, rebased
from ui import errors, file_box
from ui.signatures.draft import Desk, draw_anew, reopen


def draw(desk: Desk) -> None:
    """Two downloads of the signature as it is in the form now, and an upload."""
    signature, name = desk.edited, desk.draft.model.name
    st.markdown(
        "A signature stored with the model is declared by its server and needs no version here."
    )
    with st.container(horizontal=True):
        st.download_button(
            "model-settings.json", lambda: model_settings(signature), "model-settings.json",
            "application/json", on_click="ignore", icon=":material/download:",
            key="signature_settings", help="For MLServer: its inputs and outputs",
        )  # fmt: skip
        st.download_button(
            "JSON Schema", lambda: json_schema(signature), f"{name}.schema.json",
            "application/schema+json", on_click="ignore", icon=":material/download:",
            key="signature_schema", help="Of the inputs",
        )  # fmt: skip
    uploaded = file_box.choose(
        "Import a model-settings.json or a JSON Schema",
        desk.draft.widget("file"),
        ["json"],
        most_megabytes=MAX_FILE_BYTES // 2**20,
    )
    if uploaded is not None:
        _import(desk, uploaded.getvalue())


def _import(desk: Desk, data: bytes) -> None:
    """What the file says becomes a change, to look at and publish; what it does not say stays."""
    try:
        facts = imported(data)
    except MdsError as error:
        errors.show(error)
        return
    reopen(desk.draft, rebased(facts, base=EMPTY, newer=desk.draft.content))
    draw_anew("The file was read. See what changes before you publish.")
