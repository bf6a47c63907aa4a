"""Write a dealt town as a project folder: as an office delivers it, or as plain GeoParquet; the truth only when asked."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
import xlsxwriter

from geo.synthetic.draft import Floats
from geo.synthetic.ground import CRS
from geo.synthetic.town import Town

Formats = Literal["office", "parquet"]
DEGREES = "EPSG:4490"

HEADERS: Mapping[str, Mapping[str, str]] = {
    "buildings": {
        "building_id": "建筑编号", "condition": "建筑状态", "temporary": "临时建筑", "use": "建筑用途", "floors_n": "层数",
        "dwellings_n": "户数", "number_exempt": "免编门牌", "village_code": "村居代码", "surveyed_on": "测绘日期",
    },
    "plates": {
        "plate_id": "门牌编号", "text": "门牌号", "kind": "门牌类型", "level": "门牌级别", "state": "安装状态", "face": "牌面状况",
        "installed_on": "安装日期", "expires_on": "有效期至", "address_id": "地址编码", "building_id": "建筑编号", "village_code": "村居代码",
    },
    "addresses": {
        "address_id": "地址编码", "text": "标准地址", "status": "地址状态", "kind": "地址类型", "building_id": "建筑编号",
        "valid_from": "启用日期", "valid_to": "注销日期", "village_code": "村居代码",
    },
    "villages": {"village_code": "村居代码", "name": "村居名称", "town": "镇街", "beat": "警务区"},
    "population": {
        "address_id": "地址编码", "text": "地址", "registered_n": "户籍人口", "resident_n": "实有人口", "floating_n": "流动人口",
        "absent_n": "户在人不在", "unit_n": "实有单位", "counted_on": "统计日期",
    },
    "streets": {"street_id": "道路编号", "name": "道路名称"},
    "demolitions": {"building_id": "建筑编号", "demolished_on": "拆除日期", "document": "文号"},
    "crosswalk": {"old": "原地址", "new": "新地址", "reason": "变更原因", "effective_on": "生效日期"},
}  # fmt: skip
# A shapefile has ten bytes per header, five characters in GBK.
_SHAPEFILE = {"building_id": "建筑编号", "temporary": "临时建筑", "use": "建筑用途", "floors_n": "建筑层数", "surveyed_on": "测绘日期"}
_VALUES: Mapping[str, Mapping[Any, str]] = {
    "condition": {
        "functional": "在用", "under_construction": "在建", "planned": "规划", "ruin": "废弃", "demolished": "已拆除", "entered_in_error": "误录",
    },
    "use": {
        "residential": "住宅", "mixed": "商住", "commercial": "商业", "industrial": "工业", "public": "公共", "agricultural": "农业", "ancillary": "附属",
    },
    "kind": {"permanent": "永久", "temporary": "临时"},
    "level": {"door": "门牌", "building": "楼牌", "unit": "单元牌", "room": "户牌", "side": "侧牌"},
    "state": {"planned": "已编制", "made": "已制作", "installed": "已安装", "removed": "已拆下"},
    "face": {"good": "完好", "damaged": "破损", "illegible": "不清", "obscured": "遮挡", "missing": "缺失"},
    "status": {"proposed": "拟用", "reserved": "预留", "current": "有效", "retired": "注销", "alternative": "别名"},
    "reason": {"merger": "合并", "rename": "更名", "renumber": "改号"},
    "temporary": {True: "是", False: "否"},
    "number_exempt": {True: "是", False: "否"},
}  # fmt: skip


def write_town(town: Town, folder: Path | str, *, formats: Formats = "office", truth: bool = False) -> Path:
    """Write the project folder of a town; an existing folder is written into, its other files stay.

    Parameters
    ----------
    town
        From `deal_town`.
    folder
        Project folder; made if absent.
    formats
        "office": GPKG, GB18030 CSV, xlsx with a title row, zipped GBK shapefile, GeoJSON, Chinese headers and values.
        "parquet": every table as (Geo)Parquet with the canonical columns, in the town's plane CRS.
    truth
        Also write `truth/`, in the layout a scorer of findings, links and people reads.

    Returns
    -------
    Path
        The folder. CSV, GeoJSON and Parquet are byte-identical for the same town; GPKG and xlsx have the same content.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    if formats == "office":
        for name, write in _OFFICE.items():
            write(town.tables[name], target, town.scope.town or "")
    else:
        for name, table in town.tables.items():
            _parquet(table, target / f"{name}.parquet")
    (target / "doorplate.toml").write_text(_settings(town, formats), encoding="utf-8")
    if truth:
        _truth(town, target / "truth")
    return target


def _settings(town: Town, formats: Formats) -> str:
    scope = town.scope
    lines = [
        "# 示例镇：虚构，不含任何个人信息 · an invented town, no person in it",
        f'as_of = "{town.as_of}"',
        f'scope = {{ province = "{scope.province}", county = "{scope.county}", town = "{scope.town}" }}',
    ]
    if formats == "office":
        lines += ["", "[sources.plates]", 'encoding = "gb18030"']
    return "\n".join(lines) + "\n"


def _chinese(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """The table with Chinese headers and values, geometry last and untouched."""
    out = pd.DataFrame(table.drop(columns="geometry", errors="ignore"))
    for column in out.columns:
        if column in _VALUES:
            out[column] = out[column].astype(object).map(lambda value, words=_VALUES[column]: words.get(value), na_action="ignore")
    headers = HEADERS[name]
    return out[[c for c in headers if c in out.columns]].rename(columns=dict(headers))


def _degrees(geometry: gpd.GeoSeries) -> tuple[Floats, Floats]:
    """Longitude and latitude to 1e-8 degrees (1 mm), NaN where there is no point."""
    there = geometry.to_crs(DEGREES)
    zero = ((geometry.x == 0) & (geometry.y == 0)).to_numpy()
    lon, lat = np.round(there.x.to_numpy(), 8), np.round(there.y.to_numpy(), 8)
    return np.where(zero, 0.0, lon), np.where(zero, 0.0, lat)


def _buildings_gpkg(table: pd.DataFrame, folder: Path, _: str) -> None:
    _gpkg(_with(_chinese(table, "buildings"), table), folder / "buildings.gpkg", "建筑物")


def _streets_gpkg(table: pd.DataFrame, folder: Path, _: str) -> None:
    _gpkg(_with(_chinese(table, "streets"), table), folder / "streets.gpkg", "道路")


def _with(words: pd.DataFrame, table: pd.DataFrame) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(words, geometry=gpd.GeoSeries(table["geometry"].to_numpy(), crs=table["geometry"].crs, index=words.index))


def _gpkg(table: gpd.GeoDataFrame, path: Path, layer: str) -> None:
    path.unlink(missing_ok=True)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{_STAMP:%Y-%m-%dT%H:%M:%S.000Z}"})
    try:
        pyogrio.write_dataframe(table, path, layer=layer, driver="GPKG")
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _previous_shapefile(table: pd.DataFrame, folder: Path, _: str) -> None:
    """The survey before as the old county system exports it: a zipped shapefile in GBK with headers of ten bytes."""
    words = _chinese(table, "buildings").rename(columns={HEADERS["buildings"][k]: v for k, v in _SHAPEFILE.items()})
    with TemporaryDirectory() as scratch:
        base = Path(scratch) / "buildings_previous.shp"
        options = {"DBF_DATE_LAST_UPDATE": f"{_STAMP:%Y-%m-%d}"}
        known = _with(words, table)
        nameless = known.crs is None
        pyogrio.write_dataframe(known.set_crs(CRS) if nameless else known, base, driver="ESRI Shapefile", layer_options=options, encoding="GBK")
        with zipfile.ZipFile(folder / "buildings_previous.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(p for p in Path(scratch).iterdir() if not (nameless and p.suffix == ".prj")):
                entry = zipfile.ZipInfo(part.name, _STAMP.timetuple()[:6])
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, part.read_bytes())


def _plates_csv(table: pd.DataFrame, folder: Path, _: str) -> None:
    lon, lat = _degrees(table["geometry"])
    _csv(_chinese(table, "plates").assign(经度=lon, 纬度=lat), folder / "plates.csv", "gb18030")


def _addresses_xlsx(table: pd.DataFrame, folder: Path, name: str) -> None:
    lon, lat = _degrees(table["geometry"])
    _xlsx(_chinese(table, "addresses").assign(经度=lon, 纬度=lat), folder / "addresses.xlsx", f"{name}标准地址登记表")


def _population_xlsx(table: pd.DataFrame, folder: Path, name: str) -> None:
    _xlsx(_chinese(table, "population"), folder / "population.xlsx", f"{name}分地址人口数汇总表（只有计数）")


def _villages_geojson(table: pd.DataFrame, folder: Path, _: str) -> None:
    there = table["geometry"].to_crs(DEGREES)
    rounded = shapely.set_coordinates(there.to_numpy().copy(), np.round(shapely.get_coordinates(there.to_numpy()), 8))
    words = _chinese(table, "villages").to_dict("records")
    features = [
        {"type": "Feature", "properties": w, "geometry": json.loads(shapely.to_geojson(g))} for w, g in zip(words, rounded, strict=True)
    ]
    text = ",\n".join(json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in features)
    (folder / "villages.geojson").write_text('{"type":"FeatureCollection","features":[\n' + text + "\n]}\n", encoding="utf-8")


def _demolitions_csv(table: pd.DataFrame, folder: Path, _: str) -> None:
    if "geometry" in table:
        words = _with(_chinese(table, "demolitions"), table)
        _gpkg(words, folder / "demolitions.gpkg", "拆除清单")
    else:
        _csv(_chinese(table, "demolitions"), folder / "demolitions.csv", "utf-8-sig")


def _crosswalk_csv(table: pd.DataFrame, folder: Path, _: str) -> None:
    _csv(_chinese(table, "crosswalk"), folder / "crosswalk.csv", "gb18030")


_OFFICE: Mapping[str, Callable[[pd.DataFrame, Path, str], None]] = {
    "buildings": _buildings_gpkg,
    "buildings_previous": _previous_shapefile,
    "plates": _plates_csv,
    "addresses": _addresses_xlsx,
    "villages": _villages_geojson,
    "population": _population_xlsx,
    "streets": _streets_gpkg,
    "demolitions": _demolitions_csv,
    "crosswalk": _crosswalk_csv,
}
_STAMP = dt.datetime(2026, 6, 30, tzinfo=dt.UTC)


def _csv(table: pd.DataFrame, path: Path, encoding: str) -> None:
    path.write_bytes(table.to_csv(index=False, lineterminator="\r\n").encode(encoding))


def _xlsx(table: pd.DataFrame, path: Path, title: str) -> None:
    """A sheet as offices keep it: a merged title, the headers below, ids as text."""
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        book.set_properties({"title": title, "created": _STAMP.replace(tzinfo=None)})
        sheet = book.add_worksheet("Sheet1")
        bold = book.add_format({"bold": True, "align": "center"})
        sheet.merge_range(0, 0, 0, len(table.columns) - 1, title, bold)
        for k, header in enumerate(table.columns):
            sheet.write_string(1, k, header, bold)
        values = table.astype(object).where(table.notna(), None)
        for row, record in enumerate(values.itertuples(index=False), start=2):
            for k, value in enumerate(record):
                if value is not None:
                    sheet.write(row, k, value)


def _parquet(table: pd.DataFrame, path: Path) -> None:
    if isinstance(table, gpd.GeoDataFrame):
        table.to_parquet(path, index=False, compression="zstd")
    else:
        table.to_parquet(path, index=False, compression="zstd")


def _truth(town: Town, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in town.truth.items():
        _parquet(table, folder / f"{name}.parquet")
    (folder / "truth.json").write_text(json.dumps(town.description, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
