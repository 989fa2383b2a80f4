"""One case on the stage, as words and HTML: everything that was recorded or answered is escaped."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from typing import Literal

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
from ui import media
from ui.cases.opened import Opened
from ui.explanations.kinds import attribution
from ui.model_titles import of_model
from ui.registry import drawer
from ui.results import _track
from ui.results._score import draw_score
from ui.results.boxes import draw_pictures
from ui.results.number import draw_scale
from ui.session import services
from ui.stage import heard, picture
from ui.stage.asking import Live
from ui.stage.reasons import ON_STAGE
from ui.text import many, percent, plain
from ui.usual_answers import with_usual

# What can be taken in from the last row, and fits on one screen.
_MOST_INPUTS, _LEAST_INPUTS = 6, 3
# How wide a row of inputs is, and in it a letter of a title, one of a value, and what is between two: in hundredths of the window.
_ROW, _TITLE_LETTER, _VALUE_LETTER, _BETWEEN = 84.0, 0.62, 0.9, 3.8
_MOST_BARS = 4
_LONGEST_VALUE = 60
_LONGEST_TEXT = 600
_LONGEST_TYPED = 2_000
_MOST_SEGMENTS = 100
# Words beyond these are a size smaller, so that they stand in one line.
_LONG_QUESTION, _LONG_ANSWER = 42, 12
WHY = "stage_why"
_OVER_PICTURE = "grid"  # reasons that stand on the picture itself, in its place


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
    def has_reasons(self) -> bool:
        """Whether there are reasons that can be shown or hidden."""
        return self.answer is not None and self.explanation is not None

    @property
    def question(self) -> str:
        case = self.shown.case
        return case.question or f"What does {of_model(case.server, case.model)} say?"


def recorded(shown: Opened) -> Slide:
    """A case as it was recorded, with the reasons that were found last for its answer."""
    case = shown.case
    found = [each for each in explanations(services().sessions, case.id) if each.result]
    read = [Explanation.from_json(json.dumps(each.result)) for each in found]
    ranked = sorted((e for e in read if e.kind in ON_STAGE), key=lambda e: ON_STAGE.index(e.kind))
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
        return ":material/sensors: Live from the server"
    moment = f"Recorded on {slide.recorded_at:%-d %B %Y, %H:%M} UTC"
    if not is_show or not slide.problem:
        return f":material/history: {moment}"
    return f":material/cloud_off: {moment}. {plain(slide.problem)}."


def stage(slide: Slide, *, place: int, count: int) -> Stage:
    """What the audience sees of it."""
    case, answer = slide.shown.case, slide.answer
    sounds = heard.small(slide.shown)
    return Stage(
        case_id=case.id,
        server=case.server,
        model=case.model,
        version=case.version,
        question=slide.question,
        inputs=tuple(inputs(slide.shown, slide.explanation)),
        values=_typed(slide.shown),
        picture=picture.small(slide.shown),
        sound=sounds.sound,
        peaks=sounds.peaks,
        marked=_marked(answer, sounds.seconds),
        answer=answer.headline[:_LONGEST_TEXT] if answer else "no answer",
        share=answer.probability if answer else None,
        place=place + 1,
        count=count,
    )


def _marked(answer: Answer | None, seconds: float) -> tuple[tuple[float, float], ...]:
    """The segments that were found in a sound of so many seconds, in shares of it."""
    if answer is None or not seconds:
        return ()
    ends = [(start / seconds, end / seconds) for start, end in answer.segments[:_MOST_SEGMENTS]]
    return tuple((round(start, 4), round(end, 4)) for start, end in ends)


def _typed(shown: Opened) -> dict[str, object]:
    """What was entered as far as the audience may type it in turn: no files, nothing sensitive."""
    return {
        name: value[:_LONGEST_TYPED] if isinstance(value, str) else value
        for name, value in shown.case.entered.items()
        if value is None or isinstance(value, (bool, int, float, str))
        if (field := shown.fields.get(name)) is not None and not field.sensitive
    }


def draw(slide: Slide) -> None:
    """The question, the inputs, the answer, and why."""
    with st.container(key=_sized("stage_question", slide.question, _LONG_QUESTION)):
        st.title(plain(slide.question), anchor=False)
    st.html(_inputs_html(inputs(slide.shown, slide.explanation)))
    why = slide.explanation if slide.has_reasons and st.session_state.get(WHY, True) else None
    is_heard = any(file.media_type.startswith("audio") for file in _files(slide.shown))
    gap: Literal["small", "large"] = "small" if is_heard else "large"
    with st.container(horizontal=not is_heard, vertical_alignment="center", gap=gap):
        if why is None or why.kind != _OVER_PICTURE:
            _draw_files(slide)
        else:
            with st.container(key="stage_overlay"):
                _draw_still("ui.explanations.kinds", why.kind, why, slide.shown.values)
        _draw_answer(slide, slide.answer)
    if why:
        draw_why(why, slide.shown)


def _sized(key: str, words: str, most: int) -> str:
    """The key of a container whose words are a size smaller where they are long."""
    return key if len(words) <= most else f"{key}_long"


def _draw_still(package: str, kind: str, *shown: object) -> None:
    """What a kind looks like to people who cannot press anything, where it has a look for them."""
    module = drawer(package, kind)
    getattr(module, "draw_still", module.draw)(*shown)


def inputs(shown: Opened, why: Explanation | None = None) -> list[tuple[str, str]]:
    """As many inputs as stand in one row, in words; of more, those that the reasons are about come first, and it is said how
    many others there are. Files are drawn, and long texts in their own place."""
    named = {name: value for name, value in shown.case.entered.items() if not is_named(value)}
    words = {
        name: (
            title(shown.fields, name),
            _short(value_text(value, shown.fields.get(name)), len(named)),
        )
        for name, value in named.items()
    }
    ranked = sorted(words, key=lambda name: _rank(name, why))
    return _in_one_row(list(words.values()), [words[name] for name in ranked])


def _rank(name: str, why: Explanation | None) -> int:
    """The place of a field among the reasons that have a bar of their own; all others come after those, in their order."""
    if why is None or why.kind != "attribution":
        return 0
    fields = [each.field for each in narration.shown(why.attributions)[:_MOST_BARS]]
    return fields.index(name) if name in fields else _MOST_BARS


def _in_one_row(
    pairs: list[tuple[str, str]], ranked: list[tuple[str, str]]
) -> list[tuple[str, str]]:
    """A few of them in any case: on a narrow window they stand in two rows. Where not all do, the `ranked` ones stand first."""
    if len(pairs) <= _MOST_INPUTS + 1 and _width(pairs) <= _ROW:
        return pairs
    for most in range(min(_MOST_INPUTS, len(pairs) - 1), _LEAST_INPUTS - 1, -1):
        some = [*ranked[:most], ("More", f"and {many(len(pairs) - most, 'other')}")]
        if most == _LEAST_INPUTS or _width(some) <= _ROW:
            return some
    return pairs


def _width(pairs: Sequence[tuple[str, str]]) -> float:
    widths = (max(len(n) * _TITLE_LETTER, len(v) * _VALUE_LETTER) for n, v in pairs)
    return sum(widths) + _BETWEEN * len(pairs)


def _short(text: str, count: int) -> str:
    most = _LONGEST_TEXT if count == 1 else _LONGEST_VALUE
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _inputs_html(pairs: Sequence[tuple[str, str]]) -> str:
    items = "".join(f"<div><dt>{escape(n)}</dt><dd>{escape(v)}</dd></div>" for n, v in pairs)
    return f'<dl class="stage-inputs">{items}</dl>' if items else '<dl class="stage-inputs"></dl>'


def _draw_files(slide: Slide) -> None:
    """Pictures and sounds of the case, where they were kept; a text that was read in one stands on it."""
    shown, answer = slide.shown, slide.answer
    if answer and answer.kind == "text" and answer.boxes:
        with st.container(key="stage_file_0"):
            draw_pictures(answer, shown.values, shown.signature)
        return
    for number, file in enumerate(_files(shown)):
        kind = file.media_type.partition("/")[0]
        with st.container(key=f"stage_{'heard' if kind == 'audio' else 'file'}_{number}"):
            media.show_file(kind, file)


def _files(shown: Opened) -> list[File]:
    return [value for value in shown.values.values() if isinstance(value, File)]


def _draw_answer(slide: Slide, answer: Answer | None) -> None:
    with st.container(key="stage_answer"):
        if answer is None:
            st.header("No answer", anchor=False)
            st.markdown(plain(slide.shown.case.error_sentence))
            return
        if answer.kind not in ("class", "number"):
            with st.container(key=_sized("stage_words", answer.headline, _LONG_ANSWER)):
                _draw_still(
                    "ui.results", answer.kind, answer, slide.shown.values, slide.shown.signature
                )
            return
        key = _sized("stage_headline", answer.headline, _LONG_ANSWER)
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key=key):
            st.header(plain(answer.headline), anchor=False, width="content")
            if answer.probability is not None:
                st.markdown(f"**{percent(answer.probability)}** likely", width="content")
        if len(answer.probabilities) > 1:
            st.html(_track.html(answer.probabilities))
        draw_scale(answer, with_usual(slide.shown.signature, answer))
        draw_score(answer, slide.shown.signature, is_still=True)


def draw_why(found: Explanation, shown: Opened) -> None:
    """The reasons, or what they would say by now."""
    with st.container(key="stage_reasons"):
        st.subheader(plain(_heading(found)), anchor=False)
        if found.kind == "attribution":
            st.html(bars_html(attribution.bars(found), found))
        else:
            st.markdown(plain(found.sentence))
            if found.kind != _OVER_PICTURE:
                _draw_still("ui.explanations.kinds", found.kind, found, shown.values)


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
        others = len(found.attributions) - _MOST_BARS  # some of the rest stand for several fields
        count = f"{others} others" if len(rest) > 1 else rest[0].title
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
