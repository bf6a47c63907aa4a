"""The lower part of an address: group, lane, number, estate, building, unit, floor, room - from the first number on."""

from __future__ import annotations

import re

from geo.address.numeral import CHARACTERS, NUMERAL, arabic
from geo.address.script import simplify
from geo.address.upper import Piece, canonical_name
from geo.address.words import COMPOUND, ESTATE_WORDS, HAMLET_WORDS, TOWER
from geo.profile import Habits

C = CHARACTERS
N = NUMERAL
SLOT = r"(?:号(?![苑桥线库])|组(?!团)|社(?!区)|队|小组|村民小组|居民小组|生产队|栋|幢|单元|楼(?![村镇乡社庄])|层|室|排|连|段|院(?!子)|期|丁目|番|-)(?![村里镇乡庄街路巷老坪坑崎寮])"
ENDS = "路街巷道弄段村组社队区里条横湾塆坝寨冲垸坪岗坡庄沟屯坑洞嘴咀岭塘畈圩浜埭营堡店头山桥家坞岙峪窝梁塬滩洼崖口铺集墩台子院园苑城"
"""Characters that end a name, so that 甲, 特, 新 behind them belongs to the number: 西街甲10号, but 水母丁1号."""
FIRST = re.compile(
    rf"(?:临时?|第|负|地下)?(?:(?<=[{ENDS}])(?:特|建|增|[甲乙丙丁戊]))?(?:[A-Z]{{1,3}})?(?:\d|[{C}]+(?={SLOT}))"
    rf"|[A-Z](?=座|栋|幢|号楼|单元|馆|-\d)|[甲乙丙丁](?=座|栋|幢|单元|号)|[东南西北](?=单元|幢|栋|座)|地下室|无门牌|无号|未编"
)
"""Where the lower part begins."""


def read_tail(key: str, shown: str, *, after: str, habits: Habits) -> tuple[Piece, ...]:
    """The elements of the lower part.

    Parameters
    ----------
    key, shown
        The part from the first number on, in simplified and in delivered characters.
    after
        Element that stands before it (street, village, name ...), with the estate's name behind a colon; or an empty text.
    habits
        How the region writes what regions write differently.
    """
    scan = _Scan(key, shown, after, habits)
    while scan.at < len(key):
        scan.step()
    return tuple(scan.pieces)


class _Scan:
    """One pass over the lower part; `have` is what was read so far, `last` the element read before."""

    def __init__(self, key: str, shown: str, after: str, habits: Habits) -> None:
        self.key, self.shown, self.habits = key, shown, habits
        element, _, name = after.removesuffix("@").partition(":")
        self.at, self.last, self.estate = 0, element, simplify(name)
        self._on_street = after.endswith("@")
        self.lanes = [name] if element == "lane" else []
        self.have: set[str] = ({element} if element else set()) | ({"estate"} if element == "section" and name else set())
        self.pieces: list[Piece] = []

    def put(self, end: int, element: str, value: str, rule: str) -> None:
        """One element from here to `end`."""
        self.pieces.append(Piece(self.at, end, element, value, rule))
        self.have.add(element)
        self.last = element
        self.at = end
        if element in ("estate", "name"):
            self.estate = simplify(value)
        elif element == "lane":
            self.lanes.append(value)

    @property
    def on_street(self) -> bool:
        """The estate stands on a named street or behind a number."""
        return self._on_street or bool(self.have & {"street", "number"})

    @property
    def in_tower(self) -> bool:
        """Numbers here are rooms: the estate is one building."""
        return self.last in ("estate", "section") and TOWER.search(self.estate) is not None

    @property
    def in_compound(self) -> bool:
        """Bare numbers here are buildings."""
        return self.last in ("estate", "section") and COMPOUND.search(self.estate) is not None

    def put_from(self, start: int, end: int, element: str, value: str, rule: str) -> None:
        self.at = start
        self.put(end, element, value, rule)

    def step(self) -> None:
        """Read the next element, or the name up to the next number."""
        for read in _READERS:
            if read(self):
                return
        run = _RUN.match(self.key, self.at)
        end = run.end() if run else self.at + 1
        self.put(end, "leftover", self.shown[self.at : end], "leftover")


_RUN = re.compile(r"[A-Z\d]+")
_SEPARATORS = re.compile(r"[\s,，、。.;:/_·|~]+|-+(?!\d)")
_LANE = re.compile(rf"(\d+|[{C}]+)(支弄|支巷|弄|巷|衖)")
_GROUP = re.compile(rf"第?(\d+|[{C}]+)(村民小组|居民小组|小组|生产队|组(?!团)|社(?!区)|队|连)")
_NEIGH = re.compile(rf"({N})邻")
_ROW = re.compile(rf"({N})排(?!楼)")
_SEGMENT = re.compile(rf"({N})段")
_NUMBERED_ROAD = re.compile(rf"(?:{N}号(?:大街|大道|公路|路|街(?!坊))|\d+(?:国道|省道|县道|乡道)|[GSXY]\d{{3}}(?:国道|省道|县道|公路|线)?(?![\d号])|\d{{1,2}}[东西南北中]?(?:大街|大道|路|街(?!坊))|\d+(?:[东西南北中](?:{N})?|之\d+)巷)(?:(?:[东西南北中]|{N})段)?")
_NOT_NUMBER = re.compile(rf"{N}号(?:线|桥|库|码头|井|门(?!市)|电梯|柜|馆|厅|通道|仓库|库房|车间|机台|窗口)|\d+S店|\d+(?:米|公里|天|元|度|路车|店|工程|分公司)|\d+[A-Z]{{2,}}(?!\d)|(?<!\d)\d{{6}}(?![\d号室])")
_YARD = r"(?:(院|大院)(?!子))?"
_SUB = rf"(?:(?:附|付|副|之|-)(?:{N}|[{C}]+)号?)"
_PREFIX = r"(临时?|特|建|新|旧|老|增|[甲乙丙丁戊]|[A-Z]{1,2})?"
_LIST = re.compile(rf"(\d+(?:[、,，]\d+)+)(号|室|房|楼|层|栋|幢)")
_RANGE = re.compile(rf"{_PREFIX}({N})(?:号)?(?:~|至|到)({N})号?")
_HAO = re.compile(
    rf"{_PREFIX}({N})([A-Z]|[甲乙丙丁戊己])?((?:(?:附|付|副|之|-)(?:{N}))*)([A-Z])?(?:号(?![楼码])|#(?!楼))((?:(?:附|付|副|之)第?(?:{N})(?!\d|[-~]\d+号)号?)+|-(?:{N})号?(?!-|\d))?(?:附(\d+)[-~](\d+)号?)?([甲乙丙丁戊己]|[A-Z](?![\dA-Z\u4e00-\u9fff-]))?(院(?!子)|大院)?"
)
_INNER_DASH = re.compile(r"-(\d{3,})")
_RUN_TOGETHER = re.compile(r"[附付副之-]\d{1,2}(\d)$")
_SPLIT_BEFORE = re.compile(r"单元|栋|幢|号楼|#楼|-\d{3,4}(?!\d)|门\d")
_FU_RANGE = re.compile(r"附(\d+)[-~](\d+)号?")
_BUILDING = re.compile(rf"([A-Z]{{1,2}}|[甲乙丙丁戊]|[东南西北中])?({N})?([A-Z])?(号楼|#楼|栋|幢|座(?!谈)|#)(?:附({N})号)?")
_LETTER_BUILDING = re.compile(r"([A-Z]|[甲乙丙丁]|[东南西北])(座|栋|幢|号楼|馆|楼(?=\d))")
_UNIT = re.compile(rf"({N}|[A-Z]|[甲乙丙丁]|[东南西北中])(单元|梯)")
_GATE = re.compile(rf"({N})门(?=\d|[{C}]+[室号楼层])")
_STOREY = re.compile(rf"(负|地下|B(?=\d{{1,2}}[楼层F])|-)?({N})(楼|层|F(?![A-Z]))(?:之({N}))?")
_CHAIN = re.compile(r"([A-Z]?\d+[A-Z]?(?!\d)|[A-Z](?=-\d))((?:-(?:[A-Z]?\d+[A-Z]?|[A-Z](?=-|$)))+)(号楼|栋|幢|号|室|房|户|楼|层)?")
_ROOM = re.compile(rf"([A-Z]?)({N})([A-Z]?)(?:(?<=\d{{3}})-(\d{{1,2}}))?(室|房|户(?!外)|铺)")
_SIDE = re.compile(r"([东南西北中]+)(户)")
_BARE = re.compile(rf"[A-Z]{{0,2}}\d+(?:[A-Z](?![A-Z])\d*)?|(?<=单元)[{C}]+$|(?<=[楼层])[{C}]+$")
_PHASE = re.compile(rf"(?:({N})(期|区|组团|园(?!区)|号苑))|([A-Z]\d*)(区|组团)")
_VILLAGE_NUMBER = re.compile(r"\d{1,2}村(?!路|街|民)")
_BASEMENT = re.compile(r"地下室|地下(?!\d|[一二三])")
_NAME_END = re.compile(rf"(?:[甲乙丙丁]|[A-Z]{{1,3}}|负|地下)?(?:\d|[{C}]+{SLOT})|[A-Z](?=座|栋|幢|单元|馆)|[甲乙丙丁东南西北](?=座|栋|幢|单元)|[A-Z]-\d|地下室|[,，;_|]")
_UNNUMBERED = re.compile(r"无门牌号?|无号|未编号?")


def _separator(s: _Scan) -> bool:
    m = _SEPARATORS.match(s.key, s.at)
    if m:
        s.at = m.end()
    return m is not None


def _unnumbered(s: _Scan) -> bool:
    m = _UNNUMBERED.match(s.key, s.at)
    if not m or "number" in s.have:
        return False
    s.put(m.end(), "flag", "unnumbered", "unnumbered")
    return True


def _numbered_road(s: _Scan) -> bool:
    m = _NUMBERED_ROAD.match(s.key, s.at) if not s.have & {"number", "building_no", "unit", "floor"} else None
    if not m:
        return False
    s.put(m.end(), "street", canonical_name(s.shown[s.at : m.end()]), "numbered_road")
    return True


def _numbered_village(s: _Scan) -> bool:
    m = _VILLAGE_NUMBER.match(s.key, s.at) if not s.have & {"number", "building_no", "unit", "floor"} else None
    if not m:
        return False
    s.put(m.end(), "hamlet" if "village" in s.have else "village", s.shown[s.at : m.end()], "numbered_village")
    return True


def _segment(s: _Scan) -> bool:
    m = _SEGMENT.match(s.key, s.at)
    if not m or s.last not in ("street", "name"):
        return False
    s.put(m.end(), "street", arabic(m.group(1)) + "段", "segment")
    return True


def _group(s: _Scan) -> bool:
    m = _GROUP.match(s.key, s.at)
    if not m:
        return False
    if s.have & {"number", "building_no"}:
        s.put(m.end(), "unit", arabic(m.group(1)), "unit")
        return True
    word = "连" if m.group(2) == "连" else "组"
    s.put(m.end(), "group", arabic(m.group(1)) + word, "group")
    return True


def _neighbourhood(s: _Scan) -> bool:
    m = _NEIGH.match(s.key, s.at)
    if not m:
        return False
    s.put(m.end(), "neighbourhood", arabic(m.group(1)), "neighbourhood")
    return True


def _row(s: _Scan) -> bool:
    m = _ROW.match(s.key, s.at)
    if not m or "number" in s.have:
        return False
    s.put(m.end(), "row", arabic(m.group(1)), "row")
    return True


def _lane(s: _Scan) -> bool:
    m = _LANE.match(s.key, s.at)
    if not m or s.have & {"number", "building_no"}:
        return False
    s.put(m.end(), "lane", arabic(m.group(1)) + m.group(2).replace("衖", "弄"), "lane")
    return True


def _not_number(s: _Scan) -> bool:
    m = _NOT_NUMBER.match(s.key, s.at)
    if not m:
        return False
    s.put(m.end(), "leftover", s.shown[s.at : m.end()], "not_number")
    return True


def _list(s: _Scan) -> bool:
    m = _LIST.match(s.key, s.at)
    if not m:
        return False
    if m.group(2) == "号" and s.in_tower and s.on_street:
        s.put(m.end(), "room", re.sub("[,，]", "、", m.group(1)), "list")
        return True
    element = {"号": "number", "室": "room", "房": "room", "楼": "floor", "层": "floor", "栋": "building_no", "幢": "building_no"}[m.group(2)]
    if element == "number" and s.have & {"number", "building_no"}:
        element = "room"
    s.put(m.end(), element, re.sub("[,，]", "、", m.group(1)), "list")
    return True


def _range(s: _Scan) -> bool:
    m = _RANGE.match(s.key, s.at)
    if not m or s.have & {"number", "building_no"}:
        return False
    start = s.at
    if m.group(1):
        s.put(m.start(2), "prefix", _prefix(m.group(1)), "prefix")
    s.put(m.end(), "number", f"{arabic(m.group(2))}~{arabic(m.group(3))}", "range")
    del start
    return True


def _prefix(text: str) -> str:
    return "临" if text == "临时" else text


def _hao(s: _Scan) -> bool:
    """N号 with all that belongs to it; what it is depends on what stands before."""
    m = _HAO.match(s.key, s.at)
    if not m:
        return False
    if m.group(6) and (split := _RUN_TOGETHER.search(m.group(6))) and _SPLIT_BEFORE.match(s.key, m.end()):
        # 附1 and 1单元 written together (附11单元): the unit must have a numeral, so the last digit is its own.
        m = _HAO.match(s.key, s.at, m.end() - len(split.group(1)))
        if not m:
            return False
    far = s.last == "lane" and _lane_building(s) and len(m.group(4) or "") > 3
    if m.group(4) and "-" in m.group(4) and (far or s.last in ("estate", "section", "landmark", "building_no")):
        return _chain(s)
    if s.in_tower and s.on_street and "building_no" not in s.have and not re.match(r"楼", s.key[m.end() :]):
        s.put(m.end(), "room", (m.group(1) or "") + arabic(m.group(2)) + (m.group(3) or "") + _dash(m.group(4)), "tower_room")
        return True
    if m.group(4) and (dash := _INNER_DASH.fullmatch(m.group(4))) and _is_range([arabic(m.group(2)), dash.group(1)]):
        return _chain(s)
    if s.have & {"floor"} or (s.have & {"unit"} and "room" not in s.have):
        s.put(m.end(), "room", (m.group(1) or "") + arabic(m.group(2)) + (m.group(3) or "") + _dash(m.group(4)), "room_hao")
        return True
    if "building_no" in s.have:
        follows = re.match(rf"{N}(?:室|房|楼|层|$)|\d", s.key[m.end() :])
        s.put(m.end(), "unit" if follows else "room", (m.group(1) or "") + arabic(m.group(2)) + (m.group(3) or "") + _dash(m.group(4)), "second_hao")
        return True
    if "number" in s.have:
        follows = re.match(rf"(?:{N}|[A-Z]\d*)(?:单元|门|楼|层|室|房)|\d", s.key[m.end() :])
        element = "building_no" if follows or "estate" in s.have else "room"
        s.put(m.end(), element, (m.group(1) or "") + arabic(m.group(2)) + (m.group(3) or "") + _dash(m.group(4)), "second_hao")
        return True
    if _lane_building(s) or (s.last in ("estate", "section") and "estate" in s.have and not s.estate.endswith("广场")):
        _put_number(s, m, "building_no")
    else:
        _put_number(s, m, "number")
    return True


def _lane_building(s: _Scan) -> bool:
    """N号 behind 弄 is a building (Shanghai); behind 巷 it is a number."""
    return s.last == "lane" and s.habits.number_after_lane == "building" and all(lane.endswith("弄") for lane in s.lanes)


def _dash(subs: str | None) -> str:
    return "".join("-" + arabic(x) for x in re.findall(N, subs or ""))


def _put_number(s: _Scan, m: re.Match[str], element: str) -> None:
    prefix, number, letter, inner, letter_inside, outer, low, high, letter_after, yard = m.groups()
    end = m.end()
    letter = letter or letter_inside or letter_after
    value = arabic(number)
    if prefix and element == "building_no" and prefix.isascii():
        value = prefix + value
    elif prefix:
        s.put(m.start(2), "prefix", _prefix(prefix), "prefix")
    if inner and "之" in inner:
        rule = "inner_sub"
    else:
        rule = "number" if element == "number" else "lane_building"
    subs = [arabic(x) for x in re.findall(N, (inner or "") + " " + (outer or ""))]
    if low:
        subs.append(f"{arabic(low)}~{arabic(high)}")
    start = s.at
    s.put(end, element, value, rule)
    if subs:
        s.put_from(start, end, "sub_number", "/".join(subs), "sub_number")
    if letter:
        s.put_from(start, end, "letter", letter, "letter")
    if yard:
        s.put_from(start, end, "yard", "院", "yard")
    if inner and "之" in inner and not outer:
        s.put_from(start, end, "flag", "inner_sub", "inner_sub")
    s.last = element


def _building(s: _Scan) -> bool:
    m = _BUILDING.match(s.key, s.at)
    if not m or not (m.group(1) or m.group(2)) or (m.group(4) == "#" and not (m.group(2))):
        return False
    if m.group(4) == "#" and s.last in ("street", "group", "hamlet", "village") and "number" not in s.have:
        return False
    value = (m.group(1) or "") + (arabic(m.group(2)) if m.group(2) else "") + (m.group(3) or "")
    element = "building_no"
    if "building_no" in s.have:
        _demote(s)
    if "building_no" in s.have:
        element = "unit" if "unit" not in s.have else "room"
    if m.group(5):
        value += "附" + arabic(m.group(5))
    s.put(m.end(), element, value, "building")
    return True


def _demote(s: _Scan) -> None:
    """N号 read as the building was the number, for here stands the building itself."""
    for i, p in enumerate(s.pieces):
        if p.element == "building_no" and p.rule in ("lane_building", "inner_sub") and "number" not in s.have:
            s.pieces[i] = p._replace(element="number", rule="number")
            s.have.discard("building_no")
            s.have.add("number")


def _letter_building(s: _Scan) -> bool:
    m = _LETTER_BUILDING.match(s.key, s.at)
    if not m or "building_no" in s.have:
        return False
    s.put(m.end(), "building_no", m.group(1), "building")
    return True


def _unit(s: _Scan) -> bool:
    m = _UNIT.match(s.key, s.at)
    if not m and s.habits.gate_is_unit:
        m = _GATE.match(s.key, s.at)
    if not m or "unit" in s.have:
        return False
    s.put(m.end(), "unit", arabic(m.group(1)), "unit")
    return True


def _storey(s: _Scan) -> bool:
    m = _STOREY.match(s.key, s.at)
    if not m or "floor" in s.have:
        return False
    before_unit = re.match(rf"(?:{N}|[A-Z])(?:单元|门|梯)|-\d|\d{{1,2}}-(?:\d+-)?\d{{3,4}}(?!\d)", s.key[m.end() :])
    if m.group(3) == "楼" and before_unit and "building_no" not in s.have and "unit" not in s.have:
        s.put(m.end(), "building_no", arabic(m.group(2)), "storey_building")
        return True
    sign = "-" if m.group(1) else ""
    end = m.end(3)
    s.put(end, "floor", sign + arabic(m.group(2)), "floor")
    if m.group(4):
        s.put(m.end(), "room", arabic(m.group(4)), "floor_room")
    return True


def _chain(s: _Scan) -> bool:
    """A-B, A-B-C: what the places mean depends on what was read before and on the region."""
    m = _CHAIN.match(s.key, s.at)
    if not m:
        return False
    values = [arabic(x) for x in m.group(0)[: m.end(2) - m.start()].split("-")]
    word = m.group(3) or ""
    if word in ("楼", "层") and len(values) == 2:
        s.put(m.end(), "floor", "~".join(values), "floor")
        return True
    if word in ("号楼", "栋", "幢"):
        s.put(m.end(), "building_no", "-".join(values), "building")
        return True
    if len(values) == 2 and s.have & {"building_no", "unit", "floor"} and re.fullmatch(r"\d{3,}", values[0]) and len(values[1]) < 3:
        s.put(m.end(), "room", "-".join(values), "room")
        return True
    if s.in_tower and len(values) == 2 and re.fullmatch(r"[A-Z]?\d{3,}", values[0]) and len(values[1]) < 3:
        s.put(m.end(), "room", "-".join(values), "tower_room")
        return True
    if len(values) == 2 and _is_range(values):
        element = "room" if word == "室" or s.have & {"building_no", "unit", "floor"} or s.in_tower else "number"
        if element == "room" or not s.have & {"number", "estate"}:
            s.put(m.end(), element, "~".join(values), "range")
            return True
    floor_door = s.habits.dash_after_number == "floor_door"
    if not s.have & {"number", "building_no", "unit", "floor"} and len(values) == 2 and _sub_follows(s, values, word):
        s.put(m.end(), "number", values[0], "dash_number")
        s.put_from(m.start(), m.end(), "sub_number", values[1], "sub_number")
        return True
    slots = _slots(s, values, floor_door)
    start = s.at
    for i, (slot, value) in enumerate(zip(slots, values, strict=False)):
        last = i == min(len(slots), len(values)) - 1
        s.put_from(start, m.end(), slot, "-".join(values[i:]) if last else value, "chain")
    s.last = slots[-1]
    return True


def _is_range(values: list[str]) -> bool:
    """183-185: both of three digits and close together, so the second is no sub-number."""
    a, b = values
    return a.isdigit() and b.isdigit() and len(a) >= 3 and 0 < int(b) - int(a) <= 50


def _sub_follows(s: _Scan, values: list[str], word: str) -> bool:
    """A-B is number and sub-number after a street, and in a village unless B is a room."""
    if _lane_building(s) and len(values[1]) > 2:
        return False
    if s.last in ("street", "lane"):
        return True
    return s.last in ("group", "hamlet", "village", "row", "name", "neighbourhood", "") and (word == "号" or len(values[1]) < 3)


def _slots(s: _Scan, values: list[str], floor_door: bool) -> tuple[str, ...]:
    count = len(values)
    if "floor" in s.have:
        return ("room",)
    if "unit" in s.have:
        return ("floor", "room")[:count] if count > 1 else ("room",)
    if "building_no" in s.have:
        if count == 2:
            return ("floor", "room") if floor_door else ("unit", "room")
        return ("unit", "floor", "room")
    if count == 2 and "number" in s.have and "estate" not in s.have:
        # 12号1-302: whatever 1 is, 302 is a room and 12号 the door that is certain.
        if len(values[1]) > 2:
            return ("unit" if values[0].isdigit() else "building_no", "room")
        return ("floor", "room") if floor_door else ("building_no", "room")
    if count == 2:
        # In a compound of flats a room has three digits, so one or two behind the building are its unit.
        unit = "estate" in s.have and not s.in_tower and not floor_door and values[1].isdigit() and len(values[1]) < 3
        return ("building_no", "unit" if unit else "room")
    return ("building_no", "unit", "room") if count == 3 else ("building_no", "unit", "floor", "room")


def _room(s: _Scan) -> bool:
    m = _ROOM.match(s.key, s.at)
    if not m:
        return False
    if m.group(5) == "户" and not s.have & {"number", "building_no", "unit", "floor", "estate"} and not m.group(1):
        s.put(m.end(), "number", arabic(m.group(2)), "household")
        return True
    value = m.group(1) + arabic(m.group(2)) + m.group(3) + (f"-{arabic(m.group(4))}" if m.group(4) else "")
    s.put(m.end(), "room" if "room" not in s.have else "leftover", value, "room")
    return True


def _side(s: _Scan) -> bool:
    m = _SIDE.match(s.key, s.at)
    if not m or "room" in s.have:
        return False
    s.put(m.end(), "room", m.group(1) + "户", "side")
    return True


def _phase(s: _Scan) -> bool:
    m = _PHASE.match(s.key, s.at)
    if not m or "section" in s.have or s.have & {"building_no", "unit", "floor", "room"}:
        return False
    value = arabic(m.group(1)) + m.group(2) if m.group(1) else m.group(3) + m.group(4)
    s.put(m.end(), "section", value, "section")
    return True


def _basement(s: _Scan) -> bool:
    m = _BASEMENT.match(s.key, s.at)
    if not m or "floor" in s.have:
        return False
    s.put(m.end(), "floor", "地下室", "basement")
    return True


def _bare(s: _Scan) -> bool:
    """Digits without a word: the number if none was read yet, a building in a compound, else the room."""
    m = _BARE.match(s.key, s.at)
    if not m or "room" in s.have:
        return False
    if row := _STALL_ROW.match(s.key, m.end()):
        s.put(row.end(), "leftover", s.shown[s.at : row.end()], "stall_row")
        return True
    value = m.group()
    if (split := _BLOCK_ROOM.fullmatch(value)) and "building_no" not in s.have:
        s.put(s.at + len(split.group(1)), "building_no", split.group(1), "bare")
        s.put(m.end(), "room", split.group(2), "bare_room")
        return True
    if s.have & {"building_no", "unit", "floor"}:
        element = "room"
    elif s.last == "name" and _HAMLET_END.search(s.estate):
        element = "number"
    elif s.in_compound or (s.last in ("estate", "section", "name", "landmark") and len(value) <= 2):
        element = "building_no"
    elif s.last in ("estate", "section", "name", "landmark") or "number" in s.have:
        element = "room"
    else:
        element = "number"
    letters = re.fullmatch(r"(\d+)([A-Z])", value) if element == "number" else None
    s.put(s.at + len(letters.group(1)) if letters else m.end(), element, arabic(letters.group(1) if letters else value), "bare")
    if letters:
        s.put(m.end(), "letter", letters.group(2), "letter")
    return True


_BLOCK_ROOM = re.compile(r"(\d{1,2}[A-Z])(\d{3,4})")
_HAMLET_END = re.compile(rf"(?:{HAMLET_WORDS})$")
_STALL_ROW = re.compile(r"[街道路巷](?!口)|通道")
_ESTATE_END = re.compile(rf"(?:{ESTATE_WORDS})$")


def _name(s: _Scan) -> bool:
    """A name between numbers: an estate if a building follows or its word says so, a hamlet or street before a number."""
    run = _RUN.match(s.key, s.at)
    nxt = _NAME_END.search(s.key, run.end() if run else s.at + 1)
    end = nxt.start() if nxt else len(s.key)
    text = s.key[s.at : end]
    shown = s.shown[s.at : end]
    if s.have & {"unit", "floor", "room"}:
        s.put(end, "leftover", shown, "leftover")
        return True
    if "number" not in s.have and "building_no" not in s.have:
        if re.search(r"(?:大道|大街|公路|[路街巷道弄])$", text) and len(text) > 1:
            s.put(end, "street", canonical_name(shown), "street")
        elif _ESTATE_END.search(text):
            s.put(end, "estate", shown, "estate")
        else:
            s.put(end, "name", shown, "name")
        return True
    following = s.key[end:]
    building_next = re.match(rf"(?:[A-Z]|[甲乙丙丁东南西北])?(?:{N})?(?:号楼|#|栋|幢|座|单元|楼|层|-|\d|馆)|[A-Z]?\d", following) is not None
    if _ESTATE_END.search(text) or (building_next and len(text) > 1):
        m = re.search(r"(?:[东西南北中]|[A-Z])区$", text)
        if m and m.start() > 1:
            s.put(s.at + m.start(), "estate", shown[: m.start()], "estate")
            s.put(end, "section", shown[m.start() :], "section")
        else:
            s.put(end, "estate" if "estate" not in s.have else "leftover", shown, "estate")
        return True
    s.put(end, "leftover", shown, "leftover")
    return True


_READERS = (
    _separator, _unnumbered, _numbered_road, _numbered_village, _not_number, _segment, _neighbourhood, _row, _lane, _group, _list, _range, _unit, _building,
    _letter_building, _storey, _room, _hao, _chain, _phase, _side, _basement, _bare, _name,
)  # fmt: skip
