"""Every model gets the form that it should have, whatever its protocol and however little it says."""

from __future__ import annotations

import pytest

from tests.zoo.animals import Animal, animal, animals, drawn, names


@pytest.mark.parametrize("name", names())
def test_the_form_is_as_it_should_be(name: str) -> None:
    found = animal(name)
    form = drawn(found.signature())
    for part in ("inputs", "outputs"):
        for have, want in zip(form.get(part, []), found.form.get(part, []), strict=True):
            assert have == want
    assert form == found.form


@pytest.mark.parametrize("name", names())
def test_reading_a_description_twice_is_the_same(name: str) -> None:
    found = animal(name)
    assert found.signature() == found.signature()
    assert found.declared().fingerprint == found.declared().fingerprint


def test_there_are_animals_of_every_kind() -> None:
    listed = animals()
    assert len(listed) >= 30
    assert len([found for found in listed if _is_silent(found)]) >= 5
    kinds = {field["kind"] for found in listed for field in found.form["inputs"]}
    assert kinds == {
        "number", "integer", "boolean", "category", "text",
        "datetime", "image", "audio", "tensor", "json",
    }  # fmt: skip


@pytest.mark.parametrize("name", [found.name for found in animals() if found.facts])
def test_a_silent_models_fields_say_where_they_are_from(name: str) -> None:
    found = animal(name)
    origins = {"registry", "edited", "learned", "probed"}
    if _is_silent(found):
        assert {f.provenance["kind"] for f in found.signature().inputs} <= origins


def _is_silent(found: Animal) -> bool:
    """Whether its server says nothing of what it takes."""
    return found.declared().layout == "unknown" and bool(found.facts)
