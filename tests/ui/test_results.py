"""Every kind of answer is drawn, from fresh outputs and as it was kept; hostile words stay words."""

from __future__ import annotations

import io
import json
import wave
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from mds_client.prediction import Answer, Box
from mds_client.prediction.answers import answers
from mds_client.prediction.masks import of_bitmap
from mds_client.prediction.output_roles import with_roles
from mds_client.signature import Field, File, ModelRef, Signature, Values
from tests.mds_client.answered import ANSWERED, DISC, png
from ui.results._marks import marked
from ui.results._shares import words_for
from ui.results._words import worded
from ui.text import percent, plain

MODEL = ModelRef(server="s", name="m")
PICTURE = File(name="street.png", media_type="image/png", data=png())
HOSTILE = "<img src=x onerror=alert(1)> **bold** [x](javascript:y) :red[z] $a$"
SHOWN: dict[str, Any] = {}


def _drawn(
    answer: Answer, signature: Signature | None = None, values: Values | None = None
) -> AppTest:
    signature = signature or Signature(model=MODEL, inputs=())
    SHOWN.update(answer=answer, values=values or {}, signature=signature)
    app = AppTest.from_function(_script, default_timeout=20).run()
    assert not app.exception
    return app


def _script() -> None:
    from tests.ui.test_results import SHOWN
    from ui import results

    results.draw(SHOWN["answer"], SHOWN["values"], SHOWN["signature"])


@pytest.mark.parametrize("name", ANSWERED)
def test_every_kind_is_drawn(name: str) -> None:
    outputs, fields, kind, headline = ANSWERED[name]
    signature = Signature(model=MODEL, inputs=(), outputs=tuple(fields))
    answer = answers(signature, with_roles(signature, outputs), 1)[0]
    app = _drawn(answer, signature, {"picture": PICTURE})
    if kind not in ("text", "tree"):
        assert app.header[0].value == plain(headline)
    if kind in ("multilabel", "vector"):
        assert app.get("plotly_chart")
    if kind in ("boxes", "regions") and answer.boxes:
        assert app.get("image")
        assert len(app.dataframe[0].value) == len(answer.boxes)


OCR = Signature(
    model=MODEL,
    inputs=(Field(name="picture", kind="image"),),
    outputs=(
        Field(name="text", kind="text", role="text"),
        Field(name="pieces", kind="text", role="boxes"),
        Field(name="score", kind="number", role="score", label="Confidence", minimum=0, maximum=1),
    ),
)


def test_a_text_that_was_read_says_how_sure_it_is_and_shows_where_it_stands() -> None:
    outputs, _, _, _ = ANSWERED["text in a picture"]
    read = answers(OCR, with_roles(OCR, outputs), 1)[0]
    app = _drawn(replace(read, score=0.9944), OCR, {"picture": PICTURE})
    html = " ".join(str(each.proto.body) for each in app.get("html"))
    assert '<h2 class="mds-read">TOTAL 7.40\nThank you!</h2>' in html
    assert 'aria-label="Confidence: 99.4\u00a0%."' in html
    assert "**99.4\u00a0%** sure of its reading" in [each.value for each in app.markdown]
    assert f"Least sure of **{plain('7.40')}**: 80\u00a0%." in [each.value for each in app.markdown]
    assert app.get("image")
    assert app.dataframe[0].value["words"].tolist() == ["TOTAL", "7.40", "Thank you!"]


def test_words_are_drawn_beside_their_frames() -> None:
    """At the end of a frame, and where another one is there, behind all of the line; the letters themselves stay free."""
    outputs, _, _, _ = ANSWERED["text in a picture"]
    boxes = answers(OCR, with_roles(OCR, outputs), 1)[0].boxes
    paper = Image.new("RGB", (24, 30), "white")
    drawn = worded(paper, paper.size, boxes)
    assert drawn.width > 320  # words of the first piece found no room before the second
    inside = drawn.crop((40, 40, 140, 90)).convert("RGB")
    assert inside.getcolors() == [(100 * 50, (255, 255, 255))]
    bare = worded(paper, paper.size, [replace(box, label="饼") for box in boxes])
    assert bare.width == 320  # a typeface without these letters writes none


def test_a_score_lies_between_its_declared_ends_and_is_no_share() -> None:
    output = Field(
        name="compound", kind="number", role="score", label="Score", minimum=-1, maximum=1
    )
    signature = Signature(model=MODEL, inputs=(), outputs=(output,))
    app = _drawn(Answer(kind="class", label="positive", score=0.29), signature)
    html = " ".join(str(each.proto.body) for each in app.get("html"))
    assert 'aria-label="0.29 on a scale from −1 to 1."' in html
    assert "left:64.50%" in html
    assert "mds-track" not in html
    assert not any("%" in each.value for each in app.markdown)


@pytest.mark.parametrize("kind", ["class", "number"])
def test_a_confidence_that_may_be_that_of_another_class_is_no_share(kind: str) -> None:
    answer = Answer(kind=kind, label="no", number=1.0, score=0.1, score_name="confidence")
    html = " ".join(str(each.proto.body) for each in _drawn(answer).get("html"))
    assert "mds-track" not in html


def test_an_interval_is_said_with_its_probability() -> None:
    app = _drawn(Answer(kind="number", number=12.0, unit="€", interval=(10.0, 20.0), coverage=0.9))
    assert app.markdown[0].value == "**between 10 and 20 €**, 90\u00a0% sure, says the model."


def test_a_long_text_scrolls_and_can_be_kept() -> None:
    app = _drawn(Answer(kind="text", text="word " * 5_000))
    assert "5,000 words" in app.caption[0].value
    assert app.get("download_button")


@pytest.mark.parametrize(
    "answer",
    [
        Answer(kind="class", label=HOSTILE, probabilities={HOSTILE: 0.9, "b": 0.1}),
        Answer(kind="multilabel", probabilities={HOSTILE: 0.9, "b": 0.9}),
        Answer(kind="boxes", boxes=(Box(label=HOSTILE, corners=(0, 0, 9, 9)),)),
        Answer(kind="number", number=1.0, unit=HOSTILE, interval=(0.0, 2.0)),
        Answer(kind="table", table=({HOSTILE: HOSTILE, "b": 1}, {"b": {HOSTILE: 2}})),
    ],
)
def test_hostile_words_are_words(answer: Answer) -> None:
    app = _drawn(answer, values={"picture": PICTURE})
    spoken = [e.value for e in (*app.markdown, *app.header, *app.caption)]
    assert not any("<img" in words.replace("\\<img", "") for words in spoken)
    assert not any("**bold**" in words for words in spoken)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(kind="image"),
        Answer(kind="image", picture=b"\x89PNG broken"),
        Answer(kind="vector"),
        Answer(kind="table"),
        Answer(kind="vector", vector=(1.0,)),
        Answer(kind="multilabel", probabilities={}),
        Answer(kind="number", number=None, interval=(1.0, 2.0)),
        Answer(kind="number", number=1e300, interval=(-1e308, 1e308)),
    ],
)
def test_an_answer_with_little_in_it_is_drawn(answer: Answer) -> None:
    assert _drawn(answer).header


def _recording(seconds: float, rate: int = 8_000) -> File:
    stream = io.BytesIO()
    with wave.open(stream, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(rate)
        wav.writeframes(b"\x00\x10" * int(seconds * rate))
    return File(name="a.wav", media_type="audio/wav", data=stream.getvalue())


def test_every_segment_of_a_sound_is_numbered_and_can_be_heard_alone() -> None:
    segments = tuple((each / 2, each / 2 + 0.25) for each in range(7))
    app = _drawn(Answer(kind="segments", segments=segments), values={"sound": _recording(4)})
    assert len(app.get("audio")) == 7
    assert [each.label for each in app.expander] == ["2 more"]
    assert app.markdown[0].value == "**1** from 0.00 s to 0.25 s"
    figure = json.loads(app.get("plotly_chart")[0].proto.spec)
    assert [each["text"] for each in figure["layout"]["annotations"]] == list("1234567")


@pytest.mark.parametrize(
    "segments", [((float("nan"), 1.0),), ((3.0, 1.0),), ((9.0, 12.0),), ((0.0, float("inf")),)]
)
def test_a_segment_that_is_no_part_of_the_sound_harms_nothing(
    segments: tuple[tuple[float, float], ...],
) -> None:
    app = _drawn(Answer(kind="segments", segments=segments), values={"sound": _recording(2)})
    is_part = segments[0][1] == float("inf")
    assert len(app.get("audio")) == is_part


def test_marks_are_where_the_boxes_are() -> None:
    picture = Image.new("RGB", (64, 32), "white")
    box = Box(label="a", corners=(16, 8, 48, 24))
    drawn = marked(picture, (64, 32), [box])
    assert drawn.size == (640, 320)
    assert drawn.getpixel((160, 200)) != (255, 255, 255)
    assert drawn.getpixel((320, 200)) == (255, 255, 255)
    shares = replace(box, corners=(0.25, 0.25, 0.75, 0.75))
    assert marked(picture, (64, 32), [shares]).tobytes() == drawn.tobytes()


DISC_MASK = of_bitmap(np.array(DISC))  # around (20, 12) with a radius of 8, in 40 × 30


def _colour(drawn: Image.Image, place: tuple[int, int]) -> tuple[int, ...]:
    found = drawn.getpixel(place)
    assert isinstance(found, tuple)
    return found


@pytest.mark.parametrize("size", [(40, 30), (400, 300)])
def test_a_mask_is_tinted_where_it_lies_whatever_the_pictures_size(size: tuple[int, int]) -> None:
    box = Box(label="a", corners=DISC_MASK.corners, mask=DISC_MASK)
    drawn = marked(Image.new("RGB", size, "white"), size, [box])
    blue, white = (167, 199, 251), (255, 255, 255)
    assert _colour(drawn, (20 * 16 + 8, 12 * 16 + 8)) == blue
    assert _colour(drawn, (20 * 16 + 8, 21 * 16)) == white
    assert _colour(drawn, (26 * 16 + 8, 18 * 16 + 8)) == white  # in its frame, and not in the disc


def test_a_mask_of_its_box_lies_in_the_box() -> None:
    half = of_bitmap(np.array([[True, False]] * 2))
    box = Box(label="a", corners=(10, 10, 30, 20), mask=replace(half, is_of_box=True))
    drawn = marked(Image.new("RGB", (40, 30), "white"), (40, 30), [box])
    assert _colour(drawn, (15 * 16, 18 * 16)) != (255, 255, 255)
    assert _colour(drawn, (25 * 16, 18 * 16)) == (255, 255, 255)
    outside = replace(box, corners=(-1e6, 10, 1e6, 1e9))
    assert marked(Image.new("RGB", (40, 30)), (40, 30), [outside]).size == (640, 480)


def test_regions_have_colours_of_their_own_and_the_ground_has_none() -> None:
    around = of_bitmap(~np.array(DISC, dtype=bool))
    boxes = [Box(label=n, corners=m.corners, mask=m) for n, m in (("background", around), ("lung", DISC_MASK))]  # fmt: skip
    drawn = marked(Image.new("RGB", (40, 30), "white"), (40, 30), boxes, is_whole=True)
    assert _colour(drawn, (600, 440)) == (255, 255, 255)
    assert _colour(drawn, (18 * 16, 8 * 16)) == (167, 199, 251)
    named = [replace(boxes[0], label="sky"), boxes[1]]
    drawn = marked(Image.new("RGB", (40, 30), "white"), (40, 30), named, is_whole=True)
    assert len({_colour(drawn, (600, 440)), _colour(drawn, (18 * 16, 8 * 16)), (255,) * 3}) == 3


def test_a_legend_says_each_share_and_what_could_not_be_drawn() -> None:
    box = Box(label="lung", corners=DISC_MASK.corners, mask=DISC_MASK)
    lost = Box(label="x", corners=(0, 0, 0, 0), note="A mask of **9** pixels is too large.")
    app = _drawn(Answer(kind="boxes", boxes=(box, lost)))
    assert app.dataframe[0].value["share of the picture"].tolist() == ["16\u00a0%", None]
    assert app.markdown[0].value.endswith("A mask of \\*\\*9\\*\\* pixels is too large.")
    assert len(app.get("image")) == 1  # the mask alone, since the picture is not at hand


def test_marks_lie_on_the_picture_that_was_sent_as_numbers() -> None:
    field = Field(name="pixels", kind="tensor", datatype="FP32", shape=(-1, 30, 40, 3))
    signature = Signature(model=MODEL, inputs=(field,))
    box = Box(label="lung", corners=DISC_MASK.corners, mask=DISC_MASK)
    values = {"pixels": np.full((30, 40, 3), 0.5).tolist()}
    app = _drawn(Answer(kind="regions", boxes=(box,)), signature, values)
    assert app.get("image")[0].proto.imgs[0].alt.startswith("pixels with marks: 1 lung")


def test_a_very_tall_picture_is_drawn_small() -> None:
    box = Box(label="a", corners=(0, 0, 1, 9_000))
    assert marked(Image.new("RGB", (1, 640)), (1, 10_000), [box]).height < 2_000


@pytest.mark.parametrize("corners", [(1e308, -1e308, 1e308, 1e308), (5, 5, 1, 1), (0, 0, 0, 0), (-9, -9, 900, 900)])  # fmt: skip
def test_boxes_outside_of_the_picture_harm_nothing(
    corners: tuple[float, float, float, float],
) -> None:
    outline = ((corners[0], corners[1]), (3.0, 3.0), (corners[2], corners[3]))
    box = Box(label="a", corners=corners, outline=outline)
    assert marked(Image.new("RGB", (64, 32)), (64, 32), [box]).size == (640, 320)


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ([0.986, 0.009, 0.005], ["99", "1", "less than 1"]),  # 99 + 0.9 + 0.5 were 100.4
        ([0.9937, 0.0042, 0.0021], ["99.4", "0.4", "0.2"]),
        ([0.704, 0.204, 0.092], ["70", "21", "9"]),
        ([0.6, 0.3, 0.1], ["60", "30", "10"]),
        ([1 / 3, 1 / 3, 1 / 3], ["33", "33", "33"]),  # none has more than another
        ([0.5, 1 / 6, 1 / 6, 1 / 6], ["50", "17", "17", "17"]),
        ([0.9997, 0.0002, 0.0001], ["more than 99.9", "less than 0.1", "less than 0.1"]),
        ([0.9, 0.8, 0.3], ["90", "80", "30"]),  # no parts of one whole
        ([0.7, 0.3], ["70", "30"]),
        ([1.0, 0.0, 0.0], ["100", "0", "0"]),
    ],
)
def test_parts_of_a_whole_add_up_to_a_hundred(shares: list[float], words: list[str]) -> None:
    said = words_for(shares)
    assert [said(share) for share in shares] == [f"{each}\N{NO-BREAK SPACE}%" for each in words]


@given(st.lists(st.floats(0, 1), min_size=3, max_size=8).filter(lambda parts: sum(parts) > 0))
def test_the_answer_keeps_its_words_and_the_order_stays(parts: list[float]) -> None:
    shares = sorted((part / sum(parts) for part in parts), reverse=True)
    said = words_for(shares)
    assert said(shares[0]) == percent(shares[0])
    numbers = [float(said(share).split("\N{NO-BREAK SPACE}")[0].split()[-1]) for share in shares]
    assert numbers == sorted(numbers, reverse=True)
