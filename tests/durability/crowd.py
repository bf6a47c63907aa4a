"""Many people deciding at once, each thinking in between, and how long each waited for the answer."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np

from geo.casebook import Casebook, Receipt
from geo.errors import StaleCase
from tests.durability.towns import CLERKS, note

BUSY_DISK_MS = 50.0
"""A disk of an office's computer answers a small write within 5-20 ms, also while fifty people decide."""


@dataclass
class Crowd:
    """What a crowd lived through. Seconds each decision took, receipts, refusals as stale, errors of any other kind."""

    seconds: float = 0.0
    waits_s: list[float] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    stale_n: int = 0
    errors: list[str] = field(default_factory=list)

    def wait_ms(self, percent: float) -> float:
        """A percentile of the waits, in milliseconds."""
        return float(np.percentile(self.waits_s, percent) * 1000) if self.waits_s else float("nan")

    @property
    def per_second(self) -> float:
        """Decisions a second."""
        return len(self.receipts) / self.seconds if self.seconds else float("nan")


def decide_together(
    book: Casebook, ids: list[str], evidence: dict[str, str], *, people_n: int, think_s: float, until: Callable[[float], bool], seed: int = 4, by: tuple[str, ...] = CLERKS
) -> Crowd:
    """Let people decide until `until(seconds so far)`; each has cases of their own and looks at one before every decision."""
    crowd, begun, lock = Crowd(), time.monotonic(), threading.Lock()

    def person(number: int) -> None:
        lot, mine = random.Random(seed * 1000 + number), ids[number::people_n]
        versions = dict.fromkeys(mine, 0)
        time.sleep(lot.random() * think_s)
        while not until(time.monotonic() - begun):
            finding_id = lot.choice(mine)
            decision = note(finding_id, versions[finding_id], by=by[number % len(by)])
            decision = type(decision)(**{**decision.__dict__, "evidence_hash": evidence[finding_id]})
            start = time.perf_counter()
            try:
                receipt = book.decide(decision)
            except StaleCase:
                crowd.stale_n += 1
                case = book.case(finding_id)
                versions[finding_id], evidence[finding_id] = case.version, case.evidence_hash
                continue
            except Exception as error:  # noqa: BLE001 - a thread's errors are counted, none is allowed
                crowd.errors.append(f"{type(error).__name__}: {error}")
                return
            took = time.perf_counter() - start
            versions[finding_id] = receipt.version
            with lock:
                crowd.waits_s.append(took)
                crowd.receipts.append(receipt)
            time.sleep(lot.uniform(0.5, 1.5) * think_s)

    threads = [threading.Thread(target=person, args=(n,)) for n in range(people_n)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    crowd.seconds = time.monotonic() - begun
    return crowd


class Others:
    """How much others used the machine while a block ran.

    share
        Of the processors, 0 to 1; 0 where the machine does not tell.
    sync_ms
        What one small write to the disk of `folder` took, the slowest of a hundred, in milliseconds; 0 without a folder.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self.share = self.sync_ms = 0.0

    def __enter__(self) -> Self:
        self.machine, self.own = _machine_s(), _own_s()
        self.over = threading.Event()
        self.syncs_s: list[float] = []
        self.probe = threading.Thread(target=self._sync)
        self.probe.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.probe.join()
        (used, whole), own = _machine_s(), _own_s()
        whole -= self.machine[1]
        self.share = max(0.0, used - self.machine[0] - (own - self.own)) / whole if whole else 0.0
        self.sync_ms = float(np.percentile(self.syncs_s, 99) * 1000) if self.syncs_s else 0.0

    def limit(self, quiet: float) -> float:
        """A limit of a machine that has nothing else to do.

        Where others took more than a tenth of its processors, or its disk lets a single write wait for BUSY_DISK_MS, only an outlier is refused.
        """
        return quiet if self.share <= 0.1 and self.sync_ms <= BUSY_DISK_MS else 20 * quiet

    def _sync(self) -> None:
        """Write a block and wait for the disk, some ten times a second: what any commit has to wait for at the least."""
        if self.folder is None:
            return
        with (self.folder / "sync.probe").open("wb", buffering=0) as file:
            while not self.over.wait(0.1):
                start = time.perf_counter()
                file.write(bytes(4096))
                os.fsync(file.fileno())
                self.syncs_s.append(time.perf_counter() - start)


def _own_s() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _machine_s() -> tuple[float, float]:
    """Seconds of all processors: used, and in all."""
    stat = Path("/proc/stat")
    if not stat.exists():
        return 0.0, 0.0
    ticks = [int(word) for word in stat.read_text(encoding="ascii").splitlines()[0].split()[1:9]]
    idle = ticks[3] + ticks[4]
    return (sum(ticks) - idle) / os.sysconf("SC_CLK_TCK"), sum(ticks) / os.sysconf("SC_CLK_TCK")
