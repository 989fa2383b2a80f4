from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

import services
from audit_log.workspaces import complete, opened
from cases.search import count
from db.engine import writing
from feedback import review_queue
from feedback.first_calls import Call, recorder
from feedback.review_rules import Rules, set_rules
from feedback.submission import submit
from health.alarms.episodes import bring_up_to_date
from health.kept_standings import keep, kept
from health.prediction_sets import PredictionSet
from health.standing import standings
from mds_client.signature import ModelRef
from mds_client.signature.facts import Facts, FieldFacts
from settings import ObjectiveSettings
from signatures import overlay
from tests.health.test_bad_histories import HISTORIES, NO_NUMBER, NOW, record
from tests.pages.conftest import ROOT
from tests.pages.test_predict_page import _button, _submit
from tests.recorded import FAILED, NUMBER, add_case, add_cases, case_of
from ui.cases.filters import filter_of
from ui.health import requests
from ui.unlike import is_unlike

_OTHER_CASES = "The word is about all cases of the last 120 days, the figures below are"


def test_an_empty_health_page_says_so(app: AppTest) -> None:
    app.switch_page("../pages/health.py").run()
    assert "No requests in this period" in app.info[0].value


def test_a_deployed_model_that_nobody_asked_is_said_to_be_one(app: AppTest) -> None:
    app.query_params["model"] = "demo/penguins"
    app.switch_page("../pages/health.py").run()
    assert "Nobody has asked this model yet" in app.info[0].value
    assert not any("not known here" in each.value for each in app.warning)


def test_models_with_cases_say_that_more_of_their_history_comes(
    app: AppTest, built: services.Services
) -> None:
    of = {"server": "demo", "purpose": "demo", "created_at": datetime.now(UTC) - timedelta(days=30)}
    add_cases(built.sessions, *(case_of(model="penguins", **of) for _ in range(3)))
    made = opened(built.sessions, "demo", person="demonstration", title="The demonstration")
    so_far = "still coming in: 3 cases so far"
    for address, words in {
        "": f"{so_far}. Words and figures change until all are there.",
        "demo/penguins": f"{so_far}, 3 of this model. Its word and figures change",
        "demo/digits": f"{so_far}, none of this model yet.",
    }.items():
        app.query_params["model"] = address
        app.switch_page("../pages/health.py").run()
        assert words in app.info[0].value
        # That nobody asked it lately is true only once its newest cases are there.
        said = " ".join(each.proto.body for each in app.get("html"))
        assert "remove it" not in said
        is_asked = address != "demo/digits"
        assert ("Look again in a minute." in said) == is_asked
    complete(built.sessions, made.name)
    app.query_params["model"] = "demo/penguins"
    app.run()
    assert not any("coming in" in each.value for each in app.info)
    assert any("Ask it, or remove it." in each.proto.body for each in app.get("html"))


def test_cases_and_feedback_are_counted_at_once(predict: AppTest) -> None:
    _submit(predict.run())
    _button(predict, "Yes").click().run()  # type: ignore[attr-defined]
    predict.switch_page("../pages/health.py").run()
    numbers = {metric.label: metric.value for metric in predict.metric}
    assert (numbers["Cases"], numbers["Answered"], numbers["Feedback"]) == ("1", "1", "1")
    row = predict.dataframe[0].value.iloc[0]
    assert "Model" not in row.index  # the heading says it
    assert row["Feedback"] == "1 (1 right, 0 wrong)"
    assert row["Right (95 % interval)"].endswith("drawn cases judged so far")
    widths = json.loads(predict.dataframe[0].proto.columns)
    # With the column that chooses a row and the edges of the page they fit 1,280 pixels.
    assert sum(widths[name]["width"] for name in row.index) <= 1_100


@pytest.mark.slow
def test_one_model_has_a_word_first_and_its_chips_stand_in_the_address(
    predict: AppTest, built: services.Services
) -> None:
    _submit(predict.run())
    predict.query_params.clear()
    predict.query_params["model"] = "demo/breast-cancer"
    predict.query_params["week"] = f"{datetime.now(UTC).date() - timedelta(days=6)}"
    predict.switch_page("../pages/health.py").run()
    assert not predict.exception
    html = " ".join(str(each.proto.body) for each in predict.get("html"))
    assert "Not enough evidence" in html
    assert any("Week from" in button.label for button in predict.button)
    assert any(caption.value.startswith(_OTHER_CASES) for caption in predict.caption)
    assert any(metric.label == "Right answers" for metric in predict.metric)
    (server,) = (e.value for e in predict.markdown if "as the server reports it" in e.value)
    assert "0 failed" in server
    assert "(MLServer)" in server
    (felt,) = (e.value for e in predict.markdown if "asked one by one:" in e.value)
    assert felt.endswith("of 1 answer.")
    predict.query_params["version"] = "v9"
    predict.run()
    tiles = {each.label: each.value for each in predict.metric[:4]}
    assert list(tiles)[1].startswith("Still to check")
    assert set(tiles.values()) == {"–"}, "of what nobody asked there is no figure"
    assert any("Nobody has asked a version “v9”" in each.value for each in predict.warning)
    predict.query_params["week"] = "not a day"
    predict.query_params["value"] = "no such field=<b>"
    assert not predict.run().exception


def test_what_the_demonstration_asked_is_said_above_the_figures(
    app: AppTest, built: services.Services
) -> None:
    of = {"server": "demo", "model": "breast-cancer", "created_at": datetime.now(UTC)}
    add_cases(built.sessions, case_of(**of))
    app.switch_page("../pages/health.py").run()
    assert not any("demonstration" in each.value for each in app.markdown)
    add_cases(built.sessions, case_of(purpose="demo", **of), case_of(purpose="demo", **of))
    for address in ({}, {"model": "demo/breast-cancer"}):
        app.query_params.clear()
        app.query_params.update(address)
        app.run()
        assert not app.exception
        (line,) = (each.value for each in app.markdown if "demonstration" in each.value)
        assert "2 of 3 cases are the history of the demonstration" in line
        assert "(you)" in line  # on a laptop, whoever asks may remove it


def test_objectives_are_shown_with_their_budget_and_the_way_to_what_failed(
    app: AppTest, built: services.Services
) -> None:
    of = {"server": "demo", "model": "breast-cancer", "created_at": datetime.now(UTC)}
    late = of | {"seconds_total": 5.0}
    add_cases(built.sessions, *(case_of(**of) for _ in range(98)), case_of(**late))
    add_cases(built.sessions, case_of(**FAILED, **of))
    app.query_params["model"] = "demo/breast-cancer"
    app.switch_page("../pages/health.py").run()
    assert any("No objective is set" in each.value for each in app.caption)
    numbers = {metric.label: metric.value for metric in app.metric}
    assert (numbers["Requests a day"], numbers["Availability"]) == ("100", "99 %")
    with_n = {metric.label: metric.delta for metric in app.metric}
    assert with_n["Availability"] == "94.55–99.83 %, n=100"
    assert with_n["Failed requests"] == with_n["Errors"] == "0.17–5.45 % of 100 sent"
    row = app.dataframe[0].value.iloc[0]
    assert row["Errors (95 %)"] == "1 of 100 (0.17–5.45 %)"
    assert row["Time (ms)"].endswith(", n=99")
    goals = [ObjectiveSettings(availability=0.98, latency_seconds=2, latency_share=0.999)]
    changed = built.settings.model_copy(update={"objectives": goals})
    services.install(replace(built, settings=changed))
    app.run()
    assert not app.exception
    said = " ".join(each.value for each in app.markdown)
    assert "✓ Kept: 98 % of requests answered, in 28 days" in said
    assert "1 failed, and up to 2 may: 50 % of the error budget is spent" in said
    assert "Too few requests to tell: 99 in 28 days, and 1,000 are needed" in said
    assert "[model failed: 1](cases?" in said
    assert app.get("progress")[0].proto.value == 50
    # Rows of files and golden cases are no requests of people: the link leads to what is counted.
    others = [case_of(purpose=purpose, **FAILED, **of) for purpose in ("batch", "golden")]
    add_cases(built.sessions, *others)
    app.run()
    (line,) = (each.value for each in app.markdown if "[model failed: 1](cases?" in each.value)
    address = dict(parse_qsl(line.partition("(cases?")[2].partition(")")[0]))
    assert address["outcome"] == "failed"
    app.query_params.clear()
    app.query_params.update(address)
    app.switch_page("../pages/cases.py").run()
    assert not app.exception
    assert len(app.dataframe[0].value) == 1
    assert any("one by one, no rows of files" in button.label for button in app.button)


def test_what_is_unlike_all_earlier_cases_is_said_beside_the_answer_and_counted(
    predict: AppTest, built: services.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    sure = PredictionSet(labels=("malignant",), n=40, held=None)
    monkeypatch.setattr("ui.prediction_set.of_case", lambda *_: sure)
    predict.run()
    boxes = [box.label for box in predict.number_input]
    (entry,) = (e for e in built.catalogue.entries() if e.ref.name == "breast-cancer")
    fields = built.signature(entry).inputs
    assert len(fields) == len(boxes)
    rows = (
        {f.name: 1e5 + (i * 7919 + j * 104_729) % 1_000 for j, f in enumerate(fields)}
        for i in range(150)
    )
    add_cases(
        built.sessions,
        *(
            case_of(server="demo", model="breast-cancer", entered=row, created_at=datetime.now(UTC))
            for row in rows
        ),
    )
    _submit(predict)
    (warning,) = (each.value for each in predict.warning if "Unlike anything" in each.value)
    assert "the answer may be unreliable" in warning
    assert "lower than in 150 earlier cases" in warning
    (said,) = (each.value for each in predict.markdown if "confidence it is" in each.value)
    assert "It does not hold for a case unlike those that were checked" in said
    assert not is_unlike(case_of())
    case_id = predict.query_params["case"]
    predict.query_params.clear()
    predict.query_params["id"] = case_id
    predict.switch_page("../pages/case.py").run()
    assert warning in [each.value for each in predict.warning]
    predict.query_params.clear()
    predict.query_params["model"] = "demo/breast-cancer"
    predict.switch_page("../pages/health.py").run()
    (line,) = (each.value for each in predict.markdown if "unlike earlier ones" in each.value)
    assert "**1 of 1** newest cases (20.65–100 %)" in line
    assert "counted=unlike" in line
    why = "Of the newest 151 only 1 case was compared: it takes 100 different earlier ones"
    assert why in line


@pytest.mark.slow
def test_bad_histories_are_drawn_with_a_sentence_and_without_a_wrong_number(
    built: services.Services,
) -> None:
    shift = timedelta(days=(datetime.now(UTC).date() - NOW.date()).days)
    absurd = "a truth without its point"
    for name in ("a clock that is ahead", "infinities", absurd, "a reference that does not fit"):
        given = HISTORIES[name]()
        moved = [
            (replace(case, model=name.replace(" ", "-"), created_at=case.created_at + shift), said)
            for case, said in given.cases
        ]
        record(built.sessions, replace(given, cases=moved))
        app = AppTest.from_file(str(ROOT / "ui" / "main.py"), default_timeout=30)
        app.query_params["model"] = f"shelf/{name.replace(' ', '-')}"
        app.switch_page("../pages/health.py").run()
        assert not app.exception
        drawn = [str(each.proto.body) for each in app.get("html")]
        drawn += [each.value for each in (*app.markdown, *app.caption, *app.metric)]
        said = "\n".join(drawn)
        assert given.word in said
        assert not NO_NUMBER.search(said), NO_NUMBER.search(said)
        assert f"{90 if name == absurd else 100} % of answers are right" in said
        if name == absurd:
            assert "**1 truth is far from anything that the model answers**: [122,000 where 126 is answered](case?id=" in said  # fmt: skip
            (table,) = (each.value for each in app.table if "Bias" in each.value.index)
            assert list(table.columns) == ["All, n=240", "Without what is far, n=239"]
            assert list(table.index) == [
                "Mean absolute error, at least",
                "Root of the mean squared error, at least",
                "Bias",
            ]
    assert "mass: no earlier case has it" in said


@pytest.mark.slow
def test_alarms_stand_beside_dummies_and_people_beside_the_model(
    app: AppTest, built: services.Services
) -> None:
    now = datetime.now(UTC)
    of = {"server": "demo", "model": "penguins", "created_at": now}
    add_cases(built.sessions, *[case_of(**FAILED, **of) for _ in range(30)])
    bring_up_to_date(built.sessions, standings(built.sessions).values())
    called = [
        add_case(built.sessions, call_probability=0.5, call_draw=0.1, audit_draw=0.01, **of)
        for _ in range(12)
    ]
    with writing(built.sessions) as session:
        for number, case in enumerate(called):
            call = recorder(
                Call(kind="class", answer=("Gentoo", "Adelie")[number % 2], confidence=0.5)
            )
            call(session, case)
    for case in called:
        for person in ("ada", "registry"):
            submit(built.sessions, case_id=case.id, person=person, judgement="correct", key=f"{case.id}{person}")  # fmt: skip
    app.query_params["model"] = "demo/penguins"
    app.switch_page("../pages/health.py").run()
    assert not app.exception
    (alarm,) = (each.value for each in app.table if "This alarm" in each.value.index)
    assert list(alarm.index) == ["This alarm", "One that always fires", "One that never fires"]
    assert alarm.loc["One that never fires", "Notices a change"] == "never"
    (people,) = (each.value for each in app.table if "Both together" in each.value.index)
    assert people.loc["The model alone", "Right"].startswith("100")
    assert people.loc["People alone", "Right"].endswith("n=12")
    (words,) = (each.value for each in app.markdown if "answered 12 cases before the" in each.value)
    assert "People with the model" in words or "is not clear" in words


@pytest.mark.slow
def test_whatever_is_drawn_can_be_chosen_by_keyboard_and_narrows_everything(
    app: AppTest, built: services.Services
) -> None:
    """Sex is a protected field of the penguins; half of those on Dream are wrong of late."""
    sexes = FieldFacts(choices=("male", "female"), choice_labels=("cocks", "hens"))
    facts = Facts(source="edited", fields={"sex": sexes})
    ref = ModelRef(server="demo", name="penguins")
    overlay.publish(built.sessions, ref, facts, author="ann", key="a", based_on=0)
    cases = [
        case_of(
            created_at=datetime.now(UTC) - timedelta(days=n // 4),
            server="demo",
            entered={"sex": ("male", "female")[n % 2], "island": "Dream" if n < 40 else "Biscoe"},
            answer={"kind": "class", "label": "Adelie", "probabilities": {"Adelie": 0.8}},
            is_audited=True,
            audit_draw=0.01,
        )
        for n in range(120)
    ]
    for n, case in enumerate(add_cases(built.sessions, *cases)):
        is_wrong = n % 2 and n < 40
        submit(
            built.sessions,
            case_id=case.id,
            person="ada",
            judgement="incorrect" if is_wrong else "correct",
            key=f"k{n}",
        )
    app.query_params["model"] = "demo/penguins"
    app.switch_page("../pages/health.py").run()
    assert not app.exception
    said = "\n".join(each.value for each in app.markdown)
    assert "**What accounts for it**" in said
    assert "hens is answered wrongly more often: " in said
    assert "Sex hens" in said
    assert "[See the 20 wrong cases](cases?model=demo%2Fpenguins" in said
    assert "sex%3Dfemale" in said  # as cases have it
    assert "island=Dream" not in str(app.query_params)
    assert "Not lower: " in said
    choices = {each.placeholder: each for each in app.selectbox}
    assert {"Choose a week", "Choose an input, or the answer", "Choose a probability", "Choose a day", "Choose a version"} <= set(choices)  # fmt: skip
    choices["Choose an input, or the answer"].select("island").run()
    assert app.query_params["value"] in ("island=Dream", ["island=Dream"])
    assert not app.exception
    numbers = {metric.label: metric.value for metric in app.metric}
    assert numbers["Cases"] == "40"
    assert {each.placeholder for each in app.selectbox} >= {"Choose a value"}
    assert any("Days: " in button.label for button in app.button)
    answers = next(b for b in app.selectbox if b.placeholder == "Choose an input, or the answer")
    answers.select("").run()
    assert app.query_params["answer"] in ("Adelie", ["Adelie"])
    assert not app.exception
    assert any(button.label == "Answered: Adelie" for button in app.button)
    assert any("one answer alone no recall" in each.value for each in app.caption)
    assert any(each.value.startswith("**Its answer**, before (n=") for each in app.markdown)


def test_a_row_opens_and_chooses_exactly_the_cases_that_it_counts(
    app: AppTest, built: services.Services
) -> None:
    """Half of those on Dream are wrong, of two years; they have the shorter bills."""
    of = {
        "created_at": datetime.now(UTC) - timedelta(days=1),
        "server": "demo",
        "model": "penguins",
    }
    cases = [
        case_of(
            **of,
            entered={
                "year": str(2007 + n % 3 % 2),
                "island": "Dream" if n < 60 else "Biscoe",
                "bill": 30.0 + n / 10,
            },
            is_audited=True,
            audit_draw=0.01,
        )
        for n in range(120)
    ]
    for n, case in enumerate(add_cases(built.sessions, *cases)):
        judgement = "incorrect" if n % 2 and n < 60 else "correct"
        submit(built.sessions, case_id=case.id, person="ada", judgement=judgement, key=case.id)
    app.query_params.update({"model": "demo/penguins", "value": "year=2007"})
    app.switch_page("../pages/health.py").run()
    assert not app.exception
    row = next(each.value for each in app.markdown if "Island Dream: 50 %" in each.value)
    assert ", n=40; the others " in row
    query = dict(parse_qsl(row.partition("[See the 20 wrong cases](cases?")[2].rstrip(")")))
    assert query["value"] == "year=2007\x1fisland=Dream"  # of both years they are 30
    assert count(built.sessions, filter_of(query)) == 20
    rows = [each.key for each in app.button if (each.key or "").startswith("health_slice_")]
    assert rows == [f"health_slice_{place}" for place in range(6)]

    row = next(each.value for each in app.markdown if "bill up to " in each.value)
    assert ", n=20; the others " in row
    query = dict(parse_qsl(row.partition("[See the 10 wrong cases](cases?")[2].rstrip(")")))
    assert query["value"] == "year=2007"
    assert query["within"].startswith("bill=..32.9")
    app.button(key="health_slice_1").click().run()
    assert not app.exception
    assert app.query_params["value"] in ("year=2007", ["year=2007"])
    assert {metric.label: metric.value for metric in app.metric}["Cases"] == "20"

    # A range within a range is a part of it: it ends where the chosen one does.
    app.query_params["within"] = "bill=31..41"
    app.run()
    assert not app.exception
    row = next(each.value for each in app.markdown if "bill up to " in each.value)
    n = row.partition(", n=")[2].partition(";")[0]
    query = dict(parse_qsl(row.partition("](cases?")[2].rstrip(")")))
    assert query["within"].startswith("bill=31.0..3")
    app.button(key="health_slice_1").click().run()
    assert str(app.query_params["within"]).strip("[']").startswith("bill=31.0..3")
    assert {metric.label: metric.value for metric in app.metric}["Cases"] == n


def test_a_cell_leads_to_the_cases_that_it_counts(app: AppTest, built: services.Services) -> None:
    of = {
        "created_at": datetime.now(UTC) - timedelta(days=1),
        "server": "demo",
        "model": "penguins",
    }
    drawn = [case_of(**of, is_audited=True, audit_draw=0.01) for _ in range(12)]
    cases = add_cases(built.sessions, *drawn, case_of(**of))  # the last one is reported, not drawn
    (silent,) = add_cases(built.sessions, case_of(**of))
    for n, case in enumerate(cases):
        is_wrong = n < 9 or n == 12
        submit(
            built.sessions,
            case_id=case.id,
            person="ada",
            judgement="incorrect" if is_wrong else "correct",
            truth="Gentoo" if is_wrong else None,
            key=case.id,
        )
    app.query_params["model"] = "demo/penguins"
    app.switch_page("../pages/health.py").run()
    assert not any("that the figures count" in each.value for each in app.markdown)
    cells = next(each for each in app.selectbox if each.placeholder == "Choose a cell")
    assert "Gentoo answered as Adelie: 9" in cells.options
    cells.select("Gentoo\nAdelie").run()
    assert not app.exception
    line = next(each.value for each in app.markdown if "[Open all cases]" in each.value)
    link = line.partition("or [the 9 drawn ones that the figures count](cases?")[2].partition(")")[
        0
    ]
    query = dict(parse_qsl(link))
    assert count(built.sessions, filter_of(query)) == 9
    assert count(built.sessions, filter_of({**query, "counted": ""})) == 10
    assert {"truth", "answer"} <= set(app.query_params)
    cells = next(each for each in app.selectbox if each.placeholder == "Choose a cell")
    cells.select("Gentoo\nAdelie").run()
    assert not app.exception
    assert not {"truth", "answer"} & set(app.query_params), "pressed again, they go"

    # Where every case was judged, all are counted, and not the drawn ones alone.
    submit(built.sessions, case_id=silent.id, person="ada", judgement="correct", key="silent")
    app.run()
    cells = next(each for each in app.selectbox if each.placeholder == "Choose a cell")
    assert "Gentoo answered as Adelie: 10" in cells.options
    cells.select("Gentoo\nAdelie").run()
    assert not app.exception
    line = next(each.value for each in app.markdown if "[Open all cases]" in each.value)
    assert "drawn ones that the figures count" not in line


def test_where_every_case_was_judged_figures_and_their_lists_have_all(
    app: AppTest, built: services.Services
) -> None:
    at = datetime.now(UTC) - timedelta(days=1)
    entered = [{"island": "Dream" if n % 2 else "Biscoe"} for n in range(40)]
    made = [case_of(server="demo", model="penguins", created_at=at, entered=e) for e in entered]
    for n, case in enumerate(add_cases(built.sessions, *made)):
        is_wrong = n % 2 == 1 and n < 30
        submit(
            built.sessions,
            case_id=case.id,
            person="ada",
            judgement="incorrect" if is_wrong else "correct",
            truth="Gentoo" if is_wrong else None,
            key=case.id,
        )
    app.query_params["model"] = "demo/penguins"
    app.switch_page("../pages/health.py").run()
    assert not app.exception
    said = [each.value for each in app.markdown]
    assert any("Part of the figures: every case was judged." in each for each in said)
    (dream,) = (each.value for each in app.markdown if "[See the 15 wrong cases]" in each.value)
    query = dict(parse_qsl(dream.partition("(cases?")[2].partition(")")[0]))
    assert count(built.sessions, filter_of(query)) == 15


@pytest.mark.slow
def test_accepting_changed_inputs_is_told_and_the_word_follows_at_once(
    app: AppTest, built: services.Services
) -> None:
    now, of = datetime.now(UTC), {"server": "demo", "model": "breast-cancer"}
    for days, value in ((60, 10.0), (2, 50.0)):
        at = now - timedelta(days=days)
        entered = [{"mean radius": value + n / 100} for n in range(100)]
        add_cases(built.sessions, *(case_of(entered=each, created_at=at, **of) for each in entered))
    keep(built.sessions, standings(built.sessions).values())
    assert kept(built.sessions)["demo", "breast-cancer"].word == "Watch"
    app.query_params["model"] = "demo/breast-cancer"
    app.switch_page("../pages/health.py").run()
    assert not app.exception
    assert any("against the first cases, " in each.value for each in app.caption)
    app.radio(key="health_decision").set_value("closed").run()
    (told,) = (each.value for each in app.caption if "Only inputs from now on" in each.value)
    assert "Answers and failures until now no longer count for the word: what goes on" in told
    app.radio(key="health_decision").set_value("accepted").run()
    (told,) = (each.value for each in app.caption if "that come after today" in each.value)
    assert any("No drawn case is checked, so there is no" in each.value for each in app.markdown)
    app.text_input(key="health_reason").set_value("a new scanner").run()
    app.button(key="health_decide").click().run()
    app.button(key="health_accept").click().run()
    assert not app.exception
    assert kept(built.sessions)["demo", "breast-cancer"].word != "Watch"
    drawn = " ".join(str(each.proto.body) for each in app.get("html"))
    assert "(operator) accepted the state of " in drawn
    assert "What is asked about has changed" not in drawn
    (reference,) = (each.value for each in app.caption if "the first cases after" in each.value)
    day = told.rpartition("From ")[2].partition(" on, ")[0]
    assert reference.startswith(f"From {day} on, ")
    assert any("accepted its state as normal" in each.value for each in app.markdown)


def test_decisions_are_offered_where_something_is_found_and_confirmed_at_once(
    app: AppTest, built: services.Services
) -> None:
    of = {"server": "demo", "model": "breast-cancer", "created_at": datetime.now(UTC)}
    add_cases(built.sessions, case_of(**of))
    app.query_params["model"] = "demo/breast-cancer"
    app.switch_page("../pages/health.py").run()
    assert not app.exception
    assert not any(radio.key == "health_decision" for radio in app.radio)
    assert any("There is nothing to decide on" in each.value for each in app.markdown)
    add_cases(built.sessions, *(case_of(**FAILED, **of) for _ in range(30)))
    app.run()
    assert app.radio(key="health_decision").value == "acknowledged"
    assert not app.success
    app.button(key="health_decide").click().run()
    assert not app.exception
    said, beside_the_button = (each.value for each in app.success)
    assert said.startswith("Recorded. ")
    assert said.endswith("takes care of it.")
    app.run()
    assert [each.value for each in app.success] == [said, beside_the_button] == [said, said]


def test_the_advice_to_check_cases_leads_to_exactly_those(
    app: AppTest, built: services.Services
) -> None:
    of = {"server": "demo", "model": "breast-cancer", "is_audited": True, "audit_draw": 0.01}
    days = [datetime.now(UTC) - timedelta(days=n) for n in range(12)]
    kept = add_cases(built.sessions, *(case_of(created_at=day, **of) for day in days))
    for case in kept[:2]:
        submit(built.sessions, case_id=case.id, person="ada", judgement="correct", key=case.id)
    app.switch_page("../pages/health.py").run()
    assert not app.exception
    html = " ".join(str(each.proto.body) for each in app.get("html"))
    link, _, words = html.partition('<a href="review?')[2].partition('" target="_self">')
    assert words.startswith("Check 8 of the 10 drawn cases that nobody has judged.</a>")
    app.query_params.clear()
    app.query_params.update(dict(parse_qsl(unescape(link))))
    set_rules(
        built.sessions, server="demo", model="breast-cancer", person="ada",
        rules=Rules(audit=False, truth_days=0),
    )  # fmt: skip
    other = add_case(built.sessions, **of | {"model": "penguins"}, created_at=days[0])
    app.switch_page("../pages/review.py").run()
    assert not app.exception
    assert "10 of 11 waiting" in " ".join(each.proto.text for each in app.get("progress"))
    waiting = review_queue.queue(built.sessions, "anonymous").items
    assert {item.case_id for item in waiting} == {case.id for case in kept[2:]} | {other.id}
    item = next(each for each in waiting if each.case_id == kept[2].id)
    review_queue.answer(
        built.sessions, item_id=item.id, person="anonymous", judgement="unsure", key="u"
    )
    app.run()
    assert any("1 more of these does not wait" in each.value for each in app.caption)
    without = next(b for b in app.button if "drawn, not judged right or wrong" in b.label)
    without.click().run()
    assert "counted" not in app.query_params


def _list_and_cards_say_the_same(
    app: AppTest, built: services.Services, model: str, *, is_number: bool
) -> None:
    (found,) = (s for s in standings(built.figures).values() if s.model == model)
    keep(built.sessions, [found], units=built.answer_unit_in_jobs)
    del app.query_params["model"]
    app.run()
    html = " ".join(str(each.proto.body) for each in app.get("html"))
    (line,) = (each for each in html.split('class="word-row"') if f"demo/{model}" in each)
    assert ("Its numbers are off by at least 5 (" in line) is is_number
    app.switch_page("../pages/models.py").run()
    captions = [each.value for each in app.caption if "of answers right" in each.value]
    assert ["Its numbers are off by at least 5 (" in each for each in captions] == [is_number]
    app.query_params["model"] = f"demo/{model}"
    app.switch_page("../pages/health.py").run()


@pytest.mark.parametrize(("model", "is_number"), [("diabetes-progress", True), ("penguins", False)])
def test_numbers_say_how_far_they_are_off_and_classes_do_not(
    app: AppTest, built: services.Services, model: str, is_number: bool
) -> None:
    of = {"is_audited": True, "audit_draw": 0.01, "created_at": datetime.now(UTC), "server": "demo"}
    numbers = [case_of(model="diabetes-progress", **of, **NUMBER) for _ in range(20)]
    classes = [case_of(model="penguins", **of) for _ in range(20)]
    for n, case in enumerate(add_cases(built.sessions, *numbers, *classes)):
        is_wrong = n % 2
        truth = (31.5 if n < 20 else "Gentoo") if is_wrong else None
        judgement = "incorrect" if is_wrong else "correct"
        submit(built.sessions, case_id=case.id, person="ada", judgement=judgement, truth=truth, key=case.id)  # fmt: skip
    app.query_params["model"] = f"demo/{model}"
    app.switch_page("../pages/health.py").run()
    assert not app.exception
    html = " ".join(str(each.proto.body) for each in app.get("html"))
    assert ("Its numbers are off by at least 5 (" in html) is is_number
    _list_and_cards_say_the_same(app, built, model, is_number=is_number)
    tabs = [each.label for each in app.tabs]
    assert ("Size of errors" in tabs, "Confusion" in tabs) == (is_number, not is_number)
    if not is_number:
        return
    (table,) = (each.value for each in app.table if "Bias" in each.value.index)
    assert "Median absolute error, at least" not in table.index
    assert any("10 of 20 were called right without a truth" in each.value for each in app.caption)


def test_the_table_of_versions_fits_a_page_of_1024_pixels() -> None:
    edges, chooser = 2 * 24 + 10, 34  # with the bar that scrolls the page
    assert sum(width for width, _ in requests.COLUMNS.values()) <= 1024 - edges - chooser
