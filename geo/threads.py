"""Long shapely questions asked in as many threads as there are processors: shapely lets go of the interpreter while it works."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

Answer = TypeVar("Answer")

PART_N = 5_000
"""Fewest rows worth a thread."""


def in_threads(ask: Callable[..., npt.NDArray[Any]], *columns: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """What `ask(*columns)` gives for the rows of equally long columns, in their order: an answer to each, or as many as it finds.

    Parameters
    ----------
    ask
        Vectorised and without side effects: called with parts of the columns, at the same time.
    """
    rows_n = len(columns[0])
    parts_n = min(os.cpu_count() or 1, rows_n // PART_N)
    if parts_n < 2:
        return ask(*columns)
    # more parts than threads: rows differ in cost, and a thread that is done takes the next
    parts = zip(*(np.array_split(c, 4 * parts_n) for c in columns), strict=True)
    with ThreadPoolExecutor(parts_n) as pool:
        return np.concatenate(list(pool.map(lambda part: ask(*part), parts)))


def beside(work: Callable[[], Answer]) -> Future[Answer]:
    """Begin `work` in a thread of its own; `result()` of what is returned waits for it and raises what it raised."""
    pool = ThreadPoolExecutor(1)
    begun = pool.submit(work)
    pool.shutdown(wait=False)
    return begun
