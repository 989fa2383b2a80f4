"""How many drawn cases are still to be judged before the figure of right answers is narrow, or is there at all."""

from __future__ import annotations

from dataclasses import dataclass

from health.estimates import Estimate
from health.status import checks_for


@dataclass(frozen=True, kw_only=True)
class ToCheck:
    """`needed` more drawn cases, of which `drawn` are drawn and wait; None where these cases are too few, and no other can
    join them. `is_first`: for a first figure, where there is none yet; else for 5 percentage points to either side."""

    needed: int | None
    drawn: int
    is_first: bool

    @property
    def aim(self) -> str:
        """What they are needed for."""
        return "a first figure" if self.is_first else "±5 pp"

    @property
    def label(self) -> str:
        """What the number is called."""
        return f"Still to check for {self.aim}"

    @property
    def number(self) -> str:
        """The number; a dash where these cases are too few."""
        return "–" if self.needed is None else f"{self.needed:,}"

    @property
    def more(self) -> str:
        """What is to be said beside the number."""
        if self.needed is None:
            return "these cases are too few for it"
        return f"{self.drawn:,} of them drawn so far" if self.needed else "enough are checked"

    @property
    def words(self) -> str:
        """`279 drawn cases, of which 21 are drawn so far`."""
        if self.needed is None:
            return f"These cases are too few for {self.aim}"
        are = "is" if self.drawn == 1 else "are"
        cases = "1 drawn case" if self.needed == 1 else f"{self.needed:,} drawn cases"
        return f"{cases}, of which {self.drawn:,} {are} drawn so far"


def to_check(found: Estimate, unchecked: int, *, is_closed: bool) -> ToCheck:
    """Of the cases of an estimate, of which `unchecked` are drawn and not judged; where they are closed, no other joins them."""
    needed = checks_for(found)
    return ToCheck(
        needed=None if is_closed and needed > unchecked else needed,
        drawn=min(needed, unchecked),
        is_first=found.value is None,
    )
