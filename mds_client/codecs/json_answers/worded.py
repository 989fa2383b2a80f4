"""Tensors whose texts are JSON: their members as outputs of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mds_client.codecs.json_answers.columns import outputs_of
from mds_client.codecs.json_answers.unwrapping import unwrapped
from mds_client.prediction import Output
from mds_client.prediction.object_detection import boxes_of
from mds_client.prediction.output_names import meaning
from mds_client.prediction.output_parsing import parsed
from mds_client.prediction.shares import Shares
from mds_client.signature import Signature

_MOST_ROWS = 1_000


def worded(signature: Signature, outputs: Sequence[Output]) -> tuple[Output, ...]:
    """The outputs; where the only one of no declared role holds JSON with an answer in it, its members.

    So does MLServer's runtime for HuggingFace answer `{"label": "POSITIVE", "score": 0.99}`.
    """
    declared = {field.name for field in signature.outputs if field.role}
    if len(outputs) != 1 or outputs[0].name in declared or outputs[0].datatype != "BYTES":
        return tuple(outputs)
    rows = outputs[0].shape[0] if outputs[0].shape else 1
    answers = [_answer(outputs[0], row) for row in range(rows)] if rows <= _MOST_ROWS else [None]
    if not answers or any(answer is None for answer in answers):
        return tuple(outputs)
    return outputs_of(answers, signature.outputs, outputs[0].name)


def _answer(output: Output, row: int) -> object:
    """The JSON of a row where it holds an answer or how sure the model is; else None."""
    documents = [parsed(value) for value in output.row(row)]
    if not documents or any(document is None for document in documents):
        return None
    content = documents[0] if len(documents) == 1 else documents
    if boxes_of(content):
        return None
    inner = unwrapped(content)
    if isinstance(inner, Shares):
        return inner
    names = list(inner) if isinstance(inner, Mapping) else []
    return inner if any(meaning(str(n)) in ("answer", "probability") for n in names) else None
