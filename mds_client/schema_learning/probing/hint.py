"""What one refusal says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mds_client.signature import Kind


@dataclass(frozen=True, kw_only=True)
class Hint:
    """What one refusal says: how many values a row has, or the names of the columns, by which rule.

    `kinds` are of named columns whose type was said, `optional` those that may be left out. `is_whole` is
    False where there may be more names than were listed.
    """

    rule: str = ""
    width: int | None = None
    names: tuple[str, ...] = ()
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    is_whole: bool = True

    def with_more(self, later: Hint) -> Hint:
        """Both together; the later refusal is about more of the row."""
        if not (later.names and self.names) or set(later.names) >= set(self.names):
            return later if later.names else replace(later, names=self.names, kinds=self.kinds)
        names = tuple(dict.fromkeys((*self.names, *later.names)))
        return replace(later, names=names, kinds={**self.kinds, **later.kinds})
