"""形状变化待判: partly the footprint of the survey before."""

from __future__ import annotations

from functools import cache

from tests.rules.test_suspected_demolition import surveyed
from tests.town import Seen


@cache
def seen() -> Seen:
    drawn = surveyed()
    drawn.previous("Bc", 0, 60).home("c", 0, 60, "普兴社区1组1号", w=15)  # IoU 0.667
    drawn.previous("Bsame", 60, 60).home("same", 60, 60, "普兴社区1组2号", w=11.7)  # IoU 0.855
    drawn.previous("Bless", 120, 60).home("less", 120, 60, "普兴社区1组3号", w=11.8)  # IoU 0.847
    drawn.previous("Bgone", 180, 60).house("Bgone", 180, 60, w=15, condition="demolished")
    drawn.previous("Bre", 240, 60).demolition("Bre").home("re2", 242, 60, "普兴社区1组5号", w=12)
    drawn.previous("Bhalf", 300, 60, w=20).house("Bhalf1", 300, 60, w=10).house("Bhalf2", 310, 60, w=10)
    drawn.previous("Brow1", 360, 60, w=10).previous("Brow2", 370, 60, w=10).house("Brow", 360, 60, w=20)
    return drawn.verify()


def test_a_split_and_a_merger_are_called_so() -> None:
    half, row = seen().finding("changed_footprint", "Bhalf1"), seen().finding("changed_footprint", "Brow")
    assert half["detail_zh"].endswith("前期这一幢现测为 2 幢。")
    assert list(half["related"]) == ["Bhalf"]
    assert row["detail_en"].endswith("What were 2 are surveyed as this one now.")
    assert list(row["related"]) == ["Brow1", "Brow2"]
    assert "changed_footprint" in seen().codes("Bhalf2")
    assert "suspected_new_building" not in seen().codes("Bhalf1", "Bhalf2", "Brow")


def test_between_a_tenth_and_85_percent_it_is_to_be_looked_at() -> None:
    finding = seen().finding("changed_footprint", "Bc")
    assert (finding["severity"], finding["certainty"]) == ("notice", "suspect")
    assert abs(finding["value"] - 2 / 3) < 1e-6


def test_85_percent_is_the_same_house() -> None:
    assert "changed_footprint" not in seen().codes("Bsame")
    assert "changed_footprint" in seen().codes("Bless")


def test_a_change_is_no_reason_to_doubt_the_number() -> None:
    assert seen().codes("Pc", "Ac") == set()


def test_a_gone_or_rebuilt_house_has_a_stronger_cause() -> None:
    assert "changed_footprint" not in seen().codes("Bgone", "Bre", "Bre2")
