"""The way through the API: models, a prediction, its case, feedback and an explanation, each only for who may."""

from __future__ import annotations

import base64
import threading
import uuid
from datetime import timedelta

import httpx
import pytest

import db.audit_log
from db.engine import reading, writing
from db.health_calibrations import CalibrationView, replace_all
from db.ids import utc_now
from feedback.review_filling import fill
from feedback.submission import submit
from health.alarms.decisions import decide
from health.coming_in import ComingIn
from mds_client.signature import File, ModelRef
from mds_client.workbench import WorkbenchClient
from people.tokens import authenticate
from settings import ObjectiveSettings
from tests.api.served import PENGUINS, Served
from tests.recorded import FAILED, NOT_THERE, NUMBER, add_cases, case_of

ASK = {"model": "demo/penguins", "rows": [PENGUINS]}


@pytest.fixture
def ann(served: Served) -> httpx.Client:
    return served.client("ann")


def _asked(client: httpx.Client, **changes: object) -> dict:
    answer = client.post("/predictions", json=ASK | changes)
    assert answer.status_code == 201, answer.text
    return answer.json()["cases"][0]


def _is_problem(answer: httpx.Response, status: int, words: str) -> dict:
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "application/problem+json",
    ), answer.text
    found = answer.json()
    assert found["status"] == status
    assert words in found["detail"]
    return found


def test_models_are_those_that_may_be_seen(ann: httpx.Client, served: Served) -> None:
    listed = ann.get("/models").json()
    assert {m["name"] for m in listed["items"]} == {"penguins", "breast-cancer"}
    assert len(served.client("olga").get("/models").json()["items"]) > 10
    words = [m["name"] for m in ann.get("/models", params={"q": "penguin"}).json()["items"]]
    assert set(words) == {"penguins"}
    found = ann.get("/models/demo/penguins").json()
    assert (found["server"], found["name"]) == ("demo", "penguins")
    fields = {field["name"]: field for field in found["inputs"]}
    assert set(fields["island"]["choices"]) == {"Biscoe", "Dream", "Torgersen"}
    assert set(found["example"]) == set(PENGUINS)
    _is_problem(ann.get("/models/demo/digits"), 404, "no model demo/digits")
    _is_problem(ann.get("/models/demo/penguins", params={"version": "v9"}), 404, "penguins@v9")


def test_health_says_the_word_and_why_to_who_sees_the_model(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = {"server": "demo", "model": "breast-cancer", "created_at": utc_now()}
    add_cases(served.services.sessions, *[case_of(**FAILED, **of) for _ in range(30)])
    ann, rita = served.client("ann"), served.client("rita")
    line = next(m for m in ann.get("/health").json()["items"] if m["model"].endswith("cancer"))
    assert (line["word"], line["accuracy"]["value"]) == ("Act", None)
    whole = ann.get("/health/demo/breast-cancer").json()
    assert {name: whole[name] for name in line} == line
    assert "30" in whole["alarms"][0]["sentence"]
    assert (whole["alarms"][0]["kind"], whole["weeks"][-1]["failed"]) == ("errors", 30)
    assert (whole["failed"]["value"], whole["failed"]["n"]) == (1.0, 30)
    assert whole["versions"][0]["failed"] == whole["failed"]
    assert whole["failed"]["low"] == pytest.approx(0.8865, abs=1e-4)
    assert whole["unlike"] == {"unlike": 0, "compared": 0, "low": 0.0, "high": 1.0}
    assert (whole["decisions"], whole["inputs_since"]) == ([], None)
    told = whole["service"]
    assert (told["requests"], told["availability"]["value"], told["objectives"]) == (30, 0, [])
    assert (told["felt"], told["reported"]) == (None, None)
    goals = [ObjectiveSettings(models=["breast*"], availability=0.9)]
    monkeypatch.setattr(served.services.settings, "objectives", goals)
    (goal,) = ann.get("/health/demo/breast-cancer").json()["service"]["objectives"]
    assert (goal["verdict"], goal["bad"], goal["left"]) == ("missed", 30, pytest.approx(-27))
    assert [round(each["rate"], 9) for each in goal["burn_rates"]] == [10, 10]
    _is_problem(rita.get("/health/demo/breast-cancer"), 404, "or you may not see it")
    olga = served.client("olga")
    _is_problem(olga.get("/health/demo/wine"), 404, "Nobody has asked demo/wine yet")
    assert not any("cancer" in m["model"] for m in rita.get("/health").json()["items"])


def test_health_of_the_api_says_how_answers_changed(served: Served) -> None:
    of, now = {"server": "demo", "model": "iris"}, utc_now()
    cases = []
    for days, numbers in ((60, range(100, 150)), (2, range(200, 230))):
        at = now - timedelta(days=days)
        each = [NUMBER | {"answer_number": float(number)} for number in numbers]
        cases += [
            case_of(created_at=at, entered={"bmi": 25.0 + n % 5}, **answer, **of)
            for n, answer in enumerate(each)
        ]
    add_cases(served.services.sessions, *cases)
    told = served.client("olga").get("/health/demo/iris").json()
    answers = told["answers"]
    assert (answers["n_before"], answers["n_now"], answers["is_changed"]) == (50, 30, True)
    assert (answers["grown"], answers["grown_now"]) == ("above 144.1", 1.0)
    assert [field["field"] for field in told["inputs"]] == ["bmi"]
    assert "Its answers have changed" in told["sentence"]


def test_health_of_the_api_is_of_the_days_of_the_page_and_names_whose_the_model_is(
    served: Served,
) -> None:
    now = utc_now()
    of = {"server": "demo", "model": "diabetes-progress", "seconds_total": 0.5}
    old, new = ({**of, "created_at": now - timedelta(days=days)} for days in (200, 40))
    rows = {**of, "created_at": now, "purpose": "batch", "seconds_total": 9.0}
    add_cases(served.services.sessions, *(case_of(**each) for each in (old, new, new, rows)))
    olga = served.client("olga")
    told = olga.get("/health/demo/diabetes-progress").json()
    assert (told["days"], told["cases"], told["waiting"]) == (120, 3, 0)
    assert told["times"]["singly"]["n"] == 2
    assert told["times"]["singly"]["p50"] == pytest.approx(0.5, rel=0.02)
    assert (told["times"]["rows"]["n"], told["service"]["felt"]) == (1, None)
    assert told["service"]["rows"]["sentence"].endswith("of 1 row in 28 days.")
    every = olga.get("/health/demo/diabetes-progress", params={"days": 0}).json()
    assert (every["days"], every["cases"]) == (0, 4)
    week = olga.get("/health/demo/diabetes-progress", params={"days": 7}).json()
    assert week["cases"] == 1
    refused = olga.get("/health/demo/diabetes-progress", params={"days": -1})
    _is_problem(refused, 422, "")
    entries = served.services.catalogue.entries()
    owner = next(each.owner for each in entries if each.ref.name == "diabetes-progress")
    assert owner
    assert (told["owner"], told["acknowledged_by"]) == (owner, "")
    decide(
        served.services.sessions, server="demo", model="diabetes-progress", person="olga",
        decision="acknowledged",
    )  # fmt: skip
    listed = olga.get("/health").json()["items"]
    line = next(each for each in listed if each["model"] == "demo/diabetes-progress")
    assert (line["owner"], line["acknowledged_by"]) == (owner, "olga")


def test_checks_and_what_waits_are_of_the_days_that_are_looked_at(served: Served) -> None:
    of = {"server": "demo", "model": "weighed", "is_audited": True, "audit_draw": 0.01}
    now = utc_now()
    days = (*[40] * 30, *[1] * 12, 2, 2)
    made = [case_of(**of, created_at=now - timedelta(days=ago)) for ago in days]
    for n, case in enumerate(add_cases(served.services.sessions, *made)):
        if n < 42:
            judgement = "incorrect" if n % 3 == 0 else "correct"
            submit(served.services.sessions, case_id=case.id, person="ada", judgement=judgement, key=case.id)  # fmt: skip
    olga = served.client("olga")
    whole, week = (
        olga.get("/health/demo/weighed", params={"days": span}).json() for span in (120, 7)
    )
    assert (whole["accuracy"]["n"], whole["accuracy"]["drawn"], whole["waiting"]) == (42, 44, 2)
    assert (week["accuracy"]["n"], week["accuracy"]["drawn"], week["waiting"]) == (12, 14, 2)
    # A share of 8 in 12 takes as many checks in all as one of 28 in 42, of which 30 more are done.
    assert week["checks"] - whole["checks"] == pytest.approx(42 - 12, abs=2)
    (listed,) = (each for each in olga.get("/health").json()["items"] if each["cases"] == 44)
    assert listed["checks"] == whole["checks"]


def test_while_the_history_of_a_demonstration_comes_in_that_is_said(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "The history of the demonstration is still coming in: 3 cases so far, none of this model yet."
    coming = ComingIn(cases={("demo", "slow"): 3})
    monkeypatch.setattr("api.v1.resources.health.coming_in", lambda _: coming)
    old = {"server": "demo", "model": "slow", "purpose": "demo", "created_at": utc_now()}
    add_cases(served.services.sessions, *(case_of(**old) for _ in range(3)))
    olga = served.client("olga")
    listed = {each["model"]: each for each in olga.get("/health").json()["items"]}
    assert listed["demo/slow"]["coming_in"] is True
    assert olga.get("/health/demo/slow").json()["coming_in"] is True
    said = olga.get("/health/demo/wine")
    _is_problem(said, 404, words)
    assert said.headers["Retry-After"] == "30"
    monkeypatch.undo()
    assert olga.get("/health/demo/slow").json()["coming_in"] is False


def test_what_the_demonstration_asked_is_marked(served: Served) -> None:
    of = {"server": "demo", "model": "penguins", "created_at": utc_now()}
    (case,) = add_cases(served.services.sessions, case_of(purpose="demo", **of))
    olga = served.client("olga")
    listed = olga.get("/cases", params={"model": "penguins"}).json()["items"]
    assert {each["id"]: each["demonstration"] for each in listed}[case.id] is True
    assert olga.get(f"/cases/{case.id}").json()["demonstration"] is True
    assert olga.get("/health/demo/penguins").json()["demonstration"] == 1
    with WorkbenchClient(served.url, served.token("olga")) as client:
        assert client.case(case.id).demonstration


def test_pages_of_models_hold_each_once(served: Served) -> None:
    olga, found, cursor = served.client("olga"), [], ""
    for _ in range(50):
        page = olga.get("/models", params={"cursor": cursor, "limit": 5}).json()
        found += [m["model"] for m in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert found == [m["model"] for m in olga.get("/models", params={"limit": 200}).json()["items"]]
    _is_problem(olga.get("/models", params={"cursor": "demo/gone"}), 422, "is gone")


def test_a_prediction_is_a_case_like_any_other(ann: httpx.Client, served: Served) -> None:
    answer = ann.post("/predictions", json=ASK)
    case = answer.json()["cases"][0]
    assert case["answer"]["headline"] == "Adelie"
    assert case["answer"]["probability"] == case["answer"]["probabilities"]["Adelie"]
    assert case["inputs"] == PENGUINS
    assert (case["person"], case["purpose"], case["state"]) == ("ann", "asked", "answered")
    assert answer.headers["location"] == case["url"] == f"/api/v1/cases/{case['id']}"
    again = ann.get(f"/cases/{case['id']}")
    assert (again.json(), again.headers["cache-control"]) == (case, "no-store")
    with reading(served.services.sessions) as session:
        entries = db.audit_log.entries(session, db.audit_log.MAIN, limit=10_000)
    (entry,) = [each for each in entries if each.record_id == case["id"]]
    assert (entry.action, entry.person) == ("predict", "ann")
    token = authenticate(served.services.sessions, ann.headers["authorization"].split()[1])
    assert entry.origin == f"127.0.0.1, token {token.id}"


def test_what_else_is_possible_stands_with_each_case(ann: httpx.Client, served: Served) -> None:
    """As Predict says it: the set, its confidence, and how many checked cases say so."""
    body = ASK | {"rows": [PENGUINS, PENGUINS]}
    first = ann.post("/predictions", json=body).json()["cases"][0]
    assert first["possible"] is None  # nobody has checked anything
    kept = CalibrationView(
        server="demo", model="penguins", version=first["version"], kind="class", scores=[0.999] * 40, weights=[10.0] * 40,
        reply=1.0, held=0.95, held_low=0.8, held_high=0.99, held_n=20, demonstration=7,
    )  # fmt: skip
    with writing(served.services.sessions) as session:
        replace_all(session, "demo", "penguins", [kept])
    cases = ann.post("/predictions", json=body).json()["cases"]
    for found in (*cases, ann.get(f"/cases/{first['id']}").json()):
        possible = found["possible"]
        assert (possible["confidence"], possible["n"], possible["low"]) == (0.9, 40, None)
        assert possible["labels"][0] == found["answer"]["label"]
        assert possible["held"] == {"value": 0.95, "low": 0.8, "high": 0.99, "n": 20}
        assert possible["demonstration"] == 7
    with WorkbenchClient(served.url, served.token("ann")) as client:
        (case,) = client.predict("demo/penguins", [PENGUINS])
    assert case.possible is not None
    assert (case.possible.labels, case.possible.held) == (tuple(possible["labels"]), 0.95)
    assert case.possible.demonstration == 7
    assert (case.possible.held_high, case.possible.is_refuted) == (0.99, False)
    with writing(served.services.sessions) as session:
        replace_all(session, "demo", "penguins", [])


def test_many_rows_are_many_cases_in_their_order(ann: httpx.Client) -> None:
    other = PENGUINS | {
        "bill_length_mm": 50.0,
        "bill_depth_mm": 15.0,
        "flipper_length_mm": 230.0,
        "body_mass_g": 5700.0,
        "island": "Biscoe",
    }
    cases = ann.post("/predictions", json=ASK | {"rows": [PENGUINS, other, PENGUINS]}).json()[
        "cases"
    ]
    assert [case["answer"]["headline"] for case in cases] == ["Adelie", "Gentoo", "Adelie"]
    assert len({case["id"] for case in cases}) == 3


def test_a_file_comes_as_base64(served: Served) -> None:
    found = served.services
    entry = found.catalogue.find(ModelRef(server="demo", name="digits"))
    assert entry
    field = next(f for f in found.signature(entry).inputs if f.kind == "image")
    file = field.examples[0]
    assert isinstance(file, File)
    sent = {
        "name": "seven.png",
        "media_type": file.media_type,
        "data": base64.b64encode(file.data).decode(),
    }
    case = _asked(served.client("olga"), model="demo/digits", rows=[{field.name: sent}])
    assert case["state"] == "answered"
    assert case["inputs"][field.name]["file"] == "seven.png"
    bad = served.client("olga").post(
        "/predictions", json={"model": "demo/digits", "rows": [{field.name: "#"}]}
    )
    assert _is_problem(bad, 422, "Base64")["errors"][0]["field"] == field.name


def test_what_the_model_cannot_take_names_the_field_and_the_case(ann: httpx.Client) -> None:
    refused = ann.post("/predictions", json=ASK | {"rows": [PENGUINS | {"island": "Sylt"}]})
    problem = _is_problem(refused, 422, "Island")
    assert [each["field"] for each in problem["errors"]] == ["island"]
    assert ann.get(f"/cases/{problem['case']}").json()["error"]["kind"] == "invalid"
    several = ann.post("/predictions", json=ASK | {"rows": [{"island": "Sylt"}, {}]})
    assert "case" not in _is_problem(several, 422, "Island")
    mixed = ann.post("/predictions", json=ASK | {"rows": [PENGUINS, {"island": "Sylt"}]}).json()
    assert [case["state"] for case in mixed["cases"]] == ["answered", "failed"]


def test_nobody_sees_or_judges_what_is_not_theirs(ann: httpx.Client, served: Served) -> None:
    case = _asked(ann)["id"]
    bob, rita, olga = (served.client(name) for name in ("bob", "rita", "olga"))
    for path in (f"/cases/{case}", f"/cases/{case}/feedback", f"/cases/{case}/explanations"):
        _is_problem(bob.get(path), 404, "no case")
        assert {c.get(path).status_code for c in (ann, rita, olga)} == {200}
    _is_problem(bob.post(f"/cases/{case}/feedback", json={"judgement": "correct"}), 404, "no case")
    _is_problem(bob.post(f"/cases/{case}/explanations", json={}), 404, "no case")
    assert case not in [c["id"] for c in bob.get("/cases").json()["items"]]
    assert case in [c["id"] for c in rita.get("/cases").json()["items"]]
    hidden = ann.post("/predictions", json=ASK | {"model": "demo/digits"})
    _is_problem(hidden, 404, "no model demo/digits")
    _is_problem(served.client("eve").get("/models"), 403, "no model is shared with you")


def test_cases_come_in_pages_and_are_found_by_what_they_are(served: Served) -> None:
    bob = served.client("bob")
    asked = [_asked(bob)["id"] for _ in range(3)]
    first = bob.get("/cases", params={"limit": 2, "person": "bob"}).json()
    assert [c["id"] for c in first["items"]] == asked[:0:-1]
    rest = bob.get("/cases", params={"limit": 2, "person": "bob", "cursor": first["next"]}).json()
    assert rest["items"][0]["id"] == asked[0]
    assert bob.get("/cases", params={"q": "Torgersen", "model": "penguins"}).json()["items"]
    assert bob.get("/cases", params={"state": "failed"}).json()["items"] == []
    assert bob.get("/cases", params={"since": "2999-01-01T00:00:00Z"}).json()["items"] == []
    _is_problem(bob.get("/cases", params={"cursor": "x"}), 422, "cursor")
    _is_problem(bob.get("/cases", params={"state": "odd"}), 422, "state")


def test_feedback_is_given_replaced_and_refused(ann: httpx.Client) -> None:
    case = _asked(ann)["id"]
    said = {"judgement": "incorrect", "truth": "Gentoo", "comment": "too big"}
    first = ann.post(f"/cases/{case}/feedback", json=said)
    assert first.status_code == 201
    assert first.json()["channel"] in ("api", "audit")
    second = ann.post(f"/cases/{case}/feedback", json={"judgement": "correct"}).json()
    assert second["replaces"] == first.json()["id"]
    listed = ann.get(f"/cases/{case}/feedback").json()["items"]
    assert [(f["judgement"], f["truth"], f["is_current"]) for f in listed] == [
        ("correct", "Adelie", True),
        ("incorrect", "Gentoo", False),
    ]
    wrong = ann.post(f"/cases/{case}/feedback", json={"judgement": "incorrect", "truth": "Emperor"})
    problem = _is_problem(wrong, 422, "'Emperor' is not one of the model's classes")
    assert problem["errors"][0]["field"] == "truth"
    _is_problem(ann.post(f"/cases/{case}/feedback", json={"judgement": "odd"}), 422, "judgement")


def test_statements_that_wait_for_a_review_are_counted_and_come_after_it(served: Served) -> None:
    of = {"server": "demo", "model": "penguins", "created_at": utc_now(), "person": "bob"}
    sessions = served.services.sessions
    (case,) = add_cases(sessions, case_of(is_audited=True, audit_draw=0.0, **of))
    fill(sessions)
    bob, olga = served.client("bob"), served.client("olga")
    path = f"/cases/{case.id}/feedback"
    for comment in ("at first", "later"):
        said = {"judgement": "unsure", "comment": comment}
        assert bob.post(path, json=said).status_code == 201
    own = bob.get(path).json()
    assert (len(own["items"]), own["left_out"], own["sentence"]) == (2, 0, "")
    found = olga.get(path).json()
    assert (found["items"], found["left_out"]) == ([], 2)
    assert found["sentence"].startswith("2 statements of others are left out until you have judged")
    assert olga.post(path, json={"judgement": "correct"}).status_code == 201
    after = olga.get(path).json()
    assert (len(after["items"]), after["left_out"], after["sentence"]) == (3, 0, "")


def test_truths_are_taken_once_and_those_of_no_case_come_back(ann: httpx.Client) -> None:
    items = [{"case": _asked(ann)["id"], "truth": "Gentoo"}, {"case": NOT_THERE, "truth": "Gentoo"}]
    first = ann.post("/truths", json={"items": items})
    assert first.status_code == 200, first.text
    assert (first.json()["recorded"], first.json()["unchanged"]) == (1, 0)
    assert [(u["item"], u["case"]) for u in first.json()["unmatched"]] == [(1, NOT_THERE)]
    assert ann.post("/truths", json={"items": items}).json()["unchanged"] == 1
    differ = [items[0], items[0] | {"truth": "Chinstrap"}]
    found = ann.post("/truths", json={"items": differ}).json()
    assert (found["recorded"], found["unchanged"]) == (0, 0)
    assert [(each["item"], each["why"][:6]) for each in found["unmatched"]] == [
        (0, "Item 1"),
        (1, "Item 0"),
    ]
    _is_problem(ann.post("/truths", json={"items": []}), 422, "items")


def test_an_explanation_is_a_job_and_then_there(ann: httpx.Client, served: Served) -> None:
    case = _asked(ann)["id"]
    offered = ann.get(f"/cases/{case}/explanations").json()
    assert offered["items"] == []
    assert "counterfactual" not in [method["name"] for method in offered["methods"]]
    begun = ann.post(f"/cases/{case}/explanations", json={})
    assert begun.status_code == 202, begun.text
    assert begun.headers["location"] == begun.json()["url"]
    job = ann.get(begun.headers["location"].removeprefix("/api/v1")).json()
    assert (job["state"], job["about"], job["person"]) == ("done", f"case/{case}", "ann")
    found = ann.get(f"/cases/{case}/explanations").json()["items"]
    assert [(e["id"], e["method"]) for e in found] == [
        (job["result"], offered["methods"][0]["name"])
    ]
    assert found[0]["sentence"]
    _is_problem(served.client("bob").get(f"/jobs/{job['id']}"), 404, "no job")
    _is_problem(served.client("bob").post(f"/jobs/{job['id']}/cancel"), 404, "no job")
    assert ann.post(f"/jobs/{job['id']}/cancel").json()["state"] == "done"
    _is_problem(ann.post(f"/cases/{case}/explanations", json={"method": "tea"}), 422, "one of")


def test_a_key_is_done_once_and_answered_alike(ann: httpx.Client, served: Served) -> None:
    key = {"Idempotency-Key": uuid.uuid4().hex}
    first, again = (ann.post("/predictions", json=ASK, headers=key) for _ in range(2))
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["location"] == first.headers["location"]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    other = ann.post(
        "/predictions", json=ASK | {"rows": [PENGUINS | {"sex": "female"}]}, headers=key
    )
    _is_problem(other, 422, "sent with another request before")
    elsewhere = ann.post(
        f"/cases/{first.json()['cases'][0]['id']}/feedback",
        json={"judgement": "correct"},
        headers=key,
    )
    _is_problem(elsewhere, 422, "another request")
    bobs = served.client("bob").post("/predictions", json=ASK, headers=key)
    assert bobs.json()["cases"][0]["id"] != first.json()["cases"][0]["id"]
    _is_problem(
        ann.post("/predictions", json=ASK, headers={"Idempotency-Key": "x" * 201}), 400, "1 to 200"
    )


def test_of_many_at_once_with_one_key_one_asks(served: Served) -> None:
    key, found, ann = {"Idempotency-Key": uuid.uuid4().hex}, [], served.client("ann")

    def ask() -> None:
        found.append(ann.post("/predictions", json=ASK, headers=key))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in found} <= {201, 409}
    answered = {a.json()["cases"][0]["id"] for a in found if a.status_code == 201}
    assert len(answered) == 1
    for answer in found:
        if answer.status_code == 409:
            _is_problem(answer, 409, "under way")
            assert answer.headers["retry-after"]


def test_judged_cases_are_frozen_and_taken_away_by_who_reviews_their_model(served: Served) -> None:
    rita, ann = served.client("rita"), served.client("ann")
    case = _asked(ann)["id"]
    told = rita.post(f"/cases/{case}/feedback", json={"judgement": "correct"})
    assert told.status_code == 201, told.text
    wanted = {"model": "demo/penguins", "name": "spring", "judgement": "correct"}
    _is_problem(ann.post("/data-sets", json=wanted), 403, "Only reviewers of demo/penguins")
    made = rita.post("/data-sets", json=wanted)
    assert made.status_code == 200, made.text
    frozen = made.json()
    assert frozen["cases"] >= 1
    assert frozen["listed"] == frozen["cases"] + sum(frozen["left_out"].values())
    assert rita.post("/data-sets", json=wanted).json()["id"] == frozen["id"]
    address = f"/data-sets/{frozen['id']}"
    assert rita.get(address).json()["name"] == "spring"
    listed = rita.get("/data-sets", params={"server": "demo", "model": "penguins"}).json()["items"]
    assert frozen["id"] in {each["id"] for each in listed}
    rows, cursor = [], ""
    while True:  # a page after the other
        page = rita.get(f"{address}/rows", params={"limit": 1, "cursor": cursor}).json()
        rows += page["items"]
        if not (cursor := page["next"]):
            break
    assert len(rows) == frozen["cases"]
    (row,) = [each for each in rows if each["case"] == case]
    assert row["truth"] == row["answer"]
    assert row["inputs"]["island"] == "Torgersen"
    tasks = rita.get(f"{address}/label-studio").json()["items"]
    (task,) = [each for each in tasks if each["data"]["mds_case"] == case]
    assert task["annotations"][0]["result"][0]["value"] == {"choices": [row["truth"]]}
    assert ann.get("/data-sets").json() == {"items": []}
    for path in (address, f"{address}/rows", f"{address}/label-studio"):
        _is_problem(ann.get(path), 404, "no data set")
