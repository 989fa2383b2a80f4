"""Which explainer a model has, as far as the settings, the models' metadata and their names say.

Nothing is tried out: an address that nobody named is never asked whether it explains anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import orjson

from mds_client.errors import MdsError, UnreadableAnswer
from mds_client.prediction import Output
from mds_client.protocols.protocol import Protocol, unreadable
from mds_client.server import Server
from mds_client.signature import Explainer, ModelRef, Signature
from mds_client.transport.exchange import Exchange, Response

SUFFIXES = ("-explainer", "_explainer")
MOST_BYTES = 8 * 1024 * 1024
ANSWER = "explanation"

Declared = Mapping[ModelRef, Signature | None]


@dataclass(frozen=True, kw_only=True)
class Explained:
    """What a deployed explainer answered: JSON of its own form, and what crossed the wire."""

    explainer: Explainer
    content: object
    exchange: Exchange


def explainers(protocol: Protocol, declared: Declared) -> dict[ModelRef, Explainer]:
    """The explainer of each model of a server that has one; `declared` holds the signature of every listed
    model, as far as known.

    What the operator says counts most, then the metadata of an explainer, then names.
    """
    matches = _Matcher(protocol, declared)
    by_model = {ref: explainer for ref in matches.candidates() if (explainer := matches.of(ref))}
    others = explaining_others(by_model)
    return {ref: explainer_of_it for ref, explainer_of_it in by_model.items() if ref not in others}


def explaining_others(by_model: Mapping[ModelRef, Explainer]) -> set[ModelRef]:
    """The models that are deployed only to explain another model."""
    return {explainer.model for ref, explainer in by_model.items() if explainer.model != ref}


def explainer_of(by_model: Mapping[ModelRef, Explainer], model: ModelRef) -> Explainer | None:
    """The explainer of a model; without a version, that of its newest one."""
    if model in by_model or model.version:
        return by_model.get(model)
    versions = [ref for ref in by_model if (ref.server, ref.name) == (model.server, model.name)]
    return by_model[max(versions, key=lambda ref: ref.version)] if versions else None


class _Matcher:
    """Finds the explainer of a model. The sources are asked in falling order of trust."""

    def __init__(self, protocol: Protocol, declared: Declared) -> None:
        self._protocol = protocol
        self._server: Server = protocol.server
        self._named = _newest(declared)
        self._declared = declared
        self._by_explained = {s.explains: ref for ref, s in declared.items() if s and s.explains}

    def candidates(self) -> list[ModelRef]:
        """The models that may have an explainer: usually a few of very many."""
        if self._server.explainer_url:
            return list(self._declared)
        named = [name for name in self._named if name.endswith(SUFFIXES)]
        wanted = {name.removesuffix(suffix) for name in named for suffix in SUFFIXES}
        wanted |= set(self._server.explainers)
        wanted |= {declared_name.partition("@")[0] for declared_name in self._by_explained}
        return [ref for ref in self._declared if ref.name in wanted] if wanted else []

    def of(self, model: ModelRef) -> Explainer | None:
        configured = self._server.explainers.get(model.name)
        if configured is not None:
            return self._configured(model, configured)
        return self._by_metadata(model) or self._at_its_address(model) or self._by_name(model)

    def _configured(self, model: ModelRef, name: str) -> Explainer | None:
        if not name:
            return None
        who = "The cluster lists" if getattr(self._server, "source", "") else "The settings name"
        if name == model.name:
            return self._explainer(model, model, f"{who} an explainer behind its own route.")
        other = self._named.get(name, ModelRef(server=model.server, name=name))
        return self._explainer(model, other, f"{who} {name} as its explainer.")

    def _by_metadata(self, model: ModelRef) -> Explainer | None:
        for explained in (f"{model.name}@{model.version}", model.name):
            other = self._by_explained.get(explained)
            if other and other != model:
                evidence = f"{other.name} says in its metadata that it explains {explained}."
                return self._explainer(model, other, evidence)
        return None

    def _at_its_address(self, model: ModelRef) -> Explainer | None:
        if not self._server.explainer_url:
            return None
        who = "The cluster lists" if getattr(self._server, "source", "") else "The settings name"
        return self._explainer(model, model, f"{who} an explainer at an address of its own.")

    def _by_name(self, model: ModelRef) -> Explainer | None:
        """An explainer that is named like one (`churn-explainer`), unless its outputs are declared as something
        else."""
        names = [model.name + suffix for suffix in SUFFIXES]
        other = next((self._named[name] for name in names if name in self._named), None)
        if other is None or not _may_explain(self._declared.get(other)):
            return None
        evidence = f"A model of the same server is called {other.name}."
        return self._explainer(model, other, evidence)

    def _explainer(self, model: ModelRef, other: ModelRef, evidence: str) -> Explainer | None:
        route = self._protocol.explain_route(model, other)
        return Explainer(model=other, route=route, evidence=evidence) if route else None


def _newest(refs: Iterable[ModelRef]) -> dict[str, ModelRef]:
    """The newest version of each name."""
    newest: dict[str, ModelRef] = {}
    for ref in refs:
        if ref.name not in newest or ref.version >= newest[ref.name].version:
            newest[ref.name] = ref
    return newest


def _may_explain(signature: Signature | None) -> bool:
    """Whether its outputs are declared as explanations, or not declared at all."""
    if signature is None:
        return True
    is_open = not signature.outputs or any(o.name == ANSWER for o in signature.outputs)
    return is_open and not signature.explains


def explained(outputs: Sequence[Output], response: Response) -> object:
    """The JSON in the answer of an explainer that is a model: alibi-explain answers it as one text.

    Raises UnreadableAnswer.
    """
    named = [output for output in outputs if output.name == ANSWER] or list(outputs)
    if len(named) == 1 and named[0].datatype == "BYTES" and len(named[0].data) == 1:
        return _parsed(named[0].data[0], response)
    if not outputs:
        raise unreadable("an explanation", response)
    return {output.name: _nested(output, response) for output in outputs}


def _parsed(text: object, response: Response) -> object:
    """JSON as Python writes it: its NaN and Infinity are None."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    try:
        return orjson.loads(str(text))
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(str(text), parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        raise unreadable("JSON in a text", response) from error


def _nested(output: Output, response: Response) -> object:
    try:
        return output.to_numpy().tolist()
    except (TypeError, ValueError) as error:
        raise unreadable("tensors that fit together", response) from error


def bounded(response: Response) -> Response:
    """The response, unless it is larger than any explanation has to be. Raises UnreadableAnswer."""
    if len(response.body) > MOST_BYTES:
        raise UnreadableAnswer(
            f"The explainer's answer is too large to be read: {len(response.body) / 1e6:,.0f} MB.",
            advice="Tell whoever runs the explainer.",
            detail=f"more than {MOST_BYTES} bytes",
        )
    return response


def of_explainer(error: MdsError) -> MdsError:
    """The error in words about the explainer, which is not the model."""
    error.sentence = error.sentence.replace("The model", "The explainer", 1)
    error.args = (error.sentence,)
    return error
