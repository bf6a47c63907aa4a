"""Every table of the project: columns, units, CRS and what a null means. The contract between files, engine and pages.

A column is declared once, here. Reading takes its types and words from these declarations, the data dictionary is
printed from them, and the tests check every written table against them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import geopandas as gpd
import pandas as pd

Kind = Literal["id", "text", "choice", "bool", "count", "number", "ratio", "date", "ids", "geometry"]
Geometry = Literal["polygon", "point", "line", "none"]


@dataclass(frozen=True)
class Column:
    """One column: its type, unit, choices and the meaning of a null."""

    name: str
    kind: Kind
    zh: str
    en: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    required: bool = False
    null: str = "unknown"


@dataclass(frozen=True)
class Table:
    """One table: what a row is, its id column and its columns in order."""

    name: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    geometry: Geometry = "none"
    geometry_required: bool = False

    @property
    def id(self) -> str | None:
        """Name of the id column, if rows have one."""
        return next((c.name for c in self.columns if c.kind == "id" and c.required), None)

    def column(self, name: str) -> Column:
        """The declaration of one column; KeyError if the table has none of that name."""
        return {c.name: c for c in self.columns}[name]


CONDITION = ("functional", "under_construction", "planned", "ruin", "demolished", "entered_in_error")
USE = ("residential", "mixed", "commercial", "industrial", "public", "agricultural", "ancillary")
PLATE_KIND = ("permanent", "temporary")
PLATE_LEVEL = ("door", "building", "unit", "room", "side")
PLATE_STATE = ("planned", "made", "installed", "removed")
PLATE_FACE = ("good", "damaged", "illegible", "obscured", "missing")
ADDRESS_STATUS = ("proposed", "reserved", "current", "retired", "alternative")
CROSSWALK_REASON = ("merger", "rename", "renumber")
DECISION_KIND = (
    "confirm_link", "reject_link", "not_to_be_numbered", "still_standing", "confirm_demolished", "entered_in_error", "move_plate",
)  # fmt: skip
COUNTS = ("registered_n", "resident_n", "floating_n", "absent_n", "unit_n")

_BUILDING_COLUMNS = (
    Column("building_id", "id", "建筑编号", "id of the footprint", required=True),
    Column("condition", "choice", "建筑状态", "state of the building", choices=CONDITION, null="taken as functional"),
    Column("temporary", "bool", "临时建筑", "a temporary building"),
    Column("use", "choice", "建筑用途", "main use", choices=USE),
    Column("floors_n", "count", "层数", "storeys above ground"),
    Column("height_m", "number", "建筑高度", "height above ground", unit="m"),
    Column("dwellings_n", "count", "户数", "dwellings in the building"),
    Column("number_exempt", "bool", "免编门牌", "needs no number by decision"),
    Column("village_code", "text", "村居代码", "declared village, code or name"),
    Column("surveyed_on", "date", "测绘日期", "day of the survey"),
)

_COUNT_COLUMNS = (
    Column("registered_n", "count", "户籍人口", "persons registered", unit="persons"),
    Column("resident_n", "count", "实有人口", "persons living there", unit="persons"),
    Column("floating_n", "count", "流动人口", "persons living there, registered elsewhere", unit="persons"),
    Column("absent_n", "count", "户在人不在", "persons registered, living elsewhere", unit="persons"),
    Column("unit_n", "count", "实有单位", "firms and other units", unit="units"),
)

INPUTS: tuple[Table, ...] = (
    Table("buildings", "建筑物", "footprints of the survey", _BUILDING_COLUMNS, "polygon", True),
    Table(
        "plates",
        "门楼牌",
        "door plates on the wall or in the plate ledger",
        (
            Column("plate_id", "id", "门牌编号", "id of the plate", required=True),
            Column("text", "text", "门牌号", "what is written on the plate", required=True),
            Column("kind", "choice", "门牌类型", "permanent or temporary", choices=PLATE_KIND),
            Column("level", "choice", "门牌级别", "door, building, unit, room or side plate", choices=PLATE_LEVEL),
            Column("state", "choice", "安装状态", "planned, made, installed or removed", choices=PLATE_STATE, null="taken as installed"),
            Column("face", "choice", "牌面状况", "what the plate looks like", choices=PLATE_FACE, null="taken as good"),
            Column("installed_on", "date", "安装日期", "day of installation"),
            Column("expires_on", "date", "有效期至", "last day of a temporary plate"),
            Column("address_id", "text", "地址编码", "declared register address"),
            Column("building_id", "text", "建筑编号", "declared building"),
            Column("village_code", "text", "村居代码", "declared village, code or name"),
        ),
        "point",
    ),
    Table(
        "addresses",
        "登记地址",
        "register addresses",
        (
            Column("address_id", "id", "地址编码", "id of the address", required=True),
            Column("text", "text", "标准地址", "address as registered", required=True),
            Column("status", "choice", "地址状态", "life-cycle of the address", choices=ADDRESS_STATUS, null="taken as current"),
            Column("kind", "choice", "地址类型", "permanent or temporary", choices=PLATE_KIND),
            Column("building_id", "text", "建筑编号", "declared building"),
            Column("valid_from", "date", "启用日期", "first day"),
            Column("valid_to", "date", "注销日期", "last day"),
            Column("village_code", "text", "村居代码", "declared village, code or name"),
        ),
        "point",
    ),
    Table(
        "villages",
        "村居",
        "villages and communities",
        (
            Column("village_code", "id", "村居代码", "code, 12 digits where the place has them", required=True),
            Column("name", "text", "村居名称", "name", required=True),
            Column("town", "text", "镇街", "town or subdistrict"),
            Column("beat", "text", "警务区", "police beat"),
            Column("target_ratio", "ratio", "目标上墙率", "target of plates_on_wall", null="the profile's target"),
        ),
        "polygon",
        True,
    ),
    Table(
        "population",
        "人口数",
        "counts per register address, never persons",
        (
            Column("address_id", "text", "地址编码", "address, if known by id"),
            Column("text", "text", "地址", "address, if known by text"),
            *_COUNT_COLUMNS,
            Column("counted_on", "date", "统计日期", "day of the count"),
        ),
    ),
    Table(
        "streets",
        "道路中心线",
        "centrelines",
        (
            Column("street_id", "id", "道路编号", "id", required=True),
            Column("name", "text", "道路名称", "name"),
            Column("former_name", "text", "曾用名", "former name"),
            Column("number_from_end", "bool", "反向编号", "numbers start at the end of the line"),
        ),
        "line",
        True,
    ),
    Table("buildings_previous", "前期建筑物", "footprints of the survey before", _BUILDING_COLUMNS, "polygon", True),
    Table(
        "demolitions",
        "拆除清单",
        "documented demolitions, by id or by polygon",
        (
            Column("building_id", "text", "建筑编号", "building of either survey"),
            Column("demolished_on", "date", "拆除日期", "day"),
            Column("document", "text", "文号", "document that proves it"),
        ),
        "polygon",
    ),
    Table(
        "crosswalk",
        "新旧对照",
        "old village or address -> new",
        (
            Column("old", "text", "原地址", "old village code, village name or address", required=True),
            Column("new", "text", "新地址", "new one", required=True),
            Column("reason", "choice", "变更原因", "merger, rename or renumber", choices=CROSSWALK_REASON),
            Column("effective_on", "date", "生效日期", "first day of the new one"),
        ),
    ),
    Table(
        "decisions",
        "人工裁定",
        "what people decided in earlier runs, as the casebook writes it; at least one object a row, of a link two",
        (
            Column("kind", "choice", "裁定", "what was decided", choices=DECISION_KIND, required=True, null="the row is refused"),
            Column("building_id", "text", "建筑编号", "building of either survey"),
            Column("plate_id", "text", "门牌编号", "plate"),
            Column("address_id", "text", "地址编码", "address; a room stands for its plate-level address"),
            Column("until", "date", "有效期至", "last day it holds", null="until it is taken back"),
            Column("document", "text", "文号", "document that proves a demolition"),
            Column("to_lon", "number", "新经度", "where a plate really hangs, CGCS2000", unit="degree"),
            Column("to_lat", "number", "新纬度", "where a plate really hangs, CGCS2000", unit="degree"),
            Column("decided_on", "date", "裁定日期", "day of the decision; of contradicting rows the newest holds"),
            Column("decision_id", "text", "裁定编号", "where it is kept: number in the log of the casebook"),
        ),
    ),
)
INPUT: Mapping[str, Table] = {t.name: t for t in INPUTS}

PARTS = (
    "province", "city", "county", "town", "village", "neighbourhood", "group", "hamlet", "row", "street", "lane",
    "prefix", "number", "sub_number", "letter", "yard", "estate", "section", "building_no", "unit", "floor", "room",
)  # fmt: skip
"""Elements of an address, text or null (null: not written). `lane` and `sub_number` join several values by '/'."""

PARSE = (*PARTS, "temporary", "alias", "flag", "leftover", "place", "door", "within")
"""What `geo.address.parse` returns: the elements, then
temporary  bool: a temporary number (临); never null
alias      old or other name found in brackets, null if none
flag       remarks such as demolished, unnumbered, collective, range, joined by '/', null if none
leftover   text no rule could read, null if none
place      the named row of numbers the door stands in: street with lanes, else hamlet, else group (with row), null if none
door       local key without the village: place, prefix, number, sub-numbers, letter, yard, estate, section, building
           and temporary; null where the text names no door
within     unit, floor and room as one canonical text; null for a plate-level address
"""


@dataclass(frozen=True)
class Scope:
    """Upper address levels of a project; they come from the user or the register, never from a guess."""

    province: str | None = None
    city: str | None = None
    county: str | None = None
    town: str | None = None


@dataclass(frozen=True)
class Inputs:
    """Checked tables in the working CRS, ready for the engine.

    Every frame is sorted by its id (population, demolitions, crosswalk: by content) with a RangeIndex, holds every
    column of its declaration (all-null where the source had none), ids unique and never null, texts as pandas `str`
    (null = not known), counts and numbers as float64 (NaN = unknown), bools as pandas `boolean`, dates as
    datetime64[ns]. Geometry is in `crs` (metres); absent is None. The points of plates and addresses are x_m, y_m (NaN: absent). plates, addresses, population, crosswalk (twice, with suffixes
    `_old`, `_new`) also carry the columns of PARSE. villages always has at least one row (the whole project, code
    "" when none was delivered). population carries `source_row` (the row's name in its source, `#n`).
    """

    buildings: gpd.GeoDataFrame
    plates: pd.DataFrame
    addresses: pd.DataFrame
    villages: gpd.GeoDataFrame
    population: pd.DataFrame
    streets: gpd.GeoDataFrame
    buildings_previous: gpd.GeoDataFrame
    demolitions: gpd.GeoDataFrame
    crosswalk: pd.DataFrame
    decisions: pd.DataFrame
    """Also x_m, y_m: to_lon, to_lat in the working CRS (NaN: none)."""
    delivered: frozenset[str]
    """Names of the tables that were really there (an empty file counts as there)."""
    crs: str
    """Working CRS, e.g. EPSG:4544; metres."""
    as_of: pd.Timestamp
    scope: Scope
    layers: pd.DataFrame
    """One row per delivered geometry layer: table, declared_crs, hypothesis, dx_m, dy_m, score, z, points_n, applied (bool), crs_unknown (bool)."""
    quarantine: pd.DataFrame
    repairs: pd.DataFrame
    sources: pd.DataFrame
    """One row per file read: table, file, sha256, bytes, format, encoding, layer, rows_read, kept, quarantined."""
    notes: tuple[str, ...] = ()


QUARANTINE = ("table", "source", "row", "key", "code", "column", "value", "fix")
REPAIRS = ("table", "key", "column", "before", "after", "why")
LAYERS = ("table", "declared_crs", "hypothesis", "dx_m", "dy_m", "score", "z", "points_n", "applied", "crs_unknown")
SOURCES = ("table", "file", "sha256", "bytes", "format", "encoding", "layer", "rows_read", "kept", "quarantined")

OCCUPANCY = ("row", "scope", "house", "address_id", "village_code", "number", *COUNTS, "counted_on", "reason")
HOUSES = ("house", "kind", "name", "village_code", "number", "needs_count", "counted")
"""Columns of the two tables a guard reads (geo.occupancy), declared in geo.outputs."""

LINK_STATE = ("one_to_one", "grouped", "undecided", "confirmed", "rejected")
DECIDED = ("one_to_one", "grouped", "confirmed")
SUBJECT = ("building", "plate", "address", "village", "layer", "row")
SEVERITY = ("error", "warning", "notice")
CERTAINTY = ("certain", "suspect")
OFFICE = ("civil_affairs", "police", "surveyor", "village", "data")


@dataclass(frozen=True)
class Verification:
    """The frozen result of one run: every table that `write` writes, in the working CRS."""

    links: pd.DataFrame
    findings: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    plates: gpd.GeoDataFrame
    addresses: gpd.GeoDataFrame
    tallies: pd.DataFrame
    quarantine: pd.DataFrame
    repairs: pd.DataFrame
    villages: gpd.GeoDataFrame
    buildings_previous: gpd.GeoDataFrame
    occupancy: pd.DataFrame = field(default_factory=lambda: _no_rows(OCCUPANCY))
    houses: pd.DataFrame = field(default_factory=lambda: _no_rows(HOUSES))
    run: dict[str, Any] = field(default_factory=dict)


def _no_rows(columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame({c: pd.Series(dtype="float64" if c in COUNTS else "str") for c in columns})
