"""Which rows a study is about, the studies that are kept, and what stored explanations say together."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from arithmetic_models import SERVER, weighted
from cohort_models import Model, columns, linear, of, studied

from cases.queries import save_explanation
from db.engine import Sessions, close, make_sessions
from db.errors import StorageError
from explanations.behaviour import aggregate, studies
from explanations.behaviour.cohorts import (
    MOST_ROWS,
    Chosen,
    of_cases,
    of_examples,
    of_file,
    seconds_a_call,
    versions,
)
from explanations.explaining import ExplanationRequest, explain
from explanations.methods import methods
from explanations.target import Target
from feedback.submission import submit
from mds_client.signature import Field, ModelRef, Signature
from tests.recorded import FAILED, NOON, add_case, add_cases, case_of

PENGUINS = ModelRef(server="shelf", name="penguins", version="v2")
BILL = Signature(model=PENGUINS, inputs=(Field(name="bill", kind="number"),))


def _bills(sessions: Sessions, chosen: Chosen | None = None) -> list[object]:
    return [row["bill"] for row in of_cases(sessions, BILL, chosen or Chosen()).rows]


def _add(sessions: Sessions, bill: object, **changes: object) -> str:
    return add_case(sessions, entered={"bill": bill}, **changes).id


def test_the_newest_answered_cases_of_the_model_come_first(sessions: Sessions) -> None:
    for place in range(5):
        _add(sessions, float(place), created_at=NOON + timedelta(hours=place))
    _add(sessions, 50.0, model="others")
    _add(sessions, 60.0, server="another")
    _add(sessions, 70.0, **FAILED)
    assert _bills(sessions) == [4.0, 3.0, 2.0, 1.0, 0.0]
    assert _bills(sessions, Chosen(limit=2)) == [4.0, 3.0]


def test_cases_are_chosen_by_version_time_answer_and_feedback(sessions: Sessions) -> None:
    _add(sessions, 1.0, version="v1", created_at=NOON - timedelta(days=3))
    _add(sessions, 2.0, version="v2", answer_label="Gentoo")
    told = _add(sessions, 3.0, version="v2")
    submit(sessions, case_id=told, person="ada", judgement="unsure", key="k")
    assert set(_bills(sessions, Chosen(version="v2"))) == {2.0, 3.0}
    assert set(_bills(sessions, Chosen(since=NOON - timedelta(days=1)))) == {2.0, 3.0}
    assert _bills(sessions, Chosen(answer="Gentoo")) == [2.0]
    assert _bills(sessions, Chosen(has_feedback=True)) == [3.0]
    assert set(_bills(sessions, Chosen(has_feedback=False))) == {1.0, 2.0}
    assert versions(sessions, BILL) == ["v1", "v2"]
    words = of_cases(sessions, BILL, Chosen(version="v2", answer="Gentoo", has_feedback=False))
    assert words.sentence.startswith("1 case of version v2, answered Gentoo, without feedback.")


def test_rows_that_the_model_no_longer_takes_are_left_out_and_said(sessions: Sessions) -> None:
    for bill in (1.0, "much", None, 2.0):
        _add(sessions, bill)
    cohort = of_cases(sessions, BILL, Chosen())
    assert {row["bill"] for row in cohort.rows} == {1.0, 2.0}
    assert cohort.left_out == 2
    assert "2 more do not fit what the model takes now" in cohort.sentence


def test_a_reviewers_word_is_the_truth_and_the_newest_of_others(sessions: Sessions) -> None:
    case = _add(sessions, 1.0)
    silent = _add(sessions, 2.0)
    submit(sessions, case_id=silent, person="eve", judgement="incorrect", key="s")
    for place, (person, truth, channel) in enumerate(
        [("ada", "Gentoo", None), ("bob", "Chinstrap", "review"), ("eve", "Gentoo", None)]
    ):
        submit(
            sessions,
            case_id=case,
            person=person,
            judgement="incorrect",
            truth=truth,
            channel=channel,
            key=f"k{place}",
            clock=lambda place=place: NOON + timedelta(minutes=place),  # type: ignore[misc]
        )
    cohort = of_cases(sessions, BILL, Chosen())
    known = dict(zip([row["bill"] for row in cohort.rows], cohort.truths, strict=True))
    assert known == {1.0: "Chinstrap", 2.0: None}
    assert cohort.known == 1
    assert "For 1 of them the right answer is known." in cohort.sentence


@pytest.mark.slow
def test_a_cohort_is_bounded_whatever_is_asked_for(sessions: Sessions) -> None:
    add_cases(sessions, *[case_of(entered={"bill": float(i)}) for i in range(MOST_ROWS + 30)])
    assert len(_bills(sessions, Chosen(limit=10**9))) == MOST_ROWS
    rows = [{"bill": 1.0}] * (MOST_ROWS + 5)
    cohort = of_file("birds.csv", rows, [1.0] * len(rows), left_out=3)
    assert (len(cohort.rows), len(cohort.truths)) == (MOST_ROWS, MOST_ROWS)
    assert cohort.sentence.startswith(
        "The first 2,000 of 2,005 rows of birds.csv. 3 more do not fit"
    )
    assert seconds_a_call(sessions, BILL) == (0.2, 200)


def test_without_cases_there_are_no_rows(sessions: Sessions) -> None:
    assert _bills(sessions) == []
    assert seconds_a_call(sessions, BILL) is None
    assert len(of_examples(of(columns(1, 12, "ab"))).rows) == 12


def test_a_study_is_kept_and_found_again(sessions: Sessions) -> None:
    rows = columns(2, 60, "ab")
    found = studied("partial_dependence", Model(linear(a=1.0)), rows)
    kept = [
        studies.keep(sessions, PENGUINS, of_file("a.csv", rows, ()), found, person="ada")
        for _ in range(studies.MOST_LISTED + 3)
    ]
    again = studies.study(sessions, kept[0].id)
    assert again == kept[0]
    assert studies.explanation_of(kept[0]) == found
    assert (kept[0].version, kept[0].status, kept[0].seed) == ("v2", "complete", found.seed)
    listed = studies.newest(sessions, PENGUINS)
    assert [line.id for line in listed] == [v.id for v in reversed(kept)][: studies.MOST_LISTED]
    assert listed[0].cohort["words"] == "60 rows of a.csv."
    assert studies.newest(sessions, ModelRef(server="shelf", name="others")) == []


def test_a_study_against_feedback_says_that_it_is_no_accuracy(sessions: Sessions) -> None:
    rows = columns(6, 40, "ab")
    cohort = replace(of_cases(sessions, BILL, Chosen()), rows=rows)
    truths = [float(row["a"]) for row in rows]  # type: ignore[arg-type]
    for known, is_said in ((truths, True), ((), False)):
        found = studied("permutation_importance", Model(linear(a=1.0)), rows, truths=known)
        kept = studies.explanation_of(studies.keep(sessions, PENGUINS, cohort, found))
        assert kept
        assert ("is not how good it is" in kept.note) == is_said


def test_what_cannot_be_kept_is_an_error_of_the_database(tmp_path: Path) -> None:
    rows = columns(2, 60, "ab")
    found = studied("partial_dependence", Model(linear(a=1.0)), rows)
    without_tables = make_sessions(f"sqlite:///{tmp_path / 'none.db'}")
    with pytest.raises(StorageError):
        studies.keep(without_tables, PENGUINS, of_file("a.csv", rows, ()), found)


@pytest.mark.parametrize("link", ["", "nonsense", "' OR 1=1", "01HZZZZZZZZZZZZZZZZZZZZZZZ"])
def test_a_dead_link_finds_nothing(sessions: Sessions, link: str) -> None:
    assert studies.study(sessions, link) is None


def _explained(sessions: Sessions, rows: Sequence[dict[str, object]], **changes: object) -> None:
    signature = of(columns(3, 20, "abc"))
    for row in rows:
        case = add_case(sessions, entered=row, model="sums", server="here", **changes)
        asked = ExplanationRequest(
            method="shapley",
            server=SERVER,
            signature=signature,
            values=row,
            answer=weighted(row),
            case=case.id,
        )
        found = explain(asked, methods()["shapley"], Model(weighted))
        save_explanation(
            sessions,
            case_id=case.id,
            method="shapley",
            status="complete",
            result=json.loads(found.to_json()),
        )


def test_stored_explanations_add_up_one_version_at_a_time(sqlite_url: str) -> None:
    sessions = make_sessions(sqlite_url)
    rows = columns(4, 12, "abc")
    _explained(sessions, rows, version="v1")
    _explained(sessions, columns(5, 3, "abc"), version="v2")
    model = ModelRef(server="here", name="sums", version="v1")
    told = aggregate.explained_cases(sessions, model, "v1")
    assert {each.version for each in told} == {"v1"}
    assert len(told) == 12
    moved = aggregate.by_field(told, of(columns(3, 20, "abc")))
    assert [each.field for each in moved][-1] == "c"
    strongest = next(each for each in moved if each.field == "a")
    order = sorted(range(12), key=lambda place: strongest.amounts[place])
    heights = [strongest.heights[place] for place in order]
    assert heights == sorted(heights)  # type: ignore[type-var]
    assert (heights[0], heights[-1]) == (0.0, 1.0)
    said = aggregate.sentence(Target(kind="number", unit="mm"), moved, 12)
    for each in moved:
        assert aggregate.mean_text(Target(kind="number", unit="mm"), each) in said
    close(sessions)


def test_two_numbers_are_never_put_together_and_nonsense_is_passed_over(sqlite_url: str) -> None:
    sessions = make_sessions(sqlite_url)
    for place, (label, result) in enumerate(
        [("yes", None), ("yes", None), ("no", None), ("", {"kind": 7}), ("", {"nothing": []})]
    ):
        case = add_case(sessions, entered={"bill": place}, version="v2")
        told = result or {
            "method": "shapley", "title": "t", "kind": "attribution", "sentence": "s", "alt": "a",
            "target": {"kind": "probability", "answer": label},
            "attributions": [{"field": "bill", "title": "Bill", "value_text": "1", "amount": 0.1}],
        }  # fmt: skip
        save_explanation(
            sessions, case_id=case.id, method="shapley", status="complete", result=told
        )
    told_all = aggregate.explained_cases(sessions, PENGUINS, "v2")
    assert aggregate.numbers(told_all) == ["yes", "no"]
    assert len(told_all) == 3
    close(sessions)


def test_values_of_a_sensitive_field_are_not_shown() -> None:
    rows = [{"k": ("secret", "other")[i % 2], "x": float(i)} for i in range(40)]
    signature = of(rows, k="category")
    hidden = Signature(
        model=signature.model,
        inputs=tuple(
            Field(name=f.name, kind=f.kind, choices=f.choices, sensitive=f.name == "k")
            for f in signature.inputs
        ),
    )
    found = studied("partial_dependence", Model(linear(x=1.0)), rows, signature=hidden)
    assert [curve.field for curve in found.curves] == ["x"]
    assert "K is sensitive: its values are not shown." in found.note
    assert "secret" not in found.to_json()
