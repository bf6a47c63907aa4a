"""The sample town through the command line: what is written is what is declared, twice the same, and nobody is in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from geo.export import open_result
from geo.export.result import FILES
from geo.outputs import EXTRA_STATUS, METRICS, OUTPUTS, RUN
from geo.rules import RULES
from geo.tables import COUNTS, Verification

ROOT = Path(__file__).resolve().parents[2]
CLOCKED = {"seconds", "peak_memory_mb"}


def verify(out: Path, *, seed: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "views.cli", "verify", str(ROOT / "data" / "sample"), "--out", str(out)]
    # other hash seed, other zone, other locale: none of them may show
    where = {**os.environ, "PYTHONHASHSEED": seed, "TZ": "Pacific/Apia" if seed == "1" else "UTC", "LC_ALL": "C.UTF-8"}
    return subprocess.run(command, cwd=ROOT, env=where, capture_output=True, text=True, check=False, timeout=300)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sample") / "out"
    done = verify(out, seed="1")
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="module")
def result(out: Path) -> Verification:
    return open_result(out)


def test_a_second_run_gives_the_same_bytes_but_for_the_clock(out: Path) -> None:
    again = out.parent / "again"
    assert verify(again, seed="2").returncode == 0
    assert [name for name in FILES if name != "run.json" and (out / name).read_bytes() != (again / name).read_bytes()] == []
    first, second = (json.loads((folder / "run.json").read_text(encoding="utf-8")) for folder in (out, again))
    assert {k: v for k, v in first.items() if k not in CLOCKED} == {k: v for k, v in second.items() if k not in CLOCKED}


@pytest.mark.parametrize("table", OUTPUTS, ids=lambda t: t.name)
def test_every_file_has_its_declared_columns_first_and_in_order(out: Path, table: object) -> None:
    names = pq.read_schema(out / f"{table.name}.parquet").names  # type: ignore[attr-defined]
    declared = [c.name for c in table.columns]  # type: ignore[attr-defined]
    assert names[: len(declared)] == declared


def test_every_entry_of_run_json_is_in_the_dictionary(result: Verification) -> None:
    assert set(result.run) == set(RUN)


def test_rows_read_are_rows_kept_and_rows_quarantined(result: Verification) -> None:
    for source in result.run["inputs"]:
        assert source["rows_read"] == source["kept"] + source["quarantined"]


def test_people_in_are_people_placed_shared_and_unplaced(result: Verification) -> None:
    assert set(result.run["people"]) <= set(COUNTS)
    for name, count in result.run["people"].items():
        assert count["all"] == pytest.approx(count["placed"] + count["shared"] + count["unplaced"])
        assert result.buildings[name].sum() == pytest.approx(count["placed"] + count["shared"])


def test_every_status_is_a_finding_of_that_object_or_a_declared_word(result: Verification) -> None:
    codes = {rule.card.code for rule in RULES}
    for kind in ("building", "plate", "address"):
        frame = getattr(result, f"{kind}s" if kind != "address" else "addresses")
        assert set(frame["status"]) <= codes | set(EXTRA_STATUS)
        own = result.findings[result.findings["subject"] == kind]
        found = frame[frame["status"].isin(codes)]
        pairs = set(zip(own["subject_id"], own["code"], strict=True))
        assert {pair for pair in zip(found[f"{kind}_id"], found["status"], strict=True) if pair not in pairs} == set()


def test_the_villages_sum_to_the_total_for_every_metric(result: Verification) -> None:
    tallies = result.tallies.set_index("village_code")
    for metric in METRICS:
        for end in ("n", "d"):
            column = tallies[f"{metric.name}_{end}"]
            assert column.drop("total").sum() == pytest.approx(column["total"]), metric.name


def test_findings_have_lasting_ids_and_a_card(result: Verification) -> None:
    assert result.findings["finding_id"].is_unique
    assert set(result.findings["code"]) <= {rule.card.code for rule in RULES}
    assert not result.findings[["detail_zh", "detail_en"]].apply(lambda s: s.str.contains(r"[{}]|\bnan\b|None", regex=True)).any().any()


def test_no_cancellation_is_proposed_where_a_count_is_above_zero_or_unknown(result: Verification) -> None:
    assert result.tallies.set_index("village_code").loc["total", "cancelled_wrongly_n"] == 0


def test_counts_are_only_in_the_tables_of_buildings_and_of_what_a_cancellation_is_guarded_by(result: Verification) -> None:
    for table in OUTPUTS:
        assert table.name in ("buildings", "occupancy") or not set(getattr(result, table.name).columns) & set(COUNTS)


def test_no_value_of_the_result_looks_like_a_person(result: Verification) -> None:
    identity = r"(?<!\d)[1-8]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX](?!\d)"
    telephone = r"(?<!\d)1[3-9]\d{9}(?!\d)"
    for table in OUTPUTS:
        frame = getattr(result, table.name)
        for column in frame.select_dtypes("str"):
            values: pd.Series = frame[column].dropna()
            assert not values.str.contains(telephone).any(), f"{table.name}.{column}"
            assert not values.str.contains(identity).any(), f"{table.name}.{column}"
