"""Addresses that a clerk could write, by hypothesis: the same door in many writings."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

HAN = "零一二三四五六七八九"
UPPER = ("", "湖南省澄阳市云溪县石塘镇", "云溪县石塘镇", "石塘镇")
VILLAGES = ("柳塘村", "梅岭社区", "三里村", "八一村", "童家桥村", "东艾庄村")
ROWS = ("", "建设路", "五一路", "人民南路四段", "学府巷", "7组", "上屋组", "刘家院子", "杨家湾", "四十里街", "滨河大道")
COMPOUNDS = ("", "", "", "翠竹小区", "松鹤苑")


@dataclass(frozen=True)
class Door:
    """A door by its elements; `write` writes it one way or another."""

    village: str
    row: str
    prefix: str
    number: int
    sub: int
    estate: str
    building: int
    unit: int
    room: int

    def write(
        self, *, upper: str = "", han: bool = False, sub_form: str = "附{}号", bld: str = "栋", gate: str = "单元", spaced: bool = False
    ) -> str:
        """The text of the door in one of its writings."""
        n = numeral if han else str
        text = f"{upper}{self.village}{self.row}{self.prefix}{n(self.number)}号"
        text += sub_form.format(self.sub) if self.sub else ""
        text += self.estate + (f"{n(self.building)}{bld}" if self.building else "")
        text += f"{n(self.unit)}{gate}{self.room}室" if self.unit else ""
        return " ".join(text[i : i + 3] for i in range(0, len(text), 3)) if spaced else text


def numeral(n: int) -> str:
    """A number below 1000 in Chinese numerals, as people write it."""
    if n < 10:
        return HAN[n]
    if n < 100:
        return ("" if n < 20 else HAN[n // 10]) + "十" + (HAN[n % 10] if n % 10 else "")
    rest = n % 100
    tail = "" if not rest else "零" + HAN[rest] if rest < 10 else HAN[rest // 10] + "十" + (HAN[rest % 10] if rest % 10 else "")
    return HAN[n // 100] + "百" + tail


@st.composite
def doors(draw: st.DrawFn) -> Door:
    """Any door of the town; an estate only with a building in it, a unit only with a room."""
    building = draw(st.sampled_from((0, 0, 0, 1, 2, 12)))
    return Door(
        village=draw(st.sampled_from(VILLAGES)),
        row=draw(st.sampled_from(ROWS)),
        prefix=draw(st.sampled_from(("", "", "", "临"))),
        number=draw(st.integers(1, 999)),
        sub=draw(st.sampled_from((0, 0, 0, 1, 2, 15))),
        estate=draw(st.sampled_from(COMPOUNDS)) if building else "",
        building=building,
        unit=(unit := draw(st.integers(0, 4))),
        room=draw(st.integers(101, 1204)) if unit else 0,
    )
