"""Files of any size as a job: each row once in the result, whatever happens on the way."""

from __future__ import annotations

from pathlib import Path

from cases.queries import recent
from db.engine import Sessions
from tests.batch.asking import Model, asked, csv, result, written


def test_each_row_is_in_the_result_once_and_in_its_place(
    sessions: Sessions, tmp_path: Path
) -> None:
    odd = {7: "r7,oops,1", 8: "r8", 40: "=cmd(),40,1"}
    given = written(tmp_path, csv(tmp_path / "birds.csv", 300, odd))
    model = Model(bad=(100,))
    job = asked(sessions, tmp_path, model, given)
    assert (job.state, job.result) == ("done", given.batch_id)
    assert job.sentence == "297 rows were answered, 3 were not."
    found = result(tmp_path, given)
    assert list(found) == ["name", "x", "y", "Answer", "Probability", "Problem", "Case", "Version"]
    assert found["Answer"] == [None if i in (7, 8, 100) else float(i) for i in range(300)]
    assert found["x"][:9] == ["0", "1", "2", "3", "4", "5", "6", "oops", None]
    assert found["Problem"][7:9] == [
        "X must be a number, not “oops”.",
        "The row has 1 cells, and the header 3.",
    ]
    assert found["Problem"][100] == "The model did not accept this."
    assert sorted(model.asked) == [i for i in range(300) if i not in (7, 8, 100)]
    cases = recent(sessions, limit=1000)
    links = {link.rpartition("=")[2] for link in found["Case"] if link}
    assert {case.id for case in cases} == links
    assert len(links) == 298
