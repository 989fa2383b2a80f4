"""Two versions side by side, blind: the same inputs, two answers, and which is better; then what people chose so far."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from cases import seen
from cases.answers import answer_of
from feedback import side_by_side
from feedback.jobs import pairs
from feedback.side_by_side import Result, Shown, Versions
from mds_client.errors import MdsError
from ui import announced, errors, results, session
from ui.cases import entered
from ui.cases.opened import Opened, opened
from ui.review import models
from ui.session import services
from ui.text import percent, plain

_SAID = "side_by_side_said"  # what was chosen last, with the versions, to be told
_KEYS = {
    "left": ("The left one", "1", "arrow_back"),
    "right": ("The right one", "2", "arrow_forward"),
    "equal": ("Both the same", "3", "drag_handle"),
    "neither": ("Neither is right", "4", "close"),
}
_SURE = 0.05


def draw() -> None:
    """The next pair of two versions of a model, and the result so far."""
    server, model = models.choose()
    if not model:
        return
    versions = _choose_versions(server, model)
    if versions is None:
        st.info(
            "No two versions of this model have answered the same cases yet. Golden cases are asked of every new version "
            "by themselves, *Ask again* on the page of a case asks the version that is current, and pairs can be made here."
        )
        _draw_making(server, model)
        return
    shown = side_by_side.next_pair(
        services().sessions,
        server=server,
        model=model,
        versions=versions,
        person=session.person(),
    )
    _draw_said(shown)
    if shown is None:
        st.success("You have compared all of these cases.", icon=":material/check:")
    else:
        _draw_pair(shown)
    found = side_by_side.result(services().sessions, server, model, versions)
    with st.expander(f"Result so far, {found.pairs:,} compared", icon=":material/bar_chart:"):
        st.markdown(plain(in_words(found)))
        st.caption(
            "Each pair of answers counts once, as most of those say who compared it. Pairs where neither is better are not in "
            "the test."
        )
    _draw_making(server, model)


def in_words(found: Result) -> str:
    """ "Version v2 is better in 9 of the 11 …, 82 % (95 % interval 48 % to 98 %); exact sign test p = 0.065, n = 11 …"."""
    if not found.pairs:
        return "Nobody has compared any of them yet."
    rest = f"{found.equal:,} the same, {found.neither:,} with neither right; {found.people:,} compared."
    if found.p is None or found.low is None or found.high is None:
        return f"No pair has a better answer so far: {rest}"
    chance = f"p = {found.p:.3f}" if found.p >= 0.001 else "p < 0.001"
    verdict = "That is unlikely to be chance" if found.p < _SURE else "That may be chance"
    share = percent(found.second / found.decided)
    return (
        f"Version {found.versions[1] or '(none)'} is better than {found.versions[0] or '(none)'} in {found.second:,} of the "
        f"{found.decided:,} pairs with a better answer: {share}, 95 % interval {percent(found.low)} to {percent(found.high)}. "
        f"{verdict}: exact sign test {chance}, n = {found.decided:,}. Besides, {rest}"
    )


def _choose_versions(server: str, model: str) -> Versions | None:
    counts = side_by_side.versions_of(services().sessions, server, model)
    if not counts:
        return None
    return st.selectbox(
        "Versions",
        list(counts),
        key=f"side_by_side_{server}_{model}",
        format_func=lambda each: _pair_in_words(each, counts),
        width=320,
    )


def _pair_in_words(versions: Versions, counts: Mapping[Versions, int]) -> str:
    one, other = (plain(each or "(none)") for each in versions)
    cases = counts.get(versions, 0)
    return f"{one} and {other}, {cases:,} case{'' if cases == 1 else 's'}"


def _draw_said(shown: Shown | None) -> None:
    """Which version was which, now that it is said; the focus goes to what is next."""
    said = st.session_state.get(_SAID, "")
    if said:
        st.success(plain(said), icon=":material/visibility:")
    place = "side_by_side_case" if shown else ""
    announced.announce("side_by_side", shown.id if shown else "all", place, said)


def _draw_pair(shown: Shown) -> None:
    found = opened(shown.case)
    _note_view(found)
    with st.container(border=True, key="side_by_side_case"):
        st.subheader(plain(shown.case.question or "What was asked"), anchor=False)
        entered.draw(found, heading="")
    left, right = st.columns(2, gap="small")
    for place, heading, facts in ((left, "Left", shown.left), (right, "Right", shown.right)):
        with place, st.container(border=True, key=f"side_by_side_{heading.lower()}"):
            st.markdown(f"**{heading}**")
            _draw_answer(found, facts)
    st.markdown("**Which answer is better?** You learn afterwards which version gave which.")
    with st.container(horizontal=True, key="side_by_side_choice"):
        for choice, (words, key, icon) in _KEYS.items():
            st.button(
                words,
                key=f"side_by_side_{choice}_{shown.id}",
                icon=f":material/{icon}:",
                shortcut=key,
                on_click=_choose,
                args=(shown.id, choice),
            )


def _note_view(found: Opened) -> None:
    """That a reviewer looked at what was entered stands in the trail, once a session."""
    key = f"seen_{found.case.id}"
    if key not in st.session_state:
        person = session.person()
        st.session_state[key] = seen.note_view(services().sessions, found.case, person)


def _draw_answer(found: Opened, facts: Mapping[str, object]) -> None:
    answer = answer_of(replace(found.case, answer=dict(facts)))
    if answer is not None:
        results.draw(answer, found.values, found.signature)


def _choose(comparison_id: str, choice: str) -> None:
    """Keep it and say which version was which; or say why not."""
    try:
        kept = side_by_side.answer(
            services().sessions,
            comparison_id=comparison_id,
            person=session.person(),
            choice=choice,
        )
    except MdsError as error:
        errors.show(error)
        return
    words = _KEYS[choice][0].lower()
    st.session_state[_SAID] = (
        f"Saved: {words}. At the left was version {kept.left_version or '(none)'}, at the right "
        f"{kept.right_version or '(none)'}."
    )


def _draw_making(server: str, model: str) -> None:
    """A worker asks a deployed version again about the newest cases that another one answered."""
    found = services()
    refs = [each.ref for each in found.catalogue.entries() if each.info.is_ready]
    versions = [ref for ref in refs if (ref.server, ref.name) == (server, model) and ref.version]
    if not versions:
        return
    with (
        st.expander("Make more pairs", icon=":material/add:"),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        ref = st.selectbox(
            "Ask version",
            versions,
            key="pairs_version",
            format_func=lambda each: each.version,
            width=160,
        )
        count = st.number_input(
            "about the last cases of others", 1, pairs.MOST, 20, key="pairs_count", width=240
        )
        if st.button("Make pairs", key="pairs_make", icon=":material/play_arrow:"):
            _make(pairs.PairsRequest(model=ref, count=int(count)))


def _make(wanted: pairs.PairsRequest) -> None:
    press = session.remembered("pairs_press", lambda: uuid.uuid4().hex)
    try:
        found = services()
        kind = found.kinds[pairs.NAME]
        pairs.start(found.sessions, kind, wanted, person=session.person(), press=press)
    except MdsError as error:
        errors.show(error)
        return
    st.session_state.pop("pairs_press", None)
    st.toast("A worker asks. **Jobs** shows the progress.", icon=":material/play_arrow:")
