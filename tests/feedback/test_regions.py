"""Boxes and segments as the right answer: what is taken, how it is kept, when two are the same, and how it is told."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.engine import Sessions
from db.ids import new_id
from feedback import golden, regions
from feedback.errors import FeedbackRefused
from feedback.golden_runs import perform
from feedback.readings import is_same
from feedback.regions import BOXES, SEGMENTS, Region, Unfit, Within, in_words
from feedback.submission import FeedbackView, submit
from mds_client.signature import ModelRef
from tests.recorded import add_case

PICTURE, SOUND = Within(width=320, height=200), Within(seconds=2.5)
CAR = {"label": "car", "corners": [30, 60, 140, 150]}
TREE = {"label": "tree", "corners": [250, 20, 300, 180]}
STREET = {"answer": {"kind": BOXES, "boxes": [{**CAR, "score": 0.9}]}, "answer_label": None}
SPEECH = {"answer": {"kind": SEGMENTS, "segments": [[0.2, 1.0]]}, "answer_label": None}


def say(sessions: Sessions, case_id: str, judgement: str = "incorrect", **said: object) -> FeedbackView:  # fmt: skip
    facts: dict[str, object] = {"person": "ada", "key": new_id(), **said}
    return submit(sessions, case_id=case_id, judgement=judgement, **facts)  # type: ignore[arg-type]


def test_moved_boxes_are_kept_in_the_form_of_an_answer(sessions: Sessions) -> None:
    case = add_case(sessions, **STREET)
    moved = [{**CAR, "corners": [31.04, 60, 141, 150]}, TREE]
    said = say(sessions, case.id, truth=moved, within=PICTURE)
    assert json.loads(said.truth_text or "") == [{**CAR, "corners": [31.0, 60.0, 141.0, 150.0]}, TREE]  # fmt: skip
    # The same as a program sends it, and nothing at all, which is an answer too.
    assert say(sessions, case.id, truth=json.dumps(moved)).truth == said.truth
    assert say(sessions, case.id, truth=[]).truth == "[]"
    assert say(sessions, case.id, truth="two cars").truth == "two cars"
    assert say(sessions, case.id, "correct").truth == json.dumps([{**CAR, "corners": [30.0, 60.0, 140.0, 150.0]}])  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "truth", "why"),
    [
        (BOXES, [{**CAR, "corners": [30, 60, 340, 150]}], "within the picture of 320 × 200"),
        (BOXES, [{**CAR, "corners": [-1, 60, 140, 150]}], "within the picture"),
        (BOXES, [CAR, {**CAR, "corners": [140, 60, 140, 150]}], "Box 2 is empty"),
        (BOXES, [{**CAR, "corners": [30, 60, float("nan"), 150]}], "Box 1 has no place"),
        (BOXES, [{**CAR, "corners": [30, 60, True, 150]}], "has no place"),
        (BOXES, [{**CAR, "corners": [30, 60, 10**400, 150]}], "has no place"),
        (BOXES, ["car"], "has no place"),
        (BOXES, [{**CAR, "label": "bus"}], "the label 'bus'; the model knows tree, car"),
        (BOXES, [{**CAR, "label": ""}], "has no label"),
        (BOXES, [CAR] * 101, "At most 100 boxes"),
        (BOXES, [CAR], "gave the same one"),
        (SEGMENTS, [{"start": 1.0, "end": 3.0}], r"within the sound of 2\.50 s"),
        (SEGMENTS, [[1.0, 0.5]], "Segment 1 is empty"),
        (SEGMENTS, [{"start": 1.0}], "has no place"),
    ],
)
def test_what_cannot_be_is_refused(
    sessions: Sessions, kind: str, truth: list[object], why: str
) -> None:
    case = add_case(sessions, **(STREET if kind == BOXES else SPEECH))
    within = PICTURE if kind == BOXES else SOUND
    labels = ["tree"] if kind == BOXES else []  # what the model answered, it knows as well
    with pytest.raises(FeedbackRefused, match=why):
        say(sessions, case.id, truth=truth, within=within, labels=labels)


def test_labels_that_nobody_listed_may_be_any_but_not_endless() -> None:
    assert regions.read(BOXES, [{**CAR, "label": "bus"}])
    with pytest.raises(Unfit, match="more than 200"):
        regions.read(BOXES, [{**CAR, "label": "b" * 201}])
    with pytest.raises(Unfit, match="shorten"):
        regions.read(BOXES, [{**CAR, "label": "b" * 150}] * 90)


def test_segments_are_golden_and_a_version_that_nearly_finds_them_is_right(
    sessions: Sessions,
) -> None:
    case = add_case(sessions, **SPEECH)
    say(sessions, case.id, truth=[{"start": 0.5, "end": 2.0}], within=SOUND)
    golden.add(sessions, case_id=case.id, person="ada")
    version = ModelRef(server=case.server, name=case.model, version="v2")
    outcomes = []
    for segments in ([[0.4, 2.1]], [[0.2, 1.0]], [[0.5, 2.0], [2.1, 2.2]]):
        answer = {**SPEECH, "answer": {"kind": SEGMENTS, "segments": segments}}

        def ask(ref, case, *, key, person, answer=answer):  # type: ignore[no-untyped-def]
            return add_case(sessions, version=ref.version, purpose="golden", **answer)

        found = perform(sessions, model=version, ask=ask, run_id=new_id(), person="ada")
        outcomes += [result.outcome for result in found.results]
    assert outcomes == ["fixed", "wrong", "wrong"]


def test_two_readers_who_mark_the_same_thing_agree() -> None:
    def saying(*boxes: dict[str, object]) -> dict[str, object]:
        text = regions.text_of(regions.read(BOXES, list(boxes)) or ())
        return {"judgement": "incorrect", "truth_label": None, "truth_number": None, "truth_text": text}  # fmt: skip

    moved = {**CAR, "corners": [34, 62, 144, 152]}
    assert is_same(saying(CAR, TREE), saying(TREE, moved))
    for other in (saying(moved), saying(TREE, {**moved, "label": "bus"}), saying(TREE, TREE)):
        assert not is_same(saying(CAR, TREE), other)


def test_boxes_in_shares_or_in_pixels_of_a_mask_say_nothing_of_the_pictures_pixels() -> None:
    share = {"label": "car", "corners": [0.1, 0.1, 0.5, 0.5]}
    mask = {**CAR, "mask": {"height": 2, "width": 2, "runs": "", "is_of_box": False}}
    for boxes in ([share], [mask]):
        assert regions.of_answer({"kind": BOXES, "boxes": boxes}) is None


def test_it_is_told_in_words() -> None:
    kept = [regions.text_of(regions.read(*each) or ()) for each in ((BOXES, [CAR, TREE]), (SEGMENTS, [[0.5, 1.25]]), (BOXES, []))]  # fmt: skip
    assert [in_words(each) for each in kept] == [
        "2 boxes: car (30, 60 to 140, 150), tree (250, 20 to 300, 180)",
        "1 segment: 0.50 to 1.25 s",
        "nothing is there",
    ]
    assert in_words("[1, 2]") == "[1, 2]"
    assert in_words("Gentoo") == "Gentoo"
    assert (in_words(173.0), in_words(1.25)) == ("173", "1.25")


EDGE = st.floats(0, 1_000).map(lambda value: round(value, 1))
SPAN = st.tuples(EDGE, EDGE).filter(lambda pair: pair[0] < pair[1])


@given(st.lists(st.tuples(SPAN, SPAN, st.text(max_size=20)), max_size=20))
def test_what_is_kept_reads_back_the_same(drawn: list[tuple[tuple[float, float], tuple[float, float], str]]) -> None:  # fmt: skip
    given_regions = tuple(
        Region(edges=(x[0], y[0], x[1], y[1]), label=label.strip()) for x, y, label in drawn
    )
    text = regions.text_of(given_regions)
    assert regions.of_text(text) == given_regions
    assert regions.are_alike(text, text)
    smaller = [replace(each, label=f"{each.label}!") for each in given_regions]
    assert not drawn or not regions.are_alike(text, regions.text_of(smaller))
