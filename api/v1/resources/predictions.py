"""Predictions: ask a model, and record a case for each row, as the page Predict does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from api.v1.asked import Asked, AskedNow
from api.v1.possible import possible_of
from api.v1.problems import of_error
from api.v1.resource import TEXT, Resource
from api.v1.resources.models import entry_of, parsed
from api.v1.shapes import Case, case_of, case_url
from api.v1.values import row_of
from cases.batch import RowsRequest, predict_rows
from cases.queries import CaseView
from cases.recording import predict_and_record
from mds_client.client.model import Model
from mds_client.errors import InvalidValues
from mds_client.signature import Values
from services import Services

RESOURCE = Resource("predictions")
MOST_ROWS = 500


class Prediction(BaseModel):
    """What is asked of a model."""

    model_config = ConfigDict(extra="forbid")

    model: str = Field(
        max_length=700,
        pattern=TEXT,
        description="server/name, or server/name@version; without a version the newest",
        examples=["demo/penguins"],
    )
    rows: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MOST_ROWS)] = Field(
        description="The values of each row by field. A file is {name, media_type, data: Base64}",
        examples=[
            [
                {
                    "bill_length_mm": 39.1,
                    "bill_depth_mm": 18.7,
                    "flipper_length_mm": 181,
                    "body_mass_g": 3750,
                    "island": "Torgersen",
                    "sex": "male",
                    "year": 2007,
                }
            ]
        ],
    )


class Predictions(BaseModel):
    """The cases of the rows, in their order."""

    model: str = Field(examples=["demo/penguins@v2"])
    cases: list[Case]


@RESOURCE.post(
    "/predictions", permission="predict", status=201, problems=(502, 504), location="The first case"
)
def predict(asked: AskedNow, body: Prediction, response: Response) -> Predictions:
    """Ask a model about one row or several. Each row is a case. Where a single row fails, or a failure meets all rows
    alike, the answer is a problem, which names the case that was recorded; else a case has its error."""
    entry = entry_of(asked, parsed(body.model))
    signature = asked.services.signature(entry)
    model = asked.services.model(entry.ref, signature)
    rows = [row_of(signature, row) for row in body.rows]
    cases = [_one(asked, model, rows[0])] if len(rows) == 1 else _several(asked, model, rows)
    response.headers["Location"] = case_url(cases[0].id)
    return Predictions(model=str(entry.ref), cases=cases)


def _one(asked: Asked, model: Model, row: Values) -> Case:
    services = asked.services
    recorded = predict_and_record(
        model,
        row,
        sessions=services.sessions,
        person=asked.caller.person,
        key=asked.key,
        audit=services.audit,
        keep_bytes=services.settings.kept_file_bytes,
        hash_key=services.hash_key,
        outliers=services.outliers,
    )
    if recorded.error:
        raise of_error(recorded.error, case=recorded.case_id)
    return told(services, [recorded.case])[0]


def _several(asked: Asked, model: Model, rows: list[Values]) -> list[Case]:
    services = asked.services
    _check(model, rows)
    request = RowsRequest(
        model=model,
        sessions=services.sessions,
        key=asked.key,
        person=asked.caller.person,
        audit=services.audit,
        keep_bytes=services.settings.kept_file_bytes,
        hash_key=services.hash_key,
        outliers=services.outliers,
    )
    return told(services, [case for chunk in predict_rows(request, rows) for case in chunk])


def told(services: Services, cases: Sequence[CaseView]) -> list[Case]:
    """Cases as the API tells them, with what else is possible."""
    found = possible_of(services, cases)
    return [case_of(case, possible=each) for case, each in zip(cases, found, strict=True)]


def _check(model: Model, rows: list[Values]) -> None:
    """Nothing of a body is asked where none of its rows can be. Raises InvalidValues."""
    problems = [model.signature().check(row) for row in rows]
    if all(problems):
        raise InvalidValues(problems[0])
