"""GeoJSON and KML, parsed here: no driver of a library gets to see a file that could point to another one."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyproj
import shapely

from geo.crs import Shapes
from geo.errors import SourceError
from geo.read.delivered import Delivered, check_headers, text_frame
from geo.read.ledger import Ledger
from geo.read.sniff import decode

_TWICE = "\u0000twice"
_DEPTH = 64
_LONLAT = pyproj.CRS.from_user_input("OGC:CRS84")


def read_geojson(path: Path, role: str, ledger: Ledger, *, encoding: str | None = None) -> Delivered:
    """One GeoJSON file; an old-style crs member is honoured, without one the positions are longitude and latitude.

    Raises
    ------
    SourceError
        Not JSON (with line and column), nested too deep, or JSON of another kind (a GDAL pipeline, a bare object).
    """
    text, used = decode(path.read_bytes(), path.name, encoding=encoding)
    data = _json(text, path.name)
    features = _features(data, path.name)
    shapes, corrupt = _geojson_shapes([f.get("geometry") for f in features])
    records = [f.get("properties") or {} for f in features]
    if all("id" in f and "id" not in r for f, r in zip(features, records, strict=True)):
        records = [{"id": f["id"], **r} for f, r in zip(features, records, strict=True)]
    twice = np.array([_TWICE in f or _TWICE in r for f, r in zip(features, records, strict=True)], dtype=bool)
    headers = list(dict.fromkeys(k for r in records for k in r if k != _TWICE))
    check_headers(headers, path.name, path.name)
    rows = np.arange(1, len(features) + 1)
    frame = pd.DataFrame({"_source": path.name, "_row": rows})
    ledger.refuse(role, frame[twice], "key_twice", None, None, "同一属性出现两次 / a property occurs twice")
    ledger.refuse(
        role,
        frame[corrupt & ~twice],
        "geom_corrupt",
        "geometry",
        None,
        "几何数据残缺（环未闭合或点不足） / broken shape: open ring or too few points",
    )
    keep = ~(twice | corrupt)
    kept = [r for r, k in zip(records, keep, strict=True) if k]
    texts = text_frame([[_flat(r.get(h)) for r in kept] for h in headers], headers, len(kept))
    return Delivered(texts, rows[keep], len(rows), "geojson", shapes[keep], _declared(data, path.name), used)


def read_kml(path: Path, role: str, ledger: Ledger, *, layer: str | None = None) -> Delivered:
    """The placemarks of a KML file with their ExtendedData; links to other files are never followed.

    Raises
    ------
    SourceError
        Not well-formed XML, not KML, or it declares entities.
    """
    data = path.read_bytes()
    if re.search(rb"<!(DOCTYPE|ENTITY)", data[:65536], re.IGNORECASE):
        raise SourceError(
            f"{path.name}：KML 中声明了实体（DOCTYPE/ENTITY），不予读取", f"{path.name}: the KML declares entities and is refused"
        )
    try:
        root = ET.fromstring(data)  # noqa: S314  a file that declares entities was refused above
    except ET.ParseError as e:
        raise SourceError(
            f"{path.name}：KML 不完整或格式错误（第 {e.position[0]} 行）",
            f"{path.name}: the KML is cut off or malformed (line {e.position[0]})",
        ) from e
    for element in root.iter():
        element.tag = element.tag.rsplit("}", 1)[-1]
    if root.tag != "kml":
        raise SourceError(f"{path.name}：这是 XML，但不是 KML", f"{path.name}: this is XML, but not KML")
    scope = [f for f in root.iter("Folder") if layer and (f.findtext("name") or "").strip() == layer] or [root]
    marks = [m for f in scope for m in f.iter("Placemark")]
    records = [_kml_record(m) for m in marks]
    parsed = [_kml_geometry(m) for m in marks]
    shapes, corrupt = _geojson_shapes(parsed)
    rows = np.arange(1, len(marks) + 1)
    ledger.refuse(
        role, pd.DataFrame({"_source": path.name, "_row": rows})[corrupt], "geom_corrupt", "geometry", None, "坐标残缺 / broken coordinates"
    )
    headers = list(dict.fromkeys(k for r in records for k in r))
    check_headers(headers, path.name, path.name)
    kept = [r for r, bad in zip(records, corrupt, strict=True) if not bad]
    texts = text_frame([[r.get(h) for r in kept] for h in headers], headers, len(kept))
    return Delivered(texts, rows[~corrupt], len(rows), "kml", shapes[~corrupt], _LONLAT)


def _json(text: str, name: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_pairs)
    except RecursionError as e:
        raise SourceError(f"{name}：JSON 嵌套过深", f"{name}: the JSON is nested too deep") from e
    except json.JSONDecodeError as e:
        zh = f"{name} 第 {e.lineno} 行第 {e.colno} 列（第 {e.pos} 字符）：不是完整的 JSON；请重新导出"
        raise SourceError(zh, f"{name} line {e.lineno} column {e.colno} (character {e.pos}): not complete JSON; export it again") from e


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        out[_TWICE] = True
    return out


def _features(data: Any, name: str) -> list[dict[str, Any]]:
    kind = data.get("type") if isinstance(data, dict) else None
    features = data.get("features") if kind == "FeatureCollection" else [data] if kind == "Feature" else None
    if not isinstance(features, list) or not all(isinstance(f, dict) and isinstance(f.get("properties") or {}, dict) for f in features):
        zh = f"{name}：JSON 的 type 是 {kind!r}，不是 FeatureCollection；不予读取"
        raise SourceError(zh, f"{name}: the type of this JSON is {kind!r}, not FeatureCollection; it is refused")
    return features


def _declared(data: dict[str, Any], name: str) -> pyproj.CRS | None:
    member = data.get("crs", ...)
    if member is ...:
        return _LONLAT
    said = member.get("properties", {}).get("name") if isinstance(member, dict) else None
    if said is None:
        return None
    try:
        return pyproj.CRS.from_user_input(said)
    except pyproj.exceptions.CRSError as e:
        raise SourceError(f"{name}：无法识别坐标系 {said}", f"{name}: unreadable CRS {said}") from e


def _geojson_shapes(geometries: Sequence[Any]) -> tuple[Shapes, np.ndarray[Any, np.dtype[np.bool_]]]:
    """Shapes of GeoJSON geometries and which of them are no shape; null stays None."""
    present = np.array([g is not None for g in geometries], dtype=bool)
    out = np.full(len(geometries), None, dtype=object)
    deep = np.array([isinstance(g, dict) and not _shallow(g) for g in geometries], dtype=bool)
    texts = [json.dumps(g) for g, p, d in zip(geometries, present, deep, strict=True) if p and not d]
    if texts:
        out[present & ~deep] = shapely.from_geojson(np.array(texts, dtype=object), on_invalid="ignore")
    return out, present & shapely.is_missing(out)


def _shallow(geometry: Any) -> bool:
    """Whether the first items of a geometry nest at most 64 deep; what nests elsewhere fails in the parser of shapes."""
    item, left = geometry.get("coordinates", geometry.get("geometries")), _DEPTH
    while isinstance(item, list) and item and left:
        item, left = item[0], left - 1
    return left > 0


def _flat(value: Any) -> object:
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if isinstance(value, dict | list) else value


def _kml_record(mark: ET.Element) -> dict[str, str | None]:
    record = {"name": mark.findtext("name"), "description": mark.findtext("description")} | (
        {"id": mark.get("id")} if mark.get("id") else {}
    )
    for item in mark.iter("Data"):
        record[item.get("name") or ""] = item.findtext("value")
    for item in mark.iter("SimpleData"):
        record[item.get("name") or ""] = item.text
    return record


def _kml_geometry(mark: ET.Element) -> dict[str, Any] | None:
    multi = mark.find(".//MultiGeometry")
    parts = [p for p in (_kml_part(e) for e in (multi if multi is not None else mark)) if p is not None]
    if not parts:
        return None
    if len(parts) == 1:
        return parts[0]
    kinds = {p["type"] for p in parts}
    if len(kinds) == 1:
        return {"type": f"Multi{kinds.pop()}", "coordinates": [p["coordinates"] for p in parts]}
    return {"type": "GeometryCollection", "geometries": parts}


def _kml_part(element: ET.Element) -> dict[str, Any] | None:
    if element.tag == "Point":
        return {"type": "Point", "coordinates": (_kml_positions(element.find("coordinates")) or [[]])[0]}
    if element.tag == "LineString":
        return {"type": "LineString", "coordinates": _kml_positions(element.find("coordinates"))}
    if element.tag == "Polygon":
        rings = [
            _kml_positions(c)
            for place in ("outerBoundaryIs", "innerBoundaryIs")
            for c in element.findall(f"{place}/LinearRing/coordinates")
        ]
        return {"type": "Polygon", "coordinates": rings}
    return None


def _kml_positions(element: ET.Element | None) -> list[list[float | None]]:
    text = (element.text or "") if element is not None else ""
    positions: list[list[float | None]] = []
    for item in re.sub(r"\s*,\s*", ",", text).split():
        try:
            positions.append([float(v) for v in item.split(",")[:2]])
        except ValueError:
            return [[None, None]]  # no position: the shape fails to parse and its row is refused
    return positions
