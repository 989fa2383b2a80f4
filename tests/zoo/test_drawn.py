"""Every form is drawn: a widget for each field, which holds what it was opened with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from mds_client.signature import Field, Values
from mds_client.signature.checks import is_missing
from tests.zoo import values
from tests.zoo.animals import animal, names

few = settings(
    max_examples=2,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def _page() -> None:
    """A page with nothing but the form."""
    import streamlit as st

    from tests.zoo.animals import animal
    from ui import form

    found = animal(st.session_state["animal"]).signature()
    st.session_state["held"] = form.draw(found, st.session_state["opened_with"], "zoo")


def drawn(name: str, opened_with: Values) -> AppTest:
    page = AppTest.from_function(_page, default_timeout=60)
    page.session_state["animal"] = name
    page.session_state["opened_with"] = opened_with
    page.run()
    assert not page.exception, [each.value for each in page.exception]
    return page


def _keys(page: AppTest) -> Iterator[str]:
    """The keys of all widgets; an identity ends in them."""
    for element in page.main:
        identity = getattr(getattr(element, "proto", None), "id", "")
        if isinstance(identity, str) and identity.startswith("$$"):
            yield identity.split("-", 2)[2]


def _is_drawn(field: Field, keys: list[str]) -> bool:
    """Some widgets put a word before or behind the key of their field."""
    wanted = f"zoo_{field.name}"
    near = (f"{wanted}_", f" of {wanted}")
    return any(k == wanted or k.startswith(near[0]) or k.endswith(near[1]) for k in keys)


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_there_is_a_widget_for_every_field(name: str) -> None:
    form = animal(name).signature()
    opened_with = next(iter(form.example_rows), {})
    page = drawn(name, opened_with)
    keys = list(_keys(page))
    assert [field.name for field in form.inputs if not _is_drawn(field, keys)] == []
    held = page.session_state["held"]
    assert held.keys() == {field.name for field in form.inputs}
    assert not opened_with or form.check(held) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in names() if "hundred" not in name])
@few
@given(data=st.data())
def test_a_form_holds_what_it_was_opened_with(name: str, data: st.DataObject) -> None:
    form = animal(name).signature()
    row = data.draw(values.rows(form))
    held = drawn(name, row).session_state["held"]
    assert form.check(held) == []
    for field in form.inputs:
        assert is_missing(row[field.name]) == is_missing(held[field.name]), field.name
