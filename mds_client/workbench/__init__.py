"""A client for MDS Workbench itself: what is asked through it is recorded there, and can be judged."""

from mds_client.workbench.client import WorkbenchClient
from mds_client.workbench.records import GivenFeedback, Possible, RecordedCase, WorkbenchModel

__all__ = ["GivenFeedback", "Possible", "RecordedCase", "WorkbenchClient", "WorkbenchModel"]
