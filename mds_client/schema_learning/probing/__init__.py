"""Finds out what a model takes that does not declare it: a row of zeros is sent, and the error message is read.

The message is the text of whatever library the model is made with. Each wording has one rule; a new library is
a new rule in rules.RULES. What a rule concludes is tried before it is believed.
"""

from mds_client.schema_learning.probing.probe import MOST_CALLS, is_open, probed

__all__ = ["MOST_CALLS", "is_open", "probed"]
