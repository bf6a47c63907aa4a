"""The obvious other way to judge, beside the engine's own: Fellegi and Sunter's weights per element, learned from the project itself.

python -m benchmarks.fellegi_sunter [--towns easy town hard] [--write]

Two judgements of `geo.pipeline.verify` are exchanged, alone and together, and everything else stays as it is: which plate and which
address are one door (`benchmarks.weights_of_text`), and which building a door belongs to (`benchmarks.weights_of_place`).
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks import results, weights_of_place, weights_of_text
from benchmarks.scoring import Score, read_truth, score_run
from geo import pipeline
from geo.profile import load_profile
from geo.read import read
from geo.standardise import standardise
from geo.synthetic import deal_town, write_town
from geo.tables import Inputs

ROOT = Path(__file__).resolve().parent.parent
JUDGE = ROOT.parent / "shared" / "judge"
DECISION = ROOT / "docs" / "decisions" / "0050-assignment.md"
OWN = {"easy": (1500, 31), "town": (1500, 32), "hard": (1500, 33)}
"""Buildings and seed of the towns dealt where the judge's are not beside the repository."""
PATTERN = partial(weights_of_text.match, pattern=True)
WAYS: dict[str, dict[str, Callable[..., Any]]] = {
    "engine": {},
    "text: a weight per element": {"match": weights_of_text.match},
    "text: a weight per pattern": {"match": PATTERN},
    "place: a weight per element": {"assign": weights_of_place.assign},
    "place: the same, others' houses taken": {"assign": partial(weights_of_place.assign, others_count=True)},
    "both: pattern and elements": {"match": PATTERN, "assign": weights_of_place.assign},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--towns", nargs="+", choices=list(OWN), default=list(OWN))
    parser.add_argument("--write", action="store_true", help=f"refresh {DECISION.name}")
    args = parser.parse_args()
    rows = ["| town | judged by | macro F1 | wrong links of decided | link recall | undecided | people error |", "|---|---|---:|---:|---:|---:|---:|"]
    with tempfile.TemporaryDirectory() as scratch:
        for name in args.towns:
            inputs, truth = subject(name, Path(scratch))
            rows += [row(name, way, judged(inputs, truth, steps)) for way, steps in WAYS.items()]
    text = "\n".join(rows)
    print(text)
    if args.write:
        results.replace("fellegi_sunter", text, path=DECISION)


def subject(name: str, scratch: Path) -> tuple[Inputs, dict[str, pd.DataFrame]]:
    """The judge's town of that name, or one dealt here, and what is true of it."""
    project, truth = JUDGE / "towns" / name, JUDGE / "truth" / name
    if not JUDGE.exists():
        buildings_n, seed = OWN[name]
        project = write_town(deal_town(buildings_n=buildings_n, seed=seed, noise=name), scratch / name, truth=True)  # type: ignore[arg-type]
        truth = project / "truth"
    return standardise(read(project), profile=load_profile()), read_truth(truth)


def judged(inputs: Inputs, truth: dict[str, pd.DataFrame], steps: dict[str, Callable[..., Any]]) -> Score:
    """The figures of a run with these steps instead of the engine's."""
    # weights ask for one element more than the engine, which asks for none that only narrows what the key says already
    asked = (*pipeline._OF_DOORS, "building_no")  # noqa: SLF001
    with instead({**steps, "_OF_DOORS": asked}):
        return score_run(pipeline.verify(inputs, load_profile()), truth)


@contextmanager
def instead(steps: dict[str, Any]) -> Iterator[None]:
    """The engine with other steps of the same name, for as long as the block lasts."""
    kept = {name: getattr(pipeline, name) for name in steps}
    for name, step in steps.items():
        setattr(pipeline, name, step)
    try:
        yield
    finally:
        for name, step in kept.items():
            setattr(pipeline, name, step)


def row(name: str, way: str, found: Score) -> str:
    cells = (f"{found.macro_f1:.3f}", f"{found.wrong_links_n} = {found.wrong_ratio:.2%}", f"{found.link_recall:.3f}", f"{found.undecided_ratio:.1%}", f"{found.people_error_ratio:.3f}")
    return f"| {name} | {way} | " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main()
