"""Where the answers of a model usually lie: as its signature says, else as it answered before."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from cases.usual_answers import Usual, usual_answers
from mds_client.errors import MdsError
from mds_client.prediction import Answer
from mds_client.signature import Field, Signature
from ui import session

_SECONDS = 60
FACT = "usual"  # under which the provenance of an output says where its range is from


def with_usual(signature: Signature, answer: Answer) -> Signature:
    """The signature with the usual range of its number, where it says none and enough was answered before."""
    output = signature.output("number")
    if answer.kind != "number" or (output and output.typical):
        return signature
    model = signature.model
    found = _usual(model.server, model.name, session.scope_key())
    if found is None:
        return signature
    output = output or Field(name="answer", kind="number", role="number")
    source = {**output.provenance, FACT: f"nine of ten of the last {found.n:,} answers"}
    known = replace(output, typical=(found.low, found.high), provenance=source)
    others = tuple(each for each in signature.outputs if each.name != known.name)
    return replace(signature, outputs=(known, *others))


@st.cache_data(ttl=_SECONDS, max_entries=500, show_spinner=False)
def _usual(server: str, model: str, scope: str) -> Usual | None:
    """`scope` keeps apart what different people may see. While it is not known, nothing is marked."""
    try:
        return usual_answers(session.services().figures, server, model)
    except MdsError:
        return None
