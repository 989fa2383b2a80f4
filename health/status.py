"""One word for the condition of a model, the sentence that says why, and what to do next: from figures alone.

| word | when |
| --- | --- |
| Act | answers are right less often than the baseline, or more requests fail than the objective allows, and still do |
| Watch | inputs or answers changed, or what was Act has recovered and nobody has closed it |
| Not enough evidence | nobody has asked for two weeks, too few drawn cases were checked to notice a fall, or too little is known since an alarm was closed |
| Healthy | none of these |

Inputs or answers that changed are never more than Watch: a change may be harmless, and only answers that are wrong show that it is not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta

from health.alarms.e_process import Alarm, Labels, watch, watch_each
from health.baselines import Baseline, added_up, in_words, least_share, of_versions
from health.closing import Closing, Since, asked_since, checked_since, compared_since
from health.estimates import MINIMUM_AUDITED, Estimate, share_words
from health.findings import WORDS, Finding, Status, Word
from health.history import (
    Ahead,
    DayFigures,
    History,
    Inputs,
    days_after,
    share_failed,
    share_right,
    when_closed,
)
from health.sentences import (
    MOST_LEFT_OUT,
    OBJECTIVE,
    Checks,
    accuracy_words,
    action_words,
    answers_words,
    condition_words,
    is_of_checks,
    left_out_words,
    listed,
    percent,
)
from health.weighted import checks_needed

__all__ = [
    "OBJECTIVE",
    "WORDS",
    "Ahead",
    "Baseline",
    "DayFigures",
    "Finding",
    "History",
    "Inputs",
    "Status",
    "Word",
    "accuracy_words",
    "checks_for",
    "first_labels",
    "judge",
    "left_out_words",
    "share_words",
]

QUIET_DAYS = 14
RECENT_DAYS = 14
# The first labels of a model are its baseline until somebody accepts another.
FIRST_LABELS = 50
# With fewer of them a version has no baseline of its own.
LEAST_OF_VERSION = 20
_HALF_WIDTH = 0.05


def judge(history: History) -> Status:
    """The condition of a model."""
    standard = history.accepted or first_labels(history.days)
    alarm, wrong = _wrong(history, standard)
    findings = [each for each in (wrong, _failing(history), _changed(history.inputs)) if each]
    closed = _closed(history, standard, {each.kind for each in findings})
    word: Word = "Healthy"
    if any(each.kind != "inputs" and not each.is_over for each in findings):
        word = "Act"
    elif findings:
        word = "Watch"
    elif lacking := _lacking(history, standard) or _not_yet(closed):
        findings, word = [lacking], "Not enough evidence"
    checks = Checks(needed=checks_for(history.accuracy), waiting=history.unchecked)
    return Status(
        word=word,
        sentence=condition_words(history, findings, standard, closed),
        action=action_words(word, findings, checks, is_of_answers=not history.inputs.changed),
        findings=tuple(findings),
        checks=checks.needed,
        baseline=standard,
        failed=share_failed(_recent(history)),
        alarm=alarm,
        to_check=checks.waiting if is_of_checks(findings, checks.needed) else 0,
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
    days = [day for day in days_after(history) if day.day > standard.until]
    every = (standard.right, standard.n - standard.right)
    alarm = watch_each([_labels(day) for day in days], every, _known(standard))
    if alarm.raised is None or alarm.began is None:
        return alarm, None
    return alarm, _fall(days, alarm.began, standard)


def _labels(day: DayFigures) -> Labels:
    return day.checked or {"": (day.right, day.wrong)}


def _known(standard: Baseline) -> Labels:
    """The versions that have a baseline of their own."""
    return {v: labels for v, labels in standard.checked.items() if sum(labels) >= LEAST_OF_VERSION}


def _fall(days: Sequence[DayFigures], began: int, standard: Baseline) -> Finding:
    """What is worse since a day, than in the baseline and until then; it is over where the newest labels are as good as the baseline
    again."""
    fallen, until_then, since = days[began:], share_right(days[:began]), days[began].day
    now, is_over = share_right(fallen), _is_as_good_again(fallen[-RECENT_DAYS:], standard)
    own, before = _versions_told(fallen, standard)
    sentence = f"Since {in_words(since)} {percent(now)} of the drawn answers{own} are right ({now.count} of {now.n})"
    sentence += (
        f". {standard.accepted_words(before)}"
        if standard.is_accepted
        else f"; {standard.words}{before}"
    )
    if until_then.n:
        join = "; " if standard.is_accepted else ", and "
        sentence += f"{join}from then until {in_words(days[began - 1].day)} {until_then.count} of {until_then.n}"
    again = "what was accepted" if standard.is_accepted else "at first"
    over = f". They are as good again as {again}" if is_over else ""
    return Finding(
        kind="accuracy",
        sentence=f"{sentence}{over}.",
        since=since,
        is_over=is_over,
        checked=added_up(_labels(day) for day in fallen),
    )


def _is_as_good_again(newest: Sequence[DayFigures], standard: Baseline) -> bool:
    """Each version beside its own share in the baseline; beside that of all where it had few."""
    right, known = share_right(newest), _known(standard)
    every = least_share(standard.right, standard.n)
    usual = sum(
        sum(labels) * (least_share(known[v][0], sum(known[v])) if v in known else every)
        for day in newest
        for v, labels in _labels(day).items()
    )
    return right.n >= MINIMUM_AUDITED and right.count >= usual


def _versions_told(fallen: Sequence[DayFigures], standard: Baseline) -> tuple[str, str]:
    """Of which versions the labels of a fall are and of which those of the baseline, where they are of others."""
    own = added_up(day.checked for day in fallen)
    if not own or not standard.checked or set(own) == set(standard.checked):
        return "", ""
    return of_versions(own), of_versions(standard.checked)


def _failing(history: History) -> Finding | None:
    """More requests fail than the objective allows."""
    days = days_after(history)
    alarm = watch([(day.answered, day.failed) for day in days], 1 - OBJECTIVE)
    if alarm.raised is None or alarm.began is None:
        return None
    failing = [day for day in days[alarm.began :] if day.failed]
    first, last = failing[0].day, failing[-1].day
    if last <= history.today - timedelta(days=2 * RECENT_DAYS):
        return None  # it is long over, and stands in the chart
    count = sum(day.failed for day in failing)
    sent = sum(day.failed + day.answered for day in days[alarm.began :])
    lately = share_failed(days[-RECENT_DAYS // 2 :])
    is_over = lately.low <= OBJECTIVE
    when = f"on {in_words(first)}" if first == last else f"since {in_words(first)}"
    sentence = f"{count:,} of {sent:,} requests failed {when}; more than 1 in 100 is an alarm."
    if is_over:
        sentence = _over_words(count, first, last)
    return Finding(kind="errors", sentence=sentence, since=first, is_over=is_over)


def _over_words(count: int, first: date, last: date) -> str:
    """That requests failed, on which days, and that it is over."""
    requests = "1 request" if count == 1 else f"{count:,} requests"
    when = f"on {in_words(first)}" if first == last else f"from {in_words(first)} to {in_words(last)}"  # fmt: skip
    return f"{requests} failed {when}, which is over: since then the server answers."


def _closed(history: History, standard: Baseline | None, again: Collection[str]) -> Finding | None:
    """Who closed what went on, and what is known since; it is over where that is enough. None where nothing went on. What is found
    `again` says itself what is known."""
    closed = history.closed
    if closed is None or closed.is_accepted:
        return None
    found, was = _closed_then(history, closed, standard)
    if not found:
        return None
    known = list(_known_since(history, standard, found - set(again)))
    return Finding(
        kind="unchecked",
        sentence=" ".join(filter(None, [closed.words, was, *(each.sentence for each in known)])),
        since=closed.at.date(),
        is_over=all(each.is_enough for each in known),
    )


def _closed_then(
    history: History, closed: Closing, standard: Baseline | None
) -> tuple[set[str], str]:
    """What went on when it was closed, and of a fall how many answers were right until then, in words: not where something else was
    closed, whose reason is no reason of the fall."""
    then = when_closed(history, closed)
    every = (_wrong(then, standard)[1], _failing(then))
    found = {each.kind: each for each in every if each and not each.is_over}
    inputs = {"inputs"} & set(closed.found)
    fall, is_of_others = found.get("accuracy"), closed.found and "accuracy" not in closed.found
    if fall is None or fall.since is None or is_of_others:
        return inputs | set(found), ""
    since = fall.since
    right = share_right([day for day in then.days if day.day >= since])
    was = f"From {in_words(since)} until then {right.count:,} of {right.n:,} drawn answers were right."
    return inputs | set(found), was


def _known_since(history: History, standard: Baseline | None, kinds: set[str]) -> Iterator[Since]:
    """What is known of each since an alarm was closed."""
    since = days_after(history)
    if "accuracy" in kinds and standard:
        yield checked_since(share_right(since), least_share(standard.right, standard.n))
    if "errors" in kinds:
        yield asked_since(share_failed(since), OBJECTIVE)
    if "inputs" in kinds:
        yield compared_since(history.inputs.now)


def _changed(inputs: Inputs) -> Finding | None:
    """What is asked about is not what it was, or what is answered."""
    answers = inputs.answers
    if not inputs.changed and answers is None:
        return None
    then = "before"
    if inputs.accepted:
        then = f"the first cases after {in_words(inputs.accepted)}, when its state was accepted"
    if inputs.chosen:
        then = inputs.chosen
    sentences = [_asked_words(inputs, then)] if inputs.changed else []
    sentences += [answers_words(answers, then, is_more=bool(sentences))] if answers else []
    since = [*inputs.since[:1], *([answers.since] if answers and answers.since else [])]
    return Finding(kind="inputs", sentence=" ".join(sentences), since=min(since, default=None))


def _asked_words(inputs: Inputs, then: str) -> str:
    names = listed([*inputs.changed[:3], "others"] if len(inputs.changed) > 3 else inputs.changed)
    verb = "differs" if len(inputs.changed) == 1 else "differ"
    first = inputs.since[0] if inputs.since else None
    when = ""
    if first:
        when = f", {'the first ' if len(inputs.since) > 1 else ''}since {in_words(first)}"
    return f"What is asked about has changed: {names} {verb} from {then}{when}."


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
        return Finding(kind="unchecked", sentence=MOST_LEFT_OUT)
    if standard is None:
        sentence = f"A fall is noticed once {FIRST_LABELS} drawn cases are checked."
        return Finding(kind="unchecked", sentence=sentence)
    return None


def _not_yet(closed: Finding | None) -> Finding | None:
    return None if closed is None or closed.is_over else closed


def _recent(history: History) -> list[DayFigures]:
    first = history.today - timedelta(days=RECENT_DAYS)
    return [day for day in history.days if day.day > first]
