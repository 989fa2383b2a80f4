"""Servers that a Kubernetes cluster runs: Seldon Core 1, Seldon Core 2 and KServe, by list calls only.

The cluster says what there is and in what state. Where it is called is for the operator to say: an
address that stands in the cluster is used only with `allow_status_urls`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from mds_client.discovery.sources import FoundServer, ModelReport
from mds_client.extras import require
from mds_client.server import Server
from mds_client.transport.redaction import Secrets

log = logging.getLogger(__name__)
NAME = "kubernetes"
_PAGE = 200
_MOST_PAGES = 500
_SECONDS = 20.0
_OIP, _PLAIN = "open-inference", "seldon-core-1"
_SELDON_PROTOCOLS = {
    "": _PLAIN,
    "seldon": _PLAIN,
    "tensorflow": "tensorflow-serving",
    "kfserving": _OIP,
    "v2": _OIP,
}
_KSERVE_PROTOCOLS = {"v1": "kserve-v1", "v2": "kserve"}
_SELDON_STATES = {"Available": "READY", "Creating": "LOADING", "Failed": "UNAVAILABLE"}
_FAILED_LOADS = ("BlockedByFailedLoad", "FailedToLoad", "InvalidSpec")

Item = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of resource: where it is listed, and what it is called in a sentence."""

    group: str
    version: str
    plural: str
    title: str

    def path(self, namespace: str) -> str:
        within = f"namespaces/{namespace}/" if namespace else ""
        return f"apis/{self.group}/{self.version}/{within}{self.plural}"


_MESH = "mlops.seldon.io", "v1alpha1"
KINDS = {
    kind.plural: kind
    for kind in (
        Kind(
            group="machinelearning.seldon.io",
            version="v1",
            plural="seldondeployments",
            title="Seldon Core 1",
        ),
        Kind(group=_MESH[0], version=_MESH[1], plural="models", title="Seldon Core 2"),
        Kind(group=_MESH[0], version=_MESH[1], plural="pipelines", title="Seldon Core 2"),
        Kind(group=_MESH[0], version=_MESH[1], plural="experiments", title="Seldon Core 2"),
        Kind(
            group="serving.kserve.io",
            version="v1beta1",
            plural="inferenceservices",
            title="KServe",
        ),
    )
}
_SUFFIXES = {"models": "", "pipelines": ".pipeline", "experiments": ".experiment"}


@dataclass(frozen=True, kw_only=True)
class KubernetesSource:
    """What an operator says of a cluster.

    No `namespaces` means all that may be listed. Gateways are base URLs; what has none configured is
    not called. `mesh_url` and `kserve_url` may hold `{namespace}`, `kserve_url` also `{name}`.
    `context` is of the kubeconfig; inside a cluster the pod's own account is used.
    """

    namespaces: tuple[str, ...] = ()
    label_selector: str = ""
    kinds: tuple[str, ...] = tuple(KINDS)
    seldon_url: str = ""
    mesh_url: str = ""
    kserve_url: str = ""
    allow_status_urls: bool = False
    context: str = ""
    timeout: float = 60.0
    connect_timeout: float = 3.0
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


class Kubernetes:
    """Reads the cluster. `open_api` gives an HTTP client with the cluster's address and credentials."""

    name = NAME

    def __init__(
        self,
        configured: KubernetesSource,
        *,
        open_api: Callable[[KubernetesSource], httpx.Client] | None = None,
    ) -> None:
        unknown = set(configured.kinds) - set(KINDS)
        if unknown:
            raise ValueError(f"unknown kind {min(unknown)!r}; known: {', '.join(KINDS)}")
        if open_api is None:
            require("lightkube", "Reading a Kubernetes cluster")
        self._configured = configured
        self._open_api = open_api or cluster_api
        self._last_read: dict[
            tuple[str, str], list[Item]
        ] = {}  # as last read, by kind and namespace
        self._notes: list[str] = []
        self._secrets = Secrets()

    def read(self) -> Sequence[Server]:
        """Every server that the cluster tells of. What cannot be read stays as it was."""
        self._notes = []
        try:
            with self._open_api(self._configured) as api:
                self._read_all(api)
        except Exception as error:  # whatever is wrong with a kubeconfig or an account
            log.warning("the cluster cannot be asked: %s", error)
            self._note(
                "The Kubernetes cluster cannot be asked: its address or credentials are missing."
            )
        return list(self._servers())

    def notes(self) -> Sequence[str]:
        return tuple(dict.fromkeys(self._notes))

    def _read_all(self, api: httpx.Client) -> None:
        for plural in self._configured.kinds:
            for namespace in self._configured.namespaces or ("",):
                self._read_kind(api, KINDS[plural], namespace)

    def _read_kind(self, api: httpx.Client, kind: Kind, namespace: str) -> None:
        where = f"in the namespace {namespace}" if namespace else "in the cluster"
        key = (kind.plural, namespace)
        try:
            self._last_read[key] = list(self._items(api, kind, namespace))
        except httpx.HTTPStatusError as error:
            status = error.response.status_code
            words = self._secrets.text(error.response.text)[:300]
            log.info("listing %s %s: %s %s", kind.plural, where, status, words)
            if status == 404:
                self._last_read[key] = []
                self._note(f"{kind.title} is not installed in the cluster (no {kind.plural}).")
            elif status in (401, 403):
                self._note(f"No permission to list the {kind.plural} {where}.")
            else:
                self._note(f"The cluster failed to list the {kind.plural} {where} ({status}).")
        except (httpx.HTTPError, ValueError) as error:
            log.warning("listing %s %s: %s", kind.plural, where, error)
            self._note(f"The cluster did not answer when asked for the {kind.plural} {where}.")

    def _items(self, api: httpx.Client, kind: Kind, namespace: str) -> Iterator[Item]:
        """All pages. Raises httpx.HTTPError, or ValueError for what is no list."""
        params = {"limit": str(_PAGE)}
        if self._configured.label_selector:
            params["labelSelector"] = self._configured.label_selector
        for _ in range(_MOST_PAGES):
            answer = api.get(kind.path(namespace), params=params)
            self._learn(answer.request)
            answer.raise_for_status()
            page = _mapping(json.loads(self._secrets.text(answer.text)))
            items = page.get("items")
            if not isinstance(items, list):
                raise ValueError("the answer is not a list of resources")
            yield from (item for item in items if _name(item) and _namespace(item))
            following = _mapping(page.get("metadata")).get("continue")
            if not following:
                return
            params["continue"] = str(following)
        raise ValueError("the list does not end")

    def _learn(self, request: httpx.Request) -> None:
        """Remember the credential that was sent: a cluster, or what stands before it, may repeat it."""
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            self._secrets.add_token(value)
        elif value:
            self._secrets.add_header("authorization", f"{scheme} {value}")

    def _note(self, sentence: str) -> None:
        self._notes.append(sentence)

    # From resources to servers.

    def _servers(self) -> Iterator[Server]:
        for item in self._items_of("seldondeployments"):
            yield from self._seldon_deployment(item)
        yield from self._meshes()
        for item in self._items_of("inferenceservices"):
            yield from self._inference_service(item)

    def _items_of(self, plural: str) -> list[Item]:
        return [
            item for (kind, _), items in self._last_read.items() if kind == plural for item in items
        ]

    def _seldon_deployment(self, item: Item) -> Iterator[Server]:
        protocol = _SELDON_PROTOCOLS.get(_text(_spec(item).get("protocol")), "auto")
        gateway = self._configured.seldon_url
        if not gateway:
            self._no_gateway("seldondeployments", "seldon_url")
            return
        # Seldon's own protocol has no model in its path; the others name the graph's first node.
        model = _name(item) if protocol == _PLAIN else _graph_name(item) or _name(item)
        url = f"{gateway.rstrip('/')}/seldon/{_namespace(item)}/{_name(item)}"
        server = self._server("sdep", item, url, protocol, model, _seldon_state(item))
        predictor = _explained_predictor(item)
        if predictor and protocol in (_PLAIN, _OIP):
            explainer_name = f"{_name(item)}-{predictor}-explainer" if protocol == _OIP else model
            server = replace(
                server,
                explainer_url=f"{url}-explainer/{predictor}",
                explainers={model: explainer_name},
            )
        yield server

    def _inference_service(self, item: Item) -> Iterator[Server]:
        predictor = _mapping(_spec(item).get("predictor"))
        version = _text(_mapping(predictor.get("model")).get("protocolVersion"))
        protocol = _KSERVE_PROTOCOLS.get(version, "auto")
        url = self._service_url(item)
        if url:
            server = self._server("isvc", item, url, protocol, _name(item), _condition_state(item))
            if _mapping(_spec(item).get("explainer")):
                server = replace(server, explainers={_name(item): _name(item)})
            # The operator's secrets go to the operator's addresses only.
            yield server if self._configured.kserve_url else replace(server, headers={})
        else:
            self._no_gateway("inferenceservices", "kserve_url or allow_status_urls")

    def _service_url(self, item: Item) -> str:
        if self._configured.kserve_url:
            return _filled(self._configured.kserve_url, _namespace(item), _name(item))
        url = _text(_mapping(item.get("status")).get("url"))
        is_web = url.startswith(("http://", "https://"))
        return url.rstrip("/") if self._configured.allow_status_urls and is_web else ""

    def _server(
        self, short: str, item: Item, url: str, protocol: str, model: str, report: ModelReport
    ) -> FoundServer:
        title = f"{_name(item)} in {_namespace(item)}"
        server = FoundServer(
            name=f"{_namespace(item)}.{_name(item)}.{short}",
            url=url,
            protocol=protocol,
            title=title,
            models=(model,),
            reports={model: report},
        )
        return self._with_options(server)

    def _meshes(self) -> Iterator[Server]:
        """One server a namespace, with the names of its models, pipelines and experiments."""
        reports: dict[str, dict[str, ModelReport]] = {}
        explainers: dict[str, dict[str, str]] = {}
        for plural, suffix in _SUFFIXES.items():
            for item in self._items_of(plural):
                names = reports.setdefault(_namespace(item), {})
                names[f"{_name(item)}{suffix}"] = _condition_state(item)
                if explained := _explained(item):
                    explainers.setdefault(_namespace(item), {})[explained] = _name(item)
        if reports and not self._configured.mesh_url:
            self._no_gateway("models", "mesh_url")
            return
        for namespace, names in reports.items():
            server = FoundServer(
                name=f"{namespace}.mesh",
                url=_filled(self._configured.mesh_url, namespace, ""),
                protocol="seldon-core-2",
                title=f"Seldon Core 2 in {namespace}",
                models=tuple(sorted(names)),
                explainers=explainers.get(namespace, {}),
                reports=names,
            )
            yield self._with_options(server)

    def _with_options(self, server: FoundServer) -> FoundServer:
        return replace(
            server,
            source=NAME,
            timeout=self._configured.timeout,
            connect_timeout=self._configured.connect_timeout,
            headers=self._configured.headers,
        )

    def _no_gateway(self, plural: str, setting: str) -> None:
        self._note(
            f"There are {plural} in the cluster, but no address to call them: set {setting}."
        )


def cluster_api(configured: KubernetesSource) -> httpx.Client:
    """An HTTP client with the pod's own account, else with the kubeconfig. Raises what lightkube does."""
    from lightkube.config.client_adapter import Client, ConnectionParams
    from lightkube.config.kubeconfig import KubeConfig

    config = KubeConfig.from_env().get(context_name=configured.context or None)
    if config is None:
        raise ValueError("the kubeconfig has no current context")
    options = ConnectionParams(timeout=httpx.Timeout(_SECONDS), trust_env=False)
    return Client(config, options)


def _seldon_state(item: Item) -> ModelReport:
    status = _mapping(item.get("status"))
    state = _SELDON_STATES.get(_text(status.get("state")), "UNKNOWN")
    return ModelReport(state=state, reason=_text(status.get("description")))


def _condition_state(item: Item) -> ModelReport:
    """The state in the words of `ModelInfo`, from the conditions of Seldon Core 2 and KServe."""
    status = _mapping(item.get("status"))
    conditions = [c for c in _sequence(status.get("conditions")) if isinstance(c, Mapping)]
    by_type = {_text(c.get("type")): c for c in conditions}
    ready = _text(by_type.get("Ready", {}).get("status"))
    if _text(by_type.get("Stopped", {}).get("status")) == "True":
        return ModelReport(state="UNAVAILABLE", reason="It was stopped.")
    if ready == "True":
        return ModelReport(state="READY")
    if "Ready" not in by_type:
        return ModelReport()
    causes = [_cause(c) for c in conditions if _text(c.get("status")) != "True"]
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
    reason, message = _text(condition.get("reason")), _text(condition.get("message"))
    return ": ".join(part for part in (reason, message) if part)


def _loading(status: Item) -> tuple[str, str]:
    """KServe on loading the model: the message of the last failure, and its states."""
    model = _mapping(status.get("modelStatus"))
    message = _text(_mapping(model.get("lastFailureInfo")).get("message"))
    target = _mapping(model.get("states")).get("targetModelState")
    return message, f"{_text(model.get('transitionStatus'))} {_text(target)}"


def _filled(url: str, namespace: str, name: str) -> str:
    return url.replace("{namespace}", namespace).replace("{name}", name).rstrip("/")


def _graph_name(item: Item) -> str:
    predictors = _sequence(_spec(item).get("predictors"))
    first = _mapping(predictors[0]) if predictors else {}
    return _text(_mapping(first.get("graph")).get("name"))


def _explained_predictor(item: Item) -> str:
    """The predictor of Seldon Core 1 that has an explainer. Its address is shortened beyond 63 characters."""
    predictors = [_mapping(each) for each in _sequence(_spec(item).get("predictors"))]
    names = [_label(each.get("name")) for each in predictors if _mapping(each.get("explainer"))]
    predictor = names[0] if names else ""
    is_whole = len(f"{_name(item)}-{predictor}-explainer") <= 63
    return predictor if is_whole else ""


def _explained(item: Item) -> str:
    """The model or pipeline that a model of Seldon Core 2 explains."""
    explainer = _mapping(_spec(item).get("explainer"))
    pipeline = _label(explainer.get("pipelineRef"))
    return f"{pipeline}.pipeline" if pipeline else _label(explainer.get("modelRef"))


def _name(item: object) -> str:
    return _label(_metadata(item).get("name"))


def _namespace(item: object) -> str:
    return _label(_metadata(item).get("namespace"))


def _label(value: object) -> str:
    """A name as Kubernetes allows it, else nothing: it becomes part of an address."""
    text = _text(value)
    is_sound = text.replace("-", "").replace(".", "").isalnum() and text.isascii()
    return text if is_sound and ".." not in text and len(text) <= 253 else ""


def _metadata(item: object) -> Item:
    return _mapping(_mapping(item).get("metadata"))


def _spec(item: Item) -> Item:
    return _mapping(item.get("spec"))


def _mapping(value: object) -> Item:
    return value if isinstance(value, Mapping) else {}


def _sequence(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
