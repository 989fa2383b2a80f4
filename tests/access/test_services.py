"""Every function of every service, called by every role about what they may see and what they may not.

A function that is added is found by itself; where it takes something that no other takes, `VALUES` needs a line.
"""

from __future__ import annotations

import itertools
import shutil
import sqlite3
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cases.batch import RowsRequest
from cases.jobs.batch import BatchFile, BatchRows
from db.case_search import CaseFilter
from db.deletion import Wanted
from db.engine import Sessions, close, limited, make_sessions
from db.errors import OutOfScope, StorageError
from db.golden import SetView
from db.scope import EVERYTHING, Models, Scope
from explanations.behaviour.cohorts import Chosen, Cohort
from explanations.methods import methods
from feedback import data_sets
from feedback.jobs import golden_run, pairs, test_run
from feedback.review_rules import Rules
from feedback.test_runs import Plan, TestRow
from feedback.truths import TruthRow
from jobs import store
from mds_client.discovery.entries import Entry
from mds_client.errors import MdsError
from mds_client.server import ModelInfo, Server
from mds_client.signature import Explainer, ModelRef, Signature
from mds_client.signature import Field as InputField
from mds_client.signature.facts import Facts, FieldFacts
from people.errors import NotPermitted
from people.viewer import ROLES, Viewer
from shows.audience import cookie_of
from shows.runs import Stage
from tests.access import filled
from tests.access.filled import Made, rows_about
from tests.access.registry import classes, functions, parameters
from tests.databases import _sqlite_template
from tests.jobs.some_kinds import Counting, counting
from tests.recorded import NOON, NOT_THERE
from tests.stub_predictor import ADELIE

SEEN = ModelRef(server="bank", name="credit")
HIDDEN = ModelRef(server="bank", name="fraud")
PERSON = "ann"
OURS = (Models(server="bank", name="credit"),)
SCOPES = {
    "analyst": Scope(person=PERSON, seen=OURS),
    "reviewer": Scope(person=PERSON, seen=OURS, reviewed=OURS),
    "operator": Scope(person=PERSON, seen=OURS, reviewed=OURS, operated=OURS),
}
WORDS = {"own": "canary-own", "others": "canary-others", "hidden": "canary-hidden"}
FACTS = Facts(source="edited", fields={"bill": FieldFacts(unit="mm")})
_numbers = itertools.count()

# The least role for one's own, where it is not the analyst.
OF_MODEL = dict.fromkeys(
    (
        "explanations.background.store:choose",
        "feedback.data_sets:freeze",
        "feedback.data_sets:take",
        "feedback.data_sets:take_page",
        "feedback.golden:add",
        "feedback.golden:remove",
        "feedback.jobs.golden_run:start",
        "feedback.jobs.golden_run:start_new",
        "feedback.jobs.pairs:start",
        "feedback.side_by_side:next_pair",
        "feedback.jobs.test_run:start",
        "feedback.review_queue:answer",
        "feedback.review_rules:set_rules",
        "health.alarms.decisions:decide",
        "health.chosen_reference:first",
        "health.chosen_reference:of_rows",
        "health.chosen_reference:window",
        "signatures.overlay:publish",
        "signatures.overlay:restore",
    ),
    "reviewer",
) | {"feedback.golden:set_pass_mark": "operator"}
# The least role for what is of somebody else, where it is not the reviewer.
OF_OTHERS = OF_MODEL | dict.fromkeys(
    ("jobs.store:cancel", "jobs.store:resume", "jobs.store:withdraw"), "operator"
)
# What it says no to for another reason, whoever asks.
SAYS_NO = {
    "cases.shares:open_link": "LinkRefused",
    "people.tokens:authenticate": "TokenRefused",
    "feedback.side_by_side:answer": "FeedbackRefused",
    "shows.runs:let_in": "AudienceClosed",
    "signatures.overlay:publish": "NewerVersion",
    "health.chosen_reference:window": "ReferenceRefused",
}
# What shows and changes nothing of a model, so that the canary cannot be looked for.
QUIET = {
    "cases.search:count": "says how many, no content",
    "health.coming_in:coming_in": "says how many cases of a demonstration there are so far, no content",
    "health.service:service": "says how many requests and how long they took, no content",
    "feedback.first_calls:carried": "of a case whose process ended, which none did",
    "cases.batches:rows_of": "finds rows by digests, which stand in cases",
    "cases.seen:may_look": "yes or no, of a case that is at hand",
    "cases.seen:seen_by": "names those who looked, who are not the model's",
    "cases.batches:table_of": "finds a table by its digest, which stands in a batch",
    "health.chosen_reference:window": "refuses days with so few cases",
    "people.trail:let_in": "a sign-in of one's own",
    "people.trail:named": "a name of one's own",
    "people.trail:refused": "a refusal of one's own",
    "people.trail:signed": "a session of one's own",
    "cases.exchanged:exchanged": "what crossed the wire, which here is nothing of the model",
    "cases.exports:note_export": "for oneself, see above",
    "cases.restored:values_of": "finds files by their digests, which stand in what was entered",
    "health.drift_detectors:ask_all": "a count",
    "cases.restored:inputs_of": "finds files by their digests, which stand in a case",
    "feedback.data_set_choice:look": "counts",
    "feedback.agreement:agreement": "of cases that were read twice, which none was",
    "feedback.golden:can_be_golden": "yes or no",
    "feedback.golden:doubts_in": "sentences that say nothing of what people say",
    "feedback.inbox:see": "for oneself, see above",
    "feedback.first_call_figures:first_call_figures": "of cases of these days, and none is",
    "feedback.questions:questions_of": "what everybody is asked, which tests/feedback/test_questions.py tries",
    "feedback.side_by_side:answer": "of a pair, which tests/feedback/test_side_by_side.py tries",
    "feedback.side_by_side:next_pair": "of a pair, as above",
    "feedback.side_by_side:result": "counts",
    "feedback.side_by_side:versions_of": "of a pair, as above",
    "feedback.review_filling:fill": "a count, and no case is of these days",
    "feedback.review_queue:two_readings": "of a case that nobody has read twice",
    "cases.usual_answers:usual_answers": "a range of many cases, which tests/ui/test_scale.py tries",
    "cases.extents:extent_of": "a width, a height and a duration",
    "cases.files:kept_value": "finds a file by its digest, which stands in a case",
    "explanations.behaviour.aggregate:explained_cases": "of one method, with fields of its own",
    "explanations.behaviour.cohorts:versions": "names versions, and these cases have none",
    "explanations.behaviour.cohorts:seconds_a_call": "a duration",
    "health.summary:recent_series": "counts",
    "people.trail:settings_changed": "a digest",
    "health.prediction_sets:of_case": "of checked cases, of which there are none",
    "health.prediction_sets:of_cases": "of checked cases, as above",
    "health.alarms.delivery:deliver": "tells nobody where no channel is configured",
    "cases.batches:about_as_many_rows": "others of as many rows, of large files",
    "cases.batches:rows_done": "places of rows",
    "cases.batches:corrections_of": "batches of corrected rows, of which there are none",
    "cases.jobs.batch:give_way": "waits",
    "shows.runs:let_in": "nobody knows the code",
    "jobs.store:last_scheduled": "what nobody asked for is about no case and no model",
    "jobs.store:by_kind": "counts",
    "jobs.store:oldest_waiting_seconds": "a duration",
    "jobs.heartbeat:forget": "signs of life of processes",
    "jobs.store:living": "signs of life of processes",
    "jobs.store:may_change": "yes or no",
    "jobs.store:can_resume": "yes or no",
    "jobs.store:is_withdrawn": "yes or no",
    "people.tokens:authenticate": "nobody knows the secret of a token",
    "people.tokens:follow": "groups of one's own tokens",
    "people.tokens:make": "a token of one's own, which is of no model",
    "shows.audience:voted": "what one guest said, who has no name",
    "shows.audience:votes": "counts",
    "shows.runs:is_any_open": "yes or no",
    "shows.store:make": "a show of one's own, which is of no model",
    "signatures.overlay:publish": "somebody published since",
}
# What writes of others' things for who does it alone: a line in the trail that they did, a mark that they saw it.
FOR_ONESELF = {"cases.exports:note_export": "audit_entries", "feedback.inbox:see": "inbox_seen"}
# Made with sessions that see everything: they run what was asked for, and answer nobody.
OF_WORKERS = {
    "jobs.embedded:EmbeddedWorker",
    "jobs.heartbeat:Heartbeat",
    "jobs.relay:Relay",
    "jobs.runs:JobRun",
    "jobs.worker:Worker",
}
# Made with sessions that see everything, for what names nobody: how an input of a model that somebody asks lies to all others.
OF_ALL = {"health.outliers.earlier:Earlier"}
# Held to the scope of whoever asks by tests/access/test_jobs.py, and by `predict_rows` below.
OF_PEOPLE = {"cases.batch:RowsRequest", "jobs.here:Here"}


@dataclass(frozen=True, kw_only=True)
class Call:
    """Who calls what about what."""

    sessions: Sessions
    made: Made
    person: str

    @property
    def ref(self) -> ModelRef:
        return self.made.ref

    @property
    def to_delete(self) -> tuple[str, ...]:
        """What is to be deleted: the hidden case, by whoever does not see it. Others' calls need theirs."""
        is_hidden = self.ref == HIDDEN and not self.sessions.kw["info"]["scope"].is_all
        return (self.made.case.id,) if is_hidden else ()


def _key() -> str:
    return f"call-{next(_numbers)}"  # cases of tests/recorded.py have keys of their own


def _rows(call: Call) -> BatchRows:
    signature = filled.signature_of(call.ref)
    return BatchRows(model=call.ref, signature=signature, key=_key(), rows=[{"bill": 1.0}])


# By the name of a parameter and, where one name means several things, its type.
VALUES: Mapping[str, Callable[[Call], Any]] = {
    "sessions": lambda c: c.sessions,
    "action": lambda _: "sign-in",
    "address": lambda _: "10.1.2.3",
    "answer": lambda _: ADELIE,
    "ask": lambda _: _as_it_was,
    "asked": lambda c: RowsRequest(
        model=filled.predictor(c.ref), sessions=c.sessions, key=_key(), person=c.person
    ),
    "author": lambda c: c.person,
    "background": lambda c: filled.typical(c.ref, "new"),
    "based_on": lambda _: 0,
    "batch": lambda c: c.made.bare_batch,
    "batch_id": lambda c: c.made.batch.id,
    "case": lambda c: c.made.bare_case,
    "by": lambda c: c.person,
    "by: int": lambda _: 1,
    "cases": lambda c: [c.made.bare_case],
    "case_id": lambda c: c.made.case.id,
    "case_ids": lambda _: [NOT_THERE],
    "cookie": lambda c: cookie_of(c.made.guest),
    "guest": lambda c: c.made.guest,
    "is_right": lambda _: False,
    "run": lambda c: c.made.run,
    "before: RunView": lambda c: c.made.run,
    "show": lambda c: replace(c.made.show, name="", case_ids=()),
    "show_id": lambda c: c.made.show.id,
    "settings": lambda _: {"sign_in": "none"},
    "standings": lambda _: (),
    "stage": lambda _: Stage(case_id=NOT_THERE, server="", model="", question=""),
    "choices": lambda c: {"model": str(c.ref)},
    "chosen": lambda _: Chosen(),
    "cohort": lambda _: Cohort(words="rows", rows=()),
    "count": lambda _: 3,
    "days": lambda _: 1.0,
    "decision": lambda _: "acknowledged",
    "delivery_id": lambda c: c.made.delivery_id,
    "deployed": lambda c: [replace(c.ref, version="new")],
    "declare": lambda c: lambda: filled.signature_of(c.ref),
    "declared": lambda c: filled.signature_of(c.ref),
    "everybody": lambda c: c.sessions,
    "entry": lambda c: Entry(info=ModelInfo(ref=c.ref), since=NOON),
    "entered": lambda _: {"bill": 1.0},
    "explanation": lambda _: filled.study_of("of rows"),
    "facts": lambda _: FACTS,
    "file": lambda _: BatchFile(name="rows.csv", question=_key()),
    "given": lambda _: Counting(last=1),
    "golden_set": lambda c: _golden_set(c),
    "given: BatchRows": _rows,
    "given: Plan": lambda c: _plan(c),
    "here": lambda _: None,
    "job": lambda c: store.make(
        counting(), person=c.person, subject=f"model/{c.ref.server}/{c.ref.name}"
    ),
    "mark": lambda _: "business_key",
    "rows: Sequence[TruthRow]": lambda c: [
        TruthRow(place="1", case_id=c.made.case.id, truth="Gentoo")
    ],
    "inputs": lambda _: _key(),
    "item_id": lambda c: c.made.item_id,
    "item_ids": lambda c: [c.made.case.id, c.made.comment_id],
    "job_input": lambda _: Counting(last=1),
    "job_id": lambda c: c.made.job.id,
    "judgement": lambda _: "correct",
    "key": lambda _: _key(),
    "kind": lambda _: counting(),
    "kinds": lambda _: {counting().name: counting()},
    "kind: BatchRows": lambda _: _batch_kind(),
    "limit": lambda _: 9,
    "mapping": lambda _: filled.mapping("new"),
    "method": lambda _: "shap",
    "model": lambda c: c.ref,
    "model: str": lambda c: c.ref.name,
    "model: Predictor": lambda c: filled.predictor(c.ref),
    "most_seconds": lambda _: 1.0,
    "most_days": lambda _: 9.0,
    "name": lambda _: "worker-of-nobody",
    "now": lambda _: NOON,
    "number": lambda _: 1,
    "of: CaseView": lambda c: c.made.bare_case,
    "of": lambda c: c.made.case.id,
    "person": lambda c: c.person,
    "press": lambda _: _key(),
    "question": lambda c: c.made.batch.question,
    "reason": lambda _: "a reason",
    "ref": lambda c: c.ref,
    "rules: Rules": lambda _: Rules(),
    "rules": lambda _: (),
    "rows": lambda _: [{"bill": 1.0}],
    "run_id": lambda c: c.made.case.id,
    "scopes": lambda _: ["read"],
    "seconds": lambda _: 60.0,
    "secret": lambda _: "mds_" + "x" * 43,
    "server: Server": lambda c: Server(name=c.ref.server, url="http://127.0.0.1:9"),
    "server": lambda c: c.ref.server,
    "set_id": lambda c: _set_id(c),
    "share_id": lambda c: c.made.share_id,
    "signature": lambda c: filled.signature_of(c.ref),
    "status": lambda _: "complete",
    "study_id": lambda c: c.made.study_id,
    "token": lambda c: c.made.share_token,
    "token_id": lambda c: c.made.token_id,
    "fields": lambda _: ("note",),
    "values: Iterable[str]": lambda c: [c.made.word],
    "sends": lambda _: {},
    "since: date": lambda _: NOON.date(),
    "until: date": lambda _: NOON.date(),
    "share": lambda _: 0.5,
    "values": lambda _: {"bill": 1.0},
    "version": lambda _: "",
    "way": lambda _: SimpleNamespace(for_alarm=lambda *_: [], send=lambda *_: True),
    "view_id": lambda c: c.made.view_id,
    "viewer": lambda c: Viewer(name=c.person, role="analyst", scope=Scope(person=c.person)),
    "versions": lambda _: ("v1", "v2"),
    "choice": lambda _: "left",
    "comparison_id": lambda _: NOT_THERE,
    "wanted: Wanted": lambda c: Wanted(ids=c.to_delete),
    "wanted": lambda c: CaseFilter(server=c.ref.server, model=c.ref.name),
    "words": lambda _: "words",
}
# Of one function alone.
ARGUMENTS: Mapping[str, Mapping[str, Callable[[Call], Any]]] = {
    # The key of a question, of which the first row was asked.
    "cases.key_index:index": {"named": lambda c: {(c.ref.server, c.ref.name): ("note",)}},
    # It counts, and asks no detector: no case is of these days.
    "health.drift_detectors:ask_all": {
        "named": lambda c: [((c.ref.server, c.ref.name), "watcher")],
        "ask": lambda _: None,
    },
    "health.chosen_reference:of_rows": {"rows": lambda _: [{"bill": 1.0}] * 20},
    "cases.batch:answered": {"key": lambda c: c.made.word},
    "cases.batches:newest": {"person": lambda c: c.made.person},
    "cases.views:remove": {"person": lambda c: c.made.person},
    "cases.views:saved": {"person": lambda c: c.made.person},
    "shows.store:owned": {"person": lambda c: c.made.person},
    "cases.scenarios:origin": {"case_id": lambda c: c.made.scenario_id},
    # Long after all cases, so that it does not matter which of them were drawn.
    "feedback.review_filling:fill": {"clock": lambda _: lambda: NOON + timedelta(days=2000)},
    "feedback.submission:current": {"person": lambda c: c.made.person},
    "explanations.requests:request_of": {"method": lambda _: next(iter(methods()))},
    "jobs.store:submit": {"given": lambda _: Counting(last=1)},
    "cases.jobs.batch:start": {"given": _rows, "kind": lambda _: _batch_kind()},
    "signatures.overlay:restore": {"based_on": lambda _: 1},
    # What the functions after it are called about stays.
    "feedback.golden:remove": {"name": lambda _: "second"},
    "feedback.golden:set_pass_mark": {"name": lambda _: "default"},
    "feedback.golden_runs:perform": {"model": lambda c: replace(c.ref, version="new")},
    "shows.runs:let_in": {"code": lambda _: "NOBODYS"},
    "feedback.jobs.golden_run:start": {
        "model": lambda c: replace(c.ref, version="new"),
        "kind": lambda _: _golden_kind(),
    },
    "feedback.jobs.pairs:start": {
        "given": lambda c: pairs.PairsRequest(model=c.ref, count=3),
        "kind": lambda _: pairs.kind(SimpleNamespace()),  # type: ignore[arg-type]
    },
    "feedback.jobs.test_run:start": {"kind": lambda _: _test_kind()},
    "feedback.jobs.golden_run:start_new": {"kinds": lambda _: {golden_run.NAME: _golden_kind()}},
}


def _as_it_was(_ref: ModelRef, case: Any, *, key: str, person: str) -> Any:
    return case


def _set_id(call: Call) -> str:
    """The data set that the case is in."""
    everything = limited(call.sessions, EVERYTHING)
    named = [each.id for each in data_sets.sets_of(everything) if each.name == call.made.word]
    return next(iter(named), NOT_THERE)


def _golden_set(call: Call) -> SetView:
    """The set as somebody could make it up who knows the names alone."""
    names = {"server": call.ref.server, "model": call.ref.name, "name": "default"}
    return SetView(id="set", **names, pass_mark=0.9, near=0.1, created_at=NOON, person=call.person)


def _golden_kind() -> Any:
    return golden_run.kind(SimpleNamespace())  # type: ignore[arg-type]


def _plan(call: Call) -> Plan:
    row = TestRow(place="row 1", values={"bill": 1.0}, truth="Adelie")
    return Plan(model=call.ref, rows=[row], file_name="rows.csv")


def _test_kind() -> Any:
    return test_run.kind(SimpleNamespace())  # type: ignore[arg-type]


def _batch_kind() -> Any:
    types = (BatchRows, Signature, InputField, ModelRef, Explainer)
    return counting(name="batch").__class__(
        name="batch", title="Rows", run=counting().run, permission="predict", takes=types
    )


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, _empty: str) -> tuple[Path, dict[str, Made]]:
    """A database with one of everything: hers, of somebody else on the same model, and of a hidden model."""
    file = tmp_path_factory.mktemp("filled") / "mds.db"
    shutil.copy(_empty, file)
    sessions = make_sessions(f"sqlite:///{file}")
    made = {
        "hidden": filled.fill(sessions, HIDDEN, "bob", WORDS["hidden"]),
        "own": filled.fill(sessions, SEEN, PERSON, WORDS["own"]),
        "others": filled.fill_for_one(sessions, SEEN, "bob", WORDS["others"]),
    }
    close(sessions)
    return file, made


@pytest.fixture(scope="module")
def _empty() -> str:
    return str(_sqlite_template())


@pytest.fixture
def everything(template: tuple[Path, dict[str, Made]], tmp_path: Path) -> Iterator[Sessions]:
    """Sessions on a copy that see everything."""
    shutil.copy(template[0], tmp_path / "mds.db")
    sessions = make_sessions(f"sqlite:///{tmp_path}/mds.db")
    yield sessions
    close(sessions)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a call gave and did."""

    shown: str
    error: Exception | None
    added: set[str]
    gone: set[str]

    @property
    def is_refused(self) -> bool:
        return isinstance(self.error, OutOfScope | NotPermitted) or isinstance(
            self.error.__cause__ if self.error else None, OutOfScope
        )


def _outcomes(made: Made, everything: Sessions, scope: Scope) -> Iterator[tuple[str, Outcome]]:
    """Call every function in a scope, and look at every row that is about what it was called about."""
    call = Call(sessions=limited(everything, scope), made=made, person=PERSON)
    marks = (made.word, *made.ids, *((HIDDEN.name,) if made.ref == HIDDEN else ()))
    before = rows_about(everything, *marks)
    with closing(sqlite3.connect(everything.kw["bind"].url.database)) as watching:
        for name, function in functions().items():
            error: Exception | None = None
            version, shown = _version(watching), ""
            try:
                shown = _shown(function(**_arguments(name, call)))
            except (MdsError, StorageError, KeyError) as found:
                error = found
            # To look at every row costs more than the call.
            is_same = _version(watching) == version
            after = before if is_same else rows_about(everything, *marks)
            added = {row for row in after - before if not _is_for_oneself(name, row)}
            yield name, Outcome(shown=shown, error=error, added=added, gone=before - after)
            before = after


def _version(watching: sqlite3.Connection) -> int:
    """Another where anything was written by others: https://sqlite.org/pragma.html#pragma_data_version."""
    (found,) = watching.execute("PRAGMA data_version").fetchone()
    return int(found)


def _is_for_oneself(name: str, row: str) -> bool:
    return row.startswith(f"{FOR_ONESELF.get(name)} (") and f"'{PERSON}'" in row


def _shown(found: object) -> str:
    return repr(list(found) if isinstance(found, Generator) else found)


def _arguments(name: str, call: Call) -> dict[str, Any]:
    own = ARGUMENTS.get(name, {})
    given: dict[str, Any] = {}
    for each, parameter in parameters(functions()[name]).items():
        is_needed = parameter.default is parameter.empty or each in own
        if not is_needed and not (each == "person" and "key" in parameters(functions()[name])):
            continue
        makes = own.get(each) or VALUES.get(f"{each}: {parameter.annotation}") or VALUES.get(each)
        assert makes, f"{name} takes {each}: {parameter.annotation}; say in VALUES what that is"
        given[each] = makes(call)
    return given


def _is_enough(role: str, least: str) -> bool:
    return ROLES.index(role) >= ROLES.index(least)


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_of_a_hidden_model_nothing_is_shown_and_nothing_is_changed(
    everything: Sessions, template: tuple[Path, dict[str, Made]], role: str
) -> None:
    made, wrong = template[1]["hidden"], []
    for name, found in _outcomes(made, everything, SCOPES[role]):
        told = f"{found.shown} {found.error!r} {found.error}"
        if WORDS["hidden"] in told or found.added or found.gone:
            wrong.append((name, told[:200], found.added, found.gone))
    assert not wrong, wrong


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_what_is_of_somebody_else_is_for_those_who_review(
    everything: Sessions, template: tuple[Path, dict[str, Made]], role: str
) -> None:
    made, wrong = template[1]["others"], []
    for name, found in _outcomes(made, everything, SCOPES[role]):
        is_let = _is_enough(role, OF_OTHERS.get(name, "reviewer"))
        is_shown = WORDS["others"] in found.shown
        is_changed = bool(found.added or found.gone)
        if is_let and found.is_refused:
            wrong.append((name, "refused", found.error))
        # What is written may name a case; what was there is changed only by who may.
        if not is_let and (is_changed or (role == "analyst" and is_shown)):
            wrong.append((name, found.shown[:200], found.added, found.gone))
    assert not wrong, wrong


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_what_is_ones_own_can_be_done(
    everything: Sessions, template: tuple[Path, dict[str, Made]], role: str
) -> None:
    made, wrong = template[1]["own"], []
    for name, found in _outcomes(made, everything, SCOPES[role]):
        is_let = _is_enough(role, OF_MODEL.get(name, "analyst"))
        if is_let and found.error and type(found.error).__name__ != SAYS_NO.get(name):
            wrong.append((name, repr(found.error), repr(found.error.__cause__)))
        if not is_let and not found.error:
            wrong.append((name, "was let", found.added, found.gone))
    assert not wrong, wrong


@pytest.mark.slow
def test_the_canary_is_where_it_is_looked_for(
    everything: Sessions, template: tuple[Path, dict[str, Made]]
) -> None:
    """For whoever sees everything each function shows or changes something: else the tests above would say nothing."""
    made, quiet = template[1]["hidden"], set()
    for name, found in _outcomes(made, everything, EVERYTHING):
        is_shown = any(word in found.shown for word in (made.word, HIDDEN.name, *made.ids))
        if not is_shown and not found.added and not found.gone:
            quiet.add(name)
    assert quiet == set(QUIET)


def test_what_is_made_with_sessions_is_known() -> None:
    assert set(classes()) == OF_WORKERS | OF_ALL | OF_PEOPLE
