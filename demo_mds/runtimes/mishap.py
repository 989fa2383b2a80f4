"""Answers that go wrong on purpose, so that whoever asks can show what they do about it."""

from fastapi import Request
from fastapi.responses import Response
from starlette.types import Receive, Scope, Send


class Mishap(Exception):
    """Raised by a runtime; the server answers with the response it carries."""

    def __init__(self, response: Response) -> None:
        super().__init__("An answer that goes wrong on purpose.")
        self.response = response


class BrokenOff(Response):
    """Promises an answer, sends its beginning and closes the connection."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"model_name":', "more_body": True})
        raise ConnectionAbortedError("The answer breaks off on purpose.")


def not_json() -> Response:
    """What a proxy between us might say."""
    page = "<html><body><h1>It works!</h1></body></html>"
    return Response(page, status_code=200, media_type="text/html")


async def answer_mishap(request: Request, mishap: Mishap) -> Response:
    return mishap.response
