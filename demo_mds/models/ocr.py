"""OCR: the text in a picture, read by the models that RapidOCR carries."""

from collections.abc import Iterator

import drawing
from repository import Model
from runtimes.pictures import MEDIA_TYPES
from vocabulary import Tensor, file_input, output

RECEIPT = (
    "CORNER CAFE",
    "12 March 2026, 14:05",
    "2 x Espresso         5.00",
    "1 x Croissant        2.40",
    "TOTAL                7.40",
    "Thank you!",
)
NOTICE = ("CAUTION", "Wet floor")
LETTER = ("Dear Ms Baker,", "your order 7204 has left our house", "and will arrive on Tuesday.")
PLATFORM = ("Platform 7", "Northbound 10:42", "on time")
LABEL = ("LOT 2291-B", "Best before 30 06 2027", "Net weight 250 g")
TICKET = ("Ticket 0371", "Row C  Seat 18", "Doors 19:30")


def models() -> Iterator[Model]:
    yield Model(
        name="ocr",
        implementation="runtimes.ocr.OcrRuntime",
        inputs=(picture(),),
        outputs=tuple(outputs()),
    )


def picture() -> Tensor:
    return file_input(
        "image",
        "image",
        MEDIA_TYPES,
        list(examples()),
        label="Picture with text",
        description="A receipt, a sign, a page: printed text in Latin letters or Chinese.",
    )


def examples() -> Iterator[dict[str, str]]:
    yield drawing.as_example(drawing.page(RECEIPT), "receipt")
    sign = drawing.page(NOTICE, size=44, ink=(0, 0, 0), paper=(255, 205, 0))
    yield drawing.as_example(sign, "sign")
    yield drawing.as_example(drawing.page(LETTER, size=20), "letter")
    board = drawing.page(PLATFORM, size=30, ink=(255, 190, 60), paper=(15, 25, 45))
    yield drawing.as_example(board, "departures")
    label = drawing.photographed(drawing.page(LABEL, size=22), 3, seed=7)
    yield drawing.as_example(label, "photographed label")
    ticket = drawing.page(TICKET, size=26, ink=(90, 20, 60), paper=(245, 225, 235))
    yield drawing.as_example(drawing.photographed(ticket, -2, seed=8), "photographed ticket")


def outputs() -> Iterator[Tensor]:
    yield output(
        "text",
        "BYTES",
        "text",
        question="What does the picture say?",
        title="Text in pictures",
        label="Text",
    )
    yield output(
        "score",
        "FP64",
        "score",
        label="Confidence",
        minimum=0,
        maximum=1,
        description="Mean over the pieces of text; 0 where there is none.",
    )
    yield output(
        "pieces",
        "BYTES",
        "boxes",
        label="Pieces",
        description="A JSON list in the order of reading: the text of each piece, how sure the model is of it (score), "
        "and its corners in pixels of the file (points).",
    )
