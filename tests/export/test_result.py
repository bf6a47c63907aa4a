"""A result is written completely or not at all, and equal inputs give equal bytes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import geo.export.result as result
from geo.errors import ResultError
from geo.export import open_result, write
from geo.outputs import OUTPUTS
from tests.export.town import draw_buildings, draw_verification

ROOT = Path(__file__).resolve().parents[2]


def read_bytes(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir())}


def test_every_file_of_the_contract_is_written_and_nothing_else(tmp_path: Path) -> None:
    write(draw_verification(), tmp_path / "out")
    assert set(read_bytes(tmp_path / "out")) == set(result.FILES)
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_equal_inputs_give_equal_bytes_whatever_the_clock_says(tmp_path: Path) -> None:
    write(draw_verification(), tmp_path / "first")
    write(draw_verification(), tmp_path / "elsewhere" / "second")
    assert read_bytes(tmp_path / "first") == read_bytes(tmp_path / "elsewhere" / "second")


def test_only_seconds_and_memory_differ_between_runs(tmp_path: Path) -> None:
    write(draw_verification(), tmp_path / "a")
    write(draw_verification(seconds={"read": 9.9}, peak_memory_mb=1.0), tmp_path / "b")
    a, b = read_bytes(tmp_path / "a"), read_bytes(tmp_path / "b")
    assert [name for name in a if a[name] != b[name]] == ["run.json"]
    runs = [json.loads(x["run.json"]) for x in (a, b)]
    assert runs[0] != runs[1]
    for run in runs:
        del run["seconds"], run["peak_memory_mb"]
    assert runs[0] == runs[1]


def test_what_is_read_back_is_what_was_written(tmp_path: Path) -> None:
    before = draw_verification()
    write(before, tmp_path / "out")
    after = open_result(tmp_path / "out")
    for table in OUTPUTS:
        names = [c.name for c in table.columns] + (["geometry"] if table.geometry != "none" else [])
        expected, got = getattr(before, table.name), getattr(after, table.name)
        assert list(got.columns) == names
        pd.testing.assert_frame_equal(pd.DataFrame(expected[names]), pd.DataFrame(got), check_dtype=False)
        if table.geometry != "none":
            assert got.crs == expected.crs


def test_column_order_and_missing_optional_columns_do_not_change_the_file(tmp_path: Path) -> None:
    drawn = draw_verification()
    write(drawn, tmp_path / "a")
    turned = drawn.buildings[list(drawn.buildings.columns)[::-1]]
    links = drawn.links.drop(columns="distance_m").assign(distance_m=drawn.links.distance_m)
    write(replace(drawn, buildings=turned, links=links), tmp_path / "b")
    assert read_bytes(tmp_path / "a") == read_bytes(tmp_path / "b")


def test_an_earlier_result_is_replaced_and_what_others_put_there_stays(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(draw_verification(), out)
    (out / "笔记.txt").write_text("村里说该楼已拆", encoding="utf-8")
    (out / "findings.gpkg-wal").write_bytes(b"left by a program that died")
    (out / "照片").mkdir()
    (out / "照片" / "1.jpg").write_bytes(b"x")
    write(draw_verification(counts={"unplated_building": 2}), out)
    assert open_result(out).run["counts"] == {"unplated_building": 2}
    assert (out / "笔记.txt").read_text(encoding="utf-8") == "村里说该楼已拆"
    assert (out / "照片" / "1.jpg").exists()
    assert not (out / "findings.gpkg-wal").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    write(draw_verification(), tmp_path / "out")
    assert open_result(tmp_path / "out").findings.shape[0] == 2


@pytest.mark.parametrize("content", ["", "{}", "[1]", "not json", '{"result": "something else"}'])
def test_a_folder_that_is_no_result_is_refused_and_left_alone(tmp_path: Path, content: str) -> None:
    out = tmp_path / "文档"
    out.mkdir()
    (out / "run.json").write_text(content, encoding="utf-8")
    with pytest.raises(ResultError, match="文档"):
        write(draw_verification(), out)
    assert read_bytes(out) == {"run.json": content.encode()}


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x", encoding="utf-8")
    with pytest.raises(ResultError):
        write(draw_verification(), tmp_path / "out")
    assert (tmp_path / "out").read_text(encoding="utf-8") == "x"


def test_a_run_that_fails_while_writing_leaves_the_earlier_result_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    write(draw_verification(), out)
    before = read_bytes(out)

    def fail(*args: object, **kwargs: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(result, "write_geopackage", fail)
    with pytest.raises(ResultError, match=r"no space.*earlier result is as it was"):
        write(draw_verification(counts={}), out)
    assert read_bytes(out) == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_an_interrupted_run_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(result, "write_geopackage", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write(draw_verification(), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device on this system")
def test_a_full_disk_is_said_and_not_a_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(*args: object, **kwargs: object) -> None:
        with Path("/dev/full").open("wb") as file:
            file.write(b"x" * 10)

    monkeypatch.setattr(result, "write_geopackage", fill)
    with pytest.raises(ResultError, match="No space left"):
        write(draw_verification(), tmp_path / "out")


@pytest.mark.skipif(sys.platform != "linux", reason="a limit of the size of files stands for a full disk")
@pytest.mark.parametrize("room_kb", [4, 150, 400, 540])
def test_a_disk_that_fills_up_while_writing_is_said_whoever_writes(tmp_path: Path, room_kb: int) -> None:
    import resource

    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room_kb * 1024, unlimited[1]))
    try:
        with pytest.raises(ResultError, match="cannot be written"):
            write(draw_verification(), tmp_path / "out")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("exchange", [True, False], ids=["in one step", "in two"])
def test_a_result_is_replaced_whether_or_not_the_system_can_exchange_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, exchange: bool
) -> None:
    if exchange and sys.platform != "linux":
        pytest.skip("renameat2 is a call of Linux")
    out, used = tmp_path / "out", []
    real = result._exchange
    monkeypatch.setattr(result, "_exchange", lambda a, b: used.append(exchange and real(a, b)) or used[-1])
    write(draw_verification(), out)
    (out / "笔记.txt").write_text("x", encoding="utf-8")
    write(draw_verification(counts={"x": 1}), out)
    assert used == [exchange]
    assert open_result(out).run["counts"] == {"x": 1}
    assert (out / "笔记.txt").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_failed_exchange_puts_the_earlier_result_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    write(draw_verification(), out)
    before, rename = read_bytes(out), Path.rename

    def fail_once(self: Path, target: Path) -> Path:
        if ".new-" in self.name:
            raise OSError("busy")
        return rename(self, target)

    monkeypatch.setattr(result, "_exchange", lambda *_: False)
    monkeypatch.setattr(Path, "rename", fail_once)
    with pytest.raises(ResultError, match="busy"):
        write(draw_verification(counts={}), out)
    assert read_bytes(out) == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_what_is_not_ours_survives_even_when_it_cannot_be_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    write(draw_verification(), out)
    (out / "笔记.txt").write_text("x", encoding="utf-8")
    rename = Path.rename

    def fail_for_notes(self: Path, target: Path) -> Path:
        if self.name == "笔记.txt":
            raise OSError("locked")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail_for_notes)
    with pytest.raises(ResultError, match="they are in"):
        write(draw_verification(counts={"x": 1}), out)
    assert open_result(out).run["counts"] == {"x": 1}
    assert [p.read_text(encoding="utf-8") for p in tmp_path.rglob("笔记.txt")] == ["x"]


KILLED = """
import os, random, signal, sys, time
from pathlib import Path
from geo.export import write
from tests.export.town import draw_verification

def fork(work):
    pid = os.fork()
    if pid == 0:
        work()
        os._exit(0)
    return pid

folder, kills = Path(sys.argv[1]), int(sys.argv[2])
results = [draw_verification(counts={"n": n}) for n in range(2)]
for n, drawn in enumerate(results):
    os.waitpid(fork(lambda: write(drawn, folder / f"whole{n}")), 0)
read = lambda f: {p.name: p.read_bytes() for p in f.iterdir()}
whole = [read(folder / f"whole{n}") for n in range(2)]
start = time.perf_counter()
os.waitpid(fork(lambda: write(results[0], folder / "out")), 0)
once_s = time.perf_counter() - start
chance, seen = random.Random(4), set()
for kill in range(5 * kills):
    if kill >= kills and len(seen) == 2:
        break
    pid = fork(lambda: [write(results[n % 2], folder / "out") for n in range(kill + 1, kill + 9)])
    time.sleep(chance.uniform(0.0, 2 * once_s))
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    seen.add(whole.index(read(folder / "out")))
print(sorted(seen))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="folders are exchanged in one step on Linux only")
def test_a_run_killed_at_any_moment_leaves_one_whole_result(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", KILLED, str(tmp_path), "8"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[0, 1]"  # both were seen: some runs were killed after, some before their exchange


def test_a_link_to_a_folder_keeps_pointing_at_the_result(tmp_path: Path) -> None:
    write(draw_verification(), tmp_path / "real")
    (tmp_path / "out").symlink_to("real")
    write(draw_verification(counts={"x": 1}), tmp_path / "out")
    assert (tmp_path / "out").is_symlink()
    assert open_result(tmp_path / "real").run["counts"] == {"x": 1}


@pytest.mark.parametrize("name", result.FILES)
def test_a_result_with_a_missing_file_does_not_open(tmp_path: Path, name: str) -> None:
    write(draw_verification(), tmp_path / "out")
    (tmp_path / "out" / name).unlink()
    with pytest.raises(ResultError, match=re.escape(name)):
        open_result(tmp_path / "out")


def test_run_json_holds_plain_values_only(tmp_path: Path) -> None:
    ratio = pd.Series([0.5, float("nan")])
    write(
        draw_verification(as_of=pd.Timestamp("2026-06-30"), n=ratio.index.to_numpy()[1], r=ratio[1], none=pd.NA, s={"b", "a"}),
        tmp_path / "o",
    )
    run = json.loads((tmp_path / "o" / "run.json").read_text(encoding="utf-8"))
    assert (run["as_of"], run["n"], run["r"], run["none"], run["s"]) == ("2026-06-30", 1, None, None, ["a", "b"])


def test_a_result_of_nothing_is_written_and_read(tmp_path: Path) -> None:
    empty = {t.name: getattr(draw_verification(), t.name).iloc[:0] for t in OUTPUTS}
    write(replace(draw_verification(), **empty), tmp_path / "out")
    assert all(getattr(open_result(tmp_path / "out"), t.name).empty for t in OUTPUTS)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("people_how", "guessed", r"buildings\.people_how has \['guessed'\]"),
        ("building_id", "B1", r"buildings\.building_id is not unique"),
        ("status", None, r"buildings\.status has 2 nulls"),
    ],
)
def test_a_table_that_breaks_its_declaration_is_not_written(tmp_path: Path, column: str, value: object, message: str) -> None:
    broken = draw_buildings().assign(**{column: value})
    with pytest.raises(ValueError, match=message):
        write(replace(draw_verification(), buildings=broken), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
