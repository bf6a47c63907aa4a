"""How long `doorplate verify` takes beside a plain geopandas pipeline: the same files, one run, interleaved, seeded.

python -m benchmarks.speed [--sizes 5000 50000 200000] [--seed 1] [--repeats 1] [--workdir DIR] [--write]

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
# Which steps of `verify` do the work of which steps of the peer. Ours do more in each: datum, zone and repairs in the
# first, whole neighbourhoods in the fourth, every finding in the sixth.
STEPS = (
    ("read", ("read",), ("read",)),
    ("village, parse", ("standardise",), ("village", "parse")),
    ("candidates, nearest", ("standing", "locate"), ("candidates", "nearest")),
    ("match, assign", ("match", "assign", "link"), ("exact_match", "fuzzy_match", "assign")),
    ("change", ("change",), ("change",)),
    ("classify", ("classify", "describe"), ("classify",)),
    ("aggregate", ("population", "summarise"), ("aggregate",)),
    ("write", ("write",), ("write",)),
)


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
    measured: dict[int, tuple[Measured, Measured]] = {}
    for _ in range(repeats):
        for size, project in projects.items():
            pair = verify(project, workdir / "out"), peer(project, workdir / "peer")
            before = measured.get(size, pair)
            measured[size] = tuple(min(a, b, key=lambda m: m.wall_s) for a, b in zip(before, pair, strict=True))  # type: ignore[assignment]
    rows = ["| buildings | plates | addresses | doorplate s | geopandas s | ratio | doorplate MB | geopandas MB |", "|---:|---:|---:|---:|---:|---:|---:|---:|"]
    for size, (ours, theirs) in measured.items():
        told = json.loads((projects[size] / "truth" / "truth.json").read_text(encoding="utf-8"))["rows"]
        rows.append(
            f"| {size:,} | {told['plates']:,} | {told['addresses']:,} | {ours.wall_s:.1f} | {theirs.wall_s:.1f} | {theirs.wall_s / ours.wall_s:.2f}x "
            f"| {ours.peak_mb:,.0f} | {theirs.peak_mb:,.0f} |"
        )
    head = f"`python -m benchmarks.speed --seed {seed} --repeats {repeats}`, {os.cpu_count()} cores. Ratio: how many times as fast as the peer."
    return "\n".join([head, "", *rows, "", *slopes(measured), "", *step_table(measured)])


def slopes(measured: dict[int, tuple[Measured, Measured]]) -> list[str]:
    """Growth of the cost between the two largest sizes: 1 is linear."""
    if len(measured) < 2:
        return []
    (small, a), (large, b) = list(measured.items())[-2:]
    grown = [math.log(late.wall_s / early.wall_s) / math.log(large / small) for early, late in zip(a, b, strict=True)]
    return [f"Slope on log-log from {small:,} to {large:,} buildings: doorplate {grown[0]:.2f}, geopandas {grown[1]:.2f}."]


def step_table(measured: dict[int, tuple[Measured, Measured]]) -> list[str]:
    """Seconds of the steps both sides do, for every size; a step nobody timed is left empty."""
    rows = ["| step | " + " | ".join(f"{size:,}: doorplate / geopandas" for size in measured) + " |", "|---|" + "---:|" * len(measured)]
    for name, our_steps, their_steps in STEPS:
        cells = [f"{_sum(ours, our_steps)} / {_sum(theirs, their_steps)}" for ours, theirs in measured.values()]
        rows.append(f"| {name} | " + " | ".join(cells) + " |")
    rest = [f"{ours.wall_s - sum(ours.steps.values()):.2f} / {theirs.wall_s - sum(theirs.steps.values()):.2f}" for ours, theirs in measured.values()]
    shared = [_shared(ours, theirs) for ours, theirs in measured.values()]
    return [
        *rows,
        "| start, imports and what is not timed | " + " | ".join(rest) + " |",
        "| **the same questions: read to change, aggregate** | " + " | ".join(shared) + " |",
    ]


def _shared(ours: Measured, theirs: Measured) -> str:
    """Sums and ratio over the steps where both answer the same question; classify and write are not: ours says far more."""
    steps = [s for s in STEPS if s[0] not in ("classify", "write")]
    mine, peers = (sum(m.steps.get(k, 0.0) for s in steps for k in s[side]) for m, side in ((ours, 1), (theirs, 2)))
    return f"{mine:.2f} / {peers:.2f} = {peers / mine:.2f}x"


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


def peer(project: Path, out: Path) -> Measured:
    """Their side: benchmarks/peer_geopandas.py."""
    measured, stdout = run(["benchmarks.peer_geopandas", str(project), str(out)])
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
