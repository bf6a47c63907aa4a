"""A delivery replaces nothing until somebody says so, and then nothing is lost: the old file, the old settings, the word given."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from geo.errors import ProjectError
from geo.read import read_settings
from views import casebook, intake
from views.data import rows_compared
from views.intake import Drop, drop, files_of, put_aside, run_folder, take_over

SAMPLE = Path(__file__).parents[2] / "data" / "sample"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAMPLE, tmp_path / "town"))


def report(rows: int) -> dict[str, Any]:
    return {"files": [{"sha256": "0" * 64}], "read_n": rows, "accepted_n": rows, "refused_n": 0}


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_putting_aside_changes_nothing_in_use_and_dropping_it_leaves_no_trace(project: Path) -> None:
    before = contents(project)
    trial = put_aside(project, "plates", "../../新 牌.CSV", b"id,text\n1,x\n", {"encoding": "utf-8"})
    assert trial.file == trial.folder / "plates.csv", "the name it came under is never a path"
    assert trial.file.read_bytes() == b"id,text\n1,x\n"
    assert {p.name for p in trial.folder.iterdir()} >= {"addresses.xlsx", "buildings.gpkg", "doorplate.toml"}
    assert read_settings(trial.folder).source("plates").encoding == "utf-8"
    assert {k: v for k, v in contents(project).items() if not k.startswith(".trials/")} == before
    intake.drop_trial(trial)
    assert contents(project) == before


def test_a_delivery_is_noted_at_the_time_the_app_goes_by(project: Path) -> None:
    trial = put_aside(project, "plates", "plates.csv", b"new", {})
    take_over(project, trial, by="data", report=report(7), drop=Drop(8, 7), confirmed=False, now=datetime(2026, 6, 30, 9, tzinfo=UTC))
    assert intake.deliveries(project)[0]["at"] == "2026-06-30T09:00:00+00:00"


def test_the_sample_town_has_one_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORPLATE_SAMPLE_DAY", "2026-06-30")
    assert f"{casebook.now():%Y-%m-%d}" == "2026-06-30"
    monkeypatch.delenv("DOORPLATE_SAMPLE_DAY")
    assert abs(datetime.now(UTC) - casebook.now()) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("before", "now", "words"), [(744, 739, "少 5 行（744 → 739）"), (739, 744, "多 5 行（739 → 744）"), (739, 739, "行数相同（739 行）")]
)
def test_a_delivery_says_how_many_rows_more_or_fewer_it_has(before: int, now: int, words: str) -> None:
    assert words in rows_compared(Drop(before, now))


def test_taking_over_keeps_every_replaced_byte_and_writes_down_who_did_it(project: Path) -> None:
    before = contents(project)
    trial = put_aside(project, "plates", "plates.xlsx", b"new", {"encoding": None})
    kept = take_over(project, trial, by="data", report=report(7), drop=Drop(8, 7), confirmed=False)
    after = contents(project)
    assert after["plates.xlsx"] == b"new"
    assert "plates.csv" not in after
    assert sorted(after[name] for name in kept) == sorted([before["plates.csv"], before["doorplate.toml"]])
    assert set(before.values()) <= set(after.values()) | {before["doorplate.toml"]}
    assert read_settings(project).source("plates").encoding is None
    assert read_settings(project).as_of == "2026-06-30", "what the settings say of others stays"
    (line,) = intake.deliveries(project)
    assert (line["by"], line["role"], line["rows_read"], line["rows_before"]) == ("data", "plates", 7, 8)
    again = put_aside(project, "plates", "p.xlsx", b"newer", {})
    assert len(set(kept) | set(take_over(project, again, by="data", report=report(7), drop=Drop(7, 7), confirmed=False))) == 4


@pytest.mark.parametrize(("before", "now", "asks"), [(100, 81, False), (100, 80, False), (100, 79, True), (100, 0, True), (None, 0, False), (5, 50, False)])
def test_a_drop_of_more_than_a_fifth_asks(before: int | None, now: int, asks: bool) -> None:
    assert Drop(before, now).asks is asks


def test_an_unconfirmed_drop_is_refused_and_changes_nothing(project: Path) -> None:
    trial = put_aside(project, "plates", "plates.csv", b"x", {})
    before = contents(project)
    with pytest.raises(ProjectError):
        take_over(project, trial, by="data", report=report(1), drop=Drop(690, 1), confirmed=False)
    assert contents(project) == before
    take_over(project, trial, by="data", report=report(1), drop=Drop(690, 1), confirmed=True)
    assert intake.deliveries(project)[0]["drop_confirmed"] is True


def test_rows_are_compared_with_the_last_delivery_else_with_the_last_run(project: Path) -> None:
    inputs = [{"table": "plates", "rows_read": 691}, {"table": "addresses", "rows_read": 910}]
    assert drop(project, "plates", 300, inputs).before_n == 691
    assert drop(project, "streets", 300, inputs).before_n is None
    (project / intake.LOG).write_text(json.dumps({"role": "plates", "rows_read": 400}) + "\n" + json.dumps({"role": "plates", "rows_read": 350}) + "\n")
    assert drop(project, "plates", 300, inputs).before_n == 350


@pytest.mark.parametrize("name", ["plates.exe", "plates", "plates.vrt", "plates.tar.gz"])
def test_an_ending_that_is_no_table_is_refused(project: Path, name: str) -> None:
    with pytest.raises(ProjectError):
        put_aside(project, "plates", name, b"x", {})
    assert not (project / intake.TRIALS).exists()


def test_a_shapefile_comes_and_goes_with_its_parts(project: Path) -> None:
    inbox = project / intake.INBOX
    inbox.mkdir()
    for end in ("shp", "shx", "dbf", "prj"):
        (inbox / f"b.{end}").write_bytes(end.encode())
    assert [p.name for p in intake.inbox(project)] == ["b.shp"]
    trial = put_aside(project, "streets", "b.shp", inbox / "b.shp", {})
    take_over(project, trial, by="d", report=report(1), drop=Drop(1, 1), confirmed=False)
    assert [p.name for p in files_of(project, "streets")] == ["streets.shp", "streets.dbf", "streets.prj", "streets.shx"]


def test_a_link_in_the_inbox_is_not_followed(project: Path, tmp_path: Path) -> None:
    (project / intake.INBOX).mkdir()
    (tmp_path / "secret.csv").write_text("secret")
    (project / intake.INBOX / "plates.csv").symlink_to(tmp_path / "secret.csv")
    assert intake.inbox(project) == []


def test_a_run_reads_links_that_a_later_delivery_does_not_change(project: Path) -> None:
    folder = run_folder(project)
    before = contents(folder)
    trial = put_aside(project, "plates", "plates.csv", b"x", {})
    take_over(project, trial, by="d", report=report(690), drop=Drop(690, 690), confirmed=False)
    assert contents(folder) == before
    assert folder.name == project.name
