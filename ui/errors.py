"""How an error is shown: what happened, what to do, and under which number the log has it."""

from __future__ import annotations

import logging
import uuid

import streamlit as st

from mds_client.errors import MdsError
from ui.text import plain

log = logging.getLogger(__name__)

_TITLES = {
    "asked": "Asked, answer unknown",
    "invalid": "Something needs to be corrected",
    "unreachable": "The server cannot be reached",
    "timeout": "The model took too long",
    "not_found": "There is no such model",
    "refused": "The model did not accept this",
    "not_signed_in": "You are not signed in",
    "not_allowed": "The server refused access",
    "not_permitted": "You may not do this",
    "not_ready": "The model is not ready",
    "failed": "The model could not answer",
    "unreadable": "The answer could not be read",
    "mismatch": "The model has changed",
    "job_cancelled": "Stopped",
}
# What a person has to correct, or wanted, is no error.
_DRAWN = {"asked": st.warning, "invalid": st.warning, "job_cancelled": st.info}


def show(error: MdsError) -> None:
    """A sentence, what to do, and the request id. Never a stack trace."""
    show_failure(error.kind, error.sentence, error.advice, error.request_id)


def show_failure(kind: str, sentence: str, advice: str = "", request_id: str = "") -> None:
    title: str | None = _TITLES.get(kind, "This did not work")
    words = sentence.removeprefix(f"{title}.").strip()  # what the title says is not said twice
    if kind == "job_cancelled" and words.startswith("It was stopped"):
        title = None
    parts = [plain(words), plain(advice), f":small[Request {request_id}]" if request_id else ""]
    draw = _DRAWN.get(kind, st.error)
    draw("  \n".join(part for part in parts if part), title=title)


def show_unexpected(error: Exception) -> None:
    """For what we did not foresee: the log has the detail under the id on the page."""
    number = uuid.uuid4().hex[:8]
    log.error("unexpected error %s", number, exc_info=error)
    st.error(
        f"Something went wrong on our side. Your entries are kept. Try again, and if it happens again "
        f"tell whoever runs the workbench the number {number}.",
        title="This did not work",
    )
