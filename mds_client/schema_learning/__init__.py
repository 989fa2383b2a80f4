"""What can be learned of a model's inputs from data: a table, a pasted request, the cases asked so far.

Data come from anywhere: what is odd is passed over, what is much is sampled, always in the same way.
"""

from mds_client.schema_learning.past_cases import from_cases
from mds_client.schema_learning.payloads import payload
from mds_client.schema_learning.tables import learned

__all__ = ["from_cases", "learned", "payload"]
