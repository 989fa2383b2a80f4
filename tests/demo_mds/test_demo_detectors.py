"""What watches breast-cancer in the embedded MDS: real verdicts on whatever rows it is sent, in alibi-detect's form."""

import pytest

from tests.demo_mds.asking import Asker, question

MODEL, OUTLIERS, DRIFT = "breast-cancer", "breast-cancer-outliers", "breast-cancer-drift"


def _asked(mds: Asker, detector: str, rows: range, factor: float = 1.0) -> dict[str, list]:
    """The outputs for some examples of the model, of which half have the mean texture in another unit."""
    body = question(mds.metadata(MODEL), rows)
    del body["outputs"]
    texture = next(each for each in body["inputs"] if each["name"] == "mean texture")
    texture["data"] = [n * (factor if i % 2 else 1.0) for i, n in enumerate(texture["data"])]
    answer = mds.post(detector, body)
    assert answer.status_code == 200, answer.text
    return {tensor["name"]: tensor["data"] for tensor in answer.json()["outputs"]}


def test_the_model_names_them_and_they_take_what_it_takes(mds: Asker) -> None:
    model = mds.metadata(MODEL)
    words = model["outputs"][0]["parameters"]
    assert (words["detectors"], words["drift_detectors"]) == ([OUTLIERS], [DRIFT])
    for detector, output in ((OUTLIERS, "is_outlier"), (DRIFT, "is_drift")):
        said = mds.metadata(detector)
        assert said["inputs"] == model["inputs"]
        assert said["outputs"][0]["name"] == output


@pytest.mark.slow
def test_rows_in_another_unit_are_outliers_and_others_seldom(mds: Asker) -> None:
    rows = range(24)
    usual = _asked(mds, OUTLIERS, rows)
    assert len(usual["is_outlier"]) == len(usual["instance_score"]) == 24
    assert sum(usual["is_outlier"]) <= 4
    changed = _asked(mds, OUTLIERS, rows, factor=0.1)["is_outlier"]
    assert sum(changed[1::2]) >= 10


@pytest.mark.slow
def test_drift_is_found_where_a_field_comes_in_another_unit(mds: Asker) -> None:
    rows = range(24)
    usual, changed = (_asked(mds, DRIFT, rows, factor=factor) for factor in (1.0, 0.1))
    assert (usual["is_drift"], changed["is_drift"]) == ([0], [1])
    assert len(changed["p_val"]) == len(changed["distance"]) == 30
    assert min(changed["p_val"]) < changed["threshold"][0] < min(usual["p_val"])


@pytest.mark.slow
def test_a_missing_column_is_said(mds: Asker) -> None:
    body = question(mds.metadata(MODEL), range(2))
    del body["outputs"]
    body["inputs"] = [each for each in body["inputs"] if each["name"] != "worst area"]
    answer = mds.post(OUTLIERS, body)
    assert answer.status_code >= 400
    assert "worst area" in answer.text


def test_nothing_watches_a_model_that_takes_other_columns(mds: Asker) -> None:
    for model in ("flaky", "slow"):
        assert "detectors" not in mds.metadata(model)["outputs"][0]["parameters"]
