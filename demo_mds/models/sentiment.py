"""Sentiment: whether a text is positive, neutral or negative, by VADER's lexicon and rules."""

from collections.abc import Iterator

from repository import Model
from vocabulary import Tensor, output, text_input

LABELS = ("negative", "neutral", "positive")
EXAMPLES = (
    "The room was lovely and the staff could not have been kinder.",
    "The parcel arrived on Tuesday.",
    "I waited two hours and nobody apologised. Terrible service.",
    "Not bad at all, I would come again!",
    "The meeting has been moved to room 12.",
    "The battery died after a week and the refund never came.",
    "GREAT value for money!!! 😀",
    "The manual has forty pages.",
    "The screen is gorgeous, but the sound is awful and it crashes constantly.",
    "I love how quiet it is.",
    "Please send the invoice to the address below.",
    "What a waste of money.",
    "Surprisingly good, considering the price.",
    "The shop opens at nine and closes at six.",
    "I am really disappointed with this update.",
    "Thanks a lot for the quick help, you saved my day.",
)
# What a reader takes them for, in their order.
TRUTH = (
    "positive", "neutral", "negative", "positive", "neutral", "negative", "positive", "neutral",
    "negative", "positive", "neutral", "negative", "positive", "neutral", "negative", "positive",
)  # fmt: skip


def models() -> Iterator[Model]:
    yield Model(
        name="sentiment",
        implementation="runtimes.sentiment.SentimentRuntime",
        inputs=(
            text_input(
                "text",
                EXAMPLES,
                label="Text",
                description="A few sentences in English; emoji and exclamation marks count.",
            ),
        ),
        outputs=tuple(outputs()),
        held_out={"rows": [{"text": text} for text in EXAMPLES], "truth": list(TRUTH)},
    )


def outputs() -> Iterator[Tensor]:
    yield output(
        "sentiment",
        "BYTES",
        "class",
        labels=list(LABELS),
        question="Is the text positive, neutral or negative?",
        title="Sentiment",
        label="Sentiment",
    )
    yield output(
        "compound",
        "FP64",
        "score",
        label="Score",
        minimum=-1,
        maximum=1,
        description="From −1 (most negative) to 1 (most positive); "
        "positive from 0.05, negative up to −0.05.",
    )
    # Shares of the text, not chances: the largest is often "neutral" in a clearly positive text.
    yield output(
        "shares",
        "FP64",
        "detail",
        3,
        labels=list(LABELS),
        label="Share of the text",
        description="How much of the text is negative, neutral and positive.",
    )
