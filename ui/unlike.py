"""That the inputs of a case are unlike all earlier ones, and what deployed detectors say of them, beside its answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from cases.queries import CaseView
from ui.text import plain

_KINDS = {
    "outlier": "this is an outlier",
    "adversarial": "this looks made to deceive the model",
}
SENTENCE = "Unlike anything asked before: the answer may be unreliable."
# health/outliers/known.py: LEVEL.
_BY_CHANCE = "That is said of at most 1 in 100 cases that are like the earlier ones."


def draw(case: CaseView) -> None:
    """The sentence, and what is unlike; nothing where nothing is, or where it could not be said."""
    if case.unlike:
        st.warning(
            f"**{SENTENCE}** {plain(case.unlike)} {_BY_CHANCE}", icon=":material/scatter_plot:"
        )
    _draw_detected(case.detected or ())


def is_unlike(case: CaseView) -> bool:
    """Whether it is warned of: the inputs are unlike all earlier ones, or a deployed detector says so."""
    return bool(case.unlike) or any(each.get("is_flagged") for each in case.detected or ())


def _draw_detected(said: Sequence[Mapping[str, object]]) -> None:
    """What the detectors deployed beside the model say: a warning where one flags the inputs, else a line."""
    for each in said:
        if each.get("is_flagged"):
            words = f"**{plain(str(each['detector']))}: {_KINDS[str(each['kind'])]}**{_score(each)}"
            st.warning(f"{words}. The answer may be unreliable.", icon=":material/radar:")
    calm = [f"{each['detector']}: {_calm(each)}" for each in said if not each.get("is_flagged")]
    if calm:
        st.caption(plain(f"Deployed detectors: {'; '.join(calm)}."))


def _calm(said: Mapping[str, object]) -> str:
    if problem := said.get("problem"):
        return f"no verdict ({str(problem).rstrip('.')})"
    return f"nothing unusual{_score(said)}"


def _score(said: Mapping[str, object]) -> str:
    score = said.get("score")
    return f" (score {score:.3g})" if isinstance(score, int | float) else ""
