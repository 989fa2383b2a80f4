"""The choice of one of the models that who asks reviews."""

from __future__ import annotations

import streamlit as st

from ui import model_choice, unknown_choices
from ui.session import services


def reviewed() -> list[str]:
    """Those that are deployed and that who asks reviews, as `server/name`."""
    found = services()
    refs = [entry.ref for entry in found.catalogue.entries()]
    return list(
        dict.fromkeys(f"{r.server}/{r.name}" for r in refs if found.scope.reviews(r.server, r.name))
    )


def choose() -> tuple[str, str]:
    """The server and the name of the model that is chosen, which the address names; both empty, and said, where none is."""
    options = reviewed()
    is_unknown = unknown_choices.note("model", options)
    unknown_choices.draw(unknown_choices.noted({"model": ""}), {"model": "Model"})
    picked = model_choice.choose(
        options, index=None if is_unknown else 0, placeholder="Choose a model", width=320
    )
    if not picked:
        st.info("Choose a model." if options else "No model is shared with you to review.")
    server, _, name = picked.partition("/")
    return server, name
