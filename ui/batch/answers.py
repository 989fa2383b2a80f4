"""The answers to the rows of a file: a table whose rows open as cases, and a file to take away."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count
from urllib.parse import urlsplit

import pandas as pd
import streamlit as st

from cases.files import is_named
from cases.jobs.batch import in_words
from cases.queries import CaseView
from cases.recording import answer_of
from cases.wording import value_text
from mds_client.sensitive_values import withheld
from mds_client.signature import Signature
from tables.kept_table import KeptTable
from ui.batch import judged_row, percents, summary

PROBABILITY = "Probability"
# A spreadsheet would take the cell for a formula; a plain number is none, nor a lone minus.
_ACTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?\d[\d.,'\u2009\u202f\xa0]*(?:[eE][+-]?\d+)?\s?%?|-")


@dataclass(frozen=True, kw_only=True)
class Source:
    """The file whose rows were asked about: its name, and the numbers of the rows that were sent, as `row_word` counts.
    `left_out` is how many others could not be, `table` gives all of it; None where it was not kept."""

    name: str
    sent: Sequence[int]
    row_word: str
    table: Callable[[], KeptTable | None]
    left_out: int = 0


def draw(source: Source, cases: Sequence[CaseView], signature: Signature | None) -> None:
    """A sentence, what the answers come to, the table, and the download."""
    st.subheader("Answers", anchor=False)
    is_whole = len(cases) >= len(source.sent)  # else others were not asked about yet
    st.markdown(in_words(cases, source.left_out if is_whole else 0))
    rows = summary.draw(summary.summary_of([answer_of(case) for case in cases]))
    frame = table(source, cases, signature)
    shown = percents.shown(frame.iloc[rows], [PROBABILITY])
    chosen = st.dataframe(
        shown,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="rows_chosen",
        placeholder="",
        column_config={
            "Case": st.column_config.LinkColumn("Case", display_text="Open"),
            **percents.columns(shown, [PROBABILITY]),
        },
        alt="The answer to each row, with what was asked. Choose a row to say whether its answer was right.",
    )
    for place in (rows[chosen_row] for chosen_row in chosen.selection.rows):
        word = f"{source.row_word.capitalize()} {source.sent[place]}"
        judged_row.draw(word, cases[place], signature)
    base = base_address()
    st.download_button(
        "Download the answers",
        data=lambda: as_csv(whole(source, cases, base)),
        file_name=f"{source.name.rpartition('.')[0] or source.name} answers.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key="rows_download",
    )


def table(
    source: Source, cases: Sequence[CaseView], signature: Signature | None = None
) -> pd.DataFrame:
    """One line a row: where it stands in the file, its answer, how sure, what went wrong, what was asked."""
    answers = [answer_of(case) for case in cases]
    frame = pd.DataFrame(
        {
            source.row_word.capitalize(): list(source.sent)[: len(cases)],
            "Answer": [answer.headline if answer else None for answer in answers],
            PROBABILITY: [answer.probability if answer else None for answer in answers],
            "Problem": [case.error_sentence or None for case in cases],
            "Case": [f"predict?case={case.id}" for case in cases],
        }
    ).dropna(axis="columns", how="all")
    titles = {field.name: field.title for field in signature.inputs} if signature else {}
    return pd.concat([frame, _entered(cases).rename(columns=titles)], axis="columns")


def whole(source: Source, cases: Sequence[CaseView], base: str = "") -> pd.DataFrame:
    """All rows of the file in its order with its own columns; then answer, probability, problem and case. Where the
    file was not kept, the rows that were asked, with what was asked.

    `base` is the address before the link to a case.
    """
    kept = source.table()
    numbers: Sequence[int]
    sent: Sequence[int]
    if kept is None:
        frame, numbers, sent = _entered(cases), range(len(cases)), range(len(cases))
    else:
        frame, numbers, sent = kept.frame, kept.row_numbers, kept.sent
    problems: Mapping[int, str] = kept.problems if kept else {}
    asked = dict(zip(sent, cases, strict=False))
    rows = [_outcome(asked.get(n), problems.get(n, ""), base) for n in numbers]
    more = pd.DataFrame(rows, columns=_OUTCOMES, dtype=object)
    names = [str(name) for name in frame.columns]
    more.columns = pd.Index([_fresh(name, names) for name in _OUTCOMES])
    return pd.concat([frame, more], axis="columns")


def _entered(cases: Sequence[CaseView]) -> pd.DataFrame:
    """What was asked, a file by its name."""
    rows = [{name: _shown(value) for name, value in case.entered.items()} for case in cases]
    names = dict.fromkeys(name for row in rows for name in row)
    # As objects: a column of whole numbers and empty cells would become one of floats.
    columns = {name: pd.Series([row.get(name) for row in rows], dtype=object) for name in names}
    return pd.DataFrame(columns, index=range(len(rows)))


def _shown(value: object) -> object:
    if isinstance(value, dict) and is_named(value):
        return value.get("file") or "(too large to show)"
    if withheld(value):
        return value_text(value)
    return value if value is None or isinstance(value, str | int | float) else str(value)


_OUTCOMES = ["Answer", PROBABILITY, "Problem", "Case"]


def _outcome(case: CaseView | None, problem: str, base: str) -> tuple[object, object, str, str]:
    if case is None:
        return None, None, problem or "Not asked yet.", ""
    answer = answer_of(case)
    return (
        answer.headline if answer else None,
        answer.probability if answer else None,
        case.error_sentence or problem,
        f"{base}/predict?case={case.id}",
    )


def _fresh(name: str, taken: Sequence[str]) -> str:
    """The name, or one that no column of the file has."""
    known = {one.casefold() for one in taken}
    names = chain((name, f"{name} of the model"), (f"{name} {i}" for i in count(2)))
    return next(one for one in names if one.casefold() not in known)


def base_address() -> str:
    """The address that people know this app by, without the page."""
    parts = urlsplit(st.context.url or "")
    folder = parts.path.rstrip("/").removesuffix("/predict").rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{folder}" if parts.netloc else ""


def as_csv(frame: pd.DataFrame) -> bytes:
    """UTF-8 with a mark, which spreadsheets need; a cell or heading that would act as a formula is quoted."""
    columns = [[_inert(cell) for cell in frame.iloc[:, place]] for place in range(frame.shape[1])]
    safe = pd.DataFrame(
        {place: pd.Series(cells, dtype=object) for place, cells in enumerate(columns)}
    )
    safe.columns = pd.Index([_inert(name) for name in frame.columns])
    return safe.to_csv(index=False).encode("utf-8-sig")


def _inert(value: object) -> object:
    if not isinstance(value, str) or not value.lstrip(" ").startswith(_ACTS):
        return value
    return value if _NUMBER.fullmatch(value) else f"'{value}"
