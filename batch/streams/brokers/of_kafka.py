"""Kafka: a consumer group that commits what is settled, some records at a time.

Topics are not made: whoever runs Kafka says how many partitions they have.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any
from urllib.parse import urlsplit

from confluent_kafka import Consumer, KafkaException, TopicPartition
from faststream.confluent import KafkaBroker, KafkaMessage
from faststream.middlewares import AckPolicy

from batch.errors import StreamRefused
from batch.streams.brokers import Broker, Handle, Topics
from batch.streams.brokers.acknowledging import settled

log = logging.getLogger(__name__)
ANSWER_SECONDS = 10.0
# A server may be away for as long as Kafka lets a group wait: a day.
POLL_INTERVAL = 86_400_000
_NO_OFFSET = 0  # offsets below it say that nothing was committed


def make(url: str, topics: Topics) -> Broker:
    """Kafka at `kafka://host:port`, or several with commas between."""
    return Kafka(urlsplit(url).netloc, topics)


class Kafka:
    """Records are committed together, once all that were taken together are settled: the process that comes after a crash
    reads them again."""

    def __init__(self, servers: str, topics: Topics) -> None:
        self._servers, self._topics = servers, topics
        self._broker = KafkaBroker(
            servers,
            apply_types=False,
            allow_auto_create_topics=False,
            logger=log,
            log_level=logging.DEBUG,
        )
        self._asks: Any = None

    async def start(self, handle: Handle) -> None:
        """See Broker.start."""
        wanted = self._topics
        facts = {"bootstrap.servers": self._servers, "group.id": wanted.group}
        self._asks = Consumer({**facts, "enable.auto.commit": False})
        try:
            there = await asyncio.to_thread(self._asks.list_topics, timeout=ANSWER_SECONDS)
        except KafkaException as error:
            raise StreamRefused(
                "Kafka does not answer.", advice="Check its address.", detail=str(error)
            ) from error
        named = (wanted.source, wanted.predictions, wanted.poison)
        if missing := [topic for topic in named if topic not in there.topics]:
            raise StreamRefused(
                f"Kafka has no topic {missing[0]}.", advice="Make it first: it is never made here."
            )
        subscriber = self._broker.subscriber(
            wanted.source,
            group_id=wanted.group,
            batch=True,
            max_records=wanted.ahead,
            auto_offset_reset="earliest",
            max_poll_interval_ms=POLL_INTERVAL,
            ack_policy=AckPolicy.NACK_ON_ERROR,
            decoder=_as_it_is,
        )

        @subscriber
        async def on_records(message: KafkaMessage) -> None:
            records: Any = message.raw_message
            await asyncio.gather(*(settled(handle, each.value() or b"") for each in records))

        await self._broker.start()

    async def publish(self, topic: str, message: bytes) -> None:
        """See Broker.publish."""
        headers = {"content-type": "application/json"}
        await self._broker.publish(message, topic, headers=headers)

    async def lag(self) -> int | None:
        """See Broker.lag."""
        return await asyncio.to_thread(self._behind)

    async def stop(self) -> None:
        """See Broker.stop."""
        await self._broker.stop()
        if self._asks is not None:
            await asyncio.to_thread(self._asks.close)

    def _behind(self) -> int:
        topic = self._topics.source
        found = self._asks.list_topics(topic, timeout=ANSWER_SECONDS).topics[topic]
        partitions = [TopicPartition(topic, number) for number in found.partitions]
        total = 0
        for each in self._asks.committed(partitions, timeout=ANSWER_SECONDS):
            low, high = self._asks.get_watermark_offsets(each, timeout=ANSWER_SECONDS)
            total += high - (each.offset if each.offset >= _NO_OFFSET else low)
        return total


async def _as_it_is(message: KafkaMessage) -> KafkaMessage:
    """Whatever a record says of its content is not believed: it is read as JSON, or is poison."""
    return message
