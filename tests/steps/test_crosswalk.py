"""Old villages and doors to new ones, and the village of every row by its witnesses."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geo.crosswalk import crosswalk, witness_villages
from geo.locate import locate_villages
from geo.points import points_of
from tests.town import CODE, VILLAGE, Town, town

EAST, EAST_CODE = "新桥社区", "500120105002"


def two() -> Town:
    return Town().village().village(EAST_CODE, EAST, x=500, y=-500)


def villages(drawn: Town) -> set[tuple[str, str]]:
    return set(crosswalk(drawn.inputs())[0].itertuples(index=False, name=None))


def witness(drawn: Town) -> pd.DataFrame:
    inputs = drawn.inputs()
    point = locate_villages(points_of(inputs.plates), inputs.villages)
    return witness_villages(inputs.plates, inputs, crosswalk(inputs)[0], point).set_index(inputs.plates["plate_id"])


def test_without_a_crosswalk_nothing_is_old() -> None:
    old, doors = crosswalk(town().inputs())
    assert old.empty
    assert doors.empty
    assert list(doors.columns[:4]) == ["old_village", "old_door", "new_village", "new_door"]


def test_a_merger_a_chain_and_a_code() -> None:
    found = villages(two().crosswalk("思源村", VILLAGE).crosswalk("老屋村", "思源村").crosswalk("500120105299", EAST_CODE))
    assert found >= {("500120105299", EAST_CODE)}
    assert {code for old, code in found if "思源" in old or "老屋" in old} == {CODE}
    assert len({old for old, _ in found}) >= 3


def test_a_split_village_keeps_all_its_heirs() -> None:
    found = villages(two().crosswalk("双龙村", VILLAGE).crosswalk("双龙村", EAST))
    assert {code for old, code in found if "双龙" in old} == {CODE, EAST_CODE}


def test_a_name_that_survives_is_not_old() -> None:
    assert villages(two().crosswalk(VILLAGE, VILLAGE).crosswalk(EAST, VILLAGE)) == set()


def test_a_circle_ends_and_leads_nowhere() -> None:
    assert villages(two().crosswalk("甲村", "乙村").crosswalk("乙村", "甲村")) == set()


def test_a_renumbered_door_is_no_village() -> None:
    old, doors = crosswalk(town().crosswalk("普兴社区1组1号", "普兴社区梨花路1号", "renumber").inputs())
    assert old.empty
    assert len(doors) == 1
    assert doors.loc[0, "old_door"] != doors.loc[0, "new_door"]


def test_text_wins_over_point_and_point_over_declaration() -> None:
    found = witness(
        two()
        .plate("text", f"{VILLAGE}1组1号", 600, 0, village_code=EAST_CODE)
        .plate("point", "1组2号", 600, 0, village_code=CODE)
        .plate("declared", "1组3号", village_code=EAST)
        .plate("nothing", "1组4号")
    )
    assert found["village_code"].fillna("").to_dict() == {"declared": EAST_CODE, "nothing": "", "point": EAST_CODE, "text": CODE}
    assert found.loc["text", ["text_village", "point_village", "declared_village"]].tolist() == [CODE, EAST_CODE, EAST_CODE]


def test_an_abolished_village_is_its_heir_and_a_split_one_is_settled_by_the_point() -> None:
    drawn = two().crosswalk("思源村", VILLAGE).crosswalk("双龙村", VILLAGE).crosswalk("双龙村", EAST)
    found = witness(drawn.plate("old", "思源村1组1号", 600, 0).plate("split", "双龙村1组1号", 600, 0).plate("open", "双龙村1组2号"))
    assert found["village_abolished"].all()
    assert found.loc["old", "village_code"] == CODE
    assert found.loc["split", "village_code"] == EAST_CODE
    assert pd.isna(found.loc["open", "village_code"])


def test_two_villages_of_one_name_in_different_towns_need_the_town() -> None:
    drawn = Town().village("1", "光明村").village("2", "光明村", x=500, y=-500, town="大路镇")
    found = witness(drawn.plate("bare", "光明村1组1号").plate("town", "大路镇光明村1组1号"))
    assert pd.isna(found.loc["bare", "text_village"])
    assert found.loc["town", "text_village"] == "2"


def test_shuffled_rows_say_the_same() -> None:
    drawn = two().crosswalk("思源村", VILLAGE).crosswalk("双龙村", VILLAGE).crosswalk("双龙村", EAST).crosswalk("老屋村", "思源村")
    straight = crosswalk(drawn.inputs())[0]
    pd.testing.assert_frame_equal(crosswalk(drawn.reversed().inputs())[0], straight)
    assert np.array_equal(straight["old"], sorted(straight["old"]))
