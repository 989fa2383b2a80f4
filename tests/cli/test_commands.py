"""The commands against the real embedded server, as a person types them."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

import settings
from cli.main import main
from tests.mds_client import faults
from tests.mds_client.cluster import KSERVE, cluster, resource
from tests.mds_client.few_rows import BAD, few_rows

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def configured(mds_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    servers = [
        {"name": "demo", "url": mds_url},
        {"name": "away", "url": "http://127.0.0.1:9"},
    ]
    monkeypatch.setenv("MDS_SERVERS", json.dumps(servers))
    settings.settings.cache_clear()
    yield
    settings.settings.cache_clear()


pytestmark = pytest.mark.usefixtures("configured")
Captured = pytest.CaptureFixture[str]


def test_models_are_listed_and_a_dead_server_is_said_apart(capsys: Captured) -> None:
    assert main(["models"]) == 0
    said = capsys.readouterr()
    assert "demo/penguins@v2" in said.out
    assert "away" in said.err
    assert "away" not in said.out


def test_words_choose_models_and_json_stands_alone(capsys: Captured) -> None:
    assert main(["models", "--json", "--server", "demo", "PENG", "v2"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [row["model"] for row in found["models"]] == ["demo/penguins@v2"]


def test_a_model_is_described_by_its_name_alone(capsys: Captured) -> None:
    assert main(["describe", "penguins@v2"]) == 0
    said = capsys.readouterr().out
    assert "island" in said
    assert "one of" in said
    assert main(["describe", "demo/penguins@v2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["signature"]["model"]["name"] == "penguins"


def test_an_explainer_is_told_from_the_models_and_shown_with_its_own(capsys: Captured) -> None:
    assert main(["models", "--server", "demo"]) == 0
    assert "demo/penguins-explainer (explains penguins)" in capsys.readouterr().out
    assert main(["models", "--server", "demo", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["models"]
    assert [row["name"] for row in listed if row["explains"]] == ["penguins-explainer"]
    assert main(["describe", "demo/penguins@v2"]) == 0
    said = capsys.readouterr().out
    assert "Explained by penguins-explainer: POST /v2/models/penguins-explainer/infer" in said
    assert "says in its metadata that it explains penguins@v2" in said
    assert main(["describe", "demo/penguins@v1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["explainer"] is None


def test_detectors_are_told_from_the_models(capsys: Captured) -> None:
    assert main(["models", "--server", "demo"]) == 0
    said = capsys.readouterr().out
    assert "demo/breast-cancer-drift (watches breast-cancer)" in said
    assert main(["models", "--server", "demo", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["models"]
    found = {row["name"] for row in listed if row["watches"] == "breast-cancer"}
    assert found == {"breast-cancer-drift", "breast-cancer-outliers"}
    assert {row["name"] for row in listed if row["watches"]} == found


def test_an_example_is_answered(capsys: Captured) -> None:
    assert main(["predict", "breast-cancer", "--example", "1", "--show-sent"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith(("malignant", "benign"))
    assert "POST http" in said.err
    assert main(["predict", "demo/breast-cancer", "--example", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["answers"][0]["headline"] in ("malignant", "benign")


@pytest.mark.slow
def test_values_come_as_pairs_json_stdin_and_files(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    row = {"text": "Dies ist ein deutscher Satz, den jeder versteht."}
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps(row) + "\n")
    table = tmp_path / "rows.csv"
    table.write_text(f'text\n"{row["text"]}"\n')
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps([row])))
    ways = [[f"text={row['text']}"], ["--values", json.dumps(row)], ["-"]]
    answers = set()
    for way in [*ways, ["--file", str(file)], ["--file", str(table)]]:
        assert main(["predict", "language-id", *way]) == 0
        answers.add(capsys.readouterr().out)
    assert len(answers) == 1


PENGUINS = pd.DataFrame(
    {"Island": ["Dream", "Biscoe"], "Body mass (kg)": [3.7, 5.4], "remarks": ["", "heavy"]}
)
FORMATS = {
    "csv": lambda path: PENGUINS.to_csv(path, index=False, sep=";", decimal=","),
    "xlsx": lambda path: PENGUINS.to_excel(path, index=False),
    "parquet": lambda path: PENGUINS.to_parquet(path),
    "json": lambda path: PENGUINS.to_json(path, orient="records"),
}


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_file_of_any_format_feeds_the_fields_as_on_the_page(
    suffix: str, tmp_path: Path, capsys: Captured
) -> None:
    """Its columns are mapped and converted; what it has no column for is the example's, or a pair's."""
    path = tmp_path / f"rows.{suffix}"
    FORMATS[suffix](path)
    given = ["--example", "1", "--show-sent", "sex=male"]
    assert main(["predict", "penguins@v2", "--file", str(path), *given]) == 0
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 2
    sent = {t["name"]: t["data"] for t in json.loads(said.err.splitlines()[-1])["inputs"]}
    assert sent["island"] == ["Dream", "Biscoe"]
    assert sent["body_mass_g"] == [3700, 5400]
    assert sent["sex"] == ["male", "male"]
    assert "The column 'Body mass (kg)' is read as 'body_mass_g'." in said.err
    assert "Not used: remarks." in said.err


def test_cells_that_are_read_as_empty_are_told(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("island,bill_length_mm\nDream,NA\nBiscoe,46.1\n")
    assert main(["predict", "penguins@v2", "--example", "1", "--file", str(path)]) == 0
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 2
    assert "bill_length_mm: 1 cell read as empty: NA" in said.err


@pytest.mark.slow
def test_one_bad_cell_is_named_by_its_row_and_nothing_is_sent(
    tmp_path: Path, capsys: Captured
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("island,body_mass_g\nDream,3700\nAtlantis,heavy\n")
    assert main(["predict", "penguins@v2", "--example", "1", "--file", str(path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "was not sent" in said.err
    assert said.err.count("row 3: ") == 2
    path.write_bytes(b"%PDF-1.7 " * 20)
    assert main(["predict", "penguins@v2", "--file", str(path)]) == 2
    assert "could not be read" in capsys.readouterr().err
    assert main(["predict", "penguins@v2", "--file", str(tmp_path / "none.csv")]) == 2
    assert "could not be read" in capsys.readouterr().err


@pytest.mark.slow
def test_a_file_of_more_rows_than_the_model_takes_is_answered_row_by_row_of_it(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("x\n" + "\n".join(map(str, range(20))))
    with few_rows() as (url, asked):
        server = {"name": "small", "url": url, "protocol": "open-inference", "models": ["few"]}
        monkeypatch.setenv("MDS_SERVERS", json.dumps([server]))
        settings.settings.cache_clear()
        assert main(["predict", "small/few", "--file", str(path)]) == 1
        said = capsys.readouterr()
        told = [str(n) if n != BAD else "not answered" for n in range(20)]
        assert said.out.splitlines() == told
        assert f"Row {BAD + 2}: " in said.err  # as in the file, whose first row is the heading
        assert main(["predict", "small/few", "--file", str(path), "--json"]) == 1
        answers = json.loads(capsys.readouterr().out)["answers"]
        assert [a.get("headline") for a in answers] == [
            str(n) if n != BAD else None for n in range(20)
        ]
        assert "advice" in answers[BAD]
    assert max(asked) == 20


@pytest.mark.slow
def test_files_are_named_in_the_cells_of_a_table(tmp_path: Path, capsys: Captured) -> None:
    picture = tmp_path / "blank.png"
    Image.new("L", (28, 28), 255).save(picture)
    path = tmp_path / "rows.csv"
    path.write_text(f"image\n@{picture}\n@{picture}\n")
    assert main(["predict", "digits", "--file", str(path)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert main(["predict", "ocr", f"image=@{picture}"]) == 0
    assert capsys.readouterr().out.startswith("No text")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["predict", "penguins@v2", "--example", "1", "island=Atlantis"], 2),
        (["predict", "penguins@v2", "colour=red"], 2),
        (["predict", "penguins@v2", "--values", "not json"], 2),
        (["predict", "wine", "--values", "{}"], 2),
        (["describe", "demo/nope"], 4),
        (["models", "--server", "nobody"], 4),
        (["models", "--server", "away"], 3),
        (["describe", "away/x"], 3),
        (["doctor", "http://127.0.0.1:9"], 3),
    ],
)
def test_exit_codes_say_what_went_wrong(arguments: list[str], code: int, capsys: Captured) -> None:
    assert main(arguments) == code
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    assert said.err or "✗" in said.out


def test_wrong_usage_is_two() -> None:
    with pytest.raises(SystemExit) as ended:
        main(["predict"])
    assert ended.value.code == 2


def test_the_doctor_says_the_protocol_and_what_is_missing(mds_url: str, capsys: Captured) -> None:
    assert main(["doctor", mds_url]) == 0
    said = capsys.readouterr().out
    assert "✓ server: It speaks open-inference" in said
    assert "14 models" in said  # detectors are looked at like any other
    assert "server/penguins@v2 is explained by penguins-explainer" in said
    assert "wine" in said
    assert main(["doctor", "--json"]) == 3
    assert {f["mark"] for f in json.loads(capsys.readouterr().out)} >= {"✓", "✗"}


def test_a_server_that_lets_nobody_in_wants_credentials(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    with faults.misbehaving(faults.answers(401, "")) as url:
        monkeypatch.setenv("MDS_SERVERS", json.dumps([{"name": "vault", "url": url}]))
        settings.settings.cache_clear()
        assert main(["doctor", url]) == 1
        said = capsys.readouterr().out
        assert "refuses access" in said
        assert "token_env" in said
        assert main(["models"]) == 1
        said = capsys.readouterr().err
        assert "The server “vault” refused access." in said
        assert "set credentials" in said


def test_what_failed_is_shown_with_what_came_back(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = '{"error": "X has 2 features, but 3 are expected"}'
    with faults.misbehaving(faults.answers(400, said)) as url:
        server = {"name": "s", "url": url, "protocol": "sagemaker", "models": ["m"]}
        monkeypatch.setenv("MDS_SERVERS", json.dumps([server]))
        settings.settings.cache_clear()
        assert main(["predict", "s/m", "--values", '{"input-0": [1, 2]}', "--show-sent"]) == 1
    said = capsys.readouterr().err
    assert f"POST {url}/invocations" in said
    assert "→ 400" in said
    assert "X has 2 features" in said


def test_credentials_are_never_printed(
    mds_url: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = {"name": "demo", "url": mds_url, "headers_from_env": {"Authorization": "MDS_SECRET"}}
    monkeypatch.setenv("MDS_SERVERS", json.dumps([server]))
    monkeypatch.setenv("MDS_SECRET", "hunter2")
    settings.settings.cache_clear()
    for command in (["doctor"], ["doctor", "--json"], ["predict", "wine", "--show-sent", "-"]):
        monkeypatch.setattr(sys, "stdin", io.StringIO("{}"))
        main(command)
        said = capsys.readouterr()
        assert "hunter2" not in said.out + said.err


@pytest.mark.slow
def test_a_broken_pipe_is_quiet(mds_url: str) -> None:
    env = {**os.environ, "MDS_SERVERS": json.dumps([{"name": "demo", "url": mds_url}])}
    shell = f"{sys.executable} -m cli models | true"
    done = subprocess.run(["bash", "-c", shell], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.stderr == ""


def test_what_a_cluster_runs_is_listed_and_asked(
    mds_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("MDS_SERVERS", "[]")
    monkeypatch.setenv("MDS_KUBERNETES", json.dumps({"kserve_url": mds_url}))
    settings.settings.cache_clear()
    with cluster(tmp_path / "config") as api:
        api.pages[KSERVE] = [{"items": [resource("birds")]}]
        assert main(["models", "--json", "penguins"]) == 0
        found = json.loads(capsys.readouterr().out)["models"]
        assert main(["predict", found[0]["model"], "--example", "1"]) == 0
        assert capsys.readouterr().out.startswith(("Adelie", "Chinstrap", "Gentoo"))
