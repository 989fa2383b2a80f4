"""What is read from a cluster: list messages as documented, over HTTP, with a kubeconfig."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mds_client.discovery.sources import FoundServer, ModelReport
from mds_client.discovery.sources.kubernetes import KINDS, Kubernetes, KubernetesSource
from tests.mds_client.cluster import KSERVE, TOKEN, Api, Page, cluster, resource

CORE_1 = "/apis/machinelearning.seldon.io/v1/seldondeployments"
CORE_2 = "/apis/mlops.seldon.io/v1alpha1"
GATEWAYS = {
    "seldon_url": "http://ingress/",
    "mesh_url": "http://mesh.{namespace}",
    "kserve_url": "http://{name}.{namespace}.models",
}


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
    with cluster(tmp_path / "config") as api:
        yield api


def conditions(**types: str) -> Page:
    return {"conditions": [{"type": t, "status": s} for t, s in types.items()]}


def read(source: Kubernetes) -> list[FoundServer]:
    found = source.read()
    assert all(isinstance(server, FoundServer) for server in found)
    return list(found)  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("protocol", "expected", "model"),
    [
        (None, "seldon-core-1", "churn"),
        ("seldon", "seldon-core-1", "churn"),
        ("v2", "open-inference", "classifier"),
        ("kfserving", "open-inference", "classifier"),
        ("tensorflow", "tensorflow-serving", "classifier"),
        ("of-tomorrow", "auto", "classifier"),
    ],
)
def test_a_seldon_deployment_is_a_server_behind_the_gateway(
    api: Api, protocol: str | None, expected: str, model: str
) -> None:
    spec = {"protocol": protocol, "predictors": [{"graph": {"name": "classifier"}}]}
    address = {"url": "http://churn-main.retention.svc:8000/api/v1.0/predictions"}
    status = {"state": "Available", "address": address}
    api.pages[CORE_1] = [{"items": [resource("churn", spec, status)]}]
    (server,) = read(Kubernetes(KubernetesSource(**GATEWAYS)))
    assert server.url == "http://ingress/seldon/retention/churn"
    assert (server.protocol, server.models) == (expected, (model,))
    assert server.reports == {model: ModelReport(state="READY")}
    assert api.tokens == {f"Bearer {TOKEN}"}


def test_a_failed_seldon_deployment_says_why(api: Api) -> None:
    status = {"state": "Failed", "description": "no such image"}
    api.pages[CORE_1] = [{"items": [resource("churn", {}, status)]}]
    (server,) = read(Kubernetes(KubernetesSource(**GATEWAYS)))
    assert server.reports == {"churn": ModelReport(state="UNAVAILABLE", reason="no such image")}


def test_a_namespace_of_seldon_core_2_is_one_server(api: Api) -> None:
    failed = {
        "conditions": [
            {"type": "ModelReady", "status": "False", "reason": "ModelFailed", "message": "no pod"},
            {"type": "Ready", "status": "False"},
        ]
    }
    api.pages[f"{CORE_2}/models"] = [
        {"items": [resource("churn", {}, conditions(Ready="True")), resource("next", {}, failed)]}
    ]
    api.pages[f"{CORE_2}/pipelines"] = [{"items": [resource("triage", {}, {})]}]
    api.pages[f"{CORE_2}/experiments"] = [
        {"items": [resource("ab", {}, conditions(Ready="False"), namespace="other")]}
    ]
    mine, other = read(Kubernetes(KubernetesSource(**GATEWAYS)))
    assert (mine.url, mine.protocol) == ("http://mesh.retention", "seldon-core-2")
    assert mine.models == ("churn", "next", "triage.pipeline")
    assert mine.reports["churn"].state == "READY"
    assert mine.reports["next"] == ModelReport(state="UNAVAILABLE", reason="ModelFailed: no pod")
    assert mine.reports["triage.pipeline"].state == "UNKNOWN"
    assert other.reports == {"ab.experiment": ModelReport(state="LOADING")}


@pytest.mark.parametrize(
    ("version", "protocol"), [("v1", "kserve-v1"), ("v2", "kserve"), (None, "auto")]
)
def test_an_inference_service_speaks_what_its_spec_says(
    api: Api, version: str | None, protocol: str
) -> None:
    spec = {"predictor": {"model": {"protocolVersion": version}}}
    status = {"url": "http://evil.example", **conditions(Ready="True")}
    api.pages[KSERVE] = [{"items": [resource("churn", spec, status)]}]
    (server,) = read(Kubernetes(KubernetesSource(**GATEWAYS)))
    assert (server.url, server.protocol) == ("http://churn.retention.models", protocol)
    assert server.reports == {"churn": ModelReport(state="READY")}


def test_an_address_of_the_cluster_is_used_only_when_allowed(api: Api) -> None:
    odd = resource("odd", {}, {"url": "file:///etc/passwd"})
    api.pages[KSERVE] = [{"items": [resource("churn", {}, {"url": "http://churn.example/"}), odd]}]
    source = Kubernetes(KubernetesSource())
    assert not read(source)
    assert any("no address to call them" in note for note in source.notes())
    (server,) = read(
        Kubernetes(KubernetesSource(allow_status_urls=True, headers={"Authorization": "s"}))
    )
    assert (server.url, server.headers) == ("http://churn.example", {})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        (conditions(Ready="True", Stopped="True"), "UNAVAILABLE", "It was stopped."),
        (conditions(Ready="Unknown"), "LOADING", ""),
        ({}, "UNKNOWN", ""),
        ({"conditions": "none"}, "UNKNOWN", ""),
        (
            {
                **conditions(Ready="False"),
                "modelStatus": {
                    "transitionStatus": "BlockedByFailedLoad",
                    "lastFailureInfo": {"message": "no such bucket"},
                },
            },
            "UNAVAILABLE",
            "no such bucket",
        ),
        (
            {"conditions": [{"type": "Ready", "status": "False", "reason": "ModelScaledDown"}]},
            "UNAVAILABLE",
            "ModelScaledDown",
        ),
        (
            {"conditions": [{"type": "Ready", "status": "False", "reason": "ModelTerminating"}]},
            "UNLOADING",
            "ModelTerminating",
        ),
    ],
)
def test_states_are_in_our_words(api: Api, status: Page, state: str, reason: str) -> None:
    api.pages[KSERVE] = [{"items": [resource("m", {}, status)]}]
    (server,) = read(Kubernetes(KubernetesSource(**GATEWAYS)))
    assert server.reports == {"m": ModelReport(state=state, reason=reason)}


def test_a_long_list_is_read_page_by_page(api: Api) -> None:
    api.pages[KSERVE] = [{"items": [resource(f"m{i}")]} for i in range(3)]
    chosen = KubernetesSource(
        **GATEWAYS, kinds=("inferenceservices",), label_selector="team=retention"
    )
    assert len(read(Kubernetes(chosen))) == 3
    assert all("limit=200&labelSelector=team%3Dretention" in path for path in api.asked)


def test_only_the_named_namespaces_are_asked(api: Api) -> None:
    within = KSERVE.replace("inferenceservices", "namespaces/retention/inferenceservices")
    api.pages[within] = [{"items": [resource("m")]}]
    chosen = KubernetesSource(
        **GATEWAYS, kinds=("inferenceservices",), namespaces=("retention", "other")
    )
    assert len(read(Kubernetes(chosen))) == 1
    assert len(api.asked) == 2


def test_not_installed_and_not_permitted_are_two_things(api: Api) -> None:
    api.pages[CORE_1], api.pages[KSERVE] = 403, [{"items": [resource("m")]}]
    source = Kubernetes(KubernetesSource(**GATEWAYS))
    assert len(read(source)) == 1
    notes = source.notes()
    assert "No permission to list the seldondeployments in the cluster." in notes
    assert "Seldon Core 2 is not installed in the cluster (no models)." in notes


@pytest.mark.parametrize("broken", [500, 403, [{"items": 7}]])
def test_what_cannot_be_read_for_a_moment_stays(api: Api, broken: list[Page] | int) -> None:
    api.pages[KSERVE] = [{"items": [resource("m")]}]
    source = Kubernetes(KubernetesSource(**GATEWAYS, kinds=("inferenceservices",)))
    before = read(source)
    api.pages[KSERVE] = broken
    assert read(source) == before
    assert source.notes()
    api.pages[KSERVE] = 404
    assert not read(source)


def test_malformed_items_are_left_out(api: Api) -> None:
    odd: list[object] = [7, None, {}, {"metadata": []}, {"metadata": {"name": "x"}}]
    odd += [resource("../admin"), resource("a b"), resource("m", 7, "what"), resource("")]
    api.pages[CORE_1] = [{"items": [*odd, resource("n", {"predictors": [3]})]}]
    found = read(Kubernetes(KubernetesSource(**GATEWAYS)))
    assert [server.title for server in found] == ["m in retention", "n in retention"]


def test_no_cluster_at_all_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    source = Kubernetes(KubernetesSource())
    assert not source.read()
    assert "address or credentials are missing" in source.notes()[0]


def test_a_kind_that_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match="known: seldondeployments"):
        Kubernetes(KubernetesSource(kinds=("deployments",)))


def test_every_kind_is_in_the_guide(read_guide: Callable[[], str]) -> None:
    assert all(plural in read_guide() for plural in KINDS)


@pytest.fixture
def read_guide() -> Callable[[], str]:
    return (Path(__file__).parents[3] / "docs" / "kubernetes.md").read_text


@pytest.mark.parametrize(
    ("protocol", "explainers"),
    [("seldon", {"churn": "churn"}), ("v2", {"tree": "churn-main-explainer"})],
)
def test_a_seldon_deployments_explainer_is_beside_it_behind_the_gateway(
    api: Api, protocol: str, explainers: dict[str, str]
) -> None:
    predictor = {"name": "main", "graph": {"name": "tree"}, "explainer": {"type": "AnchorTabular"}}
    spec = {"protocol": protocol, "predictors": [{"name": "canary"}, predictor]}
    spec["predictors"][0]["graph"] = {"name": "tree"}
    api.pages[CORE_1] = [{"items": [resource("churn", spec, {})]}]
    (server,) = read(Kubernetes(KubernetesSource(**GATEWAYS)))
    assert server.explainer_url == "http://ingress/seldon/retention/churn-explainer/main"
    assert server.explainers == explainers


def test_an_inference_service_with_an_explainer_explains_itself(api: Api) -> None:
    spec = {"predictor": {"model": {"protocolVersion": "v1"}}, "explainer": {"containers": [{}]}}
    api.pages[KSERVE] = [
        {"items": [resource("churn", spec, {}), resource("sales", {"predictor": {}}, {})]}
    ]
    churn, sales = read(Kubernetes(KubernetesSource(**GATEWAYS)))
    assert churn.explainers == {"churn": "churn"}
    assert sales.explainers == {}


def test_a_model_of_core_2_says_which_model_or_pipeline_it_explains(api: Api) -> None:
    ready = conditions(Ready="True")
    items = [
        resource("churn", {}, ready),
        resource("why", {"explainer": {"type": "anchor_tabular", "modelRef": "churn"}}, ready),
        resource("how", {"explainer": {"type": "kernel_shap", "pipelineRef": "triage"}}, ready),
    ]
    api.pages[f"{CORE_2}/models"] = [{"items": items}]
    (mesh,) = read(Kubernetes(KubernetesSource(**GATEWAYS)))
    assert mesh.explainers == {"churn": "why", "triage.pipeline": "how"}


def test_a_cluster_that_repeats_the_token_tells_nobody(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    status = {"state": "Failed", "description": f"sent with Bearer {TOKEN}"}
    api.pages[CORE_1] = [{"items": [resource("churn", {}, status)]}]
    api.pages[KSERVE] = 403
    api.said = TOKEN
    source = Kubernetes(KubernetesSource(**GATEWAYS))
    (server,) = read(source)
    assert [r.reason for r in server.reports.values()] == ["sent with Bearer (hidden)"]
    assert TOKEN not in caplog.text
    assert TOKEN not in " ".join(source.notes())
