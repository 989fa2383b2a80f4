from __future__ import annotations

from streamlit.testing.v1 import AppTest

from mds_client import MdsClient, Server
from mds_client.discovery import Catalogue
from ui import services


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


def test_a_dead_server_hides_nothing_and_is_said(app: AppTest, built: services.Services) -> None:
    dead = MdsClient(Server(name="dead", url="http://127.0.0.1:9", title="Old cluster"))
    both = Catalogue({**built.clients, "dead": dead})
    both.refresh()
    object.__setattr__(built, "catalogue", both)
    app.run()
    assert "Old cluster" in app.warning[0].value
    assert len(app.subheader) > 5
    dead.close()
