"""Pictures with more than eight bits, as scanners and instruments write them."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from mds_client.client.sync_client import MdsClient
from mds_client.codecs.pixels import NoPicture, Pixels
from mds_client.server import Server
from mds_client.signature import File
from tests.found.penguins import DATA
from ui.media import preview

GREY = Pixels(height=28, width=28, colours=1, is_flat=True)


def png(values: np.ndarray, form: str = "PNG") -> bytes:
    stream = io.BytesIO()
    Image.fromarray(values).save(stream, form)
    return stream.getvalue()


def test_sixteen_bits_keep_their_shades() -> None:
    numbers = np.array(GREY.numbers((DATA / "gradient_16bit.png").read_bytes()))
    assert numbers[0, [0, 3, 7, 14, 21, 27]] == pytest.approx(
        [0, 0.11, 0.26, 0.52, 0.78, 1], abs=0.01
    )


@pytest.mark.parametrize("white", [255, 1023, 4095, 65535])
def test_white_is_the_most_that_the_bits_hold(white: int) -> None:
    values = np.linspace(0, white, 28).round().astype(np.uint16)[None, :].repeat(28, axis=0)
    numbers = np.array(GREY.numbers(png(values)))
    assert numbers[0, -1] == 1
    assert numbers[0, 14] == pytest.approx(14 / 27, abs=0.01)
    seen = preview(png(values))
    assert seen is not None
    assert 120 < seen.getpixel((14, 14))[0] < 140  # type: ignore[index]


@pytest.mark.parametrize("white", [1.0, 255.0])
def test_fractions_count_to_one_or_to_255(white: float) -> None:
    values = np.linspace(0, white, 28, dtype=np.float32)[None, :].repeat(28, axis=0)
    numbers = np.array(GREY.numbers(png(values, "TIFF")))
    assert numbers[0, -1] == 1
    assert numbers[0, 14] == pytest.approx(14 / 27, abs=0.01)


AS_PLAIN = [
    "12bit_in_16.png", "16bit.png", "animated.gif", "avif.avif", "cmyk.jpg", "exif6.jpg", "fax.tif", "jp2.jp2",
    "pages.tif", "transparent_black_ink.png", "webp.webp",
]  # fmt: skip


@pytest.mark.parametrize("name", AS_PLAIN)
def test_one_picture_in_any_format_is_sent_and_shown_as_one(name: str) -> None:
    """Turned as the camera says, on white where it is transparent, the first of several."""
    plain, data = (DATA / f"passing/{one}" for one in ("plain.png", name))
    sent = np.array(GREY.numbers(data.read_bytes()))
    wanted = np.array(GREY.numbers(plain.read_bytes()))
    wanted = 1 - wanted if name == "transparent_black_ink.png" else wanted
    assert np.abs(sent - wanted).mean() < 0.03
    seen = preview(data.read_bytes())
    assert seen is not None
    shown = np.asarray(seen.convert("L").resize((28, 28)), dtype=float) / 255
    assert np.abs(shown - sent).mean() < 0.03


@pytest.mark.parametrize("name", ["heic.heic", "svg.svg", "truncated.jpg"])
def test_what_cannot_be_read_as_a_picture_is_refused_and_not_shown(name: str) -> None:
    data = (DATA / f"passing/{name}").read_bytes()
    with pytest.raises(NoPicture):
        GREY.numbers(data)
    assert preview(data) is None


def test_the_float_picture_is_not_black() -> None:
    numbers = np.array(GREY.numbers((DATA / "float.tif").read_bytes()))
    assert numbers.max() > 0.9


def test_numbers_of_which_no_white_is_known_are_refused_in_words() -> None:
    values = np.linspace(-3, 9000, 28, dtype=np.float32)[None, :].repeat(28, axis=0)
    with pytest.raises(NoPicture, match="nothing says which is white"):
        GREY.numbers(png(values, "TIFF"))


@pytest.mark.parametrize(
    "name", ["grey_16bit.png", "passing/invoice_16bit.png", "passing/invoice.png"]
)
@pytest.mark.slow
def test_text_in_pictures_of_sixteen_bits_is_read(mds_url: str, name: str) -> None:
    file = File(name="x.png", media_type="image/png", data=(DATA / name).read_bytes())
    with MdsClient(Server(name="demo", url=mds_url)) as client:
        answer = client.model("ocr").predict({"image": file})
    assert "4711" in str(answer.answer.headline)
