"""A model that says nothing gets a form: by asking it, from a pasted request, from a table."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

import services
from cases.recording import predict_and_record
from mds_client.signature.facts import Facts, FieldFacts
from signatures import discovered
from ui import model_picker

WINE = [13.2, 1.8, 2.1, 11.2, 100.0, 2.6, 2.7, 0.3, 1.3, 4.4, 1.1, 3.4, 1050.0]


@pytest.fixture
def wine(predict: AppTest) -> AppTest:
    predict.query_params["model"] = "demo/wine"
    predict.run()
    assert "does not describe its inputs" in " ".join(m.value for m in predict.markdown)
    return predict


def _answered(app: AppTest) -> bool:
    (button,) = [b for b in app.button if b.label == "Predict"]
    button.click().run()
    assert not app.exception
    return any("cultivar" in h.value.lower() or h.value for h in app.header) and not app.error


def test_the_model_is_asked(wine: AppTest) -> None:
    app = wine.button(key="finding_probe").click().run()
    assert not app.exception
    assert len(app.number_input) == 13
    assert not [b for b in app.button if b.key == "finding_probe"]
    for box, value in zip(app.number_input, WINE, strict=True):
        box.set_value(value)
    assert _answered(app)


def test_a_request_is_pasted(wine: AppTest) -> None:
    rows = {"inputs": [{"name": "x", "shape": [1, 13], "datatype": "FP64", "data": WINE}]}
    wine.text_area(key="finding_text").set_value(json.dumps(rows)).run()
    app = wine.button(key="finding_text_take").click().run()
    assert not app.exception
    assert _answered(app)


def test_nonsense_is_pasted(wine: AppTest) -> None:
    wine.text_area(key="finding_text").set_value("what?").run()
    app = wine.button(key="finding_text_take").click().run()
    assert not app.exception
    assert app.warning


def test_a_table_is_shown(wine: AppTest) -> None:
    names = [f"fact {i}" for i in range(13)]
    content = ",".join(names) + "\n" + "\n".join(",".join(map(str, WINE)) for _ in range(3))
    next(f for f in wine.file_uploader if f.key == "finding_file").set_value(
        ("wine.csv", content.encode(), "text/csv")
    ).run()
    app = wine.button(key="finding_table_take").click().run()
    assert not app.exception
    assert [box.label for box in app.number_input][:2] == ["Fact 0", "Fact 1"]
    assert _answered(app)


def test_a_pasted_row_fills_the_form(wine: AppTest) -> None:
    app = wine.button(key="finding_probe").click().run()
    (text,) = [area for area in app.text_area if area.label.startswith("A row from")]
    text.set_value("\t".join(map(str, WINE))).run()
    app = app.button(key="predict_paste_take").click().run()
    assert not app.exception
    assert [box.value for box in app.number_input] == WINE
    assert _answered(app)


def test_ranges_are_learned_from_the_cases_so_far(
    predict: AppTest, built: services.Services
) -> None:
    (entry,) = [e for e in built.catalogue.entries() if str(e.ref) == "demo/wine"]
    rows = [[value * (1 + step / 100) for value in WINE] for step in range(40)]
    facts = Facts(
        source="learned",
        inputs=tuple(f"fact {i}" for i in range(13)),
        fields={f"fact {i}": FieldFacts(kind="number") for i in range(13)},
    )
    discovered.keep(built.sessions, entry.ref, facts)
    signature = model_picker.signature_of(entry)
    for number, row in enumerate(rows):
        values = {f.name: v for f, v in zip(signature.inputs, row, strict=True)}
        model = built.model(entry.ref, signature)
        predict_and_record(model, values, sessions=built.sessions, key=f"k{number}")
    predict.query_params["model"] = "demo/wine"
    app = predict.switch_page("../pages/signatures.py").run()
    app.button(key="finding_cases").click().run()
    assert not app.exception
    learned = model_picker.signature_of(entry)
    assert learned.inputs[0].typical
    assert learned.inputs[0].provenance["typical"] == "learned"
    assert [f.name for f in learned.inputs] == [f.name for f in signature.inputs]
