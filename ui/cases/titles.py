"""What the fields of a model are called, for lists of many cases of many models."""

from __future__ import annotations

import streamlit as st

from mds_client.errors import MdsError
from mds_client.signature import Field, ModelRef
from ui import session
from ui.model_picker import signature_of

SECONDS = 60


def fields_of(server: str, model: str) -> dict[str, Field]:
    """The fields of the newest version by name; none where the model is gone, or its server never said."""
    return _known(server, model, session.scope_key())[0]


def unit_of(server: str, model: str) -> str:
    """The unit of the numbers that the newest version answers; empty where there is none, or nobody knows."""
    return _known(server, model, session.scope_key())[1]


@st.cache_data(ttl=SECONDS, max_entries=500, show_spinner=False)
def _known(server: str, model: str, scope: str) -> tuple[dict[str, Field], str]:
    entry = session.services().catalogue.find(ModelRef(server=server, name=model))
    try:
        signature = signature_of(entry) if entry else None
    except MdsError:
        signature = None
    if signature is None:
        return {}, ""
    output = signature.output("number")
    return {field.name: field for field in signature.inputs}, output.unit if output else ""
