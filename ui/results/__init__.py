"""Answers, one file a kind; every module in this folder is found by itself.

A result module has `KINDS` and `draw(answer, values, signature)`.
"""

from __future__ import annotations

from mds_client.prediction import Answer
from mds_client.signature import Signature, Values
from ui.registry import drawer


def draw(answer: Answer, values: Values, signature: Signature) -> None:
    """Draw the answer in the way of its kind."""
    drawer(__name__, answer.kind).draw(answer, values, signature)
