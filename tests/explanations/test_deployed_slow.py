"""An explainer that does not answer in time, over real HTTP: a sentence, and Stop ends it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from explanations import Budget, Explainers, ExplanationFailed, ExplanationRequest, InlineExplainers
from explanations.errors import ExplanationCancelled
from mds_client import MdsClient, ModelRef, Server
from mds_client.prediction import Answer
from mds_client.signature import Explainer, Field, Signature
from tests.listening import Handler, listening, url_of

pytestmark = pytest.mark.slow

MODEL = ModelRef(server="s", name="m")
BESIDE = Explainer(model=ModelRef(server="s", name="m-explainer"), route="", evidence="")
SIGNATURE = Signature(
    model=MODEL,
    inputs=(Field(name="a", kind="number", datatype="FP64", examples=(1.0, 2.0)),),
    layout="columns",
    explainer=BESIDE,
)


@dataclass
class Hanging:
    """A server whose answers never come before the end; `asked` is set when somebody waits."""

    url: str = ""
    asked: threading.Event = field(default_factory=threading.Event)
    end: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    found = Hanging()

    class Slow(Handler):
        def do_POST(self) -> None:
            found.asked.set()
            found.end.wait(60)

    with listening(Slow) as server:
        found.url = url_of(server)
        yield found
        found.end.set()


def _order(server: Server, seconds: float) -> ExplanationRequest:
    return ExplanationRequest(
        method="native",
        server=server,
        signature=SIGNATURE,
        values={"a": 1.0},
        answer=Answer(kind="number", number=1.0),
        budget=Budget(rows=100, calls=100, seconds=seconds),
    )


def test_it_is_waited_for_no_longer_than_its_share_of_the_time(hanging: Hanging) -> None:
    server = Server(name="s", url=hanging.url, protocol="open-inference")
    with MdsClient(server) as client, InlineExplainers(client) as explainers:
        job = explainers.start(_order(server, 1.0))
        with pytest.raises(ExplanationFailed) as failed:
            job.result()
    assert "The explainer did not answer within 0.7 seconds" in failed.value.sentence
    assert "not affected" in failed.value.advice


def test_stop_ends_the_waiting(hanging: Hanging) -> None:
    server = Server(name="s", url=hanging.url, protocol="open-inference")
    with Explainers(is_eager=False) as explainers:
        job = explainers.start(_order(server, 60.0))
        assert hanging.asked.wait(120)
        job.cancel()
        with pytest.raises(ExplanationCancelled):
            job.result(timeout=40)  # the explainer itself would be waited for a little longer
