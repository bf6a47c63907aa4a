"""Which shapes are repaired, which refused: nothing changes its area in silence."""

import numpy as np
import pandas as pd
import pytest
import shapely

from geo.errors import SourceError
from geo.read.ledger import Ledger
from geo.read.shapes import check_kind, check_lines, check_polygons, points_only, shape_array
from geo.tables import INPUT

SQUARE = shapely.box(0, 0, 20, 20)


def checked(*shapes, role="buildings", villages_m2=0.0):
    ledger = Ledger()
    array = np.array(shapes, dtype=object)
    frame = pd.DataFrame({"_source": "a.shp", "_row": range(1, len(array) + 1), "_key": [f"B{i}" for i in range(len(array))]})
    out, keep = check_polygons(array, frame, INPUT[role], ledger, repair_ratio=0.01, villages_m2=villages_m2)
    return out, keep.tolist(), ledger.quarantine_frame(), ledger.repairs_frame()


def stretched(x):
    """A square one of whose corners is at x."""
    with np.errstate(invalid="ignore"):
        return shapely.polygons([(0, 0), (x, 0), (10, 10), (0, 0)])


def reason(shape, **options):
    """Why one footprint is refused, as its code in the value."""
    _, keep, quarantine, _ = checked(shape, SQUARE, **options)
    assert keep == [False, True]
    assert quarantine[["key", "code", "column"]].values.tolist() == [["B0", "invalid_geometry", "geometry"]]
    return quarantine["value"].iloc[0].split(":")[0]


BOW_TIE = shapely.from_wkt("POLYGON ((0 0, 20 20, 20 0, 0 20, 0 0))")


def test_a_bow_tie_is_refused_never_repaired():
    assert reason(BOW_TIE) == "geom_invalid"


def test_a_lopsided_bow_tie_is_refused_too():
    assert reason(shapely.from_wkt("POLYGON ((0 0, 20 20, 20 12, 0 20, 0 0))")) == "geom_invalid"


def test_a_hole_outside_its_shell_is_refused():
    assert reason(shapely.from_wkt("POLYGON ((0 0, 20 0, 20 20, 0 20, 0 0), (30 0, 40 0, 40 10, 30 10, 30 0))")) == "geom_invalid"


def test_a_ring_wound_twice_is_refused():
    assert reason(shapely.from_wkt("POLYGON ((0 0, 20 0, 20 20, 0 20, 0 0, 20 0, 20 20, 0 20, 0 0))")) == "geom_invalid"


@pytest.mark.parametrize(
    "wkt",
    [
        "POLYGON ((0 0, 20 0, 20 20, 0 20, 0 0), (0 10, 5 5, 5 15, 0 10))",  # the hole touches the shell: valid already
        "POLYGON ((0 0, 10 0, 10 5, 10 0, 20 0, 20 20, 0 20, 0 0))",  # a spike without area
        "MULTIPOLYGON (((0 0, 10 0, 10 20, 0 20, 0 0)), ((10 0, 20 0, 20 20, 10 20, 10 0)))",  # two halves sharing a wall
    ],
)
def test_what_can_be_repaired_without_changing_its_area_is(wkt):
    out, keep, quarantine, repairs = checked(shapely.from_wkt(wkt))
    assert keep == [True]
    assert quarantine.empty
    assert shapely.is_valid(out[0])
    assert out[0].area == pytest.approx(shapely.from_wkt(wkt).area)
    assert len(repairs) == (0 if shapely.from_wkt(wkt).is_valid else 1)


def test_a_tiny_bow_at_the_corner_of_a_large_house_is_repaired():
    wkt = "POLYGON ((0 0, 20 0, 20 20, 0.1 20, 0 20.2, 0.1 20.2, 0 20, 0 0))"
    out, keep, _, repairs = checked(shapely.from_wkt(wkt))
    assert keep == [True]
    assert out[0].area == pytest.approx(400, rel=0.01)
    assert repairs["why"].iloc[0].startswith("geometry_repaired")


@pytest.mark.parametrize(
    ("shape", "code"),
    [
        (None, "geom_null"),
        (shapely.Point(1, 1), "geom_type"),
        (shapely.LineString([(0, 0), (1, 1)]), "geom_type"),
        (shapely.box(0, 0, 0.5, 0.5), "geom_zero_area"),
        (shapely.from_wkt("POLYGON ((0 0, 10 0, 20 0, 0 0))"), "geom_invalid"),
        (shapely.box(0, 0, 3_000, 3_000), "geom_too_big"),
        (shapely.union_all([shapely.box(0, 0, 10, 10), shapely.box(5000, 0, 5010, 10)]), "multipart_far"),
        (stretched(np.inf), "geom_inf"),
        (stretched(np.nan), "geom_inf"),
    ],
)
def test_what_is_no_footprint_is_refused_with_its_reason(shape, code):
    assert reason(shape) == code


def test_a_boundary_among_the_footprints_is_refused_and_a_station_is_not():
    houses = [shapely.box(30 * i, 0, 30 * i + 10, 10) for i in range(20)]
    boundary, station = shapely.box(-10, -10, 650, 90), shapely.box(0, 200, 200, 400)
    _, keep, quarantine, _ = checked(*houses, boundary, station)
    assert keep == [True] * 20 + [False, True]
    assert quarantine["key"].tolist() == ["B20"]


def test_a_footprint_of_more_than_half_of_all_villages_is_refused():
    assert reason(shapely.box(0, 0, 100, 100), villages_m2=15_000) == "geom_too_big"


def test_parts_a_courtyard_apart_are_one_building():
    parts = shapely.union_all([shapely.box(0, 0, 10, 10), shapely.box(40, 0, 50, 10), shapely.box(80, 0, 90, 10)])
    assert checked(parts)[1] == [True]


def test_a_collection_with_one_polygon_is_that_polygon():
    one = shapely.from_wkt("GEOMETRYCOLLECTION (POLYGON ((0 0, 20 0, 20 20, 0 0)), POINT (1 1))")
    two = shapely.GeometryCollection([SQUARE, shapely.box(30, 0, 40, 10)])
    out, keep, _, _ = checked(one, two)
    assert keep == [True, False]
    assert out[0].geom_type == "Polygon"


def test_many_vertices_are_kept_with_a_note():
    circle = shapely.Point(0, 0).buffer(30, quad_segs=2000)
    _, keep, _, repairs = checked(circle)
    assert keep == [True]
    assert repairs["why"].iloc[0].startswith("many_vertices")


def test_a_demolition_needs_no_shape_but_a_shape_must_be_one():
    _, keep, quarantine, _ = checked(None, BOW_TIE, role="demolitions")
    assert keep == [True, False]
    assert len(quarantine) == 1


def test_only_points_are_positions():
    ledger = Ledger()
    shapes = np.array([shapely.Point(1, 1), shapely.MultiPoint([(2, 2)]), shapely.MultiPoint([(1, 1), (2, 2)]), SQUARE, None], dtype=object)
    frame = pd.DataFrame({"_key": list("abcde")})
    out = points_only(shapes, frame, "plates", ledger)
    assert np.nan_to_num(out, nan=-1).tolist() == [[1, 1], [2, 2], [-1, -1], [-1, -1], [-1, -1]]
    assert ledger.repairs_frame()["key"].tolist() == ["c", "d"]


def test_a_point_of_no_number_is_none_and_said():
    ledger = Ledger()
    shapes = np.array([shapely.Point(1, 1), shapely.from_wkt("POINT (nan nan)"), None], dtype=object)
    assert not shapely.is_missing(shapes[1])
    assert np.isnan(points_only(shapes, pd.DataFrame({"_key": list("abc")}), "plates", ledger)[:, 0]).tolist() == [False, True, True]
    assert ledger.repairs_frame()[["key", "why"]].values.tolist() == [["b", "coord_nan: 坐标为 NaN / the coordinate is NaN"]]


def test_the_wrong_file_in_the_right_place_is_refused():
    points = np.array([shapely.Point(i, 0) for i in range(6)], dtype=object)
    with pytest.raises(SourceError, match="wrong file"):
        check_kind(points, INPUT["buildings"], "buildings")
    check_kind(np.append(points, [None] * 20), INPUT["plates"], "plates")


def test_lines_are_lines():
    shapes = np.array([shapely.LineString([(0, 0), (1, 1)]), SQUARE, None], dtype=object)
    ledger = Ledger()
    keep = check_lines(shapes, pd.DataFrame({"_source": "a", "_row": range(3), "_key": list("abc")}), INPUT["streets"], ledger)
    assert keep.tolist() == [True, False, False]
    assert ledger.quarantine_frame()["code"].unique().tolist() == ["invalid_geometry"]


@pytest.mark.parametrize("wkt", ["POINT Z (1 2 3)", "POINT M (1 2 3)", "POINT ZM (1 2 3 4)"])
def test_heights_and_measures_are_dropped_with_a_note(wkt):
    ledger = Ledger()
    out = shape_array(pd.DataFrame({"geometry": pd.Series([shapely.from_wkt(wkt), None], dtype=object)}), INPUT["plates"], ledger)
    assert out[0].equals(shapely.Point(1, 2))
    assert not shapely.has_z(out[0])
    assert ledger.repairs_frame()["why"].str.startswith("z_dropped").all()


def test_empty_shapes_are_none():
    out = shape_array(pd.DataFrame({"geometry": pd.Series([shapely.Point(), shapely.Polygon()], dtype=object)}), INPUT["plates"], Ledger())
    assert out.tolist() == [None, None]
