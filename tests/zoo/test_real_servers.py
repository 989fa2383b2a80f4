"""What the forms hold is accepted by real servers, and read there as it was meant."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import httpx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mds_client import MdsClient, Server
from mds_client.signature import Field, File, Signature, Values
from mds_client.signature.datatypes import numpy_of
from mds_client.signature.rows import checked_rows
from tests.servers.starting import Running
from tests.zoo import values
from tests.zoo.animals import Animal, animal, animals
from tests.zoo.conftest import is_kept_by_mlserver, is_kept_by_triton

few = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
KEPT = [found.name for found in animals() if is_kept_by_mlserver(found)]
TRITON = [found.name for found in animals() if is_kept_by_triton(found)]


def _asked(url: str, found: Animal, form: Signature, row: Values) -> Any:
    """The JSON of the answer to one row."""
    request = found.speaker().predict_request(form, checked_rows(form, [row]), "r-1")
    answer = httpx.post(
        url + request.path, content=request.body, headers=dict(request.headers), timeout=60
    )
    assert answer.status_code == 200, f"{answer.text[:1000]} {values.shown(row)}"
    return answer.json()


def _there(found: Animal) -> Animal:
    """The animal under its name at the keeper, asked in MLServer's dialect."""
    return replace(found, protocol="open-inference", model=found.name)


# Only early releases tell tags.
@pytest.mark.parametrize("name", [name for name in KEPT if name != "tags-of-old"])
def test_mlserver_tells_of_it_what_was_written_down(name: str, keeper: str) -> None:
    found = animal(name)
    told = httpx.get(f"{keeper}/v2/models/{name}").json()
    assert replace(found, metadata=told).declared() == replace(found.declared(), platform="")


@pytest.mark.parametrize("name", KEPT)
@few
@given(data=st.data())
def test_mlserver_reads_what_was_meant(name: str, keeper: str, data: st.DataObject) -> None:
    found = _there(animal(name))
    form = found.signature()
    row = data.draw(values.rows(form))
    told = _asked(keeper, found, form, row)
    read = {o["name"]: json.loads(o["data"][0]) for o in told["outputs"]}
    for field in form.inputs if form.layout != "matrix" else ():
        assert _is_same(field, row[field.name], read[field.name]), (field, row[field.name], read)


def _is_same(field: Field, sent: object, read: list[Any]) -> bool:
    """Whether the one row that was read is what was sent, as far as the datatype goes."""
    if isinstance(sent, File):
        return len(read) == 1 and read[0] is not None
    if field.kind == "json" and field.shape[1:] not in ((), (1,)):
        return read == sent
    if field.kind in ("text", "category") and sent is not None:
        return read in ([sent], [[sent]])
    if field.kind in ("number", "tensor") and sent is not None:
        return _as(field, read).ravel().tolist() == _as(field, sent).ravel().tolist()
    return len(read) == 1


def _as(field: Field, numbers: object) -> Any:
    return np.asarray(numbers, dtype=numpy_of(field.datatype))


def _posted(server: Running, name: str, row: Values) -> Any:
    found = animal(name)
    return _asked(server.url, found, found.signature(), row)


@pytest.mark.parametrize("name", TRITON)
def test_triton_tells_of_it_what_was_written_down(name: str, triton_keeper: str) -> None:
    found = animal(name)
    with MdsClient(Server(name="zoo", url=triton_keeper, protocol="triton")) as client:
        assert client.signature(found.ref).inputs == found.declared().inputs


@pytest.mark.parametrize("name", [*TRITON, "triton-everything", "triton-row"])
@few
@given(data=st.data())
def test_triton_takes_it(name: str, triton_keeper: str, data: st.DataObject) -> None:
    found = animal(name)
    form = found.signature()
    row = data.draw(values.rows(form).filter(lambda row: any(v is not None for v in row.values())))
    if name == "triton-everything":
        row["BF16"] = None  # its model knows NumPy alone
        row["FP32"] = [1.5]
    with MdsClient(Server(name="zoo", url=triton_keeper, protocol="triton")) as client:
        answered = client.predict(form, row)
    assert answered.outputs


@few
@given(data=st.data())
def test_kserve_takes_it(kserve: Running, data: st.DataObject) -> None:
    form = animal("kserve-typed").signature()
    row = {"features": data.draw(st.lists(st.floats(0, 1e4), min_size=30, max_size=30))}
    assert form.check(row) == []
    assert _posted(kserve, "kserve-typed", row)["outputs"][0]["shape"] == [1, 2]


@pytest.mark.parametrize("name", ["seldon-text", "seldon-bytes", "seldon-object"])
@few
@given(data=st.data())
def test_seldon_takes_it_and_gives_it_back(
    name: str, seldon_core_1: Running, data: st.DataObject
) -> None:
    found = animal(name)
    row = data.draw(values.rows(found.signature()))
    request = found.speaker().predict_request(found.signature(), [row], "r-1")
    sent = json.loads(request.body)
    told = _posted(seldon_core_1, name, row)
    (form,) = {"strData", "binData", "jsonData"} & sent.keys()
    assert told[form] == sent[form]


@few
@given(data=st.data())
def test_mlflow_takes_what_the_registry_describes(
    mlflow_scoring: Running, data: st.DataObject
) -> None:
    row = data.draw(values.rows(animal("silent-scoring-of-tumours").signature()))
    assert len(_posted(mlflow_scoring, "silent-scoring-of-tumours", row)["predictions"]) == 1


@few
@given(data=st.data())
def test_ray_serve_takes_it(ray_serve: Running, data: st.DataObject) -> None:
    with MdsClient(Server(name="zoo", url=ray_serve.url)) as client:
        (info,) = client.models()
        form = client.signature(info.ref)
        answered = client.predict(form, data.draw(values.rows(form)))
    assert answered.answer.label in ("grant", "refuse")
