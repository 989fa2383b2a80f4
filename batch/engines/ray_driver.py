"""The process that speaks to a cluster of Ray: it keeps a task of ours at work on each processor, and tells what becomes of them.

It is a process of its own, since Ray takes over signals, threads and the end of the process that it is loaded in. It holds
nothing: what is done stands in the ledger, and when it ends, however, Ray ends its tasks.
"""

from __future__ import annotations

import logging
import socket
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from batch.engines.node import Order, Told, name_on

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
KNOCK_SECONDS = 10.0
# So often a cluster is asked, and a place tried whose process died, before it is left alone.
TRIES = 3
# A cluster without a machine that can work is waited for so many looks.
EMPTY_LOOKS = 30
NOT_THERE = "A machine of the cluster could not begin: is the workbench installed there, of the same version and for the same Python?"
NO_MACHINE = "The Ray cluster has no machine with a processor for it."


@dataclass(frozen=True, kw_only=True)
class Place:
    """A processor of the cluster: the `number`-th of a node, of which its name and its machine."""

    node: str
    number: int
    host: str = ""


Work = Callable[[Order], Told]
Tell = Callable[[Mapping[str, object]], None]


@dataclass(kw_only=True)
class Driver:
    """Keeps at most `processes` tasks at work until it is stopped. `work` is a function of a module that the machines of the
    cluster have, `order` is what all tasks have in common, `tell` is called with what happens:

    `{"at_work": 2, "machines": 2}`, `{"gone": name}` for a process whose chunks are free again, and
    `{"failed": sentence, "advice": …}` where no machine can work.
    """

    order: Order
    work: Work
    tell: Tell
    processes: int
    _running: dict[Any, tuple[Place, str]] = field(default_factory=dict)
    _tries: Counter[Place] = field(default_factory=Counter)
    _done: set[Place] = field(default_factory=set)
    _last: Told = field(default_factory=Told)
    _told: tuple[int, int] | None = None
    _empty: int = 0

    def run(self, address: str, stop: threading.Event) -> None:
        """Connect, and work until `stop` or until nobody can."""
        import ray

        if not self._connect(ray, address, stop):
            self.tell({"failed": "", "advice": ""})
            return
        try:
            while not stop.is_set() and self._look(ray):
                self._wait(ray, stop)
        finally:
            ray.shutdown()

    def _connect(self, ray: Any, address: str, stop: threading.Event) -> bool:
        """Whether the cluster answers. A busy machine may take longer to begin its part than Ray waits for it (30 s for a client
        from outside), so what listens is asked again."""
        for _ in range(TRIES):
            try:
                _knock(address)
            except OSError as error:
                log.warning("nothing listens at the Ray cluster's address: %s", error)
                return False
            try:
                ray.init(
                    address=address,
                    log_to_driver=False,
                    configure_logging=False,
                    logging_level=logging.ERROR,
                )
            except Exception as error:  # each way to connect has errors of its own
                log.warning("the Ray cluster does not answer: %s", error)
                ray.shutdown()
            else:
                return True
            if stop.wait(LOOK_SECONDS):
                return False
        return False

    def _look(self, ray: Any) -> bool:
        """Fill the places that are free; whether anybody works, or may soon."""
        places = places_of(ray.nodes(), self.processes)
        taken = {place for place, _ in self._running.values()}
        for place in places:
            if place not in taken and len(self._running) < self.processes and self._is_fit(place):
                self._begin(ray, place)
        self._tell_numbers()
        self._empty = 0 if self._running else self._empty + 1
        is_waiting = not places and self._empty <= EMPTY_LOOKS
        if self._running or self._done or is_waiting:
            return True
        sentence = self._last.sentence or NO_MACHINE
        self.tell({"failed": sentence, "advice": self._last.advice})
        return False

    def _is_fit(self, place: Place) -> bool:
        return place not in self._done and self._tries[place] < TRIES

    def _begin(self, ray: Any, place: Place) -> None:
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        name = name_on(place.node)
        task = ray.remote(self.work).options(
            num_cpus=1,
            max_retries=0,
            name=f"mds batch {self.order.job_id}",
            scheduling_strategy=NodeAffinitySchedulingStrategy(place.node, soft=False),
        )
        order = Order(**{**vars(self.order), "name": name})
        self._running[task.remote(order)] = (place, name)
        log.info("%s begins on %s", name, place.host)

    def _wait(self, ray: Any, stop: threading.Event) -> None:
        """Until a task ends, or for a moment."""
        if not self._running:
            stop.wait(LOOK_SECONDS)
            return
        ended, _ = ray.wait(list(self._running), num_returns=1, timeout=LOOK_SECONDS)
        for each in ended:
            self._ended(ray, each)

    def _ended(self, ray: Any, task: Any) -> None:
        place, name = self._running.pop(task)
        try:
            told: Told = ray.get(task)
        except Exception as error:  # the node is gone, the process died, or it could not begin
            log.warning("%s on %s ended: %s", name, place.host, _first_line(error))
            self._tries[place] += 1
            self._last = Told(sentence=NOT_THERE)
            self.tell({"gone": name})
            return
        if told.sentence:
            log.warning("%s on %s cannot work: %s", name, place.host, told.sentence)
            self._tries[place], self._last = TRIES, told
            self.tell({"gone": name})
        else:  # all rows are done, or the run is over
            self._done.add(place)

    def _tell_numbers(self) -> None:
        nodes = {place.node for place, _ in self._running.values()}
        numbers = (len(self._running), len(nodes))
        if numbers != self._told:
            self._told = numbers
            self.tell({"at_work": numbers[0], "machines": numbers[1]})


def places_of(nodes: list[dict[str, Any]], most: int) -> list[Place]:
    """The processors of the machines that live, the first of each before the second of any, and at most so many."""
    living = sorted((n for n in nodes if n.get("Alive")), key=lambda n: str(n["NodeID"]))
    found = [
        Place(node=n["NodeID"], number=number, host=str(n.get("NodeManagerHostname", "")))
        for n in living
        for number in range(int(n.get("Resources", {}).get("CPU", 0)))
    ]
    return sorted(found, key=lambda place: (place.number, place.node))[:most]


def _knock(address: str) -> None:
    """Raises OSError where nothing listens: Ray itself would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    socket.create_connection((host, int(port)), KNOCK_SECONDS).close()


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
