"""What a model's metadata says of whose it is and what watches it: it comes from a server, and may be anything."""

from __future__ import annotations

from typing import Any

import pytest

from mds_client.protocols.detectors import (
    detectors_of,
    drift_detectors_of,
    refusal,
    shown,
    watching,
)
from mds_client.server import Server
from mds_client.signature import ModelRef, Signature
from mds_client.signature.metadata import signature_of

LAB = Server(name="lab", url="http://lab", detectors={"churn": ["../odd but configured"]})


def _signature(name: str = "bank", output: str = "label", **words: Any) -> Signature:
    told = {"name": output, "datatype": "BYTES", "shape": [-1, 1], "parameters": words}
    return signature_of(ModelRef(server="lab", name=name), {"name": name, "outputs": [told]})


def test_metadata_says_whose_a_model_is_and_what_watches_it() -> None:
    found = _signature(owner=" Data science\n team ", detectors=["odd", "odd"], drift_detectors="d")
    assert (found.owner, found.detectors, found.drift_detectors) == (
        "Data science team",
        ("odd",),
        ("d",),
    )
    assert found.fingerprint == _signature().fingerprint
    assert (detectors_of(LAB, found), drift_detectors_of(LAB, found)) == (("odd",), ("d",))


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2026-10-01", "2026-10-01"),
        ("2026-10-01T09:30:00Z", "2026-10-01"),
        (1_790_000_000_000, "2026-09-21"),
        (2026, ""),
        (1e300, ""),
        ("last week", ""),
        (["2026-10-01"], ""),
        (None, ""),
    ],
)
def test_metadata_says_when_a_model_was_trained(said: object, day: str) -> None:
    assert _signature(trained=said).trained == day
    assert _signature(trained=said).fingerprint == _signature().fingerprint


def test_the_settings_win_over_metadata() -> None:
    told = _signature("churn", detectors=["odd"])
    assert list(detectors_of(LAB, told)) == ["../odd but configured"]
    assert refusal(LAB, "churn", "../odd but configured") == ""


@pytest.mark.parametrize(
    "name",
    [
        "",
        "../up",
        "other/penguins",
        "http://evil",
        "a b",
        "a\n",
        "\0",
        "\ud800",
        "a?b",
        "a" * 129,
        "-x",
    ],
)
def test_what_is_no_plain_name_is_refused_in_a_sentence(name: str) -> None:
    assert "names no model of its own server" in refusal(LAB, "bank", name)
    kept = shown(name)
    assert kept
    assert len(kept) <= 128
    assert kept.isprintable()
    kept.encode()
    # As it is kept it is refused just as well: a name that was cut is none of another model.
    assert refusal(LAB, "bank", kept)


def test_a_model_does_not_watch_itself_and_odd_values_are_none() -> None:
    assert "names the model itself" in refusal(LAB, "bank", "bank")
    assert refusal(LAB, "bank", "bank-outlier_2.1:a") == ""
    assert _signature(detectors=7, owner={"a": 1}).detectors == ()
    assert _signature(owner={"a": 1}).owner == ""
    assert len(_signature(detectors=[f"d{n}" for n in range(1_000)]).detectors) == 8
    assert len(_signature(owner="x" * 5_000).owner) == 200


def test_nobody_hides_a_model_by_naming_it() -> None:
    models = [
        _signature("bank", detectors=["penguins", "odd"]),
        _signature("penguins"),
        _signature("odd", output="is_outlier"),
    ]
    found = watching(
        LAB, {each.model: each for each in models} | {ModelRef(server="lab", name="x"): None}
    )
    assert found == {"odd", "../odd but configured"}
