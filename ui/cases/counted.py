"""The cases that a figure of Health counts, as a choice of the list: who follows a figure finds exactly those."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from cases.search import CaseFilter
from health.overview import NEWEST
from health.summary import ESTIMATED, NOT_SENT, SERVED

WRONG, UNCHECKED, FAILED, UNLIKE = "wrong", "unchecked", "failed", "unlike"
DRAWN = "drawn"
# Where every case was judged, figures count all of them, drawn or not.
WRONG_OF_ALL = "judged-wrong"


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What is counted, in words for the chip, and which cases those are beside what else is chosen."""

    words: str
    wanted: Mapping[str, object]


_ALL: Mapping[str, object] = {"state": "answered", "purposes": ESTIMATED}
_DRAWN: Mapping[str, object] = {"is_drawn": True, **_ALL}
COUNTED: Mapping[str, Counted] = {
    DRAWN: Counted(words="drawn, answered", wanted=_DRAWN),
    WRONG: Counted(words="drawn, judged wrong", wanted={**_DRAWN, "verdict": "incorrect"}),
    WRONG_OF_ALL: Counted(words="judged wrong", wanted={**_ALL, "verdict": "incorrect"}),
    UNCHECKED: Counted(
        words="drawn, not judged right or wrong", wanted={**_DRAWN, "verdict": "none"}
    ),
    FAILED: Counted(
        words="sent, not answered",
        wanted={"state": "failed", "outcomes_not": NOT_SENT, "purposes": SERVED},
    ),
    UNLIKE: Counted(
        words=f"of the newest {NEWEST:,}, unlike earlier cases",
        wanted={
            "is_unlike": True,
            "state": "answered",
            "purposes": ESTIMATED,
            "of_newest": NEWEST,
        },
    ),
}


def narrowed(wanted: CaseFilter, counted: str) -> CaseFilter:
    """The cases of these that a figure counts; the same where none is named."""
    found = COUNTED.get(counted)
    return replace(wanted, **found.wanted) if found else wanted  # type: ignore[arg-type]
