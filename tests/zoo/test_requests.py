"""What the forms hold can be sent: every request is as its protocol's documents say."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mds_client.codecs.tensors import NO_BATCH
from mds_client.errors import InvalidValues
from mds_client.signature.rows import checked_rows
from tests.zoo import values
from tests.zoo.animals import Animal, animal, names
from tests.zoo.published import check

often = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
seldom = settings(often, max_examples=5)


@pytest.mark.parametrize("name", names())
@often
@given(data=st.data())
@pytest.mark.slow
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


@pytest.mark.parametrize("name", names())
@seldom
@given(data=st.data())
@pytest.mark.slow
def test_several_rows_are_as_published(name: str, data: st.DataObject) -> None:
    """Or it is said that they cannot be sent together."""
    found = animal(name)
    form = found.signature()
    row = data.draw(values.rows(form))
    cells = [field for field in form.inputs if field.shape[1:] in ((), (1,))]
    gaps = {field.name: None for field in cells if not field.required}
    rows = checked_rows(form, [row, row | gaps])
    if not takes_several(found):
        with pytest.raises(InvalidValues, match="one row at a time"):
            found.speaker().predict_request(form, rows, "r-1")
        return
    check(found, found.speaker().predict_request(form, rows, "r-1"))


def takes_several(found: Animal) -> bool:
    """Whether rows can be sent together: not as one object, one text, or one tensor without a batch."""
    form = found.signature()
    alone = form.tensor.content_type if form.tensor else ""
    has_batch = all(field.provenance.get("batch") != NO_BATCH for field in form.inputs)
    return has_batch and alone not in ("one row", "whole body", "jsonData", "strData", "binData")
