"""MLflow's model registry: registered models, their versions, and the signature that a model was logged with.

https://mlflow.org/docs/latest/api_reference/rest-api.html; the MLmodel file is described at
https://mlflow.org/docs/latest/ml/model/. Read with MLflow 3.17.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from mds_client.errors import MdsError
from mds_client.extras import require
from mds_client.protocols.protocol import Conversation
from mds_client.registries import ReferenceFile, Registry, RegistryServer
from mds_client.registries.mlflow.mlmodel import (
    Record,
    columns_in,
    example_rows,
    json_in,
    json_value,
    mapping,
    read_yaml,
)
from mds_client.signature import ModelRef
from mds_client.signature.facts import (
    MAX_EXAMPLES,
    MAX_INPUTS,
    Facts,
    FieldFacts,
    about,
    day,
    fields_facts,
    listed,
    text,
    texts,
)
from mds_client.transport.exchange import Request, Response

_API = "/api/2.0/mlflow"
_SERVED_AS = "mds.model"  # the tag of a registered model that names the served one
_REFERENCE = "mds.reference"  # the tag of a version that names a file logged with it: the cases to compare others with
_LATEST = "latest"
_ENTRY = re.compile(r"(?:models:/)?(?P<name>[^/@]+)(?:/(?P<version>[^/@]+)|@(?P<alias>[^/@]+))?")
_NUMBER = re.compile(r"v?(\d{1,18})")


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """Which registered model, and which of its versions: by number, stage or alias."""

    name: str
    version: str = ""
    alias: str = ""


class Mlflow(Registry):
    """A tracking server with a registry, MLflow 2 or 3."""

    NAME = "mlflow"
    TITLE = "MLflow model registry"

    def __init__(self, server: RegistryServer) -> None:
        require("yaml", "Reading what MLflow writes beside a model")
        super().__init__(server)

    def facts(self, model: ModelRef) -> Conversation[Facts | None]:
        """A model is found by the settings, by its tag `mds.model`, or by its own name."""
        entry = yield from self._entry(model)
        body = self.object_of((yield _get("registered-models/get", name=entry.name)))
        registered = mapping((body or {}).get("registered_model"))
        if not registered:
            return None
        version = yield from self._version(registered, entry, model)
        logged = (yield from self._logged(version)) if version else {}
        rows = yield from self._example(version, logged)
        return _facts(self.server.name, registered, version, logged, rows)

    def reference(self, model: ModelRef) -> Conversation[ReferenceFile | None]:
        """The file that the tag `mds.reference` of the served version names, as a path beside its MLmodel; without the tag, its input
        example."""
        entry = yield from self._entry(model)
        body = self.object_of((yield _get("registered-models/get", name=entry.name)))
        registered = mapping((body or {}).get("registered_model"))
        version = (yield from self._version(registered, entry, model)) if registered else {}
        if not version:
            return None
        path = text(_tags(version).get(_REFERENCE))
        if not path:
            logged = yield from self._logged(version)
            path = text(mapping(logged.get("saved_input_example_info")).get("artifact_path"))
        content = (yield from self._file(version, path)) if _is_beside(path) else b""
        if not content:
            return None
        name = f"models:/{registered.get('name')}/{version.get('version')}"
        return ReferenceFile(
            registry=self.server.name, entry=name, name=path.rpartition("/")[2], content=content
        )

    def _entry(self, model: ModelRef) -> Conversation[_Entry]:
        named = _ENTRY.fullmatch(self.server.entry(model))
        if named:
            parts = named.groupdict()
            return _Entry(
                name=parts["name"], version=parts["version"] or "", alias=parts["alias"] or ""
            )
        for served in (f"{model.server}/{model.name}", model.name):
            name = yield from self._tagged(served)
            if name:
                return _Entry(name=name)
        return _Entry(name=model.name)

    def _tagged(self, served: str) -> Conversation[str]:
        """The name of the one registered model whose tag names the served model."""
        if "'" in served or "\\" in served:
            return ""  # would end the literal of the filter
        words = f"tags.`{_SERVED_AS}` = '{served}'"
        response = yield _get("registered-models/search", filter=words, max_results="2")
        if response.status == 400:
            return ""  # a store that cannot search by tags
        names = [
            mapping(m).get("name")
            for m in listed((self.object_of(response) or {}).get("registered_models"))
        ]
        return str(names[0]) if len(names) == 1 else ""

    def _version(self, registered: Record, entry: _Entry, model: ModelRef) -> Conversation[Record]:
        """The version that is served. Empty where the registry does not know it: none is guessed then."""
        name, wanted = str(registered.get("name")), entry.version or model.version
        if entry.alias or wanted in _aliases(registered):
            alias = entry.alias or wanted
            response = yield _get("registered-models/alias", name=name, alias=alias)
            return self._version_in(response)
        number = _NUMBER.fullmatch(wanted)
        if number:
            response = yield _get("model-versions/get", name=name, version=number.group(1))
            return self._version_in(response)
        latest = [mapping(v) for v in listed(registered.get("latest_versions"))]
        if wanted not in ("", _LATEST):
            latest = [v for v in latest if text(v.get("current_stage")).lower() == wanted.lower()]
        return max(latest, key=lambda v: _number(v.get("version")), default={})

    def _version_in(self, response: Response) -> Record:
        body = self.object_of(response) if response.status != 400 else None
        return mapping((body or {}).get("model_version"))

    def _logged(self, version: Record) -> Conversation[Record]:
        """The MLmodel file; where it cannot be had, what the run noted of it (MLflow 2)."""
        content = yield from self._file(version, "MLmodel")
        if content:
            return read_yaml(content)
        run = text(version.get("run_id"))
        if not run:
            return {}
        try:
            body = self.object_of((yield _get("runs/get", run_id=run))) or {}
        except MdsError:
            return {}
        return _from_run(mapping(mapping(body.get("run")).get("data")), text(version.get("source")))

    def _example(self, version: Record, logged: Record) -> Conversation[list[dict[str, object]]]:
        info = mapping(logged.get("saved_input_example_info"))
        path = text(info.get("artifact_path"))
        if not _is_beside(path):
            return []
        content = yield from self._file(version, path)
        return list(example_rows(json_value(content), [name for name, _ in columns_in(logged)]))[
            :MAX_EXAMPLES
        ]

    def _file(self, version: Record, path: str) -> Conversation[bytes]:
        """A file that was logged with the model, by either route; empty where it cannot be had."""
        known = {"name": str(version.get("name")), "version": str(version.get("version"))}
        query = urlencode({**known, "path": path})
        try:
            direct = yield Request(method="GET", path=f"/model-versions/get-artifact?{query}")
            if direct.status == 200:
                return direct.body
            where = self.object_of((yield _get("model-versions/get-download-uri", **known))) or {}
            proxied = _proxied(text(where.get("artifact_uri")), path)
            if proxied:
                response = yield Request(method="GET", path=proxied)
                return response.body if response.status == 200 else b""
        except MdsError:
            pass  # too large, too slow, no right to it: the rest is worth having
        return b""


def _is_beside(path: str) -> bool:
    """Whether it is the path of a file among those of the model."""
    return bool(path) and ".." not in path and not path.startswith("/")


def _get(route: str, **query: str) -> Request:
    return Request(method="GET", path=f"{_API}/{route}?{urlencode(query)}")


def _proxied(uri: str, path: str) -> str:
    """Where the tracking server itself serves an artifact from; empty for another store's address."""
    parts = urlsplit(uri)
    full_path = f"{parts.path.strip('/')}/{path}"
    if parts.scheme != "mlflow-artifacts" or ".." in full_path.split("/"):
        return ""
    return f"/api/2.0/mlflow-artifacts/artifacts/{quote(full_path)}"


# What was found, as facts.


def _facts(
    registry: str, registered: Record, version: Record, logged: Record, rows: Sequence[Record]
) -> Facts:
    tags = _tags(registered) | _tags(version)
    words = mapping(mapping(logged.get("metadata")).get("mds"))
    columns = dict(columns_in(logged))
    extra = fields_facts(words.get("inputs"))
    names = dict.fromkeys((*columns, *extra))
    known = {name: columns.get(name, FieldFacts()) for name in names}
    complete = _complete_rows(rows, columns)
    known = {
        n: replace(f, **(_examples(n, complete) | _known_facts(extra.get(n))))
        for n, f in known.items()
    }
    return Facts(
        source="registry",
        name=registry,
        title=text(tags.get("mds.title")) or text(words.get("title")),
        question=text(tags.get("mds.question")) or text(words.get("question")),
        description=text(registered.get("description")) or text(version.get("description")),
        inputs=tuple(columns),
        fields=known,
        labels=texts(json_value(text(tags.get("mds.labels")).encode()))
        or texts(words.get("labels")),
        about=about(_about(registered, version, logged) | _tags_of_people(tags)),
    )


def _about(registered: Record, version: Record, logged: Record) -> dict[str, object]:
    name, number = text(registered.get("name")), text(version.get("version"))
    return {
        "entry": f"models:/{name}" + (f"/{number}" if number else ""),
        "aliases": ", ".join(a for a, v in _aliases(registered).items() if v == number),
        "status": version.get("status"),
        "version": version.get("description"),
        "registered": day(version.get("creation_timestamp")),
        "parameters": ", ".join(_parameters(logged)),
        "inputs": _too_many(logged),
    }


def _too_many(logged: Record) -> str:
    count = len(listed(json_in(logged, "inputs")))
    return f"{count:,} columns, more than a form can have" if count > MAX_INPUTS else ""


def _tags_of_people(tags: Mapping[str, str]) -> dict[str, object]:
    """Tags that people gave."""
    return {name: value for name, value in tags.items() if not name.startswith(("mlflow.", "mds."))}


def _parameters(logged: Record) -> Iterator[str]:
    """Parameters of a prediction with their defaults: they are no inputs, and we send none."""
    for each in listed(json_in(logged, "params"))[:20]:
        facts = mapping(each)
        yield f"{text(facts.get('name'))} = {text(facts.get('default')) or '…'}"


def _known_facts(facts: FieldFacts | None) -> dict[str, Any]:
    return facts.known() if facts else {}


def _complete_rows(rows: Sequence[Record], columns: Mapping[str, FieldFacts]) -> list[Record]:
    """The example rows that have every value that is needed."""
    needed = {name for name, facts in columns.items() if facts.required is not False}
    return [row for row in rows if needed <= row.keys()]


def _examples(name: str, rows: Sequence[Record]) -> dict[str, Any]:
    return {"examples": tuple(row.get(name) for row in rows)} if rows else {}


# The signature of an MLmodel file: JSON in texts of YAML.


def _from_run(data: Record, source: str) -> Record:
    """What a run of MLflow 2 noted of the model at that source."""
    noted = json_value(_tags(data).get("mlflow.log-model.history", "").encode())
    models = [mapping(model) for model in listed(noted)]
    fitting = [m for m in models if source.endswith("/" + (text(m.get("artifact_path")) or "?"))]
    return fitting[-1] if fitting else models[0] if len(models) == 1 else {}


def _tags(record: Record) -> dict[str, str]:
    pairs = [mapping(tag) for tag in listed(record.get("tags"))]
    return {str(tag.get("key")): str(tag.get("value") or "") for tag in pairs}


def _aliases(registered: Record) -> dict[str, str]:
    pairs = [mapping(alias) for alias in listed(registered.get("aliases"))]
    return {str(pair.get("alias")): text(pair.get("version")) for pair in pairs}


def _number(version: object) -> int:
    match = _NUMBER.fullmatch(text(version))
    return int(match.group(1)) if match else -1


REGISTRY = Mlflow
