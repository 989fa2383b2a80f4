"""One word for the condition of a model, the sentence that says why, and what to do next: from figures alone.

| word | when |
| --- | --- |
| Act | answers are right less often than the baseline, or more requests fail than the objective allows, and still do |
| Watch | inputs changed, or what was Act has recovered and nobody has closed it |
| Not enough evidence | nobody has asked for two weeks, too few drawn cases were checked to notice a fall, or too little is known since an alarm was closed |
| Healthy | none of these |

Inputs that changed are never more than Watch: a change may be harmless, and only answers that are wrong show that it is not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal

from health.alarms.e_process import Alarm, Part, baseline, watch, watch_each
from health.baselines import Baseline as Baseline
from health.baselines import added_up, of_versions
from health.baselines import in_words as in_words
from health.closing import Closing, asked_since, checked_since
from health.estimates import MINIMUM_AUDITED, Estimate, LeftOut, Rate, rate
from health.weighted import checks_needed

Word = Literal["Healthy", "Watch", "Act", "Not enough evidence"]
WORDS: tuple[Word, ...] = ("Act", "Watch", "Not enough evidence", "Healthy")
# Of all requests that were sent, how many may fail.
OBJECTIVE = 0.01
QUIET_DAYS = 14
RECENT_DAYS = 14
# The first labels of a model are its baseline until somebody accepts another.
FIRST_LABELS = 50
# With fewer of them a version has no baseline of its own.
LEAST_OF_VERSION = 20
_HALF_WIDTH = 0.05


@dataclass(frozen=True, kw_only=True)
class DayFigures:
    """One day (UTC): drawn cases that were judged `right` and `wrong`, and requests that were `answered` and `failed`. `checked` is
    (right, wrong) by version, where that is known."""

    day: date
    right: int = 0
    wrong: int = 0
    answered: int = 0
    failed: int = 0
    checked: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Ahead:
    """How many cases are dated after today, and the last day of these."""

    cases: int
    last: date


@dataclass(frozen=True, kw_only=True)
class History:
    """What is known of a model. `days` the oldest first; `changed` are the fields whose values changed; `closed` is how
    somebody ended the last alarm, before which nothing counts any more; `ahead` are cases of which no day knows."""

    days: tuple[DayFigures, ...]
    today: date
    accuracy: Estimate
    accepted: Baseline | None = None
    changed: tuple[str, ...] = ()
    closed: Closing | None = None
    ahead: Ahead | None = None


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is found: what kind, since when, and whether it goes on. `sentence` is for a person."""

    kind: Literal["accuracy", "errors", "inputs", "quiet", "unchecked"]
    sentence: str
    since: date | None = None
    is_over: bool = False


@dataclass(frozen=True, kw_only=True)
class Status:
    """The word, a sentence that says what is known, and the next thing to do. `checks` are how many more drawn cases must
    be checked for plus or minus five points."""

    word: Word
    sentence: str
    action: str
    findings: tuple[Finding, ...]
    checks: int
    baseline: Baseline | None
    failed: Rate
    alarm: Alarm | None = None


def judge(history: History) -> Status:
    """The condition of a model."""
    standard = history.accepted or first_labels(history.days)
    alarm, wrong = _wrong(history, standard)
    findings = [each for each in (wrong, _failing(history), _changed(history)) if each]
    closed = _closed(history, standard, {each.kind for each in findings})
    word: Word = "Healthy"
    if any(each.kind != "inputs" and not each.is_over for each in findings):
        word = "Act"
    elif findings:
        word = "Watch"
    elif lacking := _lacking(history, standard) or _not_yet(closed):
        findings, word = [lacking], "Not enough evidence"
    checks = checks_for(history.accuracy)
    return Status(
        word=word,
        sentence=_sentence(history, findings, standard, closed),
        action=_action(word, findings, checks),
        findings=tuple(findings),
        checks=checks,
        baseline=standard,
        failed=_failed(_recent(history)),
        alarm=alarm,
    )


def checks_for(found: Estimate) -> int:
    """How many more drawn cases must be checked for plus or minus five points; of an unknown share, for the least, and so of
    versions of which nobody has checked any."""
    if found.value is None:
        return max(1, MINIMUM_AUDITED - found.n)
    first = sum(min(MINIMUM_AUDITED, each.waiting) for each in found.left_out)
    return first + checks_needed((found.value, found.effective or found.n, found.n), _HALF_WIDTH)


def first_labels(days: Sequence[DayFigures]) -> Baseline | None:
    """The baseline of whoever accepted none: the first days with FIRST_LABELS labels; None before there are so many."""
    right = n = 0
    since = None
    for number, day in enumerate(days, 1):
        since = since or (day.day if day.right + day.wrong else None)
        right, n = right + day.right, n + day.right + day.wrong
        if n >= FIRST_LABELS:
            checked = added_up(each.checked for each in days[:number])
            return Baseline(right=right, n=n, until=day.day, since=since, checked=checked)
    return None


def _wrong(history: History, standard: Baseline | None) -> tuple[Alarm | None, Finding | None]:
    """Answers that are right less often than the baseline."""
    if standard is None or not standard.n:
        return None, None
    days = [day for day in _after(history) if day.day > standard.until]
    alarm = watch_each([_parts(day, standard) for day in days])
    if alarm.raised is None or alarm.began is None:
        return alarm, None
    return alarm, _fall(days, days[alarm.began].day, standard)


def _parts(day: DayFigures, standard: Baseline) -> list[Part]:
    """The labels of a day against the share of their version in the baseline; against that of all where it had few."""
    every = baseline(standard.right, standard.n)
    if not day.checked:
        return [(day.right, day.wrong, every)]
    known = {
        version: baseline(right, right + wrong)
        for version, (right, wrong) in standard.checked.items()
        if right + wrong >= LEAST_OF_VERSION
    }
    return [(*labels, known.get(version, every)) for version, labels in day.checked.items()]


def _fall(days: Sequence[DayFigures], since: date, standard: Baseline) -> Finding:
    """What is worse since a day; it is over where the newest labels are as good as the baseline again."""
    fallen = [day for day in days if day.day >= since]
    now, is_over = _share_right(fallen), _is_as_good_again(fallen[-RECENT_DAYS:], standard)
    own, before = _versions_told(fallen, standard)
    sentence = (
        f"Since {in_words(since)} {percent(now)} of the drawn answers{own} are right ({now.count} of {now.n}); "
        f"{standard.words}{before}"
    )
    over = ". They are as good again as before" if is_over else ""
    return Finding(kind="accuracy", sentence=f"{sentence}{over}.", since=since, is_over=is_over)


def _is_as_good_again(newest: Sequence[DayFigures], standard: Baseline) -> bool:
    right = _share_right(newest)
    parts = [part for day in newest for part in _parts(day, standard)]
    usual = sum((right + wrong) * share for right, wrong, share in parts)
    return right.n >= MINIMUM_AUDITED and right.count >= usual


def _versions_told(fallen: Sequence[DayFigures], standard: Baseline) -> tuple[str, str]:
    """Of which versions the labels of a fall are and of which those of the baseline, where they are of others."""
    own = added_up(day.checked for day in fallen)
    if not own or not standard.checked or set(own) == set(standard.checked):
        return "", ""
    return of_versions(own), of_versions(standard.checked)


def _failing(history: History) -> Finding | None:
    """More requests fail than the objective allows."""
    days = _after(history)
    alarm = watch([(day.answered, day.failed) for day in days], 1 - OBJECTIVE)
    if alarm.raised is None or alarm.began is None:
        return None
    failing = [day for day in days[alarm.began :] if day.failed]
    first, last = failing[0].day, failing[-1].day
    if last <= history.today - timedelta(days=2 * RECENT_DAYS):
        return None  # it is long over, and stands in the chart
    count = sum(day.failed for day in failing)
    sent = sum(day.failed + day.answered for day in days[alarm.began :])
    lately = _failed(days[-RECENT_DAYS // 2 :])
    is_over = lately.low <= OBJECTIVE
    when = f"on {in_words(first)}" if first == last else f"since {in_words(first)}"
    sentence = f"{count:,} of {sent:,} requests failed {when}; more than 1 in 100 is an alarm."
    if is_over:
        sentence = f"{count:,} request{'s' if count > 1 else ''} failed {when}. Since then the server answers."
    return Finding(kind="errors", sentence=sentence, since=first, is_over=is_over)


def _closed(history: History, standard: Baseline | None, again: Collection[str]) -> Finding | None:
    """Who closed what went on, and what is known since; it is over where that is enough. None where nothing went on. What is found
    `again` says itself what is known."""
    closed = history.closed
    if closed is None or closed.is_accepted:
        return None
    before, after = _before(history, closed), _after(history)
    found = {f.kind for f in (_wrong(before, standard)[1], _failing(before)) if f and not f.is_over}
    known = []
    if "accuracy" in found - set(again) and standard:
        known.append(checked_since(_share_right(after), baseline(standard.right, standard.n)))
    if "errors" in found - set(again):
        known.append(asked_since(_failed(after), OBJECTIVE))
    if not found:
        return None
    return Finding(
        kind="unchecked",
        sentence=" ".join([closed.words, *(each.sentence for each in known)]),
        since=closed.at.date(),
        is_over=all(each.is_enough for each in known),
    )


def _changed(history: History) -> Finding | None:
    if not history.changed:
        return None
    names = ", ".join(history.changed[:3]) + (" and more" if len(history.changed) > 3 else "")
    verb = "differs" if len(history.changed) == 1 else "differ"
    return Finding(
        kind="inputs", sentence=f"What is asked about has changed: {names} {verb} from before."
    )


def _lacking(history: History, standard: Baseline | None) -> Finding | None:
    """What is missing to say anything. Without a baseline nothing would be noticed, however many answers are wrong."""
    asked = [day.day for day in history.days if day.answered + day.failed]
    if not asked:
        return Finding(kind="quiet", sentence="Nobody has asked this model yet.")
    if (history.today - asked[-1]).days >= QUIET_DAYS:
        sentence = f"Nobody has asked this model since {in_words(asked[-1])}."
        return Finding(kind="quiet", sentence=sentence, since=asked[-1])
    if not history.accuracy.enough:
        found = history.accuracy
        sentence = f"{found.n:,} of {found.drawn:,} drawn cases are checked so far."
        return Finding(kind="unchecked", sentence=sentence)
    if history.accuracy.unknown > history.accuracy.of:
        return Finding(kind="unchecked", sentence="So most answers are left out.")
    if standard is None:
        sentence = f"A fall is noticed once {FIRST_LABELS} drawn cases are checked."
        return Finding(kind="unchecked", sentence=sentence)
    return None


def _not_yet(closed: Finding | None) -> Finding | None:
    return None if closed is None or closed.is_over else closed


def _sentence(
    history: History,
    findings: Sequence[Finding],
    standard: Baseline | None,
    closed: Finding | None,
) -> str:
    """How often it is right, who closed what, then what was found."""
    parts = [accuracy_words(history.accuracy)] if history.accuracy.enough else []
    parts += [closed.sentence] if closed and closed not in findings else []
    parts += [each.sentence for each in findings]
    if not findings and standard is not None:
        kept = "what was accepted" if standard.is_accepted else "its first checked cases"
        what = "Answers since then are" if closed else "That is"
        parts.append(f"{what} no worse than {kept}, and the inputs look as before.")
        if history.closed and history.closed.is_accepted:
            parts += _still_failing(history.days[-RECENT_DAYS // 2 :])
    if history.ahead:
        parts.append(_ahead_words(history.ahead))
    return " ".join(parts)


def _still_failing(days: Sequence[DayFigures]) -> list[str]:
    """That more requests fail than would be an alarm, where somebody accepted that."""
    lately = _failed(days)
    if lately.low <= OBJECTIVE:
        return []
    return [f"{lately.count:,} of {lately.n:,} requests of the last week failed, as was accepted."]


def _ahead_words(ahead: Ahead) -> str:
    is_one = ahead.cases == 1
    cases = "1 case is" if is_one else f"{ahead.cases:,} cases are"
    return (
        f"{cases} dated after today, up to {in_words(ahead.last)} {ahead.last.year}: the clock of the machine that recorded them is wrong. "
        f"{'It counts' if is_one else 'They count'} in all figures but those by day and week."
    )


def _action(word: Word, findings: Sequence[Finding], checks: int) -> str:
    kinds = {each.kind for each in findings if not each.is_over} or {f.kind for f in findings}
    if "accuracy" in kinds:
        return "Look at the wrong answers, then tell whoever runs the model."
    if "errors" in kinds:
        return "Look at the requests that failed."
    if "inputs" in kinds:
        return "Look at the newest cases: has a sensor, a form or a unit changed?"
    if "quiet" in kinds:
        return "Ask it, or remove it."
    return _next_check(word, findings, checks)


def _next_check(word: Word, findings: Sequence[Finding], checks: int) -> str:
    if any(each.since for each in findings):
        return "Ask and check some more cases, then look again."
    if checks:
        return f"Check {checks:,} more drawn case{'s' if checks > 1 else ''}."
    return "Nothing to do." if word == "Healthy" else "Look at it, and close it."


def accuracy_words(found: Estimate) -> str:
    """`94 % of answers are right (95 % interval 90–97 %).` Where some are left out: `94 % of 1,200 answers, of 7,200 in all, …`"""
    if found.value is None or found.low is None or found.high is None:
        return f"{found.n:,} of {found.drawn:,} drawn cases are checked so far."
    interval = f"{found.low * 100:.0f}–{found.high * 100:.0f} %"
    left_out = left_out_words(found)
    answers = "answers"
    if left_out:
        answers = f"{found.of:,} answers, of {found.of + found.unknown:,} in all,"
    said = f"{share_words(found.value)} of {answers} are right (95 % interval {interval})."
    return f"{said} {left_out}".strip()


def left_out_words(found: Estimate) -> str:
    """`Left out is version 2 with 6,000 of 7,200 answers: nobody has checked any of them, so nothing is known of them.` Empty
    where the estimate speaks for all answers, but for at most one in a hundred."""
    every = found.of + found.unknown
    if found.unknown * 100 <= every or found.value is None:
        return ""
    counts = [f"{each.cases:,}" for each in found.left_out]
    counts[0] += f" of {every:,} answers"
    named = [
        f"{_answers_of(each)} with {n}" for each, n in zip(found.left_out, counts, strict=True)
    ]
    are = "is" if len(named) == 1 else "are"
    listed = " and ".join(filter(None, (", ".join(named[:-1]), named[-1])))
    why = "nobody has checked any of them, so nothing is known of them"
    if any(each.judged for each in found.left_out):
        why = "of them only what somebody reported is judged, which is mostly what is wrong"
    return f"Left out {are} {listed}: {why}."


def _answers_of(found: LeftOut) -> str:
    version = f"version {found.version}" if found.version else "this model"
    parts = {"all": "", "rows": "rows of files of ", "single": "what was asked singly of "}
    return f"{parts[found.kind]}{version}"


def percent(found: Rate) -> str:
    return "–" if found.value is None else share_words(found.value)


def share_words(value: float) -> str:
    """`94 %`; 100 and 0 are for what is exactly so."""
    if 0 < value < 0.005 or 0.995 <= value < 1:
        return f"{value * 100:.1f} %"
    return f"{value * 100:.0f} %"


def _after(history: History) -> list[DayFigures]:
    """The days since somebody ended the last alarm; of the day of that what came after it."""
    closed = history.closed
    if closed is None:
        return list(history.days)
    rest = DayFigures(
        day=closed.at.date(),
        right=closed.right,
        wrong=closed.wrong,
        answered=closed.answered,
        failed=closed.failed,
    )
    return [rest, *(day for day in history.days if day.day > rest.day)]


def _before(history: History, closed: Closing) -> History:
    """What was known when it was closed."""
    last = closed.at.date()
    rest = next(iter(_after(history)))
    days = [day for day in history.days if day.day < last]
    days += [_less(day, rest) for day in history.days if day.day == last]
    return replace(history, closed=None, today=last, days=tuple(days))


def _less(day: DayFigures, rest: DayFigures) -> DayFigures:
    names = ("right", "wrong", "answered", "failed")
    return replace(day, **{n: max(0, getattr(day, n) - getattr(rest, n)) for n in names})


def _recent(history: History) -> list[DayFigures]:
    first = history.today - timedelta(days=RECENT_DAYS)
    return [day for day in history.days if day.day > first]


def _share_right(days: Sequence[DayFigures]) -> Rate:
    right = sum(day.right for day in days)
    return rate(right, right + sum(day.wrong for day in days))


def _failed(days: Sequence[DayFigures]) -> Rate:
    failed = sum(day.failed for day in days)
    return rate(failed, failed + sum(day.answered for day in days))
