"""The sets of ../shared/data/addresses, scored by the judge's own script: floors that a change must not sink below."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from geo.address import predict

SHARED = Path(__file__).resolve().parents[3] / "shared"
JUDGE = SHARED / "judge" / "score_addresses.py"
pytestmark = pytest.mark.skipif(not JUDGE.exists(), reason="../shared is not here")


def score(name: str, folder: Path) -> str:
    """What the judge says of our reading of one set."""
    rows = subprocess.run([sys.executable, JUDGE, "texts", name], capture_output=True, check=True, encoding="utf8").stdout.splitlines()
    out = folder / f"{name}.jsonl"
    out.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in predict(json.loads(row) for row in rows)), encoding="utf8")
    return subprocess.run([sys.executable, JUDGE, "score", name, out], capture_output=True, check=True, encoding="utf8").stdout


def figure(text: str, pattern: str) -> float:
    found = re.search(pattern, text)
    assert found, text
    return float(found.group(1))


def test_worked_examples(tmp_path: Path) -> None:
    assert figure(score("worked_examples", tmp_path), r"right (\d+) of 44") >= 44


def test_house_elements_of_a_courier_corpus(tmp_path: Path) -> None:
    assert figure(score("ncap_dev", tmp_path), r"value-F1 ([\d.]+)") >= 0.915


def test_pairs_are_found_without_one_false_same(tmp_path: Path) -> None:
    said = score("pairs_doorplate_dev", tmp_path)
    assert figure(said, r"recall ([\d.]+)") >= 0.99
    assert figure(said, r"false same (\d+)") == 0


def test_plates_of_taiwan(tmp_path: Path) -> None:
    assert figure(score("taiwan_plates", tmp_path), r"all exact ([\d.]+)") >= 0.998


@pytest.mark.parametrize("town", ["easy", "town", "hard"])
def test_keys_of_the_dealt_towns_are_the_true_ones(town: str) -> None:
    import pandas as pd

    from geo.address import parse
    from geo.profile import Habits
    from geo.tables import Scope

    world = pd.read_parquet(SHARED / "judge" / "truth" / town / "world.parquet", columns=["key", "text"])
    true = world["key"].str.split("|", expand=True).drop(columns=0).replace("0", "")
    temporary = true[5].map({"True": "临", "False": ""})
    key = true[1] + "|" + temporary + "|" + true[2] + "|" + true[3] + "|||||" + true[4] + "|" + temporary
    door = parse(world["text"], scope=Scope(), habits=Habits())["door"]
    # What is left are the planted misspellings of a street: one character of the name, nothing else.
    misread = world["text"][door.str.partition("|")[2].ne(key.str.partition("|")[2])]
    assert misread.empty, misread.tolist()
    assert door.ne(key).mean() < 0.01
