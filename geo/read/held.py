"""What may never be opened as a source: the casebook, and any file this process holds open as one.

Two copies of SQLite in one process destroy each other's work: GDAL carries its own, and when it (or a plain `open`) closes a
file, the locks that Python's SQLite holds on the same file are gone with it. Of 100 decisions acknowledged around one such
read, 80 were lost at the next crash. So the file is refused before anything opens it: by its name and by its inode.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from geo.errors import SourceError

APPLICATION_ID = b"DPCB"
"""Bytes 68 to 71 of a casebook: the application_id in the header of SQLite."""
_NAME = re.compile(r"\.casebook(-wal|-shm|-journal)?$", re.IGNORECASE)
_OPEN_FILES = Path("/proc/self/fd")


def refuse_held(path: Path) -> None:
    """Raise if the file is a casebook, told without opening it.

    Parameters
    ----------
    path
        A file somebody wants to read as a source; links are followed.

    Raises
    ------
    SourceError
        It is called like a casebook, leads to one, or is another name of one that this process holds open.
    """
    if _NAME.search(path.name) or _NAME.search(path.resolve().name) or _is_open_here(path):
        raise refusal(path.name)


def refusal(name: str) -> SourceError:
    """The message for a casebook that was handed in as a source."""
    return SourceError(
        f"{name}：这是案卷文件，不能作为数据源打开（会破坏已保存的决定）。请用案卷页面，或用 doorplate bundle 导出",
        f"{name}: this is a casebook and is never opened as a source (that destroys saved decisions); use its pages or doorplate bundle",
    )


def _is_open_here(path: Path) -> bool:
    # Only where the system tells (Linux); elsewhere the name and the header decide.
    if not _OPEN_FILES.is_dir() or not path.exists():
        return False
    wanted = path.stat()
    for number in os.listdir(_OPEN_FILES):  # noqa: PTH208 - names only: a handle may be gone before it is looked at
        try:
            target = os.readlink(_OPEN_FILES / number)  # noqa: PTH115 - sockets and deleted files are no paths
            if _NAME.search(target.removesuffix(" (deleted)")) and os.path.samestat(os.fstat(int(number)), wanted):
                return True
        except OSError:
            continue
    return False
