"""Points from two columns of coordinates, whatever their header promises."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pandas as pd

from geo.crs import GEOGRAPHIC, Floats, prefixed_crs
from geo.points import Points, nowhere
from geo.read.ledger import Ledger

_DMS = re.compile(r"^(\d{1,3})[°度:\s](\d{1,2})[′'分:\s](\d{1,2}(?:\.\d+)?)(?:″|\"|秒|′′|'')?$")
_SCALES = (1e5, 1e6, 1e7)


def read_points(frame: pd.DataFrame, role: str, ledger: Ledger) -> tuple[Points, str | None]:
    """Points of the columns lon, lat or x, y, and the system they are in.

    Degrees are CGCS2000 (EPSG:4490); an easting of eight digits names its zone; a plane easting of six digits names none
    (None: to be told from the footprints). Survey sheets write X for north: a first column of northings is exchanged.

    Parameters
    ----------
    frame
        Texts with lon and lat, or x and y; other columns are not looked at.
    """
    names = ("lon", "lat") if {"lon", "lat"} <= set(frame) else ("x", "y")
    east, north = (parse_numbers(frame[n]) for n in names)
    _unreadable(frame, names, (east, north), role, ledger)
    east, north = _unscaled(east, north, role, ledger)
    if not _plane(east, north) and _plane(north, east):
        east, north = north, east
        ledger.repair(
            role,
            "*",
            "geometry",
            ", ".join(names),
            ", ".join(names[::-1]),
            "axes_exchanged: 测绘坐标 X 为北，已交换 / survey sheets write X for north: exchanged",
        )
    there = ~(np.isnan(east) | np.isnan(north))
    points = nowhere(len(frame))
    points[there] = np.column_stack([east[there], north[there]])
    return points, _system(east[there])


def parse_numbers(texts: pd.Series) -> Floats:
    """Numbers of texts: full width, degree signs, letters E and N, minutes and seconds, comma decimals; NaN if unreadable."""
    plain = pd.to_numeric(texts, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    odd = np.isnan(plain) & texts.notna().to_numpy()
    if odd.any():
        plain = plain.copy()
        plain[odd] = [_number(str(t)) for t in texts[odd]]
    return plain


def _number(text: str) -> float:
    plain = unicodedata.normalize("NFKC", text).strip().strip("EeNn东经北纬 ")
    dms = _DMS.match(plain)
    if dms and int(dms[2]) < 60 and float(dms[3]) < 60:
        return int(dms[1]) + int(dms[2]) / 60 + float(dms[3]) / 3600
    plain = plain.rstrip("°度").replace(",", ".") if plain.count(",") == 1 and "." not in plain else plain.rstrip("°度")
    try:
        return float(plain)
    except ValueError:
        return float("nan")


def _unreadable(frame: pd.DataFrame, names: tuple[str, str], numbers: tuple[Floats, Floats], role: str, ledger: Ledger) -> None:
    """Note coordinates that are no numbers, and rows with only one of the two."""
    key = frame["_key"] if "_key" in frame else frame["_row"]
    given = [frame[n].notna().to_numpy() for n in names]
    for name, values, there in zip(names, numbers, given, strict=True):
        bad = np.isnan(values) & there
        if bad.any():
            why = f"coordinate_bad: {name} 不是数字，坐标按未知处理 / {name} is not a number; taken as not located"
            ledger.repair(role, key[bad].array, "geometry", frame.loc[bad, name].array, None, why)
    half = given[0] ^ given[1]
    if half.any():
        ledger.repair(
            role,
            key[half].array,
            "geometry",
            None,
            None,
            "coordinate_half: 只有一个坐标，按未知处理 / one coordinate only; taken as not located",
        )


def _unscaled(east: Floats, north: Floats, role: str, ledger: Ledger) -> tuple[Floats, Floats]:
    """Degrees kept as whole numbers (times 1e5, 1e6 or 1e7) as degrees again; plane coordinates have other magnitudes."""
    x, y = _typical(east), _typical(north)
    if x <= 360.0 or _plane(east, north) or _plane(north, east):
        return east, north
    scale = next((s for s in _SCALES if 60.0 <= x / s <= 180.0 and 3.0 <= y / s <= 75.0), None)
    if scale is None:
        return east, north
    ledger.repair(role, "*", "geometry", None, None, f"coordinate_scaled: 坐标除以 {scale:.0f} / coordinates divided by {scale:.0f}")
    return east / scale, north / scale


def _plane(east: Floats, north: Floats) -> bool:
    """Whether two columns are easting and northing in metres: a northing of seven digits, an easting of six or with its zone."""
    x, y = _typical(east), _typical(north)
    return 1.0e6 <= y <= 6.5e6 and (1e5 <= x <= 9e5 or prefixed_crs(x) is not None)


def _typical(values: Floats) -> float:
    finite = np.abs(values[np.isfinite(values) & (values != 0)])
    return float(np.median(finite)) if len(finite) else 0.0


def _system(east: Floats) -> str | None:
    typical = _typical(east)
    if typical <= 360.0:
        return GEOGRAPHIC
    return prefixed_crs(typical)
