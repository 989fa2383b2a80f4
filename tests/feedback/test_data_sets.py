"""Judged cases are chosen, frozen as versions and exported; what is erased leaves a count."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import pyarrow.parquet as pq
import pytest
from PIL import Image

from audit_log.workspaces import opened
from batch.exports import inert_csv
from cases import deleting, erasure
from db.case_search import CaseFilter
from db.cases import CaseView
from db.deletion import Wanted
from db.engine import Sessions, limited
from db.ids import new_id
from db.scope import Models, Scope
from feedback import data_set_exports as exports
from feedback import data_sets, label_studio
from feedback.data_set_choice import Chosen, look
from feedback.errors import FeedbackRefused
from feedback.label_studio import Tags, Unusable
from feedback.submission import submit
from mds_client.sensitive_values import HASH, WITHHELD
from mds_client.signature import File
from people.errors import NotPermitted
from tests.recorded import FAILED, NUMBER, add_case, add_cases, case_of

OURS = (Models(server="shelf"),)
WANTED = CaseFilter(server="shelf", model="penguins")


def judged(sessions: Sessions, judgement: str = "correct", **facts: Any) -> CaseView:
    case = add_case(sessions, **{k: v for k, v in facts.items() if k not in ("truth", "person_")})
    by = facts.get("person_", "rita")
    truth = facts.get("truth")
    submit(sessions, case_id=case.id, person=by, judgement=judgement, truth=truth, key=new_id())
    return case


def freeze(
    sessions: Sessions, wanted: CaseFilter = WANTED, name: str = "march"
) -> data_sets.SetView:
    return data_sets.freeze(sessions, wanted, name=name, person="rita")


def test_what_is_settled_is_frozen_and_stays_as_it_was(sessions: Sessions) -> None:
    right = judged(sessions, is_audited=True, audit_probability=0.25)
    wrong = judged(sessions, "incorrect", truth="Gentoo")
    differ = judged(sessions)
    submit(
        sessions, case_id=differ.id, person="bob", judgement="incorrect", truth="Gentoo", key="b"
    )
    judged(sessions, purpose="scenario")
    judged(sessions, server="other")
    add_case(sessions)  # nobody says anything
    found = freeze(sessions)
    assert (found.version, found.cases) == (1, 2)
    assert freeze(sessions) == found  # a second press changes nothing
    chosen = look(sessions, WANTED)
    assert chosen.words == (
        "2 of 5 listed cases; 3 stay out: 1 asked under What if …?, 1 not judged, 1 not settled"
    )
    told: list[Chosen] = []
    data_sets.freeze(sessions, WANTED, name="march", person="rita", tell=told.append)
    assert told == [chosen]
    rows = data_sets.rows_of(sessions, found.id)
    assert {each.case.id: (each.row.truth, each.weight) for each in rows} == {
        right.id: ("Adelie", 4.0),
        wrong.id: ("Gentoo", None),
    }
    submit(
        sessions, case_id=wrong.id, person="rita", judgement="incorrect", truth="Chinstrap", key="2"
    )
    assert data_sets.rows_of(sessions, found.id) == rows  # frozen
    newer = freeze(sessions, replace(WANTED, judgement="incorrect"))
    assert (newer.version, newer.cases) == (2, 1)
    assert newer.sha256 != found.sha256
    assert newer.filters["judgement"] == "incorrect"
    assert data_sets.is_whole(found, [each.row for each in rows])
    changed = [replace(each.row, truth_label="Adelie") for each in rows]
    assert not data_sets.is_whole(found, changed)
    assert [each.version for each in data_sets.sets_of(sessions, "shelf", "penguins")] == [2, 1]


def test_what_is_erased_leaves_a_count_and_no_content(sessions: Sessions) -> None:
    gone, told, kept = (judged(sessions, person=who) for who in ("ann", "ben", "cleo"))
    submit(sessions, case_id=told.id, person="zoe", judgement="correct", key="z")
    found = freeze(sessions)
    for _ in deleting.delete_cases(sessions, Wanted(ids=(gone.id,)), person="retention"):
        pass
    erasure.erase(sessions, "zoe", by="olga")  # her words are what the row rests on
    left = [each.row for each in data_sets.rows_of(sessions, found.id)]
    assert {row.case_id for row in left} == {kept.id}
    assert data_sets.set_of(sessions, found.id) == found  # three there were
    assert (found.cases, data_sets.is_whole(found, left)) == (3, False)


def test_a_demonstration_stays_out_and_is_told(sessions: Sessions) -> None:
    demo = opened(sessions, "demo", person="olga").name
    shown = case_of(purpose="show"), case_of(purpose="demo", workspace=demo)
    for case in add_cases(sessions, *shown):
        submit(sessions, case_id=case.id, person="rita", judgement="correct", key=case.id)
    failed = add_case(sessions, **FAILED)
    with pytest.raises(
        FeedbackRefused, match="0 of 3 listed cases; 3 stay out: 1 asked in shows, 1 of the demo"
    ):
        freeze(sessions)
    alone = replace(WANTED, state="failed")
    assert look(sessions, alone).words == "0 of 1 listed case; 1 stays out: 1 without an answer"
    assert failed.outcome == "failed"


def test_data_sets_are_of_who_reviews_one_model(sessions: Sessions) -> None:
    judged(sessions, person="ann")
    found = freeze(sessions)
    ann = limited(sessions, Scope(person="ann", seen=OURS))
    rita = limited(sessions, Scope(person="rita", seen=OURS, reviewed=OURS))
    with pytest.raises(NotPermitted):
        freeze(ann)
    assert (data_sets.sets_of(ann), data_sets.set_of(ann, found.id)) == ([], None)
    assert data_sets.rows_of(ann, found.id) == []
    with pytest.raises(FeedbackRefused, match="you do not review"):
        data_sets.take(ann, found.id, person="ann")
    assert data_sets.take(rita, found.id, person="rita")[0] == found
    for wanted, name, why in (
        (CaseFilter(), "x", "of one model"),
        (WANTED, " ", "has a name"),
        (replace(WANTED, answer="Emperor"), "x", "None of these cases"),
    ):
        with pytest.raises(FeedbackRefused, match=why):
            freeze(rita, wanted, name)


def test_exports_have_channel_weight_and_versions_and_no_sensitive_value(
    sessions: Sessions,
) -> None:
    entered = {
        "bill": 39.1,
        "note": "=cmd()",
        "name": {WITHHELD: "keep"},
        "id": {WITHHELD: "hash", HASH: "ab12"},
    }
    case = judged(
        sessions,
        entered=entered,
        sensitive={"name": "Ann Canary"},
        is_audited=True,
        audit_probability=0.5,
    )
    rows = data_sets.rows_of(sessions, freeze(sessions).id)
    (line,) = exports.as_json_lines(rows).decode().splitlines()
    facts = json.loads(line)
    assert (facts["case"], facts["channel"], facts["weight"], facts["agreement"]) == (
        case.id,
        "audit",
        2.0,
        1.0,
    )
    assert (facts["version"], facts["signature"], facts["truth"]) == ("v1", "f1", "Adelie")
    assert facts["inputs"] == {"bill": 39.1, "note": "=cmd()", "name": None, "id": "ab12"}
    parquet = exports.as_parquet(rows)
    table = pq.read_table(io.BytesIO(parquet)).to_pylist()
    assert (table[0]["input.bill"], table[0]["input.note"], table[0]["weight"]) == (
        39.1,
        "=cmd()",
        2.0,
    )
    csv = inert_csv(parquet).decode("utf-8-sig")
    assert "'=cmd()" in csv
    assert "Canary" not in csv + line + parquet.decode("latin-1")


def test_a_task_of_label_studio_has_the_answer_as_prediction_and_what_is_right(
    sessions: Sessions,
) -> None:
    shares = {"kind": "class", "label": "Adelie", "probabilities": {"Adelie": 0.7, "Gentoo": 0.3}}
    judged(
        sessions, "incorrect", truth="Gentoo", answer=shares, entered={"bill": 39.1, "sex": "male"}
    )
    found = freeze(sessions)
    rows = data_sets.rows_of(sessions, found.id)
    (task,) = json.loads(exports.as_label_studio(found, rows, lambda _: None))
    assert task["data"]["inputs"] == {"bill": 39.1, "sex": "male"}
    assert (task["data"]["mds_channel"], task["data"]["mds_data_set"]) == ("volunteered", "march 1")
    (prediction,) = task["predictions"]
    assert (prediction["model_version"], prediction["score"]) == ("v1", 0.7)
    named = {"from_name": "answer", "to_name": "inputs", "type": "choices"}
    assert prediction["result"] == [{"id": "r0", **named, "value": {"choices": ["Adelie"]}}]
    assert task["annotations"][0]["result"][0]["value"] == {"choices": ["Gentoo"]}


def test_answers_of_every_kind_are_results_of_their_tags() -> None:
    picture = io.BytesIO()
    Image.new("RGB", (200, 100)).save(picture, "PNG")
    size = label_studio.size_of(picture.getvalue())
    boxes = {"kind": "boxes", "boxes": [{"label": "car", "corners": [20, 10, 120, 60]}]}
    case = case_of(answer=boxes, answer_label=None, entered={"image": {}})
    (found,) = label_studio.predictions(case, size=size)
    assert found["result"][0]["value"] == {
        "x": 10.0, "y": 10.0, "width": 50.0, "height": 50.0, "rotation": 0, "rectanglelabels": ["car"]
    }  # fmt: skip
    assert (found["result"][0]["original_width"], found["result"][0]["original_height"]) == (
        200,
        100,
    )
    assert label_studio.predictions(case) == []  # without the size of the picture
    number = case_of(**NUMBER)
    assert label_studio.predictions(number)[0]["result"][0]["value"] == {"number": 41.5}
    text = case_of(answer={"kind": "text", "text": "Guten Tag"}, answer_label=None)
    assert label_studio.predictions(text)[0]["result"][0]["value"] == {"text": ["Guten Tag"]}
    spans = {"kind": "segments", "segments": [{"start": 0.5, "end": 1.5, "label": "speech"}]}
    sound = case_of(answer=spans, answer_label=None)
    value = label_studio.predictions(sound)[0]["result"][0]["value"]
    assert value == {"start": 0.5, "end": 1.5, "channel": 0, "labels": ["speech"]}
    task = label_studio.task(
        {"image": {}}, lambda _: File(name="x.png", media_type="image/png", data=b"abc")
    )
    assert task == {"data": {"inputs": "data:image/png;base64,YWJj"}}


def test_the_tags_of_a_project_are_found_by_the_kind_of_answer() -> None:
    config = '<View><Image name="img" value="$photo"/><Choices name="c" toName="img"/><Number name="n" toName="img"/></View>'
    assert label_studio.tags_of(config, "class") == Tags(
        from_name="c", to_name="img", variable="photo"
    )
    assert label_studio.tags_of(config, "number").from_name == "n"
    assert label_studio.tags_of(label_studio.config("boxes", ["a<b"], "Image"), "boxes") == Tags()
    for bad, kind, why in (
        (config, "boxes", "no RectangleLabels"),
        ("<View>", "class", "not XML"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><View>&a;</View>', "class", "document type"),
    ):
        with pytest.raises(Unusable, match=why):
            label_studio.tags_of(bad, kind)
