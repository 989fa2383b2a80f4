"""One of everything that people make of a model, so that whatever is shown of it can be recognised."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import db.batches
import db.health_alarms
import db.health_standings
import db.outbox
import db.review
from cases import batches, views
from cases.batches import BatchView
from cases.queries import save_explanation
from cases.scenarios import ask_scenario
from cases.shares import share
from db.case_search import CaseFilter
from db.cases import CaseView
from db.engine import Sessions, reading, writing
from db.health_alarms import AlarmView
from db.health_standings import StandingView
from db.ids import new_id
from db.review import ItemView, RulesView
from db.scope import Models
from db.tables import Base
from explanations.background import store as background
from explanations.behaviour import studies
from explanations.behaviour.cohorts import Cohort
from explanations.contract import Explanation
from explanations.target import Target
from feedback import data_sets, golden, test_runs
from feedback.comments import comment
from feedback.deliveries import of_case
from feedback.first_calls import Call, recorder
from feedback.golden_runs import perform
from feedback.submission import submit
from feedback.test_runs import TestRow
from health import chosen_reference, test_figures
from jobs import store
from jobs.store import JobView
from mds_client.prediction import Answer
from mds_client.signature import Field, ModelRef, Signature, Values
from mds_client.signature.facts import Facts, FieldFacts
from people import tokens
from shows import audience, runs
from shows import store as shows
from shows.audience import Guest
from signatures import discovered, overlay
from tables import mapping_store
from tests.jobs.some_kinds import Counting, counting
from tests.recorded import NOON, add_case
from tests.stub_predictor import StubPredictor


@dataclass(frozen=True, kw_only=True)
class Made:
    """What somebody made of a model. Every text of it holds `word`."""

    ref: ModelRef
    person: str
    word: str
    case: CaseView
    batch: BatchView
    job: JobView
    study_id: str
    scenario_id: str
    share_id: str
    comment_id: str
    share_token: str
    view_id: str
    item_id: str
    show: shows.ShowView
    run: runs.RunView
    guest: Guest
    delivery_id: str
    token_id: str = ""

    @property
    def ids(self) -> tuple[str, ...]:
        """By what its rows are recognised."""
        own = (self.case.id, self.batch.id, self.job.id)
        said = (self.share_id, self.comment_id, self.view_id, self.item_id)
        return (*own, *said, self.show.id, self.run.workspace, self.guest.id)

    @property
    def bare_case(self) -> CaseView:
        """The case as somebody could make it up who knows its id alone."""
        nothing = {"question": "", "entered": {"bill": 1.0}, "answer": {}, "url": ""}
        return replace(self.case, answer_label=None, request_headers={}, **nothing)

    @property
    def bare_batch(self) -> BatchView:
        return replace(self.batch, file_name="", question="", key="", table_sha256="")


def signature_of(ref: ModelRef) -> Signature:
    fields = (Field(name="bill", kind="number"), Field(name="note", kind="text"))
    return Signature(model=ref, inputs=fields)


def _health(sessions: Sessions, ref: ModelRef, word: str) -> None:
    """What the job of Health keeps of a model: an alarm, and what it found last."""
    of: dict[str, Any] = {"server": ref.server, "model": ref.name, "sentence": word}
    alarm = AlarmView(id=new_id(), kind="errors", opened_at=NOON, deliveries={}, **of)
    unknown: dict[str, Any] = dict.fromkeys(("value", "low", "high"))
    found = StandingView(computed_at=NOON, word="Watch", n=0, acknowledged_by="", **unknown, **of)
    with writing(sessions) as session:
        db.health_alarms.add(session, alarm)
        others = db.health_standings.every(session)
        db.health_standings.replace_all(session, [*others, found])


def typical(ref: ModelRef, word: str) -> background.Background:
    rows = [{"bill": float(number), "note": word} for number in range(30)]
    return background.of_rows(rows, signature_of(ref), word)


def predictor(ref: ModelRef, word: str = "") -> StubPredictor:
    return StubPredictor(ref=ref, answer=Answer(kind="class", label=word or "Adelie"))


def study_of(word: str) -> Explanation:
    target = Target(kind="probability", answer=word)
    return Explanation(
        method="shap", title=word, kind="importance", target=target, sentence=word, alt=word
    )


def mapping(word: str) -> Any:
    return SimpleNamespace(to_remember={word: word})


def fill(sessions: Sessions, ref: ModelRef, person: str, word: str) -> Made:
    """One of everything, by the functions that pages call, in sessions that see everything."""
    facts = Facts(source="edited", fields={"bill": FieldFacts(label=word, business_key=True)})
    overlay.publish(sessions, ref, facts, author=person, key=f"overlay-{word}", based_on=0)
    _health(sessions, ref, word)
    learned = Facts(source="learned", fields={"bill": FieldFacts(label=word)})
    discovered.keep(sessions, ref, learned, person=person)
    mapping_store.remember(sessions, ref, mapping(word), person=person)
    background.choose(sessions, ref, typical(ref, word), person=person)
    rows = [{"bill": float(number), "note": word} for number in range(30)]
    chosen_reference.of_rows(sessions, signature_of(ref), rows, name=word, person=person)
    made_token = tokens.make(
        sessions, person=person, name=word, scopes=["read"], days=1.0, most_days=9.0
    )
    study = studies.keep(sessions, ref, Cohort(words=word, rows=()), study_of(word), person=person)
    asked = {"server": ref.server, "model": ref.name, "entered": {"bill": 1.0, "note": word}}
    add_case(
        sessions, person=person, is_audited=True, audit_probability=0.1, audit_draw=0.05, **asked
    )
    made = fill_for_one(sessions, ref, person, word)
    return replace(made, study_id=study.id, token_id=made_token.token.id)


def fill_for_one(sessions: Sessions, ref: ModelRef, person: str, word: str) -> Made:
    """What is one person's of a model that others see: a case with all that belongs to it, and a file."""
    case, scenario_id = _case(sessions, ref, person, word)
    job, batch = _file(sessions, ref, person, word, case)
    said = comment(sessions, case_id=case.id, person=person, words=word, key=f"comment-{word}")
    kept = views.keep(sessions, person=person, name=word, choices={"model": str(ref)})
    show, run, guest = _show(sessions, case, person, word)
    link, share_token = share(sessions, case_id=case.id, by=person, to="somebody-else")
    return Made(
        ref=ref,
        person=person,
        word=word,
        case=case,
        batch=batch,
        job=job,
        study_id="",
        scenario_id=scenario_id,
        share_id=link.id,
        comment_id=said.id,
        share_token=share_token,
        view_id=kept.id,
        item_id=_item(sessions, case, word),
        show=show,
        run=run,
        guest=guest,
        delivery_id=of_case(sessions, case.id)[0].id,
    )


def _show(
    sessions: Sessions, case: CaseView, person: str, word: str
) -> tuple[shows.ShowView, runs.RunView, Guest]:
    """A show with the case on its stage, and a guest who has voted."""
    show = shows.make(sessions, person=person, name=word, case_ids=[case.id])
    run = runs.begin(sessions, show, person=person)
    stage = runs.Stage(case_id=case.id, server=case.server, model=case.model, question=word)
    runs.put_on_stage(sessions, run, stage)
    run = runs.open_audience(sessions, run, person=person)
    run = runs.let_in(sessions, code=run.code)
    guest = audience.new_guest(run)
    audience.vote(sessions, guest, case_id=case.id, is_right=True)
    return show, run, guest


def _case(sessions: Sessions, ref: ModelRef, person: str, word: str) -> tuple[CaseView, str]:
    case = add_case(
        sessions,
        person=person,
        server=ref.server,
        model=ref.name,
        version="",
        idempotency_key=f"{word}-0",
        question=word,
        entered={"bill": 39.1, "note": word},
        answer={"kind": "class", "label": word},
        answer_label=word,
        url=f"http://{word}/",
        request_headers={"x": word},
    )
    said = {"person": person, "judgement": "incorrect", "truth": f"not-{word}"}
    sent = db.outbox.routed(sessions, [db.outbox.Target(name=word, models=(Models(),))])
    submit(sent, case_id=case.id, comment=word, key=word, **said)
    _call(sessions, case, word)
    _run_golden(sessions, case)
    _run_test(sessions, case, word)
    data_sets.freeze(
        sessions, CaseFilter(server=ref.server, model=ref.name), name=word, person="rita"
    )
    save_explanation(
        sessions,
        case_id=case.id,
        method="shap",
        status="complete",
        sentence=word,
        result={"method": word},
    )
    scenario = ask_scenario(
        predictor(ref, word),
        {"bill": 1.0, "note": word},
        of=case.id,
        sessions=sessions,
        key=f"scenario-{word}",
        name=word,
        person=person,
    )
    return case, scenario.case_id


def _call(sessions: Sessions, case: CaseView, word: str) -> None:
    """What its asker answered before the model did."""
    with writing(sessions) as session:
        recorder(Call(kind="text", answer=word, confidence=0.7))(session, case)


def _run_golden(sessions: Sessions, case: CaseView) -> None:
    """The case is golden, and a version was run on it, under the id of the case."""
    for name in ("default", "second"):
        golden.add(sessions, case_id=case.id, person="rita", name=name)
    ref = ModelRef(server=case.server, name=case.model, version="v9")

    def ask(_ref: ModelRef, of: CaseView, *, key: str, person: str) -> CaseView:
        return of

    found = perform(sessions, model=ref, ask=ask, run_id=case.id, person="rita")
    with writing(sessions) as session:
        found.save(session)


def _run_test(sessions: Sessions, case: CaseView, word: str) -> None:
    """A version was tested on a file, under the id of the case."""
    row = TestRow(place=word, values={"bill": 1.0}, truth=word)
    ref = ModelRef(server=case.server, name=case.model, version="v9")

    def ask(_values: Values, *, key: str, person: str) -> CaseView:
        return case

    found = test_runs.perform(
        test_runs.Plan(model=ref, rows=[row], file_name=word),
        asks=[ask],
        figures=test_figures,
        run_id=case.id,
        person="rita",
    )
    with writing(sessions) as session:
        found.save(session)


def _item(sessions: Sessions, case: CaseView, word: str) -> str:
    """The case waits for a reviewer, who reads of it what its asker said."""
    item = ItemView(
        id=new_id(),
        case_id=case.id,
        reading=1,
        server=case.server,
        model=case.model,
        created_at=NOON,
        expires_at=NOON + timedelta(days=3650),
        reason="flagged",
        detail=word,
        probability=1.0,
    )
    with writing(sessions) as session:
        db.review.add(session, [item])
        rules = RulesView(
            id=new_id(),
            server=case.server,
            model=case.model,
            created_at=NOON,
            person="rita",
            rules={"first_share": 1.0, "questions": [{"words": "Is it sharp?", "kind": "text"}]},
            instructions=word,
        )
        db.review.add_rules(session, rules)
    return item.id


def _file(
    sessions: Sessions, ref: ModelRef, person: str, word: str, case: CaseView
) -> tuple[JobView, BatchView]:
    """A file that is being asked about, and its first row is answered."""
    kind, job_id = counting(), new_id()
    subject = f"model/{ref.server}/{ref.name}"
    job = replace(store.make(kind, title=word, person=person, subject=subject), id=job_id)
    batch = BatchView(
        id=job_id,
        server=ref.server,
        model=ref.name,
        version="",
        person=person,
        created_at=NOON,
        file_name=word,
        question=f"question-{word}",
        key=word,
        rows=2,
        table_sha256=batches.digest_of(word.encode()),
    )
    store.submit(
        sessions,
        kind,
        job,
        Counting(last=1),
        also=lambda session: batches.add(session, batch, word.encode()),
    )
    with writing(sessions) as session:
        db.batches.add_chunk(session, job_id, 0, [case.id], NOON)
    return job, batch


def rows_about(sessions: Sessions, *words: str) -> set[str]:
    """Every row of every table in which one of these words stands, as text."""
    found: set[str] = set()
    with reading(sessions) as session:
        for table in Base.metadata.sorted_tables:
            for row in session.connection().execute(table.select()):
                text = f"{table.name} {tuple(row)!r}"
                if any(word in text for word in words):
                    found.add(text)
    return found
