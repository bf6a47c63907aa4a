"""Why an address was read as it was: token by token."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from geo.address.clean import Clean, clean, places
from geo.address.notes import read_notes
from geo.address.parse import joined
from geo.address.piece import Piece
from geo.address.reader import Reader
from geo.profile import Habits
from geo.tables import Scope


class Token(NamedTuple):
    """A piece of the text as delivered, the element it was read as, its canonical value and the reason, zh and en.

    start and end are places in the delivered text; several tokens may share them (12号附1号 is number and sub_number).
    element is one of PARTS, or alias, flag, leftover, zone, country, assist, skipped.
    """

    start: int
    end: int
    text: str
    element: str
    value: str
    zh: str
    en: str


def explain(text: str, *, scope: Scope, habits: Habits) -> list[Token]:
    """How one address is read: every part of the text, in order, with the rule that read it.

    Parameters
    ----------
    text
        As delivered.
    scope
        Upper address levels of the project.
    habits
        How the region writes what regions write differently.

    Returns
    -------
    Tokens by place; separators between them are left out, everything else of the text is in one of them.
    """
    cleaned = clean(text)
    pieces = Reader(scope, habits).pieces(cleaned)
    at = places(text)
    tokens = [_token(text, at[p.start], at[p.end - 1] + 1, p.element, p.value, p.rule) for p in pieces if p.end > p.start]
    tokens.extend(_notes(text, cleaned, pieces, at))
    if cleaned.over.strip():
        tokens.append(_token(text, len(text) - len(cleaned.over), len(text), "leftover", cleaned.over.strip(), "over"))
    tokens.extend(_skipped(text, tokens))
    return sorted(tokens, key=lambda t: (t.start, t.end))


def _token(text: str, start: int, end: int, element: str, value: str, rule: str) -> Token:
    return Token(start, end, text[start:end], element, value, *WHY[rule])


def _notes(text: str, cleaned: Clean, pieces: list[Piece], at: list[int]) -> Iterator[Token]:
    """The brackets: each lies between the characters that stood around it."""
    part, _ = joined(pieces)
    for (place, _), note in zip(cleaned.notes, read_notes(cleaned.notes, part), strict=True):
        start = at[place - 1] + 1 if place else 0
        end = at[place] if place < len(at) else min(len(text), len(text) - len(cleaned.over))
        yield _token(text, start, end, note.kind, note.text, "note_" + note.kind)


def _skipped(text: str, tokens: list[Token]) -> Iterator[Token]:
    """What no token covers, separators aside: divisions written twice, personal numbers."""
    covered = set[int]()
    for t in tokens:
        covered.update(range(t.start, t.end))
    start: int | None = None
    for i in range(len(text) + 1):
        loose = i < len(text) and i not in covered and text[i].isalnum()
        if loose and start is None:
            start = i
        elif not loose and start is not None:
            digits = text[start:i].isdigit()
            yield _token(text, start, i, "skipped", "" if digits else text[start:i], "personal" if digits else "repeated")
            start = None


WHY = {
    "country": ("国名，不属于门牌", "the country; no part of a door"),
    "scope": ("与项目范围中的名称一致", "the name is that of the project's scope"),
    "suffix": ("按区划通名（省、市、县、镇、村等）识别", "recognised by the last word of a division"),
    "short": ("省名简称，后接市县", "short name of a province before a city or county"),
    "zone": ("开发区、园区不是行政区划，不进入门牌键", "a development zone is no division and stays out of the key"),
    "neighbourhood": ("邻，台湾村里之下的编组", "neighbourhood below a village of Taiwan"),
    "street": ("按道路通名识别，段和路名末尾的数字统一为阿拉伯数字", "recognised by its last word; its numeral is written in digits"),
    "lane": ("数字加弄、巷", "a numeral with 弄 or 巷"),
    "village_behind": ("道路之后的村居名", "a village named behind the street"),
    "estate": ("按小区、大厦等通名或后接楼栋识别为院落、小区", "an estate, by its last word or because a building follows"),
    "section": ("小区内的分区、分期", "a section or phase of the estate"),
    "name": ("未能归类的名称", "a name that could not be classed"),
    "name_hamlet": ("号码之前的地名，视为自然村", "a bare name before a number is the hamlet"),
    "name_estate": ("名称之后接楼栋、单元或室，视为小区或院落", "a bare name before a building, unit or room is an estate"),
    "name_street": ("名称与其后的编号路名合为道路名", "the name belongs to the numbered road behind it"),
    "name_leftover": ("名称之后没有号码，未能识别", "no number follows this name: not read"),
    "zone_estate": ("没有道路，园区直接编号，视为院落", "without a street the zone itself carries the numbers"),
    "estate_village": ("城区的“某某一村”是小区，不是行政村", "in an urban district a numbered 村 is an estate"),
    "unnumbered": ("写明无号", "the text says that there is no number"),
    "several": ("一条记录对应多个门牌", "one record for several doors"),
    "numbered_road": ("数字是道路名的一部分", "the numeral is part of the road's name"),
    "numbered_village": ("数字是村名的一部分", "the numeral is part of the village's name"),
    "not_number": ("桥、库、店等的编号或邮编，不是门牌号", "a number of something else, or a postcode: no door number"),
    "segment": ("道路的段", "a segment of the street"),
    "row": ("北方村庄的排", "a row of houses"),
    "group": ("组、社、队、村民小组统一为组", "group of the village, all its words folded to 组"),
    "unit": ("单元、门、梯统一为单元", "the unit"),
    "list": ("列举的号码，一条记录对应多个门牌", "a list of numbers: several doors in one record"),
    "range": ("号码区间，一条记录对应多个门牌", "a range of numbers: several doors in one record"),
    "prefix": ("号码前缀，临为临时门牌", "prefix of the number; 临 is a temporary one"),
    "number": ("门牌号", "the number of the door"),
    "dash_number": ("道路之后的 N-M 为门牌号与附号", "N-M behind a street is number and sub-number"),
    "sub_number": ("附号：附、之、短横统一", "sub-number, its forms folded"),
    "inner_sub": (
        "附号写在号字之前（6之2号），与写在之后的可能不是同一门",
        "the sub-number stands before 号; behind it, it may be another door",
    ),
    "letter": ("号码的字母或天干", "letter of the number"),
    "yard": ("院", "the number is that of a yard"),
    "tower_room": ("大厦、市场为一栋楼，其中的号是室", "the estate is one building: a number in it is a room"),
    "room_behind": ("单元或楼层之后的号是室", "a number behind unit or floor is the room"),
    "behind_building": (
        "楼栋之后的号：后面还有室时为单元，否则为室",
        "a number behind the building is the unit if a room follows, else the room",
    ),
    "second_number": ("门牌号之后的第二个号：楼栋或室", "a second number is the building or the room"),
    "lane_building": ("弄之后的号是楼栋", "a number behind 弄 is the building"),
    "estate_building": ("小区之后的号是楼栋", "a number behind an estate is the building"),
    "building": ("栋、幢、座、号楼、# 统一为楼栋", "the building, its words folded"),
    "storey_building": ("楼之后还有单元或室，是楼栋不是楼层", "a unit or room follows: this 楼 is a building, not a floor"),
    "floor": ("楼层", "the floor"),
    "floor_room": ("楼层之后的“之N”是室", "之N behind a floor is the room"),
    "basement": ("地下室", "the basement"),
    "room": ("室、房、户", "the room"),
    "household": ("村内没有门牌号时，户号作门牌号", "in a village without number the household's number stands for it"),
    "room_dash": ("三位以上的号与短横后的一两位合为室号", "three digits and more with a short one behind the dash are one room"),
    "chain": (
        "短横连接的号，按位置和当地习惯分为楼栋、单元、楼层、室",
        "numbers joined by dashes, split by place and by the region's habit",
    ),
    "bare": ("没有字眼的数字，按前文判定", "digits without a word, by what stands before"),
    "stall_row": ("市场内的街、通道编号", "number of a row of stalls"),
    "assist": ("方位描述，不进入门牌键", "what it is near: no part of the key"),
    "leftover": ("未能识别", "not read"),
    "japan": ("日本地址：町丁目、番、号", "Japanese address: town block, block, house"),
    "europe": ("欧洲地址：街名在前，号码在后", "European address: street, then number"),
    "note_alias": ("括号内的原名、别名", "another name in brackets"),
    "note_flag": ("括号内的状态说明", "a state in brackets"),
    "note_prefix": ("括号内的临，临时门牌", "临 in brackets: a temporary number"),
    "note_village": ("括号内的现村名，前面的是旧名", "the present village in brackets, the one before is the old one"),
    "note_leftover": ("括号内的说明，未能识别", "a remark in brackets that could not be read"),
    "over": ("超过 200 字的部分不读", "beyond 200 characters nothing is read"),
    "personal": ("疑似电话或证件号码，已剔除", "perhaps a telephone or identity number: cut out"),
    "repeated": ("重复书写的区划或无义字样，略去", "divisions written twice, or words without meaning: passed over"),
}
"""Rule -> why, in Chinese and English."""
