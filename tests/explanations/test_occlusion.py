"""What words, patches and moments matter, on models that look for one thing."""

from __future__ import annotations

import io
import wave

import numpy as np
from arithmetic_models import REF, ArithmeticModel, order, yes
from PIL import Image

from explanations.explaining import explain
from explanations.methods import methods, suited
from mds_client.prediction import Answer
from mds_client.signature import Field, File, Kind, Signature, Values


def _signature(kind: Kind) -> Signature:
    return Signature(model=REF, inputs=(Field(name="it", kind=kind),))


def _picture(array: np.ndarray) -> File:
    buffer = io.BytesIO()
    Image.fromarray(array.astype(np.uint8)).save(buffer, "PNG")
    return File(name="it.png", media_type="image/png", data=buffer.getvalue())


def _sound(values: np.ndarray, rate: int = 8000) -> File:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((values * 32767).astype("<i2").tobytes())
    return File(name="it.wav", media_type="audio/wav", data=buffer.getvalue())


def test_the_word_that_matters_is_found() -> None:
    def formula(row: Values) -> Answer:
        return yes(0.9 if "lovely" in str(row["it"]) else 0.2)

    row = {"it": "A lovely room. A room!"}
    method, signature = methods()["occlusion_text"], _signature("text")
    model = ArithmeticModel(formula)
    found = explain(
        order(method.NAME, signature, row, formula(row), method.cost(signature)), method, model
    )
    strongest = max(found.attributions, key=lambda a: a.amount)
    assert "lovely" in strongest.title
    start, end = strongest.span or (0, 0)
    assert row["it"][int(start) : int(end)].strip() == "lovely"
    assert strongest.amount > 0.6
    assert "lovely" in found.sentence
    assert model.calls <= 4


def test_the_patch_that_matters_is_found() -> None:
    array = np.zeros((70, 70))
    array[0:10, 60:70] = 255

    def formula(row: Values) -> Answer:
        file = row["it"]
        assert isinstance(file, File)
        shown = np.asarray(Image.open(io.BytesIO(file.data)).convert("L"))
        return yes(0.1 + 0.8 * float(shown[2:8, 62:68].mean()) / 255)

    row = {"it": _picture(array)}
    method, signature = methods()["occlusion_image"], _signature("image")
    found = explain(
        order(method.NAME, signature, row, formula(row), method.cost(signature)),
        method,
        ArithmeticModel(formula),
    )
    grid = np.array(found.grid)
    assert np.unravel_index(grid.argmax(), grid.shape) == (0, grid.shape[1] - 1)
    assert grid.max() > 0.5


def test_the_moment_that_matters_is_found() -> None:
    values = np.zeros(24_000)
    values[16_000:17_000] = 0.8

    def formula(row: Values) -> Answer:
        file = row["it"]
        assert isinstance(file, File)
        with wave.open(io.BytesIO(file.data)) as sound:
            heard = np.frombuffer(sound.readframes(sound.getnframes()), "<i2")
        loud = np.flatnonzero(np.abs(heard) > 1000)
        segments = ((loud[0] / 8000, loud[-1] / 8000),) if len(loud) else ()
        return Answer(kind="segments", segments=segments)

    row = {"it": _sound(values)}
    method, signature = methods()["occlusion_audio"], _signature("audio")
    found = explain(
        order(method.NAME, signature, row, formula(row), method.cost(signature)),
        method,
        ArithmeticModel(formula),
    )
    strongest = max(found.attributions, key=lambda a: a.amount)
    assert strongest.span is not None
    assert strongest.span[0] <= 2.05 <= strongest.span[1] + 0.2


def test_each_kind_of_input_has_its_methods() -> None:
    assert [m.NAME for m in suited(_signature("text"))] == ["occlusion_text"]
    assert [m.NAME for m in suited(_signature("image"))] == ["occlusion_image"]
    assert [m.NAME for m in suited(_signature("audio"))] == ["occlusion_audio"]
    assert [m.NAME for m in suited(_signature("number"))] == ["shapley", "anchor"]
    assert suited(_signature("tensor")) == []
