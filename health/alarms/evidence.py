"""What is kept with a decision: what Health said at that moment, so that it can be read when it says something else."""

from __future__ import annotations

from collections.abc import Mapping

from db.health_alarms import ALARM_KINDS
from health.normal import Normal
from health.overview import Look
from health.report import cause_words

# A value of a field may be a whole text.
_MOST_CHARACTERS = 400


def evidence_of(
    look: Look, titles: Mapping[str, str], normal: Normal | None = None
) -> dict[str, object]:
    """The `word`, its `sentence`, the kinds of what was `found` and went on, (right, wrong) of each version as it was `checked` in the days that a baseline is of which is accepted, from the
    day of `checked_since` on, and in sentences the `causes` that account for a fall; fields are called by their `titles`. The baseline is
    that of now, or of a `normal` that somebody was shown."""
    status, found = look.standing.status, look.causes
    baseline = (normal or look.normal).baseline
    return {
        "word": status.word,
        "sentence": status.sentence,
        "found": [each.kind for each in status.findings if not each.is_over],
        "checked": {v: list(labels) for v, labels in baseline.checked.items()},
        "checked_since": baseline.since.isoformat() if baseline.since else "",
        "causes": [cause_words(each, titles)[:_MOST_CHARACTERS] for each in found.found]
        if found
        else [],
    }


def is_to_decide(look: Look) -> bool:
    """Whether something was found, or an alarm goes on, on which somebody can decide."""
    is_found = any(each.kind in ALARM_KINDS for each in look.standing.status.findings)
    return is_found or any(alarm.is_open for alarm in look.alarms)
