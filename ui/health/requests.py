"""What was asked and answered: totals, a row for each model version, and how it went over time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from cases.history import CHANNELS
from cases.queries import recent
from charts import counts, latency
from health.answer_times import OF_ROWS
from health.estimates import MINIMUM_AUDITED, Estimate, rate
from health.service import OUTCOMES
from health.summary import NOT_SENT, UNKNOWN, HealthRow, Latency, SeriesPoint
from health.wording import counted_words, ends_words, value_words
from ui import model_titles
from ui.cases.chips import DAYS
from ui.health import address
from ui.health.address import Chosen
from ui.health.pressed import Mark, draw_chart, draw_row
from ui.health.pressed import draw_table as draw_rows
from ui.model_titles import Named
from ui.session import services
from ui.text import many, plain

_MOST_LINKED = 5
_TIMES = (
    "Half / 19 of 20 / 99 of 100 of the newest n answers took no longer, without what was asked again to compare versions. Where nothing was asked one by one: of rows, each as long as "
    "the request with many rows that it went in"
)
# How wide they are and what they mean. Together they fit a page of 1,024 pixels, with the column that chooses a row.
COLUMNS = {
    "Model": (120, ""),
    "Version": (65, ""),
    "Cases": (75, ""),
    "Right (95 % interval)": (155, "The share of right answers, from drawn and judged cases"),
    "Feedback": (145, "What people say now; “can't tell” counts as neither right nor wrong"),
    "Time (ms)": (125, _TIMES),
    "Errors (95 %)": (
        130,
        "Requests that were not answered, of those that were sent, with the interval of their share",
    ),
    "Last asked": (100, "The day (UTC) of the newest case"),
}
# Figures have their intervals in a second line; from so many pixels on Streamlit wraps.
_TWO_LINES = 66


def draw_totals(rows: Sequence[HealthRow]) -> None:
    """Four numbers, each with what it rests on."""
    cases, answered = sum(row.cases for row in rows), sum(row.answered for row in rows)
    judgements = sum(feedback_count(row) for row in rows)
    sent = sum(row.error_rate.n for row in rows)
    errors = rate(sum(row.error_rate.count for row in rows), sent)
    columns = st.columns(4)
    columns[0].metric(
        "Cases",
        f"{cases:,}",
        border=True,
        height="stretch",
        help="Every press of Predict is a case.",
    )
    columns[1].metric("Answered", f"{answered:,}", border=True, height="stretch")
    columns[2].metric(
        "Feedback",
        f"{judgements:,}",
        border=True,
        height="stretch",
        help="What people said: right, wrong or can't tell.",
    )
    columns[3].metric(
        "Errors",
        value_words(errors),
        delta=f"{ends_words(errors)} of {sent:,} sent" if sent else None,
        delta_color="off",
        delta_arrow="off",
        border=True,
        height="stretch",
        help="The share of the requests that were sent and not answered, with its 95 % interval.",
    )


def draw_unknown(rows: Sequence[HealthRow], chosen: HealthRow | None) -> None:
    """What was asked and has no answer recorded, with links to the newest."""
    count = sum(row.unknown for row in rows)
    if not count:
        return
    server, model = (chosen.server, chosen.model) if chosen else (None, None)
    newest = recent(
        services().sessions, server=server, model=model, outcome=UNKNOWN, limit=_MOST_LINKED
    )
    links = ", ".join(f"[{case.id[-6:]}](predict?case={case.id})" for case in newest)
    what = "1 request has" if count == 1 else f"{count:,} requests have"
    st.caption(
        f"{what} no answer recorded: under way, or the app stopped while it waited. "
        f"Counted neither as answered nor as an error.{f' The newest: {links}' if links else ''}"
    )


def draw_table(rows: Sequence[HealthRow], chosen: HealthRow | None) -> None:
    """One row for each model version."""
    named = model_titles.of_models((row.server, row.model) for row in rows)
    title = "By version" if chosen else "By model and version"
    st.subheader(title, anchor=False)
    draw_rows(
        [_row(row, "" if chosen else named[row.server, row.model]) for row in rows],
        "One row for each model version with its cases, accuracy, feedback, speed and errors",
        "health_rows",
        {f"{place}": _mark(row, chosen, named) for place, row in enumerate(rows)},
        "Choose a version",
        COLUMNS,
        _TWO_LINES,
    )
    if not all(row.accuracy.enough for row in rows):
        st.caption(
            f"Accuracy is shown once at least {MINIMUM_AUDITED} randomly drawn cases have been judged: feedback that people "
            "give voluntarily is mostly about wrong answers, and alone would make every model look worse than it is."
        )


def draw_charts(
    rows: Sequence[HealthRow], series: Sequence[SeriesPoint], chosen: Chosen | None
) -> None:
    """Cases over time, feedback by channel, time to answer, and errors; of the chosen model, whose parts can be pressed."""
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Cases over time", anchor=False)
        answered, errors = [p.answered for p in series], [p.errors for p in series]
        draw_chart(
            counts.figure([p.start for p in series], answered, errors),
            counts.alt_text(answered, errors),
            "health_cases",
            _days(series) if chosen else {},
            "Choose a day",
        )
        _draw_feedback(rows, chosen)
    with right:
        st.subheader("Time to answer", anchor=False)
        _draw_latency(rows, chosen)
        _draw_errors(rows, chosen)


def _days(series: Sequence[SeriesPoint]) -> dict[str, Mark]:
    days = [(point, point.start.date().isoformat()) for point in series if point.cases]
    return {
        day: Mark(
            words=f"{point.start:%-d %B}: {many(point.cases, 'case')}",
            chips={DAYS: f"{day}..{day}"},
        )
        for point, day in days
    }


def _draw_latency(rows: Sequence[HealthRow], chosen: Chosen | None) -> None:
    timed = [row for row in rows if _latency(row)]
    named = model_titles.of_models((row.server, row.model) for row in timed)
    speeds = [
        latency.Speed(title=_name_of(row, named), p50=found.p50, p95=found.p95)
        for row in timed
        if (found := _latency(row))
    ]
    if speeds:
        draw_chart(
            latency.figure(speeds),
            latency.alt_text(speeds),
            "health_latency",
            {
                f"{place}": _mark(row, rows[0] if chosen else None, named)
                for place, row in enumerate(timed)
            },
            "Choose a version",
        )
        if not all(row.latency for row in timed):
            st.caption(f"Where nothing was asked one by one, times are of rows. {OF_ROWS}")


def _latency(row: HealthRow) -> Latency | None:
    """Of what was asked one by one; of rows where nothing was."""
    return row.latency or row.row_latency


def _mark(row: HealthRow, chosen: HealthRow | None, named: Named) -> Mark:
    """What a row stands for: a version, and where no model is chosen its model."""
    chips = {address.VERSION: row.version} if row.version else {}
    model = {} if chosen else {address.MODEL: f"{row.server}/{row.model}"}
    return Mark(words=_name_of(row, named), chips=model | chips)


def _name_of(row: HealthRow, named: Named) -> str:
    return f"{named[row.server, row.model]} {row.version}".strip()


def feedback_count(row: HealthRow) -> int:
    return sum(sum(judged.values()) for judged in row.feedback.values())


def accuracy_words(estimate: Estimate) -> str:
    """`86 % (81–90 %), n=142 of 2,310`, or how many of the drawn cases are judged."""
    words = str(estimate)
    return words[0].upper() + words[1:]


def _row(row: HealthRow, title: str) -> dict[str, object]:
    """The columns of a version; the model's `title` where the rows are of several."""
    named = {"Model": title} if title else {}
    return named | {
        "Version": row.version or "–",
        "Cases": row.cases,
        "Right (95 % interval)": accuracy_words(row.accuracy),
        "Feedback": _feedback_words(row),
        "Time (ms)": _times(row),
        "Errors (95 %)": counted_words(row.error_rate),
        "Last asked": f"{row.last_case_at:%-d %b %Y}",
    }


def _feedback_words(row: HealthRow) -> str:
    """`34 (30 right, 4 wrong)`."""
    right, wrong = _judged(row, "correct"), _judged(row, "incorrect")
    count = feedback_count(row)
    return f"{count:,} ({right:,} right, {wrong:,} wrong)" if count else "none"


def _times(row: HealthRow) -> str:
    """`12 / 34 / 56, n=2,000`, or `12 / 34 / 56, 90 rows`."""
    found = _latency(row)
    if found is None:
        return "–"
    times = " / ".join(f"{seconds * 1e3:,.0f}" for seconds in (found.p50, found.p95, found.p99))
    return f"{times}, n={found.n:,}" if row.latency else f"{times}, {found.n:,} rows"


def _judged(row: HealthRow, judgement: str) -> int:
    return sum(judged.get(judgement, 0) for judged in row.feedback.values())


def _draw_feedback(rows: Sequence[HealthRow], chosen: Chosen | None) -> None:
    st.subheader("Where feedback came from", anchor=False)
    by_channel: dict[str, Counter[str]] = {}
    for row in rows:
        for channel, judged in row.feedback.items():
            by_channel.setdefault(channel, Counter()).update(judged)
    if not by_channel:
        st.caption("There is no feedback yet.")
    for channel, judged in by_channel.items():
        listed = ", ".join(
            f"{judged[judgement]} {words}"
            for judgement, words in (
                ("correct", "right"),
                ("incorrect", "wrong"),
                ("unsure", "can't tell"),
            )
            if judged[judgement]
        )
        words = f"{CHANNELS.get(channel, plain(channel))}: {listed}"
        draw_row(words, f"health_channel_{channel}", {address.CHANNEL: channel}, chosen)


def _draw_errors(rows: Sequence[HealthRow], chosen: Chosen | None) -> None:
    st.subheader("Errors", anchor=False)
    total: Counter[str] = Counter()
    for row in rows:
        total.update(row.errors)
    corrected = sum(total.pop(outcome, 0) for outcome in NOT_SENT)
    if not total:
        st.caption("Every request that was sent was answered.")
    if corrected:
        st.caption(
            f"{corrected:,} {'was' if corrected == 1 else 'were'} not sent: values had to be corrected first. These are no errors."
        )
    for outcome, count in total.most_common():
        words = f"{OUTCOMES.get(outcome, plain(outcome))}: {count:,}"
        draw_row(words, f"health_outcome_{outcome}", {address.OUTCOME: outcome}, chosen)
