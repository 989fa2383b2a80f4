"""An input that is like the earlier ones is seldom called unlike them, and one that is unlike them is found."""

from __future__ import annotations

import io
import wave
from functools import partial

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import text

from audit_log.verify import verify
from cases.audit_sample import AuditPolicy
from cases.batch import RowsRequest, predict_rows
from cases.chunks import ChunkRecorder
from cases.inputs import plain_inputs
from cases.recording import predict_and_record
from cases.search import CaseFilter, search
from db.engine import Sessions, writing
from health.outliers.earlier import Earlier
from health.outliers.known import LEAST, LEVEL, KnownInputs, known_inputs
from health.overview import look
from mds_client.signature import File, ModelRef
from tests.recorded import add_cases, case_of
from tests.stub_predictor import PENGUINS, StubPredictor

ISLANDS = ("Biscoe", "Dream", "Torgersen")
ENGLISH = [
    "the",
    "delivery",
    "came",
    "late",
    "again",
    "and",
    "nobody",
    "answered",
    "my",
    "phone",
    "what",
    "a",
    "lovely",
    "stay",
    "we",
    "would",
    "gladly",
    "come",
    "back",
    "next",
    "summer",
    "order",
    "arrived",
    "broken",
    "please",
    "send",
    "me",
    "another",
    "one",
    "soon",
    "friendly",
    "people",
    "good",
    "food",
    "room",
    "was",
    "quiet",
    "clean",
    "I",
    "have",
    "been",
    "waiting",
    "for",
    "three",
    "weeks",
    "want",
    "money",
]


def birds(random: np.random.Generator, count: int) -> list[dict[str, object]]:
    """Rows with numbers that go together, one with a long tail, a choice, a yes or no, and gaps."""
    size = random.normal(size=count)
    tail = random.lognormal(0, 0.5, count)
    return [
        {
            "mass": 4000 + 800 * size[i],
            "flipper": None if random.random() < 0.05 else 200 + 14 * size[i] + random.normal(0, 3),
            "tail": tail[i],
            "island": ISLANDS[random.choice(3, p=(0.5, 0.4, 0.1))],
            "is_ringed": bool(random.random() < 0.3),
            "ring": f"R-{random.integers(1_000_000)}",
            "photo": {"file": "a.png", "sha256": "0"},
        }
        for i in range(count)
    ]


def unlike(known: KnownInputs, **changes: object) -> str:
    usual = {"mass": 4100.0, "flipper": 202.0, "tail": 1.0, "island": "Dream", "is_ringed": False}
    return known.unlike([{**usual, **changes}], {"mass": "Body mass"})[0]


def test_few_like_the_earlier_ones_are_called_unlike_them() -> None:
    random = np.random.default_rng(11)
    shares = []
    for _ in range(12):
        known = known_inputs(birds(random, 400))
        assert known is not None
        shares.append(np.mean([bool(w) for w in known.unlike(birds(random, 500), {})]))
    # 6,000 rows at 1 in 100; the share varies with what is known, too.
    assert 0.003 < np.mean(shares) <= 1.4 * LEVEL


def test_what_is_unlike_is_found_and_named() -> None:
    known = known_inputs(birds(np.random.default_rng(3), 344))
    assert known is not None
    assert unlike(known) == ""
    assert unlike(known, mass=9_000.0) == "Body mass is higher than in 344 earlier cases."
    assert unlike(known, mass=-9_000.0) == "Body mass is lower than in 344 earlier cases."
    assert unlike(known, mass=float("inf")) == "Body mass is higher than in 344 earlier cases."
    assert unlike(known, island="Cuba") == "island has a value that none of 344 earlier cases has."
    # Each of the two is usual, and no bird has both.
    assert "apart from 344 earlier cases, taken with the other inputs" in unlike(
        known, mass=2_600.0, flipper=228.0
    )
    assert unlike(known, ring="R-x", photo=None) == ""


def test_a_text_in_another_writing_is_unlike_the_others() -> None:
    random = np.random.default_rng(5)
    said = [" ".join(random.choice(ENGLISH, random.integers(8, 20))) for _ in range(160)]
    known = known_inputs([{"text": text} for text in said[10:]])
    assert known is not None
    assert not any(known.unlike([{"text": text} for text in said[:10]], {}))
    foreign, long = known.unlike(
        [
            {"text": "Доставка снова опоздала, и никто не ответил на звонок. " * 2},
            {"text": said[0] * 60},
        ],
        {"text": "Review"},
    )
    assert foreign.startswith("Review is unlike the texts of 150 earlier cases")
    assert long == foreign


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{"x": float(i)} for i in range(LEAST - 1)],
        [{"x": 1.0}] * 500,
        [{"photo": {"sha256": str(i)}} for i in range(200)],
        [{"x": float("nan"), "n": i} for i in [float("inf")] * 200],
        [{"x": i if i % 2 else "word"} for i in range(200)],
        [{"x": (-1) ** i * 1.7e308} for i in range(200)] + [{"x": 1e308}],
    ],
)
def test_where_nothing_can_be_said_nothing_is(rows: list[dict[str, object]]) -> None:
    assert known_inputs(rows) is None


def test_a_case_keeps_it_and_nobody_can_change_it_unseen(sessions: Sessions) -> None:
    outliers = Earlier(sessions)

    def ask(bill: float, **more: object):
        values = {"bill": bill}
        return predict_and_record(
            StubPredictor(), values, sessions=sessions, key=f"k{bill}", outliers=outliers, **more
        ).case

    assert ask(41.05).unlike is None  # nothing to compare with
    add_cases(sessions, *(case_of(entered={"bill": 30.0 + i / 10}) for i in range(200)))
    outliers = Earlier(sessions)
    assert ask(41.23).unlike == ""
    odd = ask(400.0)
    assert odd.unlike == "Bill is higher than in 201 earlier cases."
    assert ask(-1e9, purpose="scenario").unlike is None
    rows = RowsRequest(model=StubPredictor(), sessions=sessions, key="file", outliers=outliers)
    # One row a request: the model of this test answers no more.
    found = [
        next(iter(predict_rows(rows, [{"bill": x}], 1, first=i)))[0]
        for i, x in enumerate((45.05, 1e6))
    ]
    assert [bool(case.unlike) for case in found] == [False, True]

    chunk = ChunkRecorder(
        model=StubPredictor(),
        signature=StubPredictor().signature(),
        key="large",
        person="ada",
        record="all",
        audit=AuditPolicy(),
        outliers=outliers,
    )
    large = [{"bill": 1e7}]
    prepared = chunk.prepare(large, chunk.send(large), chunk.draw(1, large, [0]), 0, [0])
    assert prepared is not None
    assert str(prepared.first["unlike"]).startswith("Bill is higher")

    listed = search(sessions, CaseFilter(is_unlike=True)).lines
    assert [line.id for line in listed] == [found[1].id, odd.id]
    shown = look(sessions, PENGUINS.server, PENGUINS.name)
    assert shown is not None
    assert (shown.unlike.count, shown.unlike.n) == (2, 4)

    assert not any(odd.id in str(each) for each in verify(sessions).findings)
    with writing(sessions) as session:
        session.execute(text("UPDATE cases SET unlike = '' WHERE id = :id"), {"id": odd.id})
    assert any(odd.id in str(each) for each in verify(sessions).findings)


@pytest.mark.slow
def test_what_was_asked_meanwhile_is_read_after_a_while(sessions: Sessions) -> None:
    now = [0.0]
    outliers = Earlier(sessions, clock=lambda: now[0])
    add_cases(sessions, *(case_of(entered={"bill": 30.0 + i / 10}) for i in range(150)))
    assert outliers.unlike(PENGUINS, [{"bill": 80.0}], {}) == [
        "bill is higher than in 150 earlier cases."
    ]
    add_cases(sessions, case_of(entered={"bill": 80.0}))
    assert outliers.unlike(PENGUINS, [{"bill": 80.0}], {}) != [""]
    now[0] += 601
    assert outliers.unlike(PENGUINS, [{"bill": 80.0}], {}) == [""]


def picture(random: np.random.Generator, *, is_upright: bool = True, noise: float = 10.0) -> File:
    """Bars that stand or lie, here and there."""
    place, width = random.integers(20, 60), random.integers(8, 14)
    pixels = np.full((90, 90), 230.0)
    pixels[:, place : place + width] = 40.0
    pixels = pixels + random.normal(0, noise, pixels.shape)
    image = Image.fromarray((pixels if is_upright else pixels.T).clip(0, 255).astype(np.uint8))
    data = io.BytesIO()
    image.save(data, "PNG")
    return File(name="bar.png", media_type="image/png", data=data.getvalue())


def sound(random: np.random.Generator, pitch: float, rate: int = 8_000) -> File:
    """A tone of about this pitch, with some noise."""
    moments = np.arange(int(rate * random.uniform(0.8, 1.2))) / rate
    waves = 0.3 * np.sin(2 * np.pi * pitch * random.uniform(0.9, 1.1) * moments)
    values = (waves + random.normal(0, 0.02, len(moments))) * 32_767
    data = io.BytesIO()
    with wave.open(data, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(values.astype("<i2").tobytes())
    return File(name="tone.wav", media_type="audio/wav", data=data.getvalue())


@pytest.mark.slow
def test_pictures_and_sounds_are_compared_as_what_their_cases_keep(sessions: Sessions) -> None:
    random = np.random.default_rng(9)
    kept = Earlier(sessions)
    for model, make in (("bars", picture), ("tones", partial(sound, pitch=300.0))):
        cases = []
        for _ in range(120):
            file = make(random)
            entered = plain_inputs({"file": file})
            cases.append(
                case_of(model=model, entered=entered, features=kept.features({"file": file}))
            )
        add_cases(sessions, *cases)

    def words(model: str, file: File) -> str | None:
        stub = StubPredictor(ref=ModelRef(server="shelf", name=model))
        key = f"{model}-{file.sha256}"[:60]
        asked = predict_and_record(stub, {"file": file}, sessions=sessions, key=key, outliers=kept)
        assert asked.case.features is not None
        return asked.case.unlike

    assert words("bars", picture(random)) == ""
    assert "pictures of 120 earlier cases" in str(words("bars", picture(random, is_upright=False)))
    assert "pictures of 120 earlier cases" in str(words("bars", picture(random, noise=120.0)))
    assert words("tones", sound(random, 300.0)) == ""
    assert "sounds of 120 earlier cases" in str(words("tones", sound(random, 2_000.0)))
    assert (
        kept.features({"file": File(name="x", media_type="", data=b"no such file"), "x": 1}) == {}
    )
