"""Writers that are killed with -9 while they decide, again and again, and readers that look on.

`python -m tests.durability.killing WHERE --kills 200` prints what came of it as JSON. A clean process of its own: writers
are forked from it before it has opened anything, so that a hundred new ones cost no more than their transactions.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import selectors
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import text

from geo.casebook import Casebook, Decision, open_casebook
from geo.errors import CasebookBusy, StaleCase
from tests.durability.towns import CLERKS, evidence_of, finding_ids

CASES_N = 400
_SNAPSHOT = text("""
SELECT (SELECT count(*) FROM decision) AS rows_n, (SELECT max(seq) FROM decision) AS newest,
       (SELECT count(*) FROM decision WHERE finding_id IS NOT NULL) AS said_n, (SELECT coalesce(sum(version), 0) FROM casefile) AS versions_n
""")
_VERSION = text("SELECT version FROM casefile WHERE finding_id = :id")


@dataclass
class Writer:
    """One process at work: what it was about to send, and what came back."""

    pid: int
    pipe: int
    until: float
    tail: bytes = b""
    sent: dict[str, str] = field(default_factory=dict)


@dataclass
class Outcome:
    """What the parent saw from outside: acknowledgements by decision_id, and the numbers."""

    acknowledged: dict[str, str] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)
    kills_n: int = 0
    retried_n: int = 0
    busy_n: int = 0
    snapshots_n: int = 0
    inconsistent_n: int = 0


def run(where: Path | str, *, kills: int, writers: int, readers: int, seed: int, seconds: float, life_s: float) -> dict[str, Any]:
    """Keep `writers` deciding and kill one after another until `kills` died or the time is over."""
    lot, outcome, begun = random.Random(seed), Outcome(), time.monotonic()
    selector = selectors.DefaultSelector()
    at_work: dict[int, Writer] = {}
    watching = [_fork(lambda pipe: _look(where, pipe), selector, at_work, until=0.0) for _ in range(readers)]
    for number in range(writers):
        _hire(where, selector, at_work, outcome, lot, number, life_s)
    hired = writers
    while outcome.kills_n < kills and time.monotonic() - begun < seconds:
        _listen(selector, at_work, outcome, 0.01)
        now = time.monotonic()
        for writer in [w for w in at_work.values() if w.until and w.until < now][: kills - outcome.kills_n]:
            _end(writer, selector, at_work, outcome)
            outcome.kills_n += 1
            _hire(where, selector, at_work, outcome, lot, hired, life_s)
            hired += 1
    for writer in [*(w for w in at_work.values() if w.until), *watching]:
        _end(writer, selector, at_work, outcome)
    return _judge(where, outcome, seconds=time.monotonic() - begun)


def _hire(where: Path | str, selector: selectors.BaseSelector, at_work: dict[int, Writer], outcome: Outcome, lot: random.Random, number: int, life_s: float) -> None:
    """A new writer; it first sends again what a dead one had sent and never heard of."""
    again, outcome.open = outcome.open[:5], outcome.open[5:]
    outcome.retried_n += len(again)
    seed = lot.getrandbits(32)
    writer = _fork(lambda pipe: _write(where, pipe, again, seed, number), selector, at_work, until=time.monotonic() + lot.uniform(life_s / 20, life_s))
    writer.sent |= {json.loads(line)["decision_id"]: line for line in again}


def _fork(work: Callable[[int], None], selector: selectors.BaseSelector, at_work: dict[int, Writer], *, until: float) -> Writer:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reading)
            work(writing)
        finally:
            os._exit(1)
    os.close(writing)
    writer = Writer(pid, reading, until)
    at_work[reading] = writer
    selector.register(reading, selectors.EVENT_READ)
    return writer


def _listen(selector: selectors.BaseSelector, at_work: dict[int, Writer], outcome: Outcome, timeout_s: float) -> None:
    for key, _ in selector.select(timeout_s):
        writer = at_work[int(key.fd)]
        data = os.read(writer.pipe, 1 << 16)
        if data:
            _hear(writer, data, outcome)
        else:
            selector.unregister(writer.pipe)


def _hear(writer: Writer, data: bytes, outcome: Outcome) -> None:
    *lines, writer.tail = (writer.tail + data).split(b"\n")
    for line in lines:
        kind, _, rest = line.decode().partition(" ")
        if kind == "send":
            writer.sent[json.loads(rest)["decision_id"]] = rest
        elif kind == "kept":
            decision_id, receipt = rest.split()
            writer.sent.pop(decision_id, None)
            outcome.acknowledged[decision_id] = receipt
        elif kind == "refused":
            writer.sent.pop(rest, None)
        elif kind == "busy":
            outcome.busy_n += 1
        elif kind == "saw":
            outcome.snapshots_n += 1
            outcome.inconsistent_n += rest != "whole"


def _end(writer: Writer, selector: selectors.BaseSelector, at_work: dict[int, Writer], outcome: Outcome) -> None:
    """Kill -9, then hear what was still in the pipe: what is in there was acknowledged."""
    os.kill(writer.pid, signal.SIGKILL)
    os.waitpid(writer.pid, 0)
    while data := os.read(writer.pipe, 1 << 16):
        _hear(writer, data, outcome)
    if writer.pipe in selector.get_map():
        selector.unregister(writer.pipe)
    os.close(writer.pipe)
    del at_work[writer.pipe]
    outcome.open += writer.sent.values()


def _write(where: Path | str, pipe: int, again: list[str], seed: int, number: int) -> None:
    lot, book = random.Random(seed), open_casebook(where)
    for line in again:
        _send(book, pipe, Decision(**json.loads(line)))
    ids, by = finding_ids(CASES_N), CLERKS[number % len(CLERKS)]
    while True:
        finding_id = lot.choice(ids)
        with book.store.reading() as connection:  # the case as a page shows it is a hundred times as much work as this
            version = connection.execute(_VERSION, {"id": finding_id}).scalar() or 0
        decision = Decision(finding_id, "note", version, evidence_of(finding_id), by, f"第 {number} 个窗口", decision_id=f"{number:05d}-{lot.getrandbits(64):016x}")
        os.write(pipe, f"send {json.dumps(decision.__dict__, ensure_ascii=False)}\n".encode())
        _send(book, pipe, decision)


def _send(book: Casebook, pipe: int, decision: Decision) -> None:
    while True:
        try:
            receipt = book.decide(decision)
        except StaleCase:
            os.write(pipe, f"refused {decision.decision_id}\n".encode())
            return
        except CasebookBusy:
            os.write(pipe, b"busy\n")
            continue
        os.write(pipe, f"kept {decision.decision_id} {receipt.seq}:{receipt.hash}\n".encode())
        return


def _look(where: Path | str, pipe: int) -> None:
    book = open_casebook(where, read_only=True)
    while True:
        with book.store.reading() as connection:
            row = connection.execute(_SNAPSHOT).one()
        whole = row.rows_n == row.newest and row.said_n == row.versions_n
        os.write(pipe, f"saw {'whole' if whole else tuple(row)}\n".encode())
        time.sleep(0.02)


def _judge(where: Path | str, outcome: Outcome, *, seconds: float) -> dict[str, Any]:
    with open_casebook(where) as book:
        for line in outcome.open:  # whoever was about to send when it ended sends again: kept once, or not at all before
            try:
                receipt = book.decide(Decision(**json.loads(line)))
            except StaleCase:
                continue
            outcome.acknowledged[json.loads(line)["decision_id"]] = f"{receipt.seq}:{receipt.hash}"
            outcome.retried_n += 1
        with book.store.reading() as connection:
            stored = connection.execute(text("SELECT decision_id, seq, hash FROM decision WHERE finding_id IS NOT NULL")).all()
    kept = {row.decision_id: f"{row.seq}:{row.hash}" for row in stored}
    return {
        "kills": outcome.kills_n, "acknowledged": len(outcome.acknowledged), "stored": len(stored), "retried": outcome.retried_n, "busy": outcome.busy_n,
        "lost": sum(kept.get(i) != receipt for i, receipt in outcome.acknowledged.items()), "duplicates": len(stored) - len(kept),
        "snapshots": outcome.snapshots_n, "inconsistent": outcome.inconsistent_n, "seconds": round(seconds, 1),
        "never_sent": len(kept.keys() - outcome.acknowledged.keys()),
    }  # fmt: skip


def main() -> None:
    """The command line of the harness."""
    parser = argparse.ArgumentParser()
    parser.add_argument("where")
    for name, value in (("kills", 200), ("writers", 16), ("readers", 2), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--life", type=float, default=4.0, help="seconds a writer lives at most")
    given = parser.parse_args()
    where = given.where if "://" in given.where else Path(given.where)
    out = run(where, kills=given.kills, writers=given.writers, readers=given.readers, seed=given.seed, seconds=given.seconds, life_s=given.life)
    sys.stdout.write(json.dumps(out) + "\n")


if __name__ == "__main__":
    main()
