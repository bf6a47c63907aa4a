"""Invented names of villages, streets and hamlets, and Chinese numerals. No name here belongs to a person or a real place."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

PROVINCE, COUNTY, TOWN = "重庆市", "璧山区", "梧溪镇"
COUNTY_CODE, TOWN_CODE = "500120", "500120197"

_FIRST = "青云清和永福长宁松竹梅兰石金银玉凤鹤鹭桐柏桂枫槐柳梨杏荷白"
_SECOND = "溪泉桥亭林屏峰源潭谷浦洲塘渡湖光明安平桑"
_CLAN = "陈杨罗蒋邓何夏谭廖冉向龚庞秦牟覃易熊段邱"
_LANDFORM = ("家湾", "家坝", "家院子", "家坡", "家沟", "家岗", "家冲")
_ESTATE = ("花园", "家园", "苑", "小区")
_DIGIT = "零一二三四五六七八九"
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")

Texts = NDArray[np.object_]


def stems(rng: np.random.Generator, count: int) -> Texts:
    """Two-character stems for villages and streets, without repetition until the stock is used up, then with 东/西."""
    stock = np.array([a + b for a in _FIRST for b in _SECOND if a != b], dtype=object)
    rounds: list[Texts] = [np.asarray(rng.permutation(stock) + suffix, dtype=object) for suffix in ("", "东", "西", "南", "北")]
    return np.concatenate(rounds).astype(object)[:count]


def hamlets() -> Texts:
    """Every hamlet name there is, in fixed order; a village uses each at most once."""
    return np.array([clan + form for form in _LANDFORM for clan in _CLAN], dtype=object)


def estates(rng: np.random.Generator, count: int) -> Texts:
    """Names of housing estates."""
    form: Texts = np.array(_ESTATE, dtype=object)[rng.integers(0, len(_ESTATE), count)]
    return np.asarray(stems(rng, count) + form, dtype=object)


def numeral(value: int) -> str:
    """Chinese numeral of 0 to 999, e.g. 12 -> 十二, 105 -> 一百零五."""
    hundreds, rest = divmod(value, 100)
    tens, ones = divmod(rest, 10)
    if not hundreds:
        head = "" if tens == 0 else "十" if tens == 1 else _DIGIT[tens] + "十"
        return head + (_DIGIT[ones] if ones or not tens else "")
    tail = "" if not rest else "零" + _DIGIT[ones] if not tens else _DIGIT[tens] + "十" + (_DIGIT[ones] if ones else "")
    return _DIGIT[hundreds] + "百" + tail


def wide(text: str) -> str:
    """The same text with full-width digits."""
    return text.translate(_WIDE)


def digits(values: NDArray[np.integer[Any]]) -> Texts:
    """Plain decimal text of whole numbers."""
    return values.astype(str).astype(object)
