"""One file (or layer) as it was delivered: texts, shapes, and what the file says about itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj

from geo.crs import Shapes
from geo.errors import SourceError
from geo.read.headers import COORDINATES
from geo.tables import INPUT


@dataclass(frozen=True)
class Delivered:
    """Kept rows of one layer.

    texts
        One text column per header, in order, headers as delivered; null where the file holds nothing. RangeIndex.
    rows
        Number of each row in its file as a person finds it: line of a sheet, number of a feature, from 1.
    shapes
        Geometry per row, None where absent, or points as pairs of numbers; None as a whole for a table without geometry.
    crs
        Declared system of the shapes, None where the file declares none.
    rows_read
        Rows of the file, refused ones included.
    cut
        Headers may be cut to ten bytes (dbf).
    numbers
        Headers whose values the file holds as numbers, not as text.
    """

    texts: pd.DataFrame
    rows: npt.NDArray[np.int64]
    rows_read: int
    format: str
    shapes: Shapes | None = None
    crs: pyproj.CRS | None = None
    encoding: str = ""
    layer: str = ""
    cut: bool = False


def text_frame(columns: Sequence[Sequence[object]], headers: Sequence[str], n: int) -> pd.DataFrame:
    """Columns of Python values as one frame of texts; None, NaN and blank texts become null."""
    data = {i: pd.Series([as_text(v) for v in values], dtype="str") for i, values in enumerate(columns)}
    frame = pd.DataFrame(data, index=pd.RangeIndex(n))
    frame.columns = pd.Index(list(headers), dtype="str")
    return frame


def as_text(value: object) -> str | None:
    """One value as text: whole numbers without '.0', sixteen digits and more as they really are kept (1.5E+17)."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        return repr(value) if abs(value) < 1e15 else f"{value:.15E}"
    text = str(value)
    return text if text.strip() else None


def check_headers(headers: Sequence[str], where_zh: str, where_en: str) -> None:
    """Raise SourceError when a header occurs twice, blanks apart: nobody can say which column is meant."""
    plain = [h.strip() for h in headers]
    twice = sorted({h for h in plain if h and plain.count(h) > 1})
    if twice:
        names = ", ".join(twice)
        raise SourceError(
            f"{where_zh}：列名重复：{names}；请改名后重新提交", f"{where_en}: duplicate headers: {names}; rename them and hand in again"
        )


def expected(role: str) -> str:
    """The headers a role asks for, as a hint in a message."""
    table = INPUT[role]
    names = [f"{c.zh} ({c.name})" for c in table.columns if c.required]
    return "、".join(names or [f"{c.zh} ({c.name})" for c in table.columns]) + (
        "" if table.geometry != "point" else f"、{COORDINATES['lon'][4]}/纬度"
    )
