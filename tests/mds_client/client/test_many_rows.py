"""Many rows go in as many requests as the server needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from mds_client import AsyncMdsClient, Chunk, EndpointUnreachable, InvalidValues, MdsClient, Server
from mds_client.client.row_splitter import RowSplitter
from mds_client.errors import EndpointRefused
from mds_client.protocols import protocol_for
from mds_client.protocols.triton import Triton
from mds_client.signature import ModelRef
from mds_client.transport.exchange import Response
from tests.mds_client.conftest import apart
from tests.mds_client.few_rows import BAD, MOST, few_rows


def _server(url: str) -> Server:
    return Server(name="s", url=url, protocol="open-inference", retries=0)


def _rows(numbers: Sequence[int]) -> list[dict[str, object]]:
    return [{"x": number} for number in numbers]


def _numbers(chunks: Sequence[Chunk]) -> list[float | None]:
    """The answer to each row, None where it was refused."""
    found: list[float | None] = []
    for chunk in chunks:
        assert chunk.rows.start == len(found)
        found += [None] if chunk.error else [answer.number for answer in chunk.answers]
    return found


@pytest.mark.slow
def test_more_rows_than_the_server_takes_are_all_answered_in_their_order() -> None:
    with few_rows() as (url, asked), MdsClient(_server(url)) as client:
        chunks = list(client.model("few").predict_rows(_rows(range(100, 350))))
    assert _numbers(chunks) == list(range(100, 350))
    # What it takes is learned in the first hundred, and never overstepped again.
    first = next(i for i in range(len(asked)) if sum(n for n in asked[: i + 1] if n <= MOST) >= 100)
    assert max(asked[: first + 1]) == 100
    assert max(asked[first + 1 :]) <= MOST


def test_the_async_client_answers_as_many() -> None:
    async def ask(url: str) -> list[Chunk]:
        async with AsyncMdsClient(_server(url)) as client:
            rows = _rows(range(100, 150))
            return [chunk async for chunk in client.model("few").predict_rows(rows)]

    with few_rows() as (url, _):
        assert _numbers(apart(ask(url))) == list(range(100, 150))


def test_a_row_that_is_refused_does_not_take_the_others_along() -> None:
    with few_rows() as (url, _), MdsClient(_server(url)) as client:
        chunks = list(client.model("few").predict_rows(_rows(range(20))))
    assert _numbers(chunks) == [None if n == BAD else n for n in range(20)]
    (refused,) = [chunk for chunk in chunks if chunk.error]
    assert isinstance(refused.error, EndpointRefused)
    assert refused.rows == range(BAD, BAD + 1)


@pytest.mark.parametrize("max_rows", [1, 3, 8])
def test_what_the_signature_says_is_never_overstepped(max_rows: int) -> None:
    with few_rows() as (url, asked), MdsClient(_server(url)) as client:
        signature = replace(client.model("few").signature(), max_rows=max_rows)
        list(client.predict_rows(signature, _rows(range(100, 110))))
    assert max(asked) == max_rows


def test_values_are_checked_before_anything_is_sent() -> None:
    with few_rows() as (url, asked), MdsClient(_server(url)) as client:
        chunks = client.model("few").predict_rows([*_rows(range(50)), {"x": "many"}])
        with pytest.raises(InvalidValues, match="Row 51"):
            next(chunks)
    assert asked == []


def test_a_server_that_is_gone_is_asked_once() -> None:
    with few_rows() as (url, _), MdsClient(_server(url)) as client:
        signature = client.model("few").signature()
    with MdsClient(_server(url)) as client, pytest.raises(EndpointUnreachable):
        next(client.predict_rows(signature, _rows(range(50))))


def test_one_bad_row_does_not_make_later_requests_small() -> None:
    splitter, sizes = RowSplitter(10), []
    splitter.add(40)
    while (part := splitter.next()) is not None:
        sizes.append(len(part))
        splitter.is_settled(part, EndpointRefused("no"))
        if part.start >= 10:
            break
    assert sizes[0] == sizes[-1] == 10
    assert splitter.at_once == 10


@pytest.mark.parametrize(("said", "most"), [(16, 16), (0, 0), ("many", 0), (True, 0), (-1, 0)])
def test_triton_says_how_many_rows_it_takes(said: object, most: int) -> None:
    import json

    triton = protocol_for(Server(name="t", url="http://127.0.0.1:9", protocol="triton"))
    assert isinstance(triton, Triton)
    asking = triton.signature(ModelRef(server="t", name="m"))
    next(asking)
    tensor = {"name": "x", "datatype": "FP32", "shape": [-1, 4]}
    metadata = {"name": "m", "inputs": [tensor], "outputs": []}
    asking.send(Response(status=200, body=json.dumps(metadata).encode()))
    config = json.dumps({"max_batch_size": said}).encode()
    with pytest.raises(StopIteration) as done:
        asking.send(Response(status=200, body=config))
    assert done.value.value.max_rows == most
