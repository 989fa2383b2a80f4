"""What somebody chose to compare inputs with: days, rows of a file or of a registry; it counts in the word, and what does not fit is said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

import db.health_cases
import db.health_references
from db.engine import Sessions, limited, reading
from db.health import Selection
from db.scope import Models, Scope
from health import chosen_reference, input_drift
from health.alarms.decisions import decide, reference_of
from health.alarms.evidence import evidence_of
from health.alarms.wording import reference_words
from health.chosen_reference import ReferenceRefused
from health.day_counts import fold
from health.drift.wording import joint_words, unfit_words
from health.estimates import Estimate
from health.history import DayFigures, History, Inputs
from health.joint_drift import bring_up_to_date as compare_as_a_whole
from health.overview import Look, look
from health.reference import Chosen, days_words, unfit
from health.report import HealthReport, page
from health.standing import inputs_of, standings
from health.status import judge
from health.titles import no_unit
from mds_client.signature import Field, ModelRef, Signature
from people.errors import NotPermitted
from tests.recorded import add_cases, case_of

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
MODEL = ("shelf", "penguins")
OURS = (Models(server="shelf", name="penguins"),)
REVIEWER = Scope(person="olga", seen=OURS, reviewed=OURS)
SIGNATURE = Signature(
    model=ModelRef(server="shelf", name="penguins"),
    inputs=(
        Field(name="bill", kind="number"),
        Field(name="mass", kind="number"),
        Field(name="note", kind="text", sensitive=True, storage="omit"),
    ),
)


def _ask(sessions: Sessions, bills: float, days: Sequence[int], version: str = "v1") -> None:
    """Three cases a day, so many days after NOW, with values around `bills`."""
    add_cases(
        sessions,
        *(
            case_of(
                created_at=NOW + timedelta(days=day, minutes=n),
                version=version,
                entered={"bill": bills + (7 * n + day % 5) % 11, "mass": 4_000.0 + n},
            )
            for day in days
            for n in range(3)
        ),
    )


@pytest.fixture
def odd_start(sessions: Sessions) -> Sessions:
    """A model that was tried with long bills at first, in another version; they are short since."""
    input_drift.forget()
    _ask(sessions, 120.0, range(-150, -60))
    _ask(sessions, 40.0, range(-60, 0))
    fold(sessions)
    return sessions


def _look(sessions: Sessions, days: float = 0.0) -> Look:
    found = look(sessions, *MODEL, clock=lambda: NOW + timedelta(days=days))
    assert found is not None
    return found


def _kinds(found: Look) -> set[str]:
    return {finding.kind for finding in found.standing.status.findings}


def _days(sessions: Sessions, since: date, until: date) -> Chosen:
    who = limited(sessions, REVIEWER)
    return chosen_reference.window(who, *MODEL, since, until, person="olga", clock=lambda: NOW)


def _rows(
    sessions: Sessions, rows: Sequence[dict[str, object]], *, is_registry: bool = False
) -> Chosen:
    return chosen_reference.of_rows(
        limited(sessions, REVIEWER),
        SIGNATURE,
        rows,
        name="march.csv",
        person="olga",
        is_registry=is_registry,
        clock=lambda: NOW,
    )


def _like(bills: float, count: int = 400) -> list[dict[str, object]]:
    return [{"bill": bills + (7 * n) % 11, "mass": 4_000.0 + n % 3} for n in range(count)]


def test_chosen_days_are_in_the_place_of_the_first_cases(odd_start: Sessions) -> None:
    assert _kinds(_look(odd_start)) >= {"inputs"}
    assert "differs from before" in _look(odd_start).standing.status.sentence
    made = _days(odd_start, date(2025, 4, 5), date(2025, 5, 10))
    found = _look(odd_start)
    assert "inputs" not in _kinds(found)
    assert reference_words(found.drift_reference, found.steps) == made.words
    assert made.words == "the cases of 5 April to 10 May 2025"
    bill = {field.name: field for field in found.drift}["bill"]
    assert (bill.before, bill.after) == (3 * 36, 39)
    assert found.drift_before == (date(2025, 4, 5), date(2025, 5, 10))
    assert found.standing.status == standings(odd_start, clock=lambda: NOW)[MODEL].status
    # What is different from these days is found, and told as such.
    _ask(odd_start, 80.0, range(1, 15))
    later = _look(odd_start, 14)
    assert f"bill differs from {made.words}, since 2 June." in later.standing.status.sentence


def test_the_days_may_be_of_another_version(odd_start: Sessions) -> None:
    _ask(odd_start, 120.0, range(-13, 1), version="v2")
    made = _days(odd_start, date(2025, 3, 5), date(2025, 3, 30))
    bill = {field.name: field for field in _look(odd_start).drift}["bill"]
    assert (bill.is_flagged, bill.before, bill.after) == (False, 3 * 26, 42)
    assert made.since == date(2025, 3, 5)


def test_rows_of_a_file_are_compared_with_and_told_with_their_number(odd_start: Sessions) -> None:
    made = _rows(odd_start, _like(40.0))
    found = _look(odd_start)
    assert made.words == "300 rows of the file march.csv"
    assert "inputs" not in _kinds(found)
    bill = {field.name: field for field in found.drift}["bill"]
    assert (bill.before, bill.after) == (300, 39)
    assert found.drift_before is None
    _rows(odd_start, _like(90.0, 50), is_registry=True)
    other = _look(odd_start)
    sentence = other.standing.status.sentence
    assert "bill differs from 50 rows of the model registry march.csv." in sentence
    (flagged,) = (field for field in other.drift if field.is_flagged)
    assert flagged.since is None  # it was never like these rows


def test_of_many_rows_some_are_kept_evenly_over_the_file(odd_start: Sessions) -> None:
    made = _rows(odd_start, [{"bill": float(n)} for n in range(1_000)])
    with reading(odd_start) as session:
        kept = [row["bill"] for row in db.health_references.rows(session, made.id)]
    assert (len(kept), kept[0], kept[1], kept[-1]) == (300, 0.0, 3.0, 996.0)


def test_a_job_keeps_the_same_as_the_page_finds(odd_start: Sessions) -> None:
    _rows(odd_start, [*_like(90.0), {"bill": 1.0}])
    before = _look(odd_start)
    assert [compare_as_a_whole(odd_start, clock=lambda: NOW) for _ in "ab"] == [1, 0]
    input_drift.forget()
    after = _look(odd_start)
    assert (after.drift, after.drift_reference) == (before.drift, before.drift_reference)
    (together,) = after.joint_drift
    assert together.is_flagged
    words = joint_words(together, {})
    assert "Given a chosen case and a recent one" in words
    assert "300 chosen and 39 recent cases" in words
    # Another choice is compared anew by the next run, and until then that is said.
    _days(odd_start, date(2025, 4, 5), date(2025, 5, 10))
    waiting = _look(odd_start)
    assert (waiting.joint_drift, waiting.is_joint_due) == ([], True)
    printed = page(HealthReport(look=waiting, rows=[], titles={}, chosen=(), at=NOW))
    assert "compared with the cases of 5 April to 10 May 2025 at the next comparison" in printed
    assert [compare_as_a_whole(odd_start, clock=lambda: NOW) for _ in "ab"] == [1, 0]
    (together,) = _look(odd_start).joint_drift
    assert "look as in the chosen cases" in joint_words(together, {})
    assert not _look(odd_start).is_joint_due


def test_the_later_of_a_choice_and_an_accepted_state_counts(odd_start: Sessions) -> None:
    kept_with = evidence_of(_look(odd_start), {})
    who, of = limited(odd_start, REVIEWER), {"server": "shelf", "model": "penguins"}
    for at, then in ((-1, "chosen"), (1, "accepted")):
        moment = NOW + timedelta(hours=at)
        decide(who, **of, person="olga", decision="accepted", reason="so", evidence=kept_with, clock=lambda m=moment: m)  # type: ignore[misc]  # fmt: skip
        made = _days(odd_start, date(2025, 4, 5), date(2025, 5, 10))
        found = _look(odd_start, 0.1).drift_reference
        assert (found.chosen, found.accepted) == (
            (made, None) if then == "chosen" else (None, moment)
        )
    chosen_reference.first(who, *MODEL, person="olga", clock=lambda: NOW + timedelta(hours=2))
    found = _look(odd_start, 0.1)
    assert (found.drift_reference.chosen, found.drift_reference.accepted) == (None, None)


def test_fields_of_which_a_reference_says_nothing_are_named_and_not_compared(
    odd_start: Sessions,
) -> None:
    _rows(odd_start, [{"bill": 40.0 + (7 * n) % 11, "mass": f"{n} kg"} for n in range(100)])
    found = _look(odd_start)
    assert [field.name for field in found.drift] == ["bill"]
    assert found.drift_unfit == ("mass",)
    assert inputs_of(_drift(odd_start), MODEL, lambda *_: {"mass": "Mass"}, no_unit).unfit == (
        "Mass",
    )
    assert unfit_words(found.drift_unfit, {"mass": "Mass"}).startswith("Not compared: Mass; the")
    assert "inputs" not in _kinds(found)


def _drift(sessions: Sessions) -> input_drift.InputDrift:
    of, with_all = Selection(purposes=None, server="shelf", model="penguins"), {}
    with reading(sessions) as session:
        chosen = db.health_references.newest(session, *MODEL)
        with_all[MODEL] = reference_of([], chosen)
        return input_drift.input_drift(session, NOW, of, with_all, [])[MODEL]


def test_the_word_says_what_is_not_compared() -> None:
    label = [DayFigures(day=date(2025, 5, 1 + n), right=10, wrong=0, answered=10, failed=0) for n in range(31)]  # fmt: skip
    inputs = Inputs(before=300, now=50, chosen="300 rows of the file x.csv", unfit=("Mass", "Sex"))
    told = judge(
        History(
            days=tuple(label),
            today=NOW.date(),
            accuracy=Estimate(value=1.0, low=0.9, high=1.0, n=310, of=310, drawn=310, enough=True),
            inputs=inputs,
        )
    )
    assert told.sentence.endswith(
        ". The inputs look as in 300 rows of the file x.csv, but for Mass and Sex, which cannot be compared."
    )


def test_a_reference_without_any_field_of_the_model_is_no_figure(odd_start: Sessions) -> None:
    made = _rows(odd_start, [{"height": float(n)} for n in range(50)])
    found = _look(odd_start)
    assert (found.drift, found.drift_unfit) == ([], ("bill", "height", "mass"))
    assert "inputs" not in _kinds(found)
    assert compare_as_a_whole(odd_start, clock=lambda: NOW) == 1
    assert _look(odd_start).joint_drift == []
    assert made.count == 50


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ([{"a": 1.0}], set()),
        ([{"a": "one"}], {"a"}),
        ([{"a": True}], {"a"}),
        ([{"a": None}, {"a": ""}], {"a"}),
        ([{"b": 1.0}], {"a", "b"}),
        ([{"a": "x"}, {"a": 2}], set()),
        ([], set()),
    ],
)
def test_what_fits(rows: list[dict[str, object]], names: set[str]) -> None:
    assert unfit(rows, [{"a": 3, "c": None}]) == names


def _too_late(sessions: Sessions) -> Chosen:
    return _days(sessions, date(2025, 5, 1), date(2025, 5, 19))


def _turned(sessions: Sessions) -> Chosen:
    return _days(sessions, date(2025, 5, 2), date(2025, 5, 1))


def _empty(sessions: Sessions) -> Chosen:
    return _days(sessions, date(2024, 5, 1), date(2024, 5, 31))


def _short(sessions: Sessions) -> Chosen:
    return _rows(sessions, [*_like(40.0, 19), *({"bill": None, "note": "x"} for _ in range(9))])


@pytest.mark.parametrize(
    ("choose", "sentence"),
    [
        (_too_late, "a window ends on 18 May 2025 or before"),
        (_turned, "The first day is after the last."),
        (_empty, "No case was answered on 1 to 31 May 2024, and it takes 20."),
        (_short, "Only 19 rows have values that can be compared, and it takes 20."),
    ],
)
def test_what_cannot_be_compared_with_is_refused_and_nothing_changes(
    odd_start: Sessions, choose: Callable[[Sessions], Chosen], sentence: str
) -> None:
    with pytest.raises(ReferenceRefused) as refused:
        choose(odd_start)
    assert sentence in refused.value.sentence
    assert "stays as it was" in refused.value.advice
    assert _look(odd_start).drift_reference.chosen is None


def test_who_does_not_review_the_model_chooses_nothing(odd_start: Sessions) -> None:
    seen = limited(odd_start, Scope(person="ann", seen=OURS))
    with pytest.raises(NotPermitted):
        chosen_reference.first(seen, *MODEL, person="ann")
    with pytest.raises(NotPermitted):
        chosen_reference.of_rows(seen, SIGNATURE, _like(1.0), name="x.csv", person="ann")
    with reading(odd_start) as session:
        assert db.health_references.newest(session, *MODEL) is None


def test_sensitive_values_are_not_kept_and_rows_go_with_the_next_choice(
    odd_start: Sessions,
) -> None:
    first = _rows(odd_start, [{**row, "note": "a secret"} for row in _like(40.0)])
    with reading(odd_start) as session:
        kept = db.health_references.rows(session, first.id)
        assert (len(kept), set(kept[0])) == (300, {"bill", "mass"})
    _days(odd_start, date(2025, 4, 5), date(2025, 5, 10))
    with reading(odd_start) as session:
        assert db.health_references.rows(session, first.id) == []


def test_a_sample_is_even_over_the_time_whatever_their_number(sessions: Sessions) -> None:
    add_cases(
        sessions,
        *(
            case_of(created_at=NOW + timedelta(minutes=n), entered={"n": float(n)})
            for n in range(100)
        ),
    )
    of = Selection(purposes=None, server="shelf", model="penguins")
    with reading(sessions) as session:

        def read(limit: int) -> list[object]:
            found = db.health_cases.inputs_and_answers(session, of, limit, "spread")
            return [case.entered["n"] for case in found]

        assert read(4) == [24.0, 49.0, 74.0, 99.0]
        assert read(100) == read(300) == [float(n) for n in range(100)]


def test_days_in_words() -> None:
    day = date(2025, 3, 1)
    assert days_words(day, day) == "1 March 2025"
    assert days_words(day, date(2025, 3, 31)) == "1 to 31 March 2025"
    assert days_words(day, date(2025, 4, 2)) == "1 March to 2 April 2025"
    assert days_words(date(2024, 12, 31), day) == "31 December 2024 to 1 March 2025"
