"""The answers of a large file beside those of an earlier run, of another version or model, or beside what is right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd
import pyarrow as pa
import streamlit as st

from batch import comparison
from batch.comparison import Compared, NoTruths
from batch.folder import BatchFolder
from batch.view import ResultView
from cases import batches
from cases.batches import BatchView
from charts import confusion, histogram
from health.estimates import rate
from mds_client.errors import MdsError
from mds_client.signature import ModelRef
from ui import errors
from ui.batch import percents
from ui.figure import draw_figure
from ui.session import services
from ui.text import number, plain

_NOTHING = "nothing"
_MOST_ROWS = 100
MOST_LABELS = 8
Choice = BatchView | str


def draw(batch: BatchView, view: ResultView) -> None:
    """What to compare with, and what comes of it."""
    earlier = batches.about_as_many_rows(services().sessions, batch)
    runs = {_words(each): each for each in earlier if _folder(each).result("parquet").is_file()}
    columns = {f"What is right by the column {name}": name for name in view.own_columns}
    st.subheader("Compare the answers", anchor=False)
    chosen = st.selectbox(
        "With",
        [_NOTHING, *runs, *columns],
        format_func=plain,
        key="large_compare",
        help="An earlier run about the same file, also of another version or model; or a column of the file that says what is right.",
    )
    if chosen == _NOTHING:
        return
    try:
        if chosen in runs:
            with st.spinner("Comparing …"):
                other = ResultView(_folder(runs[chosen]).result("parquet"))
                found, answers = comparison.with_batch(view, other)
            _draw(found, view, answers, "There", "the same in both")
        else:
            name = columns[chosen]
            found = comparison.with_column(view, name)
            _draw(found, view, view.column(name), "Right", "right")
    except NoTruths as error:
        st.warning(plain(f"{error.sentence} {error.advice}"), icon=":material/warning:")
    except MdsError as error:
        errors.show(error)


def _folder(batch: BatchView) -> BatchFolder:
    return BatchFolder(services().batches_root, batch.folder).whole


def _words(batch: BatchView) -> str:
    model = str(ModelRef(server=batch.server, name=batch.model, version=batch.version))
    return f"{model}, {batch.created_at:%-d %b %H:%M:%S}, {batch.file_name}"


def _draw(
    found: Compared, view: ResultView, answers: pa.ChunkedArray, word: str, same: str
) -> None:
    if not found.both:
        st.info("No row has an answer in both.")
        return
    st.markdown(_sentence(found, same))
    if found.is_number:
        if len(set(found.differences)) > 1:
            figure = histogram.figure(found.differences, "difference")
            alt = histogram.alt_text(found.differences, "differences")
            draw_figure(figure, alt, key="large_differences")
    else:
        _draw_pairs(found, word)
    _draw_differing(found, view, answers, word)


def _sentence(found: Compared, same: str) -> str:
    """How many are the same, with the interval; for numbers how far they are apart."""
    left = [
        f"{count:,} {'row has' if count == 1 else 'rows have'} an answer {where} alone."
        for count, where in ((found.only_here, "here"), (found.only_there, "there"))
        if count
    ]
    more = f" {' '.join(left)}" if left else ""
    if found.mean_distance is not None:
        equal = f"{found.same:,} of {found.both:,} are {same}"
        return f"On average they are **{number(found.mean_distance)}** apart; {equal}.{more}"
    share = rate(found.same, found.both)
    return f"**{found.same:,} of {found.both:,}** are {same}: {share}.{more}"


def _draw_pairs(found: Compared, word: str) -> None:
    labels = _labels(found)
    if not labels:
        return
    counts = [[found.pairs.get((there, here), 0) for here in labels] for there in labels]
    if word == "Right":
        draw_figure(
            confusion.figure(labels, counts), confusion.alt_text(labels, counts), key="large_pairs"
        )
        return
    changed = [(pair, n) for pair, n in found.pairs.items() if pair[0] != pair[1]]
    lines = [f"- {plain(a)} → {plain(b)}: {n:,}" for (a, b), n in changed[:MOST_LABELS]]
    if lines:
        st.markdown("\n".join(["In the earlier run → in this one:", *lines]))


def _labels(found: Compared) -> Sequence[str]:
    """The labels on either side, the most frequent first; none where they are many, as with texts."""
    counts: Counter[str] = Counter()
    for (there, here), count in found.pairs.items():
        counts[there] += count
        counts[here] += count
    labels = [label for label, _ in counts.most_common()]
    return labels if len(labels) <= MOST_LABELS else []


def _draw_differing(found: Compared, view: ResultView, answers: pa.ChunkedArray, word: str) -> None:
    """The first rows that differ, with both answers."""
    if not len(found.differing):
        return
    places = found.differing[:_MOST_ROWS]
    frame = view.rows_at(places)
    word = word if word not in frame.columns else f"{word} (compared)"
    frame.insert(0, word, pd.Series(answers.take(pa.array(places)).to_pylist(), index=frame.index))
    shown = percents.shown(frame.dropna(axis="columns", how="all"), view.probability_columns)
    st.dataframe(
        shown,
        hide_index=True,
        key="large_differing",
        placeholder="",
        column_config={
            view.case_column: st.column_config.LinkColumn(display_text="Open"),
            **percents.columns(shown, view.probability_columns),
        },
        alt="Rows whose answers differ, with both answers",
    )
    if len(found.differing) > len(places):
        st.caption(f"The first {len(places):,} rows that differ")
