"""What a deployed explainer answers besides amounts of fields: rules, pictures, and whatever cannot be drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from explanations import formatting
from explanations.contract import Attribution, ExplainContext, Explanation, Progress, Wire
from explanations.deployed import rules
from explanations.deployed.answers import Heat, Rule
from explanations.deployed.tree import body_text, tree
from explanations.target import Target

if TYPE_CHECKING:
    from mds_client.protocols.explainers import Explained


def of_rule(context: ExplainContext, rule: Rule, prediction: float | None) -> Explanation:
    """The explainer's rule in our words, with the result of checking it on rows that meet it."""
    context.report(Progress(fraction=0.5, words="Asking about rows that meet its rule"))
    check = rules.checked(context, rule)
    weak = (
        "It calls its own rule weak: it did not get as sure as it should." if rule.is_weak else ""
    )
    answer = context.target.answer or "the same"
    conditions_in_words = formatting.listed(list(check.conditions))
    sentence = f"Its rule: if {conditions_in_words}, the answer is {answer}."
    if not check.conditions:
        sentence = f"It needs no rule: the answer is {answer} whatever the fields say."
    sentence = spaced(f"{sentence} {check.sentence}")
    return Explanation(
        method=context.method.NAME,
        title=context.method.TITLE,
        kind="rule",
        target=context.target,
        prediction=prediction,
        conditions=check.conditions,
        precision=rule.precision,
        coverage=rule.coverage,
        sentence=sentence,
        alt=f"A rule with {len(check.conditions)} conditions. {sentence}",
        note=" ".join(part for part in (weak, check.note) if part),
        is_complete=not rule.is_weak,
    )


def of_heat(context: ExplainContext, heat: Heat) -> Explanation | None:
    """Amounts over the picture of the case; None where it has no picture."""
    pictures = [field for field in context.signature.inputs if field.kind == "image"]
    if len(pictures) != 1:
        return None
    amounts = [amount for line in heat.cells for amount in line]
    target = Target(kind="number", answer=context.target.answer)
    return Explanation(
        method=context.method.NAME,
        title=context.method.TITLE,
        kind="grid",
        target=target,
        attributions=tuple(
            part(pictures[0].name, f"patch {n + 1}", "", a) for n, a in enumerate(amounts)
        ),
        shape=(len(heat.cells), len(heat.cells[0])),
        sentence=f"Where the picture speaks for and against {target.answer or 'the answer'}, by its own units.",
        alt="The picture with patches coloured by how much each speaks for or against the answer.",
        note="Its pixels are added up to patches. It is not compared with ours.",
    )


def of_anything(context: ExplainContext, maker: str, body: object) -> Explanation:
    """Whatever it is, as JSON to be opened."""
    kind = f"This kind of explanation ({maker})" if maker else "This explanation"
    sentence = f"{kind} cannot be drawn here. It is shown as it came."
    return Explanation(
        method=context.method.NAME,
        title=context.method.TITLE,
        kind="tree",
        target=context.target,
        sentence=sentence,
        alt=sentence,
        tree=tree(body),
    )


def wire(answered: Explained) -> Wire:
    """What crossed the wire, as it is kept: an address may hold a password or a key."""
    crossed = answered.exchange
    address = urlsplit(crossed.url)
    host = address.netloc.rpartition("@")[2]
    return Wire(
        url=address._replace(netloc=host, query="", fragment="").geturl(),
        request_id=crossed.request_id,
        status=crossed.status,
        seconds=crossed.seconds,
        sent=body_text(crossed.request_body),
        received=body_text(crossed.response_body),
    )


def spaced(text: str) -> str:
    """The page shows every gap as a plain space, and so does what is kept."""
    return " ".join(text.split())


def part(field: str, name: str, value_text: str, amount: float) -> Attribution:
    """One of its amounts."""
    return Attribution(field=field, title=name, value_text=value_text, amount=amount)
