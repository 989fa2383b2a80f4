"""What stays possible besides the answer, and how sure that is, beside the answer."""

from __future__ import annotations

import streamlit as st

from cases.queries import CaseView
from explanations.formatting import is_amount, number
from health.conformal import CONFIDENCE
from health.prediction_sets import PredictionSet, fitting, of_case
from mds_client.prediction import Answer
from mds_client.signature import Signature
from ui import unlike
from ui.session import services
from ui.text import percent, plain

_MOST_NAMED = 5
_ONLY_ALIKE = "It does not hold for a case unlike those that were checked, as this one may be."


def draw(case: CaseView, answer: Answer, signature: Signature) -> None:
    """One sentence, and what it rests on; nothing where too few cases are checked to say."""
    found = of_case(services().sessions, case)
    if found is None:
        return
    said = words(fitting(found, signature), answer.unit)
    is_bounded = unlike.is_unlike(case) and not found.is_refuted
    st.markdown(f"{said} {_ONLY_ALIKE}" if is_bounded else said)
    st.caption(_origin(found, case.version))


def words(found: PredictionSet, unit: str = "") -> str:
    """The sentence, as Markdown; where newer cases refute it, that and nothing of what else it could be."""
    if found.held and found.held.value is not None and found.is_refuted:
        return (
            f"What else is possible can no longer be said: of the newer {found.held.n:,} checked cases only {percent(found.held.value)} were "
            f"within what the older ones allow (95 % interval {percent(found.held.low)} to {percent(found.held.high)}), where "
            f"{percent(CONFIDENCE)} should be."
        )
    if found.bounds:
        low, high = (number(end, is_amount=is_amount(unit)) for end in found.bounds)
        of_unit = f" {plain(unit)}" if unit else ""
        return f"For {percent(CONFIDENCE)} of such answers the right number lies between **{low}** and **{high}**{of_unit}."
    if len(found.labels) == 1:
        return f"With {percent(CONFIDENCE)} confidence it is **{plain(found.labels[0])}** and nothing else."
    named = ", ".join(f"**{plain(label)}**" for label in found.labels[:_MOST_NAMED])
    more = len(found.labels) - _MOST_NAMED
    others = f" or {more} more" if more > 0 else ""
    return f"With {percent(CONFIDENCE)} confidence it is one of: {named}{others}."


def _origin(found: PredictionSet, version: str) -> str:
    of_version = f" of version {plain(version)}" if version else ""
    said = f"From {found.n:,} cases{of_version} that were drawn at random and checked.{_made_up(found)}"
    if found.is_refuted:
        return said
    share = found.held
    if share is None or share.value is None:
        return f"{said} They are too few to say how often that held."
    return (
        f"{said} Of the newer {share.n:,} of them {percent(share.value)} were within what the older ones allow "
        f"(95 % interval {percent(share.low)} to {percent(share.high)})."
    )


def _made_up(found: PredictionSet) -> str:
    if not found.demonstration:
        return ""
    if found.demonstration == found.n:
        return " All are of the demonstration."
    are = "is" if found.demonstration == 1 else "are"
    return f" {found.demonstration:,} of them {are} of the demonstration."
