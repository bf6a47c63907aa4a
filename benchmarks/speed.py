"""How long `doorplate verify` takes beside a plain geopandas pipeline: the same files, one run, interleaved, seeded.

python -m benchmarks.speed [--sizes 5000 50000 200000] [--seed 1] [--repeats 1] [--workdir DIR] [--write]

The peer runs twice: with the nearest house for every plate, and with a house of its own for every plate at the least sum of distances (scipy).
Every measurement is a fresh process: wall time from start to exit, imports included, and the peak of its resident memory.
The register is that of a Chinese town: it goes down to the flat, about three addresses per building. Machines differ and are noisy; only the ratios inside one run mean anything. Of several repeats the fastest counts.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import results

ROOT = Path(__file__).resolve().parent.parent
# Which steps of `verify` do the work of which steps of the peer. Ours do more in each: datum, zone, repairs, old village names and what
# else a row claims in the second, whole neighbourhoods in the fourth, every finding in the sixth.
STEPS = (
    ("read", ("read",), ("read",)),
    ("village, parse", ("standardise", "describe"), ("village", "parse")),
    ("candidates, nearest", ("standing", "locate"), ("candidates", "nearest")),
    ("match, assign", ("match", "assign", "link"), ("exact_match", "fuzzy_match", "assign")),
    ("change", ("change",), ("change",)),
    ("classify", ("gather", "classify", "tabulate"), ("classify",)),
    ("aggregate", ("population", "summarise"), ("aggregate",)),
    ("write", ("write",), ("write",)),
)

PEERS: dict[str, tuple[str, ...]] = {"geopandas": (), "geopandas one to one": ("--one-to-one",)}


@dataclass(frozen=True)
class Measured:
    """One process: seconds from start to exit, peak resident memory, seconds of its own steps."""

    wall_s: float
    peak_mb: float
    steps: dict[str, float] = field(default_factory=dict)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[5_000, 50_000, 200_000], help="buildings")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--workdir", type=Path, help="where dealt towns are kept for the next run; default: nowhere")
    parser.add_argument("--write", action="store_true", help="refresh benchmarks/results.md")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        text = report(args.sizes, args.seed, args.repeats, args.workdir or Path(scratch))
    print(text)
    if args.write:
        results.replace("speed", text)


def report(sizes: list[int], seed: int, repeats: int, workdir: Path) -> str:
    """The tables as Markdown."""
    projects = {size: deal(size, seed, workdir) for size in sorted(sizes)}
    measured: dict[int, tuple[Measured, ...]] = {}
    for _ in range(repeats):
        for size, project in projects.items():
            once = verify(project, workdir / "out"), *(peer(project, workdir / "peer", options) for options in PEERS.values())
            measured[size] = tuple(min(a, b, key=lambda m: m.wall_s) for a, b in zip(measured.get(size, once), once, strict=True))
    names = ("doorplate", *PEERS)
    rows = [
        "| buildings | plates | addresses |" + "".join(f" {n} s |" for n in names) + " ratios |" + "".join(f" {n} MB |" for n in names),
        "|" + "---:|" * (4 + 2 * len(names)),
    ]
    for size, sides in measured.items():
        told = json.loads((projects[size] / "truth" / "truth.json").read_text(encoding="utf-8"))["rows"]
        ratios = ", ".join(f"{side.wall_s / sides[0].wall_s:.2f}x" for side in sides[1:])
        walls, peaks = (" | ".join(f"{value:,.{digits}f}" for value in values) for values, digits in (([m.wall_s for m in sides], 1), ([m.peak_mb for m in sides], 0)))
        rows.append(f"| {size:,} | {told['plates']:,} | {told['addresses']:,} | {walls} | {ratios} | {peaks} |")
    head = f"`python -m benchmarks.speed --seed {seed} --repeats {repeats}`, {os.cpu_count()} cores. Ratio: how many times as fast as each peer."
    return "\n".join([head, "", *rows, "", *slopes(measured), "", *step_table(measured)])


def slopes(measured: dict[int, tuple[Measured, ...]]) -> list[str]:
    """Growth of the cost between the two largest sizes: 1 is linear."""
    if len(measured) < 2:
        return []
    (small, early), (large, late) = list(measured.items())[-2:]
    grown = [f"{n} {math.log(b.wall_s / a.wall_s) / math.log(large / small):.2f}" for n, a, b in zip(("doorplate", *PEERS), early, late, strict=True)]
    return [f"Slope on log-log from {small:,} to {large:,} buildings: {', '.join(grown)}."]


def step_table(measured: dict[int, tuple[Measured, ...]]) -> list[str]:
    """Seconds of the steps both sides do, for every size; a step nobody timed is left empty."""
    names = " / ".join(("doorplate", *PEERS))
    rows = ["| step | " + " | ".join(f"{size:,}: {names}" for size in measured) + " |", "|---|" + "---:|" * len(measured)]
    for name, ours, theirs in STEPS:
        cells = [" / ".join([_sum(sides[0], ours), *(_sum(side, theirs) for side in sides[1:])]) for sides in measured.values()]
        rows.append(f"| {name} | " + " | ".join(cells) + " |")
    rest = [" / ".join(f"{side.wall_s - sum(side.steps.values()):.2f}" for side in sides) for sides in measured.values()]
    shared = [_shared(sides) for sides in measured.values()]
    return [
        *rows,
        "| start, imports and what is not timed | " + " | ".join(rest) + " |",
        "| **the same questions: read to change, aggregate** | " + " | ".join(shared) + " |",
    ]


def _shared(sides: tuple[Measured, ...]) -> str:
    """Sums and ratios over the steps where both answer the same question; classify and write are not: ours says far more."""
    steps = [s for s in STEPS if s[0] not in ("classify", "write")]
    ours, *theirs = (sum(m.steps.get(k, 0.0) for s in steps for k in s[min(side, 1) + 1]) for side, m in enumerate(sides))
    return " / ".join(f"{s:.2f}" for s in (ours, *theirs)) + " = " + ", ".join(f"{s / ours:.2f}x" for s in theirs)


def _sum(measured: Measured, steps: tuple[str, ...]) -> str:
    there = [measured.steps[s] for s in steps if s in measured.steps]
    return f"{sum(there):.2f}" if there else ""


def deal(buildings_n: int, seed: int, workdir: Path) -> Path:
    """The project of that size, dealt unless it is already there; in a process of its own, so that ours stays small."""
    project = workdir / f"flats-{buildings_n}-{seed}"
    if not (project / "truth" / "truth.json").exists():
        command = ["geo.synthetic", str(project), "--buildings", str(buildings_n), "--seed", str(seed), "--formats", "parquet", "--flats", "--truth"]
        subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=True)
    return project


def verify(project: Path, out: Path) -> Measured:
    """Our side: the command line, from start to written result."""
    measured, _ = run(["views.cli", "verify", str(project), "--out", str(out)])
    told = json.loads((out / "run.json").read_text(encoding="utf-8"))
    return Measured(measured.wall_s, measured.peak_mb, told["seconds"])


def peer(project: Path, out: Path, options: tuple[str, ...]) -> Measured:
    """Their side: benchmarks/peer_geopandas.py."""
    measured, stdout = run(["benchmarks.peer_geopandas", str(project), str(out), *options])
    return Measured(measured.wall_s, measured.peak_mb, json.loads(stdout)["seconds"])


def run(module: list[str]) -> tuple[Measured, str]:
    """Run one module as a fresh process; `wait4` gives the peak memory of exactly that process."""
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        start = time.perf_counter()
        process = subprocess.Popen([sys.executable, "-m", *module], cwd=ROOT, stdout=stdout, stderr=stderr)
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        stdout.seek(0)
        stderr.seek(0)
        if process.returncode:
            raise SystemExit(f"{' '.join(module)} failed:\n{stderr.read().decode()}")
        return Measured(wall_s, usage.ru_maxrss / 1024), stdout.read().decode()


if __name__ == "__main__":
    main()
