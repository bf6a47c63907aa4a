"""Coordinates in columns: what their header promises, and what they are."""

import numpy as np
import pandas as pd
import pytest
import shapely

from geo.crs import GEOGRAPHIC, transform_xy
from geo.points import as_shapes
from geo.read.ledger import Ledger
from geo.read.points import parse_numbers, read_points


def points(columns):
    ledger = Ledger()
    frame = pd.DataFrame(columns, dtype="str").assign(_row=range(len(next(iter(columns.values())))))
    pairs, crs = read_points(frame, "plates", ledger)
    return as_shapes(pairs), crs, ledger.repairs_frame()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("106.2039", 106.2039),
        (" 106.2039 ", 106.2039),
        ("１０６．２０３９", 106.2039),
        ("106.2039°", 106.2039),
        ("106.2039E", 106.2039),
        ("东经106.2039", 106.2039),
        ("106°12′14.04″", 106.2039),
        ("106°12'14.04\"", 106.2039),
        ("106度12分14.04秒", 106.2039),
        ("106,2039", 106.2039),
        ("1.062039E+02", 106.2039),
    ],
)
def test_a_coordinate_however_it_is_written(text, number):
    assert parse_numbers(pd.Series([text]))[0] == pytest.approx(number, abs=1e-9)


@pytest.mark.parametrize("text", ["不详", "106°72′14″", "106.2.3", "--"])
def test_what_is_no_number_is_no_coordinate_and_said(text):
    shapes, _, repairs = points({"lon": [text, "106.2"], "lat": ["29.6", "29.6"]})
    assert shapes[0] is None
    assert repairs["why"].str.startswith("coordinate_bad").tolist() == [True]


def test_degrees_are_cgcs2000():
    shapes, crs, repairs = points({"lon": ["106.2", None], "lat": ["29.6", None]})
    assert crs == GEOGRAPHIC
    assert shapes[0].equals(shapely.Point(106.2, 29.6))
    assert shapes[1] is None
    assert repairs.empty


def test_half_a_coordinate_is_none_and_said():
    shapes, _, repairs = points({"lon": ["106.2", "106.2"], "lat": ["29.6", None]})
    assert shapes[1] is None
    assert repairs["why"].str.startswith("coordinate_half").tolist() == [True]


@pytest.mark.parametrize(("easting", "crs"), [("35616232.5", "EPSG:4523"), ("18616232.5", "EPSG:4496"), ("616232.5", None)])
def test_an_easting_carries_its_zone_or_none(easting, crs):
    assert points({"x": [easting], "y": ["3275800"]})[1] == crs


def test_metres_under_the_headers_of_degrees_are_metres():
    shapes, crs, _ = points({"lon": ["36616232", "36616332"], "lat": ["3275800", "3275810"]})
    assert crs == "EPSG:4524"
    lon, lat = transform_xy(*shapely.get_coordinates(shapes).T, crs, GEOGRAPHIC)
    assert np.allclose([lon[0], lat[0]], [109.2, 29.6], atol=0.01)


def test_survey_sheets_write_x_for_north():
    shapes, crs, repairs = points({"x": ["3275800", "3275810"], "y": ["35616232", "35616240"]})
    assert crs == "EPSG:4523"
    assert shapes[0].equals(shapely.Point(35616232, 3275800))
    assert repairs["why"].str.startswith("axes_exchanged").any()


def test_six_digit_eastings_with_x_for_north_are_exchanged_too():
    shapes, crs, _ = points({"x": ["3275800"], "y": ["616232"]})
    assert crs is None
    assert shapes[0].equals(shapely.Point(616232, 3275800))


@pytest.mark.parametrize("scale", [10**5, 10**6, 10**7])
def test_degrees_kept_as_whole_numbers_are_scaled_back(scale):
    shapes, crs, repairs = points({"lon": [str(int(106.20393 * scale))] * 3, "lat": [str(int(29.60123 * scale))] * 3})
    assert crs == GEOGRAPHIC
    assert shapely.get_coordinates(shapes)[0] == pytest.approx([106.20393, 29.60123], abs=2e-5)
    assert repairs["why"].str.startswith("coordinate_scaled").all()


def test_an_empty_table_has_no_points():
    shapes, crs, _ = points({"lon": [], "lat": []})
    assert len(shapes) == 0
    assert crs == GEOGRAPHIC
