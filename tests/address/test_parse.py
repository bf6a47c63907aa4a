from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.address import parse
from geo.profile import Habits
from geo.tables import PARSE, Scope

from .conftest import Read

CASES = [
    # writings of one door
    ("湖南省澄阳市云溪县石塘镇柳塘村7组15号附2号", {"province": "湖南省", "city": "澄阳市", "county": "云溪县", "town": "石塘镇", "village": "柳塘村", "group": "7组", "number": "15", "sub_number": "2"}),
    ("云溪县石塘镇柳塘村七组十五号之二", {"county": "云溪县", "town": "石塘镇", "village": "柳塘村", "group": "7组", "number": "15", "sub_number": "2"}),
    ("石塘镇柳塘村委会7社15号-2", {"town": "石塘镇", "village": "柳塘村", "group": "7组", "number": "15", "sub_number": "2"}),
    ("石塘镇柳塘村民委员会第７村民小组１５号附２", {"village": "柳塘村", "group": "7组", "number": "15", "sub_number": "2"}),
    ("石塘鎮柳塘村7組15號附2號", {"town": "石塘鎮", "village": "柳塘村", "group": "7组", "number": "15", "sub_number": "2"}),
    ("梅岭社区居委会2组9号", {"village": "梅岭社区", "group": "2组", "number": "9"}),
    # names with numerals
    ("三里村三组三号", {"village": "三里村", "group": "3组", "number": "3"}),
    ("八一村一社一号", {"village": "八一村", "group": "1组", "number": "1"}),
    ("石塘镇四十里街八号", {"town": "石塘镇", "street": "四十里街", "number": "8"}),
    ("五一路51号", {"street": "五一路", "number": "51"}),
    ("五十一路51号", {"street": "51路", "number": "51"}),
    ("人民南路四段27号", {"street": "人民南路4段", "number": "27"}),
    ("一环路北二段10号附6-8号", {"street": "一环路北2段", "number": "10", "sub_number": "6~8", "flag": "range"}),
    ("石塘镇柳塘村六屯12号", {"village": "柳塘村", "hamlet": "六屯", "number": "12"}),
    ("石塘镇柳塘村九层岭12号", {"village": "柳塘村", "hamlet": "九层岭", "number": "12"}),
    # hamlets, rows
    ("柳塘村上屋组5号", {"village": "柳塘村", "hamlet": "上屋组", "number": "5"}),
    ("柳塘村8组李家湾23号", {"village": "柳塘村", "group": "8组", "hamlet": "李家湾", "number": "23"}),
    ("石塘镇柳塘村东大街12排3号", {"village": "柳塘村", "street": "东大街", "row": "12", "number": "3"}),
    ("石塘镇东艾家庄村205号", {"village": "东艾家庄村", "number": "205"}),
    # buildings, units, floors, rooms
    ("建设路80栋附106号", {"street": "建设路", "building_no": "80附106"}),
    ("建设路103号1栋2单元5楼2号", {"street": "建设路", "number": "103", "building_no": "1", "unit": "2", "floor": "5", "room": "2"}),
    ("花果园V区10栋2单元负1层12号", {"estate": "花果园", "section": "V区", "building_no": "10", "unit": "2", "floor": "-1", "room": "12"}),
    ("右安街甲10号院11楼3门501", {"street": "右安街", "prefix": "甲", "number": "10", "yard": "院", "building_no": "11", "unit": "3", "room": "501"}),
    ("东四十条甲22号南新大厦B座1201", {"street": "东四十条", "prefix": "甲", "number": "22", "estate": "南新大厦", "building_no": "B", "room": "1201"}),
    ("建设路5号1区683号楼", {"number": "5", "section": "1区", "building_no": "683"}),
    ("建设路55号甲", {"number": "55", "letter": "甲"}),
    ("建设路12A号", {"number": "12", "letter": "A"}),
    ("翠竹小区4-6-1206", {"estate": "翠竹小区", "building_no": "4", "unit": "6", "room": "1206"}),
    ("建设路58号3-2-101", {"number": "58", "building_no": "3", "unit": "2", "room": "101"}),
    ("建设路38-11号", {"street": "建设路", "number": "38", "sub_number": "11"}),
    ("建设路183-185号", {"street": "建设路", "number": "183~185", "flag": "range"}),
    ("建设路991、993号", {"number": "991、993", "flag": "range"}),
    ("柳塘村3组12号至16号", {"group": "3组", "number": "12~16", "flag": "range"}),
    ("建设路2号等3户", {"number": "2", "flag": "range"}),
    ("建设路12号3楼东户", {"number": "12", "floor": "3", "room": "东户"}),
    ("建设路12号地下室", {"number": "12", "floor": "地下室"}),
    ("云溪县开发区4号大街116号", {"county": "云溪县", "street": "4号大街", "number": "116"}),
    # brackets
    ("柳塘村8组6号(老老街56号)", {"village": "柳塘村", "group": "8组", "number": "6", "alias": "老老街56号"}),
    ("柳塘村8组6号（原老街9号）", {"number": "6", "alias": "老街9号"}),
    ("柳塘村8组6号（旧：老街48号）", {"number": "6", "alias": "老街48号"}),
    ("思源村(现柳塘村)上屋组5号", {"village": "柳塘村", "alias": "思源村", "hamlet": "上屋组", "number": "5"}),
    ("柳塘村3组12号(已拆)", {"number": "12", "flag": "demolished"}),
    ("柳塘村3组12号(违章建筑)", {"number": "12", "flag": "unauthorised"}),
    ("柳塘村3组12号(旁边)", {"number": "12", "flag": "nearby"}),
    ("柳塘村3组临12号", {"prefix": "临", "number": "12", "temporary": True}),
    ("柳塘村3组12号(临)", {"prefix": "临", "number": "12", "temporary": True}),
    ("柳塘村3组无号", {"group": "3组", "flag": "unnumbered"}),
    ("(那)拔里3鄰(那)拔林79號", {"village": "那拔里", "neighbourhood": "3", "hamlet": "那拔林", "number": "79"}),
    # Taiwan, Shanghai, the corps
    ("臺南市中西區府前里14鄰府前路二段258巷61之2號三樓之一", {"city": "臺南市", "county": "中西區", "village": "府前里", "neighbourhood": "14", "street": "府前路2段", "lane": "258巷", "number": "61", "sub_number": "2", "floor": "3", "room": "1", "flag": "inner_sub"}),
    ("柳营路669弄14号1102室", {"street": "柳营路", "lane": "669弄", "building_no": "14", "room": "1102"}),
    ("四川北路1856弄123支弄5号", {"lane": "1856弄/123支弄", "building_no": "5"}),
    ("新疆生产建设兵团第八师石河子市152团6连12栋3号", {"town": "152团", "group": "6连", "building_no": "12", "room": "3"}),
    # abroad
    ("東京都台東区浅草五丁目64番2号", {"province": "東京都", "county": "台東区", "street": "浅草5丁目", "number": "64", "sub_number": "2"}),
    ("東京都台東区清川１－１５－１１", {"street": "清川1丁目", "number": "15", "sub_number": "11"}),
    ("Mannerheimintie 12 B", {"street": "Mannerheimintie", "number": "12", "letter": "B"}),
    ("Děčany č.p. 12, 41115 Děčany", {"street": "Děčany", "number": "12", "town": "Děčany"}),
    ("Semeč č.ev. 17, 41115 Děčany", {"street": "Semeč", "prefix": "č.ev.", "number": "17"}),
    ("Landstrasse 12a, 9495 Triesen", {"street": "Landstrasse", "number": "12", "letter": "A", "town": "Triesen"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[c[0] for c in CASES])
def test_each_written_element_is_read(read: Read, text: str, expected: dict[str, object]) -> None:
    got = read(text)
    assert {k: got.get(k) for k in expected} == expected


@pytest.mark.parametrize("text", [c[0] for c in CASES])
def test_nothing_of_the_door_is_read_that_is_not_written(read: Read, text: str) -> None:
    expected = next(e for t, e in CASES if t == text)
    door = {"prefix", "number", "sub_number", "letter", "yard", "estate", "section", "building_no", "unit", "floor", "room", "leftover"}
    assert door & set(read(text)) == door & set(expected), read(text)


@pytest.mark.parametrize(
    "text",
    [
        "朝阳路12号",
        "重庆道55号",
        "天津路7号",
        "海南村路3号",
        "西安街9号",
        "长沙巷2号",
        "延川路116号",
        "市场街5号",
        "县前街8号",
        "镇中路6号",
        "乡政府路1号",
        "社区路2号",
    ],
)
def test_a_street_named_after_a_place_invents_no_division(read: Read, text: str) -> None:
    got = read(text)
    assert not {"province", "city", "county", "town", "village"} & set(got), got
    assert got["door"].startswith(got["place"] + "||"), got


@pytest.mark.parametrize(
    ("texts", "door"),
    [
        (
            (
                "柳塘村7组15号附2号",
                "柳塘村七组十五号之二",
                "7社15号-2",
                "第7村民小组15-2号",
                "７组１５号附２",
                "7組15號附2號",
                "7组 15 号之2",
            ),
            "7组||15|2||||||",
        ),
        (
            ("人民路12号1幢", "人民路12号1栋", "人民路12号1号楼", "人民路12号1座", "人民路十二号一幢", "人民路12号1#楼"),
            "人民路||12||||||1|",
        ),
        (("人民路12号1幢1单元302室", "人民路12号1栋1单元302", "人民路12号1栋1门302室", "人民路12号1幢1-302"), "人民路||12||||||1|"),
        (("人民路12号1单元302室", "人民路12号1单元302号", "人民路12号1-302", "人民路12号3楼302"), "人民路||12|||||||"),
        (("人民路临12号", "人民路12号(临)", "人民路临时12号", "人民路临十二号"), "人民路|临|12|||||||临"),
        (("人民路16号翠竹小区", "人民路16号"), "人民路||16|||||||"),
        (("建设路三弄5号", "建设路3弄5号", "建设路3弄5"), "建设路3弄||||||||5|"),
        (("菜场三弄5号", "菜场3弄5号"), "菜场3弄||||||||5|"),
        (("西园一路48号", "西园1路48号", "西园一路_48号"), "西园1路||48|||||||"),
        (("光华街合园一巷7号", "光华街合园1巷7号", "光華街合園１巷７號"), "光华街合园1巷||7|||||||"),
        (("成功一巷92弄17号", "成功1巷92弄17号"), "成功1巷92弄||17|||||||"),
        (("Landstrasse 12a", "LANDSTRASSE 12 A", "Landstrasse 12A, 9495 Triesen"), "LANDSTRASSE||12||A|||||"),
    ],
)
def test_writings_of_one_door_have_one_key(read: Read, texts: tuple[str, ...], door: str) -> None:
    assert {t: read(t)["door"] for t in texts} == dict.fromkeys(texts, door)


def test_doors_that_differ_in_one_sign_have_different_keys(read: Read) -> None:
    texts = [
        "柳塘村上屋组5号", "柳塘村下屋组5号", "柳塘村上屋组15号", "柳塘村上屋组临5号", "柳塘村上屋组甲5号", "柳塘村上屋组5号甲", "柳塘村上屋组5号附1号",
        "柳塘村上屋组5号1栋", "柳塘村上屋组5号2栋", "柳塘村上屋组5号院", "柳塘村5组5号", "建设路5号", "建设东路5号", "建设路二段5号", "建设路5弄5号",
    ]  # fmt: skip
    doors = [read(t)["door"] for t in texts]
    assert len(set(doors)) == len(texts), doors


def test_a_group_counts_only_where_no_street_or_hamlet_is_written(read: Read) -> None:
    assert read("柳塘村3组建设路12号")["place"] == "建设路"
    assert read("柳塘村3组李家湾12号")["place"] == "李家湾"
    assert read("柳塘村3组12号")["place"] == "3组"
    assert "place" not in read("柳塘村12号")
    assert read("柳塘村12号")["door"] == "||12|||||||"


@pytest.mark.parametrize(
    ("text", "flag"), [("柳塘村3组", "no_number"), ("石塘镇派出所社区集体户", None), ("柳塘村3组无号", "unnumbered"), ("翠竹小区", None)]
)
def test_a_text_without_a_door_has_no_key(read: Read, text: str, flag: str | None) -> None:
    got = read(text)
    assert "door" not in got
    assert got.get("flag") == flag or flag is None


def test_habits_of_the_region_decide_what_a_dash_means(read: Read) -> None:
    text = "双龙西路236号5-4"
    assert read(text, dash_after_number="floor_door")["within"] == "5层4室"
    assert read(text, dash_after_number="building_room")["building_no"] == "5"
    assert read("柳营路66弄5号", number_after_lane="number")["number"] == "5"
    assert read("柳营路66弄5号", number_after_lane="building")["building_no"] == "5"
    assert read("建设路5号3门502", gate_is_unit=True)["unit"] == "3"
    assert "unit" not in read("建设路5号3门502", gate_is_unit=False)


def test_whatever_a_dash_means_a_room_of_three_digits_leaves_the_door_alone(read: Read) -> None:
    for dash in ("floor_door", "building_room"):
        assert read("建设路12号1-302", dash_after_number=dash)["door"] == read("建设路12号")["door"]


def test_run_together_sub_number_and_unit_are_parted(read: Read) -> None:
    assert read("建设路45号之31单元302室")["sub_number"] == "3"
    assert read("建设路45号之31单元302室")["unit"] == "1"
    assert read("建设路7号之11-201")["door"] == read("建设路7号附1号")["door"]


def test_names_of_the_scope_are_known_even_without_a_division_word(read: Read) -> None:
    scope = Scope(province="湖南省", city="澄阳市", county="云溪县", town="石塘")
    got = read("云溪县石塘柳塘村12号", scope=scope)
    assert (got["county"], got["town"], got["village"]) == ("云溪县", "石塘", "柳塘村")


def test_a_road_named_after_its_village_stays_whole_unless_the_town_is_rural(read: Read) -> None:
    assert read("中关村南大街5号")["street"] == "中关村南大街"
    assert read("中关村南大街5号", scope=Scope(town="石塘镇"))["street"] == "南大街"
    assert read("石塘镇冉庄村南大街5号")["village"] == "冉庄村"


def test_personal_numbers_are_cut_out_and_flagged(read: Read) -> None:
    for text in ("建设路12号13800000000", "建设路12号 0571-1234567", "110101199001011234建设路12号"):
        got = read(text)
        assert got["flag"] == "personal"
        assert not any(len("".join(filter(str.isdigit, str(v)))) > 5 for v in got.values()), got
        assert got["door"] == "建设路||12|||||||"


def test_text_beyond_the_limit_is_left_over(read: Read) -> None:
    got = read("建设路12号" + "丰" * 300)
    assert got["door"] == "建设路||12|||||||"
    assert got["leftover"].endswith("丰" * 100)


def test_divisions_written_twice_are_read_once(read: Read) -> None:
    got = read("湖南省澄阳市湖南省澄阳市云溪县石塘镇石塘镇柳塘村12号")
    assert (got["province"], got["city"], got["county"], got["town"], got["village"]) == ("湖南省", "澄阳市", "云溪县", "石塘镇", "柳塘村")
    assert "leftover" not in got


def test_the_delivered_script_is_kept_and_the_key_folded(read: Read) -> None:
    got = read("石塘鎮鳳凰街8號")
    assert (got["town"], got["street"], got["place"]) == ("石塘鎮", "鳳凰街", "凤凰街")
    assert got["door"] == read("凤凰街8号")["door"]


def test_a_table_has_the_columns_of_the_contract_and_the_index_of_the_texts() -> None:
    texts = pd.Series(["建设路12号", None, "", "  ", "建设路12号", np.nan], index=[5, 3, 3, 1, 0, 9], dtype="str")
    got = parse(texts, scope=Scope(), habits=Habits())
    assert tuple(got.columns) == PARSE
    assert got.index.equals(texts.index)
    assert got["temporary"].dtype == bool
    assert all(got[c].dtype == "str" for c in PARSE if c != "temporary")
    assert got.drop(columns="temporary").isna().all(axis=1).tolist() == [False, True, True, True, False, True]
    assert not (got.drop(columns="temporary") == "").any(axis=None)


def test_an_empty_column_gives_an_empty_table() -> None:
    got = parse(pd.Series([], dtype="str"), scope=Scope(), habits=Habits())
    assert got.empty
    assert tuple(got.columns) == PARSE


def test_the_order_of_rows_and_what_else_is_read_change_nothing() -> None:
    texts = pd.Series([c[0] for c in CASES], dtype="str")
    forward = parse(texts, scope=Scope(), habits=Habits())
    shuffled = parse(texts.sample(frac=1, random_state=7), scope=Scope(), habits=Habits()).sort_index()
    single = pd.concat([parse(texts.iloc[[i]], scope=Scope(), habits=Habits()) for i in range(len(texts))])
    pd.testing.assert_frame_equal(forward, shuffled)
    pd.testing.assert_frame_equal(forward, single)


@settings(max_examples=60)
@given(
    st.text(alphabet=st.characters(codec="utf-8"), max_size=60)
    | st.text("省市县区镇乡村社路街巷弄里号栋幢座单元室层楼组附之-临甲A1230一二十〇()（）、~至门院 第负地下東號", max_size=60)
)
def test_no_text_raises_and_no_value_is_empty(text: str) -> None:
    got = parse(pd.Series([text], dtype="str"), scope=Scope(), habits=Habits())
    assert not (got.drop(columns="temporary") == "").any(axis=None)


@pytest.mark.parametrize(
    "text",
    ["一" * 3000, "1" * 3000, "1-" * 2000, "((" * 900, "附1" * 900, "1号" * 900, "1弄" * 900, "路" * 900, "č.p. " * 900, "a, 1 " * 900],
)
def test_pathological_texts_come_back_at_once(text: str) -> None:
    assert len(parse(pd.Series([text], dtype="str"), scope=Scope(), habits=Habits())) == 1
