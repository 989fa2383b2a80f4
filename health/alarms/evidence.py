"""What is kept with a decision: what Health said at that moment, so that it can be read when it says something else."""

from __future__ import annotations

from collections.abc import Mapping

from health.baselines import added_up
from health.overview import Look
from health.report import cause_words

# A value of a field may be a whole text.
_MOST_CHARACTERS = 400
# What is accepted as the normal is of so many weeks.
WEEKS_ACCEPTED = 4


def evidence_of(look: Look, titles: Mapping[str, str]) -> dict[str, object]:
    """The `word`, its `sentence`, the kinds of what was `found` and went on, (right, wrong) of each version as it was `checked` in the weeks that an accepted baseline is of, and
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


def _checked(look: Look) -> dict[str, tuple[int, int]]:
    return added_up(week.checked for week in look.weeks[-WEEKS_ACCEPTED:])
