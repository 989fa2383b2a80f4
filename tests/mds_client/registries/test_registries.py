"""What holds for every registry: it is found by itself, and its misfortunes stay its own."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from mds_client import ModelRef, registries
from mds_client.errors import MdsError
from mds_client.registries import Registries, RegistryClient, RegistryServer
from settings import ROOT, RegistrySettings, Settings
from tests.mds_client.faults import Behaviour, answers, cuts, drips, misbehaving, stalls
from tests.mds_client.registries.asked import server

KINDS = ("bailo", "mlflow")
MODEL = ModelRef(server="s", name="m", version="1")
GARBAGE: list[Behaviour] = [
    answers(200, b"\xff\xfe\x00garbage"),
    answers(200, "[]"),
    answers(200, "null"),
    answers(200, "[" * 100_000),
    answers(200, "<html>Please sign in</html>", "text/html"),
    answers(302, "", location="https://elsewhere.example"),
    answers(401, '{"error": "Unauthorized"}'),
    answers(403, "no"),
    answers(404, "<html>no such page</html>", "text/html"),
    answers(500, "Internal Server Error"),
    answers(503, ""),
    cuts,
    drips,
    stalls(2),
]


def test_every_kind_is_found() -> None:
    folder = Path(registries.__file__).parent
    assert set(KINDS) == {module.name for module in pkgutil.iter_modules([str(folder)])}
    assert set(registries.registries()) == set(KINDS)


def test_every_kind_is_documented_and_can_be_configured() -> None:
    guide = (ROOT / "docs" / "operators-guide.md").read_text(encoding="utf-8")
    for kind in KINDS:
        assert f"`{kind}`" in guide
        read = RegistrySettings(
            name="r", kind=kind, url="http://r/", entries={"s/m": "models:/m/1"}
        )
        found = RegistryServer(name=read.name, url=read.url, kind=read.kind, entries=read.entries)
        assert (found.entry(MODEL), found.url) == ("models:/m/1", "http://r")


def test_two_registries_of_the_same_name_are_refused() -> None:
    both = [RegistrySettings(name="r", kind=kind, url="http://r") for kind in KINDS]
    with pytest.raises(ValidationError, match="two registries have the same name"):
        Settings(registries=both)


def test_a_kind_of_another_package_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("own", "tests.mds_client.registries.another:Another", "x")
    monkeypatch.setattr(registries, "entry_points", lambda group: [point] if group else [])
    assert {"own", *KINDS} == set(registries.registries.__wrapped__())


def test_an_unknown_kind_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="unknown registry 'card-box'; known: bailo, mlflow"):
        RegistryClient(RegistryServer(name="r", url="http://x", kind="card-box"))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("behaviour", GARBAGE)
def test_whatever_it_answers_is_an_error_of_ours(kind: str, behaviour: Behaviour) -> None:
    with misbehaving(behaviour) as url:
        client = RegistryClient(server(url, kind, timeout=0.5))
        with client, pytest.raises(MdsError) as caught:
            client.facts(MODEL)
    assert caught.value.sentence


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("body", ["{}", '{"models": 3, "registered_model": []}', '{"model": "x"}'])
def test_an_answer_without_what_was_asked_for_is_no_knowledge(kind: str, body: str) -> None:
    with misbehaving(answers(200, body)) as url, RegistryClient(server(url, kind)) as client:
        assert client.facts(MODEL) is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_huge_answer_is_not_read_to_its_end(kind: str) -> None:
    with misbehaving(answers(200, b" " * 200_000)) as url:
        client = RegistryClient(server(url, kind, max_answer_bytes=100_000))
        with client, pytest.raises(MdsError, match="could not be read"):
            client.facts(MODEL)


def test_it_describes_the_servers_that_it_is_for() -> None:
    only = RegistryServer(name="r", url="http://127.0.0.1:1", kind="mlflow", servers=("other",))
    with RegistryClient(only) as client:
        assert client.facts(MODEL) is None  # and nobody was asked


def test_the_settings_name_an_entry_as_closely_as_they_like() -> None:
    named = {"s/m@1": "closest", "s/m": "closer", "m": "close"}
    assert RegistryServer(name="r", url="", kind="mlflow", entries=named).entry(MODEL) == "closest"
    del named["s/m@1"]
    assert RegistryServer(name="r", url="", kind="mlflow", entries=named).entry(MODEL) == "closer"
    assert RegistryServer(name="r", url="", kind="mlflow").entry(MODEL) == ""


def _clock(times: list[float]) -> Callable[[], float]:
    return lambda: times[0]


def test_one_that_does_not_answer_is_left_alone_for_a_minute() -> None:
    now = [0.0]
    asked: list[str] = []

    def behave(handler: object) -> None:
        asked.append("")
        stalls(1)(handler)  # type: ignore[arg-type]

    with misbehaving(behave) as url:
        several = Registries(
            [RegistryClient(server(url, "mlflow", timeout=0.2))], clock=_clock(now)
        )
        assert several.facts(MODEL) == []
        assert several.notes() == [
            "The registry r cannot be read: The model did not answer within 0.2 seconds."
        ]
        assert several.facts(MODEL) == []
        assert len(asked) == 1
        now[0] = 61.0
        assert several.facts(MODEL) == []
        assert len(asked) == 2
        several.close()


def test_one_that_refuses_does_not_silence_the_others() -> None:
    known = answers(200, '{"models": [{"id": "m-1", "name": "M"}], "model": {"name": "M"}}')
    with misbehaving(answers(401, "{}")) as bad, misbehaving(known) as good:
        refusing = RegistryClient(server(bad, "mlflow", name="a"))
        several = Registries([refusing, RegistryClient(server(good, "bailo", name="b"))])
        found, notes = several.facts(MODEL), several.notes()
        several.close()
    assert [facts.title for facts in found] == ["M"]
    assert [note.partition(":")[0] for note in notes] == ["The registry a cannot be read"]


def test_a_registry_that_is_away_is_told_only_where_no_other_keeps_cases() -> None:
    class Keeping(registries.Registry):
        def reference(self, model: ModelRef) -> Any:
            return registries.ReferenceFile(registry="r", entry="e", name="n.csv", content=b"a")
            yield

    away = RegistryClient(server("http://127.0.0.1:1", "mlflow", timeout=0.5))
    keeping = RegistryClient(server("http://127.0.0.1:1", "bailo"))
    keeping.registry = Keeping(keeping.registry.server)
    found = Registries([away, keeping]).reference(MODEL)
    assert found is not None
    assert found.name == "n.csv"
    with pytest.raises(MdsError):
        Registries([away]).reference(MODEL)
    with RegistryClient(server("http://127.0.0.1:1", "bailo")) as bailo:
        assert Registries([bailo]).reference(MODEL) is None  # it keeps no such files
    away.close()
    keeping.close()
