"""户在人不在: registered here, living elsewhere. Counts only."""

from __future__ import annotations

from functools import cache

from tests.town import NOBODY, Seen, town


@cache
def seen() -> Seen:
    drawn = town()
    for i, (name, counts) in enumerate({"two": NOBODY | {"registered_n": 5, "absent_n": 2}, "none": NOBODY | {"registered_n": 5}, "unknown": {"registered_n": 5}}.items()):
        drawn.home(name, 60 * i, 60, f"普兴社区1组{i + 1}号").people(f"A{name}", **counts)
    drawn.previous("Bgone", 240, 60).demolition("Bgone").address("Agone", "普兴社区1组4号", 245, 65).people("Agone", **NOBODY | {"absent_n": 3})
    drawn.home("sum", 0, 120, "普兴社区1组5号").people("Asum", **NOBODY | {"absent_n": 1}).address("R1", "普兴社区1组5号1单元101室").people("R1", **NOBODY | {"absent_n": 2})
    return drawn.verify()


def test_people_who_live_elsewhere_are_counted_per_building() -> None:
    finding = seen().finding("registered_not_present", "Btwo")
    assert (finding["value"], finding["unit"], finding["severity"]) == (2, "persons", "notice")


def test_the_rooms_of_a_building_are_summed() -> None:
    assert seen().finding("registered_not_present", "Bsum")["value"] == 3


def test_zero_is_not_reported() -> None:
    assert "registered_not_present" not in seen().codes("Bnone")


def test_unknown_is_not_reported() -> None:
    assert "registered_not_present" not in seen().codes("Bunknown")


def test_a_gone_building_has_a_stronger_finding() -> None:
    assert "registered_not_present" not in seen().codes("Bgone")
