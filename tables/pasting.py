"""One row from a spreadsheet or a note, pasted as text, as values of a form."""

from __future__ import annotations

from dataclasses import replace

from mds_client.signature import Signature
from tables.converting import converted
from tables.errors import UnreadableFile
from tables.mapping import suggest
from tables.reading import read

_MOST = 1_000_000


def pasted(text: str, signature: Signature) -> dict[str, object]:
    """The values of the first row in a text, by field: by its headings where there are any, else in order.

    Fields that the row says nothing of are left out. Raises UnreadableFile with a sentence for a person.
    """
    name = "pasted.json" if text.lstrip().startswith(("{", "[")) else "pasted.csv"
    table = read(text[:_MOST].encode(), name)
    mapping = suggest(table, signature)
    fed = tuple(replace(signature[m.field], required=False) for m in mapping.matches)
    if not fed:
        raise UnreadableFile(
            "No value in this text fits the form.",
            advice="Paste the values in the order of the form, or with their headings above them.",
        )
    first = replace(table, frame=table.frame.head(1), row_numbers=table.row_numbers[:1])
    conversion = converted(first, replace(mapping, missing=()), replace(signature, inputs=fed))
    if not len(conversion.rows):
        sentence = (
            conversion.problems[0].sentence
            if conversion.problems
            else "There is no row in this text."
        )
        raise UnreadableFile(sentence, advice="Correct it and paste it again.")
    return conversion.records()[0]
