"""What every plate and address claims by its own row."""

from __future__ import annotations

import pandas as pd

from geo.crosswalk import crosswalk
from geo.describe import describe
from geo.profile import Habits
from tests.town import CODE, Town, town


def described(drawn: Town) -> tuple[pd.DataFrame, pd.DataFrame]:
    inputs = drawn.inputs()
    plates, addresses = describe(inputs, crosswalk(inputs)[0], habits=Habits())
    return plates.set_index("plate_id"), addresses.set_index("address_id")


def test_no_row_at_all() -> None:
    plates, addresses = described(Town().village().house("B", 0, 0))
    assert plates.empty
    assert addresses.empty
    assert {"key", "side", "standing", "installed", "up"} <= set(plates.columns)
    assert {"key", "active", "rolls_up", "parent_id", "stack_n"} <= set(addresses.columns)


def test_states_of_plates() -> None:
    drawn = Town().village()
    for state in ("planned", "made", "installed", "removed", None):
        drawn.plate(f"P{state}", "民主街1号", state=state)
    plates, _ = described(drawn.plate("Pworn", "民主街1号", face="damaged"))
    assert set(plates.index[plates["standing"]]) == {"Pplanned", "Pmade", "Pinstalled", "PNone", "Pworn"}
    assert set(plates.index[plates["installed"]]) == {"Pinstalled", "PNone", "Pworn"}
    assert set(plates.index[plates["up"]]) == {"Pinstalled", "PNone"}


def test_which_addresses_are_active() -> None:
    drawn = Town().village()
    for status in ("proposed", "reserved", "current", "retired", "alternative", None):
        drawn.address(f"A{status}", "民主街1号", status=status)
    drawn.address("Aended", "民主街2号", valid_to="2026-06-29").address("Atoday", "民主街3号", valid_to="2026-06-30").address("Asays", "民主街4号", valid_to="2020-01-01", status="current")
    _, addresses = described(drawn)
    assert set(addresses.index[addresses["active"]]) == {"Acurrent", "ANone", "Atoday", "Asays"}


def test_a_temporary_number_is_one_in_text_or_column_and_both_have_one_key() -> None:
    plates, _ = described(Town().village().plate("Ptext", "普兴社区1组临1号").plate("Pcolumn", "普兴社区1组1号", kind="temporary").plate("Pplain", "普兴社区1组1号"))
    assert plates["temporary"].to_dict() == {"Pcolumn": True, "Pplain": False, "Ptext": True}
    assert plates.loc["Ptext", "key"] == plates.loc["Pcolumn", "key"] != plates.loc["Pplain", "key"]


def test_rooms_roll_up_to_their_door_or_to_the_smallest_of_them() -> None:
    drawn = Town().village().address("A9", "民主街1号").address("A1", "民主街1号1单元101室").address("B2", "民主街2号1单元101室").address("B1", "民主街2号1单元201室")
    _, addresses = described(drawn)
    assert addresses["parent_id"].fillna("").to_dict() == {"A1": "A9", "A9": "", "B1": "", "B2": "B1"}
    assert addresses["rolls_up"].to_dict() == {"A1": True, "A9": False, "B1": False, "B2": True}


def test_a_retired_door_stands_behind_an_active_room() -> None:
    _, addresses = described(Town().village().address("A1", "民主街1号", status="retired").address("A2", "民主街1号1单元101室"))
    assert not addresses.loc["A2", "rolls_up"]


def test_sides_alternate_on_streets_and_not_in_groups() -> None:
    drawn = Town().village()
    for i, text in enumerate(("民主街1号", "民主街2号", "民主街3号", "普兴社区1组1号", "普兴社区1组2号", "民主街5号1栋")):
        drawn.plate(f"P{i}", text, 0, 0)
    plates, _ = described(drawn)
    side = plates["side"]
    assert side["P0"] == side["P2"] != side["P1"]
    assert side["P3"] == side["P4"]
    assert pd.isna(side["P5"])


def test_the_key_holds_the_village_of_the_row() -> None:
    plates, addresses = described(town())
    assert plates.loc["P1", "key"] == addresses.loc["A1", "key"]
    assert plates.loc["P1", "key"].startswith(f"{CODE}|")


def test_five_keys_on_one_decimetre_are_a_stack_of_five() -> None:
    drawn = Town().village()
    for i in range(5):
        drawn.address(f"A{i}", f"民主街{i + 1}号", 0.01 * i, 0)
    drawn.address("Aagain", "民主街1号", 0, 0).address("Aroom", "民主街1号101室", 0, 0).address("Anear", "民主街9号", 0.3, 0).address("Aoff", "民主街11号")
    _, addresses = described(drawn)
    assert addresses.loc["A0", "stack_n"] == 5
    assert addresses.loc["Anear", "stack_n"] == 1
    assert addresses.loc["Aoff", "stack_n"] == 0
