"""临建已拆未注销: a temporary building is gone, its number still active."""

from __future__ import annotations

from functools import cache

from tests.town import NOBODY, Seen, town


@cache
def seen() -> Seen:
    drawn = town()
    drawn.previous("Bt", 0, 60, temporary="是").demolition("Bt").address("At", "普兴社区1组临1号", 5, 65, kind="temporary").people("At", **NOBODY)
    drawn.previous("Bword", 60, 60).demolition("Bword").address("Aword", "普兴社区1组临2号", 65, 65)
    drawn.previous("Bperm", 120, 60).demolition("Bperm").address("Aperm", "普兴社区1组3号", 125, 65).people("Aperm", **NOBODY)
    drawn.previous("Bstands", 180, 60).house("Bstands", 180, 60, temporary="是").plate("Pstands", "1组临4号", 185, 60, expires_on="2027-01-01").address("Astands", "普兴社区1组临4号", 185, 65)
    drawn.previous("Bmade", 240, 60, temporary="是").demolition("Bmade").home("made", 240, 60, "普兴社区1组5号").change("buildings", "Bmade", building_id="Bmade2")
    drawn.previous("Bpeople", 0, 120, temporary="是").demolition("Bpeople").address("Apeople", "普兴社区1组临6号", 5, 125).people("Apeople", **NOBODY | {"registered_n": 3})
    return drawn.verify()


def test_the_number_of_a_gone_temporary_building_is_reported() -> None:
    finding = seen().finding("temporary_gone", "At")
    assert (finding["severity"], finding["office"]) == ("error", "police")
    assert seen().codes("At") == {"temporary_gone"}, "it silences demolished_vacant"


def test_a_temporary_number_says_so_whatever_the_footprint_said() -> None:
    assert "temporary_gone" in seen().codes("Aword")


def test_a_permanent_number_is_no_temporary_one() -> None:
    assert seen().codes("Aperm") == {"demolished_vacant"}


def test_a_temporary_building_that_stands_has_not_gone() -> None:
    assert seen().codes("Astands", "Bstands", "Pstands") == set()


def test_a_permanent_house_on_the_site_of_a_temporary_one_keeps_its_own_number() -> None:
    assert "temporary_gone" not in seen().codes("Amade")


def test_people_on_a_gone_temporary_number_are_named_beside_it() -> None:
    assert {"temporary_gone", "people_on_nothing"} <= seen().codes("Apeople")
    assert not {"demolished_vacant", "demolished_occupied"} & seen().codes("Apeople")
