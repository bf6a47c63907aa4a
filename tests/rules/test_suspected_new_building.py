"""疑似新建: in this survey and not in the one before."""

from __future__ import annotations

from functools import cache

from tests.rules.test_suspected_demolition import surveyed
from tests.town import Seen


@cache
def seen() -> Seen:
    drawn = surveyed()
    drawn.home("new", 0, 60, "普兴社区1组1号")
    drawn.previous("Bslip", 60, 60).home("slip2", 69, 60, "普兴社区1组2号")  # IoU 0.053
    drawn.previous("Btenth", 120, 60).home("tenth2", 128, 60, "普兴社区1组3号")  # IoU 0.111
    drawn.previous("Bre", 180, 60).demolition("Bre").home("re2", 184, 60, "普兴社区1组4号", w=30)  # IoU 0.17, covers 60 %
    drawn.previous("Bsmall", 240, 60, w=4, d=4).demolition("Bsmall").home("big", 240, 60, "普兴社区1组5号", w=30)  # IoU 0.05, covers all of it
    drawn.house("Bplan", 300, 60, condition="demolished")
    return drawn.verify()


def test_a_footprint_without_predecessor_is_a_notice() -> None:
    finding = seen().finding("suspected_new_building", "Bnew")
    assert (finding["severity"], finding["office"], finding["certainty"]) == ("notice", "surveyor", "suspect")


def test_below_a_tenth_it_is_new_and_above_changed() -> None:
    assert "suspected_new_building" in seen().codes("Bslip2")
    assert "suspected_new_building" not in seen().codes("Btenth2")


def test_a_house_rebuilt_on_site_is_not_also_new() -> None:
    assert "suspected_new_building" not in seen().codes("Bre2", "Bbig")
    assert {"rebuilt"} <= seen().codes("Bre2")


def test_a_footprint_that_is_gone_is_not_new() -> None:
    assert "suspected_new_building" not in seen().codes("Bplan")


def test_a_new_building_may_be_numbered_already() -> None:
    assert seen().codes("Pnew", "Anew") == set()
