"""A file with more rows than a page holds, before it is asked about: what will happen, a few rows to try, and the start."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd
import streamlit as st

from batch import plan
from batch.engines.choice import RAY
from batch.engines.offers import Offer
from batch.folder import BatchFolder
from batch.jobs import large_file
from batch.jobs.large_file import duration
from batch.pace import MOST_ROWS
from batch.partition import Facts
from batch.plan import DryRun, Estimate
from jobs import store
from jobs.errors import JobFailed, JobUnderWay
from jobs.wording import answered_in_words
from mds_client.errors import MdsError
from mds_client.signature import ModelRef, Signature, Values
from ui import errors, jobs, session
from ui.batch import engine, percents
from ui.batch.answers import PROBABILITY, base_address
from ui.batch.corrected import Base
from ui.session import services
from ui.text import many, percent, plain

_TRIED = sum(plan.TRIED)
_SHARE = 0.01
RECORDS = {
    "all": "Every row becomes a case: it can be found, explained and judged later",
    "sample": "One row in a hundred, and those that are drawn for a check",
    "drawn": "Only the rows that are drawn for a check",
}


@dataclass(frozen=True, kw_only=True)
class Planned:
    """What a press would begin. `question` is the same for the same file with the same columns, `first` has rows to try,
    `write` writes all rows into a folder; `rows` is how many the file has and `sent` how many of them can be asked about;
    `press` is the same for the two presses of a double click. `base` is the batch whose rows without an answer these are,
    corrected; `empty_words` are the words that were read as empty, with how often each is there, by column."""

    question: str
    file_name: str
    model: ModelRef
    signature: Signature
    rows: int
    sent: int
    first: Callable[[int], Sequence[Values]]
    write: Callable[[BatchFolder], Facts]
    press: Callable[[], str]
    base: Base | None = None
    empty_words: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def draw(planned: Planned) -> str:
    """What will happen, a way to try some rows, and the button that begins it; the id of the run that a press began."""
    st.subheader("What will happen", anchor=False)
    tried = _tried(planned)
    record = st.radio(
        "What is recorded",
        list(RECORDS),
        format_func=RECORDS.__getitem__,
        key="rows_record",
        persist_state="session",
    )
    offered, chosen = engine.choose(engine.offered(planned.rows, planned.model))
    lines = _lines(planned, record, tried, engine.asks(offered))
    lines[1:1] = engine.lines(offered, lambda each: _estimate(planned, record, tried, each))
    st.markdown("\n".join(f"- {line}" for line in lines))
    with st.container(horizontal=True):
        is_tried = st.button(
            "Try again" if tried else "Try the first rows",
            icon=":material/science:",
            key="rows_try",
            help=f"Up to {_TRIED} rows are sent in three requests, and nothing of it is recorded.",
        )
        is_all = st.button(
            ask_label(planned.sent),
            type="primary",
            icon=":material/bolt:",
            key="rows_all",
        )
    if is_tried:
        _try(planned)
    if tried:
        _draw_tried(tried)
    return _start(planned, record, chosen) if is_all else ""


def ask_label(rows: int) -> str:
    """What the button says that asks about all rows."""
    return "Ask for this row" if rows == 1 else f"Ask for all {rows:,} rows"


def _lines(planned: Planned, record: str, tried: DryRun | None, offer: Offer | None) -> list[str]:
    """What is sent, in how many requests, how long it takes, what it asks of the server, what is recorded, and who works."""
    found = _estimate(planned, record, tried, offer)
    lines = [_rows_line(planned), *(_cost_lines(found) if found else [_UNKNOWN])]
    if planned.base:
        name = plain(planned.base.batch.file_name)
        lines.insert(1, f"Their answers take the places of those rows in the result of {name}.")
    lines += [f"{plain(each)}." for each in plan.read_as_empty(planned.empty_words)]
    lines.append(_recorded_line(planned, record))
    who = "A worker asks" if jobs.has_worker() else "This app asks"
    if offer and offer.engine == RAY:
        who = "The cluster asks"
    lines.append(
        f"{who} in the background. You may close the page meanwhile: its address leads back here."
    )
    return lines


_UNKNOWN = "How long it takes is not known yet: **try the first rows**, and it stands here."


def _rows_line(planned: Planned) -> str:
    left_out = planned.rows - planned.sent
    if not left_out:
        return f"**{many(planned.sent, 'row')}** will be sent."
    rows = "1 row is" if left_out == 1 else f"{left_out:,} rows are"
    return f"**{planned.sent:,} of {planned.rows:,} rows** will be sent. {rows} not; the result says why."


def _estimate(
    planned: Planned, record: str, tried: DryRun | None, offer: Offer | None = None
) -> Estimate | None:
    if tried is None:
        return None
    found = services()
    return plan.estimate(
        planned.sent,
        tried.requests,
        most_rows=planned.signature.max_rows or MOST_ROWS,
        at_once=min(
            found.settings.batch_requests, found.server(planned.model.server).max_connections
        ),
        cases=_cases(planned, record),
        processes=offer.processes if offer else 1,
    )


def _cases(planned: Planned, record: str) -> int:
    return plan.expected_cases(planned.sent, record, _SHARE, _audited(planned))


def _audited(planned: Planned) -> float:
    return services().audit.of(planned.model).probability


def _cost_lines(found: Estimate) -> list[str]:
    requests = "1 request" if found.requests == 1 else f"About {found.requests:,} requests"
    quick, slow = duration(found.quickest), duration(found.slowest)
    time = f"About **{quick}**" if quick == slow else f"About **{quick} to {slow}**"
    load = found.requests_a_second
    a_second = f"{load:,.0f} requests a second" if load >= 1.5 else "a request a second or less"
    return [
        f"{requests} of up to {found.request_rows:,} rows each.",
        f"{time} once it has begun, by what the rows took that were tried.",
        f"The server gets at most {found.at_once} requests at once, about {a_second}; fewer when it is slow, and who asks about "
        "one case goes first.",
    ]


def _recorded_line(planned: Planned, record: str) -> str:
    cases = _cases(planned, record)
    about = f"{cases:,} cases are" if record == "all" else f"About {cases:,} cases are"
    if cases == 1:
        about = "1 case is"
    if record == "drawn":
        return f"{about} recorded: those that are drawn for a check."
    share = _audited(planned)
    waiting = f" (about {cases * share:,.0f})" if cases * share >= 1 else ""
    return f"{about} recorded, of which {percent(share)}{waiting} are drawn for a check."


def _tried(planned: Planned) -> DryRun | None:
    last = st.session_state.get(session.DRY_RUN)
    return last[1] if last and last[0] == planned.question else None


def _try(planned: Planned) -> None:
    """Send some rows; the page is drawn anew with what came of them."""
    found = services()
    try:
        recorder = found.recorder(
            planned.model, planned.signature, "", session.person(), "drawn", _SHARE
        )
    except KeyError:
        errors.show(JobFailed(f"The server {planned.model.server} is not configured any more."))
        return
    with st.spinner("Trying some rows …", show_time=True):
        tried = plan.dry_run(recorder.send, planned.first(_TRIED))
    st.session_state[session.DRY_RUN] = (planned.question, tried)
    st.rerun()


def _draw_tried(tried: DryRun) -> None:
    """How the rows that were tried fared: a sentence, and the answers to the first of them."""
    if not tried.rows:
        st.error("None of the rows that were tried was answered. Nothing was recorded.")
    else:
        longest = max(each.seconds for each in tried.requests)
        took = f"{longest * 1000:,.0f} ms" if longest < 1 else f"{longest:.1f} s"
        answered = answered_in_words(tried.rows, tried.failed)
        (st.warning if tried.failed else st.success)(
            f"{answered}; the slowest request took {took}. Nothing was recorded.",
            icon=":material/science:",
        )
    frame = pd.DataFrame(
        [
            {"Answer": None, PROBABILITY: None, "Problem": each}
            if isinstance(each, str)
            else {"Answer": each.headline, PROBABILITY: each.probability, "Problem": None}
            for each in tried.first
        ]
    )
    shown = percents.shown(frame.dropna(axis="columns", how="all"), [PROBABILITY])
    st.dataframe(
        shown,
        hide_index=True,
        key="rows_tried",
        placeholder="",
        column_config=percents.columns(shown, [PROBABILITY]),
        alt="What came of the first rows of the file",
    )


def _start(planned: Planned, record: str, chosen: str) -> str:
    found, batch_id = services(), store.new_id()
    folder = BatchFolder(found.batches_root, batch_id)
    try:
        with st.spinner("Recording the rows …", show_time=True):
            facts = planned.write(folder)
            corrects = planned.base.put(folder, batch_id) if planned.base else ""
        job = large_file.start(
            None if jobs.has_worker() else found.here,
            found.sessions,
            found.kinds[large_file.NAME],
            large_file.LargeFile(
                batch_id=batch_id,
                model=planned.model,
                signature=planned.signature,
                rows=facts.rows,
                record=record,
                share=_SHARE,
                base=base_address(),
                engine=chosen,
                corrected_batch=planned.base.batch.id if planned.base else "",
                corrects=corrects,
                whole_rows=planned.base.rows if planned.base else 0,
            ),
            file_name=planned.file_name,
            question=planned.question,
            person=session.person(),
            press=planned.press(),
        )
    except JobUnderWay as other:
        folder.remove()
        return other.job_id
    except MdsError as error:
        folder.remove()
        st.error(f"{plain(error.sentence)}  \n{plain(error.advice)}", title="Nothing was sent")
        return ""
    return job.id
