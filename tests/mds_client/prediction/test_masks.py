"""Masks in every form that servers send become the same pixels; what is too large ends in a sentence."""

from __future__ import annotations

import io
import json
from base64 import b64encode
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from cases.answers import MAX_RUNS, answer_of, as_facts
from mds_client.prediction import Answer, Box, Output
from mds_client.prediction.answers import answers
from mds_client.prediction.masks import Mask, UnreadableMask, decoded, encoded, mask_of, of_bitmap
from mds_client.prediction.object_detection import boxes_of
from mds_client.prediction.output_roles import with_roles
from mds_client.signature import Signature
from tests.mds_client.answered import DISC, RUNS, mask_png, stacked
from tests.zoo.animals import animal

COUNTS = st.lists(st.integers(0, 2**32), min_size=1, max_size=40)
BITMAPS = arrays.arrays(bool, arrays.array_shapes(min_dims=2, max_dims=2, max_side=12))
SQUARE = [245, 5, 35, 5, 35, 5, 35, 5, 35, 5, 1190]


@pytest.mark.parametrize(
    ("text", "counts"),
    [("61X13mN000`0", RUNS["counts"]), ("e75S10000000ST1", SQUARE), ("52203", [5, 2, 2, 2, 5])],
)
def test_what_cocos_own_library_wrote(text: str, counts: list[int]) -> None:
    assert decoded(text).tolist() == counts
    assert encoded(np.array(counts)) == text


@given(COUNTS)
def test_runs_survive_being_written(counts: list[int]) -> None:
    assert decoded(encoded(np.array(counts))).tolist() == counts


@given(BITMAPS)
def test_a_bitmap_survives_being_written(bitmap: Any) -> None:
    height, width = bitmap.shape
    mask = of_bitmap(bitmap)
    assert (mask.sampled(width, height) == bitmap).all()
    assert mask.area == bitmap.sum()
    rows, columns = np.nonzero(bitmap)
    if len(rows):
        assert mask.corners == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    else:
        assert mask.corners == (0, 0, 0, 0)


@given(BITMAPS, st.integers(1, 40), st.integers(1, 40))
def test_a_sample_is_what_lies_there(bitmap: Any, width: int, height: int) -> None:
    found = of_bitmap(bitmap).sampled(width, height)
    rows = ((np.arange(height) + 0.5) * bitmap.shape[0] / height).astype(int)
    columns = ((np.arange(width) + 0.5) * bitmap.shape[1] / width).astype(int)
    assert (found == bitmap[rows][:, columns]).all()


@given(st.text(max_size=30))
def test_any_text_is_runs_or_a_sentence(text: str) -> None:
    with suppress(UnreadableMask):
        assert len(decoded(text)) > 0


@pytest.mark.parametrize(
    "form",
    [
        DISC,
        [[bool(n) for n in row] for row in DISC],
        [[0.51 * n for n in row] for row in DISC],
        [[255 * n for n in row] for row in DISC],
        [DISC],
        np.array(DISC, dtype=np.float32)[:, :, None],
        mask_png(),
        mask_png("1"),
        mask_png("RGB"),
        "data:image/png;base64," + mask_png(),
        {"size": [30, 40], "counts": decoded(of_bitmap(np.array(DISC)).runs).tolist()},
        {"size": [30, 40], "counts": of_bitmap(np.array(DISC)).runs},
    ],
)
def test_every_form_is_the_same_mask(form: object) -> None:
    assert mask_of(form) == of_bitmap(np.array(DISC))


def test_holes_of_a_picture_are_no_part_of_its_mask() -> None:
    picture = Image.new("RGBA", (40, 30), (255, 255, 255, 0))
    picture.paste((0, 0, 0, 255), (4, 5, 9, 11))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    mask = mask_of(b64encode(buffer.getvalue()).decode())
    assert mask
    assert mask.corners == (4, 5, 9, 11)


@pytest.mark.parametrize("form", [None, 7, "plain words", [], [1, 2], [["a"]], [[1], [1, 2]], {}, {"a": 1}])  # fmt: skip
def test_what_is_no_mask_is_none(form: object) -> None:
    assert mask_of(form) is None


def _bomb() -> str:
    buffer = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(buffer, "PNG")
    return b64encode(buffer.getvalue()).decode()


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"size": [100_000, 100_000], "counts": [0, 10**10]}, "A mask of 100,000 × 100,000 pixels is too large to be drawn."),
        ({"size": [9, 10], "counts": [90, 1]}, "A mask has runs that do not fit its size."),
        ({"size": [9, 10], "counts": [100, -10]}, "A mask has runs that do not fit its size."),
        ({"size": [9, 10], "counts": [10**400]}, "A mask has runs that do not fit its size."),
        ({"size": [9, 10], "counts": [True]}, "A mask has runs that are no whole numbers."),
        ({"size": [0, 10], "counts": []}, "A mask does not say its size."),
        ({"size": ["9", 10], "counts": []}, "A mask does not say its size."),
        ({"size": [9, 10], "counts": "oooooooooooo0"}, "A mask has a run that is too long to be read."),
        ({"size": [9, 10], "counts": "~"}, "A mask is not written as run lengths are."),
        ({"size": [60_000, 60_000], "counts": [1] * 600_000}, "A mask has 600,000 runs, which is too many to be drawn."),
        (_bomb(), "too large to be drawn."),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_a_sentence(form: object, sentence: str) -> None:
    with pytest.raises(UnreadableMask, match=sentence.replace(".", r"\.")):
        mask_of(form)
    (box,) = boxes_of([{"label": "cat", "mask": form}]) or ()
    assert (box.label, box.mask) == ("cat", None)
    assert sentence in box.note


def test_few_runs_may_stand_for_many_pixels() -> None:
    mask = Mask(height=60_000, width=60_000, runs=encoded(np.array([1_800_000_000] * 2)))
    assert mask.share == 0.5
    assert mask.sampled(4, 2).tolist() == [[False, False, True, True]] * 2


def test_many_pictures_of_many_pixels_are_not_all_read() -> None:
    buffer = io.BytesIO()
    Image.new("1", (4_000, 4_000)).save(buffer, "PNG")
    boxes = boxes_of([{"mask": b64encode(buffer.getvalue()).decode()}] * 30) or ()
    assert len([box for box in boxes if box.mask]) == 5
    assert boxes[-1].note == "There are more masks than can be drawn."


def test_a_small_mask_beside_a_large_box_is_the_boxs_own() -> None:
    grid = [[1] * 28] * 28
    boxes = boxes_of(
        [{"box": [100, 50, 300, 90], "mask": grid}, {"box": [1, 2, 20, 25], "mask": grid}]
    )
    assert boxes
    assert [box.mask.is_of_box for box in boxes if box.mask] == [True, False]


def test_outlines_in_parts_are_no_grid() -> None:
    (box,) = boxes_of([{"segmentation": [[1, 1, 30, 2, 28, 20], [2, 2, 9, 3, 9, 9, 4, 9]]}]) or ()
    assert box.outline == ((2, 2), (9, 3), (9, 9), (4, 9))
    (box,) = boxes_of([{"mask": [[1, 1], [30, 2], [28, 20]]}]) or ()
    assert box.outline == ((1, 1), (30, 2), (28, 20))


def _answer(signature: Signature, *outputs: Output) -> Answer:
    return answers(signature, with_roles(signature, outputs), 1)[0]


@pytest.mark.parametrize("count", [1, 2])
def test_tensors_side_by_side_are_what_was_found(count: int) -> None:
    """A single box comes without a dimension for others, since the server's batch is gone."""
    grid = [0.9 * n for row in DISC for n in row]
    lead = (count,) if count > 1 else ()
    answer = _answer(
        animal("instance-masks").signature(),
        stacked("boxes", [12.0, 4, 28, 20] * count, *lead, 4),
        stacked("labels", [2] * count, *lead, datatype="INT64"),
        stacked("scores", [0.5] * count, *lead),
        stacked("masks", grid * count, *lead, 1, 30, 40),
    )
    box = Box(label="dog", score=0.5, corners=(12, 4, 28, 20), mask=of_bitmap(np.array(DISC)))
    assert answer.boxes == (box,) * count
    assert answer.details == {}


def test_tensorflows_corners_begin_with_the_top() -> None:
    answer = _answer(
        animal("instance-masks").signature(),
        stacked("detection_boxes", [0.1, 0.2, 0.3, 0.4, 0, 0, 0, 0], 2, 4),
        stacked("detection_scores", [0.9, 0.0], 2),
        stacked("num_detections", [1.0], 1),
    )
    assert [box.corners for box in answer.boxes] == [pytest.approx((0.2, 0.1, 0.4, 0.3))]


NOISE = np.random.default_rng(1).random((600, 800)) < 0.5


@pytest.mark.parametrize("bitmap", [NOISE, np.ones((9, 9), dtype=bool)])
def test_a_kept_mask_is_small(bitmap: Any) -> None:
    mask = of_bitmap(bitmap)
    box = Box(corners=mask.corners, mask=mask)

    class Case:
        answer: Any = json.loads(json.dumps(as_facts(Answer(kind="boxes", boxes=(box, replace(box, corners=(1, 2, 3, 4)))))))  # fmt: skip

    reopened = answer_of(Case)  # type: ignore[arg-type]
    assert reopened
    alone, boxed = reopened.boxes
    assert alone.mask
    assert len(alone.mask.runs) <= MAX_RUNS
    assert alone.corners == alone.mask.corners
    assert boxed.corners == (1, 2, 3, 4)
    assert abs(alone.mask.share - mask.share) < 0.02


@given(st.lists(st.integers(-3, 300), min_size=1, max_size=60), st.integers(1, 8), st.sampled_from(["classes", "mask", "masks", "boxes", "out"]))  # fmt: skip
@settings(max_examples=200)
def test_any_grid_is_an_answer(values: list[int], width: int, name: str) -> None:
    rows = -(-len(values) // width)
    grid = (values * width)[: rows * width]
    answer = _answer(
        animal("instance-masks").signature(), stacked(name, grid, rows, width, datatype="INT32")
    )
    assert as_facts(answer)["kind"] == answer.kind
