"""What a case page hands out as a file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path


def delivered(write: Callable[[Path], object]) -> bytes:
    """The bytes of a file that `write` makes at the path it is given."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        write(path)
        return path.read_bytes()
