"""A request for an explanation is kept with its job as it was: for every demonstration model, and without a secret."""

from __future__ import annotations

from dataclasses import replace

import pytest
from arithmetic_models import SERVER, table, weighted
from arithmetic_models import request as request_of

from cases.answers import answer_of, as_facts
from explanations.durable import TYPES, to_be_asked, without_secrets
from explanations.errors import ExplanationFailed
from explanations.explaining import ExplanationRequest
from jobs.payload import Codec
from mds_client import MdsClient, Server
from mds_client.server import ModelInfo
from tests.recorded import case_of

CODEC = Codec(TYPES)


@pytest.mark.slow
def test_every_model_of_the_demonstration_can_be_asked_why_later(mds_url: str) -> None:
    with MdsClient(Server(name="demo", url=mds_url)) as client:
        for info in client.models():
            _check(client, info)


def _check(client: MdsClient, info: ModelInfo) -> None:
    model = client.model(info.ref.name, info.ref.version)
    signature = model.signature()
    if not signature.example_rows:
        return
    row = signature.example_rows[0]
    answer = model.predict(row).answer
    # A page may be drawn from what was kept of the answer.
    for each in (answer, answer_of(case_of(answer=as_facts(answer)))):
        request = ExplanationRequest(
            method="m",
            server=client.server,
            signature=signature,
            values=row,
            answer=each,
            background=signature.example_rows,
            options={"fixed": ("a", "b"), "number": 3.5, "only": {"a": [1, 2]}},
            case="c",
        )
        read = CODEC.decode(CODEC.encode(without_secrets(request)))
        assert isinstance(read, ExplanationRequest)
        assert read.signature == signature
        assert dict(read.values) == row
        assert repr(read.answer) == repr(each) or read.answer == each
        assert to_be_asked(read, lambda _: client.server).server == client.server


def test_how_we_sign_in_is_not_kept() -> None:
    request = request_of(
        "shapley", table({"a": [1.0]}), {"a": 1.0}, weighted({"a": 1, "b": 1, "c": 1})
    )
    secret = replace(request, server=replace(SERVER, headers={"Authorization": "s3cret"}))
    content = CODEC.encode(without_secrets(secret))
    read = CODEC.decode(content)
    assert isinstance(read, ExplanationRequest)
    assert read.server == Server(name=SERVER.name, url="")


def test_a_server_that_is_gone_is_said() -> None:
    request = request_of(
        "shapley", table({"a": [1.0]}), {"a": 1.0}, weighted({"a": 1, "b": 1, "c": 1})
    )

    def gone(name: str) -> Server:
        raise KeyError(name)

    with pytest.raises(ExplanationFailed, match="here is not configured any more"):
        to_be_asked(request, gone)
