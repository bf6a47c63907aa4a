"""A town drawn in metres, in code: a street of correct houses, and whatever a test adds to it.

Numbers are metres east and north of ORIGIN. The tables go through `geo.standardise`, exactly as a delivered project does.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any, TypeAlias

import geopandas as gpd
import pandas as pd
from shapely import Geometry, Point, Polygon, affinity, box

from geo.pipeline import verify
from geo.profile import Profile, Thresholds
from geo.read import Raw, Settings
from geo.standardise import standardise
from geo.tables import INPUT, QUARANTINE, REPAIRS, SOURCES, Inputs, Scope, Verification

CRS = "EPSG:4544"
ORIGIN = (600_000.0, 3_275_000.0)
AS_OF = "2026-06-30"
SCOPE = Scope(province="重庆市", county="璧山区", town="广普镇")
VILLAGE, CODE = "普兴社区", "500120105001"
PITCH_M = 20.0
"""From one house of a street to the next; every house is 10 m x 10 m."""
NOBODY = {"registered_n": 0, "resident_n": 0, "floating_n": 0, "absent_n": 0, "unit_n": 0, "counted_on": "2026-06-20"}
"""Counts that say, fresh and complete, that nobody is there."""


Corners: TypeAlias = list[tuple[float, float]]


class Town:
    """Rows of every input table while a town is being drawn; every method adds to it and returns it."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.crs: dict[str, str | None] = {}
        self.thresholds = Thresholds()

    def village(self, code: str = CODE, name: str = VILLAGE, *, x: float = -500, y: float = -500, w: float = 1000, d: float = 1000, **columns: Any) -> Town:
        return self._add("villages", {"village_code": code, "name": name, "town": "广普镇"} | columns, outline(x, y, w, d))

    def house(self, building_id: str, x: float, y: float, *, w: float = 10, d: float = 10, corners: Corners | None = None, **columns: Any) -> Town:
        """A footprint with its south-west corner at (x, y), a rectangle or the ring of `corners` from there."""
        shape = outline(x, y, w, d) if corners is None else Polygon([(ORIGIN[0] + x + i, ORIGIN[1] + y + j) for i, j in corners])
        return self._add("buildings", {"building_id": building_id, "use": "residential"} | columns, shape)

    def previous(self, building_id: str, x: float, y: float, *, w: float = 10, d: float = 10, **columns: Any) -> Town:
        """A footprint of the survey before."""
        return self._add("buildings_previous", {"building_id": building_id} | columns, outline(x, y, w, d))

    def plate(self, plate_id: str, text: str, x: float | None = None, y: float | None = None, **columns: Any) -> Town:
        return self._add("plates", {"plate_id": plate_id, "text": text} | columns, point(x, y))

    def address(self, address_id: str, text: str, x: float | None = None, y: float | None = None, **columns: Any) -> Town:
        """A register address; `text` follows the village's name unless it names one (or none) itself, see `full`."""
        return self._add("addresses", {"address_id": address_id, "text": full(text)} | columns, point(x, y))

    def home(self, name: str, x: float, y: float, text: str, **columns: Any) -> Town:
        """A correct house at (x, y): footprint B<name>, plate P<name> on its south wall, address A<name> in its middle."""
        return self.house(f"B{name}", x, y, **columns).plate(f"P{name}", text, x + 5, y).address(f"A{name}", text, x + 5, y + 5)

    def street(self, name: str = "民主街", n: int = 12, *, y: float = 0.0, first: int = 1, prefix: str = "") -> Town:
        """Correct houses on both sides of a street along y: odd numbers north of it, even ones south."""
        for i in range(n):
            number, side = first + i, (i + 1) % 2
            south = y + 5 if side else y - 15
            wall = south if side else south + 10
            x, who = PITCH_M * (i // 2), f"{prefix}{number}"
            self.house(f"B{who}", x, south).plate(f"P{who}", f"{name}{number}号", x + 5, wall).address(f"A{who}", f"{name}{number}号", x + 5, south + 5)
        return self

    def people(self, address_id: str | None, *, text: str | None = None, **counts: Any) -> Town:
        """Counts of an address; whatever is not said is unknown."""
        return self._add("population", {"address_id": address_id, "text": text, "counted_on": "2026-06-20"} | counts)

    def demolition(self, building_id: str | None = None, *, where: Geometry | None = None, document: str = "广府征〔2026〕3号", **columns: Any) -> Town:
        return self._add("demolitions", {"building_id": building_id, "document": document, "demolished_on": "2026-05-01"} | columns, where)

    def crosswalk(self, old: str, new: str, reason: str = "merger") -> Town:
        return self._add("crosswalk", {"old": old, "new": new, "reason": reason, "effective_on": "2025-01-01"})

    def change(self, table: str, key: str, **columns: Any) -> Town:
        """Other values for one row that is there already; `at=(x, y)` or `at=None` for its point."""
        row = next(r for r in self.rows[table] if r[INPUT[table].id] == key)
        if "at" in columns:
            at = columns.pop("at")
            row["geometry"] = point(*at) if at else None
        row.update(columns)
        return self

    def without(self, table: str, key: str) -> Town:
        """The town lacking one row."""
        self.rows[table] = [r for r in self.rows[table] if r[INPUT[table].id] != key]
        return self

    def declared(self, table: str, crs: str | None) -> Town:
        """A layer that says it is in another CRS than its values are; None: it says nothing."""
        self.crs[table] = crs
        return self

    def where(self, **thresholds: Any) -> Town:
        """Other thresholds than the profile's."""
        self.thresholds = replace(self.thresholds, **thresholds)
        return self

    def moved(self, dx: float, dy: float) -> Town:
        """Every shape of the town shifted."""
        for rows in self.rows.values():
            for row in rows:
                if row.get("geometry") is not None:
                    row["geometry"] = affinity.translate(row["geometry"], dx, dy)
        return self

    def reversed(self) -> Town:
        """The same rows, last first."""
        self.rows = {table: rows[::-1] for table, rows in reversed(self.rows.items())}
        return self

    def raw(self) -> Raw:
        """What reading files with these rows returns: texts only, null where nothing was said."""
        tables = {table: _texts(table, rows, self.crs.get(table, CRS)) for table, rows in self.rows.items()}
        sources = pd.DataFrame([{**dict.fromkeys(SOURCES), "table": t, "file": t, "rows_read": len(r), "kept": len(r), "quarantined": 0} for t, r in self.rows.items()], columns=list(SOURCES))
        nothing = [pd.DataFrame({c: pd.Series(dtype="str") for c in columns}) for columns in (QUARANTINE, REPAIRS)]
        return Raw(tables, Settings(as_of=AS_OF, scope=SCOPE), sources, *nothing)

    def profile(self) -> Profile:
        return Profile(thresholds=self.thresholds)

    def inputs(self) -> Inputs:
        return standardise(self.raw(), profile=self.profile())

    def verify(self) -> Seen:
        return Seen(verify(self.inputs(), self.profile()))

    def _add(self, table: str, row: dict[str, Any], geometry: Geometry | None = None) -> Town:
        self.rows.setdefault(table, []).append({**row, "geometry": geometry})
        return self


class Seen:
    """A verification with the questions tests ask of it."""

    def __init__(self, verification: Verification) -> None:
        self.verification = verification

    @cached_property
    def findings(self) -> gpd.GeoDataFrame:
        return self.verification.findings

    def subjects(self, code: str) -> list[str]:
        """Subjects of the findings of one code."""
        return list(self.findings.loc[self.findings["code"] == code, "subject_id"])

    def codes(self, *ids: str) -> set[str]:
        """Codes of the findings about any of these objects; about all objects where none is named."""
        rows = self.findings[self.findings["subject_id"].isin(ids)] if ids else self.findings
        return set(rows["code"])

    def finding(self, code: str, subject_id: str) -> Any:
        """The one finding of a code about an object."""
        rows = self.findings[(self.findings["code"] == code) & (self.findings["subject_id"] == subject_id)]
        assert len(rows) == 1, f"{len(rows)} findings {code} about {subject_id}: {self.findings[['code', 'subject_id']].to_records(index=False).tolist()}"
        return rows.iloc[0]

    def row(self, table: str, key: str) -> Any:
        """One row of buildings, plates or addresses of the result."""
        frame = getattr(self.verification, table)
        return frame[frame.iloc[:, 0] == key].iloc[0]

    def tally(self, metric: str, village: str = "total") -> tuple[float, float]:
        """Numerator and denominator of one metric."""
        row = self.verification.tallies.set_index("village_code").loc[village]
        return row[f"{metric}_n"], row[f"{metric}_d"]


def town() -> Town:
    """One village with a street of twelve correct houses, 民主街1-12号: nothing to find in it."""
    return Town().village().street()


def full(text: str) -> str:
    """The address with its upper levels; a text that starts with a level or with `~` (as it stands) is left alone."""
    if text.startswith("~"):
        return text[1:]
    here = "" if any(word in text for word in ("村", "社区")) else VILLAGE
    return f"重庆市璧山区广普镇{here}{text}"


def outline(x: float, y: float, w: float = 10, d: float = 10) -> Geometry:
    return box(ORIGIN[0] + x, ORIGIN[1] + y, ORIGIN[0] + x + w, ORIGIN[1] + y + d)


def point(x: float | None, y: float | None) -> Point | None:
    return None if x is None or y is None else Point(ORIGIN[0] + x, ORIGIN[1] + y)


def _texts(table: str, rows: list[dict[str, Any]], crs: str | None) -> pd.DataFrame:
    names = [c.name for c in INPUT[table].columns]
    values = {n: pd.Series([None if r.get(n) is None else str(r[n]) for r in rows], dtype="str") for n in names if any(n in r for r in rows)}
    frame = pd.DataFrame(values, index=range(len(rows))).assign(_source=pd.Series(table, index=range(len(rows)), dtype="str"), _row=range(1, len(rows) + 1))
    shapes = [r["geometry"] for r in rows]
    if INPUT[table].geometry == "none" or all(s is None for s in shapes):
        return frame
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(shapes, crs=crs))
