"""The requests that we build are those of the OpenAPI documents that MLServer publishes."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError  # type: ignore[import-untyped]
from jsonschema.validators import extend  # type: ignore[import-untyped]
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from mds_client import Field, File, ModelRef, Server, Signature
from mds_client.codecs.binary import HEADER_LENGTH
from mds_client.protocols import protocols
from mds_client.protocols.open_inference import OpenInference
from mds_client.protocols.protocol import Protocol
from mds_client.signature.checks import INTEGER_LIMITS
from mds_client.signature.rows import Rows, checked_rows
from mds_client.transport.exchange import Request
from settings import ROOT

pytestmark = pytest.mark.slow

PUBLISHED = "demo_mds/.venv/lib/python3.*/site-packages/mlserver/rest/openapi"
PROTOCOLS = [name for name, found in protocols().items() if issubclass(found, OpenInference)]
FLOATS = ("FP16", "FP32", "FP64")
DATATYPES = ("BOOL", *INTEGER_LIMITS, *FLOATS, "BYTES")
often = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def _never(checker: object, instance: object) -> bool:
    """MLServer's "bytes" is no type of JSON: such data are behind the JSON, not in it."""
    return False


Validator = extend(
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("bytes", _never),
)


class Published:
    """One of MLServer's documents. Its references to `#/components/enums` are looked up in the whole of it."""

    def __init__(self, name: str) -> None:
        (path,) = ROOT.glob(f"{PUBLISHED}/{name}")
        self.document = json.loads(path.read_text())
        resource = DRAFT202012.create_resource(self.document)
        self._registry = Registry().with_resource("urn:published", resource)

    def check(self, schema: str, body: object) -> None:
        """Raises ValidationError."""
        found = {"$ref": f"urn:published#/components/schemas/{schema}"}
        Validator(found, registry=self._registry).validate(body)

    def offers(self, request: Request) -> bool:
        """Whether the document has this route with this method."""
        return any(
            re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), request.path)
            and request.method.lower() in methods
            for path, methods in self.document["paths"].items()
        )


@pytest.fixture(scope="module")
def dataplane() -> Published:
    return Published("dataplane.json")


@pytest.fixture(scope="module")
def repository() -> Published:
    return Published("model_repository.json")


def _values(datatype: str) -> st.SearchStrategy[Any]:
    if datatype == "BOOL":
        return st.booleans()
    if datatype == "BYTES":
        return st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).filter(str.strip)
    if datatype in INTEGER_LIMITS:
        return st.integers(*INTEGER_LIMITS[datatype])
    return st.floats(allow_nan=False, allow_infinity=False, width=int(datatype[2:]))  # type: ignore[arg-type]


def _kind(datatype: str) -> Any:
    kinds = {"BOOL": "boolean", "BYTES": "text"}
    return kinds.get(datatype, "integer" if datatype in INTEGER_LIMITS else "number")


NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
MODELS = st.builds(
    ModelRef,
    server=st.just("s"),
    name=st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).filter(
        lambda name: name not in (".", "..")
    ),
    version=st.sampled_from(["", "1", "v 2/3"]),
)
OUTPUTS = st.lists(NAMES, max_size=2, unique=True).map(
    lambda names: tuple(Field(name=name, kind="number", datatype="FP64") for name in names)
)
Case = tuple[Signature, Rows]


@st.composite
def columns(draw: st.DrawFn) -> Case:
    """One tensor a field; some rows leave out what is optional."""
    names = draw(st.lists(NAMES, min_size=1, max_size=5, unique=True))
    fields = tuple(draw(_column(name)) for name in names)
    count = draw(st.integers(1, 4))
    rows = [{f.name: draw(_cell(f)) for f in fields} for _ in range(count)]
    signature = Signature(
        model=draw(MODELS), inputs=fields, outputs=draw(OUTPUTS), layout="columns"
    )
    return signature, rows


def _column(name: str) -> st.SearchStrategy[Field]:
    def made(datatype: str, is_flat: bool, required: bool, declared: bool) -> Field:
        return Field(
            name=name,
            kind=_kind(datatype),
            datatype=datatype,
            shape=(-1,) if is_flat else (-1, 1),
            required=required,
            provenance={"optional": "declared config"} if declared else {},
        )

    flags = st.booleans()
    return st.builds(made, st.sampled_from(DATATYPES), flags, flags, flags)


def _cell(field: Field) -> st.SearchStrategy[Any]:
    """An integer has no word for "missing", so only it must be there."""
    value = _values(field.datatype)
    may_be_missing = not field.required and field.datatype in (*FLOATS, "BYTES")
    return st.none() | value if may_be_missing else value


@st.composite
def matrix(draw: st.DrawFn) -> Case:
    """One tensor of all fields; rows as mappings or as an array."""
    datatype = draw(st.sampled_from(["FP32", "FP64", "INT32", "INT64", "UINT8"]))
    names = draw(st.lists(NAMES, min_size=1, max_size=5, unique=True))
    fields = tuple(Field(name=name, kind=_kind(datatype), datatype=datatype) for name in names)
    whole = Field(name="input-0", kind="tensor", datatype=datatype, shape=(-1, len(fields)))
    count = draw(st.integers(1, 4))
    numbers = [[draw(_values(datatype)) for _ in fields] for _ in range(count)]
    rows: Rows = [dict(zip(names, row, strict=True)) for row in numbers]
    if draw(st.booleans()):
        rows = np.array(numbers, dtype=np.float64 if datatype in FLOATS else np.int64)
    signature = Signature(
        model=draw(MODELS),
        inputs=fields,
        outputs=draw(OUTPUTS),
        layout="matrix",
        tensor=whole,
    )
    return signature, rows


@st.composite
def tensors(draw: st.DrawFn) -> Case:
    """Each field a tensor of any shape, some beside a text and a file."""
    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    datatype = draw(st.sampled_from([*FLOATS, *INTEGER_LIMITS, "BOOL"]))
    declared = tuple(draw(st.sampled_from([size, -1])) for size in sizes)
    name = draw(NAMES)
    fields = [Field(name=name, kind="tensor", datatype=datatype, shape=(-1, *declared))]
    count = draw(st.integers(1, 3))
    rows = [{name: _tensor(draw, sizes)} for _ in range(count)]
    if draw(st.booleans()):
        png = File(name="a.png", media_type="image/png", data=b"\x89PNG\r\n\x1a\n" + bytes(9))
        fields += [Field(name=f"{name} 2", kind="image"), Field(name=f"{name} 3", kind="datetime")]
        rows = [row | {f"{name} 2": png, f"{name} 3": date(2026, 3, 31)} for row in rows]
    signature = Signature(model=draw(MODELS), inputs=tuple(fields), layout="tensors")
    return signature, rows


def _tensor(draw: st.DrawFn, sizes: Sequence[int]) -> object:
    size = math.prod(sizes)
    numbers = draw(st.lists(st.integers(0, 100), min_size=size, max_size=size))
    return np.array(numbers).reshape(tuple(sizes)).tolist()


def _protocol(name: str) -> Protocol:
    return protocols()[name](Server(name="s", url="http://127.0.0.1:9", protocol=name))


def _request(name: str, case: Case) -> Request:
    signature, rows = case
    return _protocol(name).predict_request(signature, checked_rows(signature, rows), "r-1")


def _body(request: Request) -> Any:
    """The JSON. Tensors whose data follow it in binary are given none in their place."""
    length = request.headers.get(HEADER_LENGTH)
    if not length:
        return json.loads(request.body, parse_constant=_refused)
    body = json.loads(request.body[: int(length)], parse_constant=_refused)
    for tensor in body["inputs"]:
        assert tensor["parameters"]["binary_data_size"] >= 0
        assert "data" not in tensor
        tensor["data"] = []
    return body


def _refused(constant: str) -> object:
    raise AssertionError(f"{constant} is not JSON")


def _is_of(datatype: str, value: object) -> bool:
    """Whether the value has the JSON type of the datatype; a missing float is null."""
    if datatype == "BOOL":
        return isinstance(value, bool)
    if datatype == "BYTES":
        return isinstance(value, str)
    if datatype in INTEGER_LIMITS:
        low, high = INTEGER_LIMITS[datatype]
        return type(value) is int and low <= value <= high
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _mistakes(body: Mapping[str, Any]) -> Iterator[str]:
    """What the documents say in words alone: as many values as the shape has, each of its datatype."""
    for tensor in body["inputs"]:
        data, datatype = tensor["data"], tensor["datatype"]
        if math.prod(tensor["shape"]) != len(data):
            yield f"{tensor['name']!r}: {len(data)} values for {tensor['shape']}"
        yield from (repr(value) for value in data if not _is_of(datatype, value))


@pytest.mark.parametrize("name", PROTOCOLS)
@often
@given(case=columns() | matrix() | tensors())
def test_a_request_is_as_published(name: str, case: Case, dataplane: Published) -> None:
    request = _request(name, case)
    body = _body(request)
    dataplane.check("InferenceRequest", body)
    assert dataplane.offers(request)
    assert body["id"] == "r-1"
    if HEADER_LENGTH not in request.headers:
        assert request.headers["Content-Type"] == "application/json"
        assert list(_mistakes(body)) == []


@pytest.mark.parametrize("name", PROTOCOLS)
@pytest.mark.parametrize("datatype", DATATYPES)
@often
@given(data=st.data())
def test_every_datatype_is_as_published(
    name: str, datatype: str, data: st.DataObject, dataplane: Published
) -> None:
    field = Field(name="x", kind=_kind(datatype), datatype=datatype)
    signature = Signature(model=ModelRef(server="s", name="m"), inputs=(field,), layout="columns")
    rows = [{"x": value} for value in data.draw(st.lists(_values(datatype), min_size=1))]
    body = _body(_request(name, (signature, rows)))
    dataplane.check("InferenceRequest", body)
    [sent] = body["inputs"]
    assert sent["datatype"] == datatype
    assert sent["shape"] == [len(rows), 1]


@pytest.mark.parametrize("name", PROTOCOLS)
def test_much_data_is_as_published_too(name: str, dataplane: Published) -> None:
    """Triton and KServe get it in binary."""
    fields = tuple(Field(name=f"x{i}", kind="number", datatype="FP32") for i in range(3))
    model = ModelRef(server="s", name="m", version="2")
    signature = Signature(model=model, inputs=fields, layout="columns")
    request = _request(name, (signature, [{"x0": 1.5, "x1": 2, "x2": 0.1}] * 500))
    dataplane.check("InferenceRequest", _body(request))
    assert dataplane.offers(request)


@pytest.mark.parametrize("name", PROTOCOLS)
def test_questions_are_as_published(name: str, dataplane: Published, repository: Published) -> None:
    """Metadata, readiness and the index; other servers' own routes are tested with those servers."""
    protocol = _protocol(name)
    for model in (ModelRef(server="s", name="a b"), ModelRef(server="s", name="m", version="1")):
        assert dataplane.offers(next(protocol.signature(model)))
    assert dataplane.offers(next(protocol.ready()))
    if type(protocol).models is OpenInference.models:
        index = next(protocol.models())
        assert repository.offers(index)
        repository.check("RepositoryIndexRequest", json.loads(index.body))


@pytest.mark.parametrize(
    "wrong",
    [
        {"datatype": "FLOAT"},
        {"shape": [1.5]},
        {"shape": "1"},
        {"data": "AAAA"},
        {"data": 1.5},
        {"name": 7},
        {"parameters": {"content_type": 7}},
    ],
)
def test_the_documents_find_what_is_wrong(wrong: Mapping[str, Any], dataplane: Published) -> None:
    right = {"name": "x", "shape": [1], "datatype": "FP64", "data": [1.5]}
    dataplane.check("InferenceRequest", {"inputs": [right]})
    with pytest.raises(ValidationError):
        dataplane.check("InferenceRequest", {"inputs": [{**right, **wrong}]})
    with pytest.raises(ValidationError):
        dataplane.check("InferenceRequest", {})


@pytest.mark.parametrize("value", [2**63 - 1, -(2**63), np.int64(2**63 - 1)])
def test_the_largest_whole_numbers_are_sent_to_the_last_digit(value: int) -> None:
    field = Field(name="x", kind="integer", datatype="INT64")
    signature = Signature(model=ModelRef(server="s", name="m"), inputs=(field,), layout="columns")
    body = _body(_request("open-inference", (signature, [{"x": value}])))
    assert body["inputs"][0]["data"] == [int(value)]


@pytest.mark.parametrize(
    ("datatype", "value"), [("INT64", 2**63), ("INT64", 10**400), ("FP64", 10**400)]
)
def test_larger_numbers_are_named_and_not_sent(datatype: str, value: int) -> None:
    problem = Field(name="x", kind=_kind(datatype), datatype=datatype).check(value)
    assert problem
    assert problem.field == "x"


def test_two_free_dimensions_have_the_sizes_of_the_value() -> None:
    """A picture of any height and width."""
    field = Field(name="x", kind="tensor", datatype="FP32", shape=(-1, -1, -1, 3))
    signature = Signature(model=ModelRef(server="s", name="m"), inputs=(field,))
    body = _body(_request("open-inference", (signature, [{"x": np.zeros((4, 5, 3)).tolist()}])))
    assert body["inputs"][0]["shape"] == [1, 4, 5, 3]
