"""Hugging Face's Text Embeddings Inference: one model that embeds, classifies or ranks texts.

https://huggingface.github.io/text-embeddings-inference
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from mds_client.errors import UnreadableAnswer
from mds_client.prediction import Output
from mds_client.protocols.openai import vectors
from mds_client.protocols.protocol import (
    JSON,
    Conversation,
    Protocol,
    body_of,
    json_of,
    unreadable,
)
from mds_client.server import ModelInfo
from mds_client.signature import Field, ModelRef, Signature, Values
from mds_client.signature.checks import is_missing
from mds_client.transport.exchange import Request, Response

Facts = Mapping[str, object]
Task = Literal["embedding", "classifier", "reranker"]
_TASKS: tuple[Task, ...] = ("embedding", "classifier", "reranker")
_DECLARED = {"kind": "declared"}
_ROUTES = {"embedding": "/embed", "classifier": "/predict", "reranker": "/rerank"}
_QUESTIONS = {
    "embedding": "Where does this text lie among others?",
    "classifier": "Which of its classes is this text?",
    "reranker": "Which of these texts answers the question best?",
}


class TextEmbeddingsInference(Protocol):
    """The routes of its own; what it is for stands in GET /info."""

    NAME = "text-embeddings-inference"
    TITLE = "Text Embeddings Inference"
    ORDER = 34

    def detect(self) -> Conversation[str]:
        info = _info((yield Request(method="GET", path="/info")))
        return f"GET /info answered with {info[0]!r}, {info[1]}." if info else ""

    def ready(self) -> Conversation[bool]:
        response = yield Request(method="GET", path="/health")
        return response.status == 200

    def models(self) -> Conversation[list[ModelInfo]]:
        response = yield Request(method="GET", path="/info")
        info = _info(self.accepted(response))
        if info is None:
            raise unreadable("what the server serves", response)
        ready = yield Request(method="GET", path="/health")
        ref = ModelRef(server=self.server.name, name=info[0])
        return [ModelInfo(ref=ref, state="READY" if ready.status == 200 else "UNAVAILABLE")]

    def signature(self, model: ModelRef) -> Conversation[Signature]:
        response = yield Request(method="GET", path="/info")
        info = _info(self.accepted(response))
        if info is None:
            raise unreadable("what the server serves", response)
        _, task, facts = info
        most = facts.get("max_client_batch_size")
        return Signature(
            model=model,
            inputs=_inputs(task),
            outputs=_outputs(task, facts),
            layout="columns",
            tensor=Field(name=_ROUTES[task], kind="json", content_type=task),
            title=info[0].rpartition("/")[2],
            question=_QUESTIONS[task],
            platform=self.TITLE,
            max_rows=most if task != "reranker" and isinstance(most, int) and most > 0 else 1,
        )

    def predict_request(
        self, signature: Signature, rows: Sequence[Values], request_id: str
    ) -> Request:
        task = _task(signature)
        return Request(
            method="POST",
            path=_ROUTES[task],
            body=body_of(_body(task, rows)),
            headers=JSON,
            request_id=request_id,
        )

    def read_prediction(
        self, signature: Signature, response: Response, rows: int
    ) -> tuple[ModelRef, tuple[Output, ...]]:
        answer = self.json_of(response)
        if not isinstance(answer, list):
            raise unreadable("a list", response)
        task = _task(signature)
        if task == "embedding":
            return signature.model, tuple(vectors(answer, response))
        if task == "classifier":
            return signature.model, (_shares(answer, _labels(signature), rows, response),)
        return signature.model, _ranking(answer, response)


def _info(response: Response) -> tuple[str, Task, Facts] | None:
    """The model's name, what it is for, and what is known of that; None for another server's answer."""
    try:
        body = json_of(response) if response.status == 200 else None
    except UnreadableAnswer:
        return None
    document = body if isinstance(body, Mapping) else {}
    name, kind = document.get("model_id"), document.get("model_type")
    if not isinstance(kind, Mapping) or not isinstance(name, str) or not name.isprintable():
        return None
    task = next((each for each in _TASKS if each in kind), None)
    task_facts = kind.get(task) if task else None
    return (name[:500], task, {**document, **_facts(task_facts)}) if task else None


def _facts(own: object) -> Facts:
    return own if isinstance(own, Mapping) else {}


def _task(signature: Signature) -> Task:
    named = signature.tensor.content_type if signature.tensor else ""
    return next((task for task in _TASKS if task == named), "embedding")


def _inputs(task: Task) -> tuple[Field, ...]:
    cut = Field(
        name="truncate", kind="boolean", datatype="BOOL", label="Cut off what is too long",
        required=False, provenance=_DECLARED,
    )  # fmt: skip
    text = Field(
        name="text", kind="text", format="long", label="Text", examples=("A brick is a block.",),
        provenance=_DECLARED,
    )  # fmt: skip
    if task != "reranker":
        return text, cut
    question = Field(
        name="query", kind="text", format="line", label="Question", examples=("What is a brick?",),
        provenance=_DECLARED,
    )  # fmt: skip
    texts = Field(
        name="texts", kind="text", format="long", label="Texts", description="One a line.",
        examples=("A brick is a block.\nA duck is a bird.",), provenance=_DECLARED,
    )  # fmt: skip
    return question, texts, cut


def _outputs(task: Task, facts: Facts) -> tuple[Field, ...]:
    if task == "embedding":
        return (Field(name="embedding", kind="tensor", datatype="FP64", shape=(-1, -1)),)
    if task == "reranker":
        return (Field(name="best", kind="text", role="text", label="Best text"),)
    named = facts.get("id2label")
    listed = (
        sorted(named.items(), key=lambda each: str(each[0]).zfill(9))
        if isinstance(named, Mapping)
        else []
    )
    labels = tuple(str(label)[:200] for _, label in listed[:1000])
    return (
        Field(
            name="label", kind="tensor", datatype="FP64", shape=(-1, len(labels)), role="probabilities",
            labels=labels, provenance=_DECLARED,
        ),
    )  # fmt: skip


def _labels(signature: Signature) -> tuple[str, ...]:
    return next((f.labels for f in signature.outputs if f.role == "probabilities"), ())


def _body(task: Task, rows: Sequence[Values]) -> dict[str, object]:
    """The texts of all rows, which have one `truncate`: that of the first."""
    cut = rows[0].get("truncate")
    options = {} if is_missing(cut) else {"truncate": bool(cut)}
    if task == "reranker":
        texts = [line for line in str(rows[0].get("texts")).splitlines() if line.strip()]
        return {"query": rows[0].get("query"), "texts": texts, "return_text": True, **options}
    texts = [str(row.get("text")) for row in rows]
    return {"inputs": texts if task == "embedding" else [[text] for text in texts], **options}


def _shares(answer: list[object], labels: tuple[str, ...], rows: int, response: Response) -> Output:
    """One list of label and score a row, in the order of the labels."""
    shares_by_label = [_by_label(row) for row in answer]
    if (
        len(shares_by_label) != rows
        or not labels
        or any(set(row) != set(labels) for row in shares_by_label)
    ):
        raise unreadable(f"the scores of {len(labels)} labels for {rows} texts", response)
    data = tuple(row[label] for row in shares_by_label for label in labels)
    return Output(
        name="label", datatype="FP64", shape=(rows, len(labels)), data=data, role="probabilities"
    )


def _by_label(row: object) -> dict[str, object]:
    listed = [e for e in row if isinstance(e, Mapping)] if isinstance(row, list) else []
    return {
        str(e.get("label")): e.get("score")
        for e in listed
        if isinstance(e.get("score"), int | float)
    }


def _ranking(answer: list[object], response: Response) -> tuple[Output, ...]:
    """The best text, and all with their scores."""
    ranks = [
        e for e in answer if isinstance(e, Mapping) and isinstance(e.get("score"), int | float)
    ]
    if not ranks or len(ranks) < len(answer):
        raise unreadable("a score for each text", response)
    best = max(ranks, key=lambda rank: float(str(rank["score"])))
    text = str(best.get("text") or f"text {best.get('index')}")
    return (
        Output(name="best", datatype="BYTES", shape=(1,), data=(text,), role="text"),
        Output(
            name="ranking",
            datatype="BYTES",
            shape=(1,),
            data=(body_of({"ranking": ranks}).decode(),),
        ),
    )


PROTOCOL = TextEmbeddingsInference
