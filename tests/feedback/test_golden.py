"""Golden cases: what may be one, what a version fixed and broke, and that a new version is run by itself."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest

import db.golden
from cases.queries import case as case_of_id
from db.cases import CaseView
from db.deletion import Wanted as ToDelete
from db.deletion import page
from db.engine import Sessions, limited, reading
from db.ids import new_id
from db.scope import Models, Scope
from feedback import golden
from feedback.errors import FeedbackRefused
from feedback.golden_junit import junit
from feedback.golden_runs import perform, unrun
from feedback.jobs import golden_run
from feedback.submission import submit
from feedback.taking_back import take_back
from jobs import store
from jobs.here import Here
from jobs.store import JobView
from mds_client.errors import EndpointUnreachable
from mds_client.signature import ModelRef
from people.errors import NotPermitted
from services import build
from settings import ServerSettings, Settings
from tests.demo_mds.embedded import built, mlserver_of_its_own
from tests.recorded import FAILED, NUMBER, add_case

V2, V3 = (ModelRef(server="shelf", name="penguins", version=v) for v in ("v2", "v3"))
OURS = (Models(server="shelf"),)
ANN, RITA = Scope(person="ann", seen=OURS), Scope(person="rita", seen=OURS, reviewed=OURS)


def judged(sessions: Sessions, judgement: str = "incorrect", **facts: object) -> CaseView:
    """A case of which somebody has said what is right."""
    truth = facts.pop("truth", "Gentoo" if judgement == "incorrect" else None)
    case = add_case(sessions, **facts)
    submit(sessions, case_id=case.id, person="rita", judgement=judgement, truth=truth, key=new_id())
    return case


def answering(sessions: Sessions, answers: dict[str, object]) -> Callable[..., CaseView]:
    """A model that answers each golden case with a class, nothing, or not at all."""
    asked: dict[str, CaseView] = {}

    def ask(ref: ModelRef, case: CaseView, *, key: str, person: str) -> CaseView:
        answer = answers[case.id]
        if isinstance(answer, Exception):
            raise answer
        if key not in asked:
            facts = {"answer": {"kind": "class", "label": answer}, "answer_label": answer}
            facts = facts if answer else FAILED
            made = {"version": ref.version, "purpose": "golden", "idempotency_key": key}
            asked[key] = add_case(sessions, **{**facts, **made})
        return asked[key]

    return ask


def run(sessions: Sessions, ref: ModelRef, answers: dict[str, object]) -> golden.RunView:
    found = perform(
        sessions, model=ref, ask=answering(sessions, answers), run_id=new_id(), person="rita"
    )
    with sessions.begin() as session:
        found.save(session)
    return found.run


def outcomes(sessions: Sessions, of: golden.RunView) -> dict[str, str]:
    return {each.case_id: each.outcome for each in golden.results_of(sessions, of.id)}


def test_what_a_version_fixed_and_broke_is_told_case_by_case(sessions: Sessions) -> None:
    wrong, right, still, gone = (
        judged(sessions),
        judged(sessions, "correct"),
        judged(sessions),
        judged(sessions, "correct"),
    )
    for case in (wrong, right, still, gone):
        golden.add(sessions, case_id=case.id, person="rita")
    unreachable = EndpointUnreachable("Nobody answers.")
    answers: dict[str, object] = {
        wrong.id: "Gentoo",
        right.id: "Gentoo",
        still.id: "Adelie",
        gone.id: unreachable,
    }
    first = run(sessions, V2, answers)
    assert golden.in_words(first) == "fixed 1, broke 1, unchanged 1, no answer 1"
    assert not first.is_passed
    assert golden.verdict(first) == "Not passed: 1 of 4 right (25 %), 90 % are needed"
    assert outcomes(sessions, first) == {
        wrong.id: "fixed",
        right.id: "broke",
        still.id: "wrong",
        gone.id: "failed",
    }
    # The next is compared with the version before, and where that gave no answer with the case itself.
    golden.set_pass_mark(
        sessions, server="shelf", model="penguins", name="default", share=0.495, person="olga"
    )
    second = run(
        sessions, V3, {wrong.id: "Adelie", right.id: "Adelie", still.id: "", gone.id: "Adelie"}
    )
    assert (second.compared_with, second.pass_mark, second.is_passed) == ("v2", 0.495, True)
    assert golden.verdict(second) == "Passed: 2 of 4 right (50 %), 49.5 % are needed"
    assert outcomes(sessions, second) == {
        wrong.id: "broke",
        right.id: "fixed",
        still.id: "failed",
        gone.id: "right",
    }
    # The report for a pipeline: a test case each, and one for the pass mark.
    root = ElementTree.fromstring(junit(first, golden.results_of(sessions, first.id), "default"))
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("5", "3", "1")
    failed = [each.get("name") for each in root.iter("testcase") if len(each)]
    assert set(failed) == {"pass mark", right.id, still.id, gone.id}
    # Golden cases do not go with their age, nor do the cases that checked a version.
    with reading(sessions) as session:
        may_go = [case_id for _, case_id in page(session, ToDelete(server="shelf"), limit=99)]
    assert may_go == []


def test_a_set_keeps_its_versions_and_truths_are_those_that_were_confirmed(
    sessions: Sessions,
) -> None:
    one, other = judged(sessions), judged(sessions, **NUMBER, truth=40.0)
    for _ in range(2):  # a second click changes nothing
        golden.add(sessions, case_id=one.id, person="rita")
    golden.add(sessions, case_id=other.id, person="rita")
    submit(
        sessions, case_id=one.id, person="rita", judgement="incorrect", truth="Chinstrap", key="k2"
    )
    golden.add(sessions, case_id=one.id, person="rita")
    golden.remove(sessions, case_id=other.id, person="rita")
    (found,) = golden.sets_of(sessions, "shelf", "penguins")
    assert (found.golden_set.version, found.cases) == (4, 1)
    with reading(sessions) as session:
        by_version = [
            {each.truth for each in db.golden.members(session, found.golden_set.id, version)}
            for version in range(1, 5)
        ]
    assert by_version == [{"Gentoo"}, {"Gentoo", 40.0}, {"Chinstrap", 40.0}, {"Chinstrap"}]


def test_a_truth_that_is_taken_back_is_doubtful_in_the_set_on_the_case_and_in_a_run(
    sessions: Sessions,
) -> None:
    kept, back, differ, other = (judged(sessions) for _ in range(4))
    for case in (kept, back, differ, other):
        golden.add(sessions, case_id=case.id, person="rita")
    assert golden.sets_of(sessions, "shelf", "penguins")[0].doubts == {}
    take_back(sessions, case_id=back.id, person="rita", key="back")
    submit(sessions, case_id=differ.id, person="bob", judgement="correct", key="bob")
    new = {"judgement": "incorrect", "truth": "Chinstrap"}
    submit(sessions, case_id=other.id, person="rita", key="new", **new)
    (found,) = golden.sets_of(sessions, "shelf", "penguins")
    words = {case_id: doubt.split()[-2:] for case_id, doubt in found.doubts.items()}
    assert words == {
        back.id: ["taken", "back."],
        differ.id: ["is", "right."],
        other.id: ["is", "right."],
    }
    ((place,),) = (golden.places_of(sessions, back.id),)
    assert place.doubt == found.doubts[back.id]
    # A reviewer who may not know yet what others say learns that it is doubtful, and not what they say.
    assert "Chinstrap" not in found.doubts[other.id]
    answers: dict[str, object] = dict.fromkeys((kept.id, back.id, differ.id, other.id), "Gentoo")
    ran = run(sessions, V2, answers)
    details = {each.case_id: each.detail for each in golden.results_of(sessions, ran.id)}
    assert details == {kept.id: "", **found.doubts}
    report = junit(ran, golden.results_of(sessions, ran.id), "default").decode()
    assert found.doubts[back.id] in report
    golden.add(sessions, case_id=other.id, person="rita")  # the new truth is taken
    assert set(golden.doubts_in(sessions, list(answers))) == {back.id, differ.id}


def test_what_nobody_has_confirmed_is_not_golden(sessions: Sessions) -> None:
    silent, failed = add_case(sessions), add_case(sessions, **FAILED)
    differ = judged(sessions)
    submit(sessions, case_id=differ.id, person="bob", judgement="correct", key="bob")
    secret = judged(sessions, entered={"bill": {"withheld": "omit"}})
    for case, why in (
        (silent, "Nobody has said"),
        (failed, "no answer"),
        (differ, "people disagree"),
        (secret, "not stored"),
    ):
        with pytest.raises(FeedbackRefused, match=why):
            golden.add(sessions, case_id=case.id, person="rita")
        assert not golden.can_be_golden(sessions, case)
    with pytest.raises(FeedbackRefused, match="no golden cases"):
        run(sessions, V2, {})


def test_reviewers_choose_golden_cases_and_operators_the_pass_mark(sessions: Sessions) -> None:
    case = judged(sessions, person="ann")
    hers, theirs = limited(sessions, ANN), limited(sessions, RITA)
    with pytest.raises(NotPermitted):
        golden.add(hers, case_id=case.id, person="ann")
    golden.add(theirs, case_id=case.id, person="rita")
    with pytest.raises(NotPermitted):
        golden.remove(hers, case_id=case.id, person="ann")
    mark = {"server": "shelf", "model": "penguins", "name": "default", "share": 1.0}
    with pytest.raises(NotPermitted):
        golden.set_pass_mark(theirs, **mark, person="rita")
    run(sessions, V2, {case.id: "Gentoo"})
    # Who asked the case reads what became of it, and nobody else's.
    ((place,),) = (golden.places_of(hers, case.id),)
    assert [each.outcome for each, _ in place.results] == ["fixed"]
    assert golden.places_of(limited(sessions, replace(ANN, person="eve")), case.id) == []


def test_a_version_is_new_until_it_was_run_or_answered_a_golden_case(sessions: Sessions) -> None:
    case = judged(sessions, version="v1")
    deployed = [replace(V2, version=version) for version in ("v1", "v2", "")]
    assert unrun(sessions, deployed) == []
    golden.add(sessions, case_id=case.id, person="rita")
    assert [each.model.version for each in unrun(sessions, deployed)] == ["v2"]
    run(sessions, V2, {case.id: "Gentoo"})
    assert unrun(sessions, deployed) == []


@pytest.fixture
def mlserver(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    with mlserver_of_its_own(tmp_path) as found:
        yield found


@pytest.mark.slow
def test_a_version_that_is_loaded_is_run_without_a_click(
    mlserver: tuple[str, Path], sqlite_url: str
) -> None:
    url, models = mlserver
    settings = Settings(
        database_url=sqlite_url,
        servers=[ServerSettings(name="own", url=url)],
        refresh_seconds=0.2,
        embedded_worker=False,
        warm_explainers=False,
    )
    found = build(settings)
    try:
        found.catalogue.refresh()
        (entry,) = found.catalogue.entries()
        asked = {"server": "own", "version": entry.ref.version}
        entered = dict(found.signature(entry).example_rows[0])
        case = judged(found.sessions, "correct", **asked, entered=entered)
        golden.add(found.sessions, case_id=case.id, person="rita")
        found.start()
        # The other one takes no year, which is left out when it is asked.
        shutil.copytree(built("v1"), models / "penguins" / "v1")
        httpx.post(f"{url}/v2/repository/models/penguins/load", timeout=30).raise_for_status()
        (job,) = _until(lambda: store.newest(found.sessions, kind=golden_run.NAME))
        assert job.title == "Golden cases “default”: own/penguins@v1"
        # What its worker does, here: the two cases are told apart by their versions.
        inline = Here(found.sessions, "1", 15.0, is_inline=True)
        given = golden_run.GoldenRequest(model=replace(entry.ref, version="v1"), name="default")
        kind = found.kinds[golden_run.NAME]
        ran = inline.start(kind, store.make(kind, subject=job.subject), given)
        (result,) = golden.results_of(found.sessions, ran.id)
        replayed = case_of_id(found.sessions, result.asked_id or "")
        assert replayed is not None, result.detail
        assert replayed.is_answered
        assert (replayed.version, replayed.purpose) == ("v1", "golden")
        assert replayed.parent_id == case.id
    finally:
        found.close()


def _until(look: Callable[[], list[JobView]], seconds: float = 30.0) -> list[JobView]:
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found
