"""What the casebook promises, measured: power cuts, kills, people at once, publishing meanwhile, turned bits, a restored project.

`python -m benchmarks.casebook` prints, `--write` puts the tables into results.md, `--only NAME` runs one part. The harnesses
are those of tests/durability, with the full figures.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import select

from benchmarks.results import replace
from geo.casebook import Casebook, open_casebook, store
from geo.casebook.backup import backup
from geo.casebook.bundle import bundle
from geo.casebook.fold import OPEN
from geo.casebook.fsck import fsck
from geo.casebook.log import append
from geo.casebook.publish import publish
from geo.casebook.restore import restore
from geo.casebook.schema import casefile
from tests.casebook.postgres import Cluster, find_binaries
from tests.durability import test_bit_flips, test_power_cut
from tests.durability.crowd import Crowd, Others, decide_together
from tests.durability.large import write_result
from tests.durability.towns import evidence_of, finding_ids, found_town

ROOT = Path(__file__).resolve().parent.parent
Line = tuple[str, str, str]


def measure_power(work: Path, size: dict[str, int]) -> list[Line]:
    """600 decisions, cut at every so many moments, on two disks and under three settings of SQLite."""
    lines = []
    for synchronous in ("FULL", "NORMAL", "OFF"):
        before, store.SYNCHRONOUS = store.SYNCHRONOUS, synchronous
        folder = work / synchronous
        folder.mkdir()
        recording = test_power_cut.decide(folder)
        store.SYNCHRONOUS = before
        for model in ("strict", "random"):
            dry = work / f"{synchronous}-{model}"
            dry.mkdir()
            found = test_power_cut.replay(recording, dry, model, cuts_n=size["cuts"] if synchronous == "FULL" else size["cuts"] // 4)
            told = f"lost work at {found.lossy_n}, worst {found.worst_n} decisions, corrupt at {found.corrupt_n}"
            wanted = "0, 0" if synchronous == "FULL" else "must lose"
            lines.append((f"power cut, {synchronous}, {model} disk, {found.cuts_n} cuts over 600 decisions", told, wanted))
    return lines


def measure_kills(work: Path, size: dict[str, int]) -> list[Line]:
    """Sixteen writers killed again and again, two readers, on both databases."""
    where = work / "town.casebook"
    found_town(where, cases_n=400).close()
    lines = [_kill("SQLite", where, size["kills"], 4.0)]
    if (server := _server()) is not None:
        try:
            url = server.create_database()
            found_town(url, cases_n=400).close()
            lines.append(_kill("PostgreSQL", url, size["kills"] // 2, 10.0))
        finally:
            server.stop()
    return lines


def _kill(name: str, where: Path | str, kills: int, life_s: float) -> Line:
    command = [sys.executable, "-m", "tests.durability.killing", str(where), "--kills", str(kills), "--life", str(life_s), "--seconds", "600"]
    told = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    whole = len(fsck(where))
    said = (
        f"acknowledged {told['acknowledged']}, lost {told['lost']}, duplicates {told['duplicates']} of {told['retried']} sent again, inconsistent reads "
        f"{told['inconsistent']} of {told['snapshots']}, fsck {whole} faults, {told['seconds']} s"
    )
    return f"{told['kills']} kill -9, 16 writers, 2 readers, {name}", said, "lost 0, duplicates 0"


def measure_load(work: Path, size: dict[str, int]) -> list[Line]:
    """Fifty people with half a second of thought, on both databases."""
    lines = []
    server = _server()
    try:
        for name, where in (("SQLite", work / "town.casebook"), *((("PostgreSQL", server.create_database()),) if server is not None else ())):
            with found_town(where, cases_n=500) as book, Others(work) as others:
                crowd = _crowd(book, finding_ids(500), 50, lambda s: s > size["seconds"])
            lines.append((f"50 people, 0.5 s of thought, {size['seconds']} s, {name}", _told(crowd, others), "p99 <= 150 ms, max <= 1 s"))
    finally:
        if server is not None:
            server.stop()
    return lines


def measure_publishing(work: Path, size: dict[str, int]) -> list[Line]:
    """Ten people decide while a run is published, first by a thread beside them, then again with nothing new."""
    write_result(work / "result", findings_n=size["published"])
    done: threading.Event = threading.Event()
    seconds: list[float] = []
    with found_town(work / "town.casebook", cases_n=200) as book:

        def take() -> None:
            start = time.monotonic()
            try:
                publish(book, work / "result", by="clerk_1", confirm_drop=True)
            finally:
                seconds.append(time.monotonic() - start)
                done.set()

        thread = threading.Thread(target=take)
        thread.start()
        with Others(work) as others:
            crowd = _crowd(book, finding_ids(200), 10, lambda _: done.is_set())
        thread.join()
        start = time.monotonic()
        faults = len(fsck(book))
        proved = time.monotonic() - start
    said = f"published in {seconds[0]:.0f} s; {_told(crowd, others)}; fsck {faults} faults in {proved:.0f} s"
    return [(f"{size['published']:,} findings published while 10 people decide", said, "p99 <= 1 s")]


def measure_bits(work: Path, size: dict[str, int]) -> list[Line]:
    """Single bits of a closed casebook turned over."""
    test_bit_flips.FLIPS_N = size["flips"]
    whole = test_bit_flips.fill(work / "whole.casebook")
    told, path, seen = test_bit_flips.say(whole), work / "flipped.casebook", Counter[str]()
    for _, changed in test_bit_flips.flips(whole.read_bytes()):
        path.write_bytes(changed)
        reported, same = bool(fsck(path)), test_bit_flips.say(path) == told
        seen[f"{'reported' if reported else 'silent'}, {'nothing changed' if same else 'changed'}"] += 1
    said = "; ".join(f"{n} {what}" for what, n in sorted(seen.items()))
    return [(f"{size['flips']} single bits turned over", said, "0 silent, changed")]


def measure_restore(work: Path, size: dict[str, int]) -> list[Line]:
    """A long log: proved, copied, bundled, and made a project again."""
    n = size["decisions"]
    with found_town(work / "town.casebook", cases_n=2_000) as book:
        _fill(book, n)
        head, times = book.head(), {}
        for name, act in (
            ("fsck", lambda: fsck(book)),
            ("fsck quick", lambda: fsck(book, quick=True)),
            ("backup", lambda: backup(book, work / "copies")),
            ("bundle", lambda: bundle(book, None, work / "b.dpv.zip")),
        ):
            start = time.monotonic()
            act()
            times[name] = time.monotonic() - start
    start = time.monotonic()
    folder = restore(work / "b.dpv.zip", work / "new")
    times["restore"] = time.monotonic() - start
    with open_casebook(folder / "town.casebook") as book:
        same = book.head() == head
    said = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in times.items())
    return [(f"{n:,} decisions: restore drill", f"{said}; head {'equal' if same else 'DIFFERENT'}", "restore <= 5 min at 1,000,000")]


def _fill(book: Casebook, n: int) -> None:
    """That many notes, in transactions of 2,000, past the checks of a decision but through the log and its guards."""
    ids, versions = finding_ids(2_000), Counter[str]()
    with book.store.reading() as connection:
        assert connection.execute(select(casefile.c.finding_id).limit(1)).first() is None
    for start in range(0, n, 2_000):
        drafts: list[dict[str, Any]] = []
        for finding_id in ids[: min(2_000, n - start)]:
            versions[finding_id] += 1
            state = {"was": "open", "status": "open", "state": OPEN.written(), "seen_hash": None, "seen_run": None}
            said = {"verb": "note", "by": "clerk_1", "office": "civil_affairs", "reason": "已到现场查看", "evidence_hash": evidence_of(finding_id)}
            drafts.append({"finding_id": finding_id, "version": versions[finding_id], "undoes": None, **state, **said})
        with book.store.writing() as connection:
            append(connection, drafts, now=book.store.now())


def _crowd(book: Casebook, ids: list[str], people_n: int, until: Callable[[float], bool]) -> Crowd:
    crowd = decide_together(book, ids, {i: evidence_of(i) for i in ids}, people_n=people_n, think_s=0.5, until=until)
    if crowd.errors:
        raise SystemExit(f"{len(crowd.errors)} errors, such as {crowd.errors[0]}")
    return crowd


def _told(crowd: Crowd, others: Others) -> str:
    waits = ", ".join(f"{name} {crowd.wait_ms(p):.0f} ms" for name, p in (("p50", 50), ("p99", 99), ("max", 100)))
    return f"{crowd.per_second:.0f} decisions/s, {waits} (others used {others.share:.0%} of the processors; one write to the disk took up to {others.sync_ms:.0f} ms)"


def _server() -> Cluster | None:
    binaries = find_binaries()
    return Cluster(binaries, settings={"fsync": "on"}) if binaries is not None else None


PARTS = {
    "power": measure_power, "kills": measure_kills, "load": measure_load, "publishing": measure_publishing, "bits": measure_bits, "restore": measure_restore,
}  # fmt: skip
FULL = {"cuts": 500, "kills": 200, "seconds": 20, "published": 200_000, "flips": 1_000, "decisions": 100_000}


def main() -> None:
    """Measure the parts asked for, print them, and write them where asked."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--only", choices=PARTS, action="append")
    for name, value in FULL.items():
        parser.add_argument(f"--{name}", type=int, default=value)
    given = parser.parse_args()
    size = {name: getattr(given, name) for name in FULL}
    lines = ["| what | measured | wanted |", "|---|---|---|"]
    for name in given.only or PARTS:
        with tempfile.TemporaryDirectory(prefix="doorplate-bench-") as work:
            for line in PARTS[name](Path(work), size):
                lines.append("| " + " | ".join(line) + " |")
                sys.stdout.write(lines[-1] + "\n")
                sys.stdout.flush()
    if given.write:
        replace("casebook", "\n".join(lines))


if __name__ == "__main__":
    main()
