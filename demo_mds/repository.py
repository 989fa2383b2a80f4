"""A model as data, and how it becomes a folder that MLServer can load."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

STOCK_SKLEARN = "mlserver_sklearn.SKLearnModel"
STOCK_LIGHTGBM = "mlserver_lightgbm.LightGBMModel"

# Rows that the model never learned from, with their truth: what a demonstration asks.
HELD_OUT = "held_out.json"

Tensor = dict[str, object]
Save = Callable[[Path], object]


@dataclass(frozen=True, kw_only=True)
class Model:
    """Everything that goes into one folder of the repository."""

    name: str
    implementation: str
    version: str | None = None
    inputs: tuple[Tensor, ...] = ()
    outputs: tuple[Tensor, ...] = ()
    content_type: str | None = None
    artefact: tuple[str, Save] | None = None
    extra: Mapping[str, object] = field(default_factory=dict)
    held_out: Mapping[str, list] | None = None
    owner: str = "Data science team"

    @property
    def folder(self) -> str:
        return f"{self.name}/{self.version}" if self.version else self.name


def write(model: Model, root: Path) -> None:
    """Write the settings and the artefact of one model below the root."""
    folder = root / model.folder
    folder.mkdir(parents=True)
    if model.artefact:
        filename, save = model.artefact
        save(folder / filename)
    settings = json.dumps(_settings(model), ensure_ascii=False, indent=1, allow_nan=False)
    (folder / "model-settings.json").write_text(settings, encoding="utf-8")
    if model.held_out:
        rows = json.dumps(model.held_out, ensure_ascii=False, allow_nan=False)
        (folder / HELD_OUT).write_text(rows, encoding="utf-8")


def joblib_file(estimator: object) -> tuple[str, Save]:
    """The artefact of a scikit-learn model."""
    import joblib

    return "model.joblib", lambda path: joblib.dump(estimator, path, compress=3)


def _settings(model: Model) -> dict[str, object]:
    settings = {"name": model.name, "implementation": model.implementation}
    if model.inputs:
        settings |= {"inputs": model.inputs, "outputs": _owned(model)}
    return settings | {"parameters": _parameters(model)}


def _owned(model: Model) -> list[Tensor]:
    """The outputs; the first says whose the model is, and when it was trained."""
    first, *rest = model.outputs
    words = {**first.get("parameters", {}), "owner": model.owner}
    if model.artefact:  # what has none was trained by others, nobody here knows when
        words["trained"] = date.today().isoformat()
    return [{**first, "parameters": words}, *rest]


def _parameters(model: Model) -> dict[str, object]:
    # A relative address is read as relative to the folder of the settings.
    parameters = {
        "uri": f"./{model.artefact[0]}" if model.artefact else None,
        "version": model.version,
        "content_type": model.content_type,
        "extra": dict(model.extra) or None,
    }
    return {word: value for word, value in parameters.items() if value is not None}
