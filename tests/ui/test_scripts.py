"""What runs in the browser costs the server next to nothing."""

from __future__ import annotations

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from ui import session


def _page() -> None:
    import streamlit as st

    from ui import scripts

    scripts.run("links", "frame_links", {"pages": []})
    st.number_input("A number", key="number")
    key = scripts.state_key("links", "frame_links")
    st.text(
        [key in st.session_state, key in list(st.session_state), "number" in list(st.session_state)]
    )


def test_a_box_for_a_number_does_not_make_the_state_of_every_script_anew() -> None:
    """Should this fail with a later Streamlit, look at `filtered_state`: each box asks for it."""
    app = AppTest.from_function(_page, default_timeout=30).run().run()
    assert not app.exception
    is_kept, is_listed, is_number_listed = app.text[0].value.strip("[]").split(", ")
    assert (is_kept, is_listed, is_number_listed) == ("True", "False", "True")


def test_headers_are_read_once_while_a_page_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    monkeypatch.setattr(
        type(st.context), "headers", property(lambda _: read.append(1) or {"A": str(len(read))})
    )
    monkeypatch.setattr(type(st.context), "cookies", property(lambda _: {}))
    with session.one_run():
        assert session._sent() == session._sent() == ({"A": "1"}, {})
    assert session._sent() == ({"A": "2"}, {})
    assert session._sent() == ({"A": "3"}, {})
