"""Models of real servers that say nothing: what their refusals tell makes a form that they accept."""

from __future__ import annotations

import httpx
import pytest

from mds_client import MdsClient, Server, Signature
from mds_client.protocols.protocol import Protocol
from mds_client.schema_learning.probing import MOST_CALLS, is_open
from mds_client.signature import ModelRef
from mds_client.signature.facts import Facts
from mds_client.signature.merge_facts import merged
from mds_client.transport.connections import Transport
from tests.servers.starting import Running


class Counted(Transport):
    """Knows what was asked that is no question about the model; a connection may be tried twice."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            self.asked.add(request.headers["X-Request-Id"])
        return super().handle_request(request)


def probed(url: str, name: str, protocol: str = "auto") -> tuple[Signature, Facts | None]:
    """The form and the facts, after the form was asked with a row of ones if there is one."""
    transport = Counted()
    server = Server(name="s", url=url, protocol=protocol)
    with MdsClient(server, transport=transport) as client:
        ref = ModelRef(server="s", name=name)
        signature, facts = client.signature(ref), client.probe(ref)
        assert len(transport.asked) <= MOST_CALLS
        form = merged(signature, *([facts] if facts else []))
        if facts and facts.inputs:
            row = {field.name: 1 for field in form.inputs}
            assert client.predict(form, row).answer.headline
        return form, facts


@pytest.mark.parametrize("protocol", ["kserve-v1", "kserve"])
def test_an_array_that_numpy_spreads_is_seen_through(kserve: Running, protocol: str) -> None:
    """The model divides by 30 numbers, so that one alone is spread over all of them and answered."""
    form, facts = probed(kserve.url, "bc", protocol)
    assert [field.name for field in form.inputs] == [f"column {i + 1}" for i in range(30)]
    assert form.layout == "matrix"
    assert facts is not None
    assert facts.about["Confirmed"] == "A row of 30 zeros was answered."


def test_a_model_that_refuses_everything_tells_nothing(kserve: Running) -> None:
    form, facts = probed(kserve.url, "crash", "kserve-v1")
    assert facts is None
    assert is_open(form)


def test_mlflow_names_its_columns_with_their_types(mlflow_scoring: Running) -> None:
    form, facts = probed(mlflow_scoring.url, "model")
    assert [field.name for field in form.inputs][:2] == ["mean radius", "mean texture"]
    assert len(form.inputs) == 30
    assert all(field.kind == "number" and field.required for field in form.inputs)
    assert form.inputs[0].provenance["name"] == "probed"
    assert facts is not None
    assert "Confirmed" in facts.about


def test_seldon_tells_a_width_where_its_metadata_are_lost(
    seldon_core_1: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    form, _ = probed(seldon_core_1.url, "tumour")
    assert form.inputs[0].name == "mean radius"  # declared: there was nothing to ask
    monkeypatch.setattr("mds_client.protocols.seldon_core_1.protocol._METADATA", ())
    form, facts = probed(seldon_core_1.url, "tumour", "seldon-core-1")
    assert len(form.inputs) == 30
    assert facts is not None


def test_the_wine_of_the_embedded_server_has_13_columns(mds_url: str) -> None:
    form, facts = probed(mds_url, "wine")
    assert len(form.inputs) == 13
    assert facts is not None
    assert "LightGBM" in facts.about["Found by asking"]


def test_a_model_that_says_what_it_takes_is_not_asked(mds_url: str) -> None:
    with MdsClient(Server(name="s", url=mds_url)) as client:
        protocol: Protocol = client.protocol()
        assert protocol.NAME == "open-inference"
        assert client.probe(ModelRef(server="s", name="breast-cancer")) is None
