"""Finds out what a model takes that does not say: a row of zeros is sent, and the refusal is read.

A refusal is the text of whatever library the model is made with. One rule for each way of saying it; a new
library is a new rule in rules.RULES. What the rules make of it is tried before it is believed.
"""

from mds_client.schema_learning.probing.probe import MOST_CALLS, is_open, probed

__all__ = ["MOST_CALLS", "is_open", "probed"]
