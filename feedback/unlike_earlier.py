"""Whether an input is unlike those that were asked before: a number beyond all of them, or a word never seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

# With fewer earlier cases, their range says little.
FEWEST = 50
# A field with more different words than this, as a share of the cases, is no choice but free text.
_MOST_WORDS = 0.2


@dataclass
class Earlier:
    """What the cases so far hold, field by field; they are added the oldest first."""

    _numbers: dict[str, list[float]] = field(default_factory=dict)
    _words: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, entered: Mapping[str, object]) -> None:
        """One more case."""
        for name, value in entered.items():
            if _is_number(value):
                number = float(str(value))
                known = self._numbers.setdefault(name, [0, number, number])
                known[:] = [known[0] + 1, min(known[1], number), max(known[2], number)]
            elif isinstance(value, str):
                self._words.setdefault(name, Counter())[value] += 1

    def unlike(self, entered: Mapping[str, object]) -> str:
        """What of a case is unlike those so far, in a few words; empty where nothing is, or too few are known."""
        found = (self._words_on(name, value) for name, value in entered.items())
        return next((words for words in found if words), "")

    def _words_on(self, name: str, value: object) -> str:
        if _is_number(value) and name in self._numbers and name not in self._words:
            return self._on_number(name, float(str(value)))
        if isinstance(value, str) and name in self._words and name not in self._numbers:
            known = self._words[name]
            is_choice = len(known) <= _MOST_WORDS * known.total()
            if known.total() >= FEWEST and is_choice and value not in known:
                return f"{name} is in none of {known.total()} earlier cases"
        return ""

    def _on_number(self, name: str, number: float) -> str:
        count, low, high = self._numbers[name]
        if count < FEWEST or low <= number <= high:
            return ""
        side = "higher" if number > high else "lower"
        return f"{name} is {side} than in {count:.0f} earlier cases"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
