"""The list of cases: its filters, which stand in the address, a page of lines, and the way to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pandas as pd
import streamlit as st

from cases.search import MOST_READ, STATES, CaseFilter, CaseLine, CasePage, short
from people.viewer import Viewer
from ui.session import services
from ui.shell import page_path
from ui.text import number, plain

# Names of parameters in the address, and of the widgets that are bound to them.
BEFORE = "before"
_DAYS = {"today": 1, "7 days": 7, "30 days": 30, "90 days": 90}
_STATE_WORDS = {"answered": "answered", "failed": "failed", "unknown": "answer unknown"}
_JUDGEMENTS = ("correct", "incorrect", "unsure", "none")
_JUDGEMENT_WORDS = {"none": "not judged"}
_CHANNELS = ("volunteered", "audit", "review", "upload", "api")
_WHOSE = ("mine", "everybody's")


def choose(viewer: Viewer) -> CaseFilter:
    """What is looked for. A choice stands in the address, so that a link shows the same; changing one begins anew."""
    words = st.text_input(
        "Search the cases",
        key="words",
        placeholder="a value, an answer, a person",
        icon=":material/search:",
        type="search",
        bind="query-params",
        on_change=_begin_anew,
        help=f"Looks through the newest {MOST_READ:,} of the cases that the other choices leave.",
    )
    whose = _whose(viewer)
    with st.container(horizontal=True):
        state = _pills("State", STATES, "state", _STATE_WORDS)
        judgement = _pills("Judgement", _JUDGEMENTS, "judgement", _JUDGEMENT_WORDS)
        time = _pills("Time", tuple(_DAYS), "time")
    with st.expander("Model, version, person, channel", icon=":material/tune:"):
        model = _model()
        version = _text("Version", "version")
        person = _text("Person", "person")
        channel = _pills("Channel", _CHANNELS, "channel")
    server, _, name = model.partition("/")
    return CaseFilter(
        server=server,
        model=name,
        version=version,
        person=viewer.name if whose == "mine" else person,
        state=state,
        judgement=judgement,
        channel=channel,
        since=_since(time),
        words=words or "",
    )


def draw(page: CasePage, wanted: CaseFilter) -> None:
    """The lines; a chosen one opens its case."""
    if not page.lines:
        _draw_nothing(wanted)
    else:
        chosen = st.dataframe(
            pd.DataFrame([_facts(line, page.feedback) for line in page.lines]),
            hide_index=True,
            width="stretch",
            height="auto",
            on_select="rerun",
            selection_mode="single-row",
            key=f"cases_lines_{page.lines[0].id}",
            column_config={
                "Case": st.column_config.LinkColumn(display_text=r"id=.*(.{6})$", width="small"),
                "Time (UTC)": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm:ss"),
            },
            alt="Cases, the newest first. Choose a row to open its case.",
        )
        for row in chosen.selection.rows:
            st.switch_page(page_path("case"), query_params={"id": page.lines[row].id})
    _draw_turning(page)


def _whose(viewer: Viewer) -> str:
    """Mine first, where it is known who I am."""
    if not viewer.is_named:
        return "everybody's"
    picked = st.segmented_control(
        "Whose cases",
        _WHOSE,
        default="mine",
        key="whose",
        required=True,
        bind="query-params",
        on_change=_begin_anew,
        help="“Everybody's” are those that you may see.",
    )
    return picked or "mine"


def _pills(
    label: str, options: Sequence[str], key: str, words: Mapping[str, str] | None = None
) -> str:
    shown = words or {}
    picked = st.pills(
        label,
        options,
        key=key,
        format_func=lambda option: shown.get(option, option),
        bind="query-params",
        on_change=_begin_anew,
    )
    return picked or ""


def _text(label: str, key: str) -> str:
    found = st.text_input(label, key=key, bind="query-params", on_change=_begin_anew)
    return (found or "").strip()


def _model() -> str:
    """`server/name`: one that is deployed, or the name of one that was."""
    entries = services().catalogue.entries()
    named = list(dict.fromkeys(f"{entry.ref.server}/{entry.ref.name}" for entry in entries))
    picked = st.selectbox(
        "Model",
        named,
        index=None,
        key="model",
        placeholder="any; type server/name of one that is gone",
        accept_new_options=True,
        bind="query-params",
        on_change=_begin_anew,
    )
    return (picked or "").strip()


def _begin_anew() -> None:
    """Another choice has other pages."""
    st.query_params.pop(BEFORE, None)


def _since(time: str) -> datetime | None:
    days = _DAYS.get(time)
    if days is None:
        return None
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=days - 1)


def _facts(line: CaseLine, feedback: Mapping[str, Sequence[object]]) -> dict[str, object]:
    return {
        "Time (UTC)": line.created_at,
        "State": _state(line),
        "Answer": _answer(line),
        "Inputs": short(line.entered),
        "Judgement": _judgement(feedback.get(line.id, ())),
        "Model": f"{line.server}/{line.model}",
        "Version": line.version,
        "Person": line.person,
        "Why asked": line.purpose,
        "Case": f"case?id={line.id}",
    }


def _state(line: CaseLine) -> str:
    if line.is_unknown:
        return "answer unknown"
    return "answered" if line.is_answered else "failed"


def _answer(line: CaseLine) -> str:
    if not line.is_answered:
        return line.error_sentence
    if line.answer_label is not None:
        return line.answer_label
    return "" if line.answer_number is None else number(line.answer_number)


def _judgement(said: Sequence[object]) -> str:
    """What is said now, each once: people may differ."""
    return ", ".join(dict.fromkeys(str(getattr(each, "judgement", "")) for each in said))


def _draw_nothing(wanted: CaseFilter) -> None:
    if wanted == CaseFilter(person=wanted.person):
        who = f" by {plain(wanted.person)}" if wanted.person else ""
        st.info(f"Nothing was asked yet{who}. Whatever is asked on Predict appears here.")
    else:
        st.info("No case is like this. Take a choice away, or write fewer words.")


def _draw_turning(page: CasePage) -> None:
    """To older cases, and back to the newest."""
    with st.container(horizontal=True):
        if st.query_params.get(BEFORE) and st.button("Newest", icon=":material/first_page:"):
            st.query_params.pop(BEFORE)
            st.rerun()
        if page.older and st.button("Older", icon=":material/chevron_right:"):
            st.query_params[BEFORE] = page.older
            st.rerun()
    if page.lines:
        first, last = page.lines[0].created_at, page.lines[-1].created_at
        count = f"{len(page.lines)} case{'' if len(page.lines) == 1 else 's'}"
        st.caption(plain(f"{count}, {last:%-d %b %Y %H:%M} to {first:%-d %b %Y %H:%M} UTC"))
