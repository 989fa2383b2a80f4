"""The link to what was asked about a file: `/predict?model=…&run=<job>` shows how far it is, and then its answers."""

from __future__ import annotations

import streamlit as st

from batch.folder import BatchFolder
from cases import batches
from cases.batches import BatchView
from jobs import store
from mds_client.signature import ModelRef, Signature
from tables.kept_table import KeptTable, UnreadableTable
from ui import session, technical
from ui.batch import again, answers, corrected, ending, large
from ui.batch.asked import ANSWERS, Asked, announce, asked_of, draw_progress, sentence
from ui.cases.filters import BATCH, EVERYBODY, WHOSE
from ui.session import services
from ui.shell import page_path
from ui.text import plain

PARAMETER = "run"


def reopen() -> None:
    """Go to the model of the run that the link names; one whose model is gone stands alone."""
    wanted = st.query_params.get(PARAMETER)
    if not wanted:
        return
    batch = batches.find(services().sessions, wanted)
    if batch is None:
        st.warning("There is nothing under this link any more. You can ask about the file again.")
        close()
        return
    ref = _deployed(batch)
    if ref is None:
        st.warning("The model that was asked about this file is not deployed any more.")
        _draw(asked_of(batch), None)
        st.stop()
    if not _is_named(ref):
        st.query_params["model"] = str(ref)


def is_new() -> bool:
    """Whether the link names a run that was not looked at just now."""
    wanted = st.query_params.get(PARAMETER)
    return bool(wanted) and wanted != st.session_state.get(session.BATCH)


def note() -> None:
    """Remember which run is looked at."""
    if wanted := st.query_params.get(PARAMETER):
        st.session_state[session.BATCH] = wanted


def show(batch_id: str) -> None:
    """Have the address lead to a run."""
    if st.query_params.get(PARAMETER) != batch_id:  # each assignment moves the browser
        st.query_params[PARAMETER] = batch_id
    st.session_state[session.BATCH] = batch_id


def is_shown(batch_id: str) -> bool:
    """Whether the address leads to this run."""
    return st.query_params.get(PARAMETER) == batch_id


def close() -> None:
    """The address leads to no run, and none is gone back to."""
    st.query_params.pop(PARAMETER, None)
    st.session_state.pop(session.BATCH, None)


def leave() -> None:
    """One case is looked at; the run is gone back to."""
    st.query_params.pop(PARAMETER, None)


def opened(model: ModelRef) -> Asked | None:
    """The run of this model that the link names, or that was looked at before; None when there is none."""
    named, before = st.query_params.get(PARAMETER), st.session_state.get(session.BATCH)
    batch = batches.find(services().sessions, named or before or "")
    if batch is None or (batch.server, batch.model) != (model.server, model.name):
        return None
    if not named and batch.version != model.version:  # another version was chosen since
        return None
    return asked_of(batch)


def draw_none(model: ModelRef) -> None:
    """How to begin, and what this person asked this model before."""
    st.info("Choose a file. You see how it was read before anything is sent.")
    _draw_earlier(model)


def draw(found: Asked, signature: Signature) -> None:
    """The run that the link names."""
    show(found.batch.id)
    announce(found)
    _draw(found, signature)


def _draw(found: Asked, signature: Signature | None) -> None:
    batch = found.batch
    st.subheader(plain(batch.file_name), anchor=False)
    by = "" if batch.person == "anonymous" else f" by {batch.person}"
    rows = corrected.rows_in_words(batch)
    model = str(ModelRef(server=batch.server, name=batch.model, version=batch.version))
    moment = f"{batch.created_at:%-d %B %Y %H:%M} UTC"
    st.caption(plain(f"{rows} for {model}, begun on {moment}{by}"))
    draw_progress(found)
    if found.is_under_way:
        return
    _draw_corrected(batch)
    ending.draw(found, show)
    if batch.folder:
        ending.keep_answers(found)
        if found.job is None or found.job.state == "done" or _has_result(batch):
            with st.container(key=ANSWERS):
                large.draw_result(found, signature)
        return
    if found.cases:
        left_out = _left_out(batch)
        st.info(sentence(found.cases, batch.rows + left_out), icon=":material/history:")
        _draw_again(found, signature)
        if left_out:
            row = "the row was" if left_out == 1 else f"{left_out:,} rows were"
            st.caption(f":material/info: The download says why {row} not sent.")
        with st.container(key=ANSWERS):
            answers.draw(_source(batch), found.cases, signature)
        st.page_link(
            page_path("cases"),
            label="Its rows among the cases, to search and choose from",
            icon=":material/list_alt:",
            query_params={BATCH: batch.id, WHOSE: EVERYBODY},
        )
        technical.draw(found.cases[0])


def _draw_corrected(batch: BatchView) -> None:
    """The way to the newest result that has the answers to corrected rows too, where there is one."""
    for other in batches.corrections_of(services().sessions, batch):
        job = store.find(services().sessions, other.id)
        if job is None or job.state == "done":
            ref = ModelRef(server=other.server, name=other.model, version=other.version)
            st.page_link(
                page_path("predict"),
                label="Rows of it were corrected and answered since: the result with all rows",
                icon=":material/build:",
                query_params={"model": str(ref), PARAMETER: other.id},
            )
            return


def _has_result(batch: BatchView) -> bool:
    """Whether answers are there: of a run that was cancelled, those that it had by then."""
    return BatchFolder(services().batches_root, batch.folder).result("parquet").is_file()


def _draw_again(found: Asked, signature: Signature | None) -> None:
    """A way to ask again, where the model is still deployed; the page goes over to the run that it begins."""
    begun = again.draw(found, signature) if signature else ""
    if begun:
        show(begun)
        st.rerun()


def _left_out(batch: BatchView) -> int:
    """How many rows of the file could not be sent; 0 where no more than its first rows were to be."""
    table = _table(batch)
    return table.left_out if table and batch.rows == len(table.sent) else 0


def _source(batch: BatchView) -> answers.Source:
    """The file as it was kept; without it the rows are numbered as they were sent."""
    table = _table(batch)
    return answers.Source(
        name=batch.file_name,
        sent=table.sent if table else range(1, batch.rows + 1),
        row_word=table.row_word if table else "row",
        table=lambda: table,
        left_out=_left_out(batch),
    )


def _table(batch: BatchView) -> KeptTable | None:
    last = st.session_state.get(session.BATCH_TABLE)
    if last is None or last[0] != batch.id:
        last = (batch.id, _read(batch))
        st.session_state[session.BATCH_TABLE] = last
    found: KeptTable | None = last[1]
    return found


def _read(batch: BatchView) -> KeptTable | None:
    content = batches.table_of(services().sessions, batch)
    try:
        return KeptTable.from_bytes(content) if content else None
    except UnreadableTable:
        return None


def _draw_earlier(model: ModelRef) -> None:
    """Links to the files that this person asked this model about last."""
    earlier = batches.newest(services().sessions, model, session.person())
    if earlier:
        st.markdown("**Files that you asked about**")
    for batch in earlier:
        job = store.find(services().sessions, batch.id)
        state = f" · {job.words_now}" if job and job.is_under_way else ""
        rows = f"{corrected.rows_in_words(batch)} · {batch.created_at:%d %b %H:%M}{state}"
        st.page_link(
            page_path("predict"),
            label=plain(f"{batch.file_name} · {rows}"),
            query_params={"model": str(model), PARAMETER: batch.id},
        )


def _deployed(batch: BatchView) -> ModelRef | None:
    """The model of a run as it is deployed now: the same version, else the newest."""
    catalogue = services().catalogue
    own = ModelRef(server=batch.server, name=batch.model, version=batch.version)
    entry = catalogue.find(own) or catalogue.find(ModelRef(server=batch.server, name=batch.model))
    return entry.ref if entry else None


def _is_named(ref: ModelRef) -> bool:
    try:
        return ModelRef.parse(st.query_params.get("model", "")) == ref
    except ValueError:
        return False
