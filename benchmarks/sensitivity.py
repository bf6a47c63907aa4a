"""What each threshold of the profile is worth: moved by a quarter, one at a time, on dealt towns.

python -m benchmarks.sensitivity [--only near_m ...] [--load 4] [--write]

Every result is kept in .cache/sensitivity.jsonl under a digest of the engine, so that a run that was stopped goes on where it was.
The town of the judge takes part where it lies beside the repository.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import tempfile
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks import results
from benchmarks.scoring import read_truth, score_run
from geo.pipeline import verify
from geo.profile import PROFILES, load_profile
from geo.read import Raw, read
from geo.standardise import standardise
from geo.synthetic import deal_town, write_town
from geo.tables import Inputs

ROOT = Path(__file__).resolve().parent.parent
JUDGE = ROOT.parent / "shared" / "judge"
CACHE = ROOT / ".cache" / "sensitivity.jsonl"
METHOD = ROOT / "docs" / "method.md"
OWN = (("easy", 1000, 21), ("town", 1000, 22), ("hard", 1000, 23))
"""Noise, buildings and seed of the towns dealt here: not those of `benchmarks.accuracy`, on which nothing was chosen either."""
MOVED = 0.25
CEILING = 0.999
"""A share or a probability is moved up to here at most."""
MATTERS = 0.01
TALLIED = ("plates_on_wall_ratio", "on_map_ratio", "people_placed_ratio", "undecided_ratio", "small_sample_n", "suppress_n")
"""Targets of the tallies and what is shown of small counts: no finding reads them (tests/test_benchmarks.py), so they are not moved."""
WHY: dict[str, str] = {
    "decided_ratio": "the one constant that trades an aim against another: lower, more is linked and more of it wrongly (3.8 % instead of 1.2 % on the noisiest town); "
    "higher, what is sure becomes a question. docs/decisions/0050 gives the rule it was chosen by.",
    "same_iou_ratio": "the contract's own line between the same outline and a changed one. No outline drawn twice overlaps itself by 0.999, and at 0.64 an "
    "extension by half is the same house.",
    "stack_n": "the contract's own number: a stack begins with five, and stacks of just five are met. One code of 46 that is lost altogether is 0.022 of the mean.",
    "misplaced_m": "the contract's own reach of equal keys. Nearer, plates and addresses that are astray by 113-150 m lose their house, and their people with it.",
    "near_m": "the contract's own line between in place and misplaced, and the reach of a gone house: a quarter nearer, noise of 5 m puts numbers beyond it.",
}
"""Why a threshold whose move changes macro F1 by MATTERS or more is where it is."""


READING = ("outside_m", "repair_area_ratio")
"""Thresholds that are asked while tables are brought into one form; the rest find them there (tests/test_benchmarks.py)."""


@dataclass(frozen=True)
class Subject:
    """A town to try thresholds on, read once."""

    name: str
    raw: Raw
    truth: dict[str, pd.DataFrame]

    @cached_property
    def inputs(self) -> Inputs:
        return standardise(self.raw, profile=load_profile())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", metavar="THRESHOLD", help="some of the thresholds")
    parser.add_argument("--load", type=float, help="wait while the machine's load of one minute is above this")
    parser.add_argument("--write", action="store_true", help=f"refresh {METHOD.name}")
    args = parser.parse_args()
    declared = thresholds()
    names = args.only or [n for n in declared if n not in TALLIED]
    known = kept()
    with tempfile.TemporaryDirectory() as scratch:
        for town in subjects(Path(scratch)):
            for name, value in [("", 0.0), *((n, v) for n in names for v in moved(declared[n]))]:
                if (town.name, name, value) not in known:
                    wait(args.load)
                    known[town.name, name, value] = keep(town.name, name, value, measure(town, {name: value} if name else {}))
    text = report({n: declared[n] for n in names}, known)
    print(text)
    if args.write:
        results.replace("sensitivity", text, path=METHOD)


def thresholds() -> dict[str, dict[str, Any]]:
    """Value, unit and source of every threshold, by name."""
    declared: dict[str, dict[str, Any]] = tomllib.loads((PROFILES / "default.toml").read_text(encoding="utf-8"))["thresholds"]
    return declared


def moved(declared: dict[str, Any]) -> tuple[float, float]:
    """The values a quarter below and above; whole numbers stay whole and move by one at least, shares stay below one."""
    value = declared["value"]
    low, high = value * (1 - MOVED), value * (1 + MOVED)
    if isinstance(value, int):
        return min(round(low), value - 1), max(round(high), value + 1)
    if declared["unit"] in ("ratio", "probability"):
        high = min(high, CEILING)
    return round(low, 6), round(high, 6)


def subjects(scratch: Path) -> Iterator[Subject]:
    """The towns, one after the other."""
    for noise, buildings_n, seed in OWN:
        town = deal_town(buildings_n=buildings_n, seed=seed, noise=noise)  # type: ignore[arg-type]
        project = write_town(town, scratch / noise, truth=True)
        yield Subject(noise, read(project), read_truth(project / "truth"))
    if JUDGE.exists():
        yield Subject("judge: town", read(JUDGE / "towns" / "town"), read_truth(JUDGE / "truth" / "town"))


def measure(town: Subject, changed: dict[str, float]) -> dict[str, Any]:
    """Figures of one run with these thresholds instead of the profile's."""
    profile = load_profile(thresholds=changed)
    inputs = standardise(town.raw, profile=profile) if set(changed) & set(READING) else town.inputs
    found = score_run(verify(inputs, profile), town.truth)
    return {
        "macro_f1": found.macro_f1,
        "wrong_ratio": found.wrong_ratio,
        "undecided_ratio": found.undecided_ratio,
        "people_error_ratio": found.people_error_ratio,
        "codes": {str(c): round(float(f1), 4) for c, f1 in found.codes["f1"].items()},
    }


Known = dict[tuple[str, str, float], dict[str, Any]]


def kept() -> Known:
    """What was measured of this engine before, by town, threshold and value; the threshold is empty for the profile as it is."""
    if not CACHE.exists():
        return {}
    rows = [json.loads(line) for line in CACHE.read_text(encoding="utf-8").splitlines()]
    return {(r["town"], r["threshold"], r["value"]): r["figures"] for r in rows if r["engine"] == engine()}


def keep(town: str, name: str, value: float, figures: dict[str, Any]) -> dict[str, Any]:
    """Add one result to those that are kept."""
    CACHE.parent.mkdir(exist_ok=True)
    row = {"engine": engine(), "town": town, "threshold": name, "value": value, "figures": figures}
    with CACHE.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(row) + "\n")
    return figures


@cache
def engine() -> str:
    """Digest of the engine's text, of the profile's, and of the sizes of the towns, as they are when the run begins."""
    digest = hashlib.sha256(repr(OWN).encode())
    for path in sorted([*(ROOT / "geo").rglob("*.py"), PROFILES / "default.toml"]):
        if not {"casebook", "export"} & set(path.relative_to(ROOT).parts):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def wait(load: float | None) -> None:
    """Until the machine is not busier than that."""
    while load is not None and os.getloadavg()[0] > load:
        time.sleep(5)


def report(declared: dict[str, dict[str, Any]], known: Known) -> str:
    """One row per threshold: what macro F1 does on each town when it goes down and up, and which code moves most."""
    towns = list(dict.fromkeys(town for town, _, _ in known))
    base = {town: known[town, "", 0.0] for town in towns}
    head = [f"{t} {base[t]['macro_f1']:.3f}" for t in towns]
    rows = ["| threshold | unit | value | tried | " + " | ".join(head) + " | moves most |", "|---|---|---:|---|" + "---:|" * len(towns) + "---|"]
    telling = []
    for name, one in declared.items():
        tried = moved(one)
        change = {(t, v): known[t, name, v]["macro_f1"] - base[t]["macro_f1"] for t in towns for v in tried}
        largest = max(abs(c) for c in change.values())
        cells = [" / ".join(_signed(change[t, v]) for v in tried) for t in towns]
        rows.append(f"| `{name}` | {one['unit']} | {one['value']:g} | {tried[0]:g} / {tried[1]:g} | " + " | ".join(cells) + f" | {_moves_most(name, tried, base, known)} |")
        if largest >= MATTERS:
            telling.append((largest, f"- `{name}` ({largest:.3f}): {WHY.get(name, 'no reason is written down.')}"))
    still = len(declared) - len(telling)
    said = f"{still} of {len(declared)} thresholds move macro F1 by less than {MATTERS} on every town. The others, and why they are where they are:"
    shown = f"No finding reads {', '.join(f'`{n}`' for n in TALLIED)}: targets of the tallies, and what is shown of small counts."
    return "\n".join([*rows, "", said, "", *(line for _, line in sorted(telling, reverse=True)), "", shown])


def _signed(change: float) -> str:
    shown = f"{change:+.3f}" if abs(change) >= 0.0005 else "0"
    return f"**{shown}**" if abs(change) >= MATTERS else shown


def _moves_most(name: str, tried: tuple[float, float], base: dict[str, dict[str, Any]], known: Known) -> str:
    changes = [
        (abs(f1 - told["codes"][code]), code, f1 - told["codes"][code], town)
        for town, told in base.items()
        for v in tried
        for code, f1 in known[town, name, v]["codes"].items()
    ]
    size, code, change, town = max(changes)
    return f"{code} {change:+.2f} ({town})" if size >= MATTERS else ""


if __name__ == "__main__":
    main()
