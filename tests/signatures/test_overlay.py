"""Overlays are published one after the other, and nothing that somebody published or typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import event, text

from db.engine import Sessions, make_sessions, writing
from mds_client.signature import ModelRef
from mds_client.signature.facts import Facts, FieldFacts
from mds_client.signature.metadata import signature_of
from signatures import overlay
from signatures.errors import (
    AlreadyPublished,
    NewerVersion,
    NoSuchVersion,
    OverlayNotRecorded,
    OverlayRefused,
)
from signatures.overlay import EMPTY, OverlayView, current, facts_of, history, publish, restore
from tests.recorded import NOON

REF = ModelRef(server="shelf", name="churn")
AGE = FieldFacts(label="Age of the customer", unit="years")
DECLARED = signature_of(
    REF,
    {
        "inputs": [
            {"name": "age", "datatype": "FP64", "shape": [-1, 1], "parameters": {"unit": "months"}},
            {"name": "plan", "datatype": "BYTES", "shape": [-1, 1]},
        ]
    },
)


def labelled(**labels: str) -> Facts:
    return replace(EMPTY, fields={name: FieldFacts(label=label) for name, label in labels.items()})


def say(
    sessions: Sessions, facts: Facts = EMPTY, based_on: int = 0, key: str = "", **said: str
) -> OverlayView:
    said.setdefault("author", "ada")
    key = key or f"key {based_on}"
    return publish(sessions, REF, facts, key=key, based_on=based_on, **said)  # type: ignore[arg-type]


def test_all_that_is_published_is_read_together(sessions: Sessions, tmp_path: Path) -> None:
    assert overlay.published(sessions) == {}
    other = ModelRef(server="shelf", name="fraud")
    say(sessions, replace(EMPTY, title="Churn"))
    publish(sessions, other, replace(EMPTY, title="Fraud"), author="ada", key="f", based_on=0)
    say(sessions, replace(EMPTY, title="Who leaves"), based_on=1)
    found = overlay.published(sessions)
    assert {model: facts.title for model, facts in found.items()} == {
        ("shelf", "churn"): "Who leaves",
        ("shelf", "fraud"): "Fraud",
    }
    assert current(sessions, other) == found[("shelf", "fraud")]
    assert overlay.published(make_sessions(f"sqlite:///{tmp_path / 'none.db'}")) == {}


def test_what_is_published_is_current(sessions: Sessions) -> None:
    assert current(sessions, REF) is None
    facts = replace(EMPTY, title="Churn", labels=("stays", "leaves"), fields={"age": AGE})
    version = publish(
        sessions, REF, facts, author=" ada ", key="k", based_on=0, comment=" c ", clock=lambda: NOON
    )
    assert (version.number, version.author, version.comment) == (1, "ada", "c")
    assert version.created_at == NOON
    assert current(sessions, REF) == facts
    assert current(sessions, replace(REF, version="v2")) == facts
    assert current(sessions, replace(REF, name="other")) is None
    assert history(sessions, REF) == [version]
    assert overlay.latest(sessions, REF) == version


def test_a_double_click_is_one_version(sessions: Sessions) -> None:
    first = say(sessions, labelled(age="Age"), key="k")
    assert say(sessions, labelled(age="Age"), key="k").id == first.id
    assert len(history(sessions, REF)) == 1
    with pytest.raises(AlreadyPublished):
        say(sessions, labelled(age="Other"), key="k")


def test_the_second_of_two_is_told_and_loses_nothing(sessions: Sessions) -> None:
    theirs = say(sessions, labelled(age="Age"), author="ben", key="a")
    mine = labelled(plan="Plan")
    with pytest.raises(NewerVersion, match="ben published version 1") as raised:
        say(sessions, mine, key="b")
    assert raised.value.newer == theirs
    both = overlay.rebased(mine, base=EMPTY, newer=facts_of(raised.value.newer))
    say(sessions, both, based_on=1, key="b")
    assert current(sessions, REF) == labelled(age="Age", plan="Plan")


def test_of_many_at_the_same_moment_one_is_first(sessions: Sessions) -> None:
    count = 6
    together = Barrier(count)

    def one(number: int) -> int | str:
        together.wait()
        try:
            return say(sessions, labelled(age=f"Age {number}"), key=f"k{number}").number
        except NewerVersion as error:
            return error.newer.author

    with ThreadPoolExecutor(count) as pool:
        found = list(pool.map(one, range(count)))
    assert sorted(map(str, found)) == ["1", *["ada"] * (count - 1)]
    assert len(history(sessions, REF)) == 1


def test_the_same_click_in_two_processes_is_one_version(sessions: Sessions) -> None:
    together = Barrier(4)

    def one(_: int) -> str:
        together.wait()
        return say(sessions, labelled(age="Age"), key="k").id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(one, range(4)))) == 1


def test_an_old_version_becomes_a_new_one(sessions: Sessions) -> None:
    say(sessions, labelled(age="Age"))
    say(sessions, labelled(age="Years"), based_on=1)
    back = restore(sessions, REF, 1, author="ben", key="r", based_on=2)
    assert (back.number, back.comment) == (3, "Back to version 1")
    assert current(sessions, REF) == labelled(age="Age")
    restore(sessions, REF, 0, author="ben", key="s", based_on=3)
    assert current(sessions, REF) == EMPTY
    assert [view.number for view in history(sessions, REF)] == [4, 3, 2, 1]
    with pytest.raises(NoSuchVersion):
        restore(sessions, REF, 9, author="ben", key="t", based_on=4)
    with pytest.raises(NewerVersion):
        restore(sessions, REF, 1, author="ben", key="u", based_on=2)


def test_a_version_cannot_follow_one_that_is_not_there(sessions: Sessions) -> None:
    with pytest.raises(NoSuchVersion):
        say(sessions, based_on=3)


def test_what_contradicts_itself_is_refused(sessions: Sessions) -> None:
    wrong = replace(EMPTY, fields={"age": FieldFacts(minimum=2.0, maximum=1.0)})
    with pytest.raises(OverlayRefused, match="the minimum is above the maximum"):
        say(sessions, wrong)
    assert not history(sessions, REF)


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_a_key_is_bounded(sessions: Sessions, key: str) -> None:
    with pytest.raises(ValueError, match="idempotency key"):
        publish(sessions, REF, EMPTY, author="a", key=key, based_on=0)


def test_hostile_words_are_kept_as_words(sessions: Sessions) -> None:
    label = "'; DROP TABLE overlays; -- <script> \u202e 😀"
    say(sessions, labelled(age=label), author="x" * 500, comment="y\x00" * 1_000)
    (version,) = history(sessions, REF)
    assert len(version.author) == 200
    assert set(version.comment) <= set("y\ufffd")
    with pytest.raises(OverlayRefused, match="at most 2,000 characters"):
        say(sessions, labelled(age=label), author="x", comment="y" * 2_001)
    assert current(sessions, REF) == labelled(age=label.replace("\u202e", ""))


# What it costs.


def counted(sessions: Sessions, work: Callable[[], object]) -> int:
    """How many statements the work takes."""
    seen: list[str] = []
    engine = sessions.kw["bind"]

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len([statement for statement in seen if statement.startswith("SELECT")])


def test_a_rerun_costs_no_query(sessions: Sessions) -> None:
    say(sessions, labelled(age="Age"))
    now = [0.0]
    assert counted(sessions, lambda: current(sessions, REF, clock=lambda: now[0])) == 2
    many = [replace(REF, name=f"m{i}") for i in range(50)]
    assert counted(sessions, lambda: [current(sessions, r, clock=lambda: 1.0) for r in many]) == 0
    assert counted(sessions, lambda: current(sessions, REF, clock=lambda: 1.0)) == 0
    assert counted(sessions, lambda: current(sessions, REF, clock=lambda: 3.0)) == 1


def test_what_another_process_publishes_is_seen_after_a_moment(database_url: str) -> None:
    ours, theirs = make_sessions(database_url), make_sessions(database_url)
    now = [0.0]
    assert current(ours, REF, clock=lambda: now[0]) is None
    say(theirs, labelled(age="Age"))
    assert current(ours, REF, clock=lambda: now[0]) is None
    now[0] = overlay.FRESH_SECONDS
    assert current(ours, REF, clock=lambda: now[0]) == labelled(age="Age")
    for made in (ours, theirs):
        made.kw["bind"].dispose()


def test_without_the_database_the_last_overlay_stays(sqlite_url: str, tmp_path: Path) -> None:
    sessions = make_sessions(sqlite_url)
    say(sessions, labelled(age="Age"))
    assert current(sessions, REF, clock=lambda: 0.0)
    with writing(sessions) as session:
        session.execute(text("DROP TABLE overlays"))
    assert current(sessions, REF, clock=lambda: 9.0) == labelled(age="Age")
    assert current(sessions, replace(REF, name="x"), clock=lambda: 99.0) is None
    for work in (overlay.latest, history):
        with pytest.raises(OverlayNotRecorded):
            work(sessions, REF)
    with pytest.raises(OverlayNotRecorded):
        say(sessions, based_on=1, key="other")
    sessions.kw["bind"].dispose()


# What a page shows.


def test_the_overlay_wins_over_every_source() -> None:
    facts = replace(EMPTY, fields={"age": AGE})
    registry = Facts(source="registry", fields={"age": FieldFacts(label="Alter", group="Person")})
    found = overlay.together(DECLARED, overlay=facts, others=[registry])
    assert (found["age"].label, found["age"].unit) == ("Age of the customer", "years")
    assert found["age"].group == "Person"
    assert found["age"].provenance["label"] == "edited"
    assert overlay.together(DECLARED, overlay=None) == DECLARED


def test_a_guess_is_confirmed_as_a_fact_of_a_person() -> None:
    assert overlay.uncertain(DECLARED["age"]) == ["kind"]
    said = overlay.confirmed(DECLARED, "age", "kind")
    assert said == FieldFacts(kind="number")
    found = overlay.together(DECLARED, overlay=replace(EMPTY, fields={"age": said}))
    assert found["age"].provenance["kind"] == "edited"
    assert overlay.uncertain(found["age"]) == []
    for wrong in (("age", "nonsense"), ("nobody", "kind")):
        with pytest.raises(KeyError):
            overlay.confirmed(DECLARED, *wrong)


def test_taking_changes_over_keeps_what_both_changed() -> None:
    base = replace(labelled(age="Age", plan="Plan"), title="Churn")
    mine = replace(labelled(age="Years", plan="Plan"), title="Churn")
    newer = replace(labelled(age="Age", plan="Tariff"), title="Leaving", labels=("a", "b"))
    found = overlay.rebased(mine, base=base, newer=newer)
    assert found == replace(
        labelled(age="Years", plan="Tariff"), title="Leaving", labels=("a", "b")
    )
    gone = overlay.rebased(labelled(plan="Plan"), base=base, newer=newer)
    assert set(gone.fields) == {"plan"}
