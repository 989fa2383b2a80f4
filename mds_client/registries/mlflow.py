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

from mds_client.errors import MdsError, UnreadableAnswer
from mds_client.extras import require
from mds_client.protocols.protocol import Conversation, json_of
from mds_client.registries import Registry, RegistryServer
from mds_client.signature import Kind, ModelRef
from mds_client.signature.facts import (
    MAX_EXAMPLES,
    MAX_INPUTS,
    Facts,
    FieldFacts,
    about,
    fields_facts,
    is_name,
    listed,
    text,
    texts,
)
from mds_client.transport.exchange import Request, Response

_API = "/api/2.0/mlflow"
_SERVED_AS = "mds.model"  # the tag of a registered model that names the served one
_MOST_YAML = 512 * 1024
_MOST_EVENTS = 20_000
_DEEPEST = 50
_LATEST = "latest"
_ENTRY = re.compile(r"(?:models:/)?(?P<name>[^/@]+)(?:/(?P<version>[^/@]+)|@(?P<alias>[^/@]+))?")
_NUMBER = re.compile(r"v?(\d{1,18})")

Record = Mapping[str, object]
# Types of a column: kind, datatype, content type (MLServer's word).
_TYPES: dict[str, tuple[Kind, str, str | None]] = {
    "boolean": ("boolean", "BOOL", None),
    "integer": ("integer", "INT32", None),
    "long": ("integer", "INT64", None),
    "float": ("number", "FP32", None),
    "double": ("number", "FP64", None),
    "string": ("text", "BYTES", None),
    "binary": ("text", "BYTES", "base64"),
    "datetime": ("datetime", "BYTES", "datetime"),
    "array": ("json", "BYTES", "pd_json"),
    "object": ("json", "BYTES", "pd_json"),
    "map": ("json", "BYTES", "pd_json"),
    "any": ("json", "BYTES", "pd_json"),
}
_DTYPES = {
    "bool": "BOOL",
    "float16": "FP16",
    "float32": "FP32",
    "float64": "FP64",
    **{
        f"{sign}int{bits}": f"{sign}int{bits}".upper()
        for sign in ("", "u")
        for bits in (8, 16, 32, 64)
    },
}


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
        registered = _mapping((body or {}).get("registered_model"))
        if not registered:
            return None
        version = yield from self._version(registered, entry, model)
        logged = (yield from self._logged(version)) if version else {}
        rows = yield from self._example(version, logged)
        return _facts(self.server.name, registered, version, logged, rows)

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
            _mapping(m).get("name")
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
        latest = [_mapping(v) for v in listed(registered.get("latest_versions"))]
        if wanted not in ("", _LATEST):
            latest = [v for v in latest if text(v.get("current_stage")).lower() == wanted.lower()]
        return max(latest, key=lambda v: _number(v.get("version")), default={})

    def _version_in(self, response: Response) -> Record:
        body = self.object_of(response) if response.status != 400 else None
        return _mapping((body or {}).get("model_version"))

    def _logged(self, version: Record) -> Conversation[Record]:
        """The MLmodel file; where it cannot be had, what the run noted of it (MLflow 2)."""
        content = yield from self._file(version, "MLmodel")
        if content:
            return _yaml(content)
        run = text(version.get("run_id"))
        if not run:
            return {}
        try:
            body = self.object_of((yield _get("runs/get", run_id=run))) or {}
        except MdsError:
            return {}
        return _from_run(
            _mapping(_mapping(body.get("run")).get("data")), text(version.get("source"))
        )

    def _example(self, version: Record, logged: Record) -> Conversation[list[dict[str, object]]]:
        info = _mapping(logged.get("saved_input_example_info"))
        path = text(info.get("artifact_path"))
        if not path or ".." in path or path.startswith("/"):
            return []
        content = yield from self._file(version, path)
        return list(_rows(_json(content), [name for name, _ in _columns(logged)]))[:MAX_EXAMPLES]

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
    words = _mapping(_mapping(logged.get("metadata")).get("mds"))
    columns = dict(_columns(logged))
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
        labels=texts(_json(text(tags.get("mds.labels")).encode())) or texts(words.get("labels")),
        about=about(_about(registered, version, logged) | _tags_of_people(tags)),
    )


def _about(registered: Record, version: Record, logged: Record) -> dict[str, object]:
    name, number = text(registered.get("name")), text(version.get("version"))
    return {
        "entry": f"models:/{name}" + (f"/{number}" if number else ""),
        "aliases": ", ".join(a for a, v in _aliases(registered).items() if v == number),
        "status": version.get("status"),
        "version": version.get("description"),
        "parameters": ", ".join(_parameters(logged)),
        "inputs": _too_many(logged),
    }


def _too_many(logged: Record) -> str:
    count = len(listed(_json_in(logged, "inputs")))
    return f"{count:,} columns, more than a form can have" if count > MAX_INPUTS else ""


def _tags_of_people(tags: Mapping[str, str]) -> dict[str, object]:
    """Tags that people gave."""
    return {name: value for name, value in tags.items() if not name.startswith(("mlflow.", "mds."))}


def _parameters(logged: Record) -> Iterator[str]:
    """Parameters of a prediction with their defaults: they are no inputs, and we send none."""
    for each in listed(_json_in(logged, "params"))[:20]:
        facts = _mapping(each)
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


def _columns(logged: Record) -> list[tuple[str, FieldFacts]]:
    """The inputs by name, all of them or none: a request with some of them missing would be a different one."""
    specs = [_mapping(spec) for spec in listed(_json_in(logged, "inputs"))]
    names = _column_names(specs) if len(specs) <= MAX_INPUTS else []
    if not names:
        return []
    known = [_column(spec) for spec in specs]
    columns = [(name, facts) for name, facts in zip(names, known, strict=True) if facts]
    return columns if len(columns) == len(specs) else []


def _column_names(specs: Sequence[Record]) -> list[str]:
    """A name for each input, by its place where it has none; no names at all where one is unfit or is given twice."""
    only_name = "input-0" if len(specs) == 1 else ""
    names = [spec.get("name") or only_name or f"column {i}" for i, spec in enumerate(specs, 1)]
    are_names = all(map(is_name, names)) and len(set(map(str, names))) == len(names)
    return list(map(str, names)) if are_names else []


def _column(spec: Record) -> FieldFacts | None:
    """The facts of a column; None for a type that is not known."""
    type_name = text(spec.get("type"))
    if type_name == "tensor":
        return _tensor(_mapping(spec.get("tensor-spec")))
    if type_name not in _TYPES:
        return None
    kind, datatype, content_type = _TYPES[type_name]
    required = spec.get("required", not spec.get("optional", False))
    return FieldFacts(
        kind=kind,
        datatype=datatype,
        shape=(-1, 1),
        content_type=content_type,
        required=bool(required),
    )


def _tensor(spec: Record) -> FieldFacts:
    datatype = _DTYPES.get(text(spec.get("dtype")), "BYTES")
    shape = tuple(s for s in listed(spec.get("shape"))[:8] if isinstance(s, int)) or (-1,)
    if datatype == "BYTES":
        return FieldFacts(kind="text", datatype=datatype, shape=shape)
    kind: Kind = "tensor"
    if all(size == 1 for size in shape[1:]):
        kind = (
            "boolean"
            if datatype == "BOOL"
            else "number"
            if datatype.startswith("FP")
            else "integer"
        )
    return FieldFacts(kind=kind, datatype=datatype, shape=shape)


def _rows(example: object, names: Sequence[str]) -> Iterator[dict[str, object]]:
    """Example rows in any of the forms that MLflow saves: a table, records, arrays, one object."""
    facts = _mapping(example)
    arrays = facts.get("inputs")
    if "data" in facts:
        columns = [str(name) for name in listed(facts.get("columns"))] or names
        yield from (dict(zip(columns, listed(row), strict=False)) for row in listed(facts["data"]))
    elif isinstance(arrays, Mapping):
        for values in zip(*map(listed, arrays.values()), strict=False):
            yield dict(zip(map(str, arrays), values, strict=True))
    elif arrays is not None:
        yield from (_row(entry, names) for entry in listed(arrays))
    else:
        yield from (_row(entry, names) for entry in ([facts] if facts else listed(example)))


def _row(entry: object, names: Sequence[str]) -> dict[str, object]:
    """One record, or one entry of an array: the one input, or one value each."""
    if isinstance(entry, Mapping):
        return {str(name): value for name, value in entry.items()}
    if len(names) == 1:
        return {names[0]: entry}
    return dict(zip(names, listed(entry), strict=False))


def _yaml(content: bytes) -> Record:
    """The MLmodel file. Bounded, without references: a few lines of those can be gigabytes.

    The reader in Python on purpose: that in C ends the process at a hundred thousand open brackets.
    """
    import yaml  # type: ignore[import-untyped]

    if len(content) > _MOST_YAML:
        return {}
    try:
        if not _is_plain(yaml, content):
            return {}
        return _mapping(yaml.safe_load(content))
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}


def _is_plain(yaml: Any, content: bytes) -> bool:
    """Whether it has no references and is neither deep nor long. Raises YAMLError."""
    depth = 0
    for count, event in enumerate(yaml.parse(content, yaml.SafeLoader)):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or depth > _DEEPEST or count > _MOST_EVENTS:
            return False
    return True


def _from_run(data: Record, source: str) -> Record:
    """What a run of MLflow 2 noted of the model at that source."""
    noted = _json(_tags(data).get("mlflow.log-model.history", "").encode())
    models = [_mapping(model) for model in listed(noted)]
    fitting = [m for m in models if source.endswith("/" + (text(m.get("artifact_path")) or "?"))]
    return fitting[-1] if fitting else models[0] if len(models) == 1 else {}


def _json_in(logged: Record, part: str) -> object:
    schema = _mapping(logged.get("signature")).get(part)
    return _json(schema.encode(errors="replace")) if isinstance(schema, str) else schema


def _json(content: bytes) -> object:
    try:
        return json_of(Response(status=200, body=content)) if content else None
    except UnreadableAnswer:
        return None


def _tags(record: Record) -> dict[str, str]:
    pairs = [_mapping(tag) for tag in listed(record.get("tags"))]
    return {str(tag.get("key")): str(tag.get("value") or "") for tag in pairs}


def _aliases(registered: Record) -> dict[str, str]:
    pairs = [_mapping(alias) for alias in listed(registered.get("aliases"))]
    return {str(pair.get("alias")): text(pair.get("version")) for pair in pairs}


def _number(version: object) -> int:
    match = _NUMBER.fullmatch(text(version))
    return int(match.group(1)) if match else -1


def _mapping(value: object) -> Record:
    return value if isinstance(value, Mapping) else {}


REGISTRY = Mlflow
