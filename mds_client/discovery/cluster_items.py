"""The items of a cluster that run models: their names, their states and what explains them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mds_client.discovery.sources import ModelReport

_SELDON_STATES = {"Available": "READY", "Creating": "LOADING", "Failed": "UNAVAILABLE"}
_FAILED_LOADS = ("BlockedByFailedLoad", "FailedToLoad", "InvalidSpec")


Item = Mapping[str, Any]


def seldon_state(item: Item) -> ModelReport:
    status = mapping_of(item.get("status"))
    state = _SELDON_STATES.get(text_of(status.get("state")), "UNKNOWN")
    return ModelReport(state=state, reason=text_of(status.get("description")))


def condition_state(item: Item) -> ModelReport:
    """The state in the words of `ModelInfo`, from the conditions of Seldon Core 2 and KServe."""
    status = mapping_of(item.get("status"))
    conditions = [c for c in sequence_of(status.get("conditions")) if isinstance(c, Mapping)]
    by_type = {text_of(c.get("type")): c for c in conditions}
    ready = text_of(by_type.get("Ready", {}).get("status"))
    if text_of(by_type.get("Stopped", {}).get("status")) == "True":
        return ModelReport(state="UNAVAILABLE", reason="It was stopped.")
    if ready == "True":
        return ModelReport(state="READY")
    if "Ready" not in by_type:
        return ModelReport()
    causes = [_cause(c) for c in conditions if text_of(c.get("status")) != "True"]
    failure, loading = _loading(status)
    reason = next((cause for cause in (failure, *causes) if cause), "")
    return ModelReport(state=_not_ready(" ".join([*causes, loading])), reason=reason)


def _not_ready(words: str) -> str:
    if "Failed" in words or any(word in words for word in _FAILED_LOADS):
        return "UNAVAILABLE"
    if "Terminat" in words:
        return "UNLOADING"
    return "UNAVAILABLE" if "ScaledDown" in words else "LOADING"


def _cause(condition: Item) -> str:
    reason, message = text_of(condition.get("reason")), text_of(condition.get("message"))
    return ": ".join(part for part in (reason, message) if part)


def _loading(status: Item) -> tuple[str, str]:
    """KServe on loading the model: the message of the last failure, and its states."""
    model = mapping_of(status.get("modelStatus"))
    message = text_of(mapping_of(model.get("lastFailureInfo")).get("message"))
    target = mapping_of(model.get("states")).get("targetModelState")
    return message, f"{text_of(model.get('transitionStatus'))} {text_of(target)}"


def graph_name(item: Item) -> str:
    predictors = sequence_of(spec_of(item).get("predictors"))
    first = mapping_of(predictors[0]) if predictors else {}
    return text_of(mapping_of(first.get("graph")).get("name"))


def explained_predictor(item: Item) -> str:
    """The predictor of Seldon Core 1 that has an explainer. Its address is shortened beyond 63 characters."""
    predictors = [mapping_of(each) for each in sequence_of(spec_of(item).get("predictors"))]
    names = [label_of(each.get("name")) for each in predictors if mapping_of(each.get("explainer"))]
    predictor = names[0] if names else ""
    is_whole = len(f"{name_of(item)}-{predictor}-explainer") <= 63
    return predictor if is_whole else ""


def explained_model(item: Item) -> str:
    """The model or pipeline that a model of Seldon Core 2 explains."""
    explainer = mapping_of(spec_of(item).get("explainer"))
    pipeline = label_of(explainer.get("pipelineRef"))
    return f"{pipeline}.pipeline" if pipeline else label_of(explainer.get("modelRef"))


def name_of(item: object) -> str:
    return label_of(metadata_of(item).get("name"))


def namespace_of(item: object) -> str:
    return label_of(metadata_of(item).get("namespace"))


def label_of(value: object) -> str:
    """A name as Kubernetes allows it, else nothing: it becomes part of an address."""
    text = text_of(value)
    is_sound = text.replace("-", "").replace(".", "").isalnum() and text.isascii()
    return text if is_sound and ".." not in text and len(text) <= 253 else ""


def metadata_of(item: object) -> Item:
    return mapping_of(mapping_of(item).get("metadata"))


def spec_of(item: Item) -> Item:
    return mapping_of(item.get("spec"))


def mapping_of(value: object) -> Item:
    return value if isinstance(value, Mapping) else {}


def sequence_of(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def text_of(value: object) -> str:
    return value if isinstance(value, str) else ""
