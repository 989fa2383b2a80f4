"""One case on the stage, as words and HTML: everything that was recorded or answered is escaped."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape

import streamlit as st

from cases.answers import answer_of
from cases.files import is_named
from cases.queries import explanations
from cases.wording import title, value_text
from charts.attributions import Part
from explanations import narration
from explanations.contract import Explanation
from mds_client.prediction import Answer
from mds_client.signature import File
from shows.runs import Stage
from ui import media, results
from ui.cases.opened import Opened
from ui.explanations.kinds import attribution
from ui.model_titles import of_model
from ui.registry import drawer
from ui.results import _track
from ui.results.number import draw_scale
from ui.session import services
from ui.stage.asking import Live
from ui.text import percent, plain
from ui.usual_answers import with_usual

# What can be taken in from the last row.
_MOST_INPUTS = 8
_MOST_BARS = 5
_LONGEST_VALUE = 60
_LONGEST_TEXT = 600
WHY = "stage_why"


@dataclass(frozen=True, kw_only=True)
class Slide:
    """What is on the stage. `problem` says why the answer is not the server's of now, where one was asked."""

    shown: Opened
    answer: Answer | None
    explanation: Explanation | None
    recorded_at: datetime
    is_live: bool = False
    problem: str = ""

    @property
    def question(self) -> str:
        case = self.shown.case
        return case.question or f"What does {of_model(case.server, case.model)} say?"


def recorded(shown: Opened) -> Slide:
    """A case as it was recorded, with the reasons that were found last for its answer."""
    case = shown.case
    found = [each for each in explanations(services().sessions, case.id) if each.result]
    order = ("attribution", "spans", "grid", "segments")
    read = [Explanation.from_json(json.dumps(each.result)) for each in found]
    ranked = sorted((e for e in read if e.kind in order), key=lambda e: order.index(e.kind))
    return Slide(
        shown=shown,
        answer=answer_of(case),
        explanation=ranked[0] if ranked else None,
        recorded_at=case.created_at,
        problem=shown.gone.partition(".")[0],
    )


def with_live(slide: Slide, live: Live) -> Slide:
    """With what the server answers now; the reasons stay as long as they are those of the same answer."""
    if live.answer is None:
        return replace(slide, problem=live.problem)
    is_same = slide.answer is not None and live.answer.headline == slide.answer.headline
    return replace(
        slide,
        answer=live.answer,
        explanation=slide.explanation if is_same else None,
        is_live=True,
        problem="",
    )


def state_words(slide: Slide, *, is_show: bool) -> str:
    """Where the answer is from, as Markdown."""
    if slide.is_live:
        return ":material/circle: Live from the server"
    moment = f"Recorded on {slide.recorded_at:%-d %B %Y, %H:%M} UTC"
    if not is_show or not slide.problem:
        return f":material/history: {moment}"
    return f":material/cloud_off: {moment}. {plain(slide.problem)}."


def stage(slide: Slide, *, place: int, count: int) -> Stage:
    """What the audience sees of it."""
    case, answer = slide.shown.case, slide.answer
    return Stage(
        case_id=case.id,
        server=case.server,
        model=case.model,
        version=case.version,
        question=slide.question,
        inputs=tuple(inputs(slide.shown)),
        answer=answer.headline[:_LONGEST_TEXT] if answer else "no answer",
        share=answer.probability if answer else None,
        place=place + 1,
        count=count,
    )


def draw(slide: Slide) -> None:
    """The question, the inputs, the answer, and why."""
    st.title(plain(slide.question), anchor=False)
    pairs = inputs(slide.shown)
    st.html(_inputs_html(pairs))
    with st.container(horizontal=True, vertical_alignment="center", gap="large"):
        _draw_files(slide.shown)
        _draw_answer(slide, slide.answer)
    if slide.answer and st.session_state.get(WHY, True):
        _draw_why(slide)


def inputs(shown: Opened) -> list[tuple[str, str]]:
    """The first inputs in words; of more, how many there are. Files are drawn, and long texts in their own place."""
    words = [
        (title(shown.fields, name), value_text(value, shown.fields.get(name)))
        for name, value in shown.case.entered.items()
        if not is_named(value)
    ]
    rest = len(words) - _MOST_INPUTS
    some = [(name, _short(text, len(words))) for name, text in words[:_MOST_INPUTS]]
    return [*some, ("More", f"{rest} other fields")] if rest > 0 else some


def _short(text: str, count: int) -> str:
    most = _LONGEST_TEXT if count == 1 else _LONGEST_VALUE
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _inputs_html(pairs: Sequence[tuple[str, str]]) -> str:
    items = "".join(f"<div><dt>{escape(n)}</dt><dd>{escape(v)}</dd></div>" for n, v in pairs)
    return f'<dl class="stage-inputs">{items}</dl>' if items else '<dl class="stage-inputs"></dl>'


def _draw_files(shown: Opened) -> None:
    """Pictures and sounds of the case, where they were kept; on top of its picture an answer draws itself."""
    files = [value for value in shown.values.values() if isinstance(value, File)]
    for number, file in enumerate(files):
        with st.container(key=f"stage_file_{number}"):
            media.show_file(file.media_type.partition("/")[0], file)


def _draw_answer(slide: Slide, answer: Answer | None) -> None:
    with st.container(key="stage_answer"):
        if answer is None:
            st.header("No answer", anchor=False)
            st.markdown(plain(slide.shown.case.error_sentence))
            return
        if answer.kind not in ("class", "number"):
            results.draw(answer, slide.shown.values, slide.shown.signature)
            return
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            st.header(plain(answer.headline), anchor=False, width="content")
            if answer.probability is not None:
                st.markdown(f"**{percent(answer.probability)}** likely", width="content")
        if len(answer.probabilities) > 1:
            st.html(_track.html(answer.probabilities))
        draw_scale(answer, with_usual(slide.shown.signature, answer))


def _draw_why(slide: Slide) -> None:
    found = slide.explanation
    if found is None:
        return
    with st.container(key="stage_reasons"):
        st.subheader(plain(_heading(found)), anchor=False)
        if found.kind == "attribution":
            st.html(bars_html(attribution.bars(found), found))
        else:
            st.markdown(plain(found.sentence))
            drawer("ui.explanations.kinds", found.kind).draw(found, slide.shown.values)


def _heading(found: Explanation) -> str:
    if found.kind != "attribution" or found.base is None or found.prediction is None:
        return "Why?"
    where = narration.distance(found.target, found.prediction - found.base)
    return f"Why? {where[:1].upper()}{where[1:]} a typical case"


def bars_html(parts: Sequence[Part], found: Explanation) -> str:
    """The strongest bars around a common zero, the others in one. The amounts add up to what the heading says."""
    shown = list(parts[:_MOST_BARS])
    if rest := parts[_MOST_BARS:]:
        amount = sum(part.amount for part in rest)
        words = found.target.amount_text(amount)
        count = f"{len(rest)} others" if len(rest) > 1 else rest[0].title
        shown.append(Part(title=count, amount=amount, words=words))
    low = min(0.0, *(part.amount for part in shown))
    high = max(0.0, *(part.amount for part in shown))
    reach = (high - low) or 1.0
    lines = "".join(_bar_html(part, low, reach, found) for part in shown)
    return f'<div class="stage-bars" role="list">{lines}</div>'


def _bar_html(part: Part, low: float, reach: float, found: Explanation) -> str:
    """A line of three cells: what it is, its bar, its amount."""
    start = (min(part.amount, 0.0) - low) / reach * 100
    width = abs(part.amount) / reach * 100
    zero = -low / reach * 100
    side = "for" if part.amount >= 0 else "against"
    name, is_value, value = part.title.partition(" = ")
    words = f"{escape(name)} <b>{escape(value)}</b>" if is_value else escape(name)
    return (
        f'<div class="stage-bar" role="listitem"><span>{words}</span>'
        f'<span class="stage-rail" aria-hidden="true"><s style="left:{zero:.2f}%"></s>'
        f'<i class="{side}" style="left:{start:.2f}%;width:{width:.2f}%"></i></span>'
        f"<b>{escape(found.target.amount_text(part.amount))}</b></div>"
    )
