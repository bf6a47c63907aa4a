"""村属不一致: said to be of one village, standing in another."""

from __future__ import annotations

from functools import cache

from tests.town import CODE, Seen, Town

OTHER, OTHER_CODE = "龙井村", "500120105201"


@cache
def seen() -> Seen:
    """普兴社区 west of x = 500, 龙井村 east of it, with an enclave of 龙井村 in the west."""
    drawn = Town().village().village(OTHER_CODE, OTHER, x=500, y=-500).village(OTHER_CODE, OTHER, x=-600, y=-500, w=80).street()
    drawn.home("far", 511 - 5, 60, "普兴社区1组1号").change("addresses", "Afar", at=(511, 65)).change("plates", "Pfar", at=(511, 60))
    drawn.home("near", 509 - 5, 160, "普兴社区1组2号").change("addresses", "Anear", at=(509, 165)).change("plates", "Pnear", at=(509, 160))
    drawn.home("says", 100, 260, "普兴社区1组3号").change("plates", "Psays", village_code=OTHER).change("addresses", "Asays", village_code=CODE)
    drawn.home("enclave", -560, 60, f"{OTHER}1组4号")
    drawn.home("quiet", 560, 260, f"{OTHER}1组5号").change("plates", "Pquiet", text="1组5号")
    drawn.address("Aold", "普兴社区1组6号", 700, 300, status="retired")
    return drawn.verify()


def test_an_address_eleven_metres_over_the_border_is_reported_with_the_right_village() -> None:
    finding = seen().finding("village_mismatch", "Afar")
    assert (finding["subject"], finding["proposal"]) == ("address", OTHER_CODE)
    assert abs(finding["value"] - 11) < 1e-6


def test_nine_metres_over_the_border_is_within_its_tolerance() -> None:
    assert "village_mismatch" not in seen().codes("Anear", "Pnear")


def test_a_declared_village_is_checked_as_well_as_a_written_one() -> None:
    assert seen().finding("village_mismatch", "Psays")["subject"] == "plate"
    assert "village_mismatch" not in seen().codes("Asays")


def test_an_enclave_that_the_borders_draw_is_its_village() -> None:
    assert seen().codes("Benclave", "Penclave", "Aenclave") == set()


def test_who_names_no_village_contradicts_none() -> None:
    assert "village_mismatch" not in seen().codes("Pquiet")


def test_a_retired_address_is_past_quarrelling() -> None:
    assert "village_mismatch" not in seen().codes("Aold")
