"""Real places whose history is known: what a run says of them against what became of them.

Three are prepared and scored by the judge's own scripts; Liechtenstein, with two surveys of OpenStreetMap, is prepared and counted here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from benchmarks.figures import Figure, at_least, at_most, share

AS_OF = "2026-06-30"
METRES = "EPSG:2056"
"""National grid of Switzerland and Liechtenstein."""
COVERED_RATIO = 0.3
"""Something stands on a site where more than this share of it is covered (docs/findings.md, rebuilt), or its middle is."""
CALLED_GONE = ("suspected_demolition", "demolished_vacant", "demolished_occupied", "plate_on_demolished")
REPEATED = ("duplicate_number", "duplicate_address", "plate_for_many_buildings")
DECANY_RIGHT_N = 185
TAINAN_FALSE_N = 10

Run = Callable[..., str]
"""Runs Python with these arguments and returns what it printed."""
Verify = Callable[[Path, Path], None]


def real_places(judge: Path, scratch: Path, python: Run, verify: Verify) -> Iterator[tuple[str, list[Figure]]]:
    """Figures of every real place, one after the other."""
    data = judge.parent / "data" / "places"
    for name in ("taipei_west", "decany_cz", "tainan_dev"):
        project, out = scratch / name, scratch / f"{name}-out"
        python(str(judge / "prepare_real.py"), name, str(project))
        verify(project, out)
        told = json.loads(python(str(judge / "score_real.py"), name, str(out), "--json"))
        yield name, decany(told, data / name, out) if name == "decany_cz" else {"taipei_west": taipei, "tainan_dev": tainan}[name](told)
    place, project, out = data / "liechtenstein", scratch / "liechtenstein", scratch / "liechtenstein-out"
    write_liechtenstein(place, project)
    verify(project, out)
    yield "liechtenstein", liechtenstein(place, out)


def taipei(told: dict[str, Any]) -> list[Figure]:
    """A register of 2014 against the plates of 2026."""
    kept, gone, again = told["kept_linked_right"], told["gone_flagged"], told["readdressed_successor_linked_or_named"]
    alarm, linked = told["alarm_precision"], told["gone_linked_wrongly"]
    return [
        _rate("re-addressed: right successor linked or named", again, 0.9),
        _rate("gone: flagged", gone, 0.9),
        _rate("alarms that are right", alarm, 0.97),
        at_most("gone: linked to some plate", linked["n"], 0, f"{linked['n']:,}"),
        _rate("kept: linked right", kept, 0.999),
        Figure("kept: linked wrong", f"{told['kept_linked_wrong']['n']:,}"),
        Figure("kept: false alarm", f"{told['kept_false_alarm']['n']:,}"),
        Figure("moved: linked right", share(told["moved_linked_right"]["n"], told["moved_linked_right"]["of"])),
    ]


def decany(told: dict[str, Any], place: Path, out: Path) -> list[Figure]:
    """Official links of plates to buildings; numbers repeat legally between kinds and hamlets."""
    right, wrong = told["plate_building_right"], told["plate_building_wrong"]["n"]
    plates = gpd.read_parquet(place / "plates.parquet")
    legal = plates[plates["number_kind"] == "č.ev."]["plate_id"].astype(str)
    found = pd.read_parquet(out / "findings.parquet", columns=["code", "subject_id", "related"])
    found = found[found["code"].isin(REPEATED)]
    loud = {str(i)[1:] for ids in (found["subject_id"], *found["related"]) for i in ids}
    return [
        at_least("plate to building: decided right", right["n"], DECANY_RIGHT_N, f"{right['n']} of {right['of']}"),
        at_most("plate to building: decided wrong", wrong, 1, f"{wrong}"),
        Figure("address to plate, address to building: wrong", f"{told['address_plate_wrong']}, {told['address_building_wrong']}"),
        Figure("plates of buildings without outline left alone", f"{told['no_outline_linked']['of'] - told['no_outline_linked']['n']} of {told['no_outline_linked']['of']}"),
        at_most(f"called a repeated number, of {len(legal)} legal ones", legal.isin(loud).sum(), 0, f"{legal.isin(loud).sum()}"),
    ]  # fmt: skip


def tainan(told: dict[str, Any]) -> list[Figure]:
    """A merger of villages with its official table."""
    false = told["old_village_false"]["n"]
    return [
        _rate("addresses of merged villages: new village right", told["new_village_right"], 0.995),
        at_most("false old_village_name", false, TAINAN_FALSE_N, f"{false:,}"),
        _rate("linked right across the merger", told["linked_right_across_merger"], 0.99),
        Figure("linked wrong across the merger", f"{told['linked_wrong']['n']:,}"),
    ]


def _rate(what: str, told: dict[str, Any], bar: float) -> Figure:
    return at_least(what, told["n"] / told["of"], bar, share(told["n"], told["of"]))


def write_liechtenstein(place: Path, project: Path) -> None:
    """The country as an office would deliver it: two surveys, plates, villages; no register, no documents of demolition."""
    project.mkdir(parents=True)
    for name in ("buildings", "buildings_previous"):
        survey = gpd.read_parquet(place / f"{name}.parquet")
        gpd.GeoDataFrame({"building_id": survey["building_id"].astype(str)}, geometry=survey.geometry, crs=survey.crs).to_parquet(project / f"{name}.parquet")
    plates = gpd.read_parquet(place / "plates.parquet")
    columns = {"plate_id": plates["plate_id"].astype(str), "text": plates["full_address"]}
    gpd.GeoDataFrame(columns, geometry=plates.geometry, crs=plates.crs).to_parquet(project / "plates.parquet")
    areas = gpd.read_parquet(place / "areas.parquet")
    gpd.GeoDataFrame({"village_code": areas["area_id"], "name": areas["village"]}, geometry=areas.geometry, crs=areas.crs).to_parquet(project / "villages.parquet")
    (project / "doorplate.toml").write_text(f'as_of = "{AS_OF}"\n', encoding="utf-8")


def liechtenstein(place: Path, out: Path) -> list[Figure]:
    """Ids of 2015 that are no longer drawn: an id that ends is no demolition where something stands."""
    now, before = (gpd.read_parquet(place / f"{name}.parquet").to_crs(METRES) for name in ("buildings", "buildings_previous"))
    ended = ~before["building_id"].isin(now["building_id"]).to_numpy()
    covered, middle = cover(before, now)
    stands = (covered > COVERED_RATIO) | middle
    found = pd.read_parquet(out / "findings.parquet", columns=["code", "subject_id"])
    gone = before["building_id"].isin(found.loc[found["code"].isin(CALLED_GONE), "subject_id"]).to_numpy()
    bare = ended & (covered == 0)
    return [
        at_most("ids that ended where something stands: called demolished", (ended & stands & gone).sum(), 0,
                f"{(ended & stands & gone).sum()} of {(ended & stands).sum():,}"),
        at_most("ids that go on where something stands: called demolished", (~ended & stands & gone).sum(), 0,
                f"{(~ended & stands & gone).sum()} of {(~ended & stands).sum():,}"),
        Figure("ids that ended where nothing stands: called demolished", f"{(bare & gone).sum()} of {bare.sum()}"),
        Figure("ids that ended, between (a strip is covered): called demolished", f"{(ended & ~stands & ~bare & gone).sum()} of {(ended & ~stands & ~bare).sum()}"),
    ]  # fmt: skip


def cover(before: gpd.GeoDataFrame, now: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Share (0-1) of each footprint of the survey before that is covered now, and whether its middle is; both in one CRS in metres."""
    old, new = (shapely.make_valid(t.geometry.to_numpy()) for t in (before, now))
    tree = shapely.STRtree(new)
    i, j = tree.query(old, predicate="intersects")
    pieces = pd.Series(shapely.intersection(old[i], new[j])).groupby(i).agg(lambda one: shapely.area(shapely.union_all(one.to_numpy())))
    covered = pieces.reindex(np.arange(len(old))).fillna(0.0).to_numpy() / shapely.area(old)
    middle = np.zeros(len(old), dtype=bool)
    middle[tree.query(shapely.point_on_surface(old), predicate="within")[0]] = True
    return covered, middle
