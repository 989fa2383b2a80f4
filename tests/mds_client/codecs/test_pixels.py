"""Pictures become the numbers that a model takes, and only where that is what it takes."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mds_client.codecs.pixels import NoPicture, Pixels, pixels_of
from mds_client.signature import PIXEL_FORMATS, Field
from tests.zoo.animals import animal, names


def _tensor(*sizes: int, datatype: str = "FP32", **facts: Any) -> Field:
    name = facts.pop("name", "input_1")
    return Field(name=name, kind="tensor", shape=(-1, *sizes), datatype=datatype, **facts)


def _file(picture: Image.Image, form: str = "PNG", **how: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, form, **how)
    return buffer.getvalue()


QUARTERS = Image.fromarray(
    np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [255, 255, 255]]], dtype=np.uint8)
)


@pytest.mark.parametrize(
    ("field", "words"),
    [
        (_tensor(224, 224, 3), "224 × 224, in colour, 0 to 1"),
        (_tensor(3, 224, 160), "160 × 224, in colour, 0 to 1"),
        (_tensor(3, -1, -1), "its own size (at most 512 pixels on a side), in colour, 0 to 1"),
        (_tensor(-1, 64, 3, datatype="UINT8"), "64 × any, in colour, 0 to 255"),
        (_tensor(1, 28, 28), "28 × 28, grey, 0 to 1"),
        (_tensor(28, 28, name="image"), "28 × 28, grey, 0 to 1"),
        (_tensor(64, 64, 4), "64 × 64, in colour with transparency, 0 to 1"),
        (_tensor(28, 28, 1, minimum=0, maximum=255), "28 × 28, grey, 0 to 255"),
        (_tensor(28, 28, 1, minimum=-1, maximum=1), "28 × 28, grey, -1 to 1"),
        (_tensor(8, 8, 3, examples=([[[-2.1] * 3] * 8] * 8,)), "8 × 8, in colour, with ImageNet's mean and spread"),
        (_tensor(3, 224, 224, format="pixels-imagenet"), "224 × 224, in colour, with ImageNet's mean and spread"),
        (_tensor(2, 2, 3, format="pixels-255"), "2 × 2, in colour, 0 to 255"),
    ],
)  # fmt: skip
def test_what_is_likely_a_picture_says_what_is_done_to_it(field: Field, words: str) -> None:
    pixels = pixels_of(field)
    assert pixels
    assert pixels.words == f"Shown to the model as {words}."


@pytest.mark.parametrize(
    "field",
    [
        _tensor(30),
        _tensor(28, 28),
        _tensor(4, 4, 3, name="image", datatype="UINT8"),
        _tensor(-1, -1, name="image"),
        _tensor(1, 80, 300),
        _tensor(16, 16, 16),
        _tensor(-1, -1, -1),
        _tensor(8, 8, 3, datatype="BOOL"),
        _tensor(8, 8, 3, datatype="INT8"),
        _tensor(8, 8, 3, datatype="BYTES"),
        _tensor(2, 8, 8, 3),
        _tensor(224, 224, 3, format="numbers"),
        _tensor(64, 64, 1, format="pixels-imagenet"),
        replace(_tensor(224, 224, 3), kind="json"),
    ],
)
def test_what_is_no_picture_stays_numbers(field: Field) -> None:
    assert pixels_of(field) is None


def test_the_zoos_pictures_are_known() -> None:
    found = {
        name
        for name in names()
        if any(pixels_of(field) for field in animal(name).signature().inputs)
    }
    assert found == {"pixels-nchw", "tf-pixels"}


@pytest.mark.parametrize(
    ("pixels", "numbers"),
    [
        (Pixels(height=2, width=2, colours=3), [[[1, 0, 0], [0, 1, 0]], [[0, 0, 1], [1, 1, 1]]]),
        (Pixels(height=2, width=2, colours=3, is_first=True), [[[1, 0], [0, 1]], [[0, 1], [0, 1]], [[0, 0], [1, 1]]]),
        (Pixels(height=2, width=2, colours=3, scale="255", is_whole=True), [[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [255, 255, 255]]]),
        (Pixels(height=2, width=2, colours=3, scale="signed"), [[[1, -1, -1], [-1, 1, -1]], [[-1, -1, 1], [1, 1, 1]]]),
        (Pixels(height=2, width=2, colours=1, is_flat=True, scale="255"), [[76, 150], [29, 255]]),
        (Pixels(height=2, width=2, colours=1, scale="255", is_whole=True), [[[76], [150]], [[29], [255]]]),
        (Pixels(height=-1, width=-1, colours=1, is_first=True, scale="255"), [[[76, 150], [29, 255]]]),
        (Pixels(height=1, width=1, colours=4, scale="255", is_whole=True), [[[128, 128, 128, 255]]]),
    ],
)  # fmt: skip
def test_numbers_of_a_picture(pixels: Pixels, numbers: object) -> None:
    assert np.array(pixels.numbers(_file(QUARTERS))).tolist() == numbers


def test_imagenets_scale_is_the_published_one() -> None:
    pixels = Pixels(height=1, width=1, colours=3, scale="imagenet")
    ((numbers,),) = np.array(pixels.numbers(_file(Image.new("RGB", (1, 1), (255, 0, 128)))))
    assert numbers == pytest.approx([(1 - 0.485) / 0.229, -0.456 / 0.224, (128 / 255 - 0.406) / 0.225], abs=1e-6)  # fmt: skip


@given(st.sampled_from(PIXEL_FORMATS), st.sampled_from([(9, 8, 3), (3, 9, 8)]), st.integers(0, 255))
def test_what_the_model_sees_is_the_picture(form: str, sizes: tuple[int, ...], light: int) -> None:
    pixels = pixels_of(_tensor(*sizes, format=form))
    assert pixels
    picture = Image.new("RGB", (30, 20), (light, 255 - light, 7))
    seen = pixels.picture(pixels.numbers(_file(picture)))
    assert seen is not None
    assert seen.shape == (9, 8, 3)
    assert (seen == (light, 255 - light, 7)).all()


@given(st.integers(1, 3_000), st.integers(1, 30), st.sampled_from([(-1, -1), (16, -1), (-1, 16)]))
def test_free_sizes_are_bounded(width: int, height: int, sizes: tuple[int, int]) -> None:
    pixels = Pixels(height=sizes[0], width=sizes[1], colours=1, is_flat=True)
    found = np.array(pixels.numbers(_file(Image.new("L", (width, height)))))
    assert max(found.shape) <= 2_048
    assert all(have == want for have, want in zip(found.shape, sizes, strict=True) if want > 0)


def test_a_photograph_is_turned_upright_and_holes_are_white() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    pixels = Pixels(height=-1, width=-1, colours=3, scale="255", is_whole=True)
    turned = np.array(pixels.numbers(_file(Image.new("RGB", (40, 20)), "JPEG", exif=exif)))
    assert turned.shape == (40, 20, 3)
    holes = np.array(pixels.numbers(_file(Image.new("RGBA", (2, 2), (0, 0, 0, 0)))))
    assert (holes == 255).all()


@pytest.mark.parametrize("data", [b"", b"%PDF", b"\x89PNG\r\n\x1a\n", _file(Image.new("1", (9_000, 9_000))), _file(QUARTERS)[:-30]])  # fmt: skip
def test_what_cannot_be_read_is_no_picture(data: bytes) -> None:
    with pytest.raises(NoPicture):
        Pixels(height=8, width=8, colours=1).numbers(data)


@pytest.mark.parametrize("value", [None, "text", [[1, 2]], [[["a"]]], [[[float("nan")] * 3]], [], [[[1, 2]]]])  # fmt: skip
def test_numbers_of_another_form_are_no_picture(value: object) -> None:
    assert Pixels(height=8, width=8, colours=3).picture(value) is None
