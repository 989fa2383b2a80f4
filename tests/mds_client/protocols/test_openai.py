"""Endpoints in the form of OpenAI's API, by the messages of its reference."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mds_client import MdsClient, ModelNotFound, Server
from mds_client.errors import EndpointRefused, InvalidValues, NotAllowed, UnreadableAnswer
from tests.mds_client.protocols.recorded import Reply, replaying

LLAMA = "meta-llama/Llama-3.1-8B"
LISTED = Reply(
    {
        "object": "list",
        "data": [
            {"id": LLAMA, "object": "model", "owned_by": "vllm"},
            {"id": "BAAI/bge-small-en-v1.5", "object": "model"},
        ],
    }
)
CHAT, COMPLETIONS, EMBEDDINGS = "/v1/chat/completions", "/v1/completions", "/v1/embeddings"
DOCUMENT = Reply({"openapi": "3.1.0", "paths": {CHAT: {}, COMPLETIONS: {}, EMBEDDINGS: {}}})
USAGE = {"prompt_tokens": 14, "completion_tokens": 9, "total_tokens": 23}


def said(message: dict[str, Any], **more: object) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": "stop"}
    return {
        "id": "x",
        "object": "chat.completion",
        "model": LLAMA,
        "choices": [choice],
        "usage": USAGE,
        **more,
    }


def serving(**replies: Reply):
    return replaying(
        {("GET", "/v1/models"): LISTED, **{("POST", p): r for p, r in replies.items()}}
    )


def test_it_is_told_from_kserves_listing() -> None:
    with serving() as url, MdsClient(Server(name="s", url=url)) as client:
        assert client.detect().protocol == "openai"
        names = [info.ref.name for info in client.models()]
        assert names == [LLAMA, "BAAI/bge-small-en-v1.5"]
    kserve = {("GET", "/v1/models"): Reply({"models": ["churn"]})}
    with replaying(kserve) as url, MdsClient(Server(name="s", url=url)) as client:
        assert client.detect().protocol == "kserve-v1"


def test_each_endpoint_of_the_document_is_offered() -> None:
    replies = {("GET", "/v1/models"): LISTED, ("GET", "/openapi.json"): DOCUMENT}
    with replaying(replies) as url, MdsClient(Server(name="s", url=url)) as client:
        names = [info.ref.name for info in client.models()]
    assert names == [LLAMA, f"{LLAMA} (completions)", "BAAI/bge-small-en-v1.5"]


def test_an_address_that_ends_in_v1() -> None:
    reply = Reply(said({"content": "Build."}))
    with serving(**{CHAT: reply}) as url:
        with MdsClient(Server(name="s", url=f"{url}/v1/")) as client:
            found = client.model(LLAMA).predict({"question": "?"})
    assert found.exchange.url == f"{url}{CHAT}"


def test_a_question_with_system_text_and_sampling() -> None:
    sent = {
        "model": LLAMA,
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Name a use of a brick."},
        ],
        "temperature": 0.5, "max_tokens": 20, "seed": 7, "stop": ["END", "\\n"],
    }  # fmt: skip
    values = {
        "question": "Name a use of a brick.", "system": "Be brief.", "temperature": 0.5,
        "max_tokens": 20, "seed": 7, "stop": "END\n\\n",
    }  # fmt: skip
    reply = Reply(
        said({"content": "Build a wall.", "reasoning_content": "Hm."}, model=f"{LLAMA}-r2"),
        asked=sent,
    )
    with serving(**{CHAT: reply}) as url, MdsClient(Server(name="s", url=url)) as client:
        found = client.model(LLAMA).predict(values)
    assert (found.answer.kind, found.answer.headline) == ("text", "Build a wall.")
    assert found.model.version == f"{LLAMA}-r2"
    details = {name: str(value) for name, value in found.answer.details.items()}
    assert details["finish_reason"] == "stop"
    assert details["completion_tokens"] == "9"
    assert details["reasoning"] == "Hm."


def test_what_is_not_set_is_not_sent() -> None:
    reply = Reply(said({"content": "x"}))
    with serving(**{CHAT: reply}) as url, MdsClient(Server(name="s", url=url)) as client:
        signature = client.model(LLAMA).signature()
        found = client.model(LLAMA).predict(signature.opening)
        assert signature["temperature"].check(3)
        with pytest.raises(InvalidValues, match="Question is needed"):
            client.model(LLAMA).predict({})
    assert set(json.loads(found.exchange.request_body)) == {"model", "messages"}


def test_a_completion() -> None:
    choice = {"text": " there was", "index": 0, "finish_reason": "length"}
    reply = Reply(
        {"model": LLAMA, "choices": [choice], "usage": USAGE},
        asked={"model": LLAMA, "prompt": "Once upon a time"},
    )
    with serving(**{COMPLETIONS: reply}) as url, MdsClient(Server(name="s", url=url)) as client:
        found = client.model(f"{LLAMA} (completions)").predict({"prompt": "Once upon a time"})
    assert found.answer.headline.strip() == "there was"
    assert found.answer.details["finish_reason"] == "length"


def test_embeddings_of_many_texts_come_in_their_order() -> None:
    data = [{"index": 1, "embedding": [3, 4.5]}, {"index": 0, "embedding": [1, 2]}]
    asked = {"model": "BAAI/bge-small-en-v1.5", "input": ["a", "b"], "encoding_format": "float"}
    reply = Reply({"data": data, "usage": {"prompt_tokens": 4, "total_tokens": 4}}, asked=asked)
    with serving(**{EMBEDDINGS: reply}) as url, MdsClient(Server(name="s", url=url)) as client:
        found = client.model("BAAI/bge-small-en-v1.5").predict([{"text": "a"}, {"text": "b"}])
    (vectors,) = [output for output in found.outputs if output.name == "embedding"]
    assert vectors.to_numpy().tolist() == [[1, 2], [3, 4.5]]
    assert found.answers[0].kind == "vector"


@pytest.mark.parametrize(
    ("message", "headline"),
    [
        ({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}, "ab"),
        ({"content": None, "refusal": "I cannot."}, "I cannot."),
        ({"content": None, "tool_calls": [{"id": "1"}]}, '{"tool_calls":[{"id":"1"}]}'),
    ],
)
def test_other_contents(message: dict[str, Any], headline: str) -> None:
    with serving(**{CHAT: Reply(said(message))}) as url:
        with MdsClient(Server(name="s", url=url)) as client:
            assert client.model(LLAMA).predict({"question": "?"}).answer.headline == headline


@pytest.mark.parametrize(
    "body", ["[]", "{}", '{"choices": []}', '{"choices": [{"message": {}}]}', "x"]
)
def test_a_malformed_answer_is_unreadable(body: str) -> None:
    with serving(**{CHAT: Reply(body)}) as url, MdsClient(Server(name="s", url=url)) as client:
        with pytest.raises(UnreadableAnswer):
            client.model(LLAMA).predict({"question": "?"})


def test_errors_are_said_in_the_servers_words() -> None:
    long = {
        "error": {
            "message": "This model's maximum context length is 8 tokens.",
            "param": "messages",
        }
    }
    with serving(**{CHAT: Reply(long, 400)}) as url, MdsClient(Server(name="s", url=url)) as client:
        with pytest.raises(EndpointRefused, match="maximum context length"):
            client.model(LLAMA).predict({"question": "?"})
        with pytest.raises(ModelNotFound):
            client.model("nope").signature()
    locked = {("GET", "/v1/models"): Reply({"error": {"message": "No key"}}, 401)}
    with replaying(locked) as url:
        with MdsClient(Server(name="s", url=url, protocol="openai")) as client:
            with pytest.raises(NotAllowed):
                client.models()
