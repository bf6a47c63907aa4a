"""A column of texts with digits for what reading takes for digits anyway: in other signs every number would make a form of its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from geo.address.clean import LIMIT_N
from geo.address.numeral import CHARACTERS, arabic
from geo.address.script import FOLD

_HAN = r"[\x{3400}-\x{9fff}]"
_TO_99 = "(?:[一二三四五六七八九]|[二三四五六七八九]?十[一二三四五六七八九]?)"
_TO_999 = "[零〇一二三四五六七八九十百]"
_GROUP = "(?:[村居]民小|小)?[组組]"
_STOREY = f"[号號]{_TO_99}[楼樓層层]"
"""A storey in Chinese numerals right behind the number: a tower's forms would be as many as its storeys."""
_STOREY_NUMERAL = re.compile(f"(?<=[号號]){_TO_99}(?=[楼樓層层])")
_STOPS = {*CHARACTERS, *"甲乙丙丁番临第负地无未座栋幢单室号"}
_STOPS |= {chr(c) for c, folded in FOLD.items() if folded in _STOPS}
_FIRST = re.compile(
    rf"(?![東东]京都|京都府|大阪府|北海道)[^\0-\u33ff\ua000-\U0010ffff{''.join(sorted(_STOPS))}]*"
    rf"(?:第?{_TO_99}{_GROUP})?(?:[临臨]?{_TO_999}{{1,5}}[号號])?(?=[0-9号號附付之栋棟幢单單元楼樓層层室]*$)"
)
"""The first group and number in Chinese numerals where they surely are that: no name above has a sign of the lower part, and what follows is
numbers and their words alone."""
_NUMERALS = re.compile(f"[{CHARACTERS}]+")
_NUMBERED = f"{_TO_999}(?:{_GROUP}|[号號])"
_NOT_PLAIN = rf"[０-９]|{_HAN}[ \x{{3000}}]|{_STOREY}|{_NUMBERED}"


def plain(texts: pa.Array) -> pa.Array:
    """Texts, read as those given, in ASCII digits and without spaces, where that is surely so; null stays null.

    Parameters
    ----------
    texts
        As delivered; those beyond the length that is read stay as they are.

    Examples
    --------
    >>> plain(pa.array(["新村路 １２号", "新村路十二號二樓", "三合村第七村民小组四号", "五一路"], pa.large_string())).to_pylist()
    ['新村路12号', '新村路12號2樓', '三合村第七村民小组四号', '五一路']
    """
    other = pc.and_(pc.match_substring_regex(texts, _NOT_PLAIN), pc.less_equal(pc.utf8_length(texts), LIMIT_N))
    other = pc.fill_null(other, False)
    out = texts.filter(other)
    for wide, narrow in zip("０１２３４５６７８９\u3000", "0123456789 ", strict=True):
        out = pc.replace_substring(out, wide, narrow)
    out = _rewritten(out, _STOREY, lambda text: _STOREY_NUMERAL.sub(_in_digits, text))
    out = pc.if_else(pc.match_substring_regex(out, _HAN), pc.replace_substring(out, " ", ""), out)
    out = _rewritten(out, _NUMBERED, _first_in_digits)
    return pc.replace_with_mask(texts, other, out)


def _rewritten(texts: pa.Array, pattern: str, write: Callable[[str], str]) -> pa.Array:
    """Texts with those that match written anew."""
    found = pc.match_substring_regex(texts, pattern)
    return pc.replace_with_mask(texts, found, pa.array([write(t) for t in texts.filter(found).to_pylist()], type=texts.type))


def _first_in_digits(text: str) -> str:
    first = _FIRST.match(text)
    return _NUMERALS.sub(_in_digits, first.group()) + text[first.end() :] if first else text


def _in_digits(numeral: re.Match[str]) -> str:
    return _arabic(numeral.group())


_arabic = lru_cache(maxsize=1 << 10)(arabic)
