"""How right `doorplate verify` is: dealt towns with their truth, and real places where the judge's data lie beside the repository.

python -m benchmarks.accuracy [--only own judged places addresses] [--write]

Towns of `geo.synthetic` (the sample and one of each noise level) are scored here, beside the geopandas peer as baseline.
With `../shared` present its own scorers judge three further towns, real places and sets of addresses. What is absent
is said, not skipped silently.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import peer_geopandas, results
from benchmarks.addresses import address_sets, own_register
from benchmarks.figures import table
from benchmarks.places import real_places
from benchmarks.scoring import Score, score
from geo.synthetic import deal_town, write_town

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
JUDGE = SHARED / "judge"
OWN = (("sample", "town", 750, 7), ("easy", "easy", 2500, 11), ("town", "town", 2500, 12), ("hard", "hard", 2500, 13))
"""Name, noise, buildings and seed of the towns scored here."""
WEAK = 0.9


@dataclass(frozen=True)
class Bars:
    """What is asked of a dealt town; wrong: of the decided links; null: nothing is asked."""

    macro_f1: float
    lowest: float | None
    wrong: float
    undecided: float | None
    people: float


BARS = {"easy": Bars(0.97, 0.80, 0.003, 0.02, 0.01), "town": Bars(0.93, 0.80, 0.003, 0.05, 0.03), "hard": Bars(0.80, None, 0.015, None, 0.25)}
HEAD = (
    "| town | macro F1 | lowest code | link precision | link recall | wrong links of decided | undecided | people error |\n"
    "|---|---:|---|---:|---:|---:|---:|---:|"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=sorted(PARTS), default=list(PARTS), help="some of the parts")
    parser.add_argument("--write", action="store_true", help="refresh benchmarks/results.md")
    args = parser.parse_args()
    for name in args.only:
        with tempfile.TemporaryDirectory() as scratch:
            text = PARTS[name](Path(scratch))
        print(text, flush=True)
        if args.write:
            results.replace("accuracy", text, part=name)


def own_towns(scratch: Path) -> str:
    """The towns this repository deals, as offices deliver them; the peer gets the same towns as clean Parquet.

    Codes the peer does not know count as 0 in its macro F1; how good it is at those it finds stands beside its name.
    """
    rows, weak = [], []
    for name, noise, buildings_n, seed in OWN:
        town = deal_town(buildings_n=buildings_n, seed=seed, noise=noise)  # type: ignore[arg-type]
        project = write_town(town, scratch / name, truth=True)
        verify(project, scratch / f"{name}-out")
        mine = score(scratch / f"{name}-out", project / "truth")
        rows.append(_row(f"{name}: {buildings_n:,} buildings, seed {seed}", mine))
        below = mine.codes[mine.codes["f1"] < WEAK].sort_values("f1").itertuples()
        weak.append(f"- {name}: " + (", ".join(f"{c.Index} {c.f1:.2f} ({c.planted})" for c in below) or "none"))
        clean = write_town(town, scratch / f"{name}-clean", formats="parquet")
        peer_geopandas.verify(clean, scratch / f"{name}-peer")
        theirs = score(scratch / f"{name}-peer", project / "truth")
        known_n = int((theirs.codes["correct"] > 0).sum())
        known = theirs.codes.loc[theirs.codes["correct"] > 0, "f1"].mean()
        rows.append(_row(f"{name}: geopandas peer ({known:.3f} over the {known_n} of {len(theirs.codes)} codes it finds)", theirs))
    reading = table([("own register by flat", own_register(scratch, _python))])
    return "\n".join([HEAD, *rows, "", f"Codes with F1 below {WEAK} (cases planted):", "", *weak, "", reading])


def verify(project: Path, out: Path) -> None:
    _python("-m", "views.cli", "verify", str(project), "--out", str(out))


def judged(scratch: Path) -> str:
    """The judge's dealt towns, by the judge's own scorer."""
    rows = [HEAD]
    for name, bars in BARS.items():
        verify(JUDGE / "towns" / name, scratch / name)
        told = json.loads(_python(str(JUDGE / "score.py"), str(scratch / name), str(JUDGE / "truth" / name), "--json"))
        summary = told["summary"]
        people = sum(summary["people_error"][c] for c in ("registered_n", "resident_n")) / 2
        code, lowest = min(((c["code"], c["f1"]) for c in told["codes"] if c["planted"]), key=lambda one: one[1])
        cells = (
            f"judge: {name}",
            _against(f"{summary['macro_f1']:.3f}", summary["macro_f1"] - bars.macro_f1, f">= {bars.macro_f1:.2f}"),
            f"{code} {lowest:.2f}" if bars.lowest is None else _against(f"{code} {lowest:.2f}", lowest - bars.lowest, f">= {bars.lowest:.2f}"),
            f"{summary['link_precision']:.4f}",
            f"{summary['link_recall']:.4f}",
            _against(f"{summary['wrong_links']} = {summary['wrong_share']:.2%}", bars.wrong - summary["wrong_share"], f"<= {bars.wrong:.1%}"),
            _against(f"{summary['undecided_share']:.2%}", (bars.undecided or 1) - summary["undecided_share"], f"<= {bars.undecided:.0%}" if bars.undecided else ""),
            _against(f"{people:.3f}", bars.people - people, f"<= {bars.people:.2f}"),
        )
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)


def places(scratch: Path) -> str:
    """Real places whose history is known."""
    return table(real_places(JUDGE, scratch, _python, verify))


def addresses(scratch: Path) -> str:
    """Reading and comparing of address texts."""
    return table(address_sets(JUDGE, scratch, _python))


def _beside(part: Callable[[Path], str]) -> Callable[[Path], str]:
    """The part where the judge is beside this repository, else that it was not scored."""
    absent = "The judge's towns, real places and address sets are not beside this repository; they were not scored."
    return lambda scratch: part(scratch) if JUDGE.exists() else absent


PARTS: dict[str, Callable[[Path], str]] = {"own": own_towns, "judged": _beside(judged), "places": _beside(places), "addresses": _beside(addresses)}


def _against(shown: str, room: float, bar: str) -> str:
    """A value beside its bar; what misses it is set in bold."""
    if not bar:
        return shown
    return f"{shown} ({bar})" if room >= 0 else f"**{shown} (not {bar})**"


def _row(name: str, mine: Score) -> str:
    code, lowest = mine.lowest
    return (
        f"| {name} | {mine.macro_f1:.3f} | {code} {lowest:.2f} | {mine.link_precision:.4f} | {mine.link_recall:.4f} "
        f"| {mine.wrong_links_n} = {mine.wrong_ratio:.2%} | {mine.undecided_ratio:.2%} | {mine.people_error_ratio:.3f} |"
    )


def _python(*arguments: str) -> str:
    """Standard output of a Python process; what went wrong in it ends the benchmark."""
    done = subprocess.run([sys.executable, "-W", "ignore", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed:\n{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
