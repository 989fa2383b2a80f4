"""Reads the text in each picture, line by line, with RapidOCR."""

import numpy as np
from PIL import Image

from runtimes.one_input import Answers, OneInputRuntime
from runtimes.pictures import pictures

# All models travel in the wheel of rapidocr: naming none other keeps it from downloading.
OPTIONS = {
    "Global.log_level": "error",
    "EngineConfig.onnxruntime.intra_op_num_threads": 2,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}
LONGEST_SIDE = 2000
# RapidOCR enlarges the shorter side of a strip without a limit: 5000 × 2 pixels would fill 13 GB.
MOST_STRETCHED = 6


class OcrRuntime(OneInputRuntime):
    """Detection, direction and recognition: three networks in a row."""

    def prepare(self) -> None:
        from rapidocr import RapidOCR

        self._reader = RapidOCR(params=OPTIONS)

    def answer(self, elements: list[bytes]) -> Answers:
        read = [self._read(picture) for picture in pictures(elements)]
        return {
            "text": [_text(boxes, words) for boxes, words, _ in read],
            "score": [float(np.mean(scores)) if scores else 0.0 for _, _, scores in read],
        }

    def _read(self, picture: Image.Image) -> tuple[list, list[str], list[float]]:
        pixels = np.asarray(_bounded(picture))[:, :, ::-1].copy()  # it takes blue first
        found = self._reader(pixels)
        if found.txts is None:
            return [], [], []
        return list(found.boxes), list(found.txts), [float(score) for score in found.scores]


def _bounded(picture: Image.Image) -> Image.Image:
    """Not too large, and a strip widened by what its corner shows."""
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    least = max(picture.size) // MOST_STRETCHED
    paper = Image.new("RGB", (max(picture.width, least), max(picture.height, least)))
    paper.paste(picture.getpixel((0, 0)), (0, 0, *paper.size))
    paper.paste(picture, ((paper.width - picture.width) // 2, (paper.height - picture.height) // 2))
    return paper


def _text(boxes: list, words: list[str]) -> str:
    """Pieces at the same height stand on one line, as on the receipt."""
    lines: list[list[tuple[float, str]]] = []
    bottom = -np.inf
    for box, word in sorted(zip(boxes, words, strict=True), key=_middle):
        if _middle((box, word)) > bottom:
            lines.append([])
            bottom = box[:, 1].max()
        lines[-1].append((box[:, 0].min(), word))
    return "\n".join(" ".join(word for _, word in sorted(line)) for line in lines)


def _middle(piece: tuple[np.ndarray, str]) -> float:
    return float(piece[0][:, 1].mean())
