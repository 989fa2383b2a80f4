"""NATS with JetStream: a durable pull consumer, which takes as many records as are under way and no more."""

from __future__ import annotations

import asyncio
import logging
import re
from typing import Any

from faststream.middlewares import AckPolicy
from faststream.nats import JStream, NatsBroker, NatsMessage, PullSub
from nats.errors import Error as NatsError
from nats.js.api import ConsumerConfig
from nats.js.errors import NotFoundError

from batch.errors import StreamRefused
from batch.streams.brokers import Broker, Handle, Topics
from batch.streams.brokers.acknowledging import settled

log = logging.getLogger(__name__)
# A record that is not settled after so many seconds is given to somebody else.
ACK_SECONDS = 60.0
FETCH_SECONDS = 1.0
ANSWER_SECONDS = 5.0


def make(url: str, topics: Topics) -> Broker:
    """NATS at this URL."""
    return Nats(url, topics)


class Nats:
    """A subject is a topic. Where no stream of JetStream keeps one, one is made for it."""

    def __init__(self, url: str, topics: Topics) -> None:
        self._topics = topics
        # A server that goes away is waited for, however long: what is not settled stays with it.
        self._broker = NatsBroker(
            url,
            apply_types=False,
            logger=log,
            log_level=logging.DEBUG,
            max_reconnect_attempts=-1,
        )
        self._jetstream: Any = None
        self._streams: dict[str, str] = {}

    async def start(self, handle: Handle) -> None:
        """See Broker.start."""
        try:
            # Its library would try again for minutes.
            client = await asyncio.wait_for(self._broker.connect(), ANSWER_SECONDS)
        except Exception as error:
            raise StreamRefused(
                "NATS does not answer.", advice="Check its address.", detail=str(error)
            ) from error
        self._jetstream = client.jetstream()
        wanted = self._topics
        try:
            for topic in (wanted.source, wanted.predictions, wanted.poison):
                self._streams[topic] = await self._stream_of(topic)
        except NatsError as error:
            raise StreamRefused(
                "NATS keeps no records, or refuses a stream.",
                advice="It needs JetStream (`nats-server -js`) and a user who may use it.",
                detail=str(error),
            ) from error
        subscriber = self._broker.subscriber(
            wanted.source,
            stream=JStream(self._streams[wanted.source], declare=False),
            durable=wanted.group,
            config=ConsumerConfig(ack_wait=ACK_SECONDS, max_ack_pending=wanted.ahead),
            pull_sub=PullSub(batch_size=wanted.ahead, timeout=FETCH_SECONDS),
            max_workers=wanted.ahead,
            ack_policy=AckPolicy.NACK_ON_ERROR,
            decoder=_as_it_is,
        )

        @subscriber
        async def on_record(message: NatsMessage) -> None:
            await _settled(handle, message)

        await self._broker.start()

    async def publish(self, topic: str, message: bytes) -> None:
        """See Broker.publish."""
        headers = {"content-type": "application/json"}
        await self._broker.publish(message, topic, stream=self._streams[topic], headers=headers)

    async def lag(self) -> int | None:
        """See Broker.lag."""
        name = self._streams[self._topics.source]
        found = await self._jetstream.consumer_info(name, self._topics.group)
        return int(found.num_pending or 0) + int(found.num_ack_pending or 0)

    async def stop(self) -> None:
        """See Broker.stop."""
        await self._broker.stop()

    async def _stream_of(self, topic: str) -> str:
        """The stream that keeps a subject."""
        try:
            return str(await self._jetstream.find_stream_name_by_subject(topic))
        except NotFoundError:
            name = re.sub(r"[^A-Za-z0-9_-]", "_", topic)
            await self._jetstream.add_stream(name=name, subjects=[topic])
            return name


async def _settled(handle: Handle, message: NatsMessage) -> None:
    """Settle a record, and tell the server now and then that it is under way."""
    # Given back at once it would come to the request of this process that still waits, and be lost for a minute.
    body, delay = bytes(message.raw_message.data), 2 * FETCH_SECONDS
    work = asyncio.ensure_future(settled(handle, body, delay=delay))
    try:
        while not (await asyncio.wait([work], timeout=ACK_SECONDS / 3))[0]:
            await message.in_progress()
        await work
    finally:
        work.cancel()


async def _as_it_is(message: NatsMessage) -> NatsMessage:
    """Whatever a record says of its content is not believed: it is read as JSON, or is poison."""
    return message
