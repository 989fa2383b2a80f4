"""Endpoints in the form of OpenAI's API: vLLM, llama.cpp, Ollama, LiteLLM, TGI, SGLang and others.

https://platform.openai.com/docs/api-reference. A model is listed once for each endpoint that it answers at, as far as
that is known: by its name for conversations or, where it only embeds, for embeddings; with the endpoint behind its
name for the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mds_client.codecs.http_forms import as_text
from mds_client.errors import ModelNotFound, UnreadableAnswer
from mds_client.prediction import Output
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
from mds_client.signature.metadata import GUESSED
from mds_client.transport.exchange import Request, Response

_MOST_MODELS = 1_000
_MOST_NAME = 500
_EMBEDS = re.compile(
    r"embed|(?:^|[/_-])(?:bge|e5|gte|minilm|mpnet|sentence|stella|jina)(?:[._-]|$)", re.IGNORECASE
)
CHAT, COMPLETIONS, EMBEDDINGS = "chat", "completions", "embeddings"
_ROUTES = {CHAT: "/chat/completions", COMPLETIONS: "/completions", EMBEDDINGS: "/embeddings"}
_NAMED = re.compile(rf"^(.+) \(({'|'.join(_ROUTES)})\)$", re.DOTALL)
_QUESTIONS = {
    CHAT: "What does the model say to this?",
    COMPLETIONS: "How does the model go on with this text?",
    EMBEDDINGS: "Where does this text lie among others?",
}
Facts = Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class _Target:
    """The id of a model, and the endpoint at which it is asked."""

    id: str
    endpoint: str


class OpenAI(Protocol):
    """Conversations, completions and embeddings, each answered whole."""

    NAME = "openai"
    TITLE = "OpenAI-compatible"
    ORDER = 38
    IS_COSTLY = True

    def detect(self) -> Conversation[str]:
        path = self._path("/models")
        ids = _ids((yield Request(method="GET", path=path)))
        return "" if ids is None else f"GET {path} answered with a list of {len(ids)} models."

    def ready(self) -> Conversation[bool]:
        response = yield Request(method="GET", path=self._path("/models"))
        return _ids(response) is not None

    def models(self) -> Conversation[list[ModelInfo]]:
        """What is listed, else the names from the settings."""
        response = yield Request(method="GET", path=self._path("/models"))
        if response.status == 404 and self.server.models:
            return self.configured_models()
        self.accepted(response)
        ids = _ids(response)
        if ids is None:
            raise unreadable("a list of models", response)
        known = _routes((yield Request(method="GET", path="/openapi.json")), self._path(""))
        names = [name for model_id in ids for name in _names(model_id, known)]
        refs = [ModelRef(server=self.server.name, name=name) for name in names]
        return [ModelInfo(ref=ref, state="READY") for ref in refs]

    def signature(self, model: ModelRef) -> Conversation[Signature]:
        """The fields of its endpoint; the model itself is only looked for in the list."""
        target = _target_of(model)
        ids = _ids((yield Request(method="GET", path=self._path("/models"))))
        if ids is not None and target.id not in ids and not self.server.models:
            raise ModelNotFound(
                "The server does not know this model or this version of it.",
                advice="Choose a model from the list; it may have been removed or renamed.",
                detail=f"{target.id!r} is not in the list of models",
            )
        return Signature(
            model=model,
            inputs=_FIELDS[target.endpoint],
            outputs=_OUTPUTS[target.endpoint],
            layout="columns",
            title=target.id.rpartition("/")[2],
            question=_QUESTIONS[target.endpoint],
            platform="OpenAI-compatible",
            max_rows=0 if target.endpoint == EMBEDDINGS else 1,
        )

    def predict_request(
        self, signature: Signature, rows: Sequence[Values], request_id: str
    ) -> Request:
        target = _target_of(signature.model)
        return Request(
            method="POST",
            path=self._path(_ROUTES[target.endpoint]),
            body=body_of({"model": target.id, **_BODIES[target.endpoint](rows)}),
            headers=JSON,
            request_id=request_id,
        )

    def read_prediction(
        self, signature: Signature, response: Response, rows: int
    ) -> tuple[ModelRef, tuple[Output, ...]]:
        """The text with its tokens and why it ended, or a vector for each text."""
        target, document = _target_of(signature.model), self.json_of(response)
        if not isinstance(document, Mapping):
            raise unreadable("an object", response)
        if target.endpoint == EMBEDDINGS:
            outputs = _vectors(document, rows, response)
        else:
            outputs = _text(document, response)
        return _answered_by(signature.model, target, document), (*outputs, *_usage(document, rows))

    def _path(self, route: str) -> str:
        """Below /v1, which many write into the address themselves."""
        return route if self.server.url.rstrip("/").endswith("/v1") else f"/v1{route}"


def _target_of(model: ModelRef) -> _Target:
    named = _NAMED.match(model.name)
    if named:
        return _Target(id=named[1], endpoint=named[2])
    return _Target(id=model.name, endpoint=EMBEDDINGS if _EMBEDS.search(model.name) else CHAT)


def _ids(response: Response) -> list[str] | None:
    """The ids of the listed models; None where it is no such list."""
    document = _object(response)
    listed = document.get("data")
    if not isinstance(listed, list):
        return None
    known = [
        entry["id"] for entry in listed if isinstance(entry, Mapping) and _is_id(entry.get("id"))
    ]
    is_empty = document.get("object") == "list" and not listed
    return known[:_MOST_MODELS] if known or is_empty else None


def _is_id(name: object) -> bool:
    return isinstance(name, str) and 0 < len(name) <= _MOST_NAME and name.isprintable()


def _object(response: Response) -> Facts:
    """The object of a success; an empty one of anything else."""
    try:
        document = json_of(response) if response.status == 200 else None
    except UnreadableAnswer:
        return {}
    return document if isinstance(document, Mapping) else {}


def _routes(response: Response, base: str) -> set[str] | None:
    """The endpoints that the server's OpenAPI document names; None without one."""
    paths = _object(response).get("paths")
    if not isinstance(paths, Mapping):
        return None
    endpoints = {
        endpoint for endpoint, route in _ROUTES.items() if (base or "/v1") + route in paths
    }
    return endpoints or None


def _names(model_id: str, known: set[str] | None) -> Iterator[str]:
    """The names under which a model is offered: its own name for its likeliest endpoint, else with the endpoint
    in brackets."""
    usual = _target_of(ModelRef(server="", name=model_id)).endpoint
    others = (known or {usual}) - {EMBEDDINGS} if usual == CHAT else {usual}
    for endpoint in sorted(others | {usual}, key=list(_ROUTES).index):
        yield model_id if endpoint == usual else f"{model_id} ({endpoint})"


def _answered_by(model: ModelRef, target: _Target, document: Facts) -> ModelRef:
    """Hosted models say by a longer name which release of them answered."""
    name = document.get("model")
    is_other = isinstance(name, str) and name != target.id and name.isprintable()
    version = str(name)[:200] if is_other else model.version
    return ModelRef(server=model.server, name=model.name, version=version)


# What is asked.


def _sampling(row: Values) -> dict[str, object]:
    """The parameters that are set; those that are not are the server's own."""
    names = ("temperature", "top_p", "max_tokens", "seed", "presence_penalty", "frequency_penalty")
    parameters = {name: row[name] for name in names if not is_missing(row.get(name))}
    parameters |= {
        n: int(v)
        for n, v in parameters.items()
        if n in ("max_tokens", "seed") and isinstance(v, float)
    }
    lines = [line for line in as_text(row.get("stop")).splitlines() if line]
    return parameters | ({"stop": lines} if lines else {})


def _chat(rows: Sequence[Values]) -> dict[str, object]:
    row = rows[0]
    system = row.get("system")
    messages = [] if is_missing(system) else [{"role": "system", "content": system}]
    messages += [{"role": "user", "content": row.get("question")}]
    return {"messages": messages, **_sampling(row)}


def _completions(rows: Sequence[Values]) -> dict[str, object]:
    return {"prompt": rows[0].get("prompt"), **_sampling(rows[0])}


def _embeddings(rows: Sequence[Values]) -> dict[str, object]:
    """One text by itself: not every server takes a list."""
    texts = [row.get("text") for row in rows]
    return {"input": texts if len(texts) > 1 else texts[0], "encoding_format": "float"}


_BODIES = {CHAT: _chat, COMPLETIONS: _completions, EMBEDDINGS: _embeddings}


def _long(name: str, label: str, description: str, *examples: str) -> Field:
    return Field(
        name=name, kind="text", format="long", label=label, description=description, examples=examples,
        required=bool(examples), provenance={"kind": GUESSED},
    )  # fmt: skip


def _number(
    name: str,
    label: str,
    low: float,
    high: float | None,
    description: str,
    *,
    is_whole: bool = False,
) -> Field:
    return Field(
        name=name, kind="integer" if is_whole else "number", datatype="INT64" if is_whole else "FP64",
        label=label, minimum=low, maximum=high, description=description, required=False,
        group="Sampling", provenance={"kind": GUESSED},
    )  # fmt: skip


_SAMPLING = (
    _number("temperature", "Temperature", 0, 2, "0 gives the same answer each time, more gives more variety."),
    _number("max_tokens", "Most tokens", 1, None, "Where the answer is cut off.", is_whole=True),
    _number("top_p", "Top p", 0, 1, "Only the likeliest words whose chances add up to this are drawn from."),
    _number("seed", "Seed", -(2**63), 2**63 - 1, "The same number gives the same draws, where the server can.", is_whole=True),
    _number("presence_penalty", "Presence penalty", -2, 2, "Above 0: fewer words that occurred already."),
    _number("frequency_penalty", "Frequency penalty", -2, 2, "Above 0: fewer words that occurred often."),
    Field(
        name="stop", kind="text", format="long", label="Stop at", required=False, group="Sampling",
        description="The answer ends before any of these, one a line.", provenance={"kind": GUESSED},
    ),
)  # fmt: skip
_FIELDS: dict[str, tuple[Field, ...]] = {
    CHAT: (
        _long("question", "Question", "What you say to the model.", "Name three uses of a brick."),
        _long(
            "system", "System text", "What the model is told before: who it is, and how to answer."
        ),
        *_SAMPLING,
    ),
    COMPLETIONS: (
        _long("prompt", "Text", "The text that the model goes on with.", "Once upon a time"),
        *_SAMPLING,
    ),
    EMBEDDINGS: (_long("text", "Text", "The text that becomes a vector.", "A brick is a block."),),
}
_TOKENS = tuple(
    Field(name=name, kind="integer", datatype="INT64", role="detail", label=label)
    for name, label in (
        ("prompt_tokens", "Tokens of the question"),
        ("completion_tokens", "Tokens of the answer"),
        ("total_tokens", "Tokens in all"),
    )
)
_ANSWER = (
    Field(name="answer", kind="text", role="text", label="Answer"),
    Field(name="finish_reason", kind="text", role="detail", label="Why it ended"),
    Field(name="reasoning", kind="text", role="detail", label="Reasoning"),
    *_TOKENS,
)
_VECTOR = Field(name="embedding", kind="tensor", datatype="FP64", shape=(-1, -1), label="Vector")
_OUTPUTS: dict[str, tuple[Field, ...]] = {
    CHAT: _ANSWER, COMPLETIONS: _ANSWER, EMBEDDINGS: (_VECTOR, *_TOKENS),
}  # fmt: skip


# What comes back.


def _text(document: Facts, response: Response) -> list[Output]:
    choices = document.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(first, Mapping):
        raise unreadable("a list of choices", response)
    message = first.get("message")
    parts = message if isinstance(message, Mapping) else {"content": first.get("text")}
    words = _words(parts)
    if words is None:
        raise unreadable("a text", response)
    answer = [_detail_output("answer", words, "text")]
    others = {
        "finish_reason": first.get("finish_reason"),
        "reasoning": parts.get("reasoning_content") or parts.get("reasoning"),
    }
    return answer + [
        _detail_output(n, v, "detail") for n, v in others.items() if isinstance(v, str) and v
    ]


def _words(message: Facts) -> str | None:
    """The content as one text; where there is none, the refusal or the calls of tools that came instead."""
    if text := _content(message.get("content")):
        return text
    refusal, calls = message.get("refusal"), message.get("tool_calls")
    if isinstance(refusal, str) and refusal:
        return refusal
    if isinstance(calls, list) and calls:
        return body_of({"tool_calls": calls}).decode()
    return "" if message.get("content", 0) in ("", None) else None


def _content(content: object) -> str:
    """A text, also one in parts."""
    if isinstance(content, str):
        return content
    parts = (
        [p.get("text") for p in content if isinstance(p, Mapping)]
        if isinstance(content, list)
        else []
    )
    return "".join(part for part in parts if isinstance(part, str))


def _detail_output(name: str, text: str, role: str) -> Output:
    return Output(
        name=name,
        datatype="BYTES",
        shape=(1,),
        data=(text,),
        role="text" if role == "text" else "detail",
    )


def _vectors(document: Facts, rows: int, response: Response) -> list[Output]:
    listed = document.get("data")
    entries = [e for e in listed if isinstance(e, Mapping)] if isinstance(listed, list) else []
    if len(entries) != rows:
        raise unreadable(f"{rows} vectors", response)
    return vectors([entry.get("embedding") for entry in _in_order(entries)], response)


def _in_order(entries: list[Facts]) -> list[Facts]:
    """By their index, where each has its own."""
    places = {n: e for e in entries if isinstance(n := e.get("index"), int)}
    return [places[n] for n in sorted(places)] if len(places) == len(entries) else entries


def vectors(embeddings: Sequence[object], response: Response) -> list[Output]:
    """One vector a row. Raises UnreadableAnswer."""
    sizes = {len(v) if isinstance(v, list) else 0 for v in embeddings}
    data = [number for vector in embeddings if isinstance(vector, list) for number in vector]
    if len(sizes) != 1 or 0 in sizes or not all(isinstance(n, int | float) for n in data):
        raise unreadable("vectors of one length", response)
    shape = (len(embeddings), sizes.pop())
    return [Output(name="embedding", datatype="FP64", shape=shape, data=tuple(data), role="")]


def _usage(document: Facts, rows: int) -> list[Output]:
    """The tokens of the whole request, with its first row."""
    usage = document.get("usage")
    counts = usage if isinstance(usage, Mapping) else {}
    named = [(field.name, counts.get(field.name)) for field in _TOKENS]
    return [
        Output(
            name=name, datatype="INT64", shape=(rows,), data=(count, *[None] * (rows - 1)), role="detail"
        )
        for name, count in named
        if isinstance(count, int) and not isinstance(count, bool)
    ]  # fmt: skip


PROTOCOL = OpenAI
