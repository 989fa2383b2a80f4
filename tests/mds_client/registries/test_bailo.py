"""Bailo against the messages that its API documents."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from mds_client.errors import MdsError
from mds_client.signature.facts import Facts
from tests.mds_client.protocols.recorded import Reply, Route
from tests.mds_client.registries import asked

ID = "churn-ab12cd"
SUMMARY = {
    "id": ID,
    "name": "Churn",
    "description": "Likelihood of a customer leaving in 90 days.",
    "tags": ["tabular", "retention"],
    "kind": "model",
    "organisation": "Retention",
    "state": "Production",
    "visibility": "public",
    "collaborators": [{"entity": "user:alex", "roles": ["owner"]}],
    "createdAt": "2026-01-02T09:00:00.000Z",
    "updatedAt": "2026-01-20T09:00:00.000Z",
}
CARD = {
    "schemaId": "minimal-general-v10",
    "version": 7,
    "createdBy": "alex",
    "mirrored": False,
    "metadata": {
        "overview": {
            "modelSummary": "Gradient boosting on account activity.",
            "tags": ["tabular"],
            "datasets": [],
            "metrics": [{"name": "AUC", "value": 0.87}],
        }
    },
}
RELEASE = {
    "modelId": ID,
    "modelCardVersion": 7,
    "semver": "3.0.0",
    "notes": "Retrained in January.",
    "minor": False,
    "draft": False,
    "images": [{"repository": ID, "name": "serve", "tag": "v3"}],
}
UNKNOWN = Reply(
    {
        "error": {
            "name": "Not Found",
            "message": "The requested model was not found.",
            "context": {},
        }
    },
    404,
)
MODEL = ("GET", f"/api/v2/model/{ID}")
RELEASES = ("GET", f"/api/v2/model/{ID}/releases")


def search(name: str) -> Route:
    return "GET", f"/api/v2/models/search?search={name}"


DOCUMENTED = {
    search("churn"): Reply({"models": [SUMMARY]}),
    MODEL: Reply({"model": {**SUMMARY, "card": CARD}}),
    RELEASES: Reply({"releases": [RELEASE]}),
}


def facts(replies: Mapping[Route, Reply], model: str = "s/churn@3.0.0", **options: Any) -> Facts:
    found = asked.facts("bailo", replies, model, **options)
    assert found is not None
    return found


def with_models(*changes: Mapping[str, object]) -> dict[Route, Reply]:
    return {**DOCUMENTED, search("churn"): Reply({"models": [{**SUMMARY, **c} for c in changes]})}


def test_a_documented_model() -> None:
    found = facts(DOCUMENTED)
    assert found.title == "Churn"
    assert found.description == (
        "Likelihood of a customer leaving in 90 days.\n\nGradient boosting on account activity."
    )
    assert found.about["entry"].endswith(f"/model/{ID}")
    assert {name: said for name, said in found.about.items() if name != "entry"} == {
        "organisation": "Retention",
        "state": "Production",
        "owner": "alex",
        "tags": "tabular, retention",
        "release": "3.0.0",
        "release notes": "Retrained in January.",
    }


@pytest.mark.parametrize(
    ("version", "release"), [("3.0.0", "3.0.0"), ("v3.0.0", "3.0.0"), ("3", "3.0.0"), ("2", None), ("", None)]
)  # fmt: skip
def test_a_release_is_matched_or_unknown(version: str, release: str | None) -> None:
    found = facts(DOCUMENTED, f"s/churn@{version}" if version else "s/churn")
    assert found.about.get("release") == release


def test_a_card_without_its_first_form_and_releases_that_we_may_not_see() -> None:
    replies = {**DOCUMENTED, MODEL: Reply({"model": SUMMARY}), RELEASES: Reply({}, 403)}
    found = facts(replies)
    assert found.description == "Likelihood of a customer leaving in 90 days."
    assert "release" not in found.about


def test_the_settings_name_it_by_its_id() -> None:
    replies = {MODEL: DOCUMENTED[MODEL], RELEASES: DOCUMENTED[RELEASES]}
    assert facts(replies, "s/m42", entries={"s/m42": ID}).title == "Churn"


@pytest.mark.parametrize(
    "changes",
    [
        [{"name": "CHURN", "id": ID}],
        [{"name": "Other", "tags": ["mds:s/churn"]}, {"name": "Churn", "id": "another"}],
        [{"kind": "mirrored-model"}],
    ],
)
def test_it_is_found_by_name_or_tag(changes: list[dict[str, object]]) -> None:
    assert facts(with_models(*changes)).title == "Churn"


@pytest.mark.parametrize(
    "changes",
    [
        [],
        [{"name": "Churn of staff"}],
        [{"id": "a"}, {"id": "b"}],
        [{"kind": "data-card"}],
        [{"id": ""}],
        [{"name": None, "tags": 3}],
    ],
)
def test_none_is_guessed(changes: list[dict[str, object]]) -> None:
    assert asked.facts("bailo", with_models(*changes), "s/churn") is None


def test_a_model_that_went_away() -> None:
    assert asked.facts("bailo", {**DOCUMENTED, MODEL: UNKNOWN}, "s/churn") is None


@pytest.mark.parametrize("as_text", [False, True])
def test_a_section_of_the_card_describes_the_form(as_text: bool) -> None:
    words = {
        "question": "Will the customer leave?",
        "labels": ["stays", "leaves"],
        "inputs": {"tenure": {"unit": "months", "minimum": 0}},
    }
    section = json.dumps(words) if as_text else words
    card = {**CARD, "metadata": {**CARD["metadata"], "mds": section}}
    found = facts({**DOCUMENTED, MODEL: Reply({"model": {**SUMMARY, "card": card}})})
    assert (found.question, found.labels) == ("Will the customer leave?", ("stays", "leaves"))
    assert (found.fields["tenure"].unit, found.fields["tenure"].minimum) == ("months", 0.0)


@pytest.mark.parametrize(
    "card",
    [
        3,
        {"metadata": []},
        {"metadata": {"overview": 3, "mds": "{"}},
        {"metadata": {"mds": "[" * 100_000}},
        {"metadata": {"mds": {"inputs": {"a": 3, "": {}}, "labels": "no"}}},
        {"metadata": {"overview": {"modelSummary": "\x00\u202e" + "x" * 1_000_000}}},
    ],
)
def test_a_card_that_nobody_checked(card: object) -> None:
    found = facts({**DOCUMENTED, MODEL: Reply({"model": {**SUMMARY, "card": card}})})
    assert found.title == "Churn"
    assert len(found.description) < 5_000
    assert not set(found.description) & {"\x00", "\u202e"}


def test_a_refusal_is_said() -> None:
    with pytest.raises(MdsError):
        asked.facts(
            "bailo", {search("churn"): Reply({"error": {"message": "no token"}}, 401)}, "s/churn"
        )
