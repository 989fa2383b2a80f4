"""The explainer of the embedded MDS: real Shapley values of whatever row it is sent, in alibi-explain's form."""

import json

import pytest

from tests.demo_mds.asking import Asker, filled, question, rows_of

PATH = "penguins-explainer"


def _explained(mds: Asker, row: int) -> dict:
    answer = mds.post(PATH, question(mds.metadata(PATH), [row]))
    assert answer.status_code == 200, answer.text
    (output,) = answer.json()["outputs"]
    assert (output["name"], output["datatype"], output["shape"]) == ("explanation", "BYTES", [1, 1])
    return json.loads(output["data"][0])


def test_it_says_what_it_explains_and_takes_what_that_takes(mds: Asker) -> None:
    said, model = mds.metadata(PATH), mds.metadata("penguins/versions/v2")
    assert said["outputs"][0]["parameters"]["explains"] == "penguins@v2"
    assert said["inputs"] == model["inputs"]


@pytest.mark.slow
@pytest.mark.parametrize("row", [0, 1, 24])
def test_its_amounts_add_up_to_what_the_model_answers(mds: Asker, row: int) -> None:
    data = _explained(mds, row)["data"]
    answered = mds.ask("penguins/versions/v2", [row])["predict_proba"][0]
    reached = [
        base + sum(amounts[0])
        for base, amounts in zip(data["expected_value"], data["shap_values"], strict=True)
    ]
    assert reached == pytest.approx(answered)
    assert data["raw"]["raw_prediction"][0] == pytest.approx(answered)
    assert max(range(3), key=answered.__getitem__) == data["raw"]["prediction"][0]


@pytest.mark.slow
def test_rows_are_explained_differently_and_one_row_always_alike(mds: Asker) -> None:
    first, second = (_explained(mds, row)["data"]["shap_values"] for row in (0, 1))
    assert first != second
    assert first == _explained(mds, 0)["data"]["shap_values"]


def test_it_has_the_form_and_the_headers_of_alibi_explain(mds: Asker) -> None:
    found = _explained(mds, 0)
    assert found["meta"]["name"] == "KernelShap"
    assert found["meta"]["params"]["link"] == "identity"
    data = found["data"]
    assert len(data["shap_values"]) == len(data["expected_value"]) == 3
    assert [len(amounts) for amounts in data["shap_values"]] == [1, 1, 1]
    assert len(data["shap_values"][0][0]) == len(data["feature_names"]) == 7
    assert (
        data["raw"]["instances"][0][0]
        == mds.metadata(PATH)["inputs"][0]["parameters"]["examples"][0]
    )
    ranked = data["raw"]["importances"]["aggregated"]["ranked_effect"]
    assert ranked == sorted(ranked, reverse=True)
    headers = mds.post(PATH, question(mds.metadata(PATH), [0])).headers
    assert headers["x-seldon-alibi-type"] == "explanation"
    assert headers["x-seldon-alibi-method"] == "shap_wrappers"


def test_a_missing_column_is_refused_with_its_name(mds: Asker) -> None:
    inputs = [filled(tensor, [0]) for tensor in mds.metadata(PATH)["inputs"][1:]]
    answer = mds.post(PATH, {"inputs": inputs})
    assert answer.status_code == 400
    assert "bill_length_mm" in answer.json()["error"]


def test_of_several_rows_the_first_is_explained(mds: Asker) -> None:
    answer = mds.post(PATH, question(mds.metadata(PATH), [1, 0]))
    (found,) = rows_of(answer.json())["explanation"]
    assert json.loads(found)["data"]["shap_values"] == _explained(mds, 1)["data"]["shap_values"]
