"""How right `doorplate verify` is: dealt towns with their truth, and real places where the judge's data lie beside the repository.

python -m benchmarks.accuracy [--write]

Towns of `geo.synthetic` (the sample and one of each noise level) are scored here, beside the geopandas peer as baseline.
With `../shared` present its own scorers judge three further towns, three real places and four sets of addresses. What is absent
is said, not skipped silently.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import peer_geopandas, results
from benchmarks.scoring import Score, score, worst
from geo.synthetic import deal_town, write_town

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
JUDGE = SHARED / "judge"
OWN = (("sample", "town", 750, 7), ("easy", "easy", 2500, 11), ("town", "town", 2500, 12), ("hard", "hard", 2500, 13))
"""Name, noise, buildings and seed of the towns scored here."""
DEALT = ("easy", "town", "hard")
PLACES = ("taipei_west", "decany_cz", "tainan_dev")
ADDRESSES = ("ncap_dev", "taiwan_plates", "pairs_doorplate_dev", "worked_examples")
HEAD = "| town | macro F1 | link precision | link recall | wrong links | undecided | people error |\n|---|---:|---:|---:|---:|---:|---:|"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="refresh benchmarks/results.md")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        text = "\n\n".join([own_towns(Path(scratch)), judged(Path(scratch))])
    print(text)
    if args.write:
        results.replace("accuracy", text)


def own_towns(scratch: Path) -> str:
    """The towns this repository deals, as offices deliver them; the peer gets the same towns as clean Parquet.

    Codes the peer does not know count as 0 in its macro F1; how good it is at those it finds stands beside its name.
    """
    rows, scores = [], []
    for name, noise, buildings_n, seed in OWN:
        town = deal_town(buildings_n=buildings_n, seed=seed, noise=noise)  # type: ignore[arg-type]
        project = write_town(town, scratch / name, truth=True)
        verify(project, scratch / f"{name}-out")
        mine = score(scratch / f"{name}-out", project / "truth")
        scores.append(mine)
        rows.append(_row(f"{name}: {buildings_n:,} buildings, seed {seed}", mine))
        clean = write_town(town, scratch / f"{name}-clean", formats="parquet")
        peer_geopandas.verify(clean, scratch / f"{name}-peer")
        theirs = score(scratch / f"{name}-peer", project / "truth")
        known_n = int((theirs.codes["correct"] > 0).sum())
        known = theirs.codes.loc[theirs.codes["correct"] > 0, "f1"].mean()
        rows.append(_row(f"{name}: geopandas peer ({known:.3f} over the {known_n} of {len(theirs.codes)} codes it finds)", theirs))
    below = worst(scores, 0.9)
    weak = f"Codes below 0.9 in any of them: {', '.join(below)}." if below else "No code is below 0.9 in any of them."
    return "\n".join([HEAD, *rows, "", weak])


def verify(project: Path, out: Path) -> None:
    _python("-m", "views.cli", "verify", str(project), "--out", str(out))


def judged(scratch: Path) -> str:
    """The judge's towns, places and addresses, by the judge's own scorers."""
    if not JUDGE.exists():
        return "The judge's towns, real places and address sets are not beside this repository; they were not scored."
    rows = [HEAD]
    for name in DEALT:
        verify(JUDGE / "towns" / name, scratch / f"judge-{name}")
        told = json.loads(_python(str(JUDGE / "score.py"), str(scratch / f"judge-{name}"), str(JUDGE / "truth" / name), "--json"))["summary"]
        people = sum(told["people_error"][c] for c in ("registered_n", "resident_n")) / 2
        rows.append(
            f"| judge: {name} | {told['macro_f1']:.3f} | {told['link_precision']:.4f} | {told['link_recall']:.4f} "
            f"| {told['wrong_links']} ({told['wrong_share']:.2%}) | {told['undecided_share']:.2%} | {people:.3f} |"
        )
    return "\n".join([*rows, "", "| set | result |", "|---|---|", *(f"| {name} | {line} |" for name, line in [*places(scratch), *addresses(scratch)])])


def places(scratch: Path) -> list[tuple[str, str]]:
    """Real places whose history is known."""
    lines = []
    for name in PLACES:
        project, out = scratch / name, scratch / f"{name}-out"
        _python(str(JUDGE / "prepare_real.py"), name, str(project))
        verify(project, out)
        lines.append((name, str(json.loads(_python(str(JUDGE / "score_real.py"), name, str(out), "--json"))["line"])))
    return lines


def addresses(scratch: Path) -> list[tuple[str, str]]:
    """Reading and comparing of address texts."""
    lines = []
    for name in ADDRESSES:
        texts, answers = scratch / f"{name}.jsonl", scratch / f"{name}-answers.jsonl"
        texts.write_text(_python(str(JUDGE / "score_addresses.py"), "texts", name), encoding="utf-8")
        _python("-m", "views.cli", "address", "--in", str(texts), "--out", str(answers))
        said = _python(str(JUDGE / "score_addresses.py"), "score", name, str(answers))
        lines.append((name, said.strip().splitlines()[-1].split(":", 1)[1].strip()))
    return lines


def _row(name: str, mine: Score) -> str:
    return (
        f"| {name} | {mine.macro_f1:.3f} | {mine.link_precision:.4f} | {mine.link_recall:.4f} | {mine.wrong_links_n} "
        f"| {mine.undecided_ratio:.2%} | {mine.people_error_ratio:.3f} |"
    )


def _python(*arguments: str) -> str:
    """Standard output of a Python process; what went wrong in it ends the benchmark."""
    done = subprocess.run([sys.executable, "-W", "ignore", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed:\n{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
