"""Choosing what the newest inputs of a model are compared with, for who reviews or operates it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import streamlit as st

from health import chosen_reference
from health.alarms.wording import reference_words
from health.baselines import in_words
from health.drift.fields import LEAST_CASES
from health.kept_standings import look_again
from health.overview import Look
from health.reference import FILE, FIRST, RECENT_DAYS, REGISTRY, WINDOW, Chosen, Reference, recent
from mds_client.errors import MdsError
from mds_client.registries import ReferenceFile
from mds_client.signature import ModelRef, Signature
from tables.errors import UnreadableFile
from tables.fitting import read_fitting
from tables.table import Choices
from ui import errors, session
from ui.announced import announce
from ui.health import address, refusals
from ui.session import services
from ui.tables import columns, upload
from ui.tables.given import Given
from ui.text import many, plain

_SOURCES = {
    FIRST: "Its first cases",
    WINDOW: "Cases of chosen days",
    FILE: "A file",
    REGISTRY: "The model registry",
}
_DONE = "health_reference_done"
_REFUSED = "health_reference_refused"
_READ = "health_reference_read"
_CHOSEN = "health_reference_chosen"
_SOURCE = "health_reference_source"


def draw(look: Look, chosen: address.Chosen) -> None:
    """What they are compared with now, the sources, and what is taken of the one that is picked."""
    if not services().scope.reviews(chosen.server, chosen.model):
        return
    done: Chosen | None = st.session_state.get(_DONE)
    words = ""
    if done and st.session_state.get(f"{_DONE}_of") == (chosen.server, chosen.model):
        what = "its first cases" if done.source == FIRST else done.words
        words = f"From now on the newest inputs are compared with {what}."
        st.success(plain(words), icon=":material/check:")
    announce("health_reference", done.id if words and done else "", None, words)
    with st.expander(
        "Compare inputs with something else",
        icon=":material/compare_arrows:",
        key="health_reference",
        on_change="rerun",
    ) as box:
        if box.open:
            st.markdown(plain(_now(look)))
            _draw_sources(chosen, look.drift_reference)


def _now(look: Look) -> str:
    reference = look.drift_reference
    words = f"The inputs of the last {RECENT_DAYS} days are compared with {reference_words(reference, look.steps)}"
    if reference.chosen:
        by = reference.chosen
        words += f", as {by.person} chose on {in_words(by.at.date())}"
    return f"{words}. Where these are not usual ones, choose others. It counts for everybody."


def _draw_sources(chosen: address.Chosen, reference: Reference) -> None:
    if st.session_state.pop(_CHOSEN, False):
        st.session_state[_SOURCE] = None  # so that what is said above it is seen
    there = [s for s in _SOURCES if s != REGISTRY or services().catalogue.has_registries]
    picked = st.segmented_control(
        "Compare with", there, format_func=lambda s: _SOURCES[s], key=_SOURCE
    )
    if picked == FIRST and not (reference.chosen or reference.accepted):
        st.caption("They are compared with these now.")
    elif picked:
        _DRAW[picked](chosen)


def _draw_first(chosen: address.Chosen) -> None:
    _draw_button(
        chosen,
        FIRST,
        lambda: chosen_reference.first(
            services().sessions, chosen.server, chosen.model, person=session.person()
        ),
    )


def _draw_window(chosen: address.Chosen) -> None:
    last = (recent(datetime.now(UTC))[0] - timedelta(days=1)).date()
    with st.container(horizontal=True):
        since = st.date_input("First day", last - timedelta(days=29), key="health_reference_since")
        until = st.date_input("Last day", last, key="health_reference_until")
    st.caption(
        f"Days are of UTC, until {last:%-d %B}: what comes later is what is compared. Taken are the answered cases of these days, of whichever version; of many, 300 spread evenly over them."
    )
    if since is None or until is None:
        return
    _draw_button(
        chosen,
        f"{since}..{until}",
        lambda: chosen_reference.window(
            services().sessions,
            chosen.server,
            chosen.model,
            since,
            until,
            person=session.person(),
        ),
    )


def _draw_file(chosen: address.Chosen) -> None:
    signature = _signature(chosen)
    given = upload.draw(signature.model, signature, label="A file with one case per row") if signature else None  # fmt: skip
    if signature and given:
        _draw_rows(chosen, given, signature, given.name, is_registry=False)


def _draw_registry(chosen: address.Chosen) -> None:
    signature = _signature(chosen)
    found = _registered(signature.model) if signature else None
    if signature is None or found is None:
        return
    try:
        table = read_fitting(found.content, found.name, signature)
    except UnreadableFile as error:
        sentence = f"{found.entry}: {error.sentence}"
        st.error(f"{plain(sentence)}  \n{plain(error.advice)}", title="It cannot be read")
        return
    digest = hashlib.sha256(found.content).hexdigest()
    given = session.remembered(
        f"{_READ}_{digest}",
        lambda: Given(
            name=found.name,
            digest=digest,
            choices=Choices(),
            table=table,
            fitted=signature.fingerprint,
        ),
    )
    st.markdown(f"{plain(found.name)} of {plain(found.entry)} in {plain(found.registry)}:")
    _draw_rows(chosen, given, signature, found.entry, is_registry=True)


def _registered(model: ModelRef) -> ReferenceFile | None:
    """What a registry keeps with a model, asked once a session; a sentence where none does."""
    key = f"{_READ}_{model}"
    if key not in st.session_state:
        try:
            with st.spinner("Asking the model registry …"):
                st.session_state[key] = services().catalogue.reference(model)
        except MdsError as error:
            errors.show(error)
            return None
    found: ReferenceFile | None = st.session_state[key]
    if found is None:
        st.info(
            "No model registry keeps cases with this model. In MLflow, the tag `mds.reference` of a version names a file that was logged with it; "
            "without the tag, its input example is taken."
        )
    return found


def _signature(chosen: address.Chosen) -> Signature | None:
    """What the model takes; a sentence where nobody knows it now."""
    entry = services().catalogue.find(ModelRef(server=chosen.server, name=chosen.model))
    if entry is None:
        st.info("The model is not deployed now, so nobody knows its fields. Choose days instead.")
        return None
    try:
        return services().signature(entry)
    except MdsError as error:
        errors.show(error)
        return None


def _draw_rows(
    chosen: address.Chosen, given: Given, signature: Signature, name: str, *, is_registry: bool
) -> None:
    found = columns.draw_to_keep(given, signature.model, signature)
    if found is None:
        st.error(
            "Inputs cannot be compared with this file: none of its rows has what the model takes."
        )
        return
    rows = chosen_reference.comparable(signature, found.records())
    if len(rows) < LEAST_CASES:
        are = "row is" if len(rows) == 1 else "rows are"
        st.warning(f"{len(rows):,} {are} too few to compare: at least {LEAST_CASES} are needed.")
        return
    st.caption(
        f"{many(len(rows), 'row')} can be compared; of more than 300, 300 spread evenly over the file are kept. They are stored here until "
        "something else is chosen."
    )
    _draw_button(
        chosen,
        f"{given.digest} {given.choices} {given.chosen}",
        lambda: chosen_reference.of_rows(
            services().sessions,
            signature,
            rows,
            name=name,
            person=session.person(),
            is_registry=is_registry,
            left_out=found.left_out,
        ),
    )


def _draw_button(chosen: address.Chosen, place: str, choose: Callable[[], Chosen]) -> None:
    """The button that chooses what is picked in a `place`, and why that was refused, for as long as the same is picked there."""
    place = f"{chosen.server}/{chosen.model} {place}"
    if not st.button("Compare with these", type="primary", key="health_reference_choose"):
        refusals.draw(_REFUSED, place)
        return
    try:
        made = choose()
    except MdsError as error:
        refusals.keep(_REFUSED, place, error)
        refusals.draw(_REFUSED, place)
        return
    st.session_state[_DONE] = made
    st.session_state[_CHOSEN] = True
    st.session_state[f"{_DONE}_of"] = (chosen.server, chosen.model)
    with suppress(MdsError):  # a job looks within five minutes
        running = services()
        look_again(
            running.figures,
            chosen.server,
            chosen.model,
            titles=running.field_titles,
            units=running.answer_unit,
        )
    st.rerun()


_DRAW: dict[str, Callable[[address.Chosen], None]] = {
    FIRST: _draw_first,
    WINDOW: _draw_window,
    FILE: _draw_file,
    REGISTRY: _draw_registry,
}
