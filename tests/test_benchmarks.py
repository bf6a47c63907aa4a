"""The benchmarks measure what they say: the scorer, the peer, the tables they print."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache, partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from benchmarks import (
    fellegi_sunter,
    figures,
    peer_geopandas,
    places,
    results,
    scoring,
    sensitivity,
    speed,
    weights,
    weights_of_place,
    weights_of_text,
)
from geo import pipeline
from geo.match import match
from geo.profile import load_profile
from geo.read import read
from geo.standardise import standardise
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


def test_the_peer_that_gives_every_plate_a_house_of_its_own_finds_the_least_sum() -> None:
    houses = gpd.GeoDataFrame({"building_id": ["left", "right"]}, geometry=[shapely.box(0, 0, 10, 10), shapely.box(20, 0, 30, 10)])
    # both are nearest to the left house; the nearer one would have to go 9 m farther than the other if it gave way
    plates = gpd.GeoDataFrame({"plate_id": ["a", "b", "far"]}, geometry=shapely.points([[11, 5], [13, 5], [90, 5]]), index=[7, 8, 9])
    pairs = pd.DataFrame({"index_right": [0, 1, 0, 1], "distance_m": [1.0, 9.0, 3.0, 7.0]}, index=[7, 7, 8, 8])
    home = peer_geopandas.one_to_one(plates, houses, pairs)
    assert home.loc[[7, 8]].tolist() == ["left", "right"]
    assert home.isna().tolist() == [False, False, True]


def test_the_peer_reads_the_dialects_of_the_town() -> None:
    texts = pd.Series(["重庆市璧山区梧溪镇青泉村第三村民小组十二号", "3组１２号", "玉亭路临8号", "玉亭路88号锦林花园2栋1单元301室", "玉亭路88號之1"])
    parts = peer_geopandas.parse(texts)
    assert parts["number"].tolist() == ["12", "12", "8", "88", "88"]
    assert parts["place"].tolist() == ["3组", "3组", "玉亭路", "玉亭路", "玉亭路"]
    assert parts["building_no"].tolist()[3] == "2"
    assert parts["sub"].tolist()[4] == "1"
    assert parts["temporary"].tolist() == [False, False, True, False, False]


def test_growth_is_read_off_the_two_largest_sizes() -> None:
    def sides(*seconds: float) -> tuple[speed.Measured, ...]:
        return tuple(speed.Measured(s, 1.0) for s in seconds)

    assert speed.slopes({1000: sides(9, 9, 9), 10_000: sides(1, 1, 1), 100_000: sides(10, 100, 1000)}) == [
        "Slope on log-log from 10,000 to 100,000 buildings: doorplate 1.00, geopandas 2.00, geopandas one to one 3.00."
    ]
    assert speed.slopes({1000: sides(1, 1, 1)}) == []


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


def test_a_threshold_moves_by_a_quarter_and_a_share_stays_one() -> None:
    assert sensitivity.moved({"value": 8.0, "unit": "m"}) == (6.0, 10.0)
    assert sensitivity.moved({"value": 5, "unit": "keys"}) == (4, 6)
    assert sensitivity.moved({"value": 30, "unit": "days"}) == (22, 38)
    assert sensitivity.moved({"value": 0.95, "unit": "probability"}) == (0.7125, sensitivity.CEILING)


def test_no_finding_reads_what_sensitivity_does_not_move() -> None:
    geo = Path(pipeline.__file__).parent
    tallies = {geo / "summarise.py", geo / "ranking.py", geo / "suppression.py", geo / "profile.py"}
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(geo.rglob("*.py")) if path not in tallies and "export" not in path.parts)
    assert [name for name in sensitivity.TALLIED if f".{name}" in text] == []
    assert set(sensitivity.TALLIED) < set(sensitivity.thresholds())


def test_only_the_named_thresholds_are_asked_while_tables_are_read() -> None:
    geo = Path(pipeline.__file__).parent
    text = "".join(path.read_text(encoding="utf-8") for path in (geo / "standardise.py", geo / "crs.py", *sorted((geo / "read").glob("*.py"))))
    assert {name for name in sensitivity.thresholds() if f".{name}" in text} == set(sensitivity.READING)


def test_sensitivity_sets_a_move_of_a_hundredth_in_bold_and_asks_for_its_reason() -> None:
    def figures_of(f1: float) -> dict[str, object]:
        return {"macro_f1": f1, "codes": {"misplaced_plate": f1, "old_plate": 1.0}}

    declared = {"near_m": {"value": 8.0, "unit": "m"}, "border_m": {"value": 10.0, "unit": "m"}}
    known = {("town", "", 0.0): figures_of(0.9), ("town", "near_m", 6.0): figures_of(0.87), ("town", "near_m", 10.0): figures_of(0.9)}
    known |= {("town", "border_m", 7.5): figures_of(0.9), ("town", "border_m", 12.5): figures_of(0.904)}
    text = sensitivity.report(declared, known)
    assert "| `near_m` | m | 8 | 6 / 10 | **-0.030** / 0 | misplaced_plate -0.03 (town) |" in text
    assert "| `border_m` | m | 10 | 7.5 / 12.5 | 0 / +0.004 |  |" in text
    assert "1 of 2 thresholds" in text
    assert "- `near_m` (0.030)" in text


def test_every_threshold_that_needs_a_reason_has_one() -> None:
    written = sensitivity.METHOD.read_text(encoding="utf-8")
    assert "no reason is written down" not in written
    assert set(sensitivity.WHY) <= set(sensitivity.thresholds())


def test_a_figure_says_what_is_asked_and_whether_it_is_met() -> None:
    text = figures.table([("place", [figures.at_least("right", 0.9, 0.9, "0.9"), figures.at_most("wrong", 2, 1, "2"), figures.Figure("seen", "7")])])
    assert text.splitlines()[2:] == ["| place | right | 0.9 | >= 0.9 | yes |", "| place | wrong | 2 | <= 1 | **no** |", "| place | seen | 7 |  |  |"]


def test_cover_tells_a_site_built_over_from_one_that_is_bare_or_touched() -> None:
    before = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 10, 10), shapely.box(20, 0, 30, 10), shapely.box(40, 0, 50, 10), shapely.box(60, 0, 70, 10)])
    now = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 4, 10), shapely.box(4, 0, 8, 10), shapely.box(29, 0, 35, 10), shapely.box(44, 0, 46, 10)])
    covered, middle = places.cover(before, now)
    assert covered.tolist() == pytest.approx([0.8, 0.1, 0.2, 0.0])
    assert middle.tolist() == [True, False, True, False]


def test_weights_are_the_ratio_of_the_two_frequencies() -> None:
    features = np.array([[1], [1], [1], [0], [0], [0], [0], [0], [0], [1]] * 100)
    agree = np.array([1, 1, 1, 0, 0, 0, 0, 0, 0, 0] * 100, dtype=float)
    told = weights.weights(features, agree, 1 - agree)
    assert told[0] == pytest.approx(np.log(7), abs=0.02)
    assert told[3] < -4


def test_the_best_arrangement_is_taken_not_the_best_pair() -> None:
    left, right, weight = np.array([0, 0, 1]), np.array([0, 1, 0]), np.array([5.0, 4.0, 4.9])
    taken = weights.one_to_one(left, right, weight, share=0.01)
    assert taken.tolist() == [False, True, True]
    told = weights.posterior(left, right, weight, taken, share=0.01)
    assert told[1] > 0.9
    assert told[0] < 0.1


def test_the_peer_of_weights_judges_the_same_town(tmp_path: Path) -> None:
    project = write_town(deal_town(buildings_n=400, seed=9, noise="easy"), tmp_path / "town", formats="parquet", truth=True)
    inputs = standardise(read(project), profile=load_profile())
    steps = {"match": partial(weights_of_text.match, pattern=True), "assign": weights_of_place.assign}
    found = fellegi_sunter.judged(inputs, scoring.read_truth(project / "truth"), steps)
    assert found.link_recall > 0.9
    assert found.wrong_ratio < 0.02
    assert pipeline.match is match
