"""A file with right answers, asked of a version: what is right, how far off, how fast, and against another version."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest

from cases import deleting
from db.cases import CaseView
from db.deletion import Wanted
from db.engine import Sessions, limited, reading, writing
from db.errors import OutOfScope
from db.ids import new_id
from db.scope import Models, Scope
from feedback import test_results
from feedback import test_runs as runs
from feedback.errors import FeedbackRefused
from feedback.test_junit import junit
from feedback.test_rows import sort_rows
from health import test_figures
from mds_client.errors import EndpointUnreachable
from mds_client.signature import Field, ModelRef, Signature
from tests.recorded import FAILED, add_case

V1, V2 = (ModelRef(server="shelf", name="penguins", version=v) for v in ("v1", "v2"))
OURS = (Models(server="shelf"),)


def plan_of(truths: Sequence[object], **changes: object) -> runs.Plan:
    rows = [
        runs.TestRow(place=f"row {n}", values={"n": n}, truth=truth)
        for n, truth in enumerate(truths)
    ]
    return replace(runs.Plan(model=V2, rows=rows, file_name="holdout.csv"), **changes)


def answering(
    sessions: Sessions, answers: Sequence[object], version: str = "v2"
) -> Callable[..., CaseView]:
    """A version that answers the row n with the n-th of these; the same key is asked once."""
    asked: dict[str, CaseView] = {}
    lock = threading.Lock()

    def ask(values: Mapping[str, Any], *, key: str, person: str) -> CaseView:
        answer = answers[values["n"]]
        if isinstance(answer, Exception):
            raise answer
        facts: dict[str, object] = {
            "answer": {"kind": "class", "label": answer},
            "answer_label": answer,
        }
        if isinstance(answer, float):
            facts = {
                "answer": {"kind": "number", "number": answer},
                "answer_label": None,
                "answer_number": answer,
            }
        with lock:
            if key not in asked:
                made = {"version": version, "purpose": "test", "idempotency_key": key}
                time = {"seconds_total": 0.01 * (1 + values["n"])}
                asked[key] = add_case(sessions, **{**(facts if answer else FAILED), **made, **time})
            return asked[key]

    return ask


def perform(plan: runs.Plan, *asks: Callable[..., CaseView], **more: Any) -> runs.Found:
    facts = {"figures": test_figures, "run_id": new_id(), "person": "rita", **more}
    return runs.perform(plan, asks=asks, **facts)


def test_a_version_is_judged_row_by_row_and_against_another(sessions: Sessions) -> None:
    truths = ["Adelie"] * 8 + ["Gentoo", 1.0]
    first = ["Adelie"] * 6 + ["Gentoo", EndpointUnreachable("Nobody answers."), "Gentoo", "1"]
    other = ["Adelie"] * 7 + ["Adelie", "Adelie", ""]
    asks = answering(sessions, first), answering(sessions, other, "v1")
    found = perform(plan_of(truths, other=V1, pass_mark=0.8), *asks)
    run, figures = found.run, found.run.figures
    assert (run.rows, run.answered_right, run.failed, run.is_passed) == (10, 8, 1, True)
    assert runs.verdict(run) == "Passed: 8 of 10 right (80 %), 80 % are needed"
    assert figures["accuracy"]["value"] == 0.8
    assert 0.49 < figures["accuracy"]["low"] < 0.8 < figures["accuracy"]["high"] < 0.95
    # The table: rows are true, columns answered; the row without an answer is in no cell.
    table = figures["confusion"]
    assert table["labels"] == ["1", "Adelie", "Gentoo"]
    assert table["counts"] == [[1, 0, 0], [0, 6, 1], [0, 0, 1]]
    # Of the nine answers, which took 10 to 100 ms.
    assert figures["seconds"]["n"] == 9
    assert figures["seconds"]["p95"] == pytest.approx(0.096)
    # The other is right where this one is wrong in rows 6 and 7, and wrong in rows 8 and 9.
    compared = figures["comparison"]
    assert (compared["only_first"], compared["only_second"], compared["p"]) == (2, 2, 1.0)
    assert (compared["difference"], compared["is_clear"]) == (0.0, False)
    assert runs.compared(run).endswith("p = 1. No clear difference.")
    with writing(sessions) as session:
        assert found.save(session) == run.id
    assert runs.run_of(sessions, run.id) == run
    assert runs.runs_of(sessions, "shelf", "penguins") == [run]
    kept = test_results.all_of(sessions, run.id)
    assert [each.result.place for each in kept][:2] == ["row 7", "row 6"]
    worst = kept[0].result
    assert (worst.is_right, worst.is_other_right, worst.detail) == (None, True, "Nobody answers.")
    assert [(each.answer, each.other_answer) for each in kept][:2] == [
        (None, "Adelie"),
        ("Gentoo", "Adelie"),
    ]
    last = test_results.page_of(sessions, run.id, start=1_000, size=4)
    assert (last.start, last.rows, last.not_right, len(last.tested)) == (8, 10, 2, 2)
    pages = [test_results.page_of(sessions, run.id, n, 4).tested for n in (0, 4, 8)]
    assert [each for page in pages for each in page] == kept


def test_numbers_have_an_error_and_pass_by_it(sessions: Sessions) -> None:
    truths: list[object] = ["100", 50, 10.0, "8"]
    ask = answering(sessions, [104.0, 50.0, 10.0, 4.0])
    other = answering(sessions, [100.0, 50.0, 10.0, 8.0], "v1")
    run = perform(plan_of(truths, other=V1, near=0.05, most_error=2.0), ask, other).run
    assert run.figures["errors"]["mae"]["value"] == 2.0
    assert run.figures["errors"]["bias"]["value"] == 0.0
    assert (run.answered_right, run.is_passed) == (3, True)  # 104 is near 100, 4 is not near 8
    assert runs.verdict(run) == "Passed: a mean absolute error of 2, 2 is allowed"
    assert run.figures["comparison"]["nearer"] == {"first": 0, "second": 2, "p": 0.5, "n": 4}
    assert not perform(plan_of(truths, most_error=1.9), ask).run.is_passed
    one = perform(plan_of(truths[:1]), ask).run
    assert one.figures["errors"]["mae"]["high"] is None  # nothing is known of its interval
    assert "error 4 n=1" in runs.in_words(one)


def test_as_many_requests_as_wanted_are_under_way_and_a_run_goes_on_where_it_was_cut_off(
    sessions: Sessions,
) -> None:
    together = threading.Barrier(3, timeout=30)
    ask = answering(sessions, ["Adelie"] * 6)

    def three(values: Mapping[str, Any], **more: Any) -> CaseView:
        together.wait()  # passes where three are under way at once
        return ask(values, **more)

    run_id, asked = new_id(), list[object]()

    def cut_off(_done: int, _of: int) -> None:
        raise InterruptedError

    plan = plan_of(["Adelie"] * 6, parallel=3)
    with pytest.raises(InterruptedError):
        perform(plan, three, run_id=run_id, between=cut_off)

    def noting(values: Mapping[str, Any], *, key: str, person: str) -> CaseView:
        asked.append(key)
        return ask(values, key=key, person=person)

    progress: list[tuple[int, int]] = []
    found = perform(plan, noting, run_id=run_id, between=lambda *n: progress.append(n))
    assert progress[-1] == (6, 6)
    assert sorted(asked) == [f"test/{run_id}/0/{n}" for n in range(6)]
    with reading(sessions) as session:  # each row has one case, although it was asked twice
        assert len({each.case_id for each in found.results}) == 6
        assert len(runs.db.cases.by_keys(session, [str(key) for key in asked])) == 6


def test_what_cannot_be_tested_is_said_before_anything_is_asked(sessions: Sessions) -> None:
    def never(*_: object, **__: object) -> CaseView:
        raise AssertionError

    for plan, why in (
        (plan_of([]), "1 to 10,000 rows"),
        (plan_of(["a", None, None]), "no right answer in row 1 and 1 more"),
        (plan_of(["a"], parallel=0), "1 to 32"),
        (plan_of(["a"], pass_mark=0.0), "pass mark"),
        (plan_of(["a"], near=1.0), "below 1"),
        (plan_of(["a"], most_error=-1.0), "from 0 on"),
    ):
        with pytest.raises(FeedbackRefused, match=why):
            perform(plan, never)
    with pytest.raises(FeedbackRefused, match="Row 0: 'tall' is not a number"):
        perform(plan_of(["tall"]), answering(sessions, [1.0]))


def test_rows_are_for_reviewers_and_go_with_their_cases(sessions: Sessions) -> None:
    found = perform(plan_of(["Adelie", "Gentoo"]), answering(sessions, ["Adelie", "Adelie"]))
    analyst = limited(sessions, Scope(person="ann", seen=OURS))
    with pytest.raises(OutOfScope), writing(analyst) as session:
        found.save(session)
    with writing(sessions) as session:
        found.save(session)
    run_id = found.run.id
    reviewer = limited(sessions, Scope(person="rita", seen=OURS, reviewed=OURS))
    assert (runs.run_of(reviewer, run_id), len(test_results.all_of(reviewer, run_id))) == (
        found.run,
        2,
    )
    assert (runs.run_of(analyst, run_id), runs.runs_of(analyst)) == (None, [])
    assert test_results.all_of(analyst, run_id) == []
    assert test_results.page_of(analyst, run_id).rows == 0
    gone = found.results[0].case_id
    for _ in deleting.delete_cases(sessions, Wanted(ids=(str(gone),)), person="retention"):
        pass
    assert [each.result.place for each in test_results.all_of(sessions, run_id)] == ["row 1"]
    assert runs.run_of(sessions, run_id) == found.run  # counts name nobody


def test_the_report_for_a_pipeline_has_a_test_for_the_mark_and_one_for_each_row(
    sessions: Sessions,
) -> None:
    ask = answering(sessions, ["Adelie", "Adelie", ""])
    found = perform(plan_of(["Adelie", "Gen\x00too", "Adelie"]), ask)
    root = ElementTree.fromstring(junit(found.run, found.results))
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("4", "2", "1")
    wrong = {
        each.get("name"): each[0].get("message") for each in root.iter("testcase") if len(each)
    }
    assert wrong["row 1"] == "Gen\N{REPLACEMENT CHARACTER}too is right."
    assert set(wrong) == {"pass mark", "row 1", "row 2"}


def test_rows_that_cannot_be_tested_are_left_out_of_the_figures_and_told(
    sessions: Sessions,
) -> None:
    shares = Field(
        name="p", kind="tensor", role="probabilities", labels=("Adelie", "Chinstrap", "Gentoo")
    )
    taken = Signature(
        model=V2, inputs=(Field(name="n", kind="integer", minimum=0),), outputs=(shares,)
    )
    given = plan_of(["Adelie", "Dodo", "adelie", None, "Gentoo", " Gentoo "]).rows
    rows = [*given, runs.TestRow(place="row 6", values={"n": -1}, truth="Adelie")]
    unread = [("row 8", "Bill is needed.")]
    found = sort_rows(rows, [taken], unread=2, unread_why=unread)
    assert [row.place for row in found.rows] == ["row 0", "row 4", "row 5"]
    assert found.left_out == 6
    why = dict(found.why)
    assert list(why) == ["row 1", "row 2", "row 3", "row 6", "row 8"]  # as the file has them
    assert why["row 1"].startswith("'Dodo' is not one of the model's classes: Adelie, Chinstrap")
    assert why["row 2"].endswith("Did you mean 'Adelie'?")
    assert why["row 3"] == "It has no right answer."
    assert why["row 8"] == "Bill is needed."
    number = Field(name="y", kind="number", role="number")
    counts = replace(taken, outputs=(number,))
    assert [row.place for row in sort_rows(plan_of([1.5, "tall"]).rows, [counts]).rows] == ["row 0"]
    plan = replace(plan_of([]), rows=found.rows, left_out=6, left_out_why=found.why)
    run = perform(plan, answering(sessions, ["Adelie"] * 6)).run
    assert (run.rows, run.answered_right, run.left_out) == (3, 1, 6)
    assert run.figures["accuracy"]["n"] == 3
    assert "left out of the file 6" in runs.in_words(run)
    words = runs.as_left_out(run.left_out, run.left_out_why, most=1)
    assert words.startswith("6 rows of the file are left out. Row 1: 'Dodo' is not one")
    assert words.endswith("; and 5 more.")
    root = ElementTree.fromstring(junit(run, []))
    assert root.get("skipped") == "5"
    assert {"rows left out": "6"}.items() <= {
        each.get("name"): each.get("value") for each in root.iter("property")
    }.items()


def test_a_truth_that_only_the_answers_show_to_be_none_is_left_out_too(sessions: Sessions) -> None:
    known = {"kind": "class", "label": "Adelie", "probabilities": {"Adelie": 0.9, "Gentoo": 0.1}}

    def ask(values: Mapping[str, Any], *, key: str, person: str) -> CaseView:
        return add_case(sessions, answer=known, idempotency_key=key, purpose="test")

    found = perform(plan_of(["Adelie", "Dodo", "Gentoo"]), ask)
    assert (found.run.rows, found.run.answered_right, found.run.left_out) == (2, 1, 1)
    assert [each.place for each in found.results] == ["row 0", "row 2"]
    assert found.run.left_out_why[0][0] == "row 1"
    with pytest.raises(FeedbackRefused, match="'Dodo' is not one of the model's classes"):
        perform(plan_of(["Dodo"]), ask)
