"""The flaky model fails at every third request that it gets, whoever asks: before the history asks it, it is brought to where it would be
if nobody else had, so that the history is the same whenever it is written."""

from __future__ import annotations

from cases.attempt import Predictor
from mds_client.errors import MdsError
from mds_client.signature import Values

EVERY = 3


def bring_in_turn(model: Predictor, row: Values, asked: int) -> None:
    """Let the next request be as the one after `asked` others, of which the last of each EVERY failed."""
    for _ in range(EVERY):
        if not _answers(model, row):
            break
    for _ in range(asked % EVERY):
        _answers(model, row)


def _answers(model: Predictor, row: Values) -> bool:
    try:
        model.predict(row)
    except MdsError:
        return False
    return True
