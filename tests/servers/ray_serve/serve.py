"""Ray Serve on loopback: a service with an OpenAPI document, and one without a schema."""

import os
import signal
import sys
from typing import Literal

# Before Ray is imported: it gives its workers a low priority, and on a busy machine they never become ready.
os.environ.setdefault("RAY_worker_niceness", "0")

import ray
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field
from ray import serve

app = FastAPI(title="Loans")


class Address(BaseModel):
    city: str = Field(title="City", examples=["Leeds"])
    is_rural: bool = False


class Applicant(BaseModel):
    """Who asks for a loan."""

    age: int = Field(ge=18, le=120, description="In whole years", examples=[41])
    income: float = Field(ge=0, title="Yearly income", examples=[31250.5])
    housing: Literal["own", "rent", "other"] = Field("rent", examples=["own"])
    address: Address


class Decision(BaseModel):
    decision: Literal["grant", "refuse"]
    score: float


@serve.deployment(ray_actor_options={"num_cpus": 0.1})
@serve.ingress(app)
class Loans:
    @app.post("/predict", summary="Is this loan repaid?")
    def predict(self, applicant: Applicant) -> Decision:
        if applicant.address.city == "Nowhere":
            raise HTTPException(status_code=400, detail="There is no such city.")
        score = min(applicant.income / 50_000, 1.0)
        return Decision(decision="grant" if score > 0.5 else "refuse", score=score)


@serve.deployment(ray_actor_options={"num_cpus": 0.1})
class Plain:
    async def __call__(self, request):
        return {"got": await request.json()}


if __name__ == "__main__":
    port = int(sys.argv[1])
    ray.init(
        address="local",  # a Ray of somebody else on this machine is not asked
        num_cpus=2,
        include_dashboard=False,
        _node_ip_address="127.0.0.1",
        _temp_dir=None,
        _metrics_export_port=int(sys.argv[3]),
        _system_config={"metrics_report_interval_ms": 500},  # 10 s would be long for a test
        configure_logging=False,
    )
    serve.start(http_options={"host": "127.0.0.1", "port": port})
    serve.run(Loans.bind(), name="loans", route_prefix="/loans")
    serve.run(Plain.bind(), name="plain", route_prefix="/plain")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.pause()
