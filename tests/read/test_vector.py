"""GeoJSON and KML."""

import json

import pytest
import shapely

from geo.errors import SourceError

POINT = {"type": "Point", "coordinates": [106.2, 29.6]}


def feature(number, geometry=POINT, **more):
    return {"type": "Feature", "properties": {"门牌编号": f"P{number}", "门牌号": f"长安路{number}号", **more}, "geometry": geometry}


def collection(*features, **more):
    return json.dumps({"type": "FeatureCollection", "features": list(features), **more}, ensure_ascii=False)


def kml(*marks, head=""):
    body = "".join(marks)
    return f'<?xml version="1.0" encoding="UTF-8"?>{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{body}</Document></kml>'


MARK = (
    '<Placemark><name>长安路1号</name><ExtendedData><Data name="门牌编号"><value>P1</value></Data></ExtendedData>'
    "<Point><coordinates>106.2,29.6,0</coordinates></Point></Placemark>"
)


def test_positions_without_crs_are_longitude_and_latitude(folder):
    folder.text("plates.geojson", collection(feature(1)))
    raw = folder.read()
    assert raw.tables["plates"].crs.to_authority() == ("OGC", "CRS84")
    assert raw.tables["plates"].geometry[0].equals(shapely.Point(106.2, 29.6))


def test_an_old_crs_member_is_honoured(folder):
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4524"}}
    folder.text("plates.geojson", collection(feature(1, {"type": "Point", "coordinates": [36422627.0, 3276000.0]}), crs=crs))
    assert folder.read().tables["plates"].crs.to_epsg() == 4524


def test_a_crs_member_of_null_declares_nothing(folder):
    folder.text("plates.geojson", collection(feature(1), crs=None))
    assert folder.read().tables["plates"].crs is None


@pytest.mark.parametrize("text", [collection(feature(1))[:-20], collection(feature(1))[:-1] + ",}"])
def test_a_cut_file_says_where(folder, text):
    folder.text("plates.geojson", text)
    with pytest.raises(SourceError, match=r"line 1 column \d+"):
        folder.read()


def test_a_gbk_file_is_read(folder):
    folder.text("plates.geojson", collection(feature(1)), "gb18030")
    raw = folder.read()
    assert raw.tables["plates"]["text"].tolist() == ["长安路1号"]
    assert raw.sources.loc[0, "encoding"] == "gb18030"


def test_a_parser_bomb_is_refused(folder):
    folder.text("plates.geojson", '{"type":"FeatureCollection","features":' + "[" * 100_000 + "]" * 100_000 + "}")
    with pytest.raises(SourceError, match="too deep"):
        folder.read()


@pytest.mark.parametrize("data", ['{"type": "Topology"}', "[1, 2]", '{"a": 1}', '{"type": "FeatureCollection", "features": [1]}'])
def test_json_of_another_kind_is_refused(folder, data):
    folder.text("plates.geojson", data)
    with pytest.raises(SourceError, match="not FeatureCollection"):
        folder.read()


def test_a_property_that_occurs_twice_refuses_its_row(folder):
    twice = '{"type": "Feature", "properties": {"门牌编号": "P2", "门牌号": "a", "门牌号": "b"}, "geometry": null}'
    folder.text("plates.geojson", collection(feature(1), {"x": 1}).replace('{"x": 1}', twice))
    raw = folder.read()
    assert raw.quarantine[["row", "code"]].values.tolist() == [[2, "key_twice"]]
    assert raw.tables["plates"]["plate_id"].tolist() == ["P1"]


def test_broken_rings_refuse_their_row_not_the_file(folder):
    square = [[106.2, 29.6], [106.201, 29.6], [106.201, 29.601], [106.2, 29.601], [106.2, 29.6]]
    rings = [square, square[:-1], square[:2], [[106.2, None], *square[1:]]]
    features = [
        {"type": "Feature", "properties": {"建筑编号": f"B{i}"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for i, ring in enumerate(rings)
    ]
    folder.text("buildings.geojson", json.dumps({"type": "FeatureCollection", "features": features}))
    raw = folder.read()
    assert raw.tables["buildings"]["building_id"].tolist() == ["B0"]
    assert set(raw.quarantine["code"]) == {"geom_corrupt"}
    assert raw.sources.loc[0, ["rows_read", "kept", "quarantined"]].tolist() == [4, 1, 3]


def test_a_type_that_changes_between_features_is_kept_as_text(folder):
    values = [3, "三", None, 2.0, True]
    rows = [{"type": "Feature", "properties": {"地址编码": f"A{i}", "户籍人口": v}, "geometry": None} for i, v in enumerate(values)]
    folder.text("population.geojson", json.dumps({"type": "FeatureCollection", "features": rows}))
    assert folder.read().tables["population"]["registered_n"].fillna("").tolist() == ["3", "三", "", "2", "true"]


def test_the_id_of_a_feature_is_an_id(folder):
    rows = [{"type": "Feature", "id": f"P{i}", "properties": {"门牌号": "长安路1号"}, "geometry": POINT} for i in range(2)]
    folder.text("plates.geojson", json.dumps({"type": "FeatureCollection", "features": rows}))
    assert folder.read().tables["plates"]["plate_id"].tolist() == ["P0", "P1"]


def test_markup_in_a_text_is_kept_as_it_is(folder):
    folder.text("plates.geojson", collection(feature(1, 门牌号="<img src=x onerror=alert(1)>")))
    assert folder.read().tables["plates"]["text"].tolist() == ["<img src=x onerror=alert(1)>"]


def test_an_empty_collection_is_an_empty_table(folder):
    folder.text("plates.geojson", collection())
    assert folder.standardise().plates.empty


def test_placemarks_with_their_data(folder):
    square = "106.2,29.6 106.201,29.6 106.201,29.601 106.2,29.6"
    ring = f"<LinearRing><coordinates>{square}</coordinates></LinearRing>"
    area = f'<Placemark id="B1"><Polygon><outerBoundaryIs>{ring}</outerBoundaryIs></Polygon></Placemark>'
    folder.text("plates.kml", kml(MARK))
    folder.text("buildings.kml", kml(area))
    raw = folder.read()
    assert raw.tables["plates"][["plate_id", "text"]].values.tolist() == [["P1", "长安路1号"]]
    assert raw.tables["buildings"]["building_id"].tolist() == ["B1"]
    assert raw.tables["buildings"].geometry[0].area > 0


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE kml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_entities_are_refused(folder, head):
    folder.text("plates.kml", kml(MARK.replace("长安路1号", "&b;"), head=head))
    with pytest.raises(SourceError, match="entities"):
        folder.read()


def test_a_link_to_another_file_is_not_followed(folder):
    folder.text("plates.kml", kml("<NetworkLink><Link><href>http://127.0.0.1:9/a.kml</href></Link></NetworkLink>", MARK))
    assert len(folder.read().tables["plates"]) == 1


def test_coordinates_that_are_none_refuse_their_placemark(folder):
    folder.text("plates.kml", kml(MARK, MARK.replace("P1", "P2").replace("106.2,29.6,0", "east,north")))
    raw = folder.read()
    assert raw.quarantine["code"].tolist() == ["geom_corrupt"]
    assert raw.tables["plates"]["plate_id"].tolist() == ["P1"]


@pytest.mark.parametrize("text", [kml(MARK)[:-30], "<gpx></gpx>"])
def test_xml_that_is_no_kml_is_refused(folder, text):
    folder.text("plates.kml", text)
    with pytest.raises(SourceError, match=r"plates\.kml"):
        folder.read()
