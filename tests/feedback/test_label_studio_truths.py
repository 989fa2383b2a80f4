"""An annotated export of Label Studio is truths of the cases that its tasks came from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from db.case_search import CaseFilter
from db.engine import Sessions
from db.ids import new_id
from feedback import data_set_exports, data_sets
from feedback.label_studio_truths import annotated, is_export
from feedback.submission import history, submit
from feedback.truths import import_truths
from tests.recorded import NUMBER, add_case

RECORDED = Path(__file__).parents[1] / "data/label_studio.json"


def _said(value: object, form: str = "choices", **more: object) -> dict[str, Any]:
    result = {"from_name": "answer", "to_name": "inputs", "type": form, "value": value}
    return {"id": 7, "was_cancelled": False, "result": [result | more]}


def _task(case_id: str, *annotations: dict[str, Any], number: int = 1) -> dict[str, Any]:
    return {"id": number, "data": {"mds_case": case_id}, "annotations": list(annotations)}


def test_what_a_real_label_studio_exported_is_read() -> None:
    tasks = json.loads(RECORDED.read_text(encoding="utf-8"))["exported"]
    assert is_export(tasks)
    said = annotated(tasks)
    assert [(each.place, each.case_id[-1], each.truth) for each in said.rows] == [
        ("task 1", "0", "Adelie"),
        ("task 2", "1", "Gentoo"),
        ("task 6", "A", 40.5),
        ("task 7", "B", "Good day"),
        ("task 8", "C", '[{"label": "car", "corners": [20.0, 10.0, 120.0, 60.0]}]'),
        ("task 9", "D", '[{"start": 0.5, "end": 1.5, "label": "speech"}]'),
    ]
    # The third was skipped, the fourth annotated with nothing, and nobody opened the fifth.
    assert [each.place for each in said.unread] == ["task 3", "task 4"]


def test_an_export_goes_out_and_its_annotations_come_back(sessions: Sessions) -> None:
    cases = [add_case(sessions) for _ in range(2)]
    for case in cases:
        submit(sessions, case_id=case.id, person="rita", judgement="correct", key=new_id())
    wanted = CaseFilter(server="shelf", model="penguins")
    frozen = data_sets.freeze(sessions, wanted, name="march", person="rita")
    rows = data_sets.rows_of(sessions, frozen.id)
    tasks = json.loads(data_set_exports.as_label_studio(frozen, rows, lambda _: None))
    assert is_export(tasks)
    assert not is_export([{"case": "a", "truth": "b"}])
    tasks[0]["annotations"][0]["result"][0]["value"] = {
        "choices": ["Gentoo"]
    }  # what a person changes
    said = annotated(tasks)
    assert said.unread == ()
    for recorded in (1, 0):
        found = import_truths(sessions, said.rows, person="rita")
        assert (found.recorded, found.unchanged, found.unmatched) == (recorded, 2 - recorded, ())
    changed = tasks[0]["data"]["mds_case"]
    assert [s.truth for s in history(sessions, changed) if s.is_current] == ["Gentoo"]


def test_each_kind_of_annotation_is_the_truth_of_its_case_or_says_why_not(
    sessions: Sessions,
) -> None:
    box = {"label": "car", "corners": [20, 10, 120, 60]}
    boxes = add_case(sessions, answer={"kind": "boxes", "boxes": [box]}, answer_label=None)
    text = add_case(sessions, answer={"kind": "text", "text": "Guten Tag"}, answer_label=None)
    number = add_case(sessions, **NUMBER)
    differ = add_case(sessions)
    size = {"original_width": 200, "original_height": 100}
    percent = {"x": 10.0, "y": 10.0, "width": 50.0, "height": 50.0, "rectanglelabels": ["car"]}
    tasks = [
        _task(boxes.id, _said(percent, "rectanglelabels", **size), number=1),
        _task(text.id, _said({"text": ["Guten Tag"]}, "textarea"), number=2),
        _task(number.id, _said({"number": 40}, "number"), number=3),
        _task(differ.id, _said({"choices": ["Adelie"]}), _said({"choices": ["Gentoo"]}), number=4),
        _task(text.id, {"was_cancelled": True, "result": []}, number=5),
        _task("", _said({"choices": ["Adelie"]}), number=6),
        _task(text.id, _said({"choices": ["a", "b"]}), number=7),
        _task(text.id, _said({"brush": 1}, "brushlabels"), number=8),
        _task(boxes.id, _said({"x": 1}, "rectanglelabels"), number=9),
        _task(number.id, _said({"number": "=1+1"}, "number"), number=10),
    ]
    said = annotated(tasks)
    assert [(each.place, each.why.split(":")[0]) for each in said.unread] == [
        ("task 5", "The task was skipped."),
        ("task 6", "The task is of no case of the workbench"),
        ("task 7", "It chooses several classes."),
        ("task 8", "It says no class, number or text, and has no boxes or segments."),
        ("task 9", "Its rectanglelabels cannot be read."),
        ("task 10", "Its number cannot be read."),
    ]
    found = import_truths(sessions, said.rows, person="rita", near=0.1)
    assert found.recorded == 3
    assert [each.place for each in found.unmatched] == [
        "task 4, annotation 1",
        "task 4, annotation 2",
    ]
    for case in (boxes, text, number):
        assert [s.judgement for s in history(sessions, case.id)] == ["correct"]
