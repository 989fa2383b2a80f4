"""Servers that a Kubernetes cluster runs: Seldon Core 1, Seldon Core 2 and KServe, by list calls only.

The cluster says what there is and in what state. Where it is called is for the operator to say: an
address that stands in the cluster is used only with `allow_status_urls`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import httpx

from mds_client.discovery.cluster_items import (
    Item,
    condition_state,
    explained_model,
    explained_predictor,
    graph_name,
    mapping_of,
    name_of,
    namespace_of,
    seldon_state,
    spec_of,
    text_of,
)
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
            page = mapping_of(json.loads(self._secrets.text(answer.text)))
            items = page.get("items")
            if not isinstance(items, list):
                raise ValueError("the answer is not a list of resources")
            yield from (item for item in items if name_of(item) and namespace_of(item))
            following = mapping_of(page.get("metadata")).get("continue")
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
        protocol = _SELDON_PROTOCOLS.get(text_of(spec_of(item).get("protocol")), "auto")
        gateway = self._configured.seldon_url
        if not gateway:
            self._no_gateway("seldondeployments", "seldon_url")
            return
        # Seldon's own protocol has no model in its path; the others name the graph's first node.
        model = name_of(item) if protocol == _PLAIN else graph_name(item) or name_of(item)
        url = f"{gateway.rstrip('/')}/seldon/{namespace_of(item)}/{name_of(item)}"
        server = self._server("sdep", item, url, protocol, model, seldon_state(item))
        predictor = explained_predictor(item)
        if predictor and protocol in (_PLAIN, _OIP):
            explainer_name = f"{name_of(item)}-{predictor}-explainer" if protocol == _OIP else model
            server = replace(
                server,
                explainer_url=f"{url}-explainer/{predictor}",
                explainers={model: explainer_name},
            )
        yield server

    def _inference_service(self, item: Item) -> Iterator[Server]:
        predictor = mapping_of(spec_of(item).get("predictor"))
        version = text_of(mapping_of(predictor.get("model")).get("protocolVersion"))
        protocol = _KSERVE_PROTOCOLS.get(version, "auto")
        url = self._service_url(item)
        if url:
            server = self._server("isvc", item, url, protocol, name_of(item), condition_state(item))
            if mapping_of(spec_of(item).get("explainer")):
                server = replace(server, explainers={name_of(item): name_of(item)})
            # The operator's secrets go to the operator's addresses only.
            yield server if self._configured.kserve_url else replace(server, headers={})
        else:
            self._no_gateway("inferenceservices", "kserve_url or allow_status_urls")

    def _service_url(self, item: Item) -> str:
        if self._configured.kserve_url:
            return _filled(self._configured.kserve_url, namespace_of(item), name_of(item))
        url = text_of(mapping_of(item.get("status")).get("url"))
        is_web = url.startswith(("http://", "https://"))
        return url.rstrip("/") if self._configured.allow_status_urls and is_web else ""

    def _server(
        self, short: str, item: Item, url: str, protocol: str, model: str, report: ModelReport
    ) -> FoundServer:
        title = f"{name_of(item)} in {namespace_of(item)}"
        server = FoundServer(
            name=f"{namespace_of(item)}.{name_of(item)}.{short}",
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
                names = reports.setdefault(namespace_of(item), {})
                names[f"{name_of(item)}{suffix}"] = condition_state(item)
                if explained := explained_model(item):
                    explainers.setdefault(namespace_of(item), {})[explained] = name_of(item)
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


def _filled(url: str, namespace: str, name: str) -> str:
    return url.replace("{namespace}", namespace).replace("{name}", name).rstrip("/")
