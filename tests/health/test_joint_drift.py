"""Inputs that changed as a whole are found where no field alone shows it, and those that did not are not."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from PIL import Image
from scipy import stats
from sklearn.datasets import load_digits
from sqlalchemy import select

from cases import deleting
from db.deletion import Wanted
from db.engine import Sessions, writing
from db.tables import HealthJointDrift
from health import input_drift
from health.day_counts import fold
from health.drift import fields
from health.drift.joint import Asked, JointDrift, compare
from health.drift.two_samples import interval, ranks, told_apart
from health.drift.wording import joint_words, until_words
from health.joint_drift import bring_up_to_date
from health.outliers.media import features_of
from health.overview import Look, look
from health.standing import standings
from mds_client.signature import File
from tests.recorded import add_cases, case_of

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
ENGLISH = "the delivery came late again and nobody answered my phone what a lovely quiet room"
GERMAN = "die Lieferung kam wieder viel zu spät; niemand war am Apparat"


def _asked(rows: Sequence[dict[str, object]], **more: object) -> list[Asked]:
    return [Asked(id=f"c{place}", row=row, **more) for place, row in enumerate(rows)]


def _texts(random: np.random.Generator, words: str, count: int) -> list[str]:
    return [" ".join(random.choice(words.split(), random.integers(8, 16))) for _ in range(count)]


def _pair(random: np.random.Generator, together: float, count: int) -> list[dict[str, object]]:
    """Two numbers and a word: each spread the same whatever `together`, the correlation of the numbers, is."""
    first = random.normal(size=count)
    second = together * first + np.sqrt(1 - together**2) * random.normal(size=count)
    words = random.choice(["a", "b", "c"], count)
    return [
        {"mass": float(m), "length": float(n), "site": str(w)}
        for m, n, w in zip(first, second, words, strict=True)
    ]


def test_ranks_are_those_of_scipy() -> None:
    random = np.random.default_rng(2)
    first, second = (
        random.integers(0, 9, 90).astype(float),
        random.integers(1, 10, 70).astype(float),
    )
    theirs = stats.mannwhitneyu(second, first, alternative="greater", method="asymptotic")
    share, p = ranks(first, second)
    assert share == pytest.approx(theirs.statistic / (90 * 70), rel=1e-12)
    assert p == pytest.approx(theirs.pvalue, rel=1e-9)
    assert ranks(np.ones(9), np.ones(9)) == (0.5, 1.0)
    with pytest.raises(ValueError, match="too few"):
        told_apart(np.zeros((3, 2)), np.zeros((9, 2)))


@pytest.mark.slow
@pytest.mark.parametrize("columns", [2, 40])
def test_without_a_change_chances_are_no_smaller_than_they_say(columns: int) -> None:
    random = np.random.default_rng(6)
    chances = np.array(
        [
            told_apart(
                random.exponential(size=(60, columns)), random.exponential(size=(40, columns))
            ).p
            for _ in range(250)
        ]
    )
    for level in (0.01, 0.05, 0.2):
        # Within what 250 trials allow in 1 of 1,000 runs.
        assert (chances <= level).sum() <= stats.binom.ppf(0.999, 250, level)


@pytest.mark.slow
def test_over_ninety_days_without_a_change_hardly_any_model_is_flagged() -> None:
    random = np.random.default_rng(7)
    flagged = []
    for _ in range(20):
        reference = _asked(_pair(random, 0.7, 60))
        flagged.append(
            any(
                each.is_flagged
                for day in range(1, 91, 10)
                for each in compare(reference, _asked(_pair(random, 0.7, 40)), day=day)
            )
        )
    assert sum(flagged) <= 1


def test_fields_that_go_together_otherwise_are_found_where_each_alone_is_as_before() -> None:
    random = np.random.default_rng(3)
    before, after = _pair(random, 0.9, 300), _pair(random, -0.9, 160) + _pair(random, 0.9, 40)
    assert not any(field.is_flagged for field in fields.compare(before, after, day=40))
    (found,) = compare(_asked(before), _asked(after), day=40)
    assert (found.kind, found.before, found.after, found.is_flagged) == ("together", 300, 200, True)
    assert found.share > 0.75
    assert "3 fields" in found.features
    # The most unlike ones are among those that changed: both numbers are far out, on different sides.
    for name in found.most_unlike:
        row = after[int(name[1:])]
        assert row["mass"] * row["length"] < 0  # type: ignore[operator]
    (same,) = compare(_asked(before), _asked(_pair(random, 0.9, 200)), day=1)
    assert not same.is_flagged


def _spoken(random: np.random.Generator, count: int, noise: float = 0.0) -> list[object]:
    """Chords of a quarter of a second, with noise; as the numbers that a case keeps."""
    found: list[object] = []
    time = np.arange(2_000) / 8_000
    for _ in range(count):
        tones = random.uniform(150, 900, 3)
        wanted = sum(np.sin(2 * np.pi * tone * time) for tone in tones) / 4
        samples = np.clip(wanted + noise * random.normal(size=2_000), -1, 1)
        written = io.BytesIO()
        with wave.open(written, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8_000)
            file.writeframes((samples * 32_000).astype("<i2").tobytes())
        found.append(
            features_of(File(data=written.getvalue(), name="a.wav", media_type="audio/wav"))
        )
    return found


def _drawn(places: Sequence[int], *, is_inverted: bool = False) -> list[object]:
    """Real handwritten digits, as the numbers that a case keeps."""
    pictures = load_digits().images
    found: list[object] = []
    for place in places:
        grey = pictures[place] / 16 * 255
        written = io.BytesIO()
        Image.fromarray((255 - grey if is_inverted else grey).astype(np.uint8)).save(written, "PNG")
        found.append(
            features_of(File(data=written.getvalue(), name="a.png", media_type="image/png"))
        )
    return found


def _in_german(random: np.random.Generator, count: int) -> list[object]:
    return [*_texts(random, ENGLISH, count // 2), *_texts(random, GERMAN, count - count // 2)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "usual", "changed"),
    [
        ("groups of three letters", lambda r, n: _texts(r, ENGLISH, n), _in_german),
        (
            "HOG",
            lambda r, n: _drawn(r.integers(0, 1_700, n)),
            lambda r, n: _drawn(r.integers(0, 1_700, n), is_inverted=True),
        ),
        ("log-mel", _spoken, lambda r, n: _spoken(r, n, noise=0.1)),
    ],
)
def test_another_language_inverted_pictures_and_noise_are_found(
    words: str,
    usual: Callable[[np.random.Generator, int], list[object]],
    changed: Callable[[np.random.Generator, int], list[object]],
) -> None:
    random = np.random.default_rng(9)
    reference = _asked([{"given": value} for value in usual(random, 160)])
    found = {
        name: _only(compare(reference, _asked([{"given": v} for v in make(random, 120)]), day=30))
        for name, make in (("as before", usual), ("otherwise", changed))
    }
    assert words in found["otherwise"].features
    assert (found["otherwise"].kind, found["otherwise"].name) == ("field", "given")
    assert (found["as before"].is_flagged, found["otherwise"].is_flagged) == (False, True)


def test_the_vectors_of_the_model_itself_are_used_where_it_answers_such() -> None:
    random = np.random.default_rng(5)

    def cases(middle: float, count: int) -> list[Asked]:
        texts = _texts(random, ENGLISH, count)
        vectors = random.normal(size=(count, 16)) + middle
        return [
            Asked(id=f"c{n}", row={"text": text}, vector=tuple(vector))
            for n, (text, vector) in enumerate(zip(texts, vectors.tolist(), strict=True))
        ]

    moved = _only(compare(cases(0.0, 80), cases(0.8, 60), day=10))
    assert (moved.kind, moved.is_flagged) == ("embedding", True)
    assert "the model itself" in moved.features
    assert not _only(compare(cases(0.0, 80), cases(0.0, 60), day=10)).is_flagged


def _only(found: list[JointDrift]) -> JointDrift:
    (one,) = found
    return one


def test_odd_and_few_cases_say_nothing_wrong() -> None:
    assert compare([], _asked([{"x": 1.0}] * 50)) == []
    assert compare(_asked([{"x": 1.0, "y": 1.0}] * 50), _asked([{"x": 1.0, "y": 1.0}] * 19)) == []
    with pytest.raises(ValueError, match="from 1 on"):
        compare([], [], day=0)
    # Always the same, and nothing but odd values.
    for row in ({"x": 1.0, "y": "a"}, {"x": float("nan"), "y": None}, {"x": float("inf"), "y": {}}):
        for found in compare(_asked([row] * 30), _asked([row] * 30)):
            assert (found.share, found.p, found.is_flagged) == (0.5, 1.0, False)
    mixed = [
        {"x": float("inf") if n % 7 == 0 else float(n % 5), "y": None if n % 3 else "a"}
        for n in range(80)
    ]
    for found in compare(_asked(mixed[:40]), _asked(mixed[40:])):
        assert np.isfinite([found.share, found.p]).all()


def test_the_share_of_pairs_lies_in_its_interval_as_often_as_it_should() -> None:
    random, held = np.random.default_rng(6), []
    truth = stats.norm.cdf(1 / np.sqrt(2))
    for _ in range(400):
        share, _ = ranks(random.normal(0, 1, 60), random.normal(1, 1, 40))
        low, high = interval(share, 60, 40)
        held.append(low <= truth <= high)
    assert 0.92 <= np.mean(held) <= 0.98
    assert interval(1.0, 60, 40)[1] == 1.0
    assert interval(0.0, 60, 40)[0] == 0.0


def test_what_is_found_is_told_without_a_riddle() -> None:
    apart = JointDrift(
        kind="together", features="age and mass", before=300, after=200, share=0.38, p=0.9,
        is_flagged=False, most_unlike=(),
    )  # fmt: skip
    assert joint_words(apart, {}) == (
        "All inputs together look as in the first cases. Given a first case and a recent one, a classifier names the recent one in "
        "38 of 100 pairs (95 % interval 33 to 43); no better than guessing (300 first and 200 recent cases, compared by age and "
        "mass)."
    )
    changed = replace(apart, kind="field", name="review", share=0.83, is_flagged=True)
    words = joint_words(changed, {"review": "Review"})
    assert words.startswith("Review has changed. ")
    assert "in 83 of 100 pairs (95 % interval 79 to 86); guessing gets 50 (" in words


def test_a_job_keeps_it_and_health_says_watch_with_the_cases(sessions: Sessions) -> None:
    random = np.random.default_rng(4)
    rows = [*_pair(random, 0.95, 90), *_pair(random, -0.95, 60)]
    days = [*np.linspace(60, 30, 90), *np.linspace(10, 0, 60)]
    kept = add_cases(
        sessions,
        *[
            case_of(created_at=NOW - timedelta(days=float(day), hours=1), entered=row)
            for row, day in zip(rows, days, strict=True)
        ],
    )
    fold(sessions)
    assert look(sessions, "shelf", "penguins", clock=lambda: NOW).joint_drift == ()  # type: ignore[union-attr]
    assert [bring_up_to_date(sessions, clock=lambda: NOW) for _ in range(2)] == [1, 0]
    found = look(sessions, "shelf", "penguins", clock=lambda: NOW)
    assert found is not None
    assert not any(field.is_flagged for field in found.drift)
    together = _only(list(found.joint_drift))
    assert (together.before, together.after, together.is_flagged) == (90, 60, True)
    assert set(together.most_unlike) <= {case.id for case in kept[90:]}
    assert found.joint_until == NOW
    assert until_words(NOW).startswith("Compared as a whole are the cases up to 1 June 12:00 UTC; ")
    status = standings(sessions, clock=lambda: NOW)["shelf", "penguins"].status
    assert status.word == "Watch"
    assert "how its inputs go together differs from before" in status.sentence
    _fields_are_read_from_it_as_long_as_they_hold(sessions, found)
    # Once a day, and when cases come in or are judged.
    assert bring_up_to_date(sessions, clock=lambda: NOW + timedelta(days=1)) == 1
    add_cases(sessions, case_of(created_at=NOW, entered=rows[0]))
    fold(sessions)
    assert bring_up_to_date(sessions, clock=lambda: NOW + timedelta(days=1, hours=1)) == 1


def _fields_are_read_from_it_as_long_as_they_hold(sessions: Sessions, before: Look) -> None:
    """By a process that has just begun; not on another day, and not once a case has come in."""
    with writing(sessions) as session:
        kept = session.scalars(select(HealthJointDrift)).one()
        assert kept.fields is not None
        (first, *rest) = kept.fields["fields"]
        kept.fields = {**kept.fields, "fields": [{**first, "outside": 77}, *rest]}
    input_drift.forget()
    found = look(sessions, "shelf", "penguins", clock=lambda: NOW)
    assert found is not None
    assert found.drift == [replace(before.drift[0], outside=77), *before.drift[1:]]
    assert (found.drift_before, found.drift_after) == (before.drift_before, before.drift_after)
    later = look(sessions, "shelf", "penguins", clock=lambda: NOW + timedelta(days=1))
    assert later is not None
    assert later.drift[0].outside < 77
    assert _recent(sessions) == 60
    more = [add_cases(sessions, case_of(created_at=NOW, entered={"mass": 0.0}))[0] for _ in "ab"]
    assert [_recent(sessions), _recent(sessions)] == [62, 62]
    for _ in deleting.delete_cases(sessions, Wanted(ids=(more[0].id,)), person="olga"):
        pass
    assert _recent(sessions) == 61


def _recent(sessions: Sessions) -> int:
    """How many recent values of a field are compared."""
    found = look(sessions, "shelf", "penguins", clock=lambda: NOW)
    assert found is not None
    return next(field.after for field in found.drift if field.name == "mass")


def test_texts_of_which_there_are_few_are_compared_by_which_they_are() -> None:
    """A choice of long words is no text whose letters are counted, and is not counted by value either."""
    texts = [
        f"The {n}th of some sentences that are asked again and again, word by word."
        for n in range(9)
    ]
    first = [Asked(id=str(n), row={"text": texts[n % 9]}) for n in range(300)]
    same = [Asked(id=str(n), row={"text": texts[n % 9]}) for n in range(100)]
    cut = [Asked(id=str(n), row={"text": texts[n % 9][: 5 if n % 2 else 99]}) for n in range(100)]
    (found,) = compare(first, same)
    assert (found.kind, found.name, found.is_flagged) == ("field", "text", False)
    assert found.features == "which of its values it is"
    (found,) = compare(first, cut)
    assert found.is_flagged
