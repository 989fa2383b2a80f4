"""Models of every kind as their servers describe them, one file of data each, and the form that each gets.

A file in `animals/` says: `protocol`; `metadata`, what the server answers about the model (`config` too for
Triton, none for a silent one); `facts`, what other sources know; `form`, the fields that must come of it.
Of a field all is said that is not its default; `label` only where it is not the name made readable.
In a list, an object with `repeat` stands for many.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from mds_client.protocols import protocols
from mds_client.protocols.protocol import Protocol
from mds_client.schema_learning import learned, payload
from mds_client.schema_learning.probing import probed
from mds_client.server import Server
from mds_client.signature import Field, File, ModelRef, Signature
from mds_client.signature.facts import Facts, fields_facts
from mds_client.signature.merge_facts import merged
from mds_client.transport.exchange import Request, Response

FOLDER = Path(__file__).parent / "animals"
Result = TypeVar("Result")
_DEFAULTS = {f.name: f.default for f in fields(Field)}
_ALWAYS = ("name", "kind", "datatype", "shape")
_NEVER = ("provenance", "label")


@dataclass(frozen=True, kw_only=True)
class Animal:
    """One model as its server and others describe it."""

    name: str
    about: str
    protocol: str
    form: Mapping[str, Any]
    model: str = ""
    metadata: Any = None
    config: Any = None
    facts: Sequence[Mapping[str, Any]] = ()

    @property
    def ref(self) -> ModelRef:
        return ModelRef(server="zoo", name=self.model or self.name)

    def speaker(self) -> Protocol:
        """The protocol of its server, which is nowhere."""
        server = Server(name="zoo", url="http://127.0.0.1:9", protocol=self.protocol)
        return protocols()[self.protocol](server)

    def declared(self) -> Signature:
        """The signature as the server declares it."""
        return led(self.speaker().signature(self.ref), self._answer)

    def signature(self) -> Signature:
        """The signature with what all sources know."""
        speaker, declared = self.speaker(), self.declared()
        known = [_facts(words, speaker, declared) for words in self.facts]
        return merged(declared, *known, unfolds=speaker.TAKES_MATRIX)

    def _answer(self, request: Request) -> Response:
        said = self.config if request.path.endswith("/config") else self.metadata
        return Response(status=404 if said is None else 200, body=json.dumps(said).encode())


def animal(name: str) -> Animal:
    """One animal by the name of its file."""
    path = FOLDER / f"{name}.json"
    return Animal(name=name, **repeated(json.loads(path.read_text(encoding="utf-8"))))


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def animals() -> list[Animal]:
    return [animal(name) for name in names()]


def repeated(said: Any) -> Any:
    """An object with `repeat` in a list stands for so many: `{n}` is its number, `{tens}` its ten."""
    if isinstance(said, dict):
        return {key: repeated(value) for key, value in said.items()}
    if not isinstance(said, list):
        return said
    return [one for member in said for one in _copies(member)]


def _copies(member: Any) -> list[Any]:
    if not isinstance(member, dict) or "repeat" not in member:
        return [repeated(member)]
    text = json.dumps({key: value for key, value in member.items() if key != "repeat"})
    numbers = range(member["repeat"])
    return [
        json.loads(text.replace("{n}", str(n)).replace("{tens}", str(n // 10))) for n in numbers
    ]


def led(
    conversation: Generator[Request, Response, Result], answer: Callable[[Request], Response]
) -> Result:
    """What a conversation comes to with these answers."""
    try:
        request = next(conversation)
        while True:
            request = conversation.send(answer(request))
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]


def _facts(words: Mapping[str, Any], speaker: Protocol, declared: Signature) -> Facts:
    """The facts of a registry's words, a table, a pasted request, or the refusals of the model."""
    if "table" in words:
        return learned(words["table"])
    if "payload" in words:
        return payload(json.dumps(words["payload"]))
    if "refusals" in words:
        return _probed(words["refusals"], speaker, declared)
    known = {key: tuple(words[key]) for key in ("inputs", "labels") if key in words}
    return Facts(
        source=words["source"],
        title=words.get("title", ""),
        question=words.get("question", ""),
        fields={n: replace(f, **_wire(words, n)) for n, f in fields_facts(words["fields"]).items()},
        **known,
    )


def _wire(words: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A registry knows datatypes and shapes, too."""
    said = words["fields"][name]
    found = {key: said[key] for key in ("datatype", "shape") if key in said}
    return found | ({"shape": tuple(found["shape"])} if "shape" in found else {})


def _probed(refusals: Sequence[str], speaker: Protocol, declared: Signature) -> Facts:
    """What asking finds out; when nothing is left to refuse, the row is answered."""
    left = [Response(status=400, body=json.dumps({"error": r}).encode()) for r in refusals]
    answered = Response(status=200, body=json.dumps(_ANSWERS[speaker.NAME]).encode())
    conversation = probed(speaker, declared.model, declared)
    found = led(conversation, lambda _: left.pop(0) if left else answered)
    assert found is not None
    return found


_ANSWERS: dict[str, Any] = {
    "open-inference": {
        "model_name": "m",
        "outputs": [{"name": "y", "datatype": "FP64", "shape": [1], "data": [0.5]}],
    },
    "kserve-v1": {"predictions": [0.5]},
    "torchserve": {"predictions": [0.5]},
    "sagemaker": {"predictions": [0.5]},
}


def drawn(signature: Signature) -> dict[str, Any]:
    """The form as a file of an animal says it."""
    words = {w: getattr(signature, w) for w in ("title", "question") if getattr(signature, w)}
    parts = {"inputs": signature.inputs, "outputs": signature.outputs}
    listed = {key: [described(field) for field in part] for key, part in parts.items() if part}
    return {"layout": signature.layout, **words, **listed}


def described(field: Field) -> dict[str, Any]:
    """Everything of a field that is not its default."""
    said = {n: _plain(getattr(field, n)) for n in _DEFAULTS if n not in _NEVER}
    kept = {n: v for n, v in said.items() if n in _ALWAYS or v != _plain(_DEFAULTS[n])}
    is_labelled = field.title != replace(field, label="").title
    return kept | ({"label": field.label} if is_labelled else {})


def _plain(value: object) -> Any:
    """As JSON has it."""
    if isinstance(value, tuple | list):
        return [_plain(member) for member in value]
    if isinstance(value, File):
        return {"name": value.name, "media_type": value.media_type}
    return value
