"""A BentoML service with one route for each way of taking inputs."""

from pathlib import Path
from typing import Annotated, Literal

import bentoml
import numpy as np
from pydantic import BaseModel, Field


class Applicant(BaseModel):
    age: int = Field(41, ge=18, le=120)
    income: float = Field(gt=0, examples=[31250.5])
    housing: Literal["own", "rent"] = "rent"


@bentoml.service(workers=1)
class Loans:
    @bentoml.api
    def predict(self, applicant: Applicant) -> dict:
        if applicant.age == 99:
            raise ValueError("nobody is that old")
        return {"prediction": "grant" if applicant.income > 1000 else "refuse", "probability": 0.75}

    @bentoml.api
    def summarize(self, text: str = "hello") -> str:
        return text[:5]

    @bentoml.api
    def total(
        self,
        row: Annotated[
            np.ndarray, bentoml.validators.Shape((3,)), bentoml.validators.DType("float64")
        ],
    ) -> float:
        return float(row.sum())

    @bentoml.api
    def measure_image(self, picture: Path, factor: float = 2.0) -> dict:
        return {"prediction": picture.stat().st_size * factor}
