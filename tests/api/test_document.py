"""The document that describes the API: it is the API's, and whatever it allows or does not is answered as it says.

schemathesis makes requests from the document: good ones, and such as the document forbids.
"""

from __future__ import annotations

from typing import Any

import httpx
import jsonschema
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, settings
from schemathesis import Case
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from api.v1.application import document
from api.v1.document import FILE, written
from tests.api.served import PENGUINS, Served
from tests.recorded import NOT_THERE

DOCUMENT = document()
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT, config=SchemathesisConfig())
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations()}
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.unsupported_method,
]
BOUNDED = settings(
    max_examples=12,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def test_the_file_is_what_the_api_says_of_itself(served: Served) -> None:
    assert FILE.read_text(encoding="utf-8") == written(), "run python -m api.v1.document"
    assert httpx.get(f"{served.url}/api/v1/openapi.json", trust_env=False).json() == DOCUMENT
    assert DOCUMENT["openapi"].startswith("3.1")


def test_every_operation_says_who_may_and_what_may_go_wrong() -> None:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            assert operation["description"], path
            assert operation["security"][0]["token"], path
            assert {"401", "403", "404", "422", "429", "503"} <= set(operation["responses"]), path
            assert (method == "post") == ("409" in operation["responses"]), path


def test_its_examples_fit_its_schemas() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    seen = 0
    for name, schema in schemas.items():
        for facts in schema.get("properties", {}).values():
            for example in facts.get("examples", []):
                jsonschema.validate(example, facts | {"components": {"schemas": schemas}})
                seen += 1
        assert schema.get("description"), name
    assert "HTTPValidationError" not in schemas
    assert seen > 20


@pytest.fixture(scope="module")
def known(served: Served) -> dict[str, str]:
    """Ids that are there, for the parts of an address."""
    olga = served.client("olga")
    asked = olga.post("/predictions", json={"model": "demo/penguins", "rows": [PENGUINS]}).json()
    case = asked["cases"][0]["id"]
    job = olga.post(f"/cases/{case}/explanations", json={}).json()["id"]
    return {
        "case_id": case,
        "job_id": job,
        "run_id": NOT_THERE,
        "set_id": NOT_THERE,
        "server": "demo",
        "name": "penguins",
    }


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("label", OPERATIONS)
def test_whatever_is_sent_is_answered_as_the_document_says(
    served: Served, known: dict[str, str], label: str, mode: GenerationMode
) -> None:
    operation: Any = OPERATIONS[label]
    headers = dict(served.client("olga").headers)
    parts = {p: known[p] for p in known if f"{{{p}}}" in label}
    held = {"path_parameters": parts} if parts else {}

    is_dear = label.startswith("POST") and "explanations" in label  # each good one is explained
    bounded = settings(BOUNDED, max_examples=2 if is_dear else 12)

    @bounded
    @given(case=operation.as_strategy(generation_mode=mode, **held))
    def ask(case: Case) -> None:
        assume(_is_sent_whole(case))
        case.call_and_validate(
            base_url=f"{served.url}/api/v1",
            headers={"Authorization": headers["authorization"]},
            checks=CHECKS,
        )

    ask()


def _is_sent_whole(case: Case) -> bool:
    """Whether each parameter stands in the address: an empty list does not, and what it was to break is not broken."""
    values = [each if isinstance(each, list | dict) else [each] for each in case.query.values()]
    return all(any(part is not None for part in each) for each in values)


# What each operation with a body is sent; whoever adds one adds its body here.
BODIES = {
    "POST /predictions": {"model": "demo/digits", "rows": [{}]},
    "POST /cases/{case_id}/feedback": {"judgement": "correct"},
    "POST /cases/{case_id}/explanations": {},
    "POST /cases/{case_id}/golden": {},
    "POST /golden-runs": {"server": "demo", "model": "digits"},
    "POST /label-studio/{server}/{name}/setup": {},
    "POST /label-studio/{server}/{name}/predict": {"tasks": [{"data": {}}]},
    "POST /test-runs": {"model": "demo/digits", "rows": [{"values": {}, "truth": "one"}]},
    "POST /data-sets": {"model": "demo/digits", "name": "march"},
    "POST /jobs/{job_id}/cancel": None,
    "POST /truths/label-studio": {"tasks": [{"data": {"mds_case": NOT_THERE}, "annotations": []}]},
    "POST /truths": {"items": [{"case": NOT_THERE, "truth": "one"}]},
}


@pytest.mark.parametrize("label", OPERATIONS)
def test_no_operation_is_for_who_may_not(served: Served, known: dict[str, str], label: str) -> None:
    """Bob may see another model, and neither this case nor its job; eve may see nothing; and somebody is not known."""
    method, _, path = label.partition(" ")
    address = path.format(**known | {"name": "digits"})
    body = {"json": BODIES[label]} if BODIES.get(label) is not None else {}
    assert (method == "POST") == (label in BODIES)
    for person, status in (("bob", 404), ("eve", 403), ("", 401)):
        answer = served.client(person).request(method, address, **body)
        is_of_theirs = method == "GET" or label.startswith("POST /truths")
        if person == "bob" and "{" not in path and is_of_theirs:  # a list: of what is theirs
            assert answer.status_code == 200
            assert known["case_id"] not in answer.text
            assert "digits" not in answer.text
        else:
            assert answer.status_code == status, (person, answer.text)
