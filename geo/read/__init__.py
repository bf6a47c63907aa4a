"""Files in, raw tables out: every file of a project folder found, told by its content, and read as text.

`read` keeps three promises: rows_read = kept + quarantined; a kept value is what the source holds; a refused row is
named so that it can be mended. A bad file raises, a bad row is quarantined.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
from geopandas.array import GeometryArray

from geo.crs import reproject
from geo.errors import CrsError, ProjectError, SourceError
from geo.points import PAIR, as_shapes, missing
from geo.read.compose import compose_text, composes
from geo.read.delivered import Delivered, expected
from geo.read.gpkg import read_gpkg
from geo.read.headers import COORDINATES, clean_header, match_headers
from geo.read.ledger import Ledger
from geo.read.parquet import read_parquet
from geo.read.persons import count_persons, drop_persons, mask_persons
from geo.read.points import read_points
from geo.read.settings import Settings, Source, read_settings
from geo.read.shapefile import parts, read_shapefile
from geo.read.sheet import read_csv, read_workbook
from geo.read.sniff import SUFFIXES, sniff
from geo.read.vector import read_geojson, read_kml
from geo.tables import INPUT, SOURCES

__all__ = ["Raw", "Settings", "Source", "headers", "read", "read_settings"]

_ALSO = {"addresses": ("addresses", "register")}
Frame: TypeAlias = pd.DataFrame
"""A frame of one role: a GeoDataFrame where the source has shapes."""


@dataclass(frozen=True)
class Raw:
    """The tables of a project as delivered.

    tables
        Per role that was delivered: canonical columns, every value text (null = the source holds nothing), geometry with
        its declared CRS (None: undeclared) or the x and y of its points, `_source` (file) and `_row` (line of the sheet or number of the feature).
    crs
        Declared system of the roles with x and y; None: undeclared.
    settings
        doorplate.toml, checked.
    sources, quarantine, repairs
        Tables of SOURCES, QUARANTINE and REPAIRS as far as reading got; `standardise` adds to them. `kept` counts the rows
        whose content is in the tables: persons counted per address are kept.
    """

    tables: dict[str, Frame]
    settings: Settings
    sources: pd.DataFrame
    quarantine: pd.DataFrame
    repairs: pd.DataFrame
    crs: dict[str, pyproj.CRS | None] = field(default_factory=dict)


def read(project: Path, *, on_step: Callable[[str, int, int], None] | None = None) -> Raw:
    """Read every table of a project folder.

    Parameters
    ----------
    project
        Folder with `buildings.<ext>`, `plates.<ext>` ... and perhaps doorplate.toml.
    on_step
        Called with the role, its number from 1 and the number of roles before each is read.

    Raises
    ------
    ProjectError
        No folder, no table in it, two files for one role, or an unknown key in doorplate.toml.
    SourceError
        A file cannot be read as what it claims to be, or lacks a required column.
    """
    project = Path(project)
    if not project.is_dir():
        raise ProjectError(f"没有项目文件夹 {project.name}", f"there is no project folder {project.name}")
    settings, ledger = read_settings(project), Ledger()
    found = {role: files for role in INPUT if (files := _files(project, role, settings.source(role)))}
    if not found:
        names = "、".join(f"{r}.*" for r in INPUT)
        raise ProjectError(f"{project.name} 中没有数据文件；应有 {names}", f"{project.name} holds no table; expected {names}")
    tables: dict[str, Frame] = {}
    crs: dict[str, pyproj.CRS | None] = {}
    sources: list[dict[str, object]] = []
    for number, (role, files) in enumerate(found.items(), start=1):
        if on_step is not None:
            on_step(role, number, len(found))
        frames = [_read_one(project, path, role, settings.source(role), ledger, sources) for path in files]
        tables[role], crs[role] = frames[0] if len(frames) == 1 else (_together(frames, role, ledger), None)
    listed = pd.DataFrame(sources, columns=list(SOURCES))
    return Raw(tables, settings, listed, ledger.quarantine_frame(), ledger.repairs_frame(), crs)


def headers(path: Path, role: str, source: Source) -> dict[str, str]:
    """What each column of ours is called in one file, by the file's own headers; a column the file lacks is absent.

    Raises
    ------
    SourceError
        The file cannot be read as what it claims to be.
    """
    delivered = _deliver(path, role, source, Ledger())
    written = [str(h) for h in delivered.texts.columns]
    columns = match_headers(role, written, given=source.columns, cut=delivered.cut)
    return {column: written[at] for column, at in sorted(columns.items(), key=lambda one: one[1])}


def _files(project: Path, role: str, source: Source) -> list[Path]:
    """The files of one role: those named in doorplate.toml, else the one called like the role."""
    if source.files:
        found = []
        for name in source.files:
            hits = sorted(p for p in project.glob(name) if p.is_file()) if not Path(name).is_absolute() else []
            if not hits or any(project.resolve() not in p.resolve().parents for p in hits):
                raise ProjectError(
                    f"doorplate.toml：{role} 的文件 {name} 不在项目文件夹中",
                    f"doorplate.toml: {role}: no file {name} in the project folder",
                )
            found += hits
        return list(dict.fromkeys(found))
    names = _ALSO.get(role, (role,))
    found = sorted(p for p in project.iterdir() if p.is_file() and p.stem.lower() in names and p.suffix.lower() in SUFFIXES)
    if len(found) > 1:
        listed = ", ".join(p.name for p in found)
        zh = f"{role} 有 {len(found)} 个文件（{listed}）；请只留一个，或在 doorplate.toml 用 file 写明"
        raise ProjectError(zh, f"{role} has {len(found)} files ({listed}); leave one, or name them as file in doorplate.toml")
    return found


def _read_one(project: Path, path: Path, role: str, source: Source, ledger: Ledger, sources: list[dict[str, object]]) -> tuple[Frame, pyproj.CRS | None]:
    """One file as a frame with canonical columns, and the system of its points or shapes; its line of SOURCES is appended."""
    name, own = path.relative_to(project).as_posix(), Ledger()
    delivered = _deliver(path, role, source, own)
    ledger.take(own, source=name)
    sources.append({
        "table": role, "file": name, "sha256": _sha256(path), "bytes": sum(p.stat().st_size for p in _all_parts(path)),
        "format": delivered.format, "encoding": delivered.encoding, "layer": delivered.layer, "rows_read": delivered.rows_read, "kept": len(delivered.rows),
        "quarantined": delivered.rows_read - len(delivered.rows),
    })  # fmt: skip
    return _canonical(delivered, name, role, source, ledger)


def _deliver(path: Path, role: str, source: Source, ledger: Ledger) -> Delivered:
    kind = sniff(path)
    if kind == "parquet":
        return read_parquet(path, role, ledger)
    if kind == "gpkg":
        return read_gpkg(path, role, ledger, layer=source.layer)
    if kind in ("shp", "zip"):
        return read_shapefile(path, role, source, ledger)
    if kind == "geojson":
        return read_geojson(path, role, ledger, encoding=source.encoding)
    if kind == "kml":
        return read_kml(path, role, ledger, layer=source.layer)
    return read_csv(path, role, source, ledger) if kind == "csv" else read_workbook(path, role, source, ledger)


def _canonical(delivered: Delivered, name: str, role: str, source: Source, ledger: Ledger) -> tuple[Frame, pyproj.CRS | None]:
    """Canonical columns of one file, without persons, with its points where coordinates stand in columns."""
    texts = delivered.texts
    columns = match_headers(role, [str(h) for h in texts.columns], given=source.columns, cut=delivered.cut)
    plain = {clean_header(str(h)) for h in texts.columns}
    for header in source.columns.values():
        if clean_header(header) not in plain:
            zh = f"{name}：doorplate.toml 指定的列 {header} 不存在；有：{', '.join(map(str, texts.columns))}"
            raise SourceError(zh, f"{name}: no column {header} as named in doorplate.toml; there are: {', '.join(map(str, texts.columns))}")
    columns = _standing_in(drop_persons(texts, columns, role, ledger), role)
    if delivered.rows_read or len(texts.columns):
        _check_required({**columns, **dict.fromkeys(("text",) if composes(texts, role) else (), -1)}, name, role)
    unread = [str(h) for i, h in enumerate(texts.columns) if i not in columns.values() and not str(h).startswith("\x00")]
    ledger.repair(role, ["*"] * len(unread), None, unread, None, "column_not_read: 未使用的列 / a column without use here")
    frame = pd.DataFrame({c: texts.iloc[:, p] for c, p in sorted(columns.items())}, index=texts.index, copy=False)
    if not len(frame):
        frame = frame.reindex(columns=sorted({*columns, *(c.name for c in INPUT[role].columns)})).astype("str")
    frame = frame.assign(_source=pd.Series(name, index=frame.index, dtype="str"), _row=delivered.rows)
    shapes, crs = delivered.shapes, delivered.crs
    kind = INPUT[role].geometry
    if (
        kind == "point"
        and ({"lon", "lat"} <= set(columns) or {"x", "y"} <= set(columns))
        and (shapes is None or missing(shapes).all())
    ):
        key = INPUT[role].id
        shapes, told = read_points(frame.assign(_key=frame[key]) if key in frame else frame, role, ledger)
        crs = pyproj.CRS(told) if told else None
    frame = frame.drop(columns=[c for c in COORDINATES if c in frame])
    frame = mask_persons(frame, role, ledger)
    if role in ("plates", "addresses"):
        frame = compose_text(texts, columns, frame, role, ledger)
    if role == "population":
        frame = count_persons(frame, texts, ledger)
    if kind == "none" or shapes is None:
        return frame, None
    crs = _override(source, crs, name)
    if shapes.dtype != object:
        return frame.assign(**dict(zip(PAIR, shapes.T, strict=True))), crs
    return gpd.GeoDataFrame(frame, geometry=GeometryArray(shapes, crs=crs)), crs


def _standing_in(columns: dict[str, int], role: str) -> dict[str, int]:
    """A village without a code goes by its name, one without a name by its code."""
    for column, other in (("village_code", "name"), ("name", "village_code")):
        if role == "villages" and column not in columns and other in columns:
            columns = columns | {column: columns[other]}
    return columns


def _check_required(columns: dict[str, int], name: str, role: str) -> None:
    missing = [f"{c.zh} ({c.name})" for c in INPUT[role].columns if c.required and c.name not in columns]
    if role == "population" and not {"address_id", "text"} & set(columns):
        missing = ["地址编码 (address_id) / 地址 (text)"]
    if missing:
        listed = "、".join(missing)
        zh = f"{name}：缺少列 {listed}；{role} 应有 {expected(role)}；列名不同时请在 doorplate.toml 的 [sources.{role}] columns 写明"
        raise SourceError(
            zh,
            f"{name}: no column for {listed}; {role} needs {expected(role)}; map others as columns in [sources.{role}] of doorplate.toml",
        )


def _override(source: Source, crs: pyproj.CRS | None, name: str) -> pyproj.CRS | None:
    if source.crs is None:
        return crs
    try:
        return pyproj.CRS.from_user_input(source.crs)
    except pyproj.exceptions.CRSError as e:
        raise CrsError(
            f"{name}：doorplate.toml 的 crs {source.crs} 无法识别", f"{name}: unreadable crs {source.crs} in doorplate.toml"
        ) from e


def _together(delivered: Sequence[tuple[Frame, pyproj.CRS | None]], role: str, ledger: Ledger) -> Frame:
    """Several files of one role as one frame, with shapes in the CRS of the first."""
    frames = [_with_shapes(*one) for one in delivered]
    spatial = [f for f in frames if isinstance(f, gpd.GeoDataFrame)]
    if not spatial:
        return pd.concat(frames, ignore_index=True)
    crs = spatial[0].crs
    same = []
    for frame in frames:
        if not isinstance(frame, gpd.GeoDataFrame):
            frame = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries([None] * len(frame), index=frame.index), crs=crs)
        elif (frame.crs is None) != (crs is None):
            zh = f"{role}：几个文件中有的声明了坐标系，有的没有；请在 doorplate.toml 写明 crs"
            raise CrsError(zh, f"{role}: some files declare a CRS and some do not; name the crs in doorplate.toml")
        elif crs is not None and not frame.crs.equals(crs, ignore_axis_order=True):
            ledger.repair(
                role,
                "*",
                "geometry",
                frame.crs.to_string(),
                crs.to_string(),
                "reprojected: 各文件坐标系不同，已统一 / files in different systems were brought together",
            )
            frame = frame.set_geometry(
                gpd.GeoSeries(reproject(np.asarray(frame.geometry.array, dtype=object), frame.crs, crs), index=frame.index, crs=crs)
            )
        same.append(frame)
    out: Frame = gpd.GeoDataFrame(pd.concat(same, ignore_index=True), geometry="geometry", crs=crs)
    return out


def _with_shapes(frame: Frame, crs: pyproj.CRS | None) -> Frame:
    if not set(PAIR) <= set(frame):
        return frame
    return gpd.GeoDataFrame(frame.drop(columns=list(PAIR)), geometry=as_shapes(frame[list(PAIR)].to_numpy()), crs=crs)


def _all_parts(path: Path) -> list[Path]:
    return parts(path) if path.suffix.lower() == ".shp" else [path]


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    for part in _all_parts(path):
        with part.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
