"""Golden cases: cases with a confirmed truth, and what versions of a model made of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.v1.asked import AskedNow
from api.v1.problems import no_model, refused
from api.v1.resource import TEXT, CaseId, JobId, Resource
from api.v1.resources.cases import seen
from api.v1.resources.jobs import Job, job_of, job_url
from db.golden import RunView
from feedback import golden
from feedback.jobs import golden_run
from mds_client.signature import ModelRef

RESOURCE = Resource("golden cases")

Name = Annotated[str, Field(min_length=1, max_length=200, pattern=TEXT)]


class GoldenRun(BaseModel):
    """What one version made of a set."""

    id: str
    version: str = Field(examples=["v2"])
    compared_with: str = Field(description="The version before; empty for the cases' own answers")
    created_at: datetime
    set_version: int
    is_passed: bool
    pass_mark: float = Field(description="The share that had to be right")
    cases: int
    fixed: int
    broke: int
    unchanged: int
    failed: int = Field(description="Cases without an answer")


class GoldenSet(BaseModel):
    """A set of golden cases, with its runs, the newest first."""

    name: str = Field(examples=["default"])
    version: int
    cases: int
    pass_mark: float
    runs: list[GoldenRun]
    doubts: dict[str, str] = Field(
        {}, description="Of the cases whose truth people do not say any more: why, by case"
    )


class GoldenSets(BaseModel):
    """The sets of a model."""

    items: list[GoldenSet]


class GoldenResult(BaseModel):
    """What a run made of one case."""

    case: str
    asked: str | None = Field(description="The case that was asked")
    outcome: str = Field(description="fixed, broke, right, wrong or failed")
    why: str
    doubt: str = Field("", description="Why its truth is doubtful by now; empty where it is not")


class GoldenResults(BaseModel):
    """What a run made of its cases, as far as you may see them."""

    items: list[GoldenResult]


class GoldenName(BaseModel):
    """Into which set."""

    model_config = ConfigDict(extra="forbid")

    set: Name = "default"


class GoldenCase(BaseModel):
    """A case in a set."""

    case: str
    set_version: int = Field(description="The version of the set from which on it is in it")
    truth: str | float | None


class GoldenRunWanted(BaseModel):
    """Which version of which model is run on which set."""

    model_config = ConfigDict(extra="forbid")

    server: Name = Field(examples=["demo"])
    model: Annotated[str, Field(max_length=500, pattern=TEXT)] = Field(examples=["penguins"])
    version: Annotated[str, Field(max_length=200, pattern=TEXT)] = Field(
        "", description="The newest, where none is given"
    )
    set: Name = "default"


@RESOURCE.get("/golden-sets")
def list_golden_sets(
    asked: AskedNow,
    server: Annotated[str, Query(max_length=200, pattern=TEXT)] = "",
    model: Annotated[str, Query(max_length=500, pattern=TEXT)] = "",
) -> GoldenSets:
    """The sets of golden cases of a model, or of all where none is named, and what its versions made of them."""
    sessions = asked.services.sessions
    found = golden.sets_of(sessions, server, model) if model else golden.all_sets(sessions)
    return GoldenSets(
        items=[
            GoldenSet(
                name=each.golden_set.name,
                version=each.golden_set.version,
                cases=each.cases,
                pass_mark=each.golden_set.pass_mark,
                runs=[_run(run) for run in each.runs],
                doubts=dict(each.doubts),
            )
            for each in found
        ]
    )


@RESOURCE.get("/golden-runs/{run_id}")
def get_golden_results(asked: AskedNow, run_id: JobId) -> GoldenResults:
    """What a run made of each case, what broke first. The id of a run is that of its job."""
    if golden.run_of(asked.services.sessions, run_id) is None:
        raise refused(404, "no_such_run", f"There is no run {run_id}, or you may not see it.")
    found = golden.results_of(asked.services.sessions, run_id)
    doubts = golden.doubts_in(asked.services.sessions, [r.case_id for r in found])
    items = [
        GoldenResult(
            case=r.case_id,
            asked=r.asked_id,
            outcome=r.outcome,
            why=r.detail,
            doubt=doubts.get(r.case_id, ""),
        )
        for r in found
    ]
    return GoldenResults(items=items)


@RESOURCE.post("/cases/{case_id}/golden", permission="feedback", status=200)
def make_golden(asked: AskedNow, case_id: CaseId, body: GoldenName) -> GoldenCase:
    """Make a case golden, for who reviews its model, where people have confirmed what is right. The same again changes nothing."""
    seen(asked, case_id)
    member = golden.add(
        asked.services.sessions, case_id=case_id, person=asked.caller.person, name=body.set
    )
    return GoldenCase(case=member.case_id, set_version=member.added_in, truth=member.truth)


@RESOURCE.post("/golden-runs", permission="feedback", status=202, location="The job")
def run_golden(asked: AskedNow, body: GoldenRunWanted, response: Response) -> Job:
    """Begin to run a version on a set, for who reviews the model. The answer is a job; its `result` is the id of the run."""
    services = asked.services
    ref = ModelRef(server=body.server, name=body.model, version=body.version)
    entry = services.catalogue.find(ref)
    if entry is None:
        raise no_model(str(ref))
    sets = golden.sets_of(services.sessions, ref.server, ref.name)
    found = next((each.golden_set for each in sets if each.golden_set.name == body.set), None)
    if found is None:
        raise refused(404, "no_such_set", f"{ref} has no set of golden cases called {body.set!r}.")
    kind = services.kinds[golden_run.NAME]
    job = golden_run.start(
        services.sessions, kind, found, entry.ref, person=asked.caller.person, press=asked.key
    )
    response.headers["Location"] = job_url(job.id)
    return job_of(services.sessions, job)


def _run(run: RunView) -> GoldenRun:
    return GoldenRun(
        id=run.id,
        version=run.version,
        compared_with=run.compared_with,
        created_at=run.created_at,
        set_version=run.set_version,
        is_passed=run.is_passed,
        pass_mark=run.pass_mark,
        cases=run.cases,
        fixed=run.fixed,
        broke=run.broke,
        unchanged=run.unchanged,
        failed=run.failed,
    )
