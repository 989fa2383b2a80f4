"""What a handler of FastStream does with a record: it returns once the record is settled, which acknowledges it."""

from __future__ import annotations

from faststream.exceptions import NackMessage

from batch.streams.brokers import Handle
from batch.streams.scorer import Stopped


async def settled(handle: Handle, body: bytes, **of_nack: float) -> None:
    """Raises NackMessage where the stream ends before: then the record comes again, here or elsewhere. `of_nack` is what
    the broker is told with it."""
    try:
        await handle(body)
    except Stopped as error:
        raise NackMessage(**of_nack) from error
