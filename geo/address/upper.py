"""The upper part of an address: divisions, village, street, hamlet - everything before the first numeral that is a number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from geo.address.numeral import CHARACTERS, arabic
from geo.address.words import ESTATE_WORDS, PROVINCES, STREET
from geo.tables import Scope


class Piece(NamedTuple):
    """One element read from `start` to `end` of the text, with its canonical value and the code of the rule that read it."""

    start: int
    end: int
    element: str
    value: str
    rule: str


def read_upper(key: str, shown: str, *, scope: Scope) -> tuple[Piece, ...]:
    """The elements of the upper part, in order of the text; the last may be a bare `name` that only the number explains.

    Parameters
    ----------
    key, shown
        The same part in simplified and in delivered characters.
    scope
        Upper levels of the project; its own names are recognised without guessing.
    """
    at, pieces = _divisions(key, shown, scope)
    rest = key[at:]
    if rest:
        pieces.extend(_names(key, shown, at, {p.element for p in pieces}))
    return tuple(pieces)


_HEAD = re.compile(r"(?:中华人民共和国|中国(?!建设|银行|工商|农业|移动|联通|电信|石化|石油|邮政|人寿|平安|人保))")
_SEPARATOR = re.compile(r"[\s,，、。.;:/_·|\-]+")
_PROVINCE = re.compile(
    rf"(?:新疆生产建设兵团|(?:{'|'.join(PROVINCES)})(?:壮族自治区|回族自治区|维吾尔自治区|自治区|特别行政区|省|市(?![场政民]))|"
    r"(?:内蒙古|广西|宁夏|西藏|新疆)(?=.{1,9}(?:[市县旗盟州]|地区)))"
)
_SHORT = re.compile(
    rf"(?:{'|'.join(PROVINCES)})(?!藏族|[路街道巷村里大小新镇乡庄湾家公会饭酒花广科学])(?=[^路街道巷村社]{{1,6}}(?:市(?!场)|县(?!道)|区(?!间)|自治州|地区))"
)
_ROAD = r"[前后]?(?:路(?!桥|[东南西北中]区)|街(?!道)|大街|大道|巷)"
_CITY = re.compile(
    rf"[^\d,]{{1,9}}?(?:自治州|地区|盟(?!路|街)|(?<!夜)(?<!菜)(?<!超)(?<!贸)市(?!场|政[府局务工]|民|府|委|辖区|镇(?![^乡村路街镇]{1,3}[县区])|乡|村|社区|区$|{_ROAD}))"
)
_COUNTY = re.compile(
    rf"市辖区|[^\d,]{{1,14}}?(?:自治县|自治旗|林区|特区|(?<![小社校景厂库园院业矿军警营灾]|[一二三四五六七八九十A-Z])区(?!间|域|公所|委|政府|街道|{_ROAD})|"
    rf"(?<=矿)区(?=.{{2,}})|县(?!道|城|门|政府|委|府|{_ROAD})|(?<!国)(?<!红)(?<!彩)旗(?!杆|舰|袍|台)(?=.{{1,9}}(?:镇|乡|苏木|街道|嘎查|村|社区))|"
    rf"(?<!超)市(?!场|政[府局务工]|民|府|委|镇|乡|村|社区|区|{_ROAD}))"
)
_ZONE = re.compile(
    r"[^\d,路街]{0,8}?(?:(?:经济|高新)?技术(?:产业)?开发区|经济开发区|开发区|高新(?:技术)?(?:产业)?区|工业园区|工业园|工业区|产业园区|"
    r"产业集聚区|管理区|保税区|度假区|风景区|新区(?!.{0,4}(?:路|街)))(?!(?:路|街))"
)
_TOWN = re.compile(
    r"[^\d,]{1,14}?(?:街道办事处|街道办|(?<!一条)街道(?!路|口)|民族乡|镇(?!村|政府|中路|前路|[里上]|海[区路]|江[市路]|平[县路]|"
    r"[东南西北中]?(?:小学|中学|卫生院|医院))(?!$.)|乡(?!村|政府|镇|情|亲)|苏木|农场|林场|牧场|渔场|茶场)"
)
_REGIMENT = re.compile(r"\d+团(?!结)")
_VILLAGE = re.compile(
    r"[^\d,]{1,14}?(?:社区居民委员会|社区居委会|社区村委会|社区|居民委员会|居委会|村民委员会|村委会|民委员会|行政村|"
    rf"村(?!镇(?!{_ROAD})|庄|路|街|道|巷|口|社区|居委会|委|{_ROAD}|级|里[路街]|小学|中学|头[路街])|嘎查村委会|嘎查村|嘎查|(?<![公英])里(?=\d+邻))"
)
_NEIGH = re.compile(r"(\d+)邻")
_OFFICE = re.compile(r"(?:社区居民委员会|社区居委会|社区村委会|社区|居民委员会|居委会|村民委员会|村委会|民委员会|行政村|嘎查村|村|嘎查|里)$")
_VILLAGE_TAIL = re.compile(r"(?:村民委员会|民委员会|村委会|行政村)$")
_COMMUNITY_TAIL = re.compile(r"(?:社区居民委员会|社区居委会|居民委员会|居委会|社区村委会)$")


def canonical_village(name: str) -> str:
    """The village name with its office folded: 村民委员会, 村委会, 行政村 -> 村; 居委会 and its long forms -> 社区."""
    short = _COMMUNITY_TAIL.sub("社区", name)
    if short == name:
        stem = _VILLAGE_TAIL.sub("", name)
        short = name if stem == name else stem if stem.endswith("村") else stem + "村"
    return short


def _divisions(key: str, shown: str, scope: Scope) -> tuple[int, list[Piece]]:
    """Divisions written at the start, level by level; a level is read by its own suffix or by the scope's own name."""
    pieces: list[Piece] = []
    at = _skip(key, _restart(key))
    if m := _HEAD.match(key, at):
        pieces.append(Piece(at, m.end(), "country", shown[at : m.end()], "country"))
        at = _skip(key, m.end())
    have: set[str] = set()
    for _ in range(12):
        found = _next_division(key, at, have, scope)
        if found is None:
            break
        end, element, rule = found
        value = shown[at:end]
        if element == "village":
            value = canonical_village(value) if value.isascii() or key[at:end] == value else _village_shown(key[at:end], value)
        if element in have:
            # 省市县 written twice in front: the later, usually complete, writing stands.
            pieces = [p for p in pieces if p.element != element]
        pieces.append(Piece(at, end, element, value, rule))
        have.add(element)
        at = _skip_repeated(key, _skip(key, end), pieces)
    if m := _NEIGH.match(key, at):
        pieces.append(Piece(at, m.end(), "neighbourhood", arabic(m.group(1)), "neighbourhood"))
        at = m.end()
    return at, pieces


def _skip_repeated(key: str, at: int, pieces: list[Piece]) -> int:
    """Past divisions written a second time word for word."""
    again = True
    while again:
        again = False
        for p in pieces:
            written = key[p.start : p.end]
            if len(written) > 2 and key.startswith(written, at):
                at, again = _skip(key, at + len(written)), True
    return at


def _restart(key: str) -> int:
    """Where the last province stands: what is written before it is a repetition of divisions."""
    last = 0
    for m in _FULL_PROVINCE.finditer(key):
        last = m.start()
    return last


_FULL_PROVINCE = re.compile(rf"(?:{'|'.join(PROVINCES)})(?:省|[壮回]族自治区|维吾尔自治区|自治区)(?!道)")


def _village_shown(key: str, shown: str) -> str:
    short = canonical_village(key)
    return shown[: len(short) - 1] + short[-1] if key != short and key.startswith(short[:-2]) else shown


def _skip(key: str, at: int) -> int:
    m = _SEPARATOR.match(key, at)
    return m.end() if m else at


_ORDER = ("province", "city", "county", "zone", "town", "village")


def _next_division(key: str, at: int, have: set[str], scope: Scope) -> tuple[int, str, str] | None:
    """The division that begins here: where it ends, its level, and the rule that read it."""
    if at >= len(key) or "village" in have:
        return None
    for level, name in (("province", scope.province), ("city", scope.city), ("county", scope.county), ("town", scope.town)):
        if name and key.startswith(name, at) and level not in have:
            return at + len(name), level, "scope"
    if m := _PROVINCE.match(key, at):
        level = "province" if "province" not in have or not m.group().endswith("市") else "city"
        return m.end(), level, "suffix"
    if not have and (m := _SHORT.match(key, at)):
        return m.end(), "province", "short"
    for level, pattern in _LEVELS:
        if _closed(level, have):
            continue
        for m in _ends(pattern, key, at):
            if _sound(level, m, key, at + len(m), have, rural=(scope.town or "").endswith(("镇", "乡"))):
                return at + len(m), level, "suffix"
    return None


def _ends(pattern: re.Pattern[str], key: str, at: int) -> Iterator[str]:
    """The names that end at the first and, for 村 and 社区, also at the second suffix found."""
    m = pattern.match(key, at)
    if m:
        yield m.group()
        if pattern is _VILLAGE and (n := pattern.match(key, m.end())):
            yield key[at : n.end()]


_LEVELS = (("city", _CITY), ("county", _COUNTY), ("town", _REGIMENT), ("town", _TOWN), ("village", _VILLAGE), ("zone", _ZONE))
_BLOCKS = {"city": {"city", "county", "town"}, "county": {"county", "town"}, "town": {"town"}, "zone": {"zone"}, "village": {"village"}}
_LOWER_MARK = re.compile(r"社区|村(?=[^镇乡街区县市])|.路(?=[^街桥县区市镇乡社村])|大道|[街巷](?=[^道镇乡村社])|小区|花园|公寓|大厦|广场|工业|开发")
_DIRECTED_ROAD = re.compile(r"[东南西北中](?:路(?!桥)|街(?!道)|大街|大道|巷)")
_STREET_THEN = re.compile(r".(?:路|大道|大街|街(?!道)|巷|弄)(?=..)")
_OWN = re.compile(r"(?<=.)(?:镇|乡)(?=.)|街道")


def _closed(level: str, have: set[str]) -> bool:
    return bool(_BLOCKS[level] & have)


def _sound(level: str, name: str, key: str, end: int, have: set[str], *, rural: bool) -> bool:
    """Whether a name cut at its suffix is believable as a division of that level."""
    if len(name) < 2:
        return False
    if level in ("city", "county"):
        if (len(name) == 2 or name[-2:] in ("城区", "新区", "发区")) and _DIRECTED_ROAD.match(key, end):
            return False
        short = level == "county" and name.endswith("区") and len(name) < 3 and end >= len(key)
        return not (_LOWER_MARK.search(name) or _OWN.search(name[:-1]) or short)
    if level == "town":
        if name.endswith(("街道", "街道办事处", "街道办")):
            return not re.search(r"社区|村委会", name)
        return not (_LOWER_MARK.search(name[:-2]) or re.search(r"社区|村委会|.村(?=..)", name[:-1]))
    return level != "village" or _sound_village(name, key, end, town="town" in have or rural)


def _sound_village(name: str, key: str, end: int, *, town: bool) -> bool:
    stem = _OFFICE.sub("", name)
    if _STREET_THEN.search(stem) or re.search(r"小区|花园|公寓|大厦|广场", stem):
        return False
    if name.endswith("村") and len(stem) == 1 and re.match(r".{1,2}(?:村|社区)", key[end:]):
        return False
    return not (name.endswith("村") and not town and re.match(r"[东南西北中]?(?:大街|大道|路|街)", key[end:]))


_DIRECTION = re.compile(rf"(?:[东西南北中]|[{CHARACTERS}])段$|[东西南北中]$")
_NAME_NUMERAL = re.compile(rf"([{CHARACTERS}]+)(?=(?:[路街巷弄区期段]|条|里)$|(?:[路街巷][东西南北中]?段)$)")
_SECTION = re.compile(rf"(?:[东西南北中]|[A-Z]|[{CHARACTERS}]+)(?:区|组团)$|[{CHARACTERS}]+期$|[A-Z]\d*区$")
_NOT_STREET = re.compile(r"[路街巷道](?:桥|口|灯|边|基|局|坊|心花园|心公园)|(?:[路街巷]|大道)(?:小区|花园|社区|苑|新村|大厦|广场|市场|公寓|家园)")
_ESTATE = re.compile(rf"(?:{ESTATE_WORDS})$")
_BROKEN = re.compile(r"[\s,，、。.;:/_·|]+")


def canonical_name(name: str) -> str:
    """A street's name with the numeral before 段, 路, 街 ... as digits: one digit, or a form with 十 or 百; 五一路 stays."""
    m = _NAME_NUMERAL.search(name)
    if not m:
        return _SEGMENT.sub(lambda s: arabic(s.group(1)) + "段", name) if name.endswith("段") else name
    run, word = m.group(1), name[m.end()]
    if (len(run) == 1 and run not in "千百") or (len(run) > 1 and any(c in "十百" for c in run) and (word not in "条里" or run[0] == "十")):
        if run in ("十", "百") and m.start() == 0:
            return name
        return name[: m.start()] + arabic(run) + name[m.end() :]
    return name


_SEGMENT = re.compile(rf"([{CHARACTERS}]+)段")


def _names(key: str, shown: str, at: int, have: set[str]) -> list[Piece]:
    """Street, named lane, estate with its section, or a bare name, from what stands below the divisions."""
    pieces: list[Piece] = []
    for chunk in _chunks(key, at):
        start, end = chunk
        cut = _street_end(key, start, end)
        if cut > start:
            lane = _NAMED_LANE.fullmatch(key[start:cut])
            name = start + lane.end(1) if lane else cut
            pieces.append(Piece(start, name, "street", canonical_name(shown[start:name]), "street"))
            if lane:
                pieces.append(Piece(name, cut, "lane", arabic(lane.group(2)) + lane.group(3), "lane"))
            start = cut
        if start < end:
            pieces.extend(_name_or_estate(key, shown, start, end, village="village" in have))
    return pieces


_NAMED_LANE = re.compile(rf"(.+(?:路|街|大道|[东西南北中]段))([{CHARACTERS}]+)(弄|支弄)")


def _chunks(key: str, at: int) -> list[tuple[int, int]]:
    spans, start = [], at
    for m in _BROKEN.finditer(key, at):
        if m.start() > start:
            spans.append((start, m.start()))
        start = m.end()
    if start < len(key):
        spans.append((start, len(key)))
    return spans


def _street_end(key: str, start: int, end: int) -> int:
    """End of the street that begins at `start`, or `start` if none does."""
    part = key[start:end]
    tail = _DIRECTION.search(part)
    body = part[: tail.start()] if tail and tail.start() > 1 else part
    if STREET.search(body) and re.search(r"(?:大道|大街|公路|[国省县乡]道|胡同|[路街巷弄道条里横])$", body) and len(body) >= 2:
        if not (tail and len(tail.group()) == 1 and not body.endswith(("路", "街", "道"))):
            return end if body is part or tail else start + len(body)
        return start + len(body)
    last = 0
    for m in re.finditer(r"大道|大街|公路|[国省县]道|胡同|[路街巷]", part):
        if m.start() >= 1 and not _NOT_STREET.match(part, m.end() - 1) and not _NOT_STREET.match(part, m.start()) and len(part) - m.end() >= 2:
            last = m.end()
            break
    if last:
        more = re.match(rf"(?:[东西南北中]|[{CHARACTERS}])段", part[last:])
        last += more.end() if more else 0
    return start + last


def _name_or_estate(key: str, shown: str, start: int, end: int, *, village: bool) -> list[Piece]:
    part = key[start:end]
    if not village and len(part) > 2 and part.endswith(("村", "社区")) and not part.endswith("新村"):
        return [Piece(start, end, "village", shown[start:end], "village_behind")]
    section = _SECTION.search(part)
    if section and section.start() >= 2:
        cut = start + section.start()
        return [
            Piece(start, cut, "estate", shown[start:cut], "estate"),
            Piece(cut, end, "section", _section(shown[cut:end]), "section"),
        ]
    if (m := _ESTATE.search(part)) and m.start() > 0:
        return [Piece(start, end, "estate", shown[start:end], "estate")]
    return [Piece(start, end, "name", shown[start:end], "name")]


def _section(text: str) -> str:
    m = re.match(rf"([{CHARACTERS}]+)(.+)", text)
    return arabic(m.group(1)) + m.group(2) if m else text
