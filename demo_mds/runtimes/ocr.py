"""Reads the text in each picture, line by line, with RapidOCR."""

import json
from dataclasses import dataclass

import numpy as np
from PIL import Image

from runtimes.one_input import Answers, OneInputRuntime
from runtimes.pictures import as_stored, pictures

# All models travel in the wheel of rapidocr: naming none other keeps it from downloading.
OPTIONS = {
    "Global.log_level": "error",
    "EngineConfig.onnxruntime.intra_op_num_threads": 2,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}
LONGEST_SIDE = 2000
# RapidOCR enlarges the shorter side of a strip without a limit: 5000 × 2 pixels would fill 13 GB.
MOST_STRETCHED = 6


@dataclass(frozen=True)
class Piece:
    """Some words in one line: their four corners, clockwise from the top left, and how sure the reader is of them."""

    corners: np.ndarray
    text: str
    score: float


class OcrRuntime(OneInputRuntime):
    """Detection, direction and recognition: three networks in a row."""

    def prepare(self) -> None:
        from rapidocr import RapidOCR

        self._reader = RapidOCR(params=OPTIONS)

    def answer(self, elements: list[bytes]) -> Answers:
        upright = pictures(elements)
        read = [self._read(picture) for picture in upright]
        lines = [_lines(pieces) for pieces in read]
        sizes = [picture.size for picture in upright]
        return {
            "text": [_text(each) for each in lines],
            "score": [float(np.mean([p.score for p in pieces] or [0.0])) for pieces in read],
            "pieces": [_placed(*row) for row in zip(lines, sizes, elements, strict=True)],
        }

    def _read(self, picture: Image.Image) -> list[Piece]:
        """What is read, with corners in pixels of the upright picture."""
        paper, corner, scale = _bounded(picture)
        pixels = np.asarray(paper)[:, :, ::-1].copy()  # it takes blue first
        found = self._reader(pixels)
        if found.txts is None:
            return []
        places = (np.asarray(found.boxes, dtype=float) - corner) * scale
        rows = zip(places, found.txts, found.scores, strict=True)
        return [Piece(corners, text, float(score)) for corners, text, score in rows]


def _bounded(picture: Image.Image) -> tuple[Image.Image, tuple[int, int], float]:
    """Not too large, and a strip widened by what its corner shows; where the picture begins on it, and how many of its own
    pixels one of these is."""
    small = picture.copy()
    small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    least = max(small.size) // MOST_STRETCHED
    paper = Image.new("RGB", (max(small.width, least), max(small.height, least)))
    paper.paste(small.getpixel((0, 0)), (0, 0, *paper.size))
    corner = ((paper.width - small.width) // 2, (paper.height - small.height) // 2)
    paper.paste(small, corner)
    return paper, corner, max(picture.size) / max(small.size)


def _lines(pieces: list[Piece]) -> list[list[Piece]]:
    """Pieces at the same height stand on one line, as on the receipt."""
    lines: list[list[Piece]] = []
    bottom = -np.inf
    for piece in sorted(pieces, key=_middle):
        if _middle(piece) > bottom:
            lines.append([])
            bottom = piece.corners[:, 1].max()
        lines[-1].append(piece)
    return [sorted(line, key=lambda piece: piece.corners[:, 0].min()) for line in lines]


def _middle(piece: Piece) -> float:
    return float(piece.corners[:, 1].mean())


def _text(lines: list[list[Piece]]) -> str:
    return "\n".join(" ".join(piece.text for piece in line) for line in lines)


def _placed(lines: list[list[Piece]], size: tuple[int, int], file: bytes) -> str:
    """The pieces in the order in which they are read as JSON, with corners in the file's own pixels."""
    pieces = [
        {
            "text": piece.text,
            "score": round(piece.score, 4),
            "points": as_stored(piece.corners, size, file).round(1).tolist(),
        }
        for line in lines
        for piece in line
    ]
    return json.dumps(pieces, ensure_ascii=False)
