"""Many people at once on one workbench, half of them through the API and half through the services that pages call.

Each asks what nobody else asks, so that a case that was lost, doubled or given to somebody else is seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Barrier

import httpx

from audit_log.verify import verify
from cases.queries import recent
from cases.recording import predict_and_record
from cases.search import search
from db.case_search import CaseFilter
from db.cases import CaseView
from feedback.submission import history, submit
from mds_client.signature import ModelRef
from people import tokens
from people.access import viewer_of
from settings import AccessSettings
from tests.api.served import PENGUINS, Served

SESSIONS = 40
MODEL = ModelRef(server="demo", name="penguins")
# Of each five people three are analysts, one reviews and one operates.
ROLES = ("analyst", "analyst", "analyst", "reviewer", "operator")
ACCESS = [
    AccessSettings(groups=["analyst"], servers=["demo"], models=["penguins"]),
    AccessSettings(groups=["reviewer"], role="reviewer", servers=["demo"], models=["penguins"]),
    AccessSettings(groups=["operator"], role="operator", servers=["demo"], models=["penguins"]),
]


@dataclass(kw_only=True)
class Person:
    """One session: who it is, what was asked by whom, and everything that was not as it must be."""

    name: str
    role: str
    number: int
    asked: dict[str, float] = field(default_factory=dict)  # the body mass, by case
    judged: dict[str, str] = field(default_factory=dict)  # what was said, by case
    wrong: list[str] = field(default_factory=list)

    def check(self, holds: object, what: str) -> None:
        if not holds:
            self.wrong.append(f"{self.name}: {what}")

    def values(self, turn: int) -> dict[str, object]:
        """What nobody else asks: the number of the person and of the turn are the body mass."""
        return PENGUINS | {"body_mass_g": 3000.0 + self.number + turn / 100}

    @property
    def sees_all(self) -> bool:
        return self.role != "analyst"


def people(count: int = SESSIONS) -> list[Person]:
    """Mixed people, each with a name of their own."""
    roles = [ROLES[number % len(ROLES)] for number in range(count)]
    return [Person(name=f"{r}-{n}", role=r, number=n) for n, r in enumerate(roles)]


def run(served: Served, crowd: Sequence[Person], turns: int) -> None:
    """Everybody asks, judges, looks and is refused, all at the same time, `turns` times."""
    start = Barrier(len(crowd))

    def session(person: Person) -> None:
        client = _client(served, person)
        start.wait(60)
        for turn in range(turns):
            if person.number % 2:
                _by_api(person, client, turn)
            else:
                _by_services(person, served, turn)
            _look(person, client)
        client.close()

    with ThreadPoolExecutor(len(crowd)) as pool:
        list(pool.map(session, crowd))


def problems(served: Served, crowd: Sequence[Person], turns: int) -> list[str]:
    """Everything that was lost, doubled or mixed up; also what somebody saw that they may not see."""
    found = [each for person in crowd for each in person.wrong]
    cases = {c.id: c for c in recent(served.services.sessions, limit=len(crowd) * turns * 2)}
    owners = Counter((c.person, c.entered["body_mass_g"]) for c in cases.values())
    wanted = {(p.name, p.values(t)["body_mass_g"]) for p in crowd for t in range(turns)}
    found += [f"lost: {each}" for each in wanted - set(owners)]
    found += [f"nobody's: {each}" for each in set(owners) - wanted]
    found += [f"{count} times: {each}" for each, count in owners.items() if count > 1]
    for person in crowd:
        found += _mixed_up(served, person, cases)
    expected = served.services.model(MODEL).predict([dict(c.entered) for c in cases.values()])
    for case, answer in zip(cases.values(), expected.answers, strict=True):
        if case.answer_label != answer.label:
            found.append(f"another's answer: {case.id}")
    return found + [finding.sentence for finding in verify(served.services.sessions).findings]


def _mixed_up(served: Served, person: Person, cases: dict[str, CaseView]) -> Iterable[str]:
    for case_id, mass in person.asked.items():
        case = cases.get(case_id)
        if case is None or (case.person, case.entered["body_mass_g"]) != (person.name, mass):
            yield f"{person.name} was given {case_id}"
    for case_id, judgement in person.judged.items():
        said = [s for s in history(served.services.sessions, case_id) if s.person == person.name]
        if [(each.judgement, each.is_current) for each in said] != [(judgement, True)]:
            yield f"{person.name} said {judgement} of {case_id} once, and {len(said)} are kept"


def _client(served: Served, person: Person) -> httpx.Client:
    made = tokens.make(
        served.services.sessions,
        person=person.name,
        groups=[person.role],
        name="crowd",
        scopes=list(tokens.SCOPES),
        days=1,
        most_days=1,
    )
    headers = {"Authorization": f"Bearer {made.secret}"}
    return httpx.Client(
        base_url=f"{served.url}/api/v1",
        headers=headers,
        timeout=120,
        trust_env=False,
        transport=_SentAgain(),
    )


class _SentAgain(httpx.HTTPTransport):
    """Sends what was cut off once more, as a program should: uvicorn closes a connection that was idle for five seconds,
    also where a request is on its way."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return super().handle_request(request)
        except httpx.ReadError:
            return super().handle_request(request)


def _by_api(person: Person, client: httpx.Client, turn: int) -> None:
    """A prediction that is sent twice under its key, as after a cut connection, and feedback on it."""
    body = {"model": str(MODEL), "rows": [person.values(turn)]}
    key = {"Idempotency-Key": f"{person.name}-{turn}"}
    first, again = (client.post("/predictions", json=body, headers=key) for _ in range(2))
    person.check(first.status_code == again.status_code == 201, f"asked: {first.text[:200]}")
    if first.status_code != 201:
        return
    case = first.json()["cases"][0]
    person.check(again.json()["cases"][0]["id"] == case["id"], "one key gave two cases")
    person.asked[case["id"]] = case["inputs"]["body_mass_g"]
    said = client.post(
        f"/cases/{case['id']}/feedback",
        json={"judgement": "unsure"},
        headers={"Idempotency-Key": f"{person.name}-{turn}-said"},
    )
    person.check(said.status_code == 201, f"said: {said.text[:200]}")
    person.judged[case["id"]] = "unsure"


def _by_services(person: Person, served: Served, turn: int) -> None:
    """The same as a page does it: through services that are as narrow as the person."""
    scope = viewer_of(person.name, [person.role], ACCESS).scope
    narrow = served.services.seen_by(scope)
    for _ in range(2):  # a double click
        asked = predict_and_record(
            narrow.model(MODEL),
            person.values(turn),
            sessions=narrow.sessions,
            key=f"{person.name}-{turn}",
            person=person.name,
        )
    person.asked[asked.case_id] = float(str(asked.case.entered["body_mass_g"]))
    submit(
        narrow.sessions,
        case_id=asked.case_id,
        person=person.name,
        judgement="correct",
        key=f"{person.name}-{turn}",
    )
    person.judged[asked.case_id] = "correct"
    found = search(narrow.sessions, CaseFilter()).lines
    theirs = {case.person for case in found}
    person.check(person.sees_all or theirs == {person.name}, f"saw cases of {sorted(theirs)}")


def _look(person: Person, client: httpx.Client) -> None:
    """The list has one's own cases, others' for who may see them, and no model that is hidden."""
    listed = client.get("/cases", params={"limit": 200}).json()["items"]
    theirs = {case["person"] for case in listed}
    person.check(person.sees_all or theirs <= {person.name}, f"listed {sorted(theirs)}")
    missing = set(person.asked) - {case["id"] for case in listed}
    person.check(len(listed) == 200 or not missing, f"own cases are not listed: {missing}")
    hidden = client.post(
        "/predictions", json={"model": "demo/breast-cancer", "rows": [{"mean radius": 1.0}]}
    )
    person.check(hidden.status_code == 404, f"asked a hidden model: {hidden.status_code}")
