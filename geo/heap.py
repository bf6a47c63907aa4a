"""The memory of a run: one heap for everything, handed back where a step is done with it (glibc; elsewhere nothing is done)."""

from __future__ import annotations

import ctypes
import sys

_ARENA_MAX = -8
"""M_ARENA_MAX of malloc.h."""


def share_heap() -> None:
    """One heap for texts, shapes and all threads from now on: what one step lets go of the next can use, of either kind."""
    import pyarrow as pa

    pa.set_memory_pool(pa.system_memory_pool())
    if (mallopt := _of_glibc("mallopt")) is not None:
        mallopt(_ARENA_MAX, 1)


def give_back() -> None:
    """Hand memory that was let go back to the system, lest what is needed next comes on top of it."""
    if (trim := _of_glibc("malloc_trim")) is not None:
        trim(0)


def _of_glibc(name: str) -> ctypes._FuncPointer | None:
    found: ctypes._FuncPointer | None = getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
    return found
