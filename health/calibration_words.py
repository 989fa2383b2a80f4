"""Whether probabilities mean what they say, in words: for the page, the report and the API."""

from __future__ import annotations

from health.calibration import LEAST, Calibration


def sentence(found: Calibration) -> str:
    """`On average the probability differs by 6 percentage points (95 % interval 3 to 9, n=142) from …`; empty without any."""
    if found.ece is None or found.by_chance is None:
        return ""
    if found.n < LEAST:
        said = "1 judged answer has" if found.n == 1 else f"{found.n:,} judged answers have"
        return f"Only {said} a probability: too few to tell whether it means what it says."
    ends = f"95 % interval {found.low * 100:.0f} to {found.high * 100:.0f}, n={found.n:,}"
    return (
        f"On average the probability differs by {points(found.ece)} ({ends}) from how often the answer is right (ECE). "
        f"With so few cases it would be up to {points(found.by_chance)} if every probability were true: {_verdict(found)}."
    )


def _verdict(found: Calibration) -> str:
    if found.is_off:
        return "more than chance explains: do not take the probabilities at their word"
    if found.is_beyond:
        return "it is more in these cases, but the interval reaches down to 0: too few to tell"
    return "no more than chance explains"


def points(share: float) -> str:
    """A share in words: `1 percentage point`, `4 percentage points`."""
    many = f"{share * 100:.0f}"
    return f"{many} percentage point{'' if many == '1' else 's'}"
