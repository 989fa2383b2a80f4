"""What a case is compared with, and what is unusual in it beside that."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from explanations.background import store
from explanations.background.store import Background
from explanations.outliers import outliers, sentence
from mds_client.signature import Signature
from ui.explanations.answered_case import AnsweredCase
from ui.session import services
from ui.shell import page_path
from ui.text import plain

ORDER = 10


def suits(answered: AnsweredCase) -> bool:
    """Whether the case is a row of a table."""
    return answered.signature.is_tabular


def draw(answered: AnsweredCase) -> None:
    """The unusual values first, then a line on the typical cases and a look at them."""
    background = background_of(answered.signature)
    shown = [field for field in answered.signature.inputs if not field.sensitive]
    unusual = outliers(answered.signature, answered.values, background.rows)
    named = [each for each in unusual if each.field in {field.name for field in shown}]
    if words := sentence(named, len(background.rows)):
        st.markdown(plain(words))
    if background.rows:
        box = st.expander(
            f"Compared with {plain(background.words)}",
            type="compact",
            key=f"compared_{answered.case.id}",
            on_change="rerun",
        )
        if box.open:
            with box:
                draw_rows(background, answered.signature)
                _draw_way_to_others(answered.signature)


def background_of(signature: Signature) -> Background:
    """The typical rows that cases of this model are compared with now."""
    return store.current(services().sessions, signature)


def draw_rows(background: Background, signature: Signature) -> None:
    """The typical rows as a table, without what is sensitive."""
    fields = [field for field in signature.inputs if not field.sensitive]
    titles = {field.name: plain(field.title) for field in fields}
    names = list(titles.values())
    if len(set(names)) < len(names):
        titles = {name: f"{title} ({name})" for name, title in titles.items()}
    frame = pd.DataFrame([dict(row) for row in background.rows], columns=list(titles))
    st.dataframe(
        frame.rename(columns=titles),
        hide_index=True,
        placeholder="",
        alt="The typical cases, a row each",
    )


def _draw_way_to_others(signature: Signature) -> None:
    st.page_link(
        page_path("signatures"),
        label="Choose other typical cases",
        icon=":material/edit_note:",
        query_params={"model": str(signature.model)},
    )
