"""The lines of the list: a table, and on a narrow screen a list of links; and the way to older cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from cases.search import MOST_READ, CaseFilter, CaseLine, CasePage
from cases.wording import short
from explanations.formatting import shortened
from feedback.submission import FeedbackView
from feedback.taking_back import is_taken_back
from mds_client.prediction import Answer
from ui import by_width
from ui.by_width import Line
from ui.cases.filters import BACK, BEFORE, Choices
from ui.cases.titles import fields_of, unit_of
from ui.demo_mark import WORD, draw_line
from ui.model_titles import Named, of_models
from ui.shell import page_path
from ui.text import plain

# Why a case was asked, by its purpose.
WHY = {
    "asked": "a question",
    "scenario": "a scenario",
    "batch": "a row of a file",
    "golden": "a golden case",
    "test": "a test",
    "replay": "asked again",
    "show": "a show",
    "demo": WORD,
}
# What is looked for first stands first; together up to Person they fit a page of 1,024 pixels.
_WIDTHS = {"Answer": 125, "Judgement": 90, "Inputs": 218, "Model": 150, "Version": 60, "Person": 80}
# So many letters stand in one line of a column; where a name is longer, rows have two lines, and nothing of it is cut.
_LETTERS = {"Answer": 17, "Model": 21, "Version": 8, "Person": 11}
_TWO_LINES = 66  # pixels, from which on Streamlit wraps
# Letters of the inputs, in two lines and in one: the table would cut them without a sign.
_MOST_INPUTS, _MOST_IN_LINE = 60, 32
_MOST_ANSWER = 32  # letters of a text, in two lines


def draw(page: CasePage, choices: Choices) -> None:
    """The lines; a chosen one opens its case."""
    if not page.lines:
        _draw_nothing(page, choices.wanted)
    else:
        titles = of_models({(line.server, line.model) for line in page.lines})
        rows = [_facts(line, page, choices, titles) for line in page.lines]
        by_width.draw("cases", lambda: _draw_table(page, rows, choices), list(map(_line, rows)))
    _draw_turning(page)


def _draw_table(page: CasePage, rows: Sequence[Mapping[str, object]], choices: Choices) -> None:
    height = _row_height(rows)
    widths = {n: st.column_config.TextColumn(width=width) for n, width in _WIDTHS.items()}
    chosen = st.dataframe(
        pd.DataFrame(rows if height else [_in_one_line(row) for row in rows]),
        hide_index=True,
        placeholder="",
        width="stretch",
        height="auto",
        row_height=height,
        on_select="rerun",
        selection_mode="single-row",
        key=f"cases_lines_{page.lines[0].id}",
        column_config={
            **widths,
            "Case": st.column_config.LinkColumn(display_text=r"id=.*?(.{6})(?:&|$)", width=80),
            "Time (UTC)": st.column_config.DatetimeColumn(format="D MMM YY, HH:mm", width=120),
        },
        alt="Cases, the newest first. Choose a row to open its case.",
    )
    for row in chosen.selection.rows:
        st.switch_page(page_path("case"), query_params=_address(page.lines[row], choices))


def _in_one_line(row: Mapping[str, object]) -> dict[str, object]:
    return {**row, "Inputs": shortened(str(row["Inputs"]), _MOST_IN_LINE)}


def _row_height(rows: Sequence[Mapping[str, object]]) -> int | None:
    """How high rows are, in pixels; None for the usual height."""
    answered = [row for row in rows if row["State"] == "answered"]  # else the sentence of an error
    is_long = any(len(str(row[name])) > most for row in answered for name, most in _LETTERS.items())
    return _TWO_LINES if is_long else None


def _address(line: CaseLine, choices: Choices) -> dict[str, str]:
    return {"id": line.id} | ({BACK: choices.link} if choices.link else {})


def _facts(
    line: CaseLine,
    page: CasePage,
    choices: Choices,
    titles: Named,
) -> dict[str, object]:
    return {
        "Time (UTC)": line.created_at,
        "Answer": _answer(line, page.headlines.get(line.id, "")),
        "Judgement": _judgement(page.feedback.get(line.id, ())),
        "Inputs": shortened(short(line.entered, fields_of(line.server, line.model)), _MOST_INPUTS),
        "Model": titles[line.server, line.model],
        "Version": line.version,
        "Person": line.person,
        "Why asked": WHY[line.purpose],
        "State": _state(line),
        "Case": f"case?{urlencode(_address(line, choices))}",
    }


def _line(row: Mapping[str, object]) -> Line:
    """One case in three lines: its answer and what is said of it, its inputs, and whence it came."""
    judged = f" · {row['Judgement']}" if row["Judgement"] else ""
    moment = f"{row['Time (UTC)']:%-d %b %Y, %H:%M} UTC"
    marked = f"{WORD} · " if row["Why asked"] == WORD else ""
    whence = f"{marked}{row['Model']} {row['Version']} · {row['Person']} · {moment}"
    return Line(
        head=f"{row['Answer']}{judged}",
        more=(str(row["Inputs"]), whence),
        address=str(row["Case"]),
    )


def _state(line: CaseLine) -> str:
    if line.is_unknown:
        return "answer unknown"
    return "answered" if line.is_answered else "failed"


def _answer(line: CaseLine, headline: str) -> str:
    """The answer, a long text cut, or why there is none."""
    if line.is_unknown:
        return "answer unknown"
    if not line.is_answered:
        return f"failed: {line.error_sentence}"
    if line.answer_label is not None:
        return line.answer_label
    if line.answer_number is None:
        return shortened(headline, _MOST_ANSWER) or "answered"
    unit = unit_of(line.server, line.model)
    return Answer(kind="number", number=line.answer_number, unit=unit).headline


def _judgement(said: Sequence[FeedbackView]) -> str:
    """What is said now, each once: people may differ."""
    words = ("taken back" if is_taken_back(each) else each.judgement for each in said)
    return ", ".join(dict.fromkeys(words))


def _draw_nothing(page: CasePage, wanted: CaseFilter) -> None:
    if page.is_cut:
        st.info(f"None of {MOST_READ:,} cases has these words. Look further back, or choose more.")
    elif wanted == CaseFilter(person=wanted.person):
        who = f" by {plain(wanted.person)}" if wanted.person else ""
        st.info(f"Nothing was asked yet{who}. Whatever is asked on Predict appears here.")
    elif wanted.key and not wanted.key.fields:
        st.info(
            "No model says which of its fields is a business key. A reviewer names it on the page Signature."
        )
    else:
        st.info("No case matches. Remove a filter, or search for fewer words.")


def _draw_turning(page: CasePage) -> None:
    """To older cases, and back to the newest."""
    with st.container(horizontal=True):
        if st.query_params.get(BEFORE) and st.button("Newest", icon=":material/first_page:"):
            st.query_params.pop(BEFORE)
            st.rerun()
        words = "Look further back" if page.is_cut else "Older"
        if page.older and st.button(words, icon=":material/chevron_right:"):
            st.query_params[BEFORE] = page.older
            st.rerun()
    if page.lines:
        first, last = page.lines[0].created_at, page.lines[-1].created_at
        count = f"{len(page.lines)} case{'' if len(page.lines) == 1 else 's'}"
        st.caption(plain(f"{count}, {last:%-d %b %Y %H:%M} to {first:%-d %b %Y %H:%M} UTC"))
        draw_line(sum(line.is_demonstration for line in page.lines), len(page.lines))
    if page.is_cut and page.lines:
        st.caption(f"Searched {MOST_READ:,} cases for these words. There are older ones.")
