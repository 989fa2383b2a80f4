"""What to find out, with what it will cost, and the button that starts it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from explanations.behaviour import cohorts, studies
from explanations.behaviour.cohorts import Cohort
from explanations.behaviour.curves import PLACES
from explanations.behaviour.sample import FEWEST, MOST_FIELDS, in_order
from explanations.contract import Budget, Method
from explanations.explaining import ExplanationRequest
from explanations.methods.permutation_importance import NAME as IMPORTANCE
from explanations.methods.permutation_importance import REPETITIONS
from explanations.target import Target
from mds_client.discovery import Entry
from mds_client.errors import MdsError
from mds_client.signature import ModelRef, Signature
from ui import errors
from ui.behaviour import running, target_choice
from ui.session import services
from ui.text import plain

_PAST = "What past explanations say together"
_PAST_HELP = "Combines explanations people already asked for; sends nothing to the model."


def choose_method(methods: Sequence[Method], ref: ModelRef) -> Method | None:
    """The method; None for what past explanations say."""
    by_title = {method.TITLE: method for method in methods}
    first = sorted(by_title, key=lambda title: (by_title[title].KIND != "importance", title))
    picked = st.radio(
        "What to find out",
        [*first, _PAST],
        captions=[*(plain(by_title[title].describe()) for title in first), _PAST_HELP],
        key="behaviour_method",
        persist_state="session",
    )
    return by_title.get(picked or "")


def draw(method: Method, cohort: Cohort, entry: Entry, signature: Signature) -> None:
    """The number, the options, the start, and the cost: below, since what it says may take another line while somebody
    presses, and a button that moves under the pointer is not pressed."""
    is_judged = method.KIND == "importance" and cohort.known >= FEWEST
    target = _target(is_judged, entry, signature)
    options = _options(method, entry.ref, signature)
    plan = _budget(method, signature, cohort.known if is_judged else len(cohort.rows), options)
    pressed, is_busy = running.presses(entry.ref), running.is_busy(entry.ref)
    st.button(
        "Start",
        type="primary",
        icon=":material/play_arrow:",
        key="behaviour_start",
        disabled=is_busy,
        width="stretch",
        on_click=pressed.note,
        args=(str(entry.ref),),
    )
    if str(entry.ref) in pressed and not is_busy:
        try:
            _start(method, cohort, entry, signature, target, options)
        except Exception:
            pressed.clear()
            raise
    pressed.clear()  # heeded: it runs, or it was said why it does not
    st.caption(plain(_cost(plan, entry, signature)))


def _target(is_judged: bool, entry: Entry, signature: Signature) -> Target | None:
    """The number that is studied. Against right answers it is always the label that counts."""
    if not is_judged:
        return target_choice.choose(signature, entry.ref)
    labels = target_choice.labels_of(signature, entry.ref)
    if signature.output("number") or not labels:
        return target_choice.choose(signature, entry.ref)
    return Target(kind="agreement", answer=labels[0])


def _options(method: Method, ref: ModelRef, signature: Signature) -> dict[str, object]:
    """Fields and level of detail, as the method takes them."""
    is_importance = method.NAME == IMPORTANCE
    offered = [f for f in in_order(signature) if is_importance or not f.sensitive]
    titles = {field.name: field.title for field in offered}
    with st.expander("Fields and level of detail"):
        fields = st.multiselect(
            "Fields",
            list(titles),
            default=[] if is_importance else _important_fields(ref, list(titles)),
            format_func=lambda name: plain(titles[name]),
            placeholder="all fields" if is_importance else f"the first {MOST_FIELDS}",
            key=f"behaviour_fields_{is_importance}_{ref}",
        )
        if is_importance:
            name, label, usual, most = "repetitions", "How often each is shuffled", REPETITIONS, 20
        else:
            name, label, usual, most = "places", "Values to try in each field", PLACES, 50
        fineness = st.number_input(label, 2, most, usual, key=f"behaviour_{name}_{ref}")
    chosen: dict[str, object] = {name: int(fineness)}
    return {**chosen, "fields": list(fields)} if fields else chosen


def _important_fields(ref: ModelRef, names: Sequence[str]) -> list[str]:
    """The fields that the last study of importance found to matter, the most important first."""
    for line in studies.newest(services().sessions, ref):
        view = studies.study(services().sessions, line.id) if line.method == IMPORTANCE else None
        importance = studies.explanation_of(view) if view else None
        if importance:
            clear = [a.field for a in importance.attributions if a.is_clear and a.field in names]
            return clear[:MOST_FIELDS]
    return list(names[:MOST_FIELDS])


def _budget(
    method: Method, signature: Signature, rows: int, options: Mapping[str, object]
) -> Budget:
    """What the method says that it will ask, or else what it may cost."""
    planned = getattr(method, "planned", None)
    most = services().settings.explanation_seconds
    budget: Budget = planned(signature, rows, options) if planned else method.cost(signature)
    return replace(budget, seconds=min(budget.seconds or most, most))


def _cost(plan: Budget, entry: Entry, signature: Signature) -> str:
    """Rows, requests, and how long that takes as far as it is known."""
    asks = (
        f"Asks the model about up to {plan.rows or 0:,} rows in about {plan.calls or 0:,} requests"
    )
    took = _expected_time(plan, entry.ref, signature)
    return f"{asks}{took}. It ends by itself after {plan.seconds:g} seconds."


def _expected_time(plan: Budget, ref: ModelRef, signature: Signature) -> str:
    for line in studies.newest(services().sessions, ref):
        if line.rows and line.seconds:
            seconds = (plan.rows or 0) * line.seconds / line.rows
            return f": about {_seconds(seconds)} at the pace of the last study"
    measured = cohorts.seconds_a_call(services().sessions, signature)
    if measured is None:
        return ""
    each, cases = measured
    last = "the last case" if cases == 1 else f"the last {cases:,} cases"
    return (
        f": {_seconds((plan.calls or 0) * each)} or more, "
        f"as one request took {_seconds(each)} in {last}"
    )


def _seconds(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.2g} s"


def _start(
    method: Method,
    cohort: Cohort,
    entry: Entry,
    signature: Signature,
    target: Target | None,
    options: Mapping[str, object],
) -> None:
    """Begin, or say why not. The page is drawn anew, with the study that runs."""
    try:
        number_of = target or target_choice.from_answer(signature, cohort.rows[0], entry.ref)
        cost, most = method.cost(signature), services().settings.explanation_seconds
        request = ExplanationRequest(
            method=method.NAME,
            server=services().catalogue.client(entry.ref.server).server,
            signature=signature,
            target=number_of,
            budget=replace(cost, seconds=min(cost.seconds or most, most)),
            cohort=cohort.rows,
            truths=cohort.truths,
            options=options,
        )
        running.start(entry.ref, request, cohort)
    except MdsError as error:
        errors.show(error)
        return
    st.query_params.pop("study", None)
    st.rerun()
