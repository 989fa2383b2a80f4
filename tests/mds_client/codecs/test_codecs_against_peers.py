"""What we encode, MLServer's and tritonclient's own codecs decode to the same values, and the other way round."""

from __future__ import annotations

import json
import math
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import hypothesis.extra.numpy as arrays
import numpy as np
import orjson
import pytest
import tritonclient.http as tritonclient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mds_client import Field, ModelRef, Signature
from mds_client.codecs import codec_for
from mds_client.codecs.binary import HEADER_LENGTH, with_binary, without_binary
from mds_client.codecs.tensors import Tensor, output_of, tensors
from mds_client.protocols.protocol import body_of, flat
from mds_client.signature.datatypes import BINARY_ONLY, from_bytes, numpy_of, to_bytes
from mds_client.transport.exchange import Response
from settings import ROOT

NUMERIC = [
    "BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP16", "FP32", "FP64",
]  # fmt: skip
SHAPES = arrays.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=5)
TEXTS = st.lists(st.text(st.characters(codec="utf-8"), max_size=20), max_size=8)
often = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def numbers(datatype: str) -> st.SearchStrategy[np.ndarray]:
    return arrays.arrays(dtype=numpy_of(datatype), shape=SHAPES)


def tensor(datatype: str, values: np.ndarray) -> Tensor:
    return Tensor(name="x", datatype=datatype, shape=values.shape, data=values.ravel())


def same(ours: object, theirs: object) -> bool:
    """Equal to the last bit; NaN is NaN."""
    a, b = np.asarray(ours), np.asarray(theirs)
    return a.shape == b.shape and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")


def as_answer(body: bytes, length: int | None) -> tuple[bytes, int | None]:
    """A request body as an answer with the same tensors: requests and answers carry them alike."""
    cut = length if length is not None else len(body)
    said = orjson.loads(body[:cut])
    head = body_of({"model_name": "m", "outputs": said["inputs"]})
    return head + body[cut:], len(head) if length is not None else None


@pytest.mark.parametrize("datatype", NUMERIC)
def test_tritonclient_reads_the_bytes_that_we_write(datatype: str) -> None:
    @often
    @given(numbers(datatype))
    def check(values: np.ndarray) -> None:
        body, headers = with_binary({}, [tensor(datatype, values)])
        answer, length = as_answer(body, int(headers[HEADER_LENGTH]))
        read = tritonclient.InferenceServerClient.parse_response_body(answer, header_length=length)
        assert same(values, read.as_numpy("x"))

    check()


@pytest.mark.parametrize("datatype", [d for d in NUMERIC if d not in BINARY_ONLY])
@pytest.mark.slow
def test_tritonclient_reads_the_json_that_we_write(datatype: str) -> None:
    @often
    @given(numbers(datatype))
    def check(values: np.ndarray) -> None:
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            return  # JSON has no such number; MLServer's null is checked below
        sent = tensor(datatype, values).as_json(with_content_type=False)
        answer, _ = as_answer(body_of({"inputs": [sent]}), None)
        read = tritonclient.InferenceServerClient.parse_response_body(answer)
        assert same(values, read.as_numpy("x"))

    check()


@pytest.mark.parametrize("is_binary", [True, False])
@pytest.mark.parametrize("datatype", NUMERIC)
@pytest.mark.slow
def test_we_read_what_tritonclient_writes(datatype: str, is_binary: bool) -> None:
    if datatype in BINARY_ONLY and not is_binary:
        return  # tritonclient itself refuses to write these as JSON

    @often
    @given(numbers(datatype))
    def check(values: np.ndarray) -> None:
        if not is_binary and values.dtype.kind == "f" and not np.isfinite(values).all():
            return
        given_input = tritonclient.InferInput("x", list(values.shape), datatype)
        given_input.set_data_from_numpy(values, binary_data=is_binary)
        read = read_by_us(given_input)
        assert same(values, np.array(read.data, dtype=values.dtype).reshape(read.shape))

    check()


@pytest.mark.parametrize("is_binary", [True, False])
def test_we_read_the_text_that_tritonclient_writes(is_binary: bool) -> None:
    @often
    @given(TEXTS)
    def check(texts: list[str]) -> None:
        given_input = tritonclient.InferInput("x", [len(texts)], "BYTES")
        elements = np.array([t.encode() for t in texts], dtype=np.object_)
        given_input.set_data_from_numpy(elements, binary_data=is_binary)
        assert list(read_by_us(given_input).data) == texts

    check()


@often
@given(TEXTS)
def test_tritonclient_reads_the_text_that_we_write(texts: list[str]) -> None:
    sent = Tensor(name="x", datatype="BYTES", shape=(len(texts),), data=list(texts))
    body, headers = with_binary({}, [sent])
    answer, length = as_answer(body, int(headers[HEADER_LENGTH]))
    read = tritonclient.InferenceServerClient.parse_response_body(answer, header_length=length)
    assert [element.decode() for element in read.as_numpy("x").ravel()] == texts


def read_by_us(given_input: Any) -> Any:
    body, length = tritonclient.InferenceServerClient.generate_request_body([given_input])
    raw = bytes(body) if not isinstance(body, str) else body.encode()
    answer, header = as_answer(raw, length)
    headers = {HEADER_LENGTH.lower(): str(header)} if header is not None else {}
    response = Response(status=200, body=answer, headers=headers)
    said = without_binary(response) if headers else orjson.loads(answer)
    (found,) = said["outputs"]  # type: ignore[misc]
    return output_of(found, rows=found["shape"][0])


@given(st.floats(width=32))
def test_bfloat16_is_the_upper_half_of_a_float32(value: float) -> None:
    (read,) = from_bytes("BF16", to_bytes("BF16", [value]))
    assert isinstance(read, float)
    if math.isnan(value):
        assert math.isnan(read)
    elif math.isinf(read):
        assert abs(value) > 3.38e38
    else:
        assert abs(read - value) <= max(abs(value) * 2**-8, 1e-40)


@given(st.lists(st.binary(max_size=12), max_size=6))
def test_bytes_that_are_not_text_come_back_as_they_were(elements: list[bytes]) -> None:
    read = from_bytes("BYTES", to_bytes("BYTES", elements))
    assert [r if isinstance(r, bytes) else str(r).encode() for r in read] == elements


@given(st.sampled_from([*NUMERIC, "BYTES", "BF16"]), st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(datatype: str, raw: bytes) -> None:
    with suppress(ValueError):
        from_bytes(datatype, raw)


@pytest.fixture(scope="module")
def mlserver() -> Iterator[Callable[[dict[str, Any]], Any]]:
    """MLServer's codecs in MLServer's own environment."""
    peer = subprocess.Popen(
        [
            ROOT / "demo_mds/.venv/bin/python",
            ROOT / "tests/mds_client/codecs/peers/mlserver_codecs.py",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert peer.stdin
    assert peer.stdout

    def ask(asked: dict[str, Any]) -> Any:
        peer.stdin.write(json.dumps(asked) + "\n")  # type: ignore[union-attr]
        peer.stdin.flush()  # type: ignore[union-attr]
        return json.loads(peer.stdout.readline())  # type: ignore[union-attr]

    yield ask
    peer.stdin.close()
    peer.stdout.close()
    peer.wait(10)


@pytest.mark.slow
@pytest.mark.parametrize("datatype", NUMERIC)
def test_mlserver_reads_the_numbers_that_we_write(datatype: str, mlserver: Any) -> None:
    @often
    @given(numbers(datatype))
    def check(values: np.ndarray) -> None:
        if values.dtype.kind == "f":
            values = np.where(np.isinf(values), np.nan, values)  # JSON has no infinity
        sent = orjson.loads(body_of(tensor(datatype, values).as_json(with_content_type=True)))
        read = mlserver({"do": "decode", "content_type": "np", "tensor": sent})
        if values.dtype.kind == "f":
            read = [float.fromhex(v) for v in read]
        assert same(values.ravel(), np.array(read, dtype=values.dtype))

    check()


@pytest.mark.slow
@pytest.mark.parametrize("datatype", [d for d in NUMERIC if d != "FP16"])
def test_we_read_the_numbers_that_mlserver_writes(datatype: str, mlserver: Any) -> None:
    @often
    @given(numbers(datatype))
    def check(values: np.ndarray) -> None:
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            return
        said = mlserver({
            "do": "encode", "content_type": "np", "values": values.ravel().tolist(),
            "dtype": str(values.dtype), "shape": values.shape,
        })  # fmt: skip
        read = output_of(said, rows=values.shape[0])
        assert same(values.ravel(), np.array(read.data, dtype=values.dtype))

    check()


@pytest.mark.slow
def test_mlserver_reads_the_text_dates_and_files_that_we_write(mlserver: Any) -> None:
    @often
    @given(TEXTS.filter(bool))
    def check_text(texts: list[str]) -> None:
        spoken = [t if t.strip() else "x" for t in texts]  # blank text is "not given"
        assert decoded_by_mlserver(mlserver, "text", "str", spoken) == spoken

    @often
    @given(st.lists(st.datetimes(timezones=st.just(UTC)), min_size=1, max_size=4))
    def check_dates(dates: list[datetime]) -> None:
        read = decoded_by_mlserver(mlserver, "datetime", "datetime", dates)
        assert [datetime.fromisoformat(r) for r in read] == dates

    check_text()
    check_dates()


def decoded_by_mlserver(ask: Any, kind: Any, content_type: str, values: list[Any]) -> list[str]:
    field = Field(name="x", kind=kind, content_type=content_type)
    signature = Signature(model=ModelRef(server="s", name="m"), inputs=(field,))
    (sent,) = tensors(signature, [{"x": value} for value in values])
    said = orjson.loads(body_of(sent.as_json(with_content_type=True)))
    return list(ask({"do": "decode", "content_type": content_type, "tensor": said}))


def test_we_read_the_text_that_mlserver_writes(mlserver: Any) -> None:
    @often
    @given(TEXTS)
    def check(texts: list[str]) -> None:
        said = mlserver({"do": "encode", "content_type": "str", "values": texts})
        assert list(codec_for("str", "BYTES").decode(flat(said["data"]))) == texts

    check()
