"""What somebody wants to know the reasons of."""

from __future__ import annotations

from dataclasses import dataclass

from cases.queries import CaseView
from mds_client.prediction import Answer
from mds_client.signature import Signature, Values


@dataclass(frozen=True, kw_only=True)
class AnsweredCase:
    """A case with its answer, the values it was about and the signature it was asked with."""

    case: CaseView
    answer: Answer
    values: Values
    signature: Signature
