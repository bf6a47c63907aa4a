"""The benchmarks measure what they say: the scorer, the peer, the tables they print."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks import peer_geopandas, results, scoring, speed
from geo.synthetic import Town, deal_town, write_town
from geo.tables import COUNTS

JUDGE = Path(__file__).resolve().parent.parent.parent / "shared" / "judge"


@cache
def town() -> Town:
    return deal_town(buildings_n=300, seed=3)


def perfect(out: Path) -> Path:
    """A result that says exactly what is true."""
    out.mkdir()
    truth = town().truth
    truth["findings"][["code", "subject_id"]].assign(related=[[] for _ in range(len(truth["findings"]))]).to_parquet(out / "findings.parquet")
    pairs = truth["pairs"].query("weight == 'required'")
    names = {"bp": ("building_id", "plate_id"), "ap": ("address_id", "plate_id"), "ab": ("building_id", "address_id")}
    links = [mine[["a", "b"]].set_axis(list(names[str(kind)]), axis=1) for kind, mine in pairs.groupby("rel")]
    pd.concat(links, ignore_index=True).assign(state="one_to_one").to_parquet(out / "links.parquet")
    truth["population"].to_parquet(out / "buildings.parquet")
    return out


def spoil(out: Path) -> Path:
    """Every fifth finding missing, some wrong ones, some wrong links, some people in the wrong house."""
    rng = np.random.default_rng(8)
    found = pd.read_parquet(out / "findings.parquet")
    wrong = found.sample(40, random_state=8).assign(subject_id=[f"JZ9{k:05d}" for k in range(40)])
    pd.concat([found.iloc[np.arange(len(found)) % 5 > 0], wrong], ignore_index=True).to_parquet(out / "findings.parquet")
    links = pd.read_parquet(out / "links.parquet")
    links["building_id"] = links["building_id"].where(rng.random(len(links)) > 0.1, "JZ000001")
    links.to_parquet(out / "links.parquet")
    people = pd.read_parquet(out / "buildings.parquet")
    people[list(COUNTS)] = people[list(COUNTS)].mul((rng.random(len(people)) > 0.2).astype(int), axis=0)
    people.to_parquet(out / "buildings.parquet")
    return out


def test_the_truth_itself_scores_one(tmp_path: Path) -> None:
    write_town(town(), tmp_path / "town", truth=True)
    scored = scoring.score(perfect(tmp_path / "out"), tmp_path / "town" / "truth")
    assert scored.macro_f1 == 1.0
    assert (scored.link_precision, scored.link_recall, scored.wrong_links_n) == (1.0, 1.0, 0)
    assert scored.people_error_ratio == 0.0


def test_a_spoiled_result_scores_less_in_everything(tmp_path: Path) -> None:
    write_town(town(), tmp_path / "town", truth=True)
    scored = scoring.score(spoil(perfect(tmp_path / "out")), tmp_path / "town" / "truth")
    assert 0.5 < scored.macro_f1 < 0.95
    assert scored.link_precision < 1.0
    assert scored.link_recall < 1.0
    assert scored.wrong_links_n > 0
    assert scored.people_error_ratio == pytest.approx(0.2, abs=0.1)


@pytest.mark.skipif(not JUDGE.exists(), reason="the judge is not beside this repository")
def test_our_scorer_agrees_with_the_judge(tmp_path: Path) -> None:
    write_town(town(), tmp_path / "town", truth=True)
    out, truth = spoil(perfect(tmp_path / "out")), tmp_path / "town" / "truth"
    said = subprocess.run([sys.executable, str(JUDGE / "score.py"), str(out), str(truth), "--json"], capture_output=True, text=True, check=True)
    judge, ours = json.loads(said.stdout)["summary"], scoring.score(out, truth)
    assert ours.macro_f1 == pytest.approx(judge["macro_f1"])
    assert ours.link_precision == pytest.approx(judge["link_precision"])
    assert ours.link_recall == pytest.approx(judge["link_recall"])
    assert ours.wrong_links_n == judge["wrong_links"]


def test_a_finding_in_a_grey_zone_is_not_wrong() -> None:
    cases = pd.DataFrame({"code": ["misplaced_plate"], "subject_id": ["P1"], "accept": [["B1"]]})
    neutral = pd.DataFrame({"code": ["misplaced_plate", "*"], "id": ["P2", "P3"]})
    found = pd.DataFrame({"code": "misplaced_plate", "subject_id": ["B1", "P2", "P3", "P4"], "related": [[], [], [], []]})
    row = scoring.score_findings(found, cases, neutral).loc["misplaced_plate"]
    assert row[["planted", "found", "correct", "wrong"]].tolist() == [1, 4, 1, 1]


def test_one_finding_settles_one_case() -> None:
    cases = pd.DataFrame({"code": ["rebuilt"] * 2, "subject_id": ["B1", "B2"], "accept": [["P1"], ["P1"]]})
    found = pd.DataFrame({"code": ["rebuilt"], "subject_id": ["P1"], "related": [[]]})
    nothing = pd.DataFrame({"code": pd.Series(dtype=str), "id": pd.Series(dtype=str)})
    assert scoring.score_findings(found, cases, nothing)["correct"].tolist() == [1]


@pytest.mark.filterwarnings("default")
def test_the_peer_does_a_careful_analysts_work(tmp_path: Path) -> None:
    write_town(town(), tmp_path / "town", formats="parquet", truth=True)
    told = peer_geopandas.verify(tmp_path / "town", tmp_path / "out")
    assert set(told["seconds"]) - {"fuzzy_match"} == {step for _, _, theirs in speed.STEPS for step in theirs} - {"fuzzy_match"}  # type: ignore[call-overload]
    scored = scoring.score(tmp_path / "out", tmp_path / "town" / "truth")
    assert scored.codes.loc["damaged_plate", "f1"] == 1.0
    assert scored.codes.loc["dangling_plate", "recall"] == 1.0
    assert scored.link_recall > 0.85


def test_the_peer_reads_the_dialects_of_the_town() -> None:
    texts = pd.Series(["重庆市璧山区梧溪镇青泉村第三村民小组十二号", "3组１２号", "玉亭路临8号", "玉亭路88号锦林花园2栋1单元301室", "玉亭路88號之1"])
    parts = peer_geopandas.parse(texts)
    assert parts["number"].tolist() == ["12", "12", "8", "88", "88"]
    assert parts["place"].tolist() == ["3组", "3组", "玉亭路", "玉亭路", "玉亭路"]
    assert parts["building_no"].tolist()[3] == "2"
    assert parts["sub"].tolist()[4] == "1"
    assert parts["temporary"].tolist() == [False, False, True, False, False]


def test_growth_is_read_off_the_two_largest_sizes() -> None:
    def pair(ours: float, theirs: float) -> tuple[speed.Measured, speed.Measured]:
        return speed.Measured(ours, 1.0), speed.Measured(theirs, 1.0)

    assert speed.slopes({1000: pair(9, 9), 10_000: pair(1, 1), 100_000: pair(10, 100)}) == [
        "Slope on log-log from 10,000 to 100,000 buildings: doorplate 1.00, geopandas 2.00."
    ]
    assert speed.slopes({1000: pair(1, 1)}) == []


def test_a_measured_process_reports_its_own_memory() -> None:
    measured, stdout = speed.run(["json.tool", "--help"])
    assert "usage" in stdout
    assert 0 < measured.wall_s < 30
    # the peak a child starts from is its parent's (getrusage), here a whole test run
    assert 5 < measured.peak_mb < 4000


def test_a_failed_process_is_named() -> None:
    with pytest.raises(SystemExit, match="no_such_module"):
        speed.run(["no_such_module"])


def test_results_replace_their_own_part_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "results.md"
    path.write_text(results.PATH.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(results, "PATH", path)
    results.replace("speed", "fast \\1 enough")
    results.replace("speed", "faster")
    text = path.read_text(encoding="utf-8")
    assert text.count("faster") == 1
    assert "fast \\1" not in text
    assert "<!-- end of accuracy, own -->" in text
    with pytest.raises(SystemExit, match="beauty"):
        results.replace("beauty", "")
