"""Names below the village: street, estate with its section, hamlet."""

from __future__ import annotations

import re
from collections.abc import Iterator

from geo.address.numeral import CHARACTERS, arabic
from geo.address.piece import Piece
from geo.address.words import COMPOUND, ESTATE, STREET_END

_C = CHARACTERS


def read_names(key: str, shown: str, at: int, *, village: bool) -> list[Piece]:
    """Street, named lane, estate with its section, or a bare name that only the number behind it explains.

    Parameters
    ----------
    key, shown
        The upper part in simplified and in delivered characters.
    at
        Where the divisions end.
    village
        A village is written before: a name that merely sounds like an estate is a hamlet there.
    """
    pieces: list[Piece] = []
    for start, end in _chunks(key, at):
        cut = _street_end(key, start, end)
        if cut > start:
            pieces.extend(_street(key, shown, start, cut))
        if cut < end:
            alone = village and cut == start and not pieces
            pieces.extend(_name(key, shown, cut, end, village=village, alone=alone))
    return pieces


def canonical_street(name: str) -> str:
    """A street's name with the numeral before 段, 路, 街 ... as digits: one digit, or a form with 十 or 百; 五一路 stays.

    Examples
    --------
    >>> [canonical_street(n) for n in ("人民南路四段", "五十一路", "五一路", "东四十条", "一环路北二段")]
    ['人民南路4段', '51路', '五一路', '东四十条', '一环路北2段']
    """
    if name.endswith("段"):
        name = _SEGMENT.sub(lambda s: arabic(s.group(1)) + "段", name)
    m = _NUMERAL.search(name)
    if not m or (m.start() == 0 and m.group(1) in ("十", "百")):
        return name
    run, word = m.group(1), name[m.end()]
    one = len(run) == 1 and run not in "千百"
    tens = len(run) > 1 and any(c in "十百" for c in run) and (word not in "条里" or run[0] == "十")
    return name[: m.start()] + arabic(run) + name[m.end() :] if one or tens else name


_SEGMENT = re.compile(rf"([{_C}]+)段")
_NUMERAL = re.compile(rf"([{_C}]+)(?=[路街巷弄区期段条里]$|[路街巷][东西南北中]?\d*段$)")
_NAMED_LANE = re.compile(rf"(.+?)([{_C}]+)(弄|支弄)")
_DIRECTION = re.compile(rf"(?:[东西南北中]|[{_C}])段$|[东西南北中]$")
_STREET_INSIDE = re.compile(r"大道|大街|公路|[国省县]道|胡同|[路街巷]")
_SEGMENT_NEXT = re.compile(rf"(?:[东西南北中]|[{_C}])段")
_PART_OF_NAME = re.compile(
    r"[路街巷道](?:桥|口|灯|边|基|局|坊|心花园|心公园)|(?:[路街巷]|大道)(?:小区|花园|社区|苑|新村|大厦|广场|市场|公寓|家园)"
)
_SECTION = re.compile(rf"(?:[东西南北中]|[A-Z]|[{_C}]+)(?:区|组团)$|[{_C}]+期$|[A-Z]\d*区$")
_SECTION_NUMERAL = re.compile(rf"([{_C}]+)(.+)")
_SURELY_ESTATE = re.compile(r"(?:大厦|大楼|公寓|商厦|写字楼|商务楼|开发区|工业区|园区)$")
_BREAK = re.compile(r"[\s,，、。.;:/_·|]+")


def _chunks(key: str, at: int) -> Iterator[tuple[int, int]]:
    start = at
    for m in _BREAK.finditer(key, at):
        if m.start() > start:
            yield start, m.start()
        start = m.end()
    if start < len(key):
        yield start, len(key)


def _street_end(key: str, start: int, end: int) -> int:
    """End of the street that begins at `start`, or `start` if none does."""
    part = key[start:end]
    tail = _DIRECTION.search(part)
    body = part[: tail.start()] if tail and tail.start() > 1 else part
    if len(body) >= 2 and STREET_END.search(body):
        direction = body is not part and tail is not None and len(tail.group()) == 1 and not body.endswith(("路", "街", "道"))
        return start + len(body) if direction else end
    if part.endswith("段") and (m := _STREET_INSIDE.search(part)) and m.start() >= 1:
        return end
    for m in _STREET_INSIDE.finditer(part):
        named = m.start() >= 1 and len(part) - m.end() >= 2
        if named and not _PART_OF_NAME.match(part, m.end() - 1) and not _PART_OF_NAME.match(part, m.start()):
            more = _SEGMENT_NEXT.match(part, m.end())
            return start + (more.end() if more else m.end())
    return start


def _street(key: str, shown: str, start: int, end: int) -> Iterator[Piece]:
    """The street, and behind it the lane its last word names: 人民路三弄 is 人民路 and 3弄, 菜场三弄 the lane 3弄 of 菜场."""
    lane = _NAMED_LANE.fullmatch(key[start:end])
    cut = start + lane.end(1) if lane else end
    if lane and not (STREET_END.search(lane.group(1)) or lane.group(1).endswith("段")):
        yield Piece(start, cut, "name", shown[start:cut], "name")
    else:
        yield Piece(start, cut, "street", canonical_street(shown[start:cut]), "street")
    if lane:
        yield Piece(cut, end, "lane", arabic(lane.group(2)) + lane.group(3), "lane")


def _name(key: str, shown: str, start: int, end: int, *, village: bool, alone: bool) -> Iterator[Piece]:
    part = key[start:end]
    section = _SECTION.search(part)
    estate = ESTATE.search(part)
    if not village and len(part) > 2 and part.endswith(("村", "社区")) and not part.endswith("新村"):
        yield Piece(start, end, "village", shown[start:end], "village_behind")
    elif section and section.start() >= 2:
        cut = start + section.start()
        yield Piece(start, cut, "estate", shown[start:cut], "estate")
        yield Piece(cut, end, "section", canonical_section(shown[cut:end]), "section")
    elif estate and estate.start() > 0 and (not alone or COMPOUND.search(part) or _SURELY_ESTATE.search(part)):
        yield Piece(start, end, "estate", shown[start:end], "estate")
    else:
        yield Piece(start, end, "name", shown[start:end], "name")


def canonical_section(text: str) -> str:
    """二期 -> 2期, B区 stays."""
    m = _SECTION_NUMERAL.match(text)
    return arabic(m.group(1)) + m.group(2) if m else text
