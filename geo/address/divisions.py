"""Divisions at the start of an address: province, city, county, town, village - by their own last words, never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from geo.address.numeral import arabic
from geo.address.piece import Piece
from geo.address.slots import NEIGHBOURHOOD, REGIMENT
from geo.address.village import village_value
from geo.address.words import PROVINCES
from geo.tables import Scope


class _Text(NamedTuple):
    """The upper part being read: folded, as shown, and what the scope says of it."""

    key: str
    shown: str
    scope: Scope

    @property
    def rural(self) -> bool:
        """The scope's town is a 镇 or 乡: X村 is a village there."""
        return (self.scope.town or "").endswith(("镇", "乡"))


def read_divisions(key: str, shown: str, *, scope: Scope) -> tuple[int, list[Piece]]:
    """The divisions written at the start, and where they end.

    Parameters
    ----------
    key, shown
        The upper part in simplified and in delivered characters.
    scope
        Upper levels of the project; its own names are recognised as they stand.
    """
    text = _Text(key, shown, scope)
    pieces: list[Piece] = []
    at = _skip(key, _restart(key))
    if m := _HEAD.match(key, at):
        pieces.append(Piece(at, m.end(), "country", shown[at : m.end()], "country"))
        at = _skip(key, m.end())
    have: set[str] = set()
    while found := _next(text, at, have):
        end, element, rule = found
        value = village_value(key[at:end], shown[at:end]) if element == "village" else shown[at:end]
        pieces.append(Piece(at, end, element, value, rule))
        have.add(element)
        at = _skip_repeated(key, _skip(key, end), pieces)
    if m := NEIGHBOURHOOD.match(key, at):
        pieces.append(Piece(at, m.end(), "neighbourhood", arabic(m.group(1)), "neighbourhood"))
        at = m.end()
    return at, pieces


_HEAD = re.compile(r"中华人民共和国|中国(?!建设|银行|工商|农业|移动|联通|电信|石化|石油|邮政|人寿|平安|人保)")
_SEPARATOR = re.compile(r"[\s,，、。.;:/_·|\-]+")
_PROVINCE = re.compile(
    rf"新疆生产建设兵团|(?:{'|'.join(PROVINCES)})(?:壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区|省|市(?![场政民]))|"
    r"(?:内蒙古|广西|宁夏|西藏|新疆)(?=.{1,9}(?:[市县旗盟州]|地区))"
)
_FULL_PROVINCE = re.compile(rf"(?:{'|'.join(PROVINCES)})(?:省|[壮回]族自治区|维吾尔自治区|自治区)(?!道)")
_SHORT = re.compile(
    rf"(?:{'|'.join(PROVINCES)})(?!藏族|[路街道巷村里大小新镇乡庄湾家公会饭酒花广科学])"
    r"(?=[^路街道巷村社]{1,6}(?:市(?!场)|县(?!道)|区(?!间)|自治州|地区))"
)
_ROAD = r"[前后]?(?:路(?!桥|[东南西北中]区)|街(?!道)|大街|大道|巷(?!口))"
_NOT_CITY = rf"(?!场|政[府局务工]|民|府|委|乡|村|社区|{_ROAD})"
_CITY = re.compile(rf"[^\d,]{{1,9}}?(?:自治州|地区|盟(?!路|街)|(?<![夜菜超贸])市{_NOT_CITY}(?!辖区|镇(?![^乡村路街镇]{{1,3}}[县区])|区$))")
_COUNTY = re.compile(
    r"市辖区|[^\d,]{1,14}?(?:自治县|自治旗|林区|特区|(?<=矿)区(?=.{2,})|"
    rf"(?<![小社校景厂库园院业矿军警营灾一二三四五六七八九十A-Z])区(?!间|域|公所|委|政府|街道|{_ROAD})|县(?!道|城|门|政府|委|府|{_ROAD})|"
    rf"(?<![国红彩])旗(?!杆|舰|袍|台)(?=.{{1,9}}(?:镇|乡|苏木|街道|嘎查|村|社区))|(?<![超夜菜贸])市{_NOT_CITY}(?!镇|区))"
)
_ZONE = re.compile(
    r"[^\d,路街]{0,8}?(?:(?:经济|高新)?技术(?:产业)?开发区|经济开发区|开发区|高新(?:技术)?(?:产业)?区|工业园区|工业园|工业区|产业园区|"
    r"产业集聚区|管理区|保税区|度假区|风景区|新区(?!.{0,4}[路街]))(?![路街])"
)
_TOWN = re.compile(
    r"[^\d,]{1,14}?(?:街道办事处|街道办|(?<!一条)街道(?!路|口)|民族乡|镇(?!村|政府|中路|前路|[里上]|海[区路]|江[市路]|平[县路]|"
    r"[东南西北中]?(?:小学|中学|卫生院|医院))(?!$.)|乡(?!村|政府|镇|情|亲|里)|苏木|农场|林场|牧场|渔场|茶场)"
)
_ARMY = re.compile(r"第[一二三四五六七八九十\d]+师")
_OFFICES = "社区居民委员会|社区居委会|社区村委会|社区|居民委员会|居委会|村民委员会|村委会|民委员会|行政村|嘎查村委会|嘎查村|嘎查"
_VILLAGE = re.compile(
    rf"[^\d,]{{1,14}}?(?:{_OFFICES}|村(?!镇(?!{_ROAD})|庄|路|街|道|巷|口|社区|居委会|委|{_ROAD}|级|里[路街]|小学|中学|头[路街])|(?<![公英])里(?=\d+邻))"
)
_TAIWAN_VILLAGE = re.compile(r"[^\d,里]{2,4}里(?=..)")
_OFFICE_END = re.compile(rf"(?:{_OFFICES}|村|里)$")


def _next(text: _Text, at: int, have: set[str]) -> tuple[int, str, str] | None:
    """The division that begins here: where it ends, its level, and the rule that read it."""
    key, scope = text.key, text.scope
    if at >= len(key) or "village" in have:
        return None
    for level, name in (("province", scope.province), ("city", scope.city), ("county", scope.county), ("town", scope.town)):
        if name and level not in have and key.startswith(name, at):
            return at + len(name), level, "scope"
    if "province" not in have and (m := _PROVINCE.match(key, at)):
        return m.end(), "province", "suffix"
    if not have and (m := _SHORT.match(key, at)):
        return m.end(), "province", "short"
    for level, pattern in _LEVELS:
        if _BLOCKS[level] & have:
            continue
        for name in _ends(pattern, key, at):
            if _sound(level, name, text, at + len(name), have):
                return at + len(name), level, "suffix"
    if have and "village" not in have and _traditional(text) and (m := _TAIWAN_VILLAGE.match(key, at)):
        return m.end(), "village", "suffix"
    return None


_LEVELS = (
    ("zone", _ARMY),
    ("city", _CITY),
    ("county", _COUNTY),
    ("town", REGIMENT),
    ("town", _TOWN),
    ("village", _VILLAGE),
    ("zone", _ZONE),
)
_BLOCKS = {
    "city": {"city", "county", "town"}, "county": {"county", "town"}, "town": {"town"}, "zone": {"zone"}, "village": {"village"},
}  # fmt: skip


def _ends(pattern: re.Pattern[str], key: str, at: int) -> Iterator[str]:
    """The name up to the first suffix and, for villages, also up to the second: 朱村铺村."""
    m = pattern.match(key, at)
    if m:
        yield m.group()
        if pattern is _VILLAGE and (n := pattern.match(key, m.end())):
            yield key[at : n.end()]


def _traditional(text: _Text) -> bool:
    """A division is written in traditional characters: 里 below it is a village."""
    return any(c in text.shown for c in "區鄉鎮縣")


_LOWER_MARK = re.compile(
    r"社区|村(?=[^镇乡街区县市])|.路(?=[^街桥县区市镇乡社村])|大道|[街巷](?=[^道镇乡村社口])|小区|花园|公寓|大厦|广场|工业|开发"
)
_DIRECTED_ROAD = re.compile(r"[东南西北中](?:路(?!桥)|街(?!道)|大街|大道|巷)")
_STREET_INSIDE = re.compile(r".(?:路|大道|大街|街(?!道)|巷|弄)(?=..)")
_ESTATE_INSIDE = re.compile(r"小区|花园|公寓|大厦|广场")
_TOWN_INSIDE = re.compile(r"(?<=.)[镇乡](?=.)|街道")
_STREET_NEXT = re.compile(r"[东南西北中]?(?:大街|大道|路|街)")


def _sound(level: str, name: str, text: _Text, end: int, have: set[str]) -> bool:
    """Whether a name cut at its suffix is believable as a division of that level."""
    if len(name) < 2:
        return False
    if level in ("city", "county"):
        if (len(name) == 2 or name.endswith(("城区", "新区", "发区"))) and _DIRECTED_ROAD.match(text.key, end):
            return False
        bare = level == "county" and len(name) == 2 and name.endswith("区") and end >= len(text.key)
        return not (bare or _LOWER_MARK.search(name) or _TOWN_INSIDE.search(name[:-1]))
    if level == "town":
        if name.endswith(("街道", "街道办事处", "街道办")):
            return not re.search(r"社区|村委会", name)
        return not (_LOWER_MARK.search(name[:-2]) or re.search(r"社区|村委会|.村(?=..)", name[:-1]))
    return level != "village" or _sound_village(name, text, end, have)


def _sound_village(name: str, text: _Text, end: int, have: set[str]) -> bool:
    """X路Y村 is a street and an estate, 朱村铺 a part of a name, and 中关村南大街 a street unless a town is known."""
    stem, rest = _OFFICE_END.sub("", name), text.key[end:]
    if _STREET_INSIDE.search(stem) or _ESTATE_INSIDE.search(stem):
        return False
    if not name.endswith("村"):
        return True
    if len(stem) == 1 and re.match(r".{1,2}(?:村|社区)", rest):
        return False
    return bool("town" in have or text.rural or not _STREET_NEXT.match(rest))


def _skip(key: str, at: int) -> int:
    m = _SEPARATOR.match(key, at)
    return m.end() if m else at


def _skip_repeated(key: str, at: int, pieces: list[Piece]) -> int:
    """Past divisions written a second time word for word."""
    again = True
    while again:
        again = False
        for p in pieces:
            written = key[p.start : p.end]
            if len(written) > 2 and p.element != "village" and key.startswith(written, at):
                at, again = _skip(key, at + len(written)), True
    return at


def _restart(key: str) -> int:
    """Where the last province stands: what is written before it is a repetition of divisions."""
    return max((m.start() for m in _FULL_PROVINCE.finditer(key)), default=0)
