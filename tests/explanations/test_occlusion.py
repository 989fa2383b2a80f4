"""What words, patches and moments matter, on models whose reasons are known."""

from __future__ import annotations

import io
import re
import wave
from dataclasses import replace

import numpy as np
import pytest
from arithmetic_models import REF, ArithmeticModel, number, request, yes
from PIL import Image, ImageFilter

from explanations.contract import Budget, Explanation, Progress
from explanations.errors import ExplanationCancelled, ExplanationFailed
from explanations.explaining import explain
from explanations.methods import methods, suited
from explanations.methods.occlusion_text import MOST_PARTS
from explanations.parts.sounds import Sound
from explanations.parts.words import NOTHING_LEFT, Words
from mds_client.errors import EndpointFailed, EndpointUnreachable
from mds_client.prediction import Answer
from mds_client.signature import Field, File, Kind, Signature, Values

WEIGHTS = {"lovely": 0.5, "kind": 0.25, "but": -0.125, "dirty": -0.75}


def _signature(kind: Kind) -> Signature:
    return Signature(model=REF, inputs=(Field(name="it", kind=kind),))


def _picture(array: np.ndarray) -> File:
    buffer = io.BytesIO()
    Image.fromarray(array.astype(np.uint8)).save(buffer, "PNG")
    return File(name="it.png", media_type="image/png", data=buffer.getvalue())


def _pixels(row: Values) -> np.ndarray:
    file = row["it"]
    assert isinstance(file, File)
    return np.asarray(Image.open(io.BytesIO(file.data)).convert("L")).astype(float)


def _sound(values: np.ndarray, rate: int = 8000) -> File:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((values * 32767).astype("<i2").tobytes())
    return File(name="it.wav", media_type="audio/wav", data=buffer.getvalue())


def _heard(row: Values) -> np.ndarray:
    file = row["it"]
    assert isinstance(file, File)
    with wave.open(io.BytesIO(file.data)) as sound:
        return np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(float) / 32767


def _explained(
    kind: Kind,
    value: object,
    model: ArithmeticModel,
    *,
    budget: Budget | None = None,
    told: list[Progress] | None = None,
) -> Explanation:
    names = {"text": "occlusion_text", "image": "occlusion_image", "audio": "occlusion_audio"}
    method, signature, row = methods()[names[kind]], _signature(kind), {"it": value}
    asked = request(
        method.NAME, signature, row, model.formula(row), budget or method.cost(signature)
    )
    return explain(asked, method, model, report=(told if told is not None else []).append)


def _weighed(row: Values) -> Answer:
    found = re.findall(r"\w+", str(row["it"]).lower())
    return number(sum(WEIGHTS.get(word, 0.0) for word in found), "points")


# Texts


def test_each_word_gets_its_weight_and_nothing_else_does() -> None:
    text = "A lovely room, a kind host; but a dirty bath!"
    model = ArithmeticModel(_weighed)
    found = _explained("text", text, model)
    amounts = {text[slice(*map(int, a.span or ()))]: a.amount for a in found.attributions}
    assert {re.sub(r"\W", "", word): amount for word, amount in amounts.items() if amount} == {
        "lovely": pytest.approx(0.5),
        "kind": pytest.approx(0.25),
        "but": pytest.approx(-0.125),
        "dirty": pytest.approx(-0.75),
    }
    assert len(found.attributions) == 10
    assert "lovely" in found.sentence
    assert model.calls <= 4


def test_a_long_text_is_searched_by_sentences_and_then_by_words() -> None:
    sentences = ["It has four walls and a floor in grey." for _ in range(400)]
    sentences[170] = "The people there were kind to us every single day."
    text, told = " ".join(sentences), list[Progress]()
    assert len(Words(text)) > 3000
    found = _explained("text", text, ArithmeticModel(_weighed), told=told)
    assert found.rows <= MOST_PARTS + 5
    [best] = [a for a in found.attributions if a.amount]
    assert text[slice(*map(int, best.span or ()))] == "kind"
    assert best.amount == pytest.approx(0.25)
    assert found.is_complete
    assert "only the parts that matter" in found.note
    rough = [progress.rough for progress in told if progress.rough]
    assert max(len(each.attributions) for each in rough[:3]) <= 20
    _covers(found, text)


def _covers(found: Explanation, text: str) -> None:
    """The parts lie one after the other and leave out no word."""
    ends = [0, *(int(a.span[1]) for a in found.attributions if a.span)]
    starts = [*(int(a.span[0]) for a in found.attributions if a.span), len(text)]
    assert not "".join(text[end:start] for end, start in zip(ends, starts, strict=True)).strip()


def test_words_that_stand_in_for_each_other_are_shown_together() -> None:
    def either(row: Values) -> Answer:
        return yes(0.9 if re.search("good|fine", str(row["it"])) else 0.2)

    filler = " ".join(["so it was and so it went on and on until noon."] * 12)
    found = _explained("text", f"{filler} It was good and fine. {filler}", ArithmeticModel(either))
    best = max(found.attributions, key=lambda a: a.amount)
    assert best.amount == pytest.approx(0.7)
    assert "good and fine" in best.title


@pytest.mark.parametrize("rows", [3, 7, 12])
def test_a_budget_ends_a_text_early_and_is_said(rows: int) -> None:
    model = ArithmeticModel(_weighed)
    found = _explained("text", "one two kind four five six " * 2, model, budget=Budget(rows=rows))
    assert model.rows == rows
    assert not found.is_complete
    assert f"{rows} rows" in found.note
    assert len(found.attributions) == rows - 2


def test_a_model_that_says_only_a_label_is_told_in_words() -> None:
    def label(row: Values) -> Answer:
        return Answer(kind="class", label="happy" if "lovely" in str(row["it"]) else "neither")

    found = _explained("text", "A lovely day.", ArithmeticModel(label))
    assert found.sentence == "The model says happy. Without “lovely” it says neither."
    same = _explained("text", "A lovely lovely day.", ArithmeticModel(label))
    assert "stays whichever of them is hidden" in same.sentence


def test_of_an_answered_text_the_words_that_go_count() -> None:
    def copied(row: Values) -> Answer:
        return Answer(kind="text", text=str(row["it"]).upper(), score=0.9)

    found = _explained("text", "one two three four", ArithmeticModel(copied))
    assert [each.amount for each in found.attributions] == pytest.approx([0.25] * 4)
    assert found.sentence.startswith("The model answers “ONE TWO THREE FOUR”.")
    assert "share of the answer's words" in found.note
    short = _explained("text", "one two", ArithmeticModel(copied))
    assert short.target.kind == "score"


def test_what_was_learned_before_the_model_errs_is_said() -> None:
    def picky(row: Values) -> Answer:
        if "four" not in str(row["it"]):
            raise EndpointFailed("It broke.")
        return _weighed(row)

    found = _explained("text", "one two kind four five", ArithmeticModel(picky))
    assert "did not answer 1 changed input" in found.note
    assert {a.title: a.amount for a in found.attributions}["“kind”"] == pytest.approx(0.25)
    assert len(found.attributions) == 4


def test_a_model_that_answers_to_nothing_changed_is_an_error() -> None:
    text = "one two three"

    def stubborn(row: Values) -> Answer:
        if row["it"] != text:
            raise EndpointFailed("It broke.")
        return number(1.0)

    with pytest.raises(ExplanationFailed, match="none of the changed inputs"):
        _explained("text", text, ArithmeticModel(stubborn))


def test_a_model_that_goes_away_leaves_what_was_learned() -> None:
    model = ArithmeticModel(_weighed)

    def going(row: Values) -> Answer:
        if model.calls > 2:
            raise EndpointUnreachable("The server cannot be reached.")
        return _weighed(row)

    model.formula = going
    found = _explained("text", " ".join(f"kind{place}" for place in range(20)), model)
    assert len(found.attributions) == 4
    assert "The server cannot be reached" in found.note
    assert not found.is_complete


def test_chance_in_the_model_is_told_from_effects() -> None:
    chance = np.random.default_rng(1)

    def noisy(row: Values) -> Answer:
        return number((_weighed(row).number or 0.0) + float(chance.normal()) * 0.02)

    found = _explained("text", "one two lovely four five six seven", ArithmeticModel(noisy))
    assert [a.title for a in found.attributions if a.is_clear] == ["“lovely”"]
    assert "answers differently" in found.note


def test_cancelling_ends_it_at_once() -> None:
    method, signature, row = methods()["occlusion_text"], _signature("text"), {"it": "a b c d e f"}
    model = ArithmeticModel(_weighed)

    def check() -> None:
        if model.calls == 2:
            raise ExplanationCancelled("Stopped.")

    with pytest.raises(ExplanationCancelled):
        explain(request(method.NAME, signature, row, _weighed(row)), method, model, check=check)
    assert model.calls == 2


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script> **bold** [x](http://e.vil) :red[no]",
        "\u202eevil\u202c \u2066abc\u2069 שלום עולם",
        "x" * 100_000,
        "kind word. " * 9_000,
        "图书馆上午十点开门，下午六点关门。",
        "\x00\x07 \ud7ff \U0010ffff",
        "one\n\n\ttwo\r\nthree",
    ],
)
def test_any_text_is_taken_apart_within_its_budget(text: str) -> None:
    model = ArithmeticModel(_weighed)
    found = _explained("text", text, model)
    assert model.rows <= MOST_PARTS + 10
    assert all(0 <= a.span[0] < a.span[1] <= len(text) for a in found.attributions if a.span)
    _covers(found, text)
    assert Explanation.from_json(found.to_json()) == found


def test_a_text_without_words_is_said() -> None:
    with pytest.raises(ExplanationFailed, match="no words"):
        _explained("text", " \n ", ArithmeticModel(_weighed))


def test_left_out_words_leave_the_rest_as_it_is() -> None:
    words = Words("One, two\nthree  four.")
    assert [words.without(each) for each in words.taken_apart(words.all, 9)] == [
        "two\nthree  four.",
        "One,\nthree  four.",
        "One, two  four.",
        "One, two\nthree",
    ]
    assert words.without(words.all) == words.kept([]) == NOTHING_LEFT


# Pictures


def _corner(row: Values) -> Answer:
    pixels = _pixels(row)
    height, width = pixels.shape
    patch = pixels[height // 10 : height // 5, width * 8 // 10 : width * 9 // 10]
    return yes(0.1 + 0.8 * float(patch.mean()) / 255)


def _with_corner(side: int) -> np.ndarray:
    array = np.zeros((side, side))
    array[: side // 4, -side // 4 :] = 255
    return array


@pytest.mark.parametrize("side", [8, 20, 70, 400])
def test_the_patch_that_matters_is_found_and_nothing_else(side: int) -> None:
    model = ArithmeticModel(_corner)
    found = _explained("image", _picture(_with_corner(side)), model)
    grid = np.array(found.grid)
    row, column = (np.argwhere(grid == grid.max()).mean(axis=0) + 0.5) / grid.shape
    assert row < 0.34
    assert column > 0.66
    assert grid.max() == pytest.approx(0.8, abs=0.05) if side > 8 else grid.max() > 0.1
    outside = grid[grid.shape[0] // 2 :, : grid.shape[1] // 2]
    assert np.abs(outside).max() < 1e-9
    assert "part 1 in the upper right" in found.sentence
    assert "edge" in found.note
    assert model.rows <= methods()["occlusion_image"].cost(_signature("image")).rows  # type: ignore[operator]


def test_a_tiny_picture_is_taken_apart_pixel_by_pixel() -> None:
    found = _explained("image", _picture(_with_corner(8)), ArithmeticModel(_corner))
    assert (len(found.raster), len(found.raster[0])) == (8, 8)
    sizes = np.bincount(np.array(found.raster).ravel())
    assert sizes.min() == 1


def test_a_photograph_is_blurred_not_painted() -> None:
    chance = np.random.default_rng(2)
    scene = np.kron(chance.integers(0, 255, (12, 12)), np.ones((10, 10)))
    scene[80:110, 10:40] = np.kron(np.indices((6, 6)).sum(axis=0) % 2, np.ones((5, 5))) * 255

    def edges(row: Values) -> Answer:
        patch = _pixels(row)[80:110, 10:40]
        return yes(min(float(patch.std()) / 128, 0.99))

    found = _explained("image", _picture(scene), ArithmeticModel(edges))
    best = max(found.attributions, key=lambda a: a.amount)
    assert "lower left" in best.title
    assert "blurred" in found.note
    assert found.base is not None
    assert found.base < 0.1
    blurred = Image.fromarray(scene.astype(np.uint8)).filter(ImageFilter.GaussianBlur(15))
    assert np.asarray(blurred).std() < 40


def test_a_rough_picture_comes_before_the_fine_one() -> None:
    told: list[Progress] = []
    found = _explained("image", _picture(_with_corner(400)), ArithmeticModel(_corner), told=told)
    rough = [progress.rough for progress in told if progress.rough]
    assert len(rough[0].attributions) <= 4
    assert len(rough[0].attributions) < len(found.attributions)
    assert -1 in np.array(rough[0].raster)
    assert -1 not in np.array(found.raster)


def test_an_early_end_shows_what_is_known() -> None:
    model, scene = ArithmeticModel(_corner), np.random.default_rng(3).integers(0, 255, (60, 60))
    found = _explained("image", _picture(scene), model, budget=Budget(rows=5))
    assert model.rows == 5
    assert len(found.attributions) == 3
    assert "It ended after 5 rows, with 3 parts looked at." in found.note
    assert not found.is_complete


def test_what_is_no_picture_is_said() -> None:
    file = File(name="it.png", media_type="image/png", data=b"nonsense")
    with pytest.raises(ExplanationFailed, match="cannot be read as a picture"):
        _explained("image", file, ArithmeticModel(lambda _: yes(0.6)))


# Sounds


def test_the_moment_that_matters_is_found() -> None:
    values = np.zeros(24_000)
    values[16_000:17_000] = 0.8
    values[4_000:6_000] = 0.05

    def loud(row: Values) -> Answer:
        found = np.flatnonzero(np.abs(_heard(row)) > 0.5)
        segments = ((found[0] / 8000, found[-1] / 8000),) if len(found) else ()
        return Answer(kind="segments", segments=segments)

    found = _explained("audio", _sound(values), ArithmeticModel(loud))
    moved = [a for a in found.attributions if abs(a.amount) > 1e-3]
    assert sum(a.amount for a in moved) == pytest.approx(0.125, abs=0.01)
    assert min(a.span[0] for a in moved if a.span) <= 2.0
    assert max(a.span[1] for a in moved if a.span) >= 2.125
    assert all(a.span[1] - a.span[0] <= 0.5 for a in moved if a.span)
    assert found.base == 0
    assert "silent" in found.note


def test_borders_lie_where_it_is_quiet() -> None:
    rate, values = 8000, np.full(16_000, 0.5)
    for second in (0.45, 1.1, 1.6):
        values[int(second * rate) : int((second + 0.06) * rate)] = 0
    sound = Sound.read(_sound(values, rate))
    borders = [start / rate for start, _ in sound.stretches(0, sound.frames, 4)][1:]
    for border, pause in zip(borders, (0.45, 1.1, 1.6), strict=True):
        assert pause <= border <= pause + 0.06


def test_an_even_sound_is_parted_evenly() -> None:
    sound = Sound.read(_sound(np.full(8_000, 0.5)))
    assert list(sound.stretches(0, 8_000, 4)) == [
        (0, 2000), (2000, 4000), (4000, 6000), (6000, 8000)
    ]  # fmt: skip


def test_a_stretch_can_be_cut_out() -> None:
    sound = Sound.read(_sound(np.linspace(0, 0.9, 8_000)))
    cut = Sound.read(sound.between(0.25, 0.5).file())
    assert cut.frames == 2_000
    assert cut.data == sound.data[4_000:8_000]


@pytest.mark.parametrize("data", [b"", b"RIFF", b"ID3 mp3"])
def test_other_sounds_are_said(data: bytes) -> None:
    file = File(name="it.wav", media_type="audio/wav", data=data)
    with pytest.raises(ExplanationFailed, match="uncompressed WAV"):
        _explained("audio", file, ArithmeticModel(lambda _: yes(0.6)))


def test_the_same_case_gives_the_same_explanation() -> None:
    picture = _picture(_with_corner(200))
    found = [_explained("image", picture, ArithmeticModel(_corner)) for _ in range(2)]
    first, second = (replace(each, seconds=0.0, calls=0) for each in found)
    assert first == second


def test_each_kind_of_input_has_its_methods() -> None:
    assert suited(_signature("text"))[0].NAME == "occlusion_text"
    assert suited(_signature("image"))[0].NAME == "occlusion_image"
    assert suited(_signature("audio"))[0].NAME == "occlusion_audio"
    assert suited(_signature("tensor")) == []
