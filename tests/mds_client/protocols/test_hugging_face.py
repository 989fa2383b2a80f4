"""Hugging Face's servers, by the messages of their documents: Text Embeddings Inference and the inference toolkit."""

from __future__ import annotations

import pytest

from mds_client import MdsClient, Server
from mds_client.errors import EndpointRefused, NotReady, UnreadableAnswer
from tests.mds_client.protocols.recorded import Reply, replaying

ALIVE = {("GET", "/health"): Reply("")}


def info(**kind: object) -> dict:
    said = {
        "model_id": "thenlper/gte-base", "model_sha": "fca1", "model_dtype": "float16",
        "model_type": kind, "max_client_batch_size": 32, "version": "1.8.0",
    }  # fmt: skip
    return {**ALIVE, ("GET", "/info"): Reply(said)}


EMBEDS = info(embedding={"pooling": "cls"})
CLASSIFIES = info(classifier={"id2label": {"1": "good", "0": "bad"}, "label2id": {"good": 1}})
RANKS = info(reranker={"id2label": {"0": "LABEL_0"}, "label2id": {}})


def test_it_embeds_many_texts() -> None:
    asked = {"inputs": ["a", "b"], "truncate": True}
    replies = EMBEDS | {("POST", "/embed"): Reply([[0.5, 1], [2, 3]], asked=asked)}
    with replaying(replies) as url, MdsClient(Server(name="s", url=url)) as client:
        assert client.detect().protocol == "text-embeddings-inference"
        (found,) = client.models()
        assert (found.ref.name, found.state) == ("thenlper/gte-base", "READY")
        model = client.model("thenlper/gte-base")
        assert model.signature().max_rows == 32
        answer = model.predict([{"text": "a", "truncate": True}, {"text": "b"}])
    assert answer.outputs[0].to_numpy().tolist() == [[0.5, 1], [2, 3]]


def test_it_classifies() -> None:
    scores = [[{"label": "good", "score": 0.9}, {"label": "bad", "score": 0.1}]]
    replies = CLASSIFIES | {("POST", "/predict"): Reply(scores, asked={"inputs": [["a"]]})}
    with replaying(replies) as url, MdsClient(Server(name="s", url=url)) as client:
        answer = client.model("thenlper/gte-base").predict({"text": "a"}).answer
    assert (answer.label, answer.probability) == ("good", 0.9)
    assert answer.probabilities == {"bad": 0.1, "good": 0.9}


def test_it_ranks() -> None:
    asked = {"query": "What?", "texts": ["a duck", "a brick"], "return_text": True}
    ranks = [{"index": 1, "score": 0.9, "text": "a brick"}, {"index": 0, "score": 0.1}]
    replies = RANKS | {("POST", "/rerank"): Reply(ranks, asked=asked)}
    with replaying(replies) as url, MdsClient(Server(name="s", url=url)) as client:
        values = {"query": "What?", "texts": "a duck\n\na brick\n"}
        answer = client.model("thenlper/gte-base").predict(values).answer
    assert answer.headline == "a brick"
    assert "0.9" in str(answer.details["ranking"])


@pytest.mark.parametrize(
    "body", ["{}", "[]", '[{"label": "x"}]', '[[{"label": "good", "score": 1}]]']
)
def test_a_malformed_answer_is_unreadable(body: str) -> None:
    for replies, route in ((CLASSIFIES, "/predict"), (EMBEDS, "/embed"), (RANKS, "/rerank")):
        with replaying(replies | {("POST", route): Reply(body)}) as url:
            with MdsClient(Server(name="s", url=url)) as client, pytest.raises(UnreadableAnswer):
                client.model("m").predict(dict.fromkeys(_names(client), "a"))


def _names(client: MdsClient) -> list[str]:
    return [f.name for f in client.model("m").signature().inputs if f.required]


def test_an_overloaded_server_is_asked_later() -> None:
    busy = Reply({"error": "Model is overloaded", "error_type": "Overloaded"}, 429)
    with replaying(EMBEDS | {("POST", "/embed"): busy}) as url:
        with (
            MdsClient(Server(name="s", url=url)) as client,
            pytest.raises(NotReady, match="overloaded"),
        ):
            client.model("m").predict({"text": "a"})


TOOLKIT = {("GET", "/health"): Reply("Ok"), ("GET", "/"): Reply("Ok")}


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("I love this.", "I love this."),
        ('{"question": "Who?", "context": "Me."}', {"question": "Who?", "context": "Me."}),
        ("42", "42"),
    ],
)
def test_the_toolkit_takes_a_text_or_what_its_task_takes(typed: str, sent: object) -> None:
    asked = {"inputs": sent, "parameters": {"top_k": 2}}
    said = [{"label": "POSITIVE", "score": 0.99}, {"label": "NEGATIVE", "score": 0.01}]
    replies = TOOLKIT | {("POST", "/predict"): Reply(said, asked=asked)}
    with replaying(replies) as url, MdsClient(Server(name="s", url=url)) as client:
        assert client.detect().protocol == "huggingface-toolkit"
        values = {"inputs": typed, "parameters": {"top_k": 2}}
        answer = client.model("model").predict(values).answer
    assert answer.label == "POSITIVE"
    assert answer.probability == 0.99


def test_the_toolkits_errors_are_said() -> None:
    reply = Reply({"error": "Body needs to provide a inputs key"}, 400)
    with replaying(TOOLKIT | {("POST", "/predict"): reply}) as url:
        with MdsClient(Server(name="s", url=url)) as client:
            with pytest.raises(EndpointRefused, match="inputs key"):
                client.model("model").predict({"inputs": "a"})
