"""What the forms hold can be sent: every request is as its dialect's documents say."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mds_client.rows import checked_rows
from tests.mds_client.test_requests_against_openapi import PUBLISHED
from tests.zoo import values
from tests.zoo.animals import animal, names
from tests.zoo.published import check

pytestmark = pytest.mark.skipif(not PUBLISHED.exists(), reason="MLServer is not installed")
often = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
ALONE = ("three-hundred-fields",)


@pytest.mark.parametrize("name", names())
@often
@given(data=st.data())
def test_a_request_is_as_published(name: str, data: st.DataObject) -> None:
    found = animal(name)
    form = found.signature()
    row = data.draw(values.rows(form))
    check(found, found.speaker().predict_request(form, checked_rows(form, [row]), "r-1"))


@pytest.mark.parametrize("name", names())
def test_examples_are_sent(name: str) -> None:
    found = animal(name)
    form = found.signature()
    for row in form.example_rows:
        check(found, found.speaker().predict_request(form, checked_rows(form, [row]), "r-1"))
