"""RabbitMQ: durable queues. The broker hands out as many records as are under way, and no more."""

from __future__ import annotations

import logging
from typing import Any

from aio_pika.exceptions import AMQPError, ChannelNotFoundEntity
from faststream.middlewares import AckPolicy
from faststream.rabbit import Channel, RabbitBroker, RabbitMessage, RabbitQueue

from batch.errors import StreamRefused
from batch.streams.brokers import Broker, Handle, Topics
from batch.streams.brokers.acknowledging import settled

log = logging.getLogger(__name__)


def make(url: str, topics: Topics) -> Broker:
    """RabbitMQ at this URL."""
    return Rabbit(url, topics)


class Rabbit:
    """A queue is a topic. One that is there is taken as it is; where there is none, a durable one is made."""

    def __init__(self, url: str, topics: Topics) -> None:
        self._topics = topics
        # What no queue takes is an error, and not lost.
        self._broker = RabbitBroker(
            url,
            apply_types=False,
            logger=log,
            log_level=logging.DEBUG,
            default_channel=Channel(on_return_raises=True),
        )
        self._connection: Any = None
        self._under_way = 0

    async def start(self, handle: Handle) -> None:
        """See Broker.start."""
        wanted = self._topics
        try:
            self._connection = await self._broker.connect()
            for topic in (wanted.source, wanted.predictions, wanted.poison):
                await self._make_queue(topic)
        except (AMQPError, OSError) as error:
            raise StreamRefused(
                "RabbitMQ does not answer, or refuses a queue.",
                advice="Check its address, and what its user may do.",
                detail=str(error),
            ) from error
        subscriber = self._broker.subscriber(
            RabbitQueue(wanted.source, declare=False),
            channel=Channel(prefetch_count=wanted.ahead),
            ack_policy=AckPolicy.NACK_ON_ERROR,
            decoder=_as_it_is,
        )

        @subscriber
        async def on_record(message: RabbitMessage) -> None:
            self._under_way += 1
            try:
                await settled(handle, bytes(message.raw_message.body))
            finally:
                self._under_way -= 1

        await self._broker.start()

    async def publish(self, topic: str, message: bytes) -> None:
        """See Broker.publish."""
        await self._broker.publish(
            message, routing_key=topic, persist=True, content_type="application/json"
        )

    async def lag(self) -> int | None:
        """See Broker.lag."""
        async with self._connection.channel() as channel:
            queue = await channel.declare_queue(self._topics.source, passive=True)
            return int(queue.declaration_result.message_count or 0) + self._under_way

    async def stop(self) -> None:
        """See Broker.stop."""
        await self._broker.stop()

    async def _make_queue(self, topic: str) -> None:
        """A channel that is told of a missing queue is closed: each question has its own."""
        try:
            async with self._connection.channel() as channel:
                await channel.declare_queue(topic, passive=True)
        except ChannelNotFoundEntity:
            async with self._connection.channel() as channel:
                await channel.declare_queue(topic, durable=True)


async def _as_it_is(message: RabbitMessage) -> RabbitMessage:
    """Whatever a record says of its content is not believed: it is read as JSON, or is poison."""
    return message
