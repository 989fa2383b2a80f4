"""One broker each: how its topics are read, written and counted through FastStream. A broker is found by the scheme of
its URL; each needs an extra of the package (docs/command-line.md)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol
from urllib.parse import urlsplit

from batch.errors import StreamRefused

Handle = Callable[[bytes], Awaitable[None]]
# The module, the extra and the library of each scheme.
_OF_SCHEME = {
    "nats": ("of_nats", "stream-nats", "nats"),
    "tls": ("of_nats", "stream-nats", "nats"),
    "redis": ("of_redis", "stream-redis", "redis"),
    "rediss": ("of_redis", "stream-redis", "redis"),
    "amqp": ("of_rabbit", "stream-rabbit", "aio_pika"),
    "amqps": ("of_rabbit", "stream-rabbit", "aio_pika"),
    "kafka": ("of_kafka", "stream-kafka", "confluent_kafka"),
}


@dataclass(frozen=True, kw_only=True)
class Topics:
    """What is read, where predictions go, where records go that cannot be asked about, and the name under which the broker
    remembers how far it was read. At most `ahead` records are taken and not settled."""

    source: str
    predictions: str
    poison: str
    group: str
    ahead: int


class Broker(Protocol):
    """A broker whose source topic is read. A record is acknowledged once `handle` has returned, and never before."""

    async def start(self, handle: Handle) -> None:
        """Connect, make the topics where there are none, and begin to read. Raises StreamRefused."""

    async def publish(self, topic: str, message: bytes) -> None:
        """Returns once the broker has the message. Raises what its library raises."""

    async def lag(self) -> int | None:
        """How many records wait or are not settled; None where the broker does not say."""

    async def stop(self) -> None:
        """Read no more, and close the connection."""


def opened(url: str, topics: Topics) -> Broker:
    """The broker at a URL, not connected. Raises StreamRefused for an unknown scheme and for a missing extra."""
    scheme = urlsplit(url).scheme
    if scheme not in _OF_SCHEME:
        raise StreamRefused(
            "The address of the broker names none that is known.",
            advice=f"It begins with {', '.join(f'{name}://' for name in _OF_SCHEME)}.",
        )
    module, extra, library = _OF_SCHEME[scheme]
    try:
        for name in ("faststream", library):
            import_module(name)
    except ImportError as error:
        raise StreamRefused(
            f"What speaks to {scheme} is not installed.",
            advice=f"Install the workbench with the extra {extra}: uv sync --extra {extra}",
            detail=str(error),
        ) from error
    broker: Broker = import_module(f"{__name__}.{module}").make(url, topics)
    return broker


def without_password(url: str) -> str:
    """The address as it may be shown."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
