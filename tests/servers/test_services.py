"""A real BentoML and a real LitServe: what they take becomes a form, what they answer an answer."""

from __future__ import annotations

import pytest

from mds_client import EndpointFailed, EndpointRefused, File, MdsClient, Server
from mds_client.errors import MdsError
from tests.servers.starting import Running

PNG = File(name="a.png", media_type="image/png", data=b"\x89PNG\r\n\x1a\n" + b"0" * 20)


def client_of(running: Running) -> MdsClient:
    return MdsClient(Server(name="s", url=running.url))


def test_bentoml_is_asked_in_each_of_its_ways(bentoml_service: Running) -> None:
    with client_of(bentoml_service) as client:
        assert client.detect().protocol == "openapi"
        names = {info.ref.name for info in client.models()}
        assert names == {"predict", "summarize", "total", "measure_image"}
        signature = client.model("predict").signature()
        assert signature.opening == {
            "applicant.age": 41, "applicant.income": 31250.5, "applicant.housing": "rent",
        }  # fmt: skip
        found = client.model("predict").predict(signature.opening).answer
        assert (found.headline, found.probability) == ("grant", 0.75)
        assert client.model("summarize").predict({"text": "What a day"}).answer.headline == "What "
        assert client.model("total").predict({"row": [1.0, 2.0, 3.5]}).answer.number == 6.5
        measured = client.model("measure_image").predict({"picture": PNG, "factor": 3.0})
        assert measured.answer.headline == "84"


def test_what_bentoml_refuses_and_where_it_breaks(bentoml_service: Running) -> None:
    with client_of(bentoml_service) as client:
        given = {"applicant.age": 99, "applicant.income": 1.0}
        with pytest.raises(EndpointFailed, match="broke"):
            client.model("predict").predict(given)
        with pytest.raises(EndpointRefused):
            client.model("total").predict({"row": [1.0, 2.0]})


@pytest.mark.parametrize(("income", "said"), [(2000.0, "grant"), (10.0, "refuse")])
def test_litserve_answers(litserve_service: Running, income: float, said: str) -> None:
    with client_of(litserve_service) as client:
        assert client.detect().protocol == "openapi"
        (info,) = client.models()
        signature = client.model(info.ref.name).signature()
        assert signature.opening == {"age": 41, "income": 31250.5}
        found = client.model(info.ref.name).predict({**signature.opening, "income": income})
        assert found.answer.headline == said


def test_litserve_breaks_in_a_sentence(litserve_service: Running) -> None:
    with client_of(litserve_service) as client, pytest.raises(MdsError, match="broke"):
        client.model("predict").predict({"age": 99, "income": 1.0})
