"""How sure a model is of its answer: one track from 0 to 100 %, and the others in a line under it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from charts import probabilities
from ui.results._shares import words_for
from ui.text import percent

_MOST_OTHERS = 3


def html(shares: Mapping[str, float]) -> str:
    """The track of these probabilities, the answer first: its share stands above, beside the big line, and only the others
    have theirs here. What a server said is escaped."""
    label, share = next(iter(shares.items()))
    words = words_for(list(shares.values()))
    described = escape(probabilities.alt_text(shares, words), quote=True)
    return (
        f"{rail(share, described)}"
        f'<div class="mds-ends" aria-hidden="true"><b>{escape(label)}</b>'
        f"<span>{escape(others(shares))}</span></div>"
    )


def rail(share: float, described: str) -> str:
    """The track alone. Its description must be escaped."""
    width = min(max(share, 0.0), 1.0) * 100
    return (
        f'<div class="mds-track" role="img" aria-label="{described}">'
        f'<i style="width:{width:.2f}%"></i></div>'
    )


def others(shares: Mapping[str, float]) -> str:
    """The next ones with their shares: `Gentoo: 9 %, Chinstrap: 5 %`; more than a few are summed after the first: `7: 6 %, 8 others together
    1 %`."""
    names, words = list(shares)[1:], words_for(list(shares.values()))
    if len(names) <= _MOST_OTHERS:
        return ", ".join(f"{name}: {words(shares[name])}" for name in names)
    first, *more = names
    rest = percent(max(1 - sum(shares[name] for name in list(shares)[:2]), 0.0))
    return f"{first}: {words(shares[first])}, {len(more)} others together {rest}"
