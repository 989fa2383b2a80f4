"""What can go wrong while a prediction is explained: one branch of the tree in mds_client.errors.

* MdsError
  + ExplanationTooDear      it would cost more rows, calls or time than it may
  + ExplanationFailed       it broke: the model, the method or the process that worked on it
  + ExplanationCancelled    the person who asked for it no longer wants it
  + NoTypicalRows           there is nothing to compare a case with
"""

from __future__ import annotations

from mds_client.errors import MdsError


class ExplanationTooDear(MdsError):
    """Explaining this prediction would cost more than its budget; nothing useful came of it."""

    kind = "too_dear"


class ExplanationFailed(MdsError):
    """The explanation broke off. The prediction itself is not affected."""

    kind = "explanation_failed"


class ExplanationCancelled(MdsError):
    """Somebody stopped the explanation before it was ready."""

    kind = "cancelled"


class NoTypicalRows(MdsError):
    """Where typical rows were looked for, there are none that fit the model."""

    kind = "no_typical_rows"
