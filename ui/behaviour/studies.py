"""Studies that were kept: one by its link, and those of a model, the newest first."""

from __future__ import annotations

import streamlit as st

from explanations.behaviour import studies
from explanations.behaviour.studies import StudyLine, StudyView
from explanations.methods import methods
from mds_client.signature import ModelRef
from ui.explanations import kinds
from ui.session import services
from ui.shell import page_path
from ui.text import plain


def reopen() -> None:
    """Go to the model of the study that the link names; a study of a model that is gone stands alone."""
    wanted = st.query_params.get("study")
    if not wanted:
        return
    view = studies.study(services().sessions, wanted)
    if view is None:
        st.warning("There is no study with this link any more. You can make a new one.")
        del st.query_params["study"]
        return
    ref = _deployed_ref(view)
    if ref is None:
        st.warning("The model of this study is not deployed any more.")
        _draw(view)
        st.stop()
    if not _names_model(ref):
        st.query_params["model"] = str(ref)


def draw_opened(ref: ModelRef) -> None:
    """The study that the link names, if it is of this model; else how to get one."""
    wanted = st.query_params.get("study")
    view = studies.study(services().sessions, wanted) if wanted else None
    if view and (view.server, view.model) == (ref.server, ref.name):
        _draw(view)
        return
    st.info(
        "Choose what to find out and over which rows, then press Start. "
        "The first estimate shows after seconds; everything found is kept under its own link."
    )


def draw_list(ref: ModelRef) -> None:
    """Links to the studies of a model."""
    kept = studies.newest(services().sessions, ref)
    if not kept:
        return
    st.subheader("Kept studies", anchor=False)
    for line in kept:
        st.page_link(
            page_path("behaviour"), label=_link_label(line), query_params={"study": line.id}
        )


def _link_label(line: StudyLine) -> str:
    """When, what, over which rows: "21 Nov 11:20 · Which fields matter most · 312 cases · v2"."""
    method = methods().get(line.method)
    words = str(line.cohort.get("words", "")).split(". ")[0].rstrip(".")
    parts = [f"{line.created_at:%d %b %H:%M}", method.TITLE if method else line.method, words]
    parts += [line.version, "stopped early" if line.status == "partial" else ""]
    return plain(" · ".join(filter(None, parts)))


def _draw(view: StudyView) -> None:
    """What was found, over which rows, when, and whether the model has changed since."""
    newest = _newest_version(view)
    if newest and newest != view.version:
        st.warning(
            f"This is about version {plain(view.version or 'unknown')}. Version {plain(newest)} is deployed "
            "now and may behave differently.",
            icon=":material/history:",
        )
    explanation = studies.explanation_of(view)
    if explanation is None:
        st.info(f"{plain(view.sentence)} The chart was too large to keep.")
        return
    words = str(view.cohort.get("words", ""))
    by = "" if view.person == "anonymous" else f" by {view.person}"
    what = f"{view.model} {view.version}".strip()
    st.caption(plain(f"{what}, {view.created_at:%d %B %Y %H:%M} UTC{by}. About {words}"))
    kinds.draw(explanation, {})


def _deployed_ref(view: StudyView) -> ModelRef | None:
    """The model of a study as it is deployed now: the same version, else the newest."""
    catalogue = services().catalogue
    own = ModelRef(server=view.server, name=view.model, version=view.version)
    entry = catalogue.find(own) or catalogue.find(ModelRef(server=view.server, name=view.model))
    return entry.ref if entry else None


def _newest_version(view: StudyView) -> str:
    entry = services().catalogue.find(ModelRef(server=view.server, name=view.model))
    return entry.ref.version if entry else ""


def _names_model(ref: ModelRef) -> bool:
    """Whether the link already names this model, in whatever version."""
    try:
        named = ModelRef.parse(st.query_params.get("model", ""))
    except ValueError:
        return False
    return (named.server, named.name) == (ref.server, ref.name)
