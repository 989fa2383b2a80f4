"""Test runs: a version of a model, maybe beside another, on rows whose right answers are known."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.v1.asked import AskedNow
from api.v1.problems import refused
from api.v1.resource import TEXT, JobId, Resource
from api.v1.resources.jobs import Job, job_of, job_url
from api.v1.resources.models import entry_of, parsed
from api.v1.shapes import finite
from api.v1.values import row_of
from feedback import test_results, test_runs
from feedback.jobs import test_run
from feedback.test_rows import sort_rows
from feedback.test_runs import MOST_PARALLEL, NEAR, PARALLEL, PASS_MARK, Plan, RunView, TestRow

RESOURCE = Resource("test runs")
MOST_ROWS = 2_000

Named = Annotated[str, Field(max_length=700, pattern=TEXT)]


class TestedRow(BaseModel):
    """A row with its right answer."""

    model_config = ConfigDict(extra="forbid")

    values: dict[str, Any] = Field(
        description="By field. A file is {name, media_type, data: Base64}"
    )
    truth: str | float = Field(examples=["Gentoo"])


class TestRunWanted(BaseModel):
    """Which version is tested on which rows."""

    model_config = ConfigDict(extra="forbid")

    model: Named = Field(description="server/name[@version]", examples=["demo/penguins"])
    against: Named = Field("", description="Another version on the same rows")
    name: Annotated[str, Field(max_length=200, pattern=TEXT)] = Field(
        "rows", description="What the rows are called", examples=["holdout.csv"]
    )
    rows: Annotated[list[TestedRow], Field(min_length=1, max_length=MOST_ROWS)]
    parallel: Annotated[int, Field(ge=1, le=MOST_PARALLEL)] = PARALLEL
    near: Annotated[float, Field(ge=0, lt=1)] = Field(
        NEAR, description="A number is right within this share of the truth"
    )
    pass_mark: Annotated[float, Field(gt=0, le=1)] = Field(
        PASS_MARK, description="The share of right answers that is needed"
    )
    most_error: Annotated[float, Field(ge=0)] | None = Field(
        None, description="For numbers, in place of the pass mark: the mean absolute error allowed"
    )


class LeftOut(BaseModel):
    """A row that was not tested."""

    row: str = Field(examples=["row 3"])
    why: str


class TestRunSummary(BaseModel):
    """What came of a test run."""

    id: str
    server: str
    model: str
    version: str
    compared_with: str = Field(description="The other version; empty where none was asked")
    name: str
    created_at: datetime
    is_passed: bool
    verdict: str
    rows: int
    right: int
    failed: int = Field(description="Rows without an answer")
    left_out: int = Field(
        description="Rows that were not tested: with a value that cannot be sent, or without a right answer that the model can give"
    )
    left_out_why: list[LeftOut] = Field(description="Of the first of them")
    parallel: int
    near: float
    pass_mark: float
    most_error: float | None
    figures: dict[str, Any] = Field(
        description="accuracy with its interval, seconds (p50, p95), confusion and classes or errors; other and comparison"
    )


class TestRuns(BaseModel):
    """The newest first."""

    items: list[TestRunSummary]


class TestedResult(BaseModel):
    """What became of a row."""

    row: str
    case: str | None
    other_case: str | None
    truth: str
    answer: str | float | None = Field(description="What the version answered")
    other_answer: str | float | None
    is_right: bool | None = Field(description="null where there is no answer")
    is_other_right: bool | None
    why: str


class TestRunDetails(TestRunSummary):
    """A test run with its rows; what is not right comes first."""

    results: list[TestedResult]


@RESOURCE.get("/test-runs")
def list_test_runs(
    asked: AskedNow,
    server: Annotated[str, Query(max_length=200, pattern=TEXT)] = "",
    model: Annotated[str, Query(max_length=500, pattern=TEXT)] = "",
) -> TestRuns:
    """The newest test runs of a model that you review, or of all of them where none is named."""
    found = test_runs.runs_of(asked.services.sessions, server, model)
    return TestRuns(items=[TestRunSummary(**_summary(run)) for run in found])


@RESOURCE.get("/test-runs/{run_id}")
def get_test_run(asked: AskedNow, run_id: JobId) -> TestRunDetails:
    """A test run with its rows, for who reviews the model. The id of a run is that of its job."""
    sessions = asked.services.sessions
    run = test_runs.run_of(sessions, run_id)
    if run is None:
        raise refused(
            404, "no_such_run", f"There is no run {run_id}, or you do not review its model."
        )
    results = [
        TestedResult(
            row=each.result.place,
            case=each.result.case_id,
            other_case=each.result.other_id,
            truth=each.result.truth,
            answer=finite(each.answer),
            other_answer=finite(each.other_answer),
            is_right=each.result.is_right,
            is_other_right=each.result.is_other_right,
            why=each.result.detail,
        )
        for each in test_results.all_of(sessions, run_id)
    ]
    return TestRunDetails(**_summary(run), results=results)


@RESOURCE.post("/test-runs", permission="feedback", status=202, location="The job")
def begin_test_run(asked: AskedNow, body: TestRunWanted, response: Response) -> Job:
    """Begin a test run, for who reviews the model. The answer is a job; its `result` is the id of the run. Rows that cannot
    be tested are left out, and the run says which."""
    services = asked.services
    entry = entry_of(asked, parsed(body.model))
    other = entry_of(asked, parsed(body.against)) if body.against else None
    signatures = [services.signature(each) for each in (entry, other) if each]
    whole = test_runs.together(signatures[0], signatures[-1])
    rows = [
        TestRow(place=f"row {n}", values=row_of(whole, each.values), truth=each.truth)
        for n, each in enumerate(body.rows, 1)
    ]
    found = sort_rows(rows, signatures)
    plan = Plan(
        model=entry.ref,
        other=other.ref if other else None,
        rows=found.rows,
        left_out=found.left_out,
        left_out_why=found.why,
        file_name=body.name,
        parallel=body.parallel,
        near=body.near,
        pass_mark=body.pass_mark,
        most_error=body.most_error,
    )
    job = test_run.start(
        services.sessions,
        services.kinds[test_run.NAME],
        plan,
        signatures[0],
        person=asked.caller.person,
        press=asked.key,
    )
    response.headers["Location"] = job_url(job.id)
    return job_of(services.sessions, job)


def _summary(run: RunView) -> dict[str, Any]:
    return {
        "id": run.id,
        "server": run.server,
        "model": run.model,
        "version": run.version,
        "compared_with": run.compared_with,
        "name": run.file_name,
        "created_at": run.created_at,
        "is_passed": run.is_passed,
        "verdict": test_runs.verdict(run),
        "rows": run.rows,
        "right": run.answered_right,
        "failed": run.failed,
        "left_out": run.left_out,
        "left_out_why": [LeftOut(row=row, why=why) for row, why in run.left_out_why],
        "parallel": run.parallel,
        "near": run.near,
        "pass_mark": run.pass_mark,
        "most_error": run.most_error,
        "figures": dict(run.figures),
    }
