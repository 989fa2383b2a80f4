from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler

import httpx
import streamlit as st
from streamlit.testing.v1 import AppTest

import services
from cases.recording import predict_and_record
from db.engine import writing
from db.health_standings import StandingView, replace_all
from mds_client import MdsClient, ModelRef, Server
from mds_client.discovery import Catalogue
from mds_client.signature.facts import Facts, FieldFacts
from signatures.overlay import publish
from tests.mds_client import faults
from tests.pages.conftest import ROOT
from ui.catalogue import MOST_CARDS


def test_every_model_has_a_card_that_says_what_it_answers(app: AppTest) -> None:
    app.run()
    assert not app.exception
    titles = {found.value for found in app.subheader}
    assert {"Breast cancer", "Penguins", "Handwritten digits", "Speech in recordings"} <= titles
    assert "Which digit is in the picture?" in {text.value for text in app.markdown}
    assert any("2 versions" in caption.value for caption in app.caption)


def test_a_search_leaves_what_it_finds(app: AppTest) -> None:
    app.run().text_input(key="models_search").set_value("which digit").run()
    assert [found.value for found in app.subheader] == ["Handwritten digits"]
    app.text_input(key="models_search").set_value("zebra").run()
    assert not app.subheader
    assert "No model matches" in app.info[0].value


def test_what_people_published_is_found_and_counted(app: AppTest, built: services.Services) -> None:
    """A silent model gets its fields, a title and a question from an overlay: the card has them all."""
    app.run()
    assert "Inputs not described" in kinds_of(app)
    fields = {"a": FieldFacts(kind="number", label="Malic acid"), "b": FieldFacts(kind="number")}
    facts = Facts(
        source="edited", title="Zebra cellar", question="Which grape?", inputs=("a", "b"),
        fields=fields,
    )  # fmt: skip
    wine = ModelRef(server="demo", name="wine")
    seen = next(iter(built._narrowed.values()), built)  # as the page
    publish(seen.sessions, wine, facts, author="ada", key="k", based_on=0)
    for words in ("zebra", "which grape", "malic demo/wine"):
        app.text_input(key="models_search").set_value(words).run()
        assert [found.value for found in app.subheader] == ["Zebra cellar"], words
    assert "Table, 2 fields" in kinds_of(app)
    app.text_input(key="models_search").set_value("zebra digits").run()
    assert not app.subheader


def kinds_of(app: AppTest) -> list[str]:
    """What each card says that its model takes, without the icon."""
    return [c.value.partition(" ")[2] for c in app.caption if c.value.startswith(":material/")]


def test_a_search_forgives_typing_and_filters_narrow_it(app: AppTest) -> None:
    app.run().text_input(key="models_search").set_value("tumor").run()
    found = {found.value for found in app.subheader}
    assert found == {"Breast cancer", "Breast cancer, flaky", "Breast cancer, slow"}
    app.text_input(key="models_search").set_value("digtis").run()
    assert [found.value for found in app.subheader] == ["Handwritten digits"]
    app.text_input(key="models_search").set_value("sound").run()  # as the filter calls it
    assert [found.value for found in app.subheader] == ["Speech in recordings"]
    app.text_input(key="models_search").set_value("").run()
    app.button_group(key="models_kind").set_value("picture").run()
    assert {found.value for found in app.subheader} == {"Handwritten digits", "Text in pictures"}


def test_models_are_chosen_by_their_health_and_their_server(
    app: AppTest, built: services.Services
) -> None:
    words = {"digits": "Act", "penguins": "Healthy", "ocr": "Healthy"}
    standings = [standing_of(model, word) for model, word in words.items()]
    standings[0] = replace(standings[0], demonstration=3)
    with writing(built.figures) as session:
        replace_all(session, standings)
    app.run()
    (marked,) = (each.value for each in app.markdown if "Demonstration" in each.value)
    assert marked.startswith(":gray-badge[")
    assert list(app.button_group(key="models_health").options) == [
        "Act 1", "Healthy 2", "No figures yet 8",
    ]  # fmt: skip
    app.button_group(key="models_health").set_value("Act").run()
    assert [found.value for found in app.subheader] == ["Handwritten digits"]
    app.text_input(key="models_search").set_value("text").run()
    assert not app.subheader
    assert "No model matches" in app.info[0].value
    app.button_group(key="models_health").set_value("Healthy").run()
    assert [found.value for found in app.subheader] == ["Text in pictures"]


def test_a_choice_stands_in_the_address_and_opens_from_it(app: AppTest) -> None:
    app.run().button_group(key="models_kind").set_value("picture").run()
    app.text_input(key="models_search").set_value("digit").run()
    assert app.query_params == {"kind": "picture", "search": "digit"}
    again = AppTest.from_file(str(ROOT / "ui" / "main.py"), default_timeout=30)  # as after a reload
    again.query_params.update({"kind": "picture", "search": "digit", "state": "no such state"})
    again.run()
    assert not again.exception
    assert [found.value for found in again.subheader] == ["Handwritten digits"]
    assert again.button_group(key="models_kind").value == "picture"
    again.text_input(key="models_search").set_value("").run()
    assert again.query_params["kind"] == "picture"
    assert "search" not in again.query_params
    assert {f.value for f in again.subheader} == {"Handwritten digits", "Text in pictures"}
    again.button_group(key="models_kind").set_value(None).run()
    assert "kind" not in again.query_params
    assert len(again.subheader) > 5


def test_what_the_address_asks_for_and_no_model_is_is_said_and_can_be_taken_away(
    app: AppTest,
) -> None:
    app.query_params.update({"health": "blue", "kind": "picture"})
    app.run()
    assert [each.value for each in app.warning] == [
        "The address asks for “Health: blue”, which is not known here, so it filters nothing."
    ]
    assert {f.value for f in app.subheader} == {"Handwritten digits", "Text in pictures"}
    app.button(key="unknown_without_health").click().run()
    assert not app.warning
    assert app.query_params == {"kind": "picture"}


def test_a_choice_counts_what_the_other_choices_leave(
    app: AppTest, built: services.Services
) -> None:
    with writing(built.figures) as session:
        replace_all(session, [standing_of("digits", "Act"), standing_of("penguins", "Healthy")])
    app.run().button_group(key="models_kind").set_value("picture").run()
    assert list(app.button_group(key="models_health").options) == [
        "Act 1", "Healthy 0", "No figures yet 1",
    ]  # fmt: skip
    kinds = list(app.button_group(key="models_kind").options)
    assert any(each.endswith("Picture 2") for each in kinds), kinds  # its own choice hides nothing
    assert len({each.rpartition(" ")[2] for each in kinds}) > 1
    app.button_group(key="models_health").set_value("Healthy").run()
    assert not app.subheader


def test_models_are_chosen_by_server_and_state(app: AppTest, built: services.Services) -> None:
    server = Server(name="fleet", url="http://fleet", protocol="open-inference", title="Fleet")
    with MdsClient(server, transport=httpx.MockTransport(one_loading)) as client:
        install(built, *built.clients.values(), client)
        app.run()
        app.button_group(key="models_server").set_value("fleet").run()
        assert {found.value for found in app.subheader} == {"Early", "Late"}
        app.button_group(key="models_state").set_value("Not ready").run()
        assert [found.value for found in app.subheader] == ["Late"]


def one_loading(request: httpx.Request) -> httpx.Response:
    if request.url.path.endswith("/index"):
        return httpx.Response(
            200, json=[{"name": "early", "state": "READY"}, {"name": "late", "state": "LOADING"}]
        )
    return httpx.Response(404)


def standing_of(model: str, word: str) -> StandingView:
    return StandingView(
        server="demo", model=model, computed_at=datetime.now(UTC), word=word, sentence="As before.",
        value=None, low=None, high=None, n=0, acknowledged_by="",
    )  # fmt: skip


def test_what_somebody_uses_comes_first_and_counts_are_said(
    app: AppTest, built: services.Services
) -> None:
    app.run()
    assert app.subheader[0].value == "Breast cancer"
    assert any("demo/penguins" in c.value and "not asked yet" in c.value for c in app.caption)
    model = built.model(ModelRef(server="demo", name="penguins", version="v2"))
    row = model.signature().example_rows[0]
    predict_and_record(model, row, sessions=built.sessions, key="one")
    st.cache_data.clear()
    app.run()
    assert app.subheader[0].value == "Penguins"
    assert any("demo/penguins" in c.value and "asked 1×" in c.value for c in app.caption)


def test_a_card_says_when_its_newest_version_was_trained(app: AppTest) -> None:
    app.run()
    facts = [c.value for c in app.caption if "demo/penguins" in c.value]
    assert re.search(r"2 versions · v2 trained \d+ \w+ 20\d\d", facts[0])
    assert not [
        c.value for c in app.caption if "demo/sentiment" in c.value and "trained" in c.value
    ]


def test_a_dead_server_hides_nothing_and_is_said(app: AppTest, built: services.Services) -> None:
    dead = MdsClient(Server(name="dead", url="http://127.0.0.1:9", title="Old cluster"))
    both = Catalogue({**built.clients, "dead": dead})
    both.refresh()
    object.__setattr__(built, "catalogue", both)
    app.run()
    assert "Old cluster" in app.warning[0].value
    assert len(app.subheader) > 5
    dead.close()


def test_a_server_that_lets_nobody_in_is_said_with_what_to_do(
    app: AppTest, built: services.Services
) -> None:
    with faults.misbehaving(faults.answers(401, "")) as url:
        with MdsClient(Server(name="vault", url=url, title="Vault")) as client:
            install(built, client)
            app.run()
    said = app.warning[0].value
    assert "The server “Vault” refused access" in said
    assert "set credentials for this server" in said
    assert "**Access refused**" in "".join(text.value for text in app.markdown)


def install(built: services.Services, *clients: MdsClient) -> None:
    """The app with another catalogue."""
    catalogue = Catalogue({client.server.name: client for client in clients})
    catalogue.refresh()
    object.__setattr__(built, "catalogue", catalogue)


def fleet(request: httpx.Request) -> httpx.Response:
    if request.method == "POST":
        return httpx.Response(200, json=[{"name": f"m-{i:04}"} for i in range(1000)])
    return httpx.Response(404)


def test_of_many_models_the_first_are_drawn_and_the_rest_counted(
    app: AppTest, built: services.Services
) -> None:
    server = Server(name="fleet", url="http://fleet", protocol="open-inference")
    with MdsClient(server, transport=httpx.MockTransport(fleet)) as client:
        install(built, client)
        app.run()
        assert len(app.subheader) == MOST_CARDS
        assert app.caption[-1].value == "and 976 more: search to narrow down"
        app.text_input(key="models_search").set_value("m-0999").run()
        assert [found.value for found in app.subheader] == ["M 0999"]


def test_a_server_says_how_it_was_recognised(app: AppTest) -> None:
    app.run()
    words = " ".join(found.value for found in app.markdown)
    assert "/v2" in words
    assert "Answers since 20" in words


def hostile(request: httpx.Request) -> httpx.Response:
    return httpx.Response(404, text="[click](http://evil.example) <b>now</b>")


def test_what_a_server_says_of_itself_is_plain_text(app: AppTest, built: services.Services) -> None:
    server = Server(name="odd", url="http://odd", title="Odd *one*")
    with MdsClient(server, transport=httpx.MockTransport(hostile)) as client:
        install(built, client)
        app.run()
        assert not app.exception
        words = " ".join(found.value for found in app.markdown)
        assert "Unknown protocol" in words
        assert "\\[click\\]" in words
        assert "\\<b>" in words


def test_what_a_server_has_and_cannot_be_asked_is_said_with_the_reason(
    app: AppTest, built: services.Services
) -> None:
    body = {"content": {"application/xml": {"schema": {"type": "object"}}}}
    paths = {"/predict_xml": {"post": {"requestBody": body}}}
    document = json.dumps({"openapi": "3.1.0", "paths": paths})
    with faults.misbehaving(only("/openapi.json", document)) as url:
        with MdsClient(Server(name="silent", url=url)) as silent:
            both = Catalogue({**built.clients, "silent": silent})
            both.refresh()
            object.__setattr__(built, "catalogue", both)
            built._narrowed.clear()
            app.run()
    said = [text.value for text in app.markdown]
    assert any("POST /predict_xml" in text and "application/xml" in text for text in said)


def only(path: str, body: str) -> faults.Behaviour:
    """A server with one route."""

    def behave(handler: BaseHTTPRequestHandler) -> None:
        faults.answers(*((200, body) if handler.path == path else (404, "{}")))(handler)

    return behave
