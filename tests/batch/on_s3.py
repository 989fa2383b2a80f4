"""Large files in a bucket: a real server that speaks S3 (moto), and `s3fs`, which an operator installs. `make test-s3` names this
file, and brings both; pytest finds it not by itself."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pyarrow.parquet as pq
import pytest
import s3fs
from moto.server import ThreadedMotoServer

import services
import settings as configuration
from batch import exports, partition, schedule_look
from batch.exports import NotWritten
from batch.folder import BatchFolder
from cases.queries import recent
from cli.main import main
from db.ids import new_id
from db.migrate import migrate
from tables.mapping import suggest
from tables.streaming.blocks import blocks, sampled
from tables.streaming.listing import allowed_files
from tables.streaming.source import (
    ChangedMeanwhile,
    NotAllowedHere,
    NotOpened,
    Source,
    allowed_source,
)
from tests.batch.asking import SIGNATURE, csv, here_and_alive, looked
from tests.browser.watched import ports

ROWS = 300
BIRDS = "Bill length (mm),Bill depth (mm),Flipper (mm),Body mass (g),Island,Sex,Year,Note\n"


@pytest.fixture
def buckets(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of the server, whose buckets `in` and `out` are empty."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    facts = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "me",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_MAX_ATTEMPTS": "1",
    }
    for name, value in facts.items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    client = boto3.client("s3")
    for name in ("in", "out"):
        client.create_bucket(Bucket=f"{name}-bucket")
    yield client
    s3fs.S3FileSystem.clear_instance_cache()
    server.stop()


@pytest.fixture
def typed(sqlite_url: str, mds_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a model that `mds batch` can ask."""
    migrate(sqlite_url)
    monkeypatch.setenv("MDS_SERVERS", json.dumps([{"name": "demo", "url": mds_url}]))
    monkeypatch.setenv("MDS_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("MDS_BATCH_FOLDER", str(tmp_path / "batches"))
    return "demo/penguins@v2"


def test_a_file_of_a_bucket_is_scored_and_its_result_goes_to_another(
    buckets: Any, typed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _put(buckets, "birds.csv", _birds(ROWS))
    for ending in ("parquet", "csv"):
        words = ["s3://in-bucket/birds.csv", "--model", typed, "--record", "drawn"]
        code = main(["batch", *words, "--out", f"s3://out-bucket/answers.{ending}"])
        said = capsys.readouterr()
        assert (code, f"{ROWS} rows were answered." in said.err + said.out) == (0, True), said
    body = buckets.get_object(Bucket="out-bucket", Key="answers.parquet")["Body"].read()
    found = pq.read_table(io.BytesIO(body)).to_pydict()
    assert found["Note"] == [f"r{i}" for i in range(ROWS)]
    assert not [answer for answer in found["Answer"] if answer is None]
    text = buckets.get_object(Bucket="out-bucket", Key="answers.csv")["Body"].read()
    assert len(text.splitlines()) == ROWS + 1
    for name in ("birds.csv", "answers.csv"):
        code = main(["batch", f"s3://nowhere/{name}", "--model", typed])
        assert (code, f"{name} could not be opened." in capsys.readouterr().err) == (2, True)


def test_what_is_new_in_a_bucket_is_scored_once(
    buckets: Any, typed: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(schedule_look, "SETTLED", timedelta(0))
    monkeypatch.setenv("MDS_BATCH_SOURCES", json.dumps(["s3://in-bucket/new"]))
    configuration.settings.cache_clear()
    _put(buckets, "new/one.csv", _birds(3))
    _put(buckets, "old/two.csv", _birds(2))
    add = ["batch", "schedule", "add", "--model", typed, "--every", "5m", "--person", "ann"]
    assert main([*add, "s3://in-bucket/new"]) == 0
    assert main([*add, "s3://out-bucket"]) == 1
    assert "may not be read" in capsys.readouterr().err
    built = services.build(configuration.settings())
    built.catalogue.refresh()
    here = here_and_alive(built.sessions)
    titles = [job.title.partition(":")[0] for job in looked(built, here) if "csv" in job.title]
    assert titles == ["one.csv"]
    assert len(recent(built.sessions, limit=10)) == 3
    assert [job.sentence for job in looked(built, here, 10)] == ["Nothing is new."]
    _put(buckets, "new/one.csv", _birds(4))
    assert "1 file changed since it was scored" in looked(built, here, 20)[-1].sentence
    built.close()
    configuration.settings.cache_clear()


def test_a_place_that_no_operator_allowed_is_refused_in_a_sentence(buckets: Any) -> None:
    _put(buckets, "a/birds.csv", _birds(2))
    allowed = ["s3://in-bucket/a"]
    assert allowed_source("s3://in-bucket/a/birds.csv", allowed).size == len(_birds(2))
    for other in ("s3://in-bucket/birds.csv", "s3://in-bucket/a/../birds.csv", "s3://out-bucket/a"):
        with pytest.raises(NotAllowedHere, match="may not be read from here"):
            allowed_source(other, allowed)
    (found,) = allowed_files("s3://in-bucket/a", "*.csv", allowed)
    before = found.digest
    _put(buckets, "a/birds.csv", _birds(3))
    (again,) = allowed_files("s3://in-bucket/a", "*.csv", allowed)
    assert (found.url, again.digest == before) == ("s3://in-bucket/a/birds.csv", False)


def test_an_object_that_changes_and_a_server_that_is_away_are_told(
    buckets: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = csv(tmp_path / "rows.csv", 200)
    _put(buckets, "rows.csv", path.read_bytes())
    sample = sampled(Source.of("s3://in-bucket/rows.csv"), SIGNATURE)
    _put(buckets, "rows.csv", csv(path, 200, {7: "r7,8,1.5"}).read_bytes())
    folder = BatchFolder(tmp_path, new_id())
    with pytest.raises(ChangedMeanwhile, match="changed while it was read"):
        partition.write(
            folder,
            blocks(sample, suggest(sample.table, SIGNATURE), SIGNATURE),
            columns=sample.table.columns,
            signature=SIGNATURE,
            name="rows.csv",
        )
    (port,) = ports(1)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    monkeypatch.setattr(s3fs.S3FileSystem, "retries", 1)
    s3fs.S3FileSystem.clear_instance_cache()
    with pytest.raises(NotOpened, match=r"rows\.csv could not be opened"):
        sampled(Source.of("s3://in-bucket/rows.csv"), SIGNATURE)
    with pytest.raises(NotWritten, match="could not be written to s3://out-bucket"):
        exports.export_to(path.rename(tmp_path / "rows.parquet"), "s3://out-bucket/a.parquet")


def _put(buckets: Any, key: str, body: bytes) -> None:
    buckets.put_object(Bucket="in-bucket", Key=key, Body=body)


def _birds(rows: int) -> bytes:
    lines = (f"{40 + i % 9},18,{190 + i % 20},3900,Biscoe,male,2008,r{i}\n" for i in range(rows))
    return (BIRDS + "".join(lines)).encode()
