"""`mds describe`: what a model takes and answers."""

from __future__ import annotations

import argparse

from cli import fleet
from cli.output import GOOD, document, printable
from mds_client.protocols.explainers import explainer_of
from mds_client.signature import Field, Signature
from mds_client.signature.limits import at_least, at_most


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", help="server/name[@version], or a name that only one server has")
    parser.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """Show the fields, the outputs, and what else the server offers."""
    with fleet.opened(chosen.model) as (client, ref):
        signature = client.signature(ref)
        offers = [{"kind": o.kind, "route": o.route} for o in client.protocol().offers(ref)]
        explainer = explainer_of(client.explainers(), ref)
    if chosen.json:
        document({"signature": signature, "offers": offers, "explainer": explainer})
        return GOOD
    _show(signature)
    if offers:
        print("\nThe server also offers")
    for offer in offers:
        print(f"  {offer['kind']}: {printable(offer['route'])}")
    if explainer:
        print(f"\nExplained by {printable(explainer.title)}: {printable(explainer.route)}")
        print(f"  {printable(explainer.evidence)}")
    return GOOD


def _show(signature: Signature) -> None:
    print(signature.model)
    for words in (signature.title, signature.question, signature.platform):
        if words:
            print(f"  {printable(words)}")
    print("\nTakes")
    for field in signature.inputs:
        _show_field(field)
    print("\nAnswers" if signature.outputs else "\nIts answers are not declared.")
    for output in signature.outputs:
        _show_field(output)


def _show_field(field: Field) -> None:
    print(f"  {printable(field.name)}: {'; '.join(_facts(field))}")
    if field.provenance:
        facts = (_origin(fact, source) for fact, source in field.provenance.items())
        print(f"      {printable(', '.join(facts))}")


def _origin(fact: str, source: str) -> str:
    """`sent in query`, `sent as null`; of what is known, whence."""
    if fact.startswith("sent "):
        return f"{fact} {source}"
    return f"{fact} {source}" if source.startswith("sent ") else f"{fact} from {source}"


def _facts(field: Field) -> list[str]:
    facts = [f"{field.kind} ({field.datatype} {list(field.shape)})"]
    facts += [f"unit {printable(field.unit)}"] if field.unit else []
    facts += [] if field.minimum is None else [at_least(field.minimum)]
    facts += [] if field.maximum is None else [at_most(field.maximum)]
    if field.typical:
        facts.append(f"usually {field.typical[0]:g} to {field.typical[1]:g}")
    if field.choices:
        facts.append("one of " + ", ".join(printable(choice) for choice in field.choices))
    facts += [] if field.required else ["may be left out"]
    return facts
