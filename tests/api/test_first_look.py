"""Streamlit's empty HTML gets something to see; nothing else that is answered is changed."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import streamlit
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from api.first_look import first_look

PAGE = Path(streamlit.__file__).parent / "static" / "index.html"
STYLE = Path(__file__).parents[2] / "ui" / "first.css"
SCRIPT = Path(__file__).parents[2] / "ui" / "history.js"
OWN = "<html><head></head><body>a report</body></html>"


def _page(_: Request) -> Response:
    return FileResponse(PAGE)


def _own(_: Request) -> Response:
    return HTMLResponse(OWN)


def _ask(method: str, path: str, accept: str) -> httpx.Response:
    routes = [Route("/", _page), Route("/own", _own)]
    app = Starlette(routes=routes, middleware=[first_look(STYLE, script=SCRIPT)])

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.request(method, path, headers={"accept": accept})

    with ThreadPoolExecutor(1) as pool:  # a browser of another test keeps this thread's loop
        return pool.submit(asyncio.run, ask()).result()


def test_the_page_of_streamlit_is_not_empty_before_its_script_has_come() -> None:
    answer = _ask("GET", "/", "text/html,*/*")
    assert "MDS Workbench is loading" in answer.text.partition("</head>")[0]
    added = f"<style>{STYLE.read_text()}</style><script>{SCRIPT.read_text()}</script>"
    assert answer.text.replace(added, "") == PAGE.read_text()
    assert int(answer.headers["content-length"]) == len(answer.content)


def test_nothing_else_is_changed() -> None:
    assert _ask("GET", "/own", "text/html").text == OWN
    assert _ask("GET", "/", "application/json").text == PAGE.read_text()
    length = _ask("HEAD", "/", "text/html").headers["content-length"]
    assert length == str(PAGE.stat().st_size)
