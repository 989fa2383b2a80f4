"""LitServe on loopback: one model behind /predict, whose request it describes by a type."""

import sys

import litserve as ls
from pydantic import BaseModel, Field


class Applicant(BaseModel):
    age: int = Field(41, ge=18, le=120)
    income: float = Field(gt=0, examples=[31250.5])


class Loans(ls.LitAPI):
    def setup(self, device: str) -> None:
        self.least = 1000

    def decode_request(self, request: Applicant) -> Applicant:
        return request

    def predict(self, applicant: Applicant) -> str:
        if applicant.age == 99:
            raise ValueError("nobody is that old")
        return "grant" if applicant.income > self.least else "refuse"

    def encode_response(self, output: str) -> dict:
        return {"output": output}


if __name__ == "__main__":
    server = ls.LitServer(Loans(), accelerator="cpu", workers_per_device=1)
    server.run(
        host="127.0.0.1",
        port=int(sys.argv[1]),
        generate_client_file=False,
        num_api_servers=1,
        log_level="warning",
    )
