"""Shapefiles: attributes from the bytes of the dbf, shapes through GDAL, and a count that must agree."""

from __future__ import annotations

import codecs
import shutil
import struct
import tempfile
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyogrio
import pyproj

from geo.errors import SourceError
from geo.read.archive import unpack_shapefile
from geo.read.delivered import Delivered, check_headers
from geo.read.ledger import Ledger
from geo.read.parquet import parse_wkb
from geo.read.settings import Source
from geo.read.sniff import decode_fields

Live = npt.NDArray[np.bool_]
_CUT_WIDTH = 60
_NAME_WIDTH = 10
_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


class _Field(NamedTuple):
    name: bytes
    kind: bytes
    width: int


def read_shapefile(path: Path, role: str, source: Source, ledger: Ledger) -> Delivered:
    """One shapefile, bare or in a zip.

    Raises
    ------
    SourceError
        A part is missing (.dbf) or cut off, the counts of shapes and records differ, or the encoding cannot be told.
    """
    with tempfile.TemporaryDirectory(prefix="doorplate-") as folder:
        if path.suffix.lower() == ".shp":
            shp, layer = _gather(path, Path(folder)), path.stem
        else:
            shp, layer = unpack_shapefile(path, Path(folder), source.layer)
        return _read(shp, path.name, layer, role, source, ledger)


def parts(path: Path) -> list[Path]:
    """The files that make up a bare shapefile, in the order of their endings."""
    return sorted((p for p in path.parent.iterdir() if p.stem == path.stem and p.suffix.lower() in _PARTS), key=lambda p: p.suffix.lower())


def _gather(path: Path, folder: Path) -> Path:
    for part in parts(path):
        shutil.copyfile(part, folder / f"layer{part.suffix.lower()}")
    return folder / "layer.shp"


def _read(shp: Path, name: str, layer: str, role: str, source: Source, ledger: Ledger) -> Delivered:
    if not shp.with_suffix(".dbf").is_file():
        raise SourceError(
            f"{name}：缺少 .dbf，属性全部丢失；请补齐后重新提交", f"{name}: no .dbf, all attributes are missing; hand it in with the .dbf"
        )
    _check_size(shp, name)
    cpg = shp.with_suffix(".cpg")
    declared = _codepage(cpg.read_text("ascii", "replace") if cpg.is_file() else "")
    texts, live, encoding = _attributes(shp.with_suffix(".dbf"), name, role, source, declared, ledger)
    blobs = _blobs(shp, name)
    if len(blobs) != len(live):
        zh = f"{name}：.shp 有 {len(blobs)} 个图形而 .dbf 有 {len(live)} 条记录；请重新导出"
        raise SourceError(zh, f"{name}: the .shp holds {len(blobs)} shapes and the .dbf {len(live)} records; export it again")
    # A record marked as deleted in the dbf is no row: its shape goes with it.
    shapes, corrupt = parse_wkb(blobs[live])
    rows = np.flatnonzero(live) + 1
    ledger.refuse(
        role,
        pd.DataFrame({"_source": name, "_row": rows[corrupt]}),
        "geom_corrupt",
        "geometry",
        None,
        "几何数据损坏，请重新导出 / the shape is damaged, export it again",
    )
    texts = texts[~corrupt].reset_index(drop=True)
    return Delivered(
        texts, rows[~corrupt], len(rows), "shp", shapes[~corrupt], _crs(shp.with_suffix(".prj"), name), encoding, layer, True
    )


def _check_size(shp: Path, name: str) -> None:
    """The length a .shp declares (in 16-bit words) must be there."""
    with shp.open("rb") as file:
        head = file.read(100)
    if len(head) < 100 or head[:4] != b"\x00\x00\x27\x0a" or struct.unpack(">i", head[24:28])[0] * 2 > shp.stat().st_size:
        raise SourceError(f"{name}：.shp 文件不完整（被截断）；请重新导出", f"{name}: the .shp is cut off; export it again")


def _blobs(shp: Path, name: str) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """The shapes alone: GDAL never sees the dbf, whose field names it cannot always read back."""
    alone = shp.with_name("shapes.shp")
    for suffix in (".shp", ".shx"):
        if shp.with_suffix(suffix).is_file():
            shp.with_suffix(suffix).rename(alone.with_suffix(suffix))
    pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": True})
    try:
        with warnings.catch_warnings():
            # GDAL warns of ring order and rebuilt indexes; what matters of it is checked here.
            warnings.simplefilter("ignore", RuntimeWarning)
            _, _, geometry, _ = pyogrio.raw.read(alone, columns=[])
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as e:
        raise SourceError(f"{name}：shapefile 损坏（{e}）", f"{name}: the shapefile is damaged ({e})") from e
    finally:
        # the option is the whole process's: left on, the next archive anybody opens is read as damaged
        pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": None})
    return np.asarray(geometry, dtype=object)


def _attributes(dbf: Path, name: str, role: str, source: Source, declared: str | None, ledger: Ledger) -> tuple[pd.DataFrame, Live, str]:
    """Every field of every live record as text, read from the bytes (numbers as printed, codes with their zeros), and which are live."""
    fields, records = _records(dbf.read_bytes(), name)
    live = records["flag"] != b"*"
    raw = [np.unique(np.char.strip(records[f"f{i}"][live]), return_inverse=True) for i in range(len(fields))]
    # What fills its field to the last byte may be cut in the middle of a character: it tells nothing about the encoding.
    sample = [v for (values, _), f in zip(raw, fields, strict=True) for v in values if len(v) < f.width]
    used = decode_fields(
        [*(f.name for f in fields if len(f.name) < _NAME_WIDTH), *sample], name, encoding=source.encoding, declared=declared
    )
    headers = [f.name.decode(used, "ignore") for f in fields]
    check_headers(headers, name, name)
    columns = {i: _column(values, position, f.kind, used) for i, ((values, position), f) in enumerate(zip(raw, fields, strict=True))}
    for header, (values, _), f in zip(headers, raw, fields, strict=True):
        if f.kind == b"C" and f.width >= _CUT_WIDTH and (np.char.str_len(values) == f.width).any():
            why = (
                "text_cut: 文字占满了字段，可能被截断；请改交 GeoPackage / texts fill their field and may be cut off; hand in a GeoPackage"
            )
            ledger.repair(role, "*", header, None, None, why)
    frame = pd.DataFrame(columns, index=pd.RangeIndex(int(live.sum())))
    frame.columns = pd.Index(headers, dtype="str")
    return frame, live, used


def _records(data: bytes, name: str) -> tuple[list[_Field], npt.NDArray[np.void]]:
    """Fields and records of a dbf, checked against the lengths its header declares."""
    if len(data) < 33:
        raise SourceError(f"{name}：.dbf 不完整", f"{name}: the .dbf is cut off")
    count, head, width = struct.unpack("<IHH", data[4:12])
    found = [data[i : i + 32] for i in range(32, head - 1, 32) if data[i : i + 1] not in (b"\r", b"")]
    fields = [_Field(f[:11].split(b"\x00")[0], f[11:12], f[16]) for f in found]
    if width < 1 or len(data) < head + count * width:
        there = max(0, len(data) - head) // max(width, 1)
        zh = f"{name}：.dbf 声明 {count} 条记录，实际只有 {there} 条；请重新导出"
        raise SourceError(zh, f"{name}: the .dbf declares {count} records and holds {there}; export it again")
    kind = np.dtype([("flag", "S1"), *((f"f{i}", f"S{f.width}") for i, f in enumerate(fields))])
    if kind.itemsize != width:
        raise SourceError(f"{name}：.dbf 的字段宽度与记录长度不符", f"{name}: field widths of the .dbf do not add up to its record length")
    return fields, np.frombuffer(data, kind, count, head)


def _column(values: npt.NDArray[np.bytes_], position: npt.NDArray[np.intp], kind: bytes, encoding: str) -> pd.Series:
    texts: list[str | None] = []
    for value in values:
        text = value.decode(encoding, "ignore")
        blank = not text.strip() or (kind in b"NF" and set(text) == {"*"}) or (kind == b"D" and text == "00000000")
        texts.append(None if blank else _number(text) if kind in b"NF" else text)
    return pd.Series(np.asarray(texts, dtype=object)[position] if len(values) else [], dtype="str")


def _number(text: str) -> str:
    """A number as printed in the dbf; '3.00' is the whole number 3."""
    whole, _, rest = text.partition(".")
    return whole if rest and not rest.strip("0") and whole.lstrip("-").isdigit() else text


def _codepage(said: str) -> str | None:
    word = said.strip().lower()
    word = {"936": "gb18030", "gbk": "gb18030", "gb2312": "gb18030", "cp936": "gb18030", "950": "big5", "65001": "utf-8"}.get(word, word)
    try:
        return codecs.lookup(word).name if word else None
    except LookupError:
        return None


def _crs(prj: Path, name: str) -> pyproj.CRS | None:
    if not prj.is_file():
        return None
    text = prj.read_text("utf-8", "replace")
    try:
        crs = pyproj.CRS.from_wkt(text)
    except pyproj.exceptions.CRSError as e:
        raise SourceError(
            f"{name}：无法识别 .prj；请在 doorplate.toml 写明 crs", f"{name}: unreadable .prj; name the crs in doorplate.toml"
        ) from e
    epsg = crs.to_epsg(min_confidence=70)
    return pyproj.CRS.from_epsg(epsg) if epsg else crs
