"""What is kept with a decision: what Health said at that moment, so that it can be read when it says something else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from db.health_alarms import ALARM_KINDS
from health.baselines import Baseline, added_up
from health.findings import Finding
from health.overview import Look
from health.report import cause_words

# A value of a field may be a whole text.
_MOST_CHARACTERS = 400
# What is accepted as the normal is of so many weeks where no answers are right less often than before.
WEEKS_ACCEPTED = 4


def evidence_of(look: Look, titles: Mapping[str, str]) -> dict[str, object]:
    """The `word`, its `sentence`, the kinds of what was `found` and went on, (right, wrong) of each version as it was `checked` in the days that an accepted baseline is of, and
    in sentences the `causes` that account for a fall; fields are called by their `titles`."""
    status, found = look.standing.status, look.causes
    return {
        "word": status.word,
        "sentence": status.sentence,
        "found": [each.kind for each in status.findings if not each.is_over],
        "checked": {v: list(labels) for v, labels in _checked(look).items()},
        "causes": [cause_words(each, titles)[:_MOST_CHARACTERS] for each in found.found]
        if found
        else [],
    }


def is_to_decide(look: Look) -> bool:
    """Whether something was found, or an alarm goes on, on which somebody can decide."""
    is_found = any(each.kind in ALARM_KINDS for each in look.standing.status.findings)
    return is_found or any(alarm.is_open for alarm in look.alarms)


def _checked(look: Look) -> dict[str, tuple[int, int]]:
    if fall := _fall(look):
        return dict(fall.checked)
    return added_up(week.checked for week in look.weeks[-WEEKS_ACCEPTED:])


def normal_of(look: Look, today: date) -> Baseline:
    """What is accepted as the new normal: while answers are right less often, those checked `since` that began, for what came before is the old
    normal; else the checked cases of the last weeks that are shown."""
    if fall := _fall(look):
        right, wrong = (sum(column) for column in zip(*fall.checked.values(), strict=True))
        return Baseline(right=right, n=right + wrong, until=today, since=fall.since)
    weeks = [week.right for week in look.weeks[-WEEKS_ACCEPTED:] if week.right.value is not None]
    n = sum(week.n for week in weeks)
    right = round(sum((week.value or 0) * week.n for week in weeks))
    return Baseline(right=right, n=n, until=today)


def _fall(look: Look) -> Finding | None:
    """That answers are right less often, where it goes on."""
    found = look.standing.status.findings
    return next((f for f in found if f.kind == "accuracy" and not f.is_over and f.checked), None)
