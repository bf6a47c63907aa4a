"""Texts of one form are read together, and come out as if each had been read for itself."""

from __future__ import annotations

import random

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from geo.address.forms import NUMBER_AT, Forms, Opened, equal_numbers, exchanged, read_forms
from geo.address.open_form import OpenForms
from geo.address.parse import _BARE, _elements, _row, parse
from geo.address.reader import Reader
from geo.profile import Habits
from geo.tables import PARSE, Scope

SCOPE = Scope(county="璧山区", town="梧溪镇")
UPPERS = (
    "梧溪镇凤浦村兰林路", "璧山区梧溪镇白溪村石桑巷", "金屏社区向家沟", "鹤洲街", "福溪村3组", "第七村民小组", "永福臺南路", "上海市曹杨一村", "142团3连", "100号",
    "龍華里3鄰", "新村路", "梧溪镇福溪村槐峰街57號金明花园", "東京都千代田区丸の内", "西园", "三合村", "",
    "臺北市萬華區忠貞里{}鄰青年路", "福利村{}邻", "{}鄰龍江路", "九层岭", "十里铺二组", "槐树街临", "银明路第五号", "新村路①", "café路", "東區a棟", "广场路广场", "福溪村陈家沟", "100", "社新里{}鄰{}鄰社子街", "142团{}邻",
    "延平北路二段", "北海道", "永福里路", "三合村第十二村民小组", "青平村三村民组", "梨泉巷临",
)  # fmt: skip
LOWERS = (
    "{}号", "{}号附{}号", "{}号之{}", "{}-{}号", "{}号{}单元{}室", "{}號{}樓之{}", "{}弄{}号{}室", "{}号院{}号楼{}单元{}", "临{}号", "{}组{}号", "{}栋{}", "{}号至{}号", "{}、{}号",
    "{}号(原{}号)", " {} 号 ", "{}号十二室", "{}丁目{}番{}号", "{}路{}号", "{}", "{}号附{}单元", "{}号{}幢{}-{}-{}", "１{}号", "{}.{}号", "{}层{}",
    "{}號三樓", "{}號十二樓之{}", "{}号二十层{}室", "{}号一楼", "{}号楼五层", "{}号八楼B区", "{}号楼一二层", "{}号十楼{}单元",
    "二十七号", "临一百零三號{}单元{}室", "三组五号附{}号", "三十一组", "一二四小组", "第七村民小组{}号", "九号楼{}室", "五号码头{}号", "二号大街{}号", "一二三四五六七号",
    "十二號二樓", "二段2号{}室", "二巷{}弄2号", " １0{}號", "\u3000{}号 {} 室", "{}号 四楼{}室", "{}号" + "，槐树街１２号" * 25,
)  # fmt: skip


def _texts(n: int, seed: int) -> pd.Series:
    dice = random.Random(seed)

    def number() -> str:
        return dice.choice(("0", "", "")) + str(
            dice.choice((dice.randint(1, 9), dice.randint(1, 60), dice.randint(100, 260), dice.randint(1000, 1999)))
        )

    def text() -> str:
        form = dice.choice(UPPERS) + dice.choice(LOWERS)
        return form.format(*(number() for _ in range(form.count("{}"))))

    return pd.Series([text() for _ in range(n)], dtype="str")


@pytest.mark.parametrize("habits", [Habits(), Habits(dash_after_number="floor_door"), Habits(gate_is_unit=True)])
def test_every_text_reads_as_it_would_alone(habits: Habits) -> None:
    texts = _texts(6_000, seed=5)
    together = parse(texts, scope=SCOPE, habits=habits)
    reader = Reader(SCOPE, habits)
    alone = pd.DataFrame([_row(reader, t) for t in texts], columns=list(PARSE)).astype(dict.fromkeys(PARSE, "str"))
    alone["temporary"] = alone["temporary"].eq("临")
    pd.testing.assert_frame_equal(together.drop(columns="temporary"), alone.drop(columns="temporary"))
    assert together["temporary"].tolist() == alone["temporary"].tolist()


def test_a_part_of_a_column_reads_as_in_the_whole() -> None:
    texts = pd.concat([pd.Series(["新村路012号", "100"], dtype="str"), _texts(300, seed=6)], ignore_index=True)
    whole, part = parse(texts, scope=SCOPE, habits=Habits()), slice(2, 200)
    pd.testing.assert_frame_equal(parse(texts.iloc[part], scope=SCOPE, habits=Habits()), whole.iloc[part])


class _Known:
    """Reads the first number of every form; keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []

    def read(self, forms: Forms) -> Opened:
        equal = [forms.marks[m] for m in forms.mark]
        self.asked.extend(zip(forms.text.to_pylist(), forms.shape.to_pylist(), equal, forms.texts_n.tolist(), strict=True))
        return Opened(np.zeros(len(equal), dtype=np.int64), np.zeros(len(equal), dtype=np.int64), [[chr(NUMBER_AT)]], [[]])


def test_a_form_is_read_once_for_all_its_texts() -> None:
    known = _Known()
    texts = pd.Series([f"新村路{n}号" for n in range(10, 100)], dtype="str")
    found = read_forms(texts, lambda text: pytest.fail(f"{text} was read for itself"), known.read, {"text": None})
    assert known.asked == [("新村路10号", "新村路00号", "", 90)]
    assert found.of()["text"].to_pylist() == [str(n) for n in range(10, 100)]


def test_the_numbers_of_one_text_never_run_into_the_next() -> None:
    texts = pd.Series(["新村路1号2", "3号新村路44", None, "5新村路", "新村路1号2", "6新村路77"], dtype="str")
    found = read_forms(texts, lambda text: pytest.fail(f"{text} was read for itself"), _Known().read, {"text": None})
    assert found.of()["text"].to_pylist() == ["1", "3", None, "5", "1", "6"]


@pytest.mark.parametrize(
    "text", ["新村路012号", "新村路183-185号", "新村路183 - 185号", "电话13800000000新村路1号", "Main Street 12", "新村路"]
)
def test_numbers_whose_value_matters_are_never_left_open(text: str) -> None:
    asked: list[str] = []

    def read(one: str) -> list[str]:
        asked.append(one)
        return [one]

    known = _Known()
    read_forms(pd.Series([text, text], dtype="str"), read, known.read, {"text": None})
    assert asked == [text]
    assert known.asked == []


def test_the_storeys_of_a_tower_are_one_form() -> None:
    known = _Known()
    texts = pd.Series([f"龍華里17鄰三元街85號{n}樓" for n in "二三四五六七八九"], dtype="str")
    read_forms(texts, lambda text: pytest.fail(f"{text} was read for itself"), known.read, {"text": None})
    assert [text for text, *_ in known.asked] == ["龍華里17鄰三元街85號2樓"]


def test_a_neighbourhood_above_the_street_leaves_its_number_open() -> None:
    texts = [f"臺北市大同區永樂里{n}鄰民樂街{n + 1}號二樓之{n + 2}" for n in range(11, 60)]
    forms = OpenForms(Reader(Scope(), Habits()), lambda pieces: _elements(pieces, _BARE))
    shape = texts[0].replace("11", "00").replace("12", "00").replace("13", "00")
    one = Forms(
        pa.array(texts[:1], pa.large_string()), pa.array([shape], pa.large_string()), np.zeros(1, dtype=np.int64), [""], np.array([49])
    )
    found = forms.read(one)
    assert found.template.tolist() == [0]
    assert found.templates[0][PARSE.index("neighbourhood")] == chr(NUMBER_AT)
    assert found.templates[0][PARSE.index("number")] == chr(NUMBER_AT + 1)
    parsed = parse(pd.Series(texts, dtype="str"), scope=Scope(), habits=Habits())
    assert parsed["neighbourhood"].tolist() == [str(n) for n in range(11, 60)]
    assert parsed["room"].tolist() == [str(n + 2) for n in range(11, 60)]


def test_no_text_null_and_one_text() -> None:
    assert parse(pd.Series([], dtype="str"), scope=SCOPE, habits=Habits()).empty
    one = parse(pd.Series([None, "新村路１2号"], dtype="str"), scope=SCOPE, habits=Habits())
    assert one["number"].isna().tolist() == [True, False]
    assert one["number"].iloc[1] == "12"
    assert one["temporary"].tolist() == [False, False]


def test_equal_numbers_stay_equal_when_exchanged() -> None:
    assert equal_numbers(["2", "2", "201"]) == "0,0,2"
    assert equal_numbers(["1", "2"]) == ""
    a, b, c = exchanged(["2", "2", "201"]) or []
    assert a == b != "2"
    assert len(c) == 3
    assert c != "201"
    assert exchanged([str(n) for n in range(1, 10)]) is None, "nine numbers of one digit leave none to exchange them with"
