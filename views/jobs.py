"""Work beside the app: one worker process at a time, its progress, its limits, and why it ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from views.worker import NO_MEMORY, REFUSED

State = Literal["running", "done", "failed", "cancelled"]
CODE = Path(__file__).resolve().parents[1]
INSPECT_S, VERIFY_S = 600, 4 * 3600
"""Seconds of processor time a worker may use; the clock on the wall is stopped at twice that."""
MEMORY_SHARE = 0.75


@dataclass
class Job:
    """One worker: what it does, for whom, its last line of progress, and how it ended.

    zh and en say why it failed and what to do; both are empty while it runs and where it is done. `after` is called when
    the process has gone, however it went.
    """

    kind: str
    by: str
    process: subprocess.Popen[str]
    limit_s: int
    began: float = field(default_factory=time.monotonic)
    ended: float | None = None
    state: State = "running"
    step: dict[str, Any] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    zh: str = ""
    en: str = ""
    after: Callable[[Job, State], None] | None = None

    @property
    def seconds(self) -> float:
        """How long it has run, or ran."""
        return (self.ended or time.monotonic()) - self.began

    def cancel(self) -> None:
        """Stop it; whatever it had not finished is gone, and nothing else changes."""
        if self.state == "running":
            self.state = "cancelled"
            _stop(self.process)

    def wait(self, seconds: float) -> State:
        """Its state when it ended, or after so long."""
        until = time.monotonic() + seconds
        while self.state == "running" and time.monotonic() < until:
            time.sleep(0.05)
        return self.state


def memory_mb() -> int:
    """Address space a worker may use: DOORPLATE_WORKER_MB, else three quarters of this machine."""
    named = os.environ.get("DOORPLATE_WORKER_MB", "")
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    return int(named) if named.isdigit() else int(whole * MEMORY_SHARE)


def start(kind: str, arguments: Sequence[str | Path], *, by: str, cpu_s: int, after: Callable[[Job, State], None] | None = None) -> Job:
    """Start a worker; it is told nothing but folders of this app and its limits."""
    command = [sys.executable, "-m", "views.worker", "--memory-mb", str(memory_mb()), "--cpu-s", str(cpu_s), kind, *map(str, arguments)]
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith("DOORPLATE_") and "SECRET" not in k and "TOKEN" not in k and "KEY" not in k
    }
    # OpenBLAS asks without end for a buffer per thread that the limit refuses; nothing here multiplies matrices
    kept["OPENBLAS_NUM_THREADS"] = "1"
    process = subprocess.Popen(  # noqa: S603  our own interpreter and module
        command, cwd=CODE, env=kept, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, text=True, encoding="utf-8",
        start_new_session=True,
    )  # fmt: skip
    job = Job(kind, by, process, 2 * cpu_s, after=after)
    threading.Thread(target=_follow, args=(job,), daemon=True).start()
    threading.Thread(target=_watch, args=(job,), daemon=True).start()
    return job


def _follow(job: Job) -> None:
    assert job.process.stdout is not None  # noqa: S101  it was opened as a pipe
    with job.process.stdout as lines:
        for line in lines:
            _take(job, line)
    code = job.process.wait()
    job.ended = time.monotonic()
    state = job.state
    if state == "running":
        job.zh, job.en = _why(code, job)
        state = "failed" if job.zh else "done"
    if job.after is not None:
        job.after(job, state)
    job.state = state  # the last thing to change: whoever sees it ended sees everything done


def _take(job: Job, line: str) -> None:
    try:
        told = json.loads(line)
    except ValueError:
        return  # a library's own words
    if "refused" in told:
        job.refused = told["refused"]
    elif "step" in told:
        job.step = told


def _watch(job: Job) -> None:
    try:
        job.process.wait(timeout=job.limit_s)
    except subprocess.TimeoutExpired:
        _stop(job.process)


def _stop(process: subprocess.Popen[str]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _why(code: int, job: Job) -> tuple[str, str]:
    """Why a worker failed and what to do, in both languages; ("", "") where it is done."""
    if code == 0:
        return "", ""
    if code == REFUSED and job.refused:
        return job.refused["zh"], job.refused["en"]
    if code in (NO_MEMORY, -signal.SIGABRT) or (code == -signal.SIGKILL and job.seconds < job.limit_s):
        return (
            f"内存不够（上限 {memory_mb():,} MB），核对中止；请关闭其他程序后重试，或换内存更大的电脑，或用 DOORPLATE_WORKER_MB 调高上限。",
            f"Not enough memory (limit {memory_mb():,} MB). Close other programs and try again, use a larger computer, or raise DOORPLATE_WORKER_MB.",
        )
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return (
            "用时超过上限，已中止；文件可能异常，请检查行数与图形是否合理，或按村拆分后分批接入。",
            "It took longer than is allowed and was stopped. The file may be abnormal: check its rows and shapes, or deliver it village by village.",
        )
    return (
        f"程序意外结束（代码 {code}）；原有结果未动。请用命令行 doorplate check 项目文件夹 查看原因，并把说明发给技术支持。",
        f"It ended unexpectedly (code {code}); the earlier result is as it was. Run `doorplate check PROJECT` to see why.",
    )
