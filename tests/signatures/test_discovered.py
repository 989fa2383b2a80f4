"""What was found out of a model stays known."""

from __future__ import annotations

from mds_client.schema_learning import learned
from mds_client.signature import ModelRef
from mds_client.signature.facts import Facts, FieldFacts
from signatures import discovered

WINE = ModelRef(server="demo", name="wine")
PROBED = Facts(
    source="probed",
    inputs=("a", "b"),
    fields={"a": FieldFacts(kind="number"), "b": FieldFacts(kind="text")},
    layout="columns",
)


def test_the_newest_of_each_source_counts(sessions) -> None:
    assert discovered.current(sessions, WINE) == []
    discovered.keep(sessions, WINE, PROBED, person="ada")
    discovered.keep(sessions, WINE, learned({"a": [1, 2, 3]}))
    discovered.keep(sessions, WINE, learned({"a": [4.5, 5.5, 6.5]}))
    by_source = {facts.source: facts for facts in discovered.current(sessions, WINE)}
    assert by_source.keys() == {"probed", "learned"}
    assert by_source["probed"] == PROBED
    assert by_source["learned"].fields["a"].kind == "number"


def test_models_are_apart(sessions) -> None:
    discovered.keep(sessions, WINE, PROBED)
    assert discovered.current(sessions, ModelRef(server="demo", name="beer")) == []


def test_without_a_database_it_is_what_was_known_last(sessions, monkeypatch) -> None:
    from db.errors import StorageError

    discovered.keep(sessions, WINE, PROBED)
    now = [0.0]
    assert discovered.current(sessions, WINE, clock=lambda: now[0]) == [PROBED]
    now[0] = 60.0

    def broken(*_: object) -> object:
        raise StorageError("gone")

    monkeypatch.setattr("signatures.discovered.reading", broken)
    assert discovered.current(sessions, WINE, clock=lambda: now[0]) == [PROBED]
