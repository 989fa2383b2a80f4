"""The part of `mds stream` that asks, and reads until it is told to stop."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
from functools import partial
from typing import cast

import services
from batch.errors import StreamRefused
from batch.pace import Pace
from batch.scoring import Recorder
from batch.streams import brokers
from batch.streams.brokers import Topics
from batch.streams.running import Stream
from batch.streams.scorer import Scorer
from cli.batch_rows import signature_of
from cli.output import GOOD, Wrong, printable, say
from cli.stream import BROKER_VARIABLE
from db.ids import new_id
from db.streams import StreamView
from db.tables import MAX_KEY
from mds_client.signature import FILE_KINDS, ModelRef, Signature
from people.access import viewer_of
from people.errors import NotPermitted
from people.permissions import may
from settings import settings

# Requests of one stream that are under way at once.
AT_ONCE = 2


def run(chosen: argparse.Namespace) -> int:
    """Read until SIGTERM or Ctrl+C; what was not settled by then comes again. Raises Wrong, NotFound and MdsError."""
    _check(chosen)
    built = services.build(settings())
    try:
        stream = _stream(built, chosen)
        asyncio.run(_run(stream, chosen))
    except (StreamRefused, NotPermitted) as error:
        raise Wrong(printable(f"{error.sentence} {error.advice} {error.detail}".strip())) from error
    finally:
        built.close()
    say("Stopped. What was not published yet comes again.")
    return GOOD


async def _run(stream: Stream, chosen: argparse.Namespace) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    say(printable(f"{chosen.source} → {stream.view.server}/{stream.view.model} → {chosen.to}"))
    await stream.run(stop)


def _check(chosen: argparse.Namespace) -> None:
    chosen.poison = chosen.poison or f"{chosen.source}.poison"
    if len({chosen.source, chosen.to, chosen.poison}) < 3:
        raise Wrong("--from, --to and --poison are three topics.")
    if not 0 < chosen.share <= 1:
        raise Wrong("--share is a part of the records: more than 0, at most 1.")
    if not 1 <= chosen.rows <= 5_000:
        raise Wrong("--rows is between 1 and 5,000.")
    chosen.broker = chosen.broker or os.environ.get(BROKER_VARIABLE, "")
    if not chosen.broker:
        raise Wrong(f"Which broker? --broker nats://host:4222, or {BROKER_VARIABLE}")


def _stream(built: services.Services, chosen: argparse.Namespace) -> Stream:
    signature = signature_of(built, chosen.model)
    _check_kinds(signature)
    model = signature.model
    topics = Topics(
        source=chosen.source,
        predictions=chosen.to,
        poison=chosen.poison,
        group=chosen.group,
        ahead=chosen.rows * AT_ONCE,
    )
    pace = Pace(
        most_rows=min(signature.max_rows or chosen.rows, chosen.rows),
        request_rows=chosen.rows,
        most_at_once=AT_ONCE,
    )
    recorder = partial(
        built.recorder,
        model,
        signature,
        person=chosen.person,
        record=chosen.record,
        share=chosen.share,
    )
    name = chosen.name or f"{model.server}/{model.name}/{chosen.source}"
    return Stream(
        view=StreamView(name=name[:MAX_KEY], server=model.server, model=model.name),
        topics=topics,
        broker=brokers.opened(chosen.broker, topics),
        scorer=Scorer(
            model=model,
            signature=signature,
            recorder=lambda: cast(Recorder, recorder(key=f"stream-{new_id()}")),
            sessions=built.sessions,
            pace=pace,
        ),
        sessions=built.sessions,
        most_rows=chosen.rows,
        at_once=AT_ONCE,
        base=built.settings.address,
        person=chosen.person,
        may_ask=partial(_may_ask, built, chosen, model),
    )


def _may_ask(built: services.Services, chosen: argparse.Namespace, model: ModelRef) -> bool:
    """Whether the person may ask the model now; whoever runs this command without one may."""
    table = built.settings_now.access
    if not table or not chosen.person:
        return True
    groups = [word.strip() for word in chosen.groups.split(",") if word.strip()]
    scope = viewer_of(chosen.person, groups, table).scope
    return may(scope, "predict", model.server, model.name)


def _check_kinds(signature: Signature) -> None:
    """Raises Wrong for a model that takes pictures or recordings."""
    if any(each.kind in FILE_KINDS for each in signature.inputs):
        raise Wrong("This model takes pictures or recordings, which do not come by a stream.")
