"""Damaged files of every format: read, or refused with a message; never anything else, and never a row lost in silence."""

import random

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest

from geo.errors import DoorplateError
from geo.profile import Profile
from geo.read import read
from geo.standardise import standardise

PLATES = pd.DataFrame({"plate_id": [f"P{i}" for i in range(30)], "text": [f"长安路{i}号" for i in range(30)], "lon": 106.2, "lat": 29.6})


def write(folder, houses, name):
    if name == "plates.xlsx":
        PLATES.to_excel(folder.path / name, index=False, engine="xlsxwriter")
    elif name == "plates.csv":
        (folder.path / name).write_bytes(PLATES.to_csv(index=False).encode("gb18030"))
    elif name == "plates.kml":
        mark = "<Placemark id='{}'><name>{}</name><Point><coordinates>{},{}</coordinates></Point></Placemark>"
        body = "".join(mark.format(*row) for row in PLATES.itertuples(index=False))
        folder.text(name, f"<kml><Document>{body}</Document></kml>")
    elif name == "buildings.zip":
        pyogrio.write_dataframe(houses, folder.path.parent / "b.shp", encoding="GBK")
        folder.zipped(name, {f"b{p.suffix}": p.read_bytes() for p in sorted(folder.path.parent.glob("b.*"))})
    else:
        folder.frame(name, houses.to_crs(4326) if name.endswith("json") else gpd.GeoDataFrame(houses))
    return (folder.path / name).read_bytes()


def damage(data: bytes, rng: random.Random) -> bytes:
    """Cut off, some bytes changed, a piece missing, or a piece of noise put in."""
    out, at, size = bytearray(data), rng.randrange(len(data)), rng.randrange(1, 200)
    kind = rng.randrange(4)
    if kind == 0:
        return bytes(out[: max(at, 1)])
    if kind == 1:
        for _ in range(rng.randrange(1, 8)):
            out[rng.randrange(len(out))] = rng.randrange(256)
    elif kind == 2:
        del out[at : at + size]
    else:
        out[at:at] = rng.randbytes(size // 4 + 1)
    return bytes(out)


@pytest.mark.parametrize(
    "name", ["buildings.gpkg", "buildings.parquet", "buildings.geojson", "buildings.zip", "plates.xlsx", "plates.csv", "plates.kml"]
)
def test_a_damaged_file_is_read_or_refused(folder, houses, name):
    whole, rng = write(folder, houses, name), random.Random(20)
    said: list[str] = []
    for _ in range(25):
        folder.bytes(name, damage(whole, rng) or b"\x00")
        try:
            inputs = standardise(read(folder.path), profile=Profile(), as_of="2026-06-30")
        except DoorplateError as e:
            said.append(e.zh)
        else:
            assert (inputs.sources["rows_read"] == inputs.sources["kept"] + inputs.sources["quarantined"]).all()
            assert sum(len(getattr(inputs, t)) for t in inputs.delivered) <= inputs.sources["kept"].sum()
    assert all(name.split(".")[0] in message for message in said)
