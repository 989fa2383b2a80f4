"""Every model of the embedded MDS answers its own examples sensibly, one row or many."""

import base64
import io
import json
import math
import struct

import numpy as np
import pytest
from PIL import ExifTags, Image
from sklearn.datasets import load_breast_cancer, load_diabetes

from tests.demo_mds.asking import (
    DESCRIBED,
    Asker,
    fields,
    how_many_examples,
    question,
    rows_of,
    uploads,
)

pytestmark = pytest.mark.slow

TOLD_TO_BEHAVE = {"delay_seconds": 0, "failure": "none"}


@pytest.fixture(params=[path for path in DESCRIBED if path not in ("slow", "flaky")])
def path(request: pytest.FixtureRequest) -> str:
    return request.param


def test_one_row_gets_the_answer_it_gets_among_many(path: str, mds: Asker) -> None:
    last = how_many_examples(mds.metadata(path)) - 1
    alone, together = mds.ask(path, [last]), mds.ask(path, [0, last])
    for name, values in alone.items():
        if isinstance(values[0], str):
            assert values[0] == together[name][1]
        else:
            assert np.allclose(values[0], together[name][1], atol=1e-3)


def test_answers_are_of_the_declared_type(path: str, mds: Asker) -> None:
    metadata = mds.metadata(path)
    answer = mds.post(path, question(metadata, [0, 1, 2])).json()
    for declared, given in zip(metadata["outputs"], answer["outputs"], strict=True):
        assert given["name"] == declared["name"]
        assert given["datatype"] == declared["datatype"]
        assert given["shape"] == [3, declared["shape"][1]]


def test_classes_have_the_highest_probability(path: str, mds: Asker) -> None:
    outputs = mds.metadata(path)["outputs"]
    roles = {output["parameters"]["role"]: output for output in outputs}
    if "probabilities" not in roles:
        return
    answers = mds.ask(path)
    labels = roles["class"]["parameters"]["labels"]
    for chosen, chances in zip(
        answers[roles["class"]["name"]], answers[roles["probabilities"]["name"]], strict=True
    ):
        place = labels.index(chosen) if isinstance(chosen, str) else chosen
        assert place == int(np.argmax(chances))
        assert math.isclose(sum(chances), 1, abs_tol=1e-6)


def test_breast_cancer_is_right_about_its_examples(mds: Asker) -> None:
    data = load_breast_cancer()
    wanted = np.column_stack([field["examples"] for field in fields(mds.metadata("breast-cancer"))])
    truth = [data.target[np.abs(data.data - row).sum(axis=1).argmin()] for row in wanted]
    assert set(truth) == {0, 1}
    assert np.mean(np.array(mds.ask("breast-cancer")["predict"]) == truth) >= 0.9


def test_diabetes_progress_is_better_than_the_mean(mds: Asker) -> None:
    data = load_diabetes(scaled=False)
    columns = fields(mds.metadata("diabetes-progress"))
    wanted = np.column_stack([column["examples"] for column in columns])
    truth = np.array([data.target[np.abs(data.data - row).sum(axis=1).argmin()] for row in wanted])
    error = np.abs(mds.ask("diabetes-progress")["predict"] - truth).mean()
    assert error < 0.9 * np.abs(truth - truth.mean()).mean()


def test_wine_answers_thirteen_numbers_with_three_probabilities(mds: Asker) -> None:
    numbers = [13.2, 1.78, 2.14, 11.2, 100, 2.65, 2.76, 0.26, 1.28, 4.38, 1.05, 3.4, 1050]
    tensor = {"name": "anything", "datatype": "FP64", "shape": [2, 13], "data": numbers * 2}
    answer = rows_of(mds.post("wine", {"inputs": [tensor]}).json())["predict"]
    assert [int(np.argmax(row)) for row in answer] == [0, 0]


def test_wine_tells_how_many_numbers_it_wants(mds: Asker) -> None:
    tensor = {"name": "anything", "datatype": "FP64", "shape": [1, 2], "data": [1, 2]}
    answer = mds.post("wine", {"inputs": [tensor]})
    assert answer.status_code == 500
    assert "(2) is not the same as it was in training data (13)" in answer.json()["error"]


def test_versions_of_penguins_take_and_answer_different_things(mds: Asker) -> None:
    first, second = (mds.metadata(f"penguins/versions/{version}") for version in ("v1", "v2"))
    assert {tensor["name"] for tensor in first["inputs"]} < {
        tensor["name"] for tensor in second["inputs"]
    }
    old, new = (mds.ask(f"penguins/versions/{version}")["predict"] for version in ("v1", "v2"))
    assert old != new
    assert set(new) == {"Adelie", "Chinstrap", "Gentoo"}


@pytest.mark.parametrize("path", ["breast-cancer", "digits", "slow"])
def test_the_first_examples_are_clear_and_of_different_classes(path: str, mds: Asker) -> None:
    """What somebody sees first is a typical case. As classes take turns, one that were wrong would be another one twice.
    The flaky model has the examples of the slow one, and would fail on purpose."""
    outputs = mds.metadata(path)["outputs"]
    (chances,) = (o["name"] for o in outputs if o["parameters"]["role"] == "probabilities")
    answers = mds.ask(path, [0, 1])
    assert min(max(row) for row in answers[chances]) >= 0.98
    assert len({str(np.argmax(row)) for row in answers[chances]}) == 2


def test_the_first_penguin_is_right_and_each_of_its_measures_moves_the_answer(mds: Asker) -> None:
    """Who tries values first sees the answer follow, and another species come."""
    metadata = mds.metadata("penguins")
    labels = metadata["outputs"][0]["parameters"]["labels"]
    place = labels.index(mds.ask("penguins", [0])["predict"][0])
    (surest,) = mds.ask("penguins", [0])["predict_proba"]
    assert 0.8 <= surest[place] <= 0.95
    assert mds.ask("penguins/versions/v1", [0])["predict"] == [labels[place]]
    answers = []
    for name, values in {
        "bill_length_mm": [36, 46, 52],
        "bill_depth_mm": [14, 16, 20],
        "flipper_length_mm": [182, 205, 224],
        "body_mass_g": [3200, 4100, 4400],
    }.items():
        asked = question(metadata, [0] * len(values))
        (tensor,) = (each for each in asked["inputs"] if each["name"] == name)
        tensor["data"] = values
        found = rows_of(mds.post("penguins", asked).json())
        shares = [row[place] for row in found["predict_proba"]]
        assert max(shares) - min(shares) > 0.1, name
        answers += found["predict"]
    assert len(set(answers)) > 1


def test_some_example_penguins_were_not_measured_completely(mds: Asker) -> None:
    examples = {field["label"]: field["examples"] for field in fields(mds.metadata("penguins"))}
    assert None in examples["Sex"]
    assert None in examples["Bill length"]


def test_penguins_without_a_version_are_asked_of_the_newest(mds: Asker) -> None:
    answer = mds.post("penguins", question(mds.metadata("penguins"), [0])).json()
    assert answer["model_version"] == "v2"


def test_digits_sees_light_on_dark_and_any_size(mds: Asker) -> None:
    example = fields(mds.metadata("digits"))[0]["examples"][1]
    picture = Image.open(io.BytesIO(base64.b64decode(example["data"])))
    variants = [
        picture,
        picture.point(lambda value: 255 - value),
        picture.resize((400, 400)),
        picture.resize((40, 40)).convert("RGB"),
    ]
    answer = mds.post("digits", uploads("image", [png(variant) for variant in variants])).json()
    assert len(set(rows_of(answer)["digit"])) == 1


def test_digits_shows_every_digit(mds: Asker) -> None:
    assert set(mds.ask("digits")["digit"]) == set(range(10))


def test_ocr_reads_what_was_written(mds: Asker) -> None:
    texts = mds.ask("ocr", [0, 1])["text"]
    assert "CORNER CAFE" in texts[0]
    assert "TOTAL 7.40" in texts[0]
    assert texts[1] == "CAUTION\nWet floor"


def test_ocr_finds_nothing_on_an_empty_page(mds: Asker) -> None:
    blank = png(Image.new("RGB", (200, 100), "white"))
    answers = rows_of(mds.post("ocr", uploads("image", [blank])).json())
    assert answers == {"text": [""], "score": [0.0], "pieces": ["[]"]}


@pytest.mark.parametrize("turn", range(1, 9))
def test_ocr_says_where_words_stand_in_the_file_however_it_is_turned(turn: int, mds: Asker) -> None:
    """The same picture, stored in each way of which a camera says how it is to be seen."""
    example = mds.metadata("ocr")["inputs"][0]["parameters"]["examples"][1]
    upright = Image.open(io.BytesIO(base64.b64decode(example["data"]))).convert("RGB")
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # what undoes each, by Pillow's numbers
    stored = upright.transpose(Image.Transpose(back[turn])) if turn in back else upright
    answer = rows_of(mds.post("ocr", uploads("image", [turned(stored, turn)])).json())
    assert answer["text"] == ["CAUTION\nWet floor"]
    (first, _) = json.loads(answer["pieces"][0])
    assert first["text"] == "CAUTION"
    assert first["score"] > 0.9
    across, down = np.array(first["points"]).T
    assert 0 <= across.min() < across.max() <= stored.width
    assert 0 <= down.min() < down.max() <= stored.height
    ink = np.asarray(stored.convert("L")) < 60
    box = ink[round(down.min()) : round(down.max()), round(across.min()) : round(across.max())]
    assert 0.4 < box.sum() / ink.sum() < 0.7  # the first of two lines, and nothing of the other


@pytest.mark.parametrize("size", [(1, 1), (3000, 2), (2, 3000)])
def test_ocr_bears_strips_and_specks(size: tuple[int, int], mds: Asker) -> None:
    answer = mds.post("ocr", uploads("image", [png(Image.new("RGB", size, "white"))]))
    assert rows_of(answer.json())["text"] == [""]


def test_languages_are_named_in_english(mds: Asker) -> None:
    languages = mds.ask("language-id")["language"]
    assert languages[:5] == ["English", "French", "German", "Spanish", "Italian"]
    assert len(set(languages)) == len(languages)


def test_sentiment_knows_three_classes(mds: Asker) -> None:
    answers = mds.ask("sentiment")
    assert answers["sentiment"][:3] == ["positive", "neutral", "negative"]
    assert all(-1 <= score <= 1 for score in answers["compound"])


def test_speech_is_found_where_it_is_and_nowhere_else(mds: Asker) -> None:
    answers = mds.ask("speech")
    two, noise, noisy, chord = (json.loads(text) for text in answers["segments"])
    assert noise == chord == []
    assert len(noisy) >= 1
    silence = (4.0, 5.2)
    assert any(one["end"] < silence[0] for one in two)
    assert any(one["start"] > silence[1] for one in two)
    assert not any(one["start"] < silence[1] and one["end"] > silence[0] for one in two)
    assert answers["seconds"][0] == pytest.approx(
        sum(one["end"] - one["start"] for one in two), abs=1e-9
    )


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 48_000])
@pytest.mark.parametrize("kind", ["u1", "<i2", "i3", "<i4", "<f4", "<f8"])
def test_speech_takes_wav_files_of_every_kind(rate: int, kind: str, mds: Asker) -> None:
    example = fields(mds.metadata("speech"))[0]["examples"][2]
    samples = np.frombuffer(base64.b64decode(example["data"])[44:], "<i2") / 2**15
    places = np.arange(0, len(samples) / 8_000, 1 / rate) * 8_000
    resampled = np.interp(places, np.arange(len(samples)), samples)
    file = wav(np.column_stack([resampled, resampled]), rate, kind)
    answers = rows_of(mds.post("speech", uploads("audio", [file])).json())
    assert answers["seconds"][0] > 2


@pytest.mark.parametrize("name", ["slow", "flaky"])
def test_slow_and_flaky_behave_when_they_are_told_to(name: str, mds: Asker) -> None:
    body = question(mds.metadata(name), [0, 1, 2])
    body["parameters"] |= TOLD_TO_BEHAVE
    for _ in range(4):
        answer = mds.post(name, body)
        assert answer.status_code == 200
    assert len(rows_of(answer.json())["predict"]) == 3


def turned(picture: Image.Image, turn: int) -> bytes:
    """The file, with how it is to be seen."""
    stream, facts = io.BytesIO(), Image.Exif()
    facts[ExifTags.Base.Orientation] = turn
    picture.save(stream, "JPEG", quality=95, exif=facts)
    return stream.getvalue()


def png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def wav(frames: np.ndarray, rate: int, kind: str) -> bytes:
    """A WAV file with samples stored as this kind: u1, i2, i3, i4, f4 or f8."""
    code, width, channels = (3 if "f" in kind else 1), int(kind[-1]), frames.shape[1]
    data = stored(frames.ravel(), kind)
    header = struct.pack(
        "<HHIIHH", code, channels, rate, rate * channels * width, channels * width, width * 8
    )
    body = b"WAVEfmt \x10\0\0\0" + header + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def stored(samples: np.ndarray, kind: str) -> bytes:
    if kind == "u1":
        return ((samples + 1) * 127).astype("u1").tobytes()
    if "f" in kind:
        return samples.astype(kind).tobytes()
    if kind == "i3":
        wide = (samples * (2**31 - 1)).astype("<i4")
        return wide.view("u1").reshape(-1, 4)[:, 1:].tobytes()
    return (samples * (2 ** (8 * int(kind[-1]) - 1) - 1)).astype(kind).tobytes()
