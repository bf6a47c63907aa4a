"""已拆牌未收: the house is gone, its plate still hangs."""

from __future__ import annotations

from functools import cache

from tests.town import NOBODY, Seen, town


@cache
def seen() -> Seen:
    drawn = town()
    drawn.previous("Bg", 0, 60).demolition("Bg").plate("Pg", "1组1号", 5, 60).address("Ag", "普兴社区1组1号", 5, 65).people("Ag", **NOBODY)
    drawn.previous("Bonly", 60, 60).demolition("Bonly").plate("Ponly", "1组2号", 65, 60)
    drawn.previous("Btaken", 120, 60).demolition("Btaken").plate("Ptaken", "1组3号", 125, 60, state="removed")
    drawn.previous("Bnew1", 180, 60).demolition("Bnew1").house("Bnew2", 180, 60).plate("Pnew", "1组4号", 185, 60).address("Anew", "普兴社区1组4号", 185, 65)
    drawn.previous("Bnodoc", 240, 60).plate("Pnodoc", "1组5号", 245, 60)
    drawn.previous("Bid", 0, 120).demolition("Bid").plate("Pid", "1组6号", building_id="Bid")
    return drawn.verify()


def test_an_installed_plate_of_a_gone_house_is_reported() -> None:
    finding = seen().finding("plate_on_demolished", "Ponly")
    assert (finding["office"], finding["related"]) == ("village", ["Bonly"])


def test_plate_and_number_of_one_gone_house_are_two_jobs() -> None:
    assert "plate_on_demolished" in seen().codes("Pg")
    assert seen().codes("Ag") == {"demolished_vacant"}


def test_it_silences_unregistered_and_dangling() -> None:
    assert seen().codes("Ponly") == {"plate_on_demolished"}


def test_a_removed_plate_hangs_nowhere() -> None:
    assert seen().codes("Ptaken") == set()


def test_a_plate_of_a_house_rebuilt_on_the_site_is_that_houses() -> None:
    assert "plate_on_demolished" not in seen().codes("Pnew")
    assert seen().row("plates", "Pnew")["building_id"] == "Bnew2"


def test_without_a_document_nothing_is_gone() -> None:
    assert "plate_on_demolished" not in seen().codes("Pnodoc")


def test_a_declared_building_is_enough() -> None:
    assert "plate_on_demolished" in seen().codes("Pid")
