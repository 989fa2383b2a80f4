"""A person's browser, as far as the server notices: one websocket session that asks for pages."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """One run of a page: seconds until the script had finished, and what crossed the wire.

    `drawn` counts its elements by what they are: `number_input`, `exception`.
    """

    seconds: float
    drawn: Counter[str]
    bytes: int


class Visitor:
    """Opens a session; each `draw` is a rerun of a page in it."""

    def __init__(self, base: str, headers: Mapping[str, str] | None = None, xsrf: str = "") -> None:
        url = base.replace("http://", "ws://") + "/_stcore/stream"
        self._socket = connect(
            url,
            # With the token in the second place the cookie of a sign-in is read.
            subprotocols=["streamlit", *([xsrf] if xsrf else [])],  # type: ignore[list-item]
            origin=base,  # type: ignore[arg-type]
            max_size=None,
            additional_headers=headers,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()

    def draw(self, page: str = "", query: str = "") -> Drawn:
        """Ask for a page and wait until it is drawn."""
        message = BackMsg()
        message.rerun_script.page_name = page
        message.rerun_script.query_string = query
        began = time.perf_counter()
        self._socket.send(message.SerializeToString())
        return self._until_finished(began)

    def _until_finished(self, began: float) -> Drawn:
        size, drawn = 0, Counter[str]()
        while True:
            data = self._socket.recv(timeout=60)
            assert isinstance(data, bytes)
            size += len(data)
            message = ForwardMsg.FromString(data)
            if message.WhichOneof("type") == "delta":
                drawn[message.delta.new_element.WhichOneof("type") or ""] += 1
            if message.WhichOneof("type") == "script_finished":
                return Drawn(seconds=time.perf_counter() - began, drawn=drawn, bytes=size)
