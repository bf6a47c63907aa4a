"""坐标超界: a coordinate where the project is not."""

from __future__ import annotations

from functools import cache

from tests.town import ORIGIN, Seen, town


@cache
def seen() -> Seen:
    drawn = town().village("500120105002", "龙井村", x=3000, y=0, w=100, d=100)
    drawn.village("500120105002", "龙井村", x=5000, y=0, w=100, d=100)  # its enclave
    drawn.plate("P-out", "民主街21号", 0, 1001)
    drawn.plate("P-edge", "民主街23号", 0, 999)
    drawn.plate("P-zero", "民主街25号", -ORIGIN[0], -ORIGIN[1])
    drawn.plate("P-enclave", "民主街27号", 5050, 50)
    drawn.plate("P-none", "民主街29号")
    drawn.address("A-out", "民主街31号", -1100, 0)
    return drawn.verify()


def test_a_point_more_than_500_m_outside_every_village_is_reported() -> None:
    assert seen().finding("outside_project", "P-out")["subject"] == "plate"
    assert seen().finding("outside_project", "A-out")["subject"] == "address"
    assert seen().subjects("outside_project") == ["A-out", "P-out", "P-zero"]


def test_zero_zero_is_no_place() -> None:
    assert "P-zero" in seen().subjects("outside_project")


def test_a_point_less_than_500_m_outside_is_inside() -> None:
    assert "P-edge" not in seen().subjects("outside_project")


def test_an_enclave_that_the_villages_draw_is_inside() -> None:
    assert "P-enclave" not in seen().subjects("outside_project")


def test_a_plate_without_coordinate_is_not_outside() -> None:
    assert "P-none" not in seen().subjects("outside_project")


def test_a_coordinate_outside_is_treated_as_unknown_not_as_far_away() -> None:
    assert "dangling_plate" not in seen().codes("P-out", "P-zero")
    assert seen().row("plates", "P-out")["geometry"] is None
