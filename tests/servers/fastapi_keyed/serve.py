"""A FastAPI service behind an API key, with inputs in every place that FastAPI knows. Each answer repeats what arrived."""

import sys
from enum import StrEnum
from typing import Annotated

import uvicorn
from fastapi import (
    Body,
    Cookie,
    Depends,
    FastAPI,
    File,
    Form,
    Header,
    HTTPException,
    Query,
    Request,
    Security,
    UploadFile,
)
from fastapi.responses import JSONResponse
from fastapi.security import APIKeyHeader
from pydantic import BaseModel, Field

KEY = "a-key-of-the-tests-only"


def let_in(key: Annotated[str, Security(APIKeyHeader(name="X-API-Key", auto_error=False))]) -> None:
    if key != KEY:
        raise HTTPException(status_code=401, detail="Invalid API key")


app = FastAPI(title="Keyed", servers=[{"url": "https://elsewhere.example"}, {"url": "/"}])
keyed = {"dependencies": [Depends(let_in)]}


class Applicant(BaseModel):
    age: int = Field(41, ge=18, le=120)
    income: float = Field(gt=0, examples=[31250.5])
    has_house: bool = False


class Cat(BaseModel):
    whiskers: int


class Dog(BaseModel):
    name: str


class Region(StrEnum):
    north = "north"
    south = "south"


@app.post("/predict", **keyed)
def predict(applicant: Applicant) -> dict:
    return {"prediction": "yes" if applicant.income > 1000 else "no", "got": applicant.model_dump()}


@app.post("/predict_query", **keyed)
def predict_query(age: int, tags: Annotated[list[str], Query()] = (), is_new: bool = False) -> dict:
    return {"prediction": f"{age} {tags} {is_new}"}


@app.get("/predict_get", **keyed)
def predict_get(age: Annotated[int, Query(examples=[41])]) -> dict:
    return {"prediction": f"{age}"}


@app.post("/classify_image", **keyed)
async def classify_image(
    file: UploadFile, threshold: Annotated[float, Form()] = 0.5, top: int = 1
) -> dict:
    content = await file.read()
    return {"prediction": f"{file.filename} {file.content_type} {len(content)} {threshold} {top}"}


@app.post("/predict_files", **keyed)
async def predict_files(table: Annotated[bytes, File()], note: Annotated[str, Form()]) -> dict:
    return {"prediction": f"{table.decode()} {note}"}


@app.post("/predict_form", **keyed)
def predict_form(age: Annotated[int, Form()], name: Annotated[str, Form()]) -> dict:
    return {"prediction": f"{age} {name}"}


@app.post("/regions/{region}/cities/{city}/predict", **keyed)
def predict_region(
    region: Region,
    city: str,
    x_unit: Annotated[str, Header()],
    amount: Annotated[float, Body(embed=True)],
) -> dict:
    return {"prediction": f"{region.value} {city} {x_unit} {amount}"}


@app.post("/bare", **keyed)
def bare(amount: Annotated[float, Body()]) -> dict:
    return {"prediction": amount * 2}


@app.post("/either", **keyed)
def either(pet: Cat | Dog) -> dict:
    return {"prediction": type(pet).__name__}


@app.post("/fault", **keyed)
def fault(applicant: Applicant) -> dict:
    if applicant.age < 21:
        return JSONResponse({"detail": "The scaler raised ValueError"}, status_code=503)
    return {"prediction": "fine"}


@app.post("/predict_raw", **keyed)
async def predict_raw(request: Request) -> dict:
    return {"prediction": len(await request.body())}


@app.post("/collect_raw", **keyed)
async def collect_raw(request: Request) -> dict:
    return {"kept": len(await request.body())}


@app.post("/predict_visitor", **keyed)
def predict_visitor(applicant: Applicant, visitor: Annotated[str, Cookie()]) -> dict:
    return {"prediction": visitor}


@app.post("/reload_config")
def reload_config(name: str) -> dict:
    return {"name": name}


@app.put("/items/{item}", **keyed)
def put_item(item: str) -> dict:
    return {"item": item}


@app.get("/items/{item}", **keyed)
def get_item(item: str) -> dict:
    return {"item": item}


@app.get("/health")
def health() -> dict:
    return {"status": "ok"}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
