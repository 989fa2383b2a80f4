"""A real FastAPI behind a key: every place where it takes an input, and what it has that is not offered."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from mds_client import EndpointFailed, File, InvalidValues, MdsClient, Server
from mds_client.client.snippets import snippets
from mds_client.errors import NotAllowed
from mds_client.transport.credentials import Credentials, Secret
from tests.servers.starting import Running

KEY = "a-key-of-the-tests-only"
PNG = File(name='ä "1".png', media_type="image/png", data=b"\x89PNG\r\n\x1a\n" + b"0" * 20)


@pytest.fixture
def client(fastapi_keyed: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[MdsClient]:
    monkeypatch.setenv("KEY_OF_THE_TEST", KEY)
    credentials = Credentials(api_key=Secret(env="KEY_OF_THE_TEST"))
    with MdsClient(Server(name="s", url=fastapi_keyed.url, credentials=credentials)) as found:
        yield found


def test_what_is_offered_and_why_the_rest_is_not(client: MdsClient) -> None:
    names = {info.ref.name for info in client.models()}
    assert names == {
        "predict", "predict_query", "predict_get", "classify_image", "predict_files", "predict_form",
        "regions.region.cities.city.predict", "bare", "either", "fault", "predict_raw",
    }  # fmt: skip
    others = {other.what: other.reason for other in client.protocol().not_offered}
    assert others.keys() == {
        "POST /collect_raw", "POST /predict_visitor", "POST /reload_config", "PUT /items/{item}",
        "GET /items/{item}",
    }  # fmt: skip
    assert "neither a body nor parameters" in others["POST /collect_raw"]
    assert "cookie 'visitor'" in others["POST /predict_visitor"]
    assert "PUT changes" in others["PUT /items/{item}"]


CASES = [
    ("predict", {"age": 40, "income": 2000.0, "has_house": True}, "yes"),
    ("predict_query", {"age": 3, "tags": ["a b", "c&d"], "is_new": True}, "3 ['a b', 'c&d'] True"),
    ("predict_query", {"age": 3}, "3 () False"),
    ("predict_get", {"age": 41}, "41"),
    ("classify_image", {"file": PNG, "threshold": 0.25, "top": 2}, 'ä %221%22.png image/png 28 0.25 2'),
    ("predict_files", {"table": File(name="t", media_type="", data=b"a,b"), "note": "x\r\ny"}, "a,b x\r\ny"),
    ("predict_form", {"age": 3, "name": "Ä & B=1+1"}, "3 Ä & B=1+1"),
    ("regions.region.cities.city.predict",
     {"region": "north", "city": "a b ?é", "x-unit": "cm", "amount": 1.5}, "north a b ?é cm 1.5"),
    ("bare", {"body": 2.5}, 5.0),
    ("predict_raw", {"body": {"x": [1, None]}}, 14),
    ("either", {"body": {"name": "Rex"}}, "Dog"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "values", "said"), CASES, ids=[f"{c[0]}-{len(c[1])}" for c in CASES]
)
def test_values_arrive_where_they_belong(
    client: MdsClient, name: str, values: dict[str, object], said: object
) -> None:
    found = client.model(name).predict(values)
    assert next(o for o in found.outputs if o.name == "prediction").data == (said,)


@pytest.mark.parametrize("city", [".", ".."])
def test_a_step_upwards_is_refused_in_a_sentence(client: MdsClient, city: str) -> None:
    values = {"region": "north", "city": city, "x-unit": "cm", "amount": 1.5}
    with pytest.raises(InvalidValues, match="a step of the address"):
        client.model("regions.region.cities.city.predict").predict(values)


def test_fields_have_the_limits_defaults_and_examples_of_the_schema(client: MdsClient) -> None:
    found = client.model("predict").signature()
    assert found.opening == {"age": 41, "income": 31250.5, "has_house": False}
    problem = found["income"].check(0)
    assert problem
    assert problem.sentence == "Income must be more than 0."
    assert client.model("classify_image").signature()["file"].kind == "image"
    assert not client.model("classify_image").signature()["threshold"].required
    assert "Cat, Dog" in client.model("either").signature()["body"].description


def test_a_models_fault_closes_it_to_nobody(client: MdsClient) -> None:
    for _ in range(6):
        with pytest.raises(EndpointFailed, match="The scaler raised ValueError"):
            client.model("fault").predict({"age": 20, "income": 1.0})
    assert client.model("fault").predict({"age": 40, "income": 1.0}).answer.headline == "fine"


def test_without_the_key_access_is_refused(fastapi_keyed: Running) -> None:
    with MdsClient(Server(name="s", url=fastapi_keyed.url)) as client:
        with pytest.raises(NotAllowed, match="refused access"):
            client.model("predict").predict({"age": 40, "income": 1.0})


@pytest.mark.parametrize("title", ["curl", "Python", "mds_client"])
def test_programs_run_as_shown(client: MdsClient, title: str) -> None:
    model, values = client.model("predict"), {"age": 40, "income": 2000.0, "has_house": True}
    sent = model.predict(values).exchange
    found = snippets(client.server, client.protocol(), model.signature(), sent, values=values)
    program = next(each for each in found if each.title == title)
    assert KEY not in program.code
    assert "environment variable KEY_OF_THE_TEST" in program.needs
    command = (
        ["bash", "-c", program.code] if title == "curl" else [sys.executable, "-c", program.code]
    )
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "yes" in ran.stdout
