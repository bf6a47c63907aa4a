"""Where a numeral is a number: the words behind it, and the place where the lower part of an address begins."""

from __future__ import annotations

import re

from geo.address.numeral import CHARACTERS, NUMERAL

_NOT_A_NAME = "(?![村里镇乡庄街路巷老坪坑崎寮岭林埔崙窩湖份厝屋尾])"
_WORD = r"号(?![苑桥线库])|组(?!团)|社(?!区)|队|小组|村民小组|居民小组|生产队|栋|幢|单元|室|排|连|段|院(?!子)|期|丁目|番|-"
_SURE = rf"(?:(?:{_WORD}){_NOT_A_NAME}|[层楼](?![^\d]{{1,4}}(?:\d|[{CHARACTERS}])+[号巷弄]){_NOT_A_NAME})"
"""Words that make a Chinese numeral before them a number; 五一路 has none, 九层岭 only seems to."""
_BEHIND = rf"(?:(?:{_WORD}|[层楼]){_NOT_A_NAME})"
"""The same behind a number, where 三楼 is a floor whatever follows."""
_ENDS = "路街巷道弄段村组社队区里条横湾塆坝寨冲垸坪岗坡庄沟屯坑洞嘴咀岭塘畈圩浜埭营堡店头山桥家坞岙峪窝梁塬滩洼崖口铺集墩台子院园苑城"
"""Characters that end a name, so that 甲 behind them belongs to the number: 西街甲10号, but 水母丁1号."""
_PREFIX = rf"(?:(?<=[{_ENDS}])(?:[甲乙丙丁戊])|(?<=[路街巷道弄段组村])(?:特|建|增|新|旧|老))?"
_STOREY_BEHIND = rf"(?<=[厦城场园心院店馆厂区号栋幢座楼阁])[{CHARACTERS}]+[层楼]|(?<=[区园苑院城庭厦号寓])[{CHARACTERS}]+座"
FIRST = re.compile(
    rf"(?:临时?|第|负|地下)?{_PREFIX}(?:[A-Z]{{1,3}})?(?:\d|[{CHARACTERS}]+(?={_SURE}))|{_STOREY_BEHIND}"
    r"|[A-Z](?=座|栋|幢|号楼|单元|馆|梯|楼\d|-\d)|[甲乙丙丁](?=座|栋|幢|单元|号)|[东南西北](?=单元|幢|栋|座)|地下室|无门牌|无号|未编"
)
"""Where the lower part of an address begins."""
NAME_END = re.compile(
    rf"(?:[甲乙丙丁]|[A-Z]{{1,3}}|负|地下)?(?:\d|[{CHARACTERS}]+{_BEHIND})|[A-Z](?=座|栋|幢|单元|馆)|[甲乙丙丁东南西北](?=座|栋|幢|单元)"
    rf"|[A-Z]-\d|{_STOREY_BEHIND}|地下室|[,;_|]"
)
"""Where a name between two numbers ends."""
POSTCODE = re.compile(r"(?:\d{3}|\d{5,6})(?=[\u3400-\u9fff])(?![号弄巷栋幢组室层楼单年])")
REGIMENT = re.compile(r"\d+团(?!结)")
NEIGHBOURHOOD = re.compile(rf"({NUMERAL})邻")
