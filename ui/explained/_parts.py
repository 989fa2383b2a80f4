"""What the drawings of several kinds share."""

from __future__ import annotations

from charts import attributions
from explanations.contract import Explanation
from mds_client.signature import File, Values


def part(explanation: Explanation, title: str, amount: float) -> attributions.Part:
    """One bar with its amount in words."""
    return attributions.Part(
        title=title, amount=amount, words=explanation.target.amount_text(amount)
    )


def file(values: Values) -> File | None:
    """The first file of a case."""
    return next((value for value in values.values() if isinstance(value, File)), None)
