"""A village drawn as a result, of any size: what sheets and lists are tested on. Numbers are metres."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.tables import Verification
from tests.town import CODE, Town

X, Y = 600_000.0, 3_275_000.0
PRINTED_ON = pd.Timestamp("2026-07-01")


@cache
def small_town() -> Verification:
    """A street of twelve, one house without a plate, one inhabited without, a plate on nothing, an address without a house."""
    town = Town().village().street("民主街", 12).house("BX", 300, 5).home("Y", 340, 5, "民主街31号").without("plates", "PY")
    town.people("AY", registered_n=3, resident_n=3, floating_n=0, absent_n=0, unit_n=0)
    town.plate("PN", "民主街77号", 300, 300).address("AV", "民主街88号", 300, 350)
    return town.verify().verification


def village_of(n: int, **texts: str) -> Verification:
    """A village of n plated houses on a grid, every tenth without a plate, in a result as a run writes it."""
    base = small_town()
    at = np.arange(n)
    x, y = X + 15.0 * (at % 60), Y + 15.0 * (at // 60)
    ids = pd.Series([f"B{i:05d}" for i in at], dtype="str")
    number = pd.Series([str(i + 1) for i in at], dtype="str")
    bare = at % 10 == 9
    code = pd.Series([CODE] * n, dtype="str")
    key = code + "|" + texts.get("place", "民主街") + "||" + number + "|||||||"
    buildings = base.buildings.iloc[:0].reindex(range(n)).assign(
        building_id=ids, status=np.where(bare, "unplated_building", "matched"), should_have_plate=True, why="use_or_size", village_code=code,
        plate_n=np.where(bare, 0.0, 1.0), address_n=np.where(bare, 0.0, 1.0), people_how="none", area_m2=100.0,
    )  # fmt: skip
    buildings = gpd.GeoDataFrame(buildings, geometry=shapely.box(x, y, x + 9, y + 9), crs=base.buildings.crs)
    doors = pd.DataFrame({"text": texts.get("text", "民主街") + number + "号", "street": "民主街", "number": number, "key": key, "building_id": ids, "village_code": code, "status": "matched"})
    points = gpd.GeoSeries(shapely.points(x + 4, y), crs=base.buildings.crs)
    plates = gpd.GeoDataFrame(base.plates.iloc[:0].reindex(range(n)).assign(plate_id="P" + ids, state="installed", face="good", **doors), geometry=points)[~bare]
    addresses = gpd.GeoDataFrame(base.addresses.iloc[:0].reindex(range(n)).assign(address_id="A" + ids, **doors), geometry=points)[~bare]
    links = pd.DataFrame({"building_id": ids, "plate_id": "P" + ids, "address_id": "A" + ids, "state": "one_to_one", "distance_m": 0.0, "score": 1.0, "reason": "same_key"})[~bare]
    found = pd.DataFrame({"finding_id": "F" + ids, "code": "unplated_building", "subject": "building", "subject_id": ids, "village_code": code})[bare]
    findings = base.findings.iloc[:0].reindex(range(len(found))).assign(
        **{c: found[c].to_numpy() for c in found}, related=[[] for _ in range(len(found))], severity="error", certainty="certain", office="civil_affairs",
        detail_zh="建筑没有门牌，也没有登记地址。", detail_en="no plate and no address.",
    )  # fmt: skip
    findings = gpd.GeoDataFrame(findings, geometry=points[bare].to_numpy(), crs=base.buildings.crs)
    outline = shapely.box(X - 20, Y - 20, X + 920, Y + 15.0 * (n // 60 + 1) + 20)
    villages = base.villages.iloc[:1].assign(village_code=CODE).set_geometry([outline], crs=base.buildings.crs)
    return Verification(links, findings, buildings, plates, addresses, base.tallies, base.quarantine, base.repairs, villages=villages, **_others(base), run=base.run)


def _others(base: Verification) -> dict[str, object]:
    """Tables of a result that sheets do not read."""
    read = {"links", "findings", "buildings", "plates", "addresses", "tallies", "quarantine", "repairs", "villages", "run"}
    return {name: value for name, value in vars(base).items() if name not in read}


def needs(tool: str) -> str:
    """The path of a tool of poppler; without it the test is skipped and says so."""
    found = shutil.which(tool)
    if found is None:
        pytest.skip(f"{tool} is not installed (poppler-utils): the PDF is not looked into")
    return found


def told(path: Path, *, page: int | None = None) -> str:
    """The text of a PDF, or of one page, as a search finds it."""
    one = [] if page is None else ["-f", str(page), "-l", str(page)]
    return subprocess.run([needs("pdftotext"), *one, "-layout", str(path), "-"], capture_output=True, text=True, check=True).stdout


def bare(text: str) -> str:
    """Text without spaces: where they fall depends on how wide the reader of the PDF takes a character to be."""
    return re.sub(r"\s+", "", text)


def pages_of(path: Path) -> int:
    found = re.search(r"Pages:\s+(\d+)", subprocess.run([needs("pdfinfo"), str(path)], capture_output=True, text=True, check=True).stdout)
    assert found
    return int(found[1])


def fonts_of(path: Path) -> list[str]:
    """One line per font of a PDF: name, type, encoding, whether embedded, subset, with Unicode."""
    return subprocess.run([needs("pdffonts"), str(path)], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
