"""Says whether each text is positive, neutral or negative, with VADER."""

from mlserver.types import InferenceRequest

from runtimes import wire
from runtimes.one_input import Answers, OneInputRuntime

# The limits that VADER's authors recommend.
POSITIVE_FROM, NEGATIVE_UP_TO = 0.05, -0.05


class SentimentRuntime(OneInputRuntime):
    """A lexicon and rules: fast, and the same for everybody."""

    def prepare(self) -> None:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

        self._analyser = SentimentIntensityAnalyzer()

    def read(self, request: InferenceRequest) -> list[str]:
        return wire.texts(request)

    def answer(self, elements: list[str]) -> Answers:
        scores = [self._analyser.polarity_scores(text) for text in elements]
        return {
            "sentiment": [_word(row["compound"]) for row in scores],
            "compound": [row["compound"] for row in scores],
            "shares": [[row["neg"], row["neu"], row["pos"]] for row in scores],
        }


def _word(compound: float) -> str:
    if compound >= POSITIVE_FROM:
        return "positive"
    return "negative" if compound <= NEGATIVE_UP_TO else "neutral"
