"""A small program that uses the library as a stranger would, typed throughout."""

from __future__ import annotations

import asyncio
import sys
from typing import assert_type

import numpy as np

from mds_client import (
    Answer,
    AsyncMdsClient,
    AsyncModel,
    Chunk,
    Field,
    InvalidValues,
    MdsClient,
    MdsError,
    Model,
    ModelInfo,
    Output,
    Prediction,
    Server,
    Signature,
)


def asked(url: str) -> str:
    with MdsClient(Server(name="demo", url=url)) as client:
        _ = assert_type(client.models(), list[ModelInfo])
        model = client.model("penguins", version="v2")
        _ = assert_type(model, Model)
        signature = model.signature()
        _ = assert_type(signature, Signature)
        _ = assert_type(signature.inputs, tuple[Field, ...])
        prediction = model.predict(signature.example_rows[0])
        _ = assert_type(prediction, Prediction)
        _ = assert_type(prediction.answer, Answer)
        _ = assert_type(prediction.outputs, tuple[Output, ...])
        return prediction.answer.headline


def of_numbers(url: str) -> int:
    with MdsClient(Server(name="demo", url=url)) as client:
        signature = client.model("breast-cancer").signature()
        rows = np.zeros((3, len(signature.inputs)))
        return len(client.predict(signature, rows).answers)


def refused(url: str) -> list[str]:
    with MdsClient(Server(name="demo", url=url)) as client:
        try:
            _ = client.model("penguins").predict({})
        except InvalidValues as error:
            return [problem.sentence for problem in error.problems]
        except MdsError as error:
            return [error.sentence, error.advice]
    return ["a row without values was answered"]


def in_parts(url: str) -> int:
    with MdsClient(Server(name="demo", url=url)) as client:
        model = client.model("penguins", version="v2")
        chunks = list(model.predict_rows(model.signature().example_rows[:3], at_once=2))
        _ = assert_type(chunks, list[Chunk])
        return len(chunks)


async def awaited(url: str) -> list[str]:
    async with AsyncMdsClient(Server(name="demo", url=url)) as client:
        model = client.model("penguins", version="v2")
        _ = assert_type(model, AsyncModel)
        _ = assert_type(await model.signature(), Signature)
        return [f"{info.ref} {info.state}" for info in await client.models()]


if __name__ == "__main__":
    print(asked(sys.argv[1]))
    print(of_numbers(sys.argv[1]))
    print(in_parts(sys.argv[1]))
    print("\n".join(refused(sys.argv[1])))
    print("\n".join(asyncio.run(awaited(sys.argv[1]))))
