"""What a careful analyst writes in geopandas and pandas on one afternoon: the baseline of speed.

python -m benchmarks.peer_geopandas PROJECT OUT [--one-to-one]      PROJECT holds GeoParquet with the canonical columns in metres

It does the steps both sides do: read, candidates within 30 m, nearest, villages, reading of texts, exact match, change
between two surveys, classification, counts per building and village, write. It decides with the nearest house and the equal
text; whole neighbourhoods, undecided cases and most of the findings it does not know. With --one-to-one it gives every plate a house
of its own, at the least sum of distances over the whole town (scipy), which is the question our assignment answers. The step fuzzy_match needs rapidfuzz
and is left out, and missing from the output, where that is not installed.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

NEAR_M, CANDIDATE_M, AS_OF = 8.0, 30.0, pd.Timestamp("2026-06-30")
COUNTS = ["registered_n", "resident_n", "floating_n", "absent_n", "unit_n"]
DIGITS = {c: str(i) for i, c in enumerate("零一二三四五六七八九")}
KEY = ["village", "place", "number", "sub", "building_no", "temporary"]
PATTERN = (
    r"^(?:重庆市)?(?:璧山区)?(?:梧溪镇)?(?P<village>[^\d]{2,7}?(?:社区|村))?"
    r"(?P<place>第?\d+(?:村民小组|组)|[^\d]+?)(?P<temporary>临)?(?P<number>\d+)号(?:之(?P<sub1>\d+)|[附付](?P<sub2>\d+)号?)?"
    r"(?:[^\d]*?(?P<building_no>\d+)(?:幢|栋|号楼))?(?:(?P<unit>\d+)单元(?P<room>\d+))?"
)


class Steps:
    """Seconds of every named step."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._since = time.perf_counter()

    def done(self, name: str) -> None:
        now = time.perf_counter()
        self.seconds[name] = round(now - self._since, 3)
        self._since = now


def arabic(texts: pd.Series) -> pd.Series:
    """Chinese numerals before 号, 组, 村民小组, 幢 and in 附N as digits; the rest as it is."""
    numeral = r"[一二三四五六七八九十百零]+"

    def value(match: object) -> str:
        word = match.group(0)  # type: ignore[attr-defined]
        total, digit = 0, 0
        for c in word:
            if c == "十":
                total, digit = total + (digit or 1) * 10, 0
            elif c == "百":
                total, digit = total + digit * 100, 0
            else:
                digit = int(DIGITS[c])
        return str(total + digit)

    return texts.str.replace(numeral + r"(?=号|组|村民小组|幢|栋|座)", value, regex=True)


def parse(texts: pd.Series) -> pd.DataFrame:
    """Elements of every address, by one regular expression after the usual normalisation."""
    clean = texts.str.normalize("NFKC").str.replace(r"\s|（.*?）|\(.*?\)", "", regex=True).str.replace("號", "号")
    parts = arabic(clean).str.extract(PATTERN)
    parts["sub"] = parts["sub1"].fillna(parts["sub2"])
    parts["place"] = parts["place"].str.replace(r"^第(\d+)村民小组$", r"\1组", regex=True)
    parts["temporary"] = parts["temporary"].notna()
    return parts


def village_of(points: gpd.GeoDataFrame, villages: gpd.GeoDataFrame) -> pd.Series:
    joined = gpd.sjoin(points[["geometry"]], villages[["name", "geometry"]], predicate="within", how="left")
    return joined.loc[~joined.index.duplicated(), "name"]


def nearest(points: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame) -> pd.DataFrame:
    joined = gpd.sjoin_nearest(
        points[["geometry"]], buildings[["building_id", "geometry"]], how="left", max_distance=CANDIDATE_M, distance_col="distance_m"
    )
    return joined.loc[~joined.index.duplicated(), ["building_id", "distance_m"]]


def changes(buildings: gpd.GeoDataFrame, previous: gpd.GeoDataFrame) -> tuple[pd.Series, pd.Series]:
    """Best overlap of every footprint with the other survey; pairs by sjoin."""
    new, old = buildings[["geometry"]].reset_index(drop=True), previous[["geometry"]].reset_index(drop=True)
    new["geometry"], old["geometry"] = new.geometry.make_valid(), old.geometry.make_valid()
    pairs = gpd.sjoin(new, old, predicate="intersects")
    a, b = new.geometry.loc[pairs.index].to_numpy(), old.geometry.loc[pairs["index_right"]].to_numpy()
    common = shapely.area(shapely.intersection(a, b))
    pairs["iou"] = common / (shapely.area(a) + shapely.area(b) - common)
    best_new = pairs.groupby(level=0)["iou"].max().reindex(new.index, fill_value=0.0)
    best_old = pairs.groupby("index_right")["iou"].max().reindex(old.index, fill_value=0.0)
    return best_new, best_old


def read(project: Path) -> dict[str, pd.DataFrame]:
    spatial = ["buildings", "plates", "addresses", "villages", "buildings_previous"]
    tables: dict[str, pd.DataFrame] = {name: gpd.read_parquet(project / f"{name}.parquet") for name in spatial}
    tables |= {name: pd.read_parquet(project / f"{name}.parquet") for name in ("population", "demolitions", "crosswalk")}
    if "geometry" in tables["demolitions"]:
        tables["demolitions"] = gpd.read_parquet(project / "demolitions.parquet")
    return tables


def match(plates: gpd.GeoDataFrame, addresses: gpd.GeoDataFrame, villages: gpd.GeoDataFrame) -> None:
    """The plate of every address with the same elements; the village comes from the declared code where the text has none."""
    names = _names(villages)
    for table in (plates, addresses):
        table["village"] = table["village"].fillna(table["village_code"].map(names))
        parts = [table[c].astype("str").fillna("") for c in KEY]
        table["key"] = parts[0].str.cat(parts[1:], sep="|")
    first = plates.dropna(subset="number").drop_duplicates("key").set_index("key")["plate_id"]
    addresses["plate_id"] = addresses["key"].map(first)
    plates["twice"] = plates["key"].duplicated(keep=False)


def _names(villages: gpd.GeoDataFrame) -> pd.Series:
    """Name of a village by its code, or by itself where a table declares names."""
    names = villages["name"]
    return pd.concat([pd.Series(names.to_numpy(), index=villages["village_code"]), pd.Series(names.to_numpy(), index=names.to_numpy())])


def match_alike(plates: gpd.GeoDataFrame, addresses: gpd.GeoDataFrame) -> int:
    """The most similar plate of the same village for addresses that have no equal one, as people do it; number given so."""
    from rapidfuzz import fuzz, process

    left = addresses.loc[addresses["plate_id"].isna() & addresses["key"].notna(), ["village", "key"]]
    first = plates.drop_duplicates("key")
    pools = {village: (rows["key"].tolist(), rows["plate_id"].tolist()) for village, rows in first.groupby("village")}
    found = {}
    for row, village, key in left.itertuples():
        keys, ids = pools.get(village, ([], []))
        best = process.extractOne(key, keys, scorer=fuzz.ratio, score_cutoff=85)
        if best:
            found[row] = ids[best[2]]
    addresses["plate_id"] = addresses["plate_id"].fillna(pd.Series(found, dtype=object).reindex(addresses.index))
    return len(found)


def one_to_one(plates: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, pairs: pd.DataFrame) -> pd.Series:
    """The building of every plate when no two share one and the sum of the distances is least; null: none left within CANDIDATE_M."""
    plate = plates.index.get_indexer(pairs.index)
    plates_n, buildings_n = len(plates), len(buildings)
    # one column of its own for every plate: to stay without a house costs more than any house within reach
    costs = np.r_[pairs["distance_m"].to_numpy() + 0.001, np.full(plates_n, CANDIDATE_M + 1)]
    ends = np.r_[plate, np.arange(plates_n)], np.r_[pairs["index_right"].to_numpy(), buildings_n + np.arange(plates_n)]
    rows, columns = min_weight_full_bipartite_matching(csr_array((costs, ends), shape=(plates_n, buildings_n + plates_n)))
    taken = np.full(plates_n, -1)
    taken[rows] = np.where(columns < buildings_n, columns, -1)
    return pd.Series(np.where(taken >= 0, buildings["building_id"].to_numpy(dtype=object)[taken], None), index=plates.index)


def classify(tables: dict[str, pd.DataFrame], iou: tuple[pd.Series, pd.Series]) -> pd.DataFrame:
    """Flags an analyst would set, one row per finding."""
    buildings, plates, addresses, previous = (tables[n] for n in ("buildings", "plates", "addresses", "buildings_previous"))
    gone = demolished(tables)
    up = plates["state"].isna() | plates["state"].eq("installed")
    active = addresses["status"].isna() | addresses["status"].eq("current")
    room = addresses["room"].notna()
    live = ~buildings["building_id"].isin(gone) & ~buildings["use"].isin(["ancillary"])
    carried = set(plates["home"].dropna()) | set(addresses["home"].dropna())
    names = _names(tables["villages"])
    rows = {
        "dangling_plate": plates.loc[up & plates["building_id_near"].isna(), "plate_id"],
        "damaged_plate": plates.loc[up & plates["face"].isin(["damaged", "illegible", "obscured", "missing"]), "plate_id"],
        "misplaced_plate": plates.loc[up & (plates["distance_m"] > NEAR_M), "plate_id"],
        "duplicate_number": plates.loc[up & plates["twice"], "plate_id"],
        "unregistered_plate": plates.loc[up & ~plates["key"].isin(addresses.loc[active & ~room, "key"]), "plate_id"],
        "village_mismatch": plates.loc[plates["village_of_point"].notna() & (plates["village_of_point"] != plates["village_code"].map(names)), "plate_id"],
        "unplated_building": buildings.loc[live & ~buildings["building_id"].isin(carried), "building_id"],
        "virtual_address": addresses.loc[active & ~room & addresses["plate_id"].isna() & addresses["building_id_near"].isna(), "address_id"],
        "unlocated_address": addresses.loc[active & ~room & addresses["plate_id"].notna() & addresses.geometry.isna(), "address_id"],
        "misplaced_address": addresses.loc[active & ~room & (addresses["distance_m"] > NEAR_M), "address_id"],
        "duplicate_address": addresses.loc[active & ~room & addresses["key"].duplicated(keep=False), "address_id"],
        "changed_footprint": buildings.loc[iou[0].between(0.10, 0.85).to_numpy(), "building_id"],
        "suspected_new_building": buildings.loc[(iou[0] < 0.10).to_numpy(), "building_id"],
        "suspected_demolition": previous.loc[(iou[1] < 0.10).to_numpy() & ~previous["building_id"].isin(gone), "building_id"],
        "demolished_vacant": addresses.loc[active & addresses["home"].isin(gone), "address_id"],
    }
    return pd.concat([pd.DataFrame({"code": code, "subject_id": ids}) for code, ids in rows.items()], ignore_index=True)


def demolished(tables: dict[str, pd.DataFrame]) -> set[str]:
    """Ids of the demolished, in whichever survey; a list of polygons is joined to the footprints it covers."""
    listed = tables["demolitions"]
    if "building_id" in listed:
        return set(listed["building_id"])
    former = tables["buildings_previous"]
    middle = former[["building_id", "geometry"]].set_geometry(former.geometry.centroid)
    return set(gpd.sjoin(middle, listed[["geometry"]], predicate="within")["building_id"])


def verify(project: Path, out: Path, *, own_house: bool = False) -> dict[str, object]:
    steps = Steps()
    tables = read(project)
    buildings, plates, addresses, villages = (tables[n] for n in ("buildings", "plates", "addresses", "villages"))
    steps.done("read")
    located = addresses.loc[addresses.geometry.notna() & ~addresses.geometry.is_empty]
    pairs = [gpd.sjoin(t[["geometry"]], buildings[["building_id", "geometry"]], predicate="dwithin", distance=CANDIDATE_M) for t in (plates, located)]
    for table, pair in zip((plates, located), pairs, strict=True):
        there = buildings.geometry.iloc[pair["index_right"]]
        pair["distance_m"] = shapely.distance(table.geometry.loc[pair.index].to_numpy(), there.to_numpy())
    steps.done("candidates")
    for table, part in ((plates, plates), (addresses, located)):
        near = nearest(part, buildings)
        table["building_id_near"], table["distance_m"] = near["building_id"].reindex(table.index), near["distance_m"].reindex(table.index)
    steps.done("nearest")
    plates["village_of_point"] = village_of(plates, villages)
    addresses["village_of_point"] = village_of(located, villages).reindex(addresses.index)
    middle = buildings[["geometry"]].set_geometry(buildings.geometry.centroid)
    buildings["village_of_point"] = village_of(middle, villages)
    steps.done("village")
    for table in (plates, addresses):
        parts = parse(table["text"])
        table[parts.columns] = parts
    steps.done("parse")
    match(plates, addresses, villages)
    steps.done("exact_match")
    if importlib.util.find_spec("rapidfuzz"):
        match_alike(plates, addresses)
        steps.done("fuzzy_match")
    plates["home"] = one_to_one(plates, buildings, pairs[0]) if own_house else plates["building_id_near"]
    of_plate = plates.drop_duplicates("plate_id").set_index("plate_id")["home"]
    addresses["home"] = addresses["plate_id"].map(of_plate).fillna(addresses["building_id_near"])
    steps.done("assign")
    iou = changes(buildings, tables["buildings_previous"])
    steps.done("change")
    findings = classify(tables, iou)
    steps.done("classify")
    by = "address_id" if "address_id" in tables["population"] else "text"
    counts = tables["population"].merge(addresses[[by, "home"]].drop_duplicates(by), on=by, how="left")
    people = counts.groupby("home")[COUNTS].sum()
    buildings = buildings.merge(people, left_on="building_id", right_index=True, how="left")
    tally = buildings.groupby("village_of_point").agg(buildings=("building_id", "size"), **{c: (c, "sum") for c in COUNTS})
    tally["plates"] = plates.groupby("village_of_point").size()
    tally["addresses"] = addresses.groupby("village_of_point").size()
    steps.done("aggregate")
    out.mkdir(parents=True, exist_ok=True)
    findings.to_parquet(out / "findings.parquet")
    both = [plates[["plate_id", "home"]], addresses.loc[addresses["room"].isna(), ["address_id", "plate_id", "home"]]]
    links = pd.concat(both, ignore_index=True).rename(columns={"home": "building_id"})
    links.assign(state="one_to_one").to_parquet(out / "links.parquet")
    for name, table in (("buildings", buildings), ("plates", plates), ("addresses", addresses)):
        table.to_parquet(out / f"{name}.parquet")
        # both sides give the office a GeoPackage to open
        table.to_file(out / "findings.gpkg", layer=name, driver="GPKG")
    tally.reset_index().to_parquet(out / "tallies.parquet")
    steps.done("write")
    return {"seconds": steps.seconds, "findings": len(findings), "candidates": sum(map(len, pairs)), "matched": int(addresses["plate_id"].notna().sum())}


if __name__ == "__main__":
    result = verify(Path(sys.argv[1]), Path(sys.argv[2]), own_house="--one-to-one" in sys.argv[3:])
    print(json.dumps(result))
