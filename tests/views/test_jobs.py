"""The worker ends by itself, by its limits or by a word, and always says why; a bad file never takes the app along."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from views import intake, jobs

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
PATIENCE_S = 90


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAMPLE, tmp_path / "town"))


def test_a_table_is_understood_beside_the_others(project: Path) -> None:
    trial = intake.put_aside(project, "plates", "牌.csv", (SAMPLE / "plates.csv").read_bytes(), {})
    job = jobs.start("inspect", [trial.folder, "plates", trial.report], by="data", cpu_s=60)
    assert job.wait(PATIENCE_S) == "done", job.zh
    report = json.loads((trial.report / "report.json").read_text(encoding="utf-8"))
    assert report["columns"]["text"] == "门牌号"
    assert (report["files"][0]["encoding"], report["header_line"], report["geometry"]) == ("gb18030", 1, True)
    assert report["read_n"] == report["accepted_n"] + report["refused_n"]
    refused = pd.read_parquet(trial.report / "quarantine.parquet")
    assert len(refused) == report["refused_n"] == 1
    scene = json.loads((trial.report / "scene.json").read_text(encoding="utf-8"))
    assert len(scene["layers"]["plates"]["features"]) > 600
    assert job.step["of"] > job.step["n"] > 0


def test_a_file_that_is_something_else_is_refused_in_words(project: Path) -> None:
    trial = intake.put_aside(project, "plates", "plates.csv", b"<html><table></table></html>", {})
    job = jobs.start("inspect", [trial.folder, "plates", trial.report], by="data", cpu_s=60)
    assert job.wait(PATIENCE_S) == "failed"
    assert "plates.csv" in job.zh
    assert job.en


@pytest.mark.parametrize(("memory_mb", "cpu_s", "word"), [("600", 60, "内存"), ("8000", 1, "用时")])
def test_a_worker_beyond_its_limits_is_stopped_and_the_old_result_stays(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, memory_mb: str, cpu_s: int, word: str
) -> None:
    monkeypatch.setenv("DOORPLATE_WORKER_MB", memory_mb)
    out = tmp_path / "out"
    out.mkdir()
    (out / "run.json").write_text('{"result": "doorplate/1", "old": 1}')
    job = jobs.start("verify", [project, out], by="data", cpu_s=cpu_s)
    assert job.wait(PATIENCE_S) == "failed"
    assert word in job.zh
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".out")] == []
    assert (out / "run.json").read_text() == '{"result": "doorplate/1", "old": 1}'


def test_a_worker_is_cancelled_and_tells_what_comes_after(project: Path, tmp_path: Path) -> None:
    told: list[str] = []
    job = jobs.start("verify", [project, tmp_path / "out"], by="data", cpu_s=60, after=lambda job, state: told.append(f"{job.by} {state}"))
    job.cancel()
    assert job.wait(PATIENCE_S) == "cancelled"
    job.process.wait(timeout=PATIENCE_S)
    for _ in range(100):
        if told:
            break
        job.process.poll()
        jobs.time.sleep(0.02)
    assert told == ["data cancelled"]
    assert not (tmp_path / "out").exists()


def test_a_worker_is_not_told_secrets(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, dict[str, str]] = {}

    class Caught(Exception):
        pass

    def catch(command: list[str], *, env: dict[str, str], **rest: object) -> None:
        seen["env"] = env
        raise Caught

    monkeypatch.setenv("TIANDITU_KEY", "k")
    monkeypatch.setenv("DOORPLATE_DATABASE_URL", "postgresql://u:p@h/d")
    monkeypatch.setattr(jobs.subprocess, "Popen", catch)
    with pytest.raises(Caught):
        jobs.start("verify", [project, tmp_path], by="x", cpu_s=1)
    assert not {"TIANDITU_KEY", "DOORPLATE_DATABASE_URL"} & set(seen["env"])
