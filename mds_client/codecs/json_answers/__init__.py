"""Any JSON that a model answers, out of its wrappers and as outputs."""

from mds_client.codecs.json_answers.columns import outputs_of
from mds_client.codecs.json_answers.rows import rows_in
from mds_client.codecs.json_answers.unwrapping import unwrapped
from mds_client.codecs.json_answers.worded import worded

__all__ = ["outputs_of", "rows_in", "unwrapped", "worded"]
