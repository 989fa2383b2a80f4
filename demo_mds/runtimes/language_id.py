"""Says in which language each text is written, with py3langid."""

from mlserver.types import InferenceRequest

from runtimes import wire
from runtimes.one_input import Answers, OneInputRuntime

NOTHING = "zxx"  # the code for "no linguistic content"


class LanguageRuntime(OneInputRuntime):
    """`languages` in its settings maps the codes of py3langid, in order, to names."""

    def prepare(self) -> None:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier

        self._identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        self._names = self.settings.parameters.extra["languages"]

    def read(self, request: InferenceRequest) -> list[str]:
        return wire.texts(request)

    def answer(self, elements: list[str]) -> Answers:
        chances = [self._chances(text) for text in elements]
        likeliest = [max(row, key=row.get) for row in chances]
        return {
            "language": [self._names[code] for code in likeliest],
            "probabilities": [[row[code] for code in self._names] for row in chances],
        }

    def _chances(self, text: str) -> dict[str, float]:
        if not text.strip():
            return dict.fromkeys(self._names, 0.0) | {NOTHING: 1.0}
        return dict(self._identifier.rank(text))
