"""Reading and comparing of address texts: how right, how many a second, and whether anything makes it stumble.

python -m benchmarks.addresses FILE    addresses per second of one process: a text per line, each read once; one JSON line
"""

from __future__ import annotations

import csv
import gzip
import json
import re
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from benchmarks.figures import Figure, at_least, at_most
from benchmarks.places import Run
from geo.address import parse
from geo.profile import Habits
from geo.synthetic import deal_town
from geo.tables import Scope

TEXTS_PER_S = 20_000
WARM_N = 1_000
TOWN = {"buildings_n": 10_000, "seed": 5, "flats": True}
"""A register that goes down to the flat, about three addresses per building."""
WORKED_N = 42


def address_sets(judge: Path, scratch: Path, python: Run) -> Iterator[tuple[str, list[Figure]]]:
    """The four sets by the judge's scorer, every text of every file beside them, and the clock on a real register."""
    said = {name: _scored(name, judge, scratch, python) for name in ("ncap_dev", "taiwan_plates", "pairs_doorplate_dev", "worked_examples")}
    value = _number(r"value-F1 ([\d.]+)", said["ncap_dev"])
    yield "ncap_dev", [at_least("house elements, value-F1", value, 0.915, f"{value:.4f}"), Figure("all elements right", said["ncap_dev"].split("all right ")[1])]
    value = _number(r"all exact ([\d.]+)", said["taiwan_plates"])
    yield "taiwan_plates", [at_least("all exact", value, 0.998, said["taiwan_plates"].split("exact ")[1])]
    value, false = _number(r"recall ([\d.]+)", said["pairs_doorplate_dev"]), _number(r"false same (\d+)", said["pairs_doorplate_dev"])
    yield "pairs_doorplate_dev", [at_least("recall of same", value, 0.99, f"{value:.4f}"), at_most("false same", false, 0, said["pairs_doorplate_dev"].split("false same ")[1])]
    value = _number(r"right (\d+)", said["worked_examples"])
    yield "worked_examples", [at_least("house elements right", value, WORKED_N, said["worked_examples"].split("right ")[1])]
    folder = judge.parent / "data" / "addresses"
    texts = sorted({text for path in sorted(folder.iterdir()) for text in _texts(path)})
    asked, answered = scratch / "every.jsonl", scratch / "every-answers.jsonl"
    _write_rows(asked, texts)
    python("-m", "views.cli", "address", "--in", str(asked), "--out", str(answered))
    with answered.open(encoding="utf-8") as lines:
        lost = len(texts) - sum(1 for _ in lines)
    yield "every text of every file", [at_most("rows without an answer", lost, 0, f"{lost} of {len(texts):,}")]
    units = pd.read_parquet(judge.parent / "data" / "places" / "taipei_west" / "units.parquet", columns=["full_address"])["full_address"]
    yield "taipei_west, register by flat", [clocked(units, scratch, python)]


def own_register(scratch: Path, python: Run) -> list[Figure]:
    """The clock on the register of a town of our own."""
    return [clocked(deal_town(**TOWN).tables["addresses"]["text"], scratch, python)]  # type: ignore[arg-type]


def clocked(texts: pd.Series, scratch: Path, python: Run) -> Figure:
    """Addresses per second in a process of their own; a machine that is busy with other things shows fewer."""
    path = scratch / "texts.txt"
    path.write_text("\n".join(t.replace("\n", " ") for t in texts.dropna()), encoding="utf-8")
    told = json.loads(python("-m", "benchmarks.addresses", str(path)))
    return at_least("addresses per second", told["per_s"], TEXTS_PER_S, f"{told['per_s']:,.0f} ({told['per_cpu_s']:,.0f} per second of processor; {told['texts_n']:,} texts)")


def _scored(name: str, judge: Path, scratch: Path, python: Run) -> str:
    scorer, texts, answers = str(judge / "score_addresses.py"), scratch / f"{name}.jsonl", scratch / f"{name}-answers.jsonl"
    texts.write_text(python(scorer, "texts", name), encoding="utf-8")
    python("-m", "views.cli", "address", "--in", str(texts), "--out", str(answers))
    return python(scorer, "score", name, str(answers)).strip().splitlines()[-1]


def _number(pattern: str, line: str) -> float:
    found = re.search(pattern, line)
    if found is None:
        raise SystemExit(f"the scorer says something else than expected: {line}")
    return float(found.group(1))


def _texts(path: Path) -> Iterator[str]:
    """Every string that a file holds: of JSON lines each value, of CSV each cell and the row as one text, else each line."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        if ".csv" in path.suffixes:
            for row in csv.reader(lines):
                yield from (*row, "".join(row))
        elif path.suffix == ".jsonl":
            for line in lines:
                if line.strip():
                    yield from (v for v in json.loads(line).values() if isinstance(v, str))
        else:
            yield from (line.strip() for line in lines)


def _write_rows(path: Path, texts: Iterable[str]) -> None:
    rows = (json.dumps({"id": i, "text": t}, ensure_ascii=False) + "\n" for i, t in enumerate(texts))
    path.write_text("".join(rows), encoding="utf-8")


def main() -> None:
    texts = pd.Series(Path(sys.argv[1]).read_text(encoding="utf-8").split("\n"), dtype="str")
    parse(texts.head(WARM_N), scope=Scope(), habits=Habits())
    wall, cpu = time.perf_counter(), time.process_time()
    parse(texts, scope=Scope(), habits=Habits())
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    sys.stdout.write(json.dumps({"texts_n": len(texts), "per_s": len(texts) / wall, "per_cpu_s": len(texts) / cpu}) + "\n")


if __name__ == "__main__":
    main()
