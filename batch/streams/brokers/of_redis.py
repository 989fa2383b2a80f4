"""Redis Streams: a consumer group from the beginning of the stream. What a process left behind is claimed by another."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import orjson
from faststream.exceptions import NackMessage
from faststream.middlewares import AckPolicy
from faststream.redis import RedisBroker, RedisStreamMessage, StreamSub
from redis.exceptions import RedisError, ResponseError

from batch.errors import StreamRefused
from batch.streams.brokers import Broker, Handle, Topics
from batch.streams.brokers.acknowledging import settled
from db.ids import new_id

log = logging.getLogger(__name__)
# A record that is not settled after so many milliseconds is given to somebody else.
CLAIM_AFTER = 300_000
POLL = 500
# The field of an entry that has the record; FastStream has its own.
DATA, OWN = b"data", b"__data__"


def make(url: str, topics: Topics) -> Broker:
    """Redis at this URL."""
    return Redis(url, topics)


class Redis:
    """A stream is a topic. A record is the field `data` of an entry, or all of its fields as an object."""

    def __init__(self, url: str, topics: Topics, claim_after: int = CLAIM_AFTER) -> None:
        self._topics, self._claim_after = topics, claim_after
        self._broker = RedisBroker(url, apply_types=False, logger=log, log_level=logging.DEBUG)
        self._client: Any = None
        self._under_way: set[bytes] = set()

    async def start(self, handle: Handle) -> None:
        """See Broker.start."""
        wanted, consumer = self._topics, f"mds-{new_id()}"
        try:
            self._client = await self._broker.connect()
            await self._make_group()
        except (RedisError, OSError) as error:
            raise StreamRefused(
                "Redis does not answer.", advice="Check its address.", detail=str(error)
            ) from error
        new = StreamSub(
            wanted.source,
            group=wanted.group,
            consumer=consumer,
            max_records=wanted.ahead,
            polling_interval=POLL,
        )
        left = StreamSub(
            wanted.source,
            group=wanted.group,
            consumer=consumer,
            min_idle_time=self._claim_after,
            polling_interval=POLL,
        )
        for stream in (new, left):
            subscriber = self._broker.subscriber(
                stream=stream,
                max_workers=wanted.ahead,
                ack_policy=AckPolicy.NACK_ON_ERROR,
                parser=_parsed,
                decoder=_as_it_is,
            )

            @subscriber
            async def on_record(message: RedisStreamMessage) -> None:
                await self._settled(handle, message)

        await self._broker.start()

    async def publish(self, topic: str, message: bytes) -> None:
        """See Broker.publish. As a plain entry, which whoever reads it need not know FastStream for."""
        await self._client.xadd(topic, {DATA: message})

    async def lag(self) -> int | None:
        """See Broker.lag."""
        for found in await self._client.xinfo_groups(self._topics.source):
            if _text(found["name"]) == self._topics.group:
                behind = found.get("lag")
                return None if behind is None else int(behind) + int(found["pending"])
        return None

    async def stop(self) -> None:
        """See Broker.stop."""
        await self._broker.stop()

    async def _make_group(self) -> None:
        try:
            await self._client.xgroup_create(
                self._topics.source, self._topics.group, id="0", mkstream=True
            )
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    async def _settled(self, handle: Handle, message: RedisStreamMessage) -> None:
        """Settle a record; one that is claimed while it is under way here is left to whoever has it."""
        ids = set(message.raw_message["message_ids"])
        if ids & self._under_way:
            raise NackMessage
        self._under_way |= ids
        try:
            await settled(handle, bytes(message.body))
        finally:
            self._under_way -= ids


def _text(name: object) -> str:
    return name.decode() if isinstance(name, bytes) else str(name)


async def _parsed(message: Mapping[str, Any], original: Any) -> Any:
    """An entry with its record where FastStream looks for it."""
    fields = message["data"]
    return await original({**message, "data": {OWN: fields.get(OWN) or _record(fields)}})


def _record(fields: Mapping[bytes, bytes]) -> bytes:
    if DATA in fields and len(fields) == 1:
        return fields[DATA]
    plain = {n.decode("utf-8", "replace"): v.decode("utf-8", "replace") for n, v in fields.items()}
    return orjson.dumps(plain)


async def _as_it_is(message: RedisStreamMessage) -> RedisStreamMessage:
    """Whatever a record says of its content is not believed: it is read as JSON, or is poison."""
    return message
