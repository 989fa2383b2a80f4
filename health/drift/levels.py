"""How small a chance must be before a change is told, so that looking every day at everything tells of none that is not there.

Half of 5 % is for the fields one by one, half for what is compared as a whole (health/drift/joint.py). Each half is shared by its
tests and spent over the days: 0.025 / tests * 6 / (pi^2 day^2). These levels add up to 0.05 over all tests and all days for
ever, so a model without a change is ever flagged with a chance of at most 5 %, however dependent tests and days are (Bonferroni,
spent over time as in the alpha-spending of Foster and Stine, 2008).
"""

from __future__ import annotations

import math

EACH_HALF = 0.025


def level_of(tests: int, day: int) -> float:
    """The level of one of so many tests of a half on a day, counted from 1 on since the reference ended."""
    return EACH_HALF / tests * 6 / (math.pi**2 * day**2)
