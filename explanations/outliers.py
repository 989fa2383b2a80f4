"""Which values of a case are unusual beside typical rows; no model is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from explanations import formatting
from explanations.encoder import is_missing
from mds_client.signature import Field, Signature, Values

# With fewer rows, the largest of them says little.
FEWEST_ROWS = 20
# At most this share of typical rows lies as far out, on the same side, or has the same choice.
FAR_OUT = 0.025
SELDOM = 0.05
NAMED = 3


@dataclass(frozen=True, kw_only=True)
class Outlier:
    """A value that few typical rows have. `share` is of the rows that are as far out, from 0 to SELDOM."""

    field: str
    title: str
    value_text: str
    words: str
    share: float

    def __str__(self) -> str:
        return f"{formatting.inside(self.title)} = {self.value_text} ({self.words})"


def outliers(signature: Signature, values: Values, rows: Sequence[Values]) -> list[Outlier]:
    """The unusual values of one row, the rarest first; none where there are too few rows to tell."""
    candidates = [_outlier_of(field, values.get(field.name), rows) for field in signature.inputs]
    return sorted((each for each in candidates if each), key=lambda each: each.share)


def sentence(unusual: Sequence[Outlier], count: int) -> str:
    """ "Unusual compared with 100 typical cases: glucose = 200 mg/dL (higher than in all) and age = 3 (…)."; empty
    where nothing is."""
    if not unusual:
        return ""
    named = [str(each) for each in unusual[:NAMED]]
    if len(unusual) > NAMED:
        named.append(f"{len(unusual) - NAMED} more")
    return f"Unusual compared with {count:,} typical cases: {formatting.listed(named)}."


def _outlier_of(field: Field, value: object, rows: Sequence[Values]) -> Outlier | None:
    known = [row.get(field.name) for row in rows]
    if len(known) < FEWEST_ROWS:
        return None
    if is_missing(value):
        return _seldom(field, value, sum(map(is_missing, known)), len(known), "unknown")
    if _is_number(value) and not field.choices and all(map(_is_number_or_none, known)):
        return _far_out(field, float(str(value)), [float(str(v)) for v in known if _is_number(v)])
    if isinstance(value, str | bool | int | float):
        return _seldom(field, value, known.count(value), len(known), "the same")
    return None


def _far_out(field: Field, value: float, known: Sequence[float]) -> Outlier | None:
    """Higher or lower than nearly all."""
    if len(known) < FEWEST_ROWS:
        return None
    above = sum(each >= value for each in known)
    below = sum(each <= value for each in known)
    beyond, side = min((above, "higher"), (below, "lower"))
    if beyond > FAR_OUT * len(known):
        return None
    words = f"{side} than in {_all_but(beyond, len(known))}"
    return _made(field, value, words, beyond / len(known))


def _seldom(field: Field, value: object, same: int, count: int, word: str) -> Outlier | None:
    if same > SELDOM * count:
        return None
    words = f"{word} in {same} of them" if same else f"{word} in none of them"
    return _made(field, value, words, same / count)


def _all_but(beyond: int, count: int) -> str:
    return f"{count - beyond:,} of them" if beyond else "all of them"


def _made(field: Field, value: object, words: str, share: float) -> Outlier:
    return Outlier(
        field=field.name,
        title=field.title,
        value_text=formatting.value(field, value),
        words=words,
        share=share,
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and not is_missing(value)


def _is_number_or_none(value: object) -> bool:
    return is_missing(value) or _is_number(value)
