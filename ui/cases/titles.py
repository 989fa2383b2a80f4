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
    return _fields(server, model, session.scope_key())


@st.cache_data(ttl=SECONDS, max_entries=500, show_spinner=False)
def _fields(server: str, model: str, scope: str) -> dict[str, Field]:
    entry = session.services().catalogue.find(ModelRef(server=server, name=model))
    try:
        signature = signature_of(entry) if entry else None
    except MdsError:
        return {}
    return {field.name: field for field in signature.inputs} if signature else {}
