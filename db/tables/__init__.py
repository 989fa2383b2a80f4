"""The tables: a case, its explanations, what people said of it, what they added to a signature, and the trail of it all.

Rows are added, never rewritten, and deleted by retention and erasure alone; only a case is completed once when its
call has ended, a job and what is to be reviewed change their state until they have ended, a set of golden cases its version and its pass mark, a pair of answers what was chosen, what is in the outbox its state, a worker the moment at which it was last seen, a stream what it has done so far, a chain of the trail its end, a workspace whether it is closed, a schedule its last look and whether it ended, and a show what is in it and on its stage. A table keeps the
name that it was made with, also where its class has a
better one by now (`found_facts`, `studies`): a rename would break processes of the former release, which
work on the same database while replicas are exchanged.
"""

from __future__ import annotations

from db.tables import health_days, key_index
from db.tables.api import ApiRequest, ApiToken
from db.tables.audit_log import AuditChain, AuditEntry, AuditLeaf, AuditSalt, Workspace
from db.tables.base import (
    CHANNELS,
    JOB_STATES,
    JUDGEMENTS,
    LONG,
    MAX_KEY,
    PURPOSES,
    SENTENCE,
    SHORT,
    TAKEN_BACK,
    Base,
)
from db.tables.batch_schedules import BatchSchedule, BatchScheduleFile
from db.tables.cases import Case, CaseFile, Explanation, Feedback, Scenario
from db.tables.comments import CaseComment, InboxSeen
from db.tables.comparisons import Comparison
from db.tables.data_sets import DataSet, DataSetRow
from db.tables.first_calls import CallDraw, FirstCall
from db.tables.golden import GoldenCase, GoldenResult, GoldenRun, GoldenSet
from db.tables.health import HealthAlarm, HealthDecision, HealthReference, HealthStanding
from db.tables.health_days import (
    HealthCalibration,
    HealthDay,
    HealthDayFeedback,
    HealthDaySeconds,
    HealthDetection,
    HealthJointDrift,
    HealthMark,
    HealthRevision,
)
from db.tables.jobs import Batch, BatchChunk, Job, JobInput, Worker
from db.tables.key_index import KeyField, KeyValue
from db.tables.models import Background, ColumnMapping, DiscoveredFacts, Overlay, Study
from db.tables.outbox import Delivery
from db.tables.retention import CaseHold, DeletedCases, DeletedFeedback
from db.tables.review import REVIEW_REASONS, REVIEW_STATES, ReviewItem, ReviewRules
from db.tables.sharing import CaseShare, ShareOpening
from db.tables.shows import Show, ShowRun, ShowVote
from db.tables.streams import Stream
from db.tables.test_runs import TestResult, TestRun
from db.tables.views import SavedView

# What can be made from the other tables at any time.
DERIVED = (*health_days.DERIVED, *key_index.DERIVED)

__all__ = [
    "CHANNELS",
    "DERIVED",
    "JOB_STATES",
    "JUDGEMENTS",
    "LONG",
    "MAX_KEY",
    "PURPOSES",
    "REVIEW_REASONS",
    "REVIEW_STATES",
    "SENTENCE",
    "SHORT",
    "TAKEN_BACK",
    "ApiRequest",
    "ApiToken",
    "AuditChain",
    "AuditEntry",
    "AuditLeaf",
    "AuditSalt",
    "Background",
    "Base",
    "Batch",
    "BatchChunk",
    "BatchSchedule",
    "BatchScheduleFile",
    "CallDraw",
    "Case",
    "CaseComment",
    "CaseFile",
    "CaseHold",
    "CaseShare",
    "ColumnMapping",
    "Comparison",
    "DataSet",
    "DataSetRow",
    "DeletedCases",
    "DeletedFeedback",
    "Delivery",
    "DiscoveredFacts",
    "Explanation",
    "Feedback",
    "FirstCall",
    "GoldenCase",
    "GoldenResult",
    "GoldenRun",
    "GoldenSet",
    "HealthAlarm",
    "HealthCalibration",
    "HealthDay",
    "HealthDayFeedback",
    "HealthDaySeconds",
    "HealthDecision",
    "HealthDetection",
    "HealthJointDrift",
    "HealthMark",
    "HealthReference",
    "HealthRevision",
    "HealthStanding",
    "InboxSeen",
    "Job",
    "JobInput",
    "KeyField",
    "KeyValue",
    "Overlay",
    "ReviewItem",
    "ReviewRules",
    "SavedView",
    "Scenario",
    "ShareOpening",
    "Show",
    "ShowRun",
    "ShowVote",
    "Stream",
    "Study",
    "TestResult",
    "TestRun",
    "Worker",
    "Workspace",
]
