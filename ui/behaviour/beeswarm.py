"""What past explanations say together: a dot for each case and field. No model is asked."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from charts import beeswarm
from explanations.behaviour import aggregate
from explanations.behaviour.aggregate import ExplainedCase, FieldEffect
from explanations.target import Target
from mds_client.signature import ModelRef, Signature
from ui.figure import draw_figure
from ui.session import services
from ui.text import percent, plain

_FEWEST = 5


def draw(ref: ModelRef, signature: Signature) -> None:
    """One version and one number at a time: a sentence, the dots, the legend, the table."""
    explained = aggregate.explained_cases(services().sessions, ref, ref.version)
    names = aggregate.numbers(explained)
    if not names:
        st.info(
            f"No case of version {plain(ref.version or 'unknown')} has been explained yet. Press "
            "“What speaks for and against” under answers on Predict; each one adds its dots here."
        )
        return
    name = names[0]
    if len(names) > 1:
        name = st.selectbox("Answer", names, format_func=plain, key=f"behaviour_swarm_{ref}")
    some = [each for each in explained if each.number == name]
    _draw(some, aggregate.by_field(some, signature), ref)


def _draw(some: list[ExplainedCase], moved: list[FieldEffect], ref: ModelRef) -> None:
    target = some[0].explanation.target
    with st.container(border=True):
        st.markdown(plain(aggregate.sentence(target, moved, len(some))))
        if len(some) < _FEWEST:
            cases = "1 case has" if len(some) == 1 else f"{len(some)} cases have"
            st.caption(f"Only {cases} been explained so far: others may differ.")
        swarms = [_swarm(target, each) for each in moved]
        axis = f"to the right: raises the {target.words.removeprefix('the ')}"
        draw_figure(beeswarm.figure(swarms, axis=axis), beeswarm.alt_text(swarms))
        st.caption(_legend(beeswarm.strongest(swarms)))
        st.caption(
            plain(
                f"The newest explanation of each of {len(some):,} cases that version {ref.version} answered. "
                "They are cases for which somebody asked why, not a fair sample of all."
            )
        )
        with st.expander("As a table"):
            st.dataframe(
                _table(target, moved),
                hide_index=True,
                placeholder="",
                alt="How far each field moves",
            )


def _swarm(target: Target, each: FieldEffect) -> beeswarm.Swarm:
    return beeswarm.Swarm(
        title=each.title,
        amounts=each.amounts,
        heights=each.heights,
        choices=each.choices,
        words=aggregate.mean_text(target, each),
    )


def _legend(swarms: list[beeswarm.Swarm]) -> str:
    """Which colour is a high value, and which letter is which choice."""
    parts = [
        "Blue dots: low values of the field; orange: high ones; on the right: the average effect."
    ]
    for swarm in swarms:
        if swarm.choices:
            letters = ", ".join(f"{letter} {choice}" for choice, letter in swarm.letters.items())
            parts.append(f"{swarm.title}: {letters}.")
    if any(height is None for swarm in swarms for height in swarm.heights):
        parts.append("Crosses: the value was unknown.")
    return plain(" ".join(parts))


def _table(target: Target, moved: list[FieldEffect]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Field": [each.title for each in moved],
            "Average effect": [aggregate.mean_text(target, each) for each in moved],
            "Raised the answer": [
                percent(sum(amount > 0 for amount in each.amounts) / len(each.amounts))
                for each in moved
            ],
            "Cases": [len(each.amounts) for each in moved],
        }
    )
