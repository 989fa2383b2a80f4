"""A client for MDS Workbench itself: what is asked through it is recorded there, and can be judged."""

from mds_client.workbench.client import WorkbenchClient
from mds_client.workbench.records import GivenFeedback, RecordedCase, WorkbenchModel

__all__ = ["GivenFeedback", "RecordedCase", "WorkbenchClient", "WorkbenchModel"]
