"""What goes wrong at the embedded MDS goes wrong in a known way and with a sentence."""

import base64
import copy
import struct
import threading
import time
import zlib

import httpx
import pytest

from tests.demo_mds.asking import Asker, question, uploads

TOLD_TO_BEHAVE = {"delay_seconds": 0, "failure": "none"}
NO_SOUND = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0" + struct.pack("<HHIIHH", 1, 1, 8000, 8000, 1, 8)


def png_header(width: int, height: int) -> bytes:
    """A file that promises a picture of this size."""
    size = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", size), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    packed = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


@pytest.mark.parametrize("name", ["digits", "ocr"])
@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (b"no picture", "cannot be read as a PNG or JPEG image"),
        (png_header(100, 100), "cannot be read as a PNG or JPEG image"),
        (png_header(60_000, 60_000), "too large"),
        (png_header(9_000, 9_000), "9000 × 9000 pixels, where 25 million are allowed"),
    ],
)
def test_what_is_no_picture_is_refused(name: str, file: bytes, sentence: str, mds: Asker) -> None:
    assert sentence in refusal(mds.post(name, uploads("image", [file])))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (b"no sound", "Recording 1 is no WAV file."),
        (b"RIFF\0\0\0\0WAVE", "no format or no sound"),
        (NO_SOUND + b"data\0\0\0\0", "Recording 1 is empty."),
        (NO_SOUND.replace(b"\1\0\1\0", b"\x55\0\1\0") + b"data\2\0\0\0ab", "send PCM"),
        (NO_SOUND + b"data" + struct.pack("<I", 3_000_000) + bytes(3_000_000), "375 s"),
    ],
)
def test_what_is_no_recording_is_refused(file: bytes, sentence: str, mds: Asker) -> None:
    assert sentence in refusal(mds.post("speech", uploads("audio", [file])))


@pytest.mark.parametrize("name", ["digits", "ocr", "speech"])
def test_what_is_not_base64_is_refused(name: str, mds: Asker) -> None:
    body = uploads("file", [b""])
    body["inputs"][0]["data"] = ["§"]
    assert "Element 1 is not base64." in refusal(mds.post(name, body))


@pytest.mark.parametrize("name", ["digits", "language-id", "ocr", "sentiment", "speech"])
def test_an_empty_request_and_a_false_shape_are_refused(name: str, mds: Asker) -> None:
    body = uploads("input", [])
    assert "send at least one element" in refusal(mds.post(name, body))
    body["inputs"][0] |= {"data": ["x"], "shape": [3, 1]}
    assert "does not fit" in refusal(mds.post(name, body))


@pytest.mark.parametrize("name", ["digits", "language-id", "ocr", "sentiment", "speech"])
def test_an_unknown_output_is_refused(name: str, mds: Asker) -> None:
    body = question(mds.metadata(name), [0]) | {"outputs": [{"name": "tomorrow"}]}
    assert "There is no output 'tomorrow'" in refusal(mds.post(name, body))


def test_missing_columns_are_named(mds: Asker) -> None:
    body = question(mds.metadata("slow"), [0])
    del body["inputs"][1:3]
    sentence = "These columns are missing: worst texture, worst concave points."
    assert refusal(mds.post("slow", body)) == sentence


def test_columns_of_different_length_are_refused(mds: Asker) -> None:
    body = question(mds.metadata("slow"), [0, 1])
    body["inputs"][0] |= {"data": [1.0], "shape": [1, 1]}
    assert "differ in length" in refusal(mds.post("slow", body))


def test_a_failure_of_a_stock_runtime_has_the_form_of_mlservers_workers(mds: Asker) -> None:
    body = question(mds.metadata("diabetes-progress"), [0])
    tensor = body["inputs"][0]
    tensor |= {"data": tensor["data"][:9], "shape": [1, 9]}
    answer = mds.post("diabetes-progress", body)
    assert answer.status_code == 500
    assert "X has 9 features" in answer.json()["error"]


def test_flaky_fails_every_third_time(mds: Asker) -> None:
    body = question(mds.metadata("flaky"), [0])
    states = [mds.post("flaky", body).status_code for _ in range(6)]
    assert states in ([200, 200, 500] * 2, [200, 500, 200] * 2, [500, 200, 200] * 2)


def test_failures_come_to_order(mds: Asker) -> None:
    assert fail_with(mds, "error 500").status_code == 500
    assert fail_with(mds, "busy 503").json()["error"].startswith("The model is busy")
    assert fail_with(mds, "not JSON").text.startswith("<html>")
    assert "There is no failure 'war'" in refusal(fail_with(mds, "war"))
    with pytest.raises(httpx.RemoteProtocolError):
        fail_with(mds, "answer breaks off")


def test_an_input_orders_delay_and_failure_too(mds: Asker) -> None:
    body = question(mds.metadata("slow"), [0, 1])
    by_name = {tensor["name"]: tensor for tensor in body["inputs"]}
    by_name["delay_seconds"]["data"] = [None, 0.3]
    by_name["failure"]["data"] = ["busy 503", ""]
    start = time.monotonic()
    assert mds.post("slow", body).status_code == 503
    assert 0.3 <= time.monotonic() - start < 3  # what it takes unasked


@pytest.mark.slow
def test_slow_takes_its_time_and_keeps_nobody_waiting(mds: Asker) -> None:
    took = []

    def ask_slow() -> None:
        start = time.monotonic()
        mds.ask("slow", [0])
        took.append(time.monotonic() - start)

    waiting = threading.Thread(target=ask_slow)
    waiting.start()
    mds.ask("breast-cancer", [0])
    assert not took  # the slow one still waits
    waiting.join()
    assert took[0] >= 3


def refusal(answer: httpx.Response) -> str:
    """The sentence of a refusal, which is no traceback."""
    assert answer.status_code == 400, answer.text
    sentence = answer.json()["error"]
    assert "Traceback" not in sentence
    return sentence


def fail_with(mds: Asker, failure: str) -> httpx.Response:
    body = copy.deepcopy(question(mds.metadata("slow"), [0]))
    body["parameters"] |= TOLD_TO_BEHAVE | {"failure": failure}
    return mds.post("slow", body)


def test_base64_of_a_text_is_no_picture(mds: Asker) -> None:
    text = base64.b64encode(b"hello")
    assert "cannot be read" in refusal(mds.post("digits", uploads("image", [text])))
