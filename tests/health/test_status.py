"""Twelve scripted incidents get the right word, and of twelve quiet histories none is Act."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pytest

from health.baselines import in_words
from health.closing import Closing
from health.estimates import Estimate, Group, accuracy
from health.sentences import lead_words
from health.status import Baseline, DayFigures, History, Inputs, Status, first_labels, judge

TODAY = date(2026, 11, 28)
DAYS = 90


def history(
    accuracies: Callable[[int], float] = lambda _: 0.94,
    failures: Callable[[int], float] = lambda _: 0.0,
    labels: Callable[[int], int] = lambda _: 4,
    asked: Callable[[int], int] = lambda _: 20,
    seed: int = 1,
    **more: object,
) -> History:
    """Ninety days, drawn by a seed: the chance of a right answer, of a failure, how many are checked, how many asked."""
    random = np.random.default_rng(seed)
    days = []
    for number in range(DAYS):
        n, sent = labels(number), asked(number)
        right = int(random.binomial(n, accuracies(number)))
        failed = int(random.binomial(sent, failures(number)))
        day = TODAY - timedelta(days=DAYS - 1 - number)
        days.append(
            DayFigures(day=day, right=right, wrong=n - right, failed=failed, answered=sent - failed)
        )
    return History(days=tuple(days), today=TODAY, accuracy=_estimate(days), **more)


def _estimate(days: Iterable[DayFigures]) -> Estimate:
    return accuracy(_groups(days))


def _groups(days: Iterable[DayFigures]) -> list[Group]:
    right, wrong = sum(d.right for d in days), sum(d.wrong for d in days)
    silent = sum(d.answered for d in days) - right - wrong
    groups = [(True, True, right), (True, False, wrong), (False, None, max(0, silent))]
    return [
        Group(probability=0.2, is_audited=a, is_volunteered=False, is_right=r, cases=n)
        for a, r, n in groups
        if n
    ]


def _from(day: int, then: float, before: float) -> Callable[[int], float]:
    return lambda number: then if number >= day else before


def _between(first: int, last: int, then: float, before: float) -> Callable[[int], float]:
    return lambda number: then if first <= number < last else before


ACCEPTED = Baseline(right=98, n=100, until=TODAY - timedelta(days=40), is_accepted=True)
INCIDENTS: dict[str, tuple[str, History]] = {
    "a bad version": ("Act", history(_from(65, 0.75, 0.94))),
    "a version that went back, against an accepted baseline": (
        "Act",
        history(_from(60, 0.86, 0.97), accepted=ACCEPTED),
    ),
    "answers like a coin's": ("Act", history(_from(80, 0.5, 0.94))),
    "a slow decline": ("Act", history(lambda n: 0.96 - max(0, n - 30) * 0.006)),
    "a unit that changed and makes answers wrong": (
        "Act",
        history(_from(70, 0.7, 0.94), inputs=Inputs(changed=("flipper length",))),
    ),
    "a unit that changed and does no harm": (
        "Watch",
        history(inputs=Inputs(changed=("flipper length",))),
    ),
    "every third request fails": ("Act", history(failures=lambda _: 0.33)),
    "an outage that goes on": ("Act", history(failures=_from(87, 0.8, 0.0))),
    "an outage of one day, over since": ("Watch", history(failures=_between(79, 80, 0.8, 0.0))),
    "a bad week that is over": ("Watch", history(_between(55, 65, 0.4, 0.95), seed=4)),
    "nobody asks any more": (
        "Not enough evidence",
        history(asked=lambda n: 20 if n < 55 else 0, labels=lambda n: 4 if n < 55 else 0),
    ),
    "nobody checks": ("Not enough evidence", history(labels=lambda n: 1 if n % 20 == 0 else 0)),
}


@pytest.mark.parametrize(("word", "given"), INCIDENTS.values(), ids=INCIDENTS)
def test_an_incident_gets_its_word(word: str, given: History) -> None:
    found = judge(given)
    assert (found.word, bool(found.sentence), bool(found.action)) == (word, True, True)


def _weekend(number: int) -> int:
    return 0 if number % 7 >= 5 else 6


QUIET: dict[str, History] = {
    "good": history(seed=11),
    "very good": history(lambda _: 0.99, seed=12),
    "perfect": history(lambda _: 1.0, seed=13),
    "half right, as ever": history(lambda _: 0.5, seed=14),
    "few checks": history(labels=lambda n: n % 2, seed=15),
    "many checks": history(labels=lambda _: 30, asked=lambda _: 200, seed=16),
    "weekends": history(labels=_weekend, asked=lambda n: _weekend(n) * 5, seed=17),
    "a failure now and then": history(failures=lambda _: 0.004, seed=18),
    "getting better": history(lambda n: 0.85 + n * 0.001, seed=19),
    "accepted": history(seed=20, accepted=replace(ACCEPTED, right=94)),
    "more and more asked": history(asked=lambda n: 5 + n, seed=21),
    "three fields changed": history(seed=22, inputs=Inputs(changed=("a", "b", "c"))),
}


@pytest.mark.parametrize("given", QUIET.values(), ids=QUIET)
def test_a_quiet_history_is_not_act(given: History) -> None:
    is_compared = first_labels(given.days) or given.accepted
    usual = "Healthy" if is_compared else "Not enough evidence"
    assert judge(given).word == ("Watch" if given.inputs.changed else usual)


def test_nothing_is_healthy_before_there_is_something_to_compare_it_with() -> None:
    """However wrong its answers are, a fall could not be noticed yet."""
    for share in (0.2, 0.95):
        found = judge(history(lambda _, share=share: share, labels=lambda n: n % 2, seed=15))
        assert found.word == "Not enough evidence"
        assert "A fall is noticed once 50 drawn cases are checked." in found.sentence


def test_there_are_twelve_of_each() -> None:
    assert (len(INCIDENTS), len(QUIET)) == (12, 12)


def test_the_sentence_says_how_often_it_is_right_since_when_not_and_what_to_do() -> None:
    found = judge(INCIDENTS["a bad version"][1])
    assert "of answers are right (95 % interval" in found.sentence
    assert "Since 6 November 71 % of the drawn answers are right (65 of 92)" in found.sentence
    assert "(65 of 92); from 31 August to 12 September, it was " in found.sentence
    accepted = judge(INCIDENTS["a version that went back, against an accepted baseline"][1])
    assert (
        ". Accepted on 19 October: 98 of 100 checked answers right; from then until 31 October 48 of 48."
        in accepted.sentence
    )
    assert found.action == "Look at the wrong answers, then tell whoever runs the model."


def _with_unchecked(given: History, cases: int) -> History:
    """The same, with so many answers of a version that nobody checked."""
    silent = Group(
        probability=0.2,
        is_audited=False,
        is_volunteered=False,
        is_right=None,
        cases=cases,
        version="2",
    )
    drawn = replace(silent, is_audited=True, cases=cases // 5)
    return replace(given, accuracy=accuracy([*_groups(given.days), silent, drawn]))


def test_why_it_is_act_comes_before_what_is_left_out() -> None:
    sentence = judge(_with_unchecked(INCIDENTS["a bad version"][1], 500)).sentence
    assert re.match(
        r"\d\d % of 1,800 answers, of 2,400 in all, are right \(95 % [^)]*\)\. Since ", sentence
    )
    assert sentence.endswith(
        "Left out: version 2 with 600 of 2,400 answers. Nobody has checked any of them, so nothing is known of them."
    )
    as_before = judge(_with_unchecked(QUIET["good"], 500)).sentence
    assert as_before.index("no worse than its first checked cases") < as_before.index("Left out")
    # Where most are left out, that is why.
    most = judge(_with_unchecked(QUIET["good"], 5_000)).sentence
    assert most.endswith("so nothing is known of them. So most answers are left out.")


def test_the_versions_are_said_where_the_baseline_is_of_others() -> None:
    def of(version: str, day: DayFigures) -> DayFigures:
        return replace(day, checked={version: (day.right, day.wrong)})

    given = INCIDENTS["a bad version"][1]
    days = [of("2" if n >= 65 else "1", day) for n, day in enumerate(given.days)]
    found = judge(replace(given, days=tuple(days))).sentence
    assert "71 % of the drawn answers of version 2 are right (65 of 92); from 31 August" in found
    assert found.count("of version 1, and from then until 5 November 201 of 216.") == 1
    same = judge(replace(given, days=tuple(of("1", day) for day in given.days))).sentence
    assert same == judge(given).sentence
    accepted = replace(ACCEPTED, checked=dict.fromkeys("1234", (10, 0)))
    given = replace(INCIDENTS["a version that went back, against an accepted baseline"][1], accepted=accepted)  # fmt: skip
    found = judge(replace(given, days=tuple(of("5", day) for day in given.days))).sentence
    assert (
        "Accepted on 19 October: 98 of 100 checked answers of versions 1, 2 and others right; from then until"
        in found
    )


def test_what_was_accepted_is_said_with_its_figure_beside_the_share_of_all_days() -> None:
    given = INCIDENTS["a bad version"][1]
    (fall,) = judge(given).findings
    assert fall.checked == {"": (65, 27)}
    now = Baseline(right=65, n=92, until=TODAY, is_accepted=True)
    after = judge(replace(given, accepted=now))
    assert after.word == "Healthy"
    assert (
        "That is of all days since 31 August. Accepted on 28 November: 65 of 92 checked answers right (71 %). "
        "None is checked since then. The inputs look as before."
    ) in after.sentence
    week_ago = replace(now, until=TODAY - timedelta(days=7))
    assert "(71 %). Since then: 22 of 28, which is no worse. The" in judge(replace(given, accepted=week_ago)).sentence  # fmt: skip


def test_what_counts_since_a_closing_is_said_to_count_since_then_alone() -> None:
    """Answers fall from day 65 on, which is 4 November, and are right again from day 77 on; that was closed on 19 November."""
    given = history(_between(65, 77, 0.5, 0.97), accepted=replace(ACCEPTED, right=94))
    ended = date(2026, 11, 19)
    since = [day for day in given.days if day.day > ended]
    right, n = sum(day.right for day in since), sum(day.right + day.wrong for day in since)
    inputs = Inputs(accepted=ACCEPTED.until, before=1)
    told = _closed_on(ended, replace(given, inputs=inputs)).sentence
    assert "94 of 100 checked answers right (94 %)" in told
    assert f". Since an alarm was closed on 19 November: {right} of {n}, which is no worse." in told
    assert told.index("of all days since") < told.index("Closed by")
    assert "Since then:" not in told
    assert told.endswith(
        " Its inputs cannot be compared yet: it takes 20 cases of the version in use from after 19 October that are older than two weeks, "
        "and there is only 1."
    )
    none = _closed_on(ended, replace(given, inputs=replace(inputs, before=0))).sentence
    assert none.endswith("that are older than two weeks, and there is none.")
    earlier = _closed_on(ACCEPTED.until - timedelta(days=1), given).sentence
    assert "an alarm was closed" not in earlier


def _closed_on(
    day: date,
    given: History,
    *,
    is_accepted: bool = False,
    found: tuple[str, ...] = (),
    **rest: int,
) -> Status:
    closed = Closing(
        person="olga", at=datetime.combine(day, time(14), tzinfo=UTC), reason="rolled back",
        is_accepted=is_accepted, found=found, **rest,
    )  # fmt: skip
    return judge(replace(given, closed=closed))


def test_closing_makes_nothing_healthy_and_what_comes_after_it_is_watched_anew() -> None:
    """Answers are worse from day 65 on, which is 4 November: closed today, closed while it goes on, closed and mended."""
    given = INCIDENTS["a bad version"][1]
    found = _closed_on(TODAY, given)
    assert found.word == "Not enough evidence"
    closed = "Closed by olga on 28 November 14:00 UTC: 'rolled back'."
    was = "From 6 November until then 65 of 92 drawn answers were right."
    none = "No drawn answer since then is checked: too few to tell yet."
    assert f"{closed} {was} {none}" in found.sentence
    of_both = _closed_on(TODAY, given, found=("errors", "accuracy"))
    assert f"{closed} {was} {none}" in of_both.sentence
    of_errors = _closed_on(TODAY, given, found=("errors",))  # its reason is none of the fall
    assert (of_errors.word, f"{closed} {none}" in of_errors.sentence) == (found.word, True)
    assert found.action == "Ask and check some more cases, then look again."
    assert found.baseline == judge(given).baseline
    assert "2 of 6 checked drawn answers since then are right: too few to tell yet" in (
        _closed_on(TODAY, given, right=2, wrong=4).sentence
    )
    again = _closed_on(TODAY, given, right=3, wrong=12)
    assert (again.word, again.findings[0].since) == ("Act", TODAY)
    # What came after it on its day is not told as what was.
    until = re.search(r"From 6 November until then (\d+) of (\d+) drawn", again.sentence)
    assert until is not None
    last = given.days[-1]
    right, wrong = 65 - min(last.right, 3), 27 - min(last.wrong, 12)
    assert until.groups() == (str(right), str(right + wrong))
    assert " were right. Since 28 November 20 % of the drawn answers" in again.sentence
    ended = TODAY - timedelta(days=13)
    assert _closed_on(ended, history(_from(65, 0.6, 0.94))).word == "Act"
    mended = _closed_on(ended, history(_between(65, 77, 0.5, 0.97)))
    assert mended.word == "Healthy"
    assert "drawn answers since then are right. Answers since then are no worse" in mended.sentence
    assert "Closed" not in _closed_on(ended, QUIET["good"]).sentence  # there was nothing to close


def test_failures_after_closing_count_from_the_moment_on() -> None:
    given = INCIDENTS["an outage that goes on"][1]
    assert judge(given).word == "Act"
    few = _closed_on(TODAY, given, answered=3)
    assert few.word == "Not enough evidence"
    assert "0 of 3 requests since then failed: too few to tell yet." in few.sentence
    assert _closed_on(TODAY, given, answered=40).word == "Healthy"
    again = _closed_on(TODAY, given, answered=27, failed=13)
    assert again.word == "Act"
    assert "13 of 40 requests failed on 28 November" in again.sentence


@pytest.mark.parametrize("days", [(), (DayFigures(day=TODAY),), (DayFigures(day=TODAY, wrong=1),)])
def test_next_to_nothing_is_not_enough_evidence(days: tuple[DayFigures, ...]) -> None:
    found: Status = judge(History(days=days, today=TODAY, accuracy=_estimate(days)))
    assert found.word == "Not enough evidence"
    assert found.checks == 10 - sum(day.wrong for day in days)


def test_failures_that_were_accepted_are_still_told() -> None:
    now = Baseline(right=94, n=100, until=TODAY, is_accepted=True)
    given = history(failures=lambda _: 0.33, accepted=now)
    found = _closed_on(TODAY, given, is_accepted=True)
    assert found.word == "Healthy"
    assert "requests of the last week failed, as was accepted." in found.sentence
    assert "last week" not in _closed_on(TODAY, history(accepted=now), is_accepted=True).sentence


def test_failures_that_are_over_say_so_and_do_not_lead() -> None:
    fails = {68: 0.9, 70: 0.9}
    known = history(_from(70, 0.3, 0.96), failures=lambda n: fails.get(n, 0.0))
    found = judge(known)
    errors = next(each for each in found.findings if each.kind == "errors")
    first, last = (in_words(TODAY - timedelta(days=DAYS - 1 - n)) for n in fails)
    assert errors.is_over
    assert f"failed from {first} to {last}, which is over: since then the server answers." in (
        found.sentence
    )
    fall = next(each for each in found.findings if each.kind == "accuracy")
    lead = lead_words(found.sentence, (errors, fall))
    assert lead in fall.sentence
    assert lead_words(found.sentence, ()) == f"{found.sentence.partition('. ')[0]}."
