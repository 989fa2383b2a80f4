"""The signatures page on the real embedded server: edit, see, test, publish, restore, export and import."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

import services
from cases.recording import predict_and_record
from db.engine import writing
from mds_client.signature import ModelRef
from mds_client.signature.facts import FieldFacts
from signatures import overlay
from signatures.overlay import EMPTY, history
from tests.recorded import add_case

pytestmark = pytest.mark.usefixtures("named")

PENGUINS = ModelRef(server="demo", name="penguins")
WINE = ModelRef(server="demo", name="wine")


@pytest.fixture
def signatures_page(app: AppTest) -> AppTest:
    """The app on its Signature page."""
    app.query_params["model"] = "demo/penguins@v2"
    return app.switch_page("../pages/signatures.py").run()


def widget(app: AppTest, name: str) -> str:
    """The key of a widget of the draft that is open now."""
    (draft,) = app.session_state["signature_drafts"].values()
    return str(draft.widget(name))


def edit(app: AppTest, row: int, cells: Mapping[str, object]) -> AppTest:
    """As typing into cells of the table does."""
    key = widget(app, "fields")
    state = app.session_state[key]
    rows = {**state["edited_rows"], row: {**state["edited_rows"].get(row, {}), **cells}}
    app.session_state[key] = {**state, "edited_rows": rows}
    return app.run()


def press(app: AppTest, name: str) -> AppTest:
    return app.button(key=widget(app, name)).click().run()


def words(app: AppTest) -> str:
    """Everything that the page says."""
    parts = [*app.markdown, *app.caption, *app.warning, *app.error, *app.subheader]
    return "\n".join(part.value.replace("\\", "") for part in parts)


def labels(app: AppTest) -> list[str]:
    return [box.label for box in (*app.number_input, *app.get("button_group"))]


def publish(app: AppTest, label: str = "Beak") -> AppTest:
    edit(app, 0, {"label": label})
    app.text_input(key=widget(app, "comment")).set_value("Clearer")
    return press(app, "publish")


def test_the_page_shows_the_signature_and_its_form(signatures_page: AppTest) -> None:
    assert not signatures_page.exception
    assert signatures_page.title[0].value == "What does the model take?"
    (table,) = (frame.value for frame in signatures_page.dataframe)
    assert "bill_length_mm" in set(table["field"])
    assert "No changes yet." in words(signatures_page)
    assert "Preview of the form" in words(signatures_page)
    assert signatures_page.button(key=widget(signatures_page, "publish")).disabled


def test_an_edit_shows_in_the_form_and_is_told_in_words(signatures_page: AppTest) -> None:
    first = signatures_page.dataframe[0].value["field"].iloc[0]
    edit(signatures_page, 0, {"label": "Beak *length*", "low": 30, "high": 60})
    assert f"{first}: label:" in words(signatures_page)
    assert "→ Beak *length*" in words(signatures_page)
    assert any(
        "Beak" in label
        for label in [box.label for box in signatures_page.number_input] + labels(signatures_page)
    )
    edit(signatures_page, 0, {"label": None})
    assert "Beak" not in words(signatures_page)
    assert "usual range" in words(signatures_page)


def test_a_half_of_a_range_is_asked_for(signatures_page: AppTest, built: services.Services) -> None:
    signatures_page.query_params["model"] = "demo/wine"
    signatures_page.run()
    signatures_page.text_area(key=widget_of(signatures_page, WINE, "inputs")).set_value(
        "alcohol"
    ).run()
    key = widget_of(signatures_page, WINE, "fields")
    signatures_page.session_state[key] = {
        "edited_rows": {0: {"low": 3}}, "added_rows": [], "deleted_rows": []
    }  # fmt: skip
    assert "a usual range has two ends" in words(signatures_page.run())


def widget_of(app: AppTest, ref: ModelRef, name: str) -> str:
    return str(app.session_state["signature_drafts"][f"{ref.server}/{ref.name}"].widget(name))


def test_a_published_label_is_on_predict_at_once(
    signatures_page: AppTest, built: services.Services
) -> None:
    publish(signatures_page)
    assert not signatures_page.exception
    (version,) = history(built.sessions, PENGUINS)
    assert (version.number, version.comment, version.author) == (1, "Clearer", "test@example.com")
    assert "No changes yet." in words(signatures_page)
    assert "Version 1" in words(signatures_page)
    signatures_page.switch_page("../pages/predict.py").run()
    assert any("Beak" in label for label in labels(signatures_page))


@pytest.mark.slow
def test_two_presses_are_one_version(signatures_page: AppTest, built: services.Services) -> None:
    """A double click reaches us as a second run with the draft of the first."""
    edit(signatures_page, 0, {"label": "Beak"})
    drafts, key = (
        signatures_page.session_state["signature_drafts"],
        widget(signatures_page, "fields"),
    )
    table = signatures_page.session_state[key]
    kept = dict(drafts)
    press(signatures_page, "publish")
    signatures_page.session_state["signature_drafts"] = kept
    signatures_page.session_state[key] = table
    press(signatures_page.run(), "publish")
    assert not signatures_page.exception
    assert len(history(built.sessions, PENGUINS)) == 1


def test_of_two_people_the_second_keeps_everything(
    signatures_page: AppTest, built: services.Services
) -> None:
    edit(signatures_page, 0, {"label": "Beak"})
    theirs = replace(EMPTY, question="Which bird is it?")
    overlay.publish(built.sessions, PENGUINS, theirs, author="ben", key="b", based_on=0)
    press(signatures_page, "publish")
    assert "ben published version 1 while you were editing" in words(signatures_page)
    assert "→ Beak" in words(signatures_page)
    press(signatures_page, "rebase")
    press(signatures_page, "publish")
    assert [view.number for view in history(built.sessions, PENGUINS)] == [2, 1]
    assert overlay.current(built.sessions, PENGUINS) == replace(
        theirs, fields={first_field(built): FieldFacts(label="Beak")}
    )


def first_field(built: services.Services) -> str:
    entry = built.catalogue.find(replace(PENGUINS, version="v2"))
    assert entry is not None
    assert entry.signature is not None
    return entry.signature.inputs[0].name


def test_somebody_without_changes_follows(
    signatures_page: AppTest, built: services.Services
) -> None:
    theirs = replace(EMPTY, question="Which bird is it?")
    overlay.publish(built.sessions, PENGUINS, theirs, author="ben", key="b", based_on=0)
    signatures_page.run()
    assert "while you were editing" not in words(signatures_page)
    assert "Which bird is it?" in words(signatures_page)


def test_a_failed_publish_keeps_what_was_typed(
    signatures_page: AppTest, built: services.Services
) -> None:
    edit(signatures_page, 0, {"label": "Beak"})
    signatures_page.text_input(key=widget(signatures_page, "comment")).set_value("Clearer")
    with writing(built.sessions) as session:
        session.execute(text("ALTER TABLE overlays RENAME COLUMN comment TO gone"))
    press(signatures_page, "publish")
    assert "Your changes are still here" in words(signatures_page)
    with writing(built.sessions) as session:
        session.execute(text("ALTER TABLE overlays RENAME COLUMN gone TO comment"))
    signatures_page.run()
    assert "→ Beak" in words(signatures_page)
    assert signatures_page.text_input(key=widget(signatures_page, "comment")).value == "Clearer"
    press(signatures_page, "publish")
    assert history(built.sessions, PENGUINS)[0].comment == "Clearer"


def test_what_was_typed_is_there_after_another_page(signatures_page: AppTest) -> None:
    edit(signatures_page, 0, {"label": "Beak"})
    signatures_page.text_input(key=widget(signatures_page, "question")).set_value(
        "Which bird?"
    ).run()
    signatures_page.switch_page("../pages/models.py").run()
    signatures_page.switch_page("../pages/signatures.py").run()
    assert "→ Beak" in words(signatures_page)
    assert (
        signatures_page.text_input(key=widget(signatures_page, "question")).value == "Which bird?"
    )
    assert signatures_page.dataframe[0].value["label"].iloc[0] == "Beak"
    press(signatures_page, "discard")
    assert "No changes yet." in words(signatures_page)


def test_a_version_is_restored_as_a_new_one(
    signatures_page: AppTest, built: services.Services
) -> None:
    publish(signatures_page, "Beak")
    publish(signatures_page, "Bill")
    press(signatures_page, "restore_1")
    assert history(built.sessions, PENGUINS)[0].comment == "Back to version 1"
    press(signatures_page, "restore_0")
    assert overlay.current(built.sessions, PENGUINS) == EMPTY
    assert "Back to what the sources say" in words(signatures_page)
    edit(signatures_page, 0, {"label": "Beak"})
    assert signatures_page.button(key=widget(signatures_page, "restore_1")).disabled


def test_contradictions_are_said_and_not_published(signatures_page: AppTest) -> None:
    edit(signatures_page, 0, {"minimum": 5, "maximum": 1, "pattern": "a("})
    assert "the minimum is above the maximum" in words(signatures_page)
    assert "the pattern cannot be read" in words(signatures_page)
    assert signatures_page.button(key=widget(signatures_page, "publish")).disabled


def test_what_the_server_cannot_take_is_said(signatures_page: AppTest) -> None:
    edit(signatures_page, 0, {"kind": "image"})
    assert "kind image is ignored" in words(signatures_page)


def test_a_guess_is_confirmed_with_one_click(
    signatures_page: AppTest, built: services.Services
) -> None:
    overlay.publish(
        built.sessions, WINE, replace(EMPTY, title="Wine"), author="a", key="k", based_on=0
    )
    signatures_page.query_params["model"] = "demo/wine"
    signatures_page.run()
    assert "Nobody declared" in words(signatures_page)
    signatures_page.button(key=widget_of(signatures_page, WINE, "confirm_all")).click().run()
    assert "Every fact was declared, or confirmed by a person" in words(signatures_page)
    assert "kind: tensor (confirmed)" in words(signatures_page)


def test_a_model_that_says_nothing_gets_a_form(
    signatures_page: AppTest, built: services.Services
) -> None:
    signatures_page.query_params["model"] = "demo/wine"
    signatures_page.run()
    names = [f"column {number}" for number in range(13)]
    signatures_page.text_area(key=widget_of(signatures_page, WINE, "inputs")).set_value(
        "\n".join(names)
    ).run()
    assert not signatures_page.exception
    assert len(signatures_page.dataframe[0].value) == 13
    assert len(signatures_page.number_input) == 13
    assert "column 9: a new field, number" in words(signatures_page)
    signatures_page.button(key=widget_of(signatures_page, WINE, "publish")).click().run()
    signatures_page.query_params["model"] = "demo/wine"
    signatures_page.switch_page("../pages/predict.py").run()
    for box, value in zip(
        signatures_page.number_input, [13.2, 1.78, 2.14, 11.2, 100, 2.65, 2.76, 0.26, 1.28, 4.38, 1.05, 3.4, 1050], strict=True,
    ):  # fmt: skip
        box.set_value(float(value))
    next(b for b in signatures_page.button if b.label == "Predict").click().run()
    assert signatures_page.header[0].value == "Class 0"


def test_the_last_requests_are_asked_again(
    signatures_page: AppTest, built: services.Services
) -> None:
    signatures_page.button(key="signature_test").click().run()
    assert "There are no past requests of this model" in words(signatures_page)
    entry = built.catalogue.find(replace(PENGUINS, version="v2"))
    assert entry is not None
    assert entry.signature is not None
    row = entry.signature.example_rows[0]
    add_case(built.sessions, server="demo", entered=row, version="v2")
    add_case(built.sessions, server="demo", entered={"unknown": 1}, version="v2")
    signatures_page.button(key="signature_test").click().run()
    assert "1 of the last 2 requests no longer works" in words(signatures_page)
    outcomes = list(signatures_page.dataframe[-1].value["Result"])
    assert outcomes[1].startswith("OK: ")
    assert outcomes[0].startswith("Can no longer be sent: ")
    edit(signatures_page, 0, {"label": "Beak"})
    assert "This test ran before your latest edit" in words(signatures_page)


def test_a_file_becomes_changes(signatures_page: AppTest, built: services.Services) -> None:
    name = first_field(built)
    schema = {"properties": {name: {"type": "number", "title": "Beak", "unit": "cm"}}}
    upload = signatures_page.get("file_uploader")[-1]
    upload.upload("schema.json", json.dumps(schema).encode(), "application/json").run()
    assert not signatures_page.exception
    assert "→ Beak" in words(signatures_page)
    assert signatures_page.dataframe[0].value["label"].iloc[0] == "Beak"


def test_a_broken_file_is_a_sentence(signatures_page: AppTest) -> None:
    upload = signatures_page.get("file_uploader")[-1]
    upload.upload("x.json", b"{'no'", "application/json").run()
    assert "The file is not JSON" in words(signatures_page)
    assert "No changes yet." in words(signatures_page)


@pytest.mark.slow
@pytest.mark.parametrize(
    "model", ["breast-cancer", "digits", "speech", "language-id", "ocr", "wine", "flaky"]
)
def test_every_modality_has_a_signature_page(signatures_page: AppTest, model: str) -> None:
    signatures_page.query_params["model"] = f"demo/{model}"
    signatures_page.run()
    assert not signatures_page.exception
    assert not signatures_page.error
    assert "field" in signatures_page.dataframe[0].value
    key = widget_of(signatures_page, ModelRef(server="demo", name=model), "fields")
    state = signatures_page.session_state[key]
    signatures_page.session_state[key] = {**state, "edited_rows": {0: {"label": "Something"}}}
    signatures_page.run()
    assert "Something" in words(signatures_page)


@pytest.mark.slow
@pytest.mark.parametrize(
    "said",
    [
        {"year": FieldFacts(kind="category", choices=(2007, 2008, 2009))},
        {"island": FieldFacts(choice_labels=("B", "D", "T"))},
        {"island": FieldFacts(required=False)},
        {"sex": FieldFacts(kind="text")},
        {"bill_length_mm": FieldFacts(required=False, format="currency", minimum=60.0)},
    ],
    ids=str,
)
def test_a_form_that_is_open_meanwhile_goes_on(
    predict: AppTest, built: services.Services, said: dict[str, FieldFacts]
) -> None:
    predict.query_params["model"] = "demo/penguins@v2"
    predict.run()
    overlay.publish(
        built.sessions, PENGUINS, replace(EMPTY, fields=said), author="b", key="k", based_on=0
    )
    predict.run()
    assert not predict.exception
    assert not predict.error
    assert "Predict" in [button.label for button in predict.button]


def test_a_published_title_is_on_the_cards(app: AppTest, built: services.Services) -> None:
    said = replace(EMPTY, title="Birds of *Palmer*", question="Which bird is it?")
    overlay.publish(built.sessions, PENGUINS, said, author="b", key="k", based_on=0)
    app.run()
    assert "Birds of \\*Palmer\\*" in {found.value for found in app.subheader}
    assert "Which bird is it?" in {found.value for found in app.markdown}


def test_an_edit_stays_with_its_field_when_the_model_has_other_ones(
    signatures_page: AppTest, built: services.Services
) -> None:
    edit(signatures_page, 1, {"label": "Depth of the beak"})
    name = signatures_page.dataframe[0].value["field"].iloc[1]
    newest = built.catalogue.find(replace(PENGUINS, version="v2"))
    assert newest is not None
    assert newest.signature is not None
    turned = replace(newest.signature, inputs=newest.signature.inputs[::-1])
    object.__setattr__(newest, "signature", turned)
    object.__setattr__(newest, "info", replace(newest.info, state="UNREACHABLE"))
    signatures_page.run()
    assert signatures_page.dataframe[0].value["field"].iloc[-2] == name
    assert f"{name}: label:" in words(signatures_page)
    assert words(signatures_page).count("→ Depth of the beak") == 1


def test_a_person_says_which_output_is_the_answer_and_sees_the_last_answers(
    signatures_page: AppTest, built: services.Services
) -> None:
    model = built.model(replace(PENGUINS, version="v2"))
    (example, *_) = model.signature().example_rows
    asked = predict_and_record(model, example, sessions=built.sessions, key="k")
    assert asked.case.answer_label
    signatures_page.run()
    last = signatures_page.dataframe[-1].value
    assert list(last["Answer"]) == [asked.case.answer_label]
    assert list(last["How sure"]) != [""]
    signatures_page.selectbox(key=widget(signatures_page, "answer")).set_value("predict").run()
    last = signatures_page.dataframe[-1].value
    assert list(last["Answer"]) == [asked.case.answer_label]
    assert list(last["How sure"]) == [""]
    assert "the answer: none → predict" in words(signatures_page)
    press(signatures_page, "publish")
    assert not signatures_page.exception
    found = overlay.current(built.sessions, PENGUINS)
    assert found is not None
    assert (found.answer, found.probability) == ("predict", "")
