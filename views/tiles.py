"""Pictures out of tile files: MBTiles (SQLite) and PMTiles version 3. Vector tiles are refused: nothing here draws them."""

from __future__ import annotations

import gzip
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from functools import lru_cache
from pathlib import Path

LIMIT_BYTES = 4_000_000
"""No picture of a tile is larger."""
_MAGIC = ((b"\x89PNG", "image/png"), (b"\xff\xd8", "image/jpeg"), (b"RIFF", "image/webp"))
_PMTILES, _HEADER_BYTES, _ROOT_DEPTH = b"PMTiles\x03", 127, 4
_NONE, _GZIP = 1, 2
_PICTURES = (2, 3, 4)


def media_type(content: bytes) -> str | None:
    """Media type of a picture by its first bytes; None for anything else."""
    return next((kind for magic, kind in _MAGIC if content.startswith(magic)), None)


def fault(file: Path, kind: str) -> tuple[str, str]:
    """Why a file of tiles cannot be shown, in both languages; ("", "") where it can."""
    try:
        vector = _is_vector_mbtiles(file) if kind == "mbtiles" else _is_vector_pmtiles(file)
        zooms(file)
    except (sqlite3.Error, OSError, ValueError, struct.error, EOFError) as e:
        return f"{file.name} 不是完好的 {kind} 文件（{e}）。", f"{file.name} is not a sound {kind} file ({e})."
    if vector:
        return (
            f"{file.name} 是矢量瓦片，这里只显示图片瓦片（png、jpg、webp）；请导出为栅格瓦片。",
            f"{file.name} holds vector tiles; only pictures (png, jpg, webp) are drawn here: export raster tiles.",
        )
    return "", ""


def zooms(file: Path) -> tuple[int, int]:
    """Lowest and highest zoom in the file."""
    return _zooms(file, file.stat().st_mtime_ns)


def tile(file: Path, z: int, x: int, y: int) -> tuple[bytes, str] | None:
    """One tile with its media type, rows counted from the north; None where the file has none there."""
    if not 0 <= z <= 26 or not 0 <= x < 1 << z or not 0 <= y < 1 << z:
        return None
    try:
        content = _from_pmtiles(file, z, x, y) if _is_pmtiles(file) else _from_mbtiles(file, z, x, y)
    except (sqlite3.Error, OSError, ValueError, struct.error, EOFError):
        return None
    kind = media_type(content) if content else None
    return (content, kind) if content and kind else None


@lru_cache(maxsize=32)
def _zooms(file: Path, stamp: int) -> tuple[int, int]:
    del stamp
    if _is_pmtiles(file):
        header = _header(file)
        return header[100], header[101]
    with closing(_open(file)) as base:
        low, high = base.execute("SELECT min(zoom_level), max(zoom_level) FROM tiles").fetchone()
    if low is None:
        raise ValueError("没有瓦片 no tile")
    return int(low), int(high)


def _open(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


def _is_vector_mbtiles(file: Path) -> bool:
    with closing(_open(file)) as base:
        row = base.execute("SELECT value FROM metadata WHERE name = 'format'").fetchone()
        first = base.execute("SELECT tile_data FROM tiles LIMIT 1").fetchone()
    return (row is not None and str(row[0]).lower() in ("pbf", "mvt")) or (first is not None and media_type(bytes(first[0])) is None)


def _from_mbtiles(file: Path, z: int, x: int, y: int) -> bytes | None:
    with closing(_open(file)) as base:
        # MBTiles count rows from the south.
        asked = "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?"
        row = base.execute(asked, (z, x, (1 << z) - 1 - y)).fetchone()
    return bytes(row[0]) if row else None


def _is_pmtiles(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(len(_PMTILES)) == _PMTILES


def _header(file: Path) -> bytes:
    with file.open("rb") as opened:
        header = opened.read(_HEADER_BYTES)
    if len(header) < _HEADER_BYTES or not header.startswith(_PMTILES):
        raise ValueError("不是第 3 版 PMTiles / not PMTiles version 3")
    if header[97] not in (_NONE, _GZIP) or header[98] not in (_NONE, 0):
        raise ValueError("未支持的压缩方式 / a compression that is not supported")
    return header


def _is_vector_pmtiles(file: Path) -> bool:
    return _header(file)[99] not in _PICTURES


def _from_pmtiles(file: Path, z: int, x: int, y: int) -> bytes | None:
    header = _header(file)
    root_at, root_n, _, _, leaves_at, _, data_at, _ = struct.unpack_from("<8Q", header, 8)
    wanted = tile_id(z, x, y)
    at, length = root_at, root_n
    with file.open("rb") as opened:
        for _ in range(_ROOT_DEPTH):
            opened.seek(at)
            found = _entry(_directory(opened.read(length), header[97]), wanted)
            if found is None:
                return None
            _, offset, size, run = found
            if run:
                if size > LIMIT_BYTES:
                    return None
                opened.seek(data_at + offset)
                return opened.read(size)
            at, length = leaves_at + offset, size
    return None


def tile_id(z: int, x: int, y: int) -> int:
    """Number of a tile in PMTiles: all lower zooms, then the Hilbert curve of its own. Source: PMTiles specification 3.

    Examples
    --------
    >>> [tile_id(0, 0, 0), tile_id(1, 0, 0), tile_id(1, 0, 1), tile_id(1, 1, 1), tile_id(1, 1, 0)]
    [0, 1, 2, 3, 4]
    """
    number = ((1 << 2 * z) - 1) // 3
    side = (1 << z) >> 1
    while side:
        right, down = int(bool(x & side)), int(bool(y & side))
        number += side * side * ((3 * right) ^ down)
        if not down:
            if right:
                x, y = side - 1 - (x & (side - 1)), side - 1 - (y & (side - 1))
            x, y = y, x
        side >>= 1
    return number


def _directory(packed: bytes, compression: int) -> list[tuple[int, int, int, int]]:
    """Entries (tile id, offset, length, run); a run of 0 points to a leaf directory."""
    data = gzip.decompress(packed) if compression == _GZIP else packed
    numbers = list(_varints(data))
    n = numbers[0] if numbers else 0
    if len(numbers) < 1 + 4 * n:
        raise ValueError("目录不完整 / the directory is cut off")
    steps, runs, sizes, places = (numbers[1 + part * n : 1 + (part + 1) * n] for part in range(4))
    entries: list[tuple[int, int, int, int]] = []
    number = 0
    for step, run, size, place in zip(steps, runs, sizes, places, strict=True):
        number += step
        offset = place - 1 if place else entries[-1][1] + entries[-1][2]
        entries.append((number, offset, size, run))
    return entries


def _varints(data: bytes) -> Iterator[int]:
    value = shift = 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            yield value
            value = shift = 0


def _entry(entries: list[tuple[int, int, int, int]], wanted: int) -> tuple[int, int, int, int] | None:
    """The last entry that begins at or before a tile, if it holds it."""
    before = [e for e in entries if e[0] <= wanted]
    if not before:
        return None
    last = before[-1]
    return last if not last[3] or wanted < last[0] + last[3] else None
