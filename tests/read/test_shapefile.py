"""Shapefiles, bare and zipped, with the faults they arrive with."""

import struct
import zipfile

import geopandas as gpd
import pyogrio
import pytest
import shapely

from geo.errors import SourceError
from geo.read.archive import check_archive


@pytest.fixture
def shapefile(folder, houses):
    """The houses as a GBK shapefile with Chinese field names; returns its members."""
    where = folder.path.parent / "made"
    where.mkdir()
    houses = houses.assign(标准编码=[f"{500227100001001000 + i}" for i in range(len(houses))])
    pyogrio.write_dataframe(houses, where / "a.shp", encoding="GBK")
    return {p.suffix: p.read_bytes() for p in where.iterdir()}


def put(folder, members, name="buildings"):
    for suffix, data in members.items():
        folder.bytes(name + suffix, data)


def test_a_bare_shapefile_with_all_its_parts(folder, shapefile, houses):
    put(folder, shapefile)
    raw = folder.read()
    assert raw.tables["buildings"]["building_id"].tolist() == houses["建筑编号"].tolist()
    assert raw.tables["buildings"].crs.to_epsg() == 4544
    assert shapely.area(raw.tables["buildings"].geometry.array).sum() == pytest.approx(60 * 80)
    assert raw.sources.loc[0, ["format", "rows_read"]].tolist() == ["shp", 60]


def test_without_a_cpg_the_gbk_of_its_dbf_is_told(folder, shapefile):
    put(folder, {s: d for s, d in shapefile.items() if s != ".cpg"})
    raw = folder.read()
    assert raw.sources.loc[0, "encoding"] == "gb18030"
    assert raw.tables["buildings"]["use"].unique().tolist() == ["住宅"]


def test_a_cpg_that_lies_is_not_believed(folder, shapefile):
    put(folder, shapefile | {".cpg": b"UTF-8"})
    assert folder.read().tables["buildings"]["use"].unique().tolist() == ["住宅"]
    put(folder, shapefile | {".cpg": b"ISO-8859-1"})
    assert folder.read().tables["buildings"]["use"].unique().tolist() == ["住宅"]


def test_without_a_prj_nothing_is_declared(folder, shapefile):
    put(folder, {s: d for s, d in shapefile.items() if s != ".prj"})
    assert folder.read().tables["buildings"].crs is None


def test_without_a_shx_the_shapes_are_still_read(folder, shapefile):
    put(folder, {s: d for s, d in shapefile.items() if s != ".shx"})
    assert folder.read().tables["buildings"].geometry.notna().all()


def test_without_a_dbf_the_file_is_refused(folder, shapefile):
    put(folder, {s: d for s, d in shapefile.items() if s != ".dbf"})
    with pytest.raises(SourceError, match=r"no \.dbf"):
        folder.read()


def test_a_cut_shp_is_refused(folder, shapefile):
    put(folder, shapefile | {".shp": shapefile[".shp"][:-200]})
    with pytest.raises(SourceError, match=r"\.shp is cut off"):
        folder.read()


def test_a_cut_dbf_names_how_many_records_it_holds(folder, shapefile):
    put(folder, shapefile | {".dbf": shapefile[".dbf"][:-200]})
    with pytest.raises(SourceError, match=r"declares 60 records and holds \d\d"):
        folder.read()


def test_a_dbf_of_another_length_is_refused(folder, shapefile):
    dbf = bytearray(shapefile[".dbf"])
    dbf[4:8] = struct.pack("<I", 59)
    put(folder, shapefile | {".dbf": bytes(dbf)})
    with pytest.raises(SourceError, match=r"60 shapes and the \.dbf 59 records"):
        folder.read()


def test_a_record_marked_as_deleted_is_no_row(folder, shapefile):
    dbf = bytearray(shapefile[".dbf"])
    head, width = struct.unpack("<HH", dbf[8:12])
    dbf[head + 5 * width] = ord("*")
    put(folder, shapefile | {".dbf": bytes(dbf)})
    raw = folder.read()
    assert "00005" not in raw.tables["buildings"]["building_id"].tolist()
    assert raw.sources.loc[0, "rows_read"] == 59
    house = raw.tables["buildings"].set_index("building_id")
    assert house.loc["00006", "_row"] == 7
    assert house.geometry["00006"].bounds[0] == 617000 + 30 * 6


def test_codes_of_eighteen_digits_stay_exact_in_a_numeric_field(folder, houses):
    frame = houses.head(3).assign(建筑编号=[500227100001001001, 500227100001001002, 500227100001001003])
    pyogrio.write_dataframe(frame, folder.path / "buildings.shp", encoding="GBK")
    assert folder.read().tables["buildings"]["building_id"].tolist() == [f"50022710000100100{i}" for i in (1, 2, 3)]


def test_field_names_cut_in_the_middle_of_a_character_do_not_stop_the_file(folder, shapefile):
    dbf = bytearray(shapefile[".dbf"])
    dbf[64:75] = "建筑用途说".encode()[:10] + b"\x00"  # UTF-8, cut after one byte of the fourth character
    dbf[32:43] = "编号".encode().ljust(11, b"\x00")
    dbf[96:107] = b"USE".ljust(11, b"\x00")
    dbf[128:139] = b"CODE".ljust(11, b"\x00")
    data = bytes(dbf).replace("住宅".encode("gbk") + b"  ", "住宅".encode())
    put(folder, shapefile | {".dbf": data, ".cpg": b"UTF-8"})
    assert len(folder.read().tables["buildings"]) == 60


def test_a_zip_holds_one_shapefile(folder, shapefile):
    folder.zipped("buildings.zip", {f"数据/房屋{s}": d for s, d in shapefile.items()})
    raw = folder.read()
    assert raw.sources.loc[0, "layer"] == "房屋"
    assert len(raw.tables["buildings"]) == 60


def test_member_names_in_gbk_are_read(folder, shapefile):
    with zipfile.ZipFile(folder.path / "buildings.zip", "w") as archive:
        for suffix, data in shapefile.items():
            info = zipfile.ZipInfo("房屋".encode("gbk").decode("cp437") + suffix)
            archive.writestr(info, data)
    raw = (folder.path / "buildings.zip").read_bytes()
    utf8 = "房屋".encode("gbk").decode("cp437").encode()
    assert utf8 in raw  # the writer marks the name as UTF-8; a Chinese Windows writes the bare bytes:
    gbk = raw.replace(utf8, "房屋".encode("gbk").ljust(len(utf8), b"x"))
    flags = bytearray(gbk)
    for magic, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = 0
        while (start := gbk.find(magic, start)) >= 0:
            flags[start + at : start + at + 2] = b"\x00\x00"
            start += 4
    (folder.path / "buildings.zip").write_bytes(bytes(flags))
    assert folder.read().sources.loc[0, "layer"].startswith("房屋")


def test_of_two_shapefiles_the_user_names_one(folder, shapefile):
    folder.zipped("buildings.zip", {f"{n}{s}": d for n in ("a", "b") for s, d in shapefile.items()})
    with pytest.raises(SourceError, match="2 shapefiles"):
        folder.read()
    folder.text("doorplate.toml", '[sources.buildings]\nlayer = "b"\n')
    assert folder.read().sources.loc[0, "layer"] == "b"


@pytest.mark.parametrize("name", ["../../evil.shp", "/evil.shp", "C:\\evil.shp", "a\\..\\..\\evil.shp"])
def test_a_name_that_leaves_the_folder_refuses_the_archive(folder, shapefile, name):
    folder.zipped("buildings.zip", {name: shapefile[".shp"]} | {f"a{s}": d for s, d in shapefile.items()})
    with pytest.raises(SourceError, match="leaves the folder"):
        folder.read()
    assert not list(folder.path.parent.glob("**/evil*"))


def test_bombs_are_refused_before_a_byte_is_unpacked(folder):
    folder.zipped("buildings.zip", {"a.shp": b"\x00" * 50_000_000})
    with pytest.raises(SourceError, match="packed more than 100"):
        folder.read()
    folder.zipped("buildings.zip", {f"{i}.txt": b"x" for i in range(201)})
    with pytest.raises(SourceError, match="more than 200 members"):
        check_archive(folder.path / "buildings.zip")


def test_a_damaged_zip_is_named(folder, shapefile):
    data = folder.zipped("buildings.zip", {f"a{s}": d for s, d in shapefile.items()}).read_bytes()
    folder.bytes("buildings.zip", data[:-300])
    with pytest.raises(SourceError, match=r"buildings\.zip"):
        folder.read()


def test_a_virtual_source_inside_a_shp_is_never_opened(folder, shapefile):
    vrt = b"<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    put(folder, shapefile | {".shp": vrt.ljust(400)})
    with pytest.raises(SourceError, match="virtual"):
        folder.read()
    folder.zipped("buildings.zip", {f"a{s}": d for s, d in (shapefile | {".shp": vrt.ljust(400)}).items()})
    (folder.path / "buildings.shp").unlink()
    with pytest.raises(SourceError, match="cut off"):
        folder.read()


def test_an_empty_shapefile_is_an_empty_table(folder, houses):
    pyogrio.write_dataframe(gpd.GeoDataFrame(houses.head(0)), folder.path / "buildings.shp", encoding="GBK", geometry_type="Polygon")
    assert folder.read().tables["buildings"].empty
