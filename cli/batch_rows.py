"""The part of `mds batch` that reads the file, follows the job and writes the result."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath

import services
from batch import corrections, exports, partition, plan, problems
from batch.engines import choice, offers
from batch.folder import BatchFolder
from batch.jobs import large_file
from batch.jobs.large_file import LargeFile
from batch.partition import Facts
from cases import batches
from cases.batches import BatchView
from cli.batch import RECORDS
from cli.output import FAILED, GOOD, NotFound, Wrong, document, printable, say
from cli.predict import pair_in
from cli.rows_file import choices_in
from db.ids import new_id
from jobs import store
from jobs.store import JobView
from mds_client.signature import ModelRef, Signature
from settings import settings
from tables.errors import UnreadableFile
from tables.mapping import Mapping, sentence_on_needed, sentence_on_unfed, suggest
from tables.streaming.blocks import blocks, check_kinds, sampled
from tables.streaming.sample import Sample
from tables.streaming.source import Source

LOOK_SECONDS = 0.5
# So long a batch that is cancelled may take to stop, once it is known that its process lives.
STOP_SECONDS = 10.0
_MOST_SAID = 8


def run(chosen: argparse.Namespace) -> int:
    """Read the file, tell the plan, ask, and write the result; or let another batch go on, or stop it."""
    _check(chosen)
    with _services() as built:
        if chosen.file or chosen.engine:  # refused before a file is read
            choice.chosen(built.settings, 0, chosen.engine)
        if chosen.pause or chosen.cancel:
            return _stopped(built, chosen)
        if chosen.resume:
            job = _resumed(built, chosen.resume, chosen.engine)
        else:
            given, name = _prepared(built, chosen)
            if given is None:
                return GOOD
            job = _begun(built, given, name)
        _follow(built, job.id)
        return _told(built, job.id, chosen)


def _check(chosen: argparse.Namespace) -> None:
    if sum(map(bool, (chosen.file, chosen.resume, chosen.pause, chosen.cancel))) != 1:
        raise Wrong("Name a file, or a batch with --resume, --pause or --cancel.")
    if chosen.file and not chosen.model:
        raise Wrong("Which model? --model server/name")
    if not 0 < chosen.share <= 1:
        raise Wrong("--share is a part of the rows: more than 0, at most 1.")
    if chosen.out and PurePosixPath(chosen.out).suffix.lower() not in exports.WRITERS:
        raise Wrong(f"--out must end in {', '.join(exports.WRITERS)}.")
    if chosen.out and "://" not in chosen.out:
        _check_place(Path(chosen.out))


def _check_place(out: Path) -> None:
    """Before anything is asked: where the result goes."""
    if not out.absolute().parent.is_dir():
        raise Wrong(f"There is no folder {out.parent} for the result.")
    if out.exists():
        say(printable(f"{out} is there already; the result takes its place."))


@contextmanager
def _services() -> Iterator[services.Services]:
    built = services.build(settings())
    try:
        yield built
    finally:
        built.close()


def _prepared(built: services.Services, chosen: argparse.Namespace) -> tuple[LargeFile | None, str]:
    """What is to be asked, with its rows on the disk, and the plan told; None after a dry run."""
    signature = signature_of(built, chosen.model)
    check_kinds(signature)
    chosen.file, name = _located(chosen.file), chosen.file
    choices = choices_in(chosen)
    try:
        sample = sampled(Source.of(chosen.file), signature, choices)
        mapping = _with_values(suggest(sample.table, signature), signature, chosen.value)
        _say_mapping(sample, mapping, signature)
        batch_id = new_id()
        folder = BatchFolder(built.batches_root, batch_id)
        facts = _written(folder, sample, mapping, signature)
        base = _corrected(built, chosen.corrects, folder, signature)
    except UnreadableFile as error:
        raise Wrong(printable(f"{name}: {error.sentence} {error.advice}")) from error
    _say_plan(facts, signature.model, chosen, folder)
    _say_links(built)
    _say_engines(built, facts, signature, chosen)
    if chosen.problems and facts.bad:
        problems.write(folder, chosen.problems)
    if chosen.dry_run or not facts.good:
        folder.remove()
        if not facts.good:
            raise Wrong("No row can be sent.")
        return None, ""
    given = LargeFile(
        batch_id=batch_id,
        model=signature.model,
        signature=signature,
        rows=facts.rows,
        record=chosen.record,
        share=chosen.share,
        base=built.settings.address,
        engine=chosen.engine,
        corrected_batch=base.id if base else "",
        corrects=base.folder if base else "",
        whole_rows=base.rows if base else 0,
    )
    return given, sample.source.name


def _located(file: str) -> str:
    """The whole path of a file of this machine; a URL as it is."""
    return file if "://" in file else str(Path(file).expanduser().absolute())


def _written(folder: BatchFolder, sample: Sample, mapping: Mapping, signature: Signature) -> Facts:
    """The whole file, read, checked and on the disk."""
    facts = partition.write(
        folder,
        blocks(sample, mapping, signature),
        columns=sample.table.columns,
        signature=signature,
        name=sample.source.name,
        row_word=sample.table.row_word,
        report=partial(_show, "{:,} rows read"),
    )
    _end_line()
    return facts


def signature_of(built: services.Services, text: str) -> Signature:
    """What the model takes, with everything that is known of it. Raises NotFound and MdsError."""
    built.catalogue.refresh()
    entries = built.catalogue.entries()
    try:
        wanted = ModelRef.parse(text if "/" in text else f"any/{text}")
    except ValueError as error:
        raise Wrong(f"{text!r} names no model. Write server/name or name.") from error
    found = [
        e
        for e in entries
        if e.ref.name == wanted.name
        and (wanted.server in ("any", e.ref.server))
        and (wanted.version in ("", e.ref.version))
    ]
    if len({e.ref.server for e in found}) > 1:
        raise Wrong(f"Several servers have a model {text!r}: write server/name.")
    if not found:
        raise NotFound(f"No server has a model {text!r}. `mds models` lists what there is.")
    return built.signature(found[-1])  # the newest version, which is what the pages choose


def _corrected(
    built: services.Services, corrects: str, folder: BatchFolder, signature: Signature
) -> BatchView | None:
    """The batch whose rows without an answer these are, corrected; None where none is named. Raises NotFound and MdsError,
    and nothing is left of the rows then."""
    if not corrects:
        return None
    try:
        base = _base(built, corrects)
        if (base.server, base.model) != (signature.model.server, signature.model.name):
            raise Wrong(printable(f"That batch asked {base.server}/{base.model}."))
        corrections.check(BatchFolder(built.batches_root, base.folder).whole, folder)
    except BaseException:
        folder.remove()
        raise
    return base


def _with_values(mapping: Mapping, signature: Signature, given: Sequence[str]) -> Mapping:
    """The mapping with the values that hold for all rows. Raises Wrong for a field that takes none, or that has a column."""
    values = dict(pair_in(signature, text) for text in given)
    for name, value in values.items():
        if signature[name].kind in ("tensor", "json"):
            raise Wrong(f"{name!r} takes a list or an object, which needs a column.")
        if problem := signature[name].check(value):
            raise Wrong(printable(problem.sentence))
        if column := mapping.column(name):
            raise Wrong(printable(f"The file has a column for {name!r}: {column!r}."))
    return mapping.with_fixed(values)


def _say_mapping(sample: Sample, mapping: Mapping, signature: Signature) -> None:
    for remark in (*sample.table.warnings, *sample.table.remarks):
        say(printable(remark))
    for match in mapping.matches:
        if match.is_unsure or match.column != match.field:
            doubt = f" {match.reason} Please check." if match.is_unsure else ""
            say(printable(f"The column {match.column!r} is read as {match.field!r}.{doubt}"))
    if sentence := sentence_on_needed(mapping, signature):
        advice = "Give its columns the names of the fields, or a value with --value FIELD=VALUE."
        raise Wrong(printable(f"{sentence} {advice}"))
    if sentence := sentence_on_unfed(mapping, signature):
        say(printable(f"Warning: {sentence}"))


def _say_plan(
    facts: Facts, model: ModelRef, chosen: argparse.Namespace, folder: BatchFolder
) -> None:
    """How many rows are sent and how many are not, why, what was read as empty, and what is recorded."""
    before = corrections.numbers_before(folder) if chosen.corrects else {}
    say(f"{facts.rows:,} rows, of which {facts.good:,} are sent to {printable(str(model))}.")
    kinds = sorted(facts.problems.items(), key=lambda kind: -kind[1][0])
    for sentence, (count, first) in kinds[:_MOST_SAID]:
        rows = "1 row" if count == 1 else f"{count:,} rows"
        place = f"{facts.row_word} {first}"
        if first in before:
            place = f"row {before[first]} of the original file ({place} of this one)"
        say(printable(f"{rows}, first {place}: {sentence}"))
    if len(kinds) > _MOST_SAID:
        say(f"… and {len(kinds) - _MOST_SAID} more kinds of problems")
    for line in plan.read_as_empty(facts.empty_words):
        say(printable(line))
    say(f"Recorded: {RECORDS[chosen.record]}.")


def _say_links(built: services.Services) -> None:
    """That links to cases are no whole addresses, where nothing says at which one browsers reach the workbench."""
    if not built.settings.address:
        say(
            "Links to cases in the result are without the address of the workbench: set `public_url` to have them whole."
        )


def _say_engines(
    built: services.Services, facts: Facts, signature: Signature, chosen: argparse.Namespace
) -> None:
    """Where there is a cluster to choose: what each engine would take."""
    living = store.living(built.sessions, built.settings.lost_seconds)
    for offer in offers.offers(
        built.settings,
        facts.rows,
        workers=sum(worker.role == "worker" for worker in living),
        connections=built.server(signature.model.server).max_connections,
        engine=chosen.engine,
    ):
        say(printable(offers.in_words(offer)))


def _begun(built: services.Services, given: LargeFile, name: str) -> JobView:
    """The job, in a worker where one lives, else in this process."""
    workers = store.living(built.sessions, settings().lost_seconds)
    has_worker = any(worker.role == "worker" for worker in workers)
    return large_file.start(
        None if has_worker else built.here,
        built.sessions,
        built.kinds[large_file.NAME],
        given,
        file_name=name,
        question=given.batch_id,
        person="",
    )


def _resumed(built: services.Services, job_id: str, engine: str) -> JobView:
    """A batch that goes on, on another engine where one is named; in this process where no worker lives."""
    _batch(built, job_id)
    known = store.find(built.sessions, job_id)
    if known and (known.state == "done" or known.is_under_way):
        return known
    if known and known.is_withdrawn:
        writes = f"`mds batch --cancel {job_id} --out FILE` writes its answers so far."
        raise Wrong(f"It was cancelled for good. {writes}")
    if engine:
        large_file.change_engine(built.sessions, built.kinds[large_file.NAME], job_id, engine)
    job = store.resume(built.sessions, job_id, built.kinds)
    workers = store.living(built.sessions, settings().lost_seconds)
    if not any(worker.role == "worker" for worker in workers):
        built.here.take(built.kinds[job.kind], job)
    return job


def _stopped(built: services.Services, chosen: argparse.Namespace) -> int:
    """A batch is paused, or cancelled for good with the answers so far as its result. Raises Wrong for one whose process does
    not stop."""
    job_id = chosen.pause or chosen.cancel
    batch, root, base = _batch(built, job_id), built.batches_root, built.settings.address
    if chosen.pause:
        store.cancel(built.sessions, job_id)
        return _told(built, job_id, chosen)
    large_file.give_up(built.sessions, root, batch, base)
    until = time.monotonic() + built.settings.lost_seconds + STOP_SECONDS
    while (job := store.find(built.sessions, job_id)) and job.is_under_way:
        if time.monotonic() > until:
            raise Wrong("It is asked to stop and has not yet. Once a worker runs, it does.")
        time.sleep(LOOK_SECONDS)
    return _told(built, job_id, chosen)


def _follow(built: services.Services, job_id: str) -> None:
    """Show how far it is until it ends. Ctrl+C leaves it to a worker, or stops what runs here."""
    try:
        while (job := store.find(built.sessions, job_id)) and job.is_under_way:
            _show("{}", job.words)
            time.sleep(LOOK_SECONDS)
        _end_line()
    except KeyboardInterrupt:
        _end_line()
        is_here = built.here.run_of(job_id) is not None
        if is_here:
            built.here.cancel(job_id)
            while (job := store.find(built.sessions, job_id)) and job.is_under_way:
                time.sleep(LOOK_SECONDS)
        go_on = f"`mds batch --resume {job_id}` goes on."
        watch = f"A worker goes on with it. `mds batch --pause {job_id}` stops it."
        say(go_on if is_here else watch)
        raise


def _told(built: services.Services, job_id: str, chosen: argparse.Namespace) -> int:
    """What came of it, with the result where it is wanted."""
    batch = _batch(built, job_id)
    job = _ended(built, batch)
    path = BatchFolder(built.batches_root, batch.folder).whole.result("parquet")
    has_result = job.state == "done" or (job.is_withdrawn and path.is_file())
    where = str(chosen.out or path) if has_result else ""
    if has_result and chosen.out:
        exports.export_to(path, chosen.out)
    if chosen.json:
        facts = {"id": job.id, "state": job.status, "sentence": job.sentence, "rows": batch.rows}
        document(facts | {"result": where})
    else:
        _say_end(job, where, chosen)
    return GOOD if job.state == "done" or chosen.pause or chosen.cancel else FAILED


def _ended(built: services.Services, batch: BatchView) -> JobView:
    """The job as it ended; the answers so far of one that was cancelled for good are kept. Raises NotFound and MdsError."""
    job = store.find(built.sessions, batch.id)
    if job is not None and job.is_withdrawn:
        base = built.settings.address
        large_file.keep_answers(built.sessions, built.batches_root, batch.folder, base)
        job = store.find(built.sessions, batch.id)
    if job is None:
        raise NotFound(f"There is no job {batch.id!r}.")
    return job


def _say_end(job: JobView, where: str, chosen: argparse.Namespace) -> None:
    say(printable(f"{job.sentence} {job.advice}".strip()))
    if where:
        if job.is_withdrawn:
            say(printable(f"The answers so far are in {where}."))
        print(where)
    elif not job.is_withdrawn and job.state != "waiting" and not chosen.cancel:
        say(f"`mds batch --resume {job.id}` goes on.")


def _batch(built: services.Services, job_id: str) -> BatchView:
    batch = batches.find(built.sessions, job_id)
    if batch is None or not batch.folder:
        raise NotFound(f"There is no batch {job_id!r}. `mds jobs list` shows what there is.")
    return batch


def _base(built: services.Services, job_id: str) -> BatchView:
    """The batch whose rows are corrected. Raises Wrong for a short file that was asked about on a page, which has its rows as
    cases."""
    batch = batches.find(built.sessions, job_id)
    if batch is None or batch.folder:
        return _batch(built, job_id)
    name = printable(batch.file_name)
    raise Wrong(
        f"{name} was asked about on a page. Upload its corrected rows there, on Predict: their answers go into its result."
    )


def _show(form: str, value: object) -> None:
    """One line that changes, where somebody looks at it."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{printable(form.format(value))}", end="", file=sys.stderr, flush=True)


def _end_line() -> None:
    if sys.stderr.isatty():
        print(file=sys.stderr)
