"""Datums, zones and the fit of a layer to the footprints."""

import numpy as np
import pytest
import shapely

from geo.crs import (
    GEOGRAPHIC,
    bd09_to_wgs84,
    common_shift,
    fit_layer,
    gcj02_to_wgs84,
    move,
    plane_systems,
    prefixed_crs,
    reproject,
    transform_xy,
    wgs84_to_bd09,
    wgs84_to_gcj02,
    zone_crs,
)

CRS = "EPSG:4544"
TIANANMEN = np.array([116.397389]), np.array([39.908860])


def village(n=200, *, spacing_m=30.0, seed=1):
    """Footprints of about 10 x 8 m scattered over a grid, in the working CRS."""
    rng = np.random.default_rng(seed)
    side = int(np.ceil(np.sqrt(n)))
    x = 617000 + spacing_m * (np.arange(n) % side) + rng.uniform(-8, 8, n)
    y = 3276000 + spacing_m * (np.arange(n) // side) + rng.uniform(-8, 8, n)
    return shapely.box(x, y, x + rng.uniform(8, 12, n), y + rng.uniform(6, 10, n))


def doors(footprints, *, noise_m, seed=2):
    rng = np.random.default_rng(seed)
    xy = shapely.get_coordinates(shapely.centroid(footprints)) + rng.normal(0, noise_m, (len(footprints), 2))
    return shapely.points(xy)


def delivered_in(points, forward):
    """Points whose longitude and latitude were taken through a datum and are believed to be CGCS2000."""
    return reproject(move(reproject(points, CRS, GEOGRAPHIC), forward), GEOGRAPHIC, CRS)


def test_the_published_check_value_of_gcj02_and_bd09():
    assert np.concatenate(wgs84_to_gcj02(*TIANANMEN)) == pytest.approx([116.403633, 39.910263], abs=5e-7)
    assert np.concatenate(wgs84_to_bd09(*TIANANMEN)) == pytest.approx([116.410005, 39.916603], abs=5e-7)


@pytest.mark.parametrize(("forward", "backward"), [(wgs84_to_gcj02, gcj02_to_wgs84), (wgs84_to_bd09, bd09_to_wgs84)])
def test_undoing_a_datum_is_exact_to_a_tenth_of_a_millimetre_over_china(forward, backward):
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(73.5, 135, 50_000), rng.uniform(18, 53.5, 50_000)
    back_lon, back_lat = backward(*forward(lon, lat))
    assert max(np.abs(back_lon - lon).max(), np.abs(back_lat - lat).max()) * 111_320 < 1e-4


def test_the_offset_of_gcj02_has_the_published_size():
    rng = np.random.default_rng(4)
    lon, lat = rng.uniform(80, 125, 20_000), rng.uniform(20, 50, 20_000)
    x, y = wgs84_to_gcj02(lon, lat)
    offset = np.hypot((x - lon) * np.cos(np.radians(lat)), y - lat) * 111_320
    assert 380 < np.median(offset) < 470
    assert offset.max() < 750


def test_gcj02_leaves_positions_outside_its_box_alone():
    lon, lat = np.array([9.5, 139.8, 24.9]), np.array([47.1, 35.7, 60.2])
    x, y = wgs84_to_gcj02(lon, lat)
    assert (x == lon).all()
    assert (y == lat).all()


@pytest.mark.parametrize(
    ("lon", "lat", "expected"),
    [
        (106.2, 29.6, "EPSG:4544"),  # Chongqing, central meridian 105
        (106.6, 29.6, "EPSG:4545"),  # 108 begins at 106.5
        (121.5, 25.0, "EPSG:4550"),
        (75.0, 39.0, "EPSG:4534"),
        (135.0, 48.0, "EPSG:4554"),
        (13.9, 50.4, "EPSG:32633"),
        (139.8, 35.7, "EPSG:32654"),
        (-70.6, -33.4, "EPSG:32719"),
    ],
)
def test_the_working_crs_is_the_three_degree_zone_or_outside_china_utm(lon, lat, expected):
    assert zone_crs(lon, lat) == expected


def test_the_working_crs_is_the_zone_pyproj_knows_for_that_central_meridian():
    x, y = transform_xy(np.array([106.2]), np.array([29.6]), GEOGRAPHIC, zone_crs(106.2, 29.6))
    assert x[0] == pytest.approx(616_232, abs=200)  # east of the meridian 105, false easting 500 km
    assert y[0] == pytest.approx(3_275_800, abs=1000)


def test_an_eight_digit_easting_names_its_zone():
    assert prefixed_crs(36_422_627.0) == "EPSG:4524"
    assert prefixed_crs(18_616_232.0) == "EPSG:4496"
    assert prefixed_crs(616_232.0) is None
    assert prefixed_crs(46_500_000.0) is None


def test_no_two_plane_systems_of_a_place_hold_the_same_numbers():
    lon, lat = np.array([121.5]), np.array([25.0])
    found = {tuple(np.round(np.concatenate(transform_xy(lon, lat, GEOGRAPHIC, c)), 0)) for c in plane_systems(121.5)}
    assert len(found) == len(plane_systems(121.5))


def test_reprojection_keeps_none_and_drops_heights():
    shapes = np.array([shapely.from_wkt("POINT Z (106.2 29.6 300)"), None], dtype=object)
    out = reproject(shapes, GEOGRAPHIC, CRS)
    assert out[1] is None
    assert not shapely.has_z(out[0])


def test_points_as_declared_stay_where_they_are():
    footprints = village()
    fit = fit_layer(doors(footprints, noise_m=5.0), shapely.STRtree(footprints), CRS)
    assert (fit.hypothesis, fit.applied, fit.dx_m, fit.dy_m) == ("as_is", False, 0.0, 0.0)
    assert fit.points_n == 200
    assert fit.score > 0.7


@pytest.mark.parametrize(("word", "forward"), [("gcj02", wgs84_to_gcj02), ("bd09", wgs84_to_bd09)])
@pytest.mark.parametrize("noise_m", [2.0, 5.0, 8.0])
def test_a_layer_in_another_datum_is_recognised(word, forward, noise_m):
    footprints = village()
    fit = fit_layer(delivered_in(doors(footprints, noise_m=noise_m), forward), shapely.STRtree(footprints), CRS)
    assert (fit.hypothesis, fit.applied) == (word, True)
    assert fit.z >= 3


def test_a_third_of_strangers_does_not_hide_the_datum():
    footprints = village()
    rng = np.random.default_rng(5)
    strangers = shapely.points(617000 + rng.uniform(-500, 900, 70), 3276000 + rng.uniform(-500, 900, 70))
    points = np.concatenate([doors(footprints, noise_m=5.0), strangers])
    assert fit_layer(delivered_in(points, wgs84_to_gcj02), shapely.STRtree(footprints), CRS).hypothesis == "gcj02"


def test_fewer_than_fifty_points_move_nothing():
    footprints = village()
    points = delivered_in(doors(footprints, noise_m=3.0), wgs84_to_gcj02)[:49]
    assert fit_layer(points, shapely.STRtree(footprints), CRS).applied is False


def test_foreign_points_never_pass_the_gate():
    footprints = village(150)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        points = shapely.points(617000 + rng.uniform(-1500, 1500, 200), 3276000 + rng.uniform(-1500, 1500, 200))
        assert not fit_layer(points, shapely.STRtree(footprints), CRS).applied


def test_houses_on_a_raster_do_not_make_a_wrong_datum_certain():
    footprints = village(400, spacing_m=14.0)
    fit = fit_layer(doors(footprints, noise_m=6.0), shapely.STRtree(footprints), CRS)
    assert fit.hypothesis == "as_is"
    assert not fit.applied


def test_a_clear_shift_of_several_metres_is_applied():
    footprints = village(300, spacing_m=40.0)
    points = doors(footprints, noise_m=1.5)
    far = fit_layer(move(points, lambda x, y: (x - 7.0, y + 5.0)), shapely.STRtree(footprints), CRS)
    assert far.applied
    assert far.shifted
    assert (far.dx_m, far.dy_m) == pytest.approx((7.0, -5.0), abs=1.5)


def test_plates_that_all_hang_on_the_south_wall_are_not_moved():
    footprints = village(300, spacing_m=40.0)
    wall = shapely.points(shapely.get_coordinates(shapely.centroid(footprints)) - [0.0, 6.5])
    fit = fit_layer(wall, shapely.STRtree(footprints), CRS)
    assert not fit.applied
    assert fit.dy_m > 2.0  # the proposal is shown


def test_the_fit_does_not_depend_on_anything_but_the_points():
    footprints = village()
    points = delivered_in(doors(footprints, noise_m=5.0), wgs84_to_gcj02)
    assert fit_layer(points, shapely.STRtree(footprints), CRS) == fit_layer(points.copy(), shapely.STRtree(footprints[::-1].copy()), CRS)


def test_no_points_or_no_footprints_say_nothing():
    nothing = np.array([], dtype=object)
    assert fit_layer(nothing, shapely.STRtree(village()), CRS).applied is False
    assert np.isnan(fit_layer(doors(village(), noise_m=1.0), shapely.STRtree(nothing), CRS).score)


def test_the_common_shift_of_two_surveys_is_found_to_a_decimetre():
    footprints = village(300)
    rng = np.random.default_rng(6)
    jitter = np.repeat(rng.normal(0, 0.2, (300, 2)), shapely.get_num_coordinates(footprints), axis=0)
    before = shapely.transform(footprints, lambda xy: xy + jitter + [1.3, -0.8])
    dx, dy, error, n = common_shift(before[rng.permutation(300)], shapely.STRtree(np.delete(footprints, np.arange(40))))
    assert (dx, dy) == pytest.approx((-1.3, 0.8), abs=0.1)
    assert error < 0.1
    assert n > 200


def test_surveys_of_different_places_have_no_common_shift():
    elsewhere = move(village(), lambda x, y: (x + 5000, y))
    assert common_shift(elsewhere, shapely.STRtree(village()))[3] == 0
