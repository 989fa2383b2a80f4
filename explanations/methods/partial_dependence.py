"""How the number goes with each field: the mean answer with every row put at one place after the other."""

from __future__ import annotations

from collections.abc import Mapping

from explanations.behaviour import curves
from explanations.behaviour.curves import Gathering
from explanations.behaviour.sample import Sample, chosen_fields, draw_sample, option
from explanations.contract import Budget, Curve, ExplainContext, Explanation, Kind, Scope
from mds_client.signature import Field, Signature

NAME = "partial_dependence"
TITLE = "How the answer changes with each field"
KIND: Kind = "curves"
SCOPE: Scope = "cohort"


def describe() -> str:
    return "The mean answer when a field has this value in every row, and how far single rows differ in that."


def suits(signature: Signature) -> bool:
    return signature.is_tabular


def cost(signature: Signature) -> Budget:
    return curves.cost(signature)


def planned(signature: Signature, available: int, options: Mapping[str, object]) -> Budget:
    """What it will ask for a cohort of `available` rows, at most."""
    return curves.planned(signature, available, options)


def explain(context: ExplainContext) -> Explanation:
    fields = chosen_fields(context)
    places = option(context, "places", curves.PLACES, 2, curves.MOST_PLACES)
    rows_each = curves.rows_each(context, fields, places)
    piece = -(-rows_each // len(fields))
    sample = draw_sample(context, context.cohort, (), rows_each=rows_each, piece=piece)

    def draw(context: ExplainContext, sample: Sample, one: Field, work: Gathering) -> Curve | None:
        return curves.partial_dependence(context, sample, one, work, places)

    work = curves.gathered(context, sample, fields, draw)
    return curves.to_explanation(context, sample, work, _note(context, sample, fields))


def _note(context: ExplainContext, sample: Sample, fields: list[Field]) -> str:
    """How it was found, and where it misleads."""
    means = (
        "Each curve is the mean over all of them, with the field set to each place in turn; in the band lie "
        "nine of ten single rows, moved to the same height."
    )
    together = curves.together(context, sample, fields)
    warning = f"{together} Such rows do not all occur: local effects are the safer reading."
    return f"{means} {warning}" if together else means
