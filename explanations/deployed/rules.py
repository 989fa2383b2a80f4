"""A deployed explainer's rule in our words, and whether it holds where we ask the model ourselves."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from explanations import formatting
from explanations.background.sampling import augmented
from explanations.budgeted_model import OutOfBudget
from explanations.conditions import Condition
from explanations.contract import ExplainContext
from explanations.deployed.answers import Rule
from mds_client.signature import NUMERIC_KINDS, Field, Signature

MOST_ROWS = 3000
MOST_ASKED = 500
FEWEST = 20
_NUMBER = r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
_BETWEEN = re.compile(rf"^({_NUMBER}) <(=?) (.{{1,200}}?) <(=?) ({_NUMBER})$")
_ONE = re.compile(r"^(.{1,200}?) (<=|>=|<|>|==|=) (.{1,200})$")


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The conditions in words, and in sentences what came of checking them."""

    conditions: tuple[str, ...]
    sentence: str
    note: str = ""


def checked(context: ExplainContext, rule: Rule) -> Checked:
    """The rule, asked about typical rows that meet it. Raises what ends an explanation from outside."""
    if rule.is_text:
        words = tuple(f"the text has the word “{word}”" for word in rule.conditions)
        return Checked(conditions=words, sentence="", note="Rules about words are not checked.")
    read = [_condition(context.signature, rule, place) for place in range(len(rule.conditions))]
    pairs = list(zip(read, rule.conditions, strict=True))
    shown = tuple(str(condition) if condition else text for condition, text in pairs)
    unread = next((text for condition, text in pairs if condition is None), None)
    if unread is not None:
        note = f"“{unread}” is nothing that we know of this model, so its rule was not checked."
        return Checked(conditions=shown, sentence="", note=note)
    return _counted(context, rule, shown, [condition for condition in read if condition])


def _counted(
    context: ExplainContext, rule: Rule, shown: tuple[str, ...], known: Sequence[Condition]
) -> Checked:
    note = "" if all(condition.holds(context.values) for condition in known) else _OTHER
    return Checked(conditions=shown, sentence=_measured(context, rule, known), note=note)


_OTHER = "This case itself does not meet its rule: it may be about another row."


def _measured(context: ExplainContext, rule: Rule, conditions: Sequence[Condition]) -> str:
    """What it claims and what we counted, in one sentence."""
    claim = "It does not say how sure it is"
    if rule.precision is not None:
        claim = f"It says {formatting.percent(rule.precision)}"
    if not context.target.is_share:
        return f"{claim}; rules about numbers are not checked."
    rows = list(context.background) or context.signature.example_rows
    if not rows:
        return f"{claim}; there are no typical rows to check it with."
    augmented_rows = augmented(context.signature, rows, MOST_ROWS, context.seed)
    following = [row for row in augmented_rows if all(c.holds(row) for c in conditions)]
    tested_rows = following[: int(min(MOST_ASKED, max(context.ask.rows_left, 0)))]
    if len(tested_rows) < FEWEST:
        rows_said = (
            "1 typical row meets"
            if len(tested_rows) == 1
            else f"{len(tested_rows)} typical rows meet"
        )
        return f"{claim}; {rows_said} it: too few to check it."
    try:
        same = context.ask.agrees(tested_rows)
    except OutOfBudget as stopped:
        return f"{claim}; it could not be checked within {stopped.limit}."
    return (
        f"{claim}; of {len(tested_rows)} typical rows{' that meet it' if conditions else ''}, "
        f"{formatting.percent(float(same.mean()))} got the same answer."
    )


def _condition(signature: Signature, rule: Rule, place: int) -> Condition | None:
    """One condition as alibi writes it: "6.00 < tenure <= 12.00", "age > 40.00", "region = north"."""
    text = rule.conditions[place]
    column = rule.columns[place] if len(rule.columns) == len(rule.conditions) else -1
    if between := _BETWEEN.match(text):
        low, is_low_in, name, is_high_in, high = between.groups()
        above = _below(float(low)) if is_low_in else float(low)
        most = float(high) if is_high_in else _below(float(high))
        return _stretch(_field_called(signature, name, column), above, most)
    equality = _ONE.match(text)
    if equality is None:
        return None
    name, sign, value = equality.groups()
    field = _field_called(signature, name, column)
    if "=" in sign and sign in ("=", "=="):
        return _equal(field, value)
    try:
        limit = float(value)
    except ValueError:
        return None
    if sign in ("<", "<="):
        return _stretch(field, -math.inf, limit if sign == "<=" else _below(limit))
    return _stretch(field, limit if sign == ">" else _below(limit), math.inf)


def _below(value: float) -> float:
    return math.nextafter(value, -math.inf)


def _stretch(field: Field | None, above: float, most: float) -> Condition | None:
    if field is None or field.kind not in NUMERIC_KINDS:
        return None
    return Condition(field=field, above=above, most=most)


def _equal(field: Field | None, value: str) -> Condition | None:
    """One value of a field: of a category one of its choices, of a number just that."""
    if field is None:
        return None
    if field.kind == "boolean":
        known = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
        truth = known.get(value.casefold())
        return None if truth is None else Condition(field=field, value=truth)
    if field.kind == "category":
        choices = [choice for choice in field.choices if str(choice) == value]
        return Condition(field=field, value=choices[0]) if choices else None
    try:
        return _stretch(field, _below(float(value)), float(value))
    except ValueError:
        return None


def _field_called(signature: Signature, name: str, column: int) -> Field | None:
    """The field of that name or title, else the one in that place."""
    field = field_of(signature, name)
    if field is None and 0 <= column < len(signature.inputs):
        return signature.inputs[column]
    return field


def field_of(signature: Signature, name: str) -> Field | None:
    """The input that an explainer calls so: by its name, else by its title, as letters and digits."""
    for read in (str, _bare):
        for field in signature.inputs:
            if read(name) in (read(field.name), read(field.title)):
                return field
    return None


def _bare(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
