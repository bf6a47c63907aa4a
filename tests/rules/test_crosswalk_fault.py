"""对照表冲突: rows of the crosswalk that cannot be followed."""

from __future__ import annotations

from functools import cache

from tests.town import CODE, VILLAGE, Seen, Town, town


def drawn() -> Town:
    out = town().village("500120105002", "新桥社区", x=500, y=-500)
    out.crosswalk("甲村", "乙村").crosswalk("乙村", "甲村")  # a circle
    out.crosswalk("丙村", "乌有社区")  # nowhere
    out.crosswalk("思源村", VILLAGE).crosswalk("大石村", VILLAGE)  # the normal merger
    out.crosswalk(VILLAGE, VILLAGE)  # unchanged
    out.crosswalk("500120105209", CODE)  # codes
    out.crosswalk("老屋村", "大石村")  # a chain
    out.crosswalk("普兴社区1组1号", "普兴社区梨花路1号", "renumber").crosswalk("普兴社区1组1号", "普兴社区梨花路3号", "renumber")
    out.crosswalk("普兴社区1组5号", "普兴社区梨花路9号", "renumber").crosswalk("普兴社区1组6号", "普兴社区梨花路9号", "renumber")
    return out.home("n", 200, 5, "普兴社区梨花路11号").crosswalk("普兴社区1组8号", "普兴社区梨花路11号", "renumber")


@cache
def seen() -> Seen:
    return drawn().verify()


def faults(result: Seen) -> set[str]:
    """`old -> new` of every faulty row."""
    rows = result.findings[result.findings["code"] == "crosswalk_fault"]
    return {d.removeprefix("crosswalk ").rpartition(": ")[0] for d in rows["detail_en"]}


def test_names_that_go_in_a_circle_are_reported() -> None:
    assert {"甲村 -> 乙村", "乙村 -> 甲村"} <= faults(seen())


def test_a_new_name_that_exists_nowhere_is_reported() -> None:
    assert "丙村 -> 乌有社区" in faults(seen())


def test_a_number_that_becomes_one_nobody_has_is_reported() -> None:
    drawn = town().home("n", 200, 5, "普兴社区梨花路21号").home("o", 230, 5, "普兴社区1组9号")
    drawn.crosswalk("普兴社区1组9号", "普兴社区梨花路957号", "renumber").crosswalk("普兴社区1组7号", "普兴社区梨花路21号", "renumber")
    drawn.crosswalk("普兴社区1组77号", "普兴社区梨花路977号", "renumber")  # nor does anybody bear the old one
    assert faults(drawn.verify()) == {"普兴社区1组9号 -> 普兴社区梨花路957号", "普兴社区1组77号 -> 普兴社区梨花路977号"}


def test_a_chain_of_renumberings_that_ends_on_a_plate_is_none() -> None:
    drawn = town().home("n", 200, 5, "普兴社区梨花路21号").home("o", 230, 5, "普兴社区1组9号")
    drawn.crosswalk("普兴社区1组9号", "普兴社区旧街3号", "renumber").crosswalk("普兴社区旧街3号", "普兴社区梨花路21号", "renumber")
    assert faults(drawn.verify()) == set()


def test_one_old_address_with_two_new_ones_is_reported() -> None:
    assert {"普兴社区1组1号 -> 普兴社区梨花路1号", "普兴社区1组1号 -> 普兴社区梨花路3号"} & faults(seen())


def test_two_old_addresses_that_become_one_are_reported() -> None:
    assert {"普兴社区1组5号 -> 普兴社区梨花路9号", "普兴社区1组6号 -> 普兴社区梨花路9号"} & faults(seen())


def test_many_villages_into_one_chains_codes_and_unchanged_names_are_normal() -> None:
    normal = {f"思源村 -> {VILLAGE}", f"大石村 -> {VILLAGE}", f"{VILLAGE} -> {VILLAGE}", f"500120105209 -> {CODE}", "老屋村 -> 大石村", "普兴社区1组8号 -> 普兴社区梨花路11号"}
    assert not normal & faults(seen())


def test_a_fault_is_a_row_of_the_crosswalk() -> None:
    rows = seen().findings[seen().findings["code"] == "crosswalk_fault"]
    assert set(rows["subject"]) == {"row"}
    assert rows["subject_id"].str.startswith("crosswalk:").all()


def test_one_row_twice_is_no_split() -> None:
    drawn = town().home("n", 200, 5, "普兴社区梨花路11号")
    result = drawn.crosswalk("普兴社区1组8号", "普兴社区梨花路11号", "renumber").crosswalk("普兴社区1组8号", "普兴社区梨花路11号", "renumber").verify()
    assert result.subjects("crosswalk_fault") == []


def test_a_split_village_is_told_by_coordinates_and_is_no_fault() -> None:
    result = town().village("500120105002", "新桥社区", x=500, y=-500).crosswalk("双龙村", VILLAGE).crosswalk("双龙村", "新桥社区").verify()
    assert result.subjects("crosswalk_fault") == []


def test_another_row_in_the_crosswalk_changes_no_finding_id() -> None:
    more = drawn().crosswalk("一村", VILLAGE).verify()
    before, after = (s.findings[s.findings["code"] == "crosswalk_fault"].set_index("detail_en")["finding_id"] for s in (seen(), more))
    assert before.to_dict() == after.to_dict()
